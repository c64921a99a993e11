"""The text of every party of a claim, made once per call and found again by the values it is made of."""

from tasks.x12.builder import terminated
from tasks.x12.builder_values import Row, exact
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

_KEYS = tuple(dict.fromkeys(CLAIM_KEYS + BILLING_KEYS))


class Parties:
    """Loops 2000A to 2010CA and 2310 already made.

    Holds: a text is made of nothing but the values it is found by: a coverage that is handed on has only those columns.
    Patients and providers are known by their objects, which live as long as the claims.
    """

    def __init__(self) -> None:
        self._providers: dict[tuple[object, ...], tuple[str, str]] = {}
        self._people: dict[tuple[object, ...], tuple[str, str]] = {}
        self._texts: dict[tuple[object, ...], str] = {}

    def providers(self, claim: ClaimRows) -> tuple[str, str]:
        """Give loops 2000A to 2010AC behind their HL, and loops 2310A to 2310D."""
        key = (id(claim.providers), *map(claim.encounter.get, _KEYS))
        made = self._providers.get(key)
        if made is None:
            made = self._providers[key] = self._billing(claim), terminated(claim_providers(claim))
        return made

    def _billing(self, claim: ClaimRows) -> str:
        key = (id(claim.providers), *map(claim.encounter.get, BILLING_KEYS))
        made = self._texts.get(key)
        if made is None:
            made = self._texts[key] = terminated(billing_loops(claim))
        return made

    def people(self, claim: ClaimRows, coverage: Row) -> tuple[str, str]:
        """Give loops 2000B and 2000C behind their HL; no 2000C where the patient is the subscriber."""
        billing_key = claim.encounter.get("billing_provider_key")
        names, values = COVERAGE_COLUMNS.filled(coverage)
        key = (id(claim.patient), id(claim.providers), billing_key, names, values)
        made = self._people.get(key)
        if made is None:
            known = dict(zip(names, values, strict=True))
            made = self._people[key] = _people(claim.patient, known, self._payer(claim, known, billing_key))
        return made

    def _payer(self, claim: ClaimRows, coverage: Row, billing_key: str | None) -> str:
        names, values = PAYER_COLUMNS.filled(coverage)
        key = (id(claim.providers), billing_key, names, values)
        made = self._texts.get(key)
        if made is None:
            billing = claim.provider("billing_provider_key") or {}
            made = self._texts[key] = terminated(payer_loops(dict(zip(names, values, strict=True)), billing))
        return made


def _people(patient: Row, coverage: Row, payer: str) -> tuple[str, str]:
    if exact(coverage.get("relationship")) == "18":
        return terminated(subscriber_loops(coverage, patient)) + payer, ""
    return terminated(subscriber_loops(coverage, None)) + payer, terminated(patient_loops(coverage, patient))
