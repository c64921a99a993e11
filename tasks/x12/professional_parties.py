"""The text of every party of a claim, made once per call and found again by the values it is made of."""

from collections.abc import Callable, Sequence

from tasks.x12.builder import terminated
from tasks.x12.builder_values import Columns, Row, exact
from tasks.x12.professional_people import (
    BILLING_KEYS,
    COVERAGE_COLUMNS,
    PAYER_COLUMNS,
    billing_loops,
    patient_loops,
    payer_loops,
    subscriber_loops,
)
from tasks.x12.professional_provider import CLAIM_KEYS, claim_providers
from tasks.x12.professional_rows import ClaimRows

Key = tuple[object, ...]


class Parties:
    """Loops 2000A to 2010CA and 2310 already made.

    Holds: a text is made of nothing but the values it is found by: a coverage that is handed on has only those columns.
    Patients and providers are known by their objects, which live as long as the claims.
    """

    def __init__(self) -> None:
        self._made: dict[Key, str] = {}
        self._people: dict[Key, tuple[str, str]] = {}

    def levels(self, claim: ClaimRows, coverage: Row) -> tuple[str, str, str]:
        """Give what stands behind the HL of loops 2000A, 2000B and 2000C; no 2000C where the patient is the subscriber."""
        billing = self._of_providers(claim, BILLING_KEYS, billing_loops)
        values = COVERAGE_COLUMNS.values(coverage)
        key = (id(claim.patient), billing, values)
        people = self._people.get(key)
        if people is None:
            people = self._people[key] = _people(claim, COVERAGE_COLUMNS.row(values), self._payer(claim, values))
        return billing, *people

    def providers(self, claim: ClaimRows) -> str:
        """Give loops 2310A to 2310D."""
        return self._of_providers(claim, CLAIM_KEYS, claim_providers)

    def _of_providers(self, claim: ClaimRows, keys: Columns, make: Callable[[ClaimRows], Sequence[str]]) -> str:
        key = (make, id(claim.providers), keys.values(claim.encounter))
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = terminated(make(claim))
        return made

    def _payer(self, claim: ClaimRows, coverage: tuple[object, ...]) -> str:
        values = coverage[: len(PAYER_COLUMNS.names)]
        key = (payer_loops, id(claim.providers), claim.encounter.get("billing_provider_key"), values)
        made = self._made.get(key)
        if made is None:
            billing = claim.provider("billing_provider_key") or {}
            made = self._made[key] = terminated(payer_loops(PAYER_COLUMNS.row(values), billing))
        return made


def _people(claim: ClaimRows, coverage: Row, payer: str) -> tuple[str, str]:
    """Give loop 2000B with its payer, and 2000C where the patient is not the subscriber."""
    patient = claim.patient
    if exact(coverage["relationship"]) == "18":
        return terminated(subscriber_loops(coverage, patient)) + payer, ""
    return terminated(subscriber_loops(coverage, None)) + payer, terminated(patient_loops(coverage, patient))
