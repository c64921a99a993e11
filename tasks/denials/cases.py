"""Denial cases, each with its deadline: opened from what a remittance refuses."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from schemas.keys import key_of
from tasks.denials.answers import FORWARDED_AWAY, PREDETERMINATION, REVERSED, Row, Said, read_answer
from tasks.denials.taxonomy import Taxonomy

UNPROCESSABLE = "MA130"
WITHOUT_CASES = (REVERSED, FORWARDED_AWAY, PREDETERMINATION)


def open_cases(
    claim: Row,
    services: Sequence[Row],
    adjustments: Sequence[Row],
    payment: Row,
    payer: Row,
    taxonomy: Taxonomy,
    night: date,
) -> list[dict[str, Any]]:
    """Every refused amount of the claim is a case with a remedy, an owner and a deadline.

    Shape: rows of remittances.claim (matched), service, adjustment, payment and encounters.payer; out denials.case.
    Holds: none for reversals, forwarded claims, predeterminations and unmatched claims; a duplicate (CARC 18, B13) is a
    case of category duplicate, which denial rates leave out; the same adjustment has the same case_id.
    Source: domain notes 1 (traps), 7 (clocks start at the remittance), 8.
    """
    if claim["claim_id"] is None or claim["status_code"] in WITHOUT_CASES:
        return []
    said = read_answer(claim, services, adjustments, taxonomy)
    return [_case(s, claim, payment, payer, night) for s in said if s.meaning.opens_case and s.amount_cents > 0]


def correction_event(cases: Sequence[Row]) -> str:
    """Give the event of a claim whose encounter was amended: a replacement of it, or a new claim where one of its cases asks for that.

    Shape: accepts_replacement, remark_codes. Source: domain notes 8: MA130 means a new claim.
    """
    is_new = any(not case["accepts_replacement"] or UNPROCESSABLE in case["remark_codes"].split() for case in cases)
    return "worked_as_new" if is_new else "worked_as_corrected"


def _case(said: Said, claim: Row, payment: Row, payer: Row, night: date) -> dict[str, Any]:
    limit = f"{said.meaning.deadline_basis}_limit_days"
    return {
        "case_id": key_of("denial", said.adjustment["adjustment_id"]),
        "claim_id": claim["claim_id"],
        "claim_version": claim["claim_version"],
        "line_number": said.line_number,
        "group_code": said.adjustment["group_code"],
        "reason_code": said.adjustment["reason_code"],
        "remark_codes": " ".join(said.remark_codes),
        "category": said.meaning.category,
        "remedy": said.meaning.remedy,
        "amount_cents": said.amount_cents,
        "payer_claim_number": claim["payer_claim_number"],
        "deadline_on": payment["paid_on"] + timedelta(days=payer[limit]),
        "deadline_rule": f"{payer['payer_id']}: {limit} {payer[limit]} from paid_on",
        "owner": said.meaning.owner,
        "adjustment_id": said.adjustment["adjustment_id"],
        "opened_on": night,
    }
