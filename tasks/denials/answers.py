"""What a remitted claim says, adjustment by adjustment, and which event it is for the claim."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from schemas.money import dollars
from tasks.denials.taxonomy import Classification, Taxonomy

Row = Mapping[str, Any]

REVERSED = "22"
DENIED = "4"
FORWARDED_AWAY = "23"
PREDETERMINATION = "25"
SPLIT_REMARK = "MA15"
FORWARDED_ON = ("19", "20", "21")
FORWARDED_REMARKS = {"MA18", "N89"}


class RemittanceEvent(NamedTuple):
    """The event of schemas/claims/lifecycle.csv that a remitted claim is, and why; the caller finds the guard."""

    event: str
    detail: str


@dataclass(frozen=True, slots=True)
class Said:
    """One adjustment with its line, its remarks and its meaning."""

    adjustment: Row
    line_number: int | None
    remark_codes: tuple[str, ...]
    meaning: Classification

    @property
    def amount_cents(self) -> int:
        """Give the cents of the adjustment, as signed by the payer."""
        return int(self.adjustment["amount_cents"])

    @property
    def code(self) -> str:
        """Give group and reason, as people write them: CO-97."""
        return f"{self.adjustment['group_code']}-{self.adjustment['reason_code']}"


def read_answer(claim: Row, services: Sequence[Row], adjustments: Sequence[Row], taxonomy: Taxonomy) -> list[Said]:
    """Give every adjustment of the claim with its meaning, once.

    Holds: remarks are those of the line, then those of the claim.
    """
    lines = {service["service_id"]: service for service in services}
    said = []
    for adjustment in said_once(claim, adjustments):
        service = lines.get(adjustment["service_id"])
        remarks = [*(service["remark_codes"].split() if service else ()), *claim["remark_codes"].split()]
        meaning = taxonomy.classify(adjustment["group_code"], adjustment["reason_code"], remarks)
        number = service["line_number"] if service else None
        said.append(Said(adjustment, number, tuple(dict.fromkeys(remarks)), meaning))
    return said


def said_once(claim: Row, adjustments: Sequence[Row]) -> list[Row]:
    """Give the adjustments without claim level ones that only repeat the lines.

    Holds: the same as tasks.ledger.balance.counted_adjustments, which sciences may not share; a test holds them equal.
    Source: corpus figures, rule 4.
    """
    lines = [a for a in adjustments if a["service_id"] is not None]
    above = [a for a in adjustments if a["service_id"] is None]
    explained = sum(a["amount_cents"] for a in lines)
    repeats = bool(above) and _by_reason(lines) == _by_reason(above)
    return lines if repeats and explained == claim["charge_cents"] - claim["paid_cents"] else list(adjustments)


def event_of(said: Row, *, lines_missing: bool, is_answered: bool) -> RemittanceEvent | None:
    """Give the event that a remitted claim is; None where it decides nothing: a predetermination, a pending claim.

    Shape: `said` has status_code, paid_cents, patient_cents, refused_cents, refused_codes, undecided_cents, remark_codes.
    `lines_missing`: lines of the claim are in no remittance yet. `is_answered`: an earlier answer of it stands.
    Source: domain notes 2 (classify by lines, not by CLP02 alone; RFI 1076 for MA15), schemas/claims/lifecycle.csv.
    """
    status = said["status_code"]
    if status == REVERSED:
        return RemittanceEvent("remit_reversal", f"CLP02 22, payment {dollars(said['paid_cents'])}")
    if status == PREDETERMINATION or _is_undecided(said):
        return None
    if status == FORWARDED_AWAY:
        return RemittanceEvent("remit_forwarded_away", "CLP02 23")
    detail = f"CLP02 {status}, paid {dollars(said['paid_cents'])}"
    if said["refused_codes"]:
        detail += f", refused {said['refused_codes']}"
    if lines_missing and SPLIT_REMARK in said["remark_codes"].split():
        return RemittanceEvent("remit_split_part", detail)
    if is_answered and said["paid_cents"] > 0:
        return RemittanceEvent("remit_supplemental", detail)
    return RemittanceEvent(_outcome(said), detail)


def crosses_over(said: Row) -> bool:
    """Say whether the payer has sent the claim on to the next one. Source: domain notes 6; CLP02 19 to 21, NM1*TT, MA18, N89."""
    remarks = set(said["remark_codes"].split())
    return said["status_code"] in FORWARDED_ON or bool(said["crossover_payer"] or remarks & FORWARDED_REMARKS)


def _is_undecided(said: Row) -> bool:
    """Say whether the payer pays, shares and refuses nothing, and leaves some of the charge open."""
    settled = said["paid_cents"] or said["patient_cents"] or said["refused_cents"]
    return bool(said["undecided_cents"] and not settled)


def _outcome(said: Row) -> str:
    """Give denied where nothing is paid nor left to the patient, partial where some is refused, else paid."""
    settled = said["paid_cents"] + said["patient_cents"]
    if settled <= 0 and (said["refused_cents"] > 0 or said["status_code"] == DENIED):
        return "remit_denied"
    return "remit_partial" if said["refused_cents"] > 0 else "remit_paid"


def _by_reason(adjustments: Sequence[Row]) -> Counter[tuple[str, str]]:
    totals: Counter[tuple[str, str]] = Counter()
    for a in adjustments:
        totals[a["group_code"], a["reason_code"]] += a["amount_cents"]
    return totals
