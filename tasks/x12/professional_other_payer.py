"""Loops 2320 to 2330G and 2430: what the other payers of the patient are, and what they have decided and paid."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, NoReturn

from tasks.x12.builder import refuse
from tasks.x12.builder_json import Info, inner_tuples, json_object, keys, number, phrase, word, words
from tasks.x12.builder_values import Columns, Row, composite, day, exact, money, quantity, text
from tasks.x12.professional_people import billing_provider_numbers, payer_ids, subscriber_information, subscriber_name
from tasks.x12.professional_provider import address, has_address
from tasks.x12.professional_rows import RULES, ClaimRows, four_modifiers

ROLES = {
    "referring": ("2330C", "DN", "referring_provider_key"),
    "rendering": ("2330D", "82", "rendering_provider_key"),
    "facility": ("2330E", "77", "service_facility_key"),
    "supervising": ("2330F", "DQ", "supervising_provider_key"),
}
"""Roles in coverage.other_payer_provider_ids ({role: [[code, number]]}): loop, entity code, key of the encounter."""
_ADJUDICATED = "adjudicated_procedure"
_PROCEDURE = keys("qualifier", "code", "modifiers", "text")
_MOA = keys("reimbursement_rate", "payable_amount", "remark_codes", "esrd_amount", "nonpayable_amount")
_CHARGED = Columns("charge_cents", "procedure_code", "modifiers")
_DECIDED = (
    "paid_amount_cents", "paid_units", "bundled_into_line", _ADJUDICATED, "adjudication_date", "remaining_liability_cents",
)  # fmt: skip
_ADJUSTMENT = ("group_code", "reason_code", "amount_cents", "quantity")
_Reason = tuple[Any, ...]
"""The columns _ADJUSTMENT of an adjustment."""
_TRIPLES_OF_A_SEGMENT = 6
_MOST_REMARKS = 5


def other_payer_loops(claim: ClaimRows, coverage: Row) -> list[str]:
    """Give loops 2320 to 2330G of one other payer.

    Holds: date and remaining liability stand at one level only: not here where lines carry them.
    Source: domain notes, sections 3 and 6 (AMT*EAF at both levels and adjudication date at both levels are rejected).
    """
    adjustments = [row for row in claim.cob_adjustments if row.get("line_number") is None]
    return [
        subscriber_information("2320", coverage, exact(coverage.get("relationship"))),
        *_adjusted("2320", tuple(map(_reason, _of_payer(adjustments, coverage)))),
        *_amounts(claim, coverage),
        RULES["2320", "OI", ""].recall(
            "", "", exact(coverage.get("benefits_assigned")), exact(coverage.get("patient_signature_source")), "",
            exact(coverage.get("release_of_information")),
        ),
        *_outpatient(coverage),
        *_other_subscriber(claim, coverage),
        *_other_payer(claim, coverage),
        *_other_payer_providers(claim, coverage),
    ]  # fmt: skip


class Decision(NamedTuple):
    """What one other payer decided on one line: a row of cob_lines and the reasons for what it did not pay."""

    coverage: Row
    decided: Row
    reasons: tuple[_Reason, ...]


def decisions_by_line(claim: ClaimRows) -> dict[int, list[Decision]]:
    """Give the decisions by source line number, of the payer that pays first first.

    Holds: every decision and every adjustment of a line is among them; one of nothing, on a line that is not billed, is none;
    a decision names its payer, and no other one of the claim.
    Raises: Fault for one that has no place: the money in it would be gone.
    """
    reasons: dict[tuple[str, int | None], list[_Reason]] = {}
    for row in claim.cob_adjustments:
        reasons.setdefault((row["payer_rank"], row.get("line_number")), []).append(_reason(row))
    found: dict[int, list[Decision]] = {}
    placed, others = 0, claim.others()
    for coverage in others:
        rank = coverage["payer_rank"]
        reasons.pop((rank, None), None)
        for decided in _of_payer(claim.cob_lines, coverage):
            number = decided["line_number"]
            own = found.setdefault(number, [])
            if own and own[-1].coverage is coverage:
                refuse(
                    "WRITE_REPEAT",
                    "SVD",
                    "02",
                    f"Service Line Paid Amount: rank {rank} decides twice on charge line {number}",
                )
            own.append(Decision(coverage, decided, tuple(reasons.pop((rank, number), ()))))
            placed += 1
    if reasons or placed < len(claim.cob_lines):
        _refuse_strays(reasons, claim.cob_lines, [coverage["payer_rank"] for coverage in others])
    numbers = {line["source_line_number"]: line["line_number"] for line in claim.lines}
    if len(numbers) < len(claim.lines):
        refuse(
            "WRITE_REPEAT",
            "LX",
            "01",
            "Assigned Number: two lines come from one charge line, whose decisions and papers are one's",
        )
    _check_names([decision.coverage for own in found.values() for decision in own], others)
    for number, own in found.items():
        if number in numbers:
            found[number] = [_bundled(decision, numbers) for decision in own]
        else:
            for decision in own:
                _check_unbilled(claim, decision)
    return found


def _check_names(decided: Sequence[Row], others: Sequence[Row]) -> None:
    """Pass payers who decided on lines if no other one has the same id: SVD01 would not say whose decision it is."""
    for coverage in decided:
        payer_id = coverage.get("payer_id")
        if sum(other.get("payer_id") == payer_id for other in others) > 1:
            rule = f"rank {coverage['payer_rank']} decided on a line, and another payer of the claim has its id"
            refuse("WRITE_COVERAGE", "SVD", "01", f"Other Payer Primary Identifier: {rule}")


def _bundled(decision: Decision, numbers: Mapping[int, int]) -> Decision:
    """Give the decision with the claim's number of the line that it was bundled into: the charge line's may be another.

    Raises: Fault for a line that is not in the claim.
    """
    into = decision.decided.get("bundled_into_line")
    if into is None:
        return decision
    if into not in numbers:
        rank = decision.decided["payer_rank"]
        rule = f"rank {rank} bundled a line into charge line {into}, which is not in the claim"
        refuse("WRITE_LINE", "SVD", "06", f"Bundled or Unbundled Line Number: {rule}")
    return decision._replace(decided={**decision.decided, "bundled_into_line": numbers[into]})


def _refuse_strays(
    reasons: Mapping[tuple[str, int | None], Sequence[_Reason]], decided: Sequence[Row], ranks: Sequence[str]
) -> None:
    """Pass adjustments of nothing; refuse others without a decision, and what a payer without other coverage decided."""
    for row in decided:
        if row["payer_rank"] not in ranks:
            _refuse_rank("SVD", "Service Line Paid Amount", row["payer_rank"])
    for (rank, at), own in reasons.items():
        if any(cents for _, _, cents, _ in own):
            if rank not in ranks:
                _refuse_rank("CAS", "Adjustment Amount", rank)
            rule = f"rank {rank} adjusts charge line {at} without a decision on it: add its cob_line"
            refuse("WRITE_LINE", "CAS", "03", f"Adjustment Amount: {rule}")


def _refuse_rank(segment: str, name: str, rank: str) -> NoReturn:
    place = "02" if segment == "SVD" else "03"
    refuse("WRITE_COVERAGE", segment, place, f"{name}: rank {rank} decided, and is no other payer with a coverage")


def _check_unbilled(claim: ClaimRows, decision: Decision) -> None:
    """Pass a decision of nothing on a charge line that is not in the claim."""
    _, decided, reasons = decision
    amounts = [
        decided.get("paid_amount_cents"),
        decided.get("remaining_liability_cents"),
        *(cents for _, _, cents, _ in reasons),
    ]
    if decided["line_number"] not in claim.service_lines or any(amounts):
        rule = (
            f"rank {decided['payer_rank']} decided on charge line {decided['line_number']}, which is not in the claim"
        )
        refuse("WRITE_LINE", "SVD", "02", f"Service Line Paid Amount: {rule}")


def line_adjudication(line: Row, source: Row, decision: Decision) -> str:
    """Give loop 2430 of one other payer: several segments, the last without its terminator."""
    coverage, decided, reasons = decision
    charged = *_CHARGED.values(line), source.get("procedure_qualifier")
    return _adjudication(coverage.get("payer_id"), reasons, charged, tuple(map(decided.get, _DECIDED)))


@lru_cache(maxsize=16_384)
def _adjudication(
    payer_id: str | None, reasons: tuple[_Reason, ...], charged: tuple[Any, ...], decided: tuple[Any, ...]
) -> str:  # fmt: skip
    """Give SVD, CAS, DTP and AMT; equal decisions on equal services are put together once."""
    charge_cents, *own = charged
    paid_cents, units, bundled, adjudicated, decided_on, remaining_cents = decided
    _check_line(charge_cents, paid_cents, reasons)
    procedure = _procedure(json_object({_ADJUDICATED: adjudicated}, _ADJUDICATED, _PROCEDURE), *own)
    paid = money(paid_cents), procedure, "", quantity(units), quantity(bundled)
    written = [RULES["2430", "SVD", ""].write(exact(payer_id), *paid)]
    written += _adjusted("2430", reasons)
    written.append(RULES["2430", "DTP", ""].recall("573", "D8", day(decided_on)))
    if remaining_cents is not None:
        written.append(RULES["2430", "AMT", ""].write("EAF", money(remaining_cents)))
    return "~".join(written)


def _of_payer(rows: Sequence[Row], coverage: Row) -> list[Row]:
    return [row for row in rows if row["payer_rank"] == coverage["payer_rank"]]


def _billed(claim: ClaimRows, coverage: Row) -> list[Row]:
    """Give what a payer decided on lines of the claim: what these say is not said of the whole claim again."""
    numbers = [line["source_line_number"] for line in claim.lines]
    return [row for row in _of_payer(claim.cob_lines, coverage) if row["line_number"] in numbers]


def _amounts(claim: ClaimRows, coverage: Row) -> list[str]:
    remaining = coverage.get("prior_remaining_liability_cents")
    if any(row.get("remaining_liability_cents") is not None for row in _billed(claim, coverage)):
        remaining = None
    cents = {
        "D": coverage.get("prior_paid_amount_cents"),
        "A8": coverage.get("prior_noncovered_amount_cents"),
        "EAF": remaining,
    }
    return [RULES["2320", "AMT", code].write(code, money(c)) for code, c in cents.items() if c is not None]


def _reason(adjustment: Row) -> _Reason:
    return tuple(map(adjustment.get, _ADJUSTMENT))


@lru_cache(maxsize=16_384)
def _adjusted(loop: str, adjustments: tuple[_Reason, ...]) -> Sequence[str]:
    """Give CAS by group in order of appearance, up to six reasons to a segment; an adjustment of zero is none."""
    values = [
        (group, *(part for own in triples[at : at + _TRIPLES_OF_A_SEGMENT] for part in own))
        for group, triples in _by_group(adjustments).items()
        for at in range(0, len(triples), _TRIPLES_OF_A_SEGMENT)
    ]
    return tuple(RULES[loop, "CAS", ""].write_each(values))


def _by_group(adjustments: Sequence[_Reason]) -> dict[str, list[tuple[str, str, str]]]:
    groups: dict[str, list[tuple[str, str, str]]] = {}
    for group, reason, cents, units in adjustments:
        if cents:
            groups.setdefault(exact(group), []).append((exact(reason), money(cents), quantity(units)))
    return groups


def _outpatient(coverage: Row) -> list[str]:
    """Give MOA from {reimbursement_rate, payable_amount, remark_codes, esrd_amount, nonpayable_amount}."""
    info = json_object(coverage, "moa", _MOA)
    if not info:
        return []
    remarks = words(info, "remark_codes")
    if len(remarks) > _MOST_REMARKS:
        refuse("WRITE_REPEAT", "MOA", "07", f"moa has {len(remarks)} remark codes, at most {_MOST_REMARKS}")
    unused = ("",) * (_MOST_REMARKS - len(remarks))
    paid, esrd = number(info, "payable_amount"), number(info, "esrd_amount")
    rate, nonpayable = number(info, "reimbursement_rate"), number(info, "nonpayable_amount")
    return [RULES["2320", "MOA", ""].write(rate, paid, *remarks, *unused, esrd, nonpayable)]


def _other_subscriber(claim: ClaimRows, coverage: Row) -> list[str]:
    is_patient = exact(coverage.get("relationship")) == "18"
    written = [subscriber_name("2330A", coverage, claim.patient if is_patient else None)]
    if has_address(coverage, "subscriber_"):
        written += address("2330A", coverage, "subscriber_")
    if coverage.get("subscriber_ssn"):
        written.append(RULES["2330A", "REF", "SY"].write("SY", exact(coverage["subscriber_ssn"])))
    return written


def _other_payer(claim: ClaimRows, coverage: Row) -> list[str]:
    unused = ("",) * 4
    written = [
        RULES["2330B", "NM1", ""].recall(
            "PR", "2", text(coverage.get("payer_name")), *unused, "PI", exact(coverage.get("payer_id"))
        ),
        *(address("2330B", coverage, "payer_") if has_address(coverage, "payer_") else []),
    ]
    decided_on = coverage.get("prior_adjudication_date")
    if decided_on and not _billed(claim, coverage):
        written.append(RULES["2330B", "DTP", ""].recall("573", "D8", day(decided_on)))
    references = {
        "G1": coverage.get("auth_number"),
        "9F": coverage.get("referral_number"),
        "T4": coverage.get("prior_adjustment_indicator"),
        "F8": coverage.get("prior_claim_number"),
    }
    numbers = [RULES["2330B", "REF", code].write(code, exact(own)) for code, own in references.items() if own]
    return written + payer_ids("2330B", coverage) + numbers


def _other_payer_providers(claim: ClaimRows, coverage: Row) -> list[str]:
    given = json_object(coverage, "other_payer_provider_ids", keys(*ROLES))
    written: list[str] = []
    for role, (loop, entity_code, column) in ROLES.items():
        if numbers := inner_tuples(given, role, 2):
            provider = claim.provider(column) or {}
            written += _identified(loop, entity_code, exact(provider.get("entity_type")), numbers)
    if numbers := billing_provider_numbers(coverage):
        billing = claim.provider("billing_provider_key") or {}
        written += _identified("2330G", "85", exact(billing.get("entity_type")), numbers)
    return written


def _identified(loop: str, entity_code: str, entity_type: str, numbers: Sequence[Sequence[str]]) -> list[str]:
    return [RULES[loop, "NM1", ""].write(entity_code, entity_type), *RULES[loop, "REF", ""].write_each(numbers)]


def check_decided(claim: ClaimRows) -> None:
    """Pass a claim of which every other payer decided nothing or all of it."""
    for coverage in claim.others():
        _check_claim(claim, coverage)


def _check_claim(claim: ClaimRows, coverage: Row) -> None:
    """Pass a payer who decided nothing, or whose payment and adjustments, of claim and lines, are the claim's charge.

    Source: domain notes, section 6; B02 of the intake asks it of the encounter, of which coding may bill less.
    """
    paid, adjusted = coverage.get("prior_paid_amount_cents"), _of_payer(claim.cob_adjustments, coverage)
    if paid is None and not adjusted and not _of_payer(claim.cob_lines, coverage):
        return
    adjusted_cents = _sum(row.get("amount_cents") for row in adjusted)
    difference = claim.version["total_charge_cents"] - (paid or 0) - adjusted_cents
    if difference:
        rule = f"the charge less what rank {coverage['payer_rank']} paid and adjusted is {difference} cents"
        refuse("WRITE_UNBALANCED", "AMT", "02", f"Payer Paid Amount: {rule}")


def _check_line(charge: int, paid: int | None, adjustments: Sequence[_Reason]) -> None:
    """Pass a line whose charge is what the payer paid and adjusted, whichever line it was bundled into.

    Source: domain notes, section 6 (paid + adjustments = billed, per line, or the claim is rejected).
    """
    if paid is None:
        refuse("WRITE_MISSING", "SVD", "02", "Service Line Paid Amount is required and has no value")
    difference = charge - paid - _sum(cents for _, _, cents, _ in adjustments)
    if difference:
        refuse("WRITE_UNBALANCED", "SVD", "02", f"charge less paid and adjusted is {difference} cents")


def _sum(amounts: Iterable[int | None]) -> int:
    """Give the sum of adjustments, none of which may be left out."""
    found = list(amounts)
    if None in found:
        refuse("WRITE_MISSING", "CAS", "03", "Adjustment Amount is required and has no value")
    return sum(filter(None, found))


def _procedure(adjudicated: Info, procedure_code: str | None, modifiers: str, qualifier: str | None) -> str:
    """Give the procedure of an object {qualifier, code, modifiers, text}, or the line's own where there is none."""
    own = exact(qualifier) or "HC"
    if not adjudicated:
        return composite(own, exact(procedure_code), *map(exact, modifiers.split(":")))
    named = four_modifiers("SVD", words(adjudicated, "modifiers"))
    qualifier, code = word(adjudicated, "qualifier") or own, word(adjudicated, "code")
    return composite(qualifier, code, *named, phrase(adjudicated, "text"))
