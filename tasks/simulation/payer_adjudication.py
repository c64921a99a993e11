"""The synthetic payer's decision on a claim: what it allows, pays, leaves to the patient, denies.

Holds: in every decision, per line charge - adjustments = paid; per claim charge - all adjustments = paid.
Source: domain notes, section 2 (835 balancing); the amounts themselves are invented by the scenario.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from tasks.simulation.payer_reader import Claim, Line
from tasks.simulation.payer_scenario import Denial, Scenario, Terms, draw_between, hits, share_of

DENIED = "4"
REVERSED = "22"
PROCESSED = {"P": "1", "S": "2", "T": "3"}
BUNDLED_REMARK = "M15"


@dataclass(frozen=True)
class Adjustment:
    """One reason why paid differs from charged."""

    group_code: str
    reason_code: str
    amount_cents: int


@dataclass(frozen=True)
class LineDecision:
    """What became of one service line; `submitted_procedure` is filled where the payer changed the code.

    `shortfall` says why less was allowed than the payer's own schedule: underpaid, recode, correction; empty where it was not.
    """

    line_number: str
    procedure: tuple[str, ...]
    submitted_procedure: tuple[str, ...]
    units: str
    charge_cents: int
    paid_cents: int
    allowed_cents: int
    adjustments: tuple[Adjustment, ...]
    remark_codes: tuple[str, ...]
    service_from_on: date
    service_to_on: date
    shortfall: str = ""
    scheduled_cents: int = 0


@dataclass(frozen=True)
class ClaimDecision:
    """What became of a claim, as one CLP of an 835 says it."""

    status_code: str
    charge_cents: int
    paid_cents: int
    adjustments: tuple[Adjustment, ...]
    remark_codes: tuple[str, ...]
    lines: tuple[LineDecision, ...]
    interest_cents: int = 0

    @property
    def all_adjustments(self) -> tuple[Adjustment, ...]:
        """Claim and line adjustments together."""
        return self.adjustments + tuple(a for line in self.lines for a in line.adjustments)

    @property
    def patient_cents(self) -> int:
        """What the patient owes: all adjustments of group PR."""
        return sum(a.amount_cents for a in self.all_adjustments if a.group_code == "PR")

    @property
    def deductible_cents(self) -> int:
        """What this decision took from the member's deductible."""
        return sum(a.amount_cents for a in self.all_adjustments if (a.group_code, a.reason_code) == ("PR", "1"))


@dataclass(frozen=True)
class Facts:
    """What the payer knows beside the claim.

    `draw_key` is what chances are drawn by; empty where none is to be drawn (a cured replacement). `is_mended` says that the
    payer decides again because it had underpaid.
    """

    terms: Terms
    scenario: Scenario
    seed: int
    draw_key: str
    received_on: date
    deductible_left_cents: int
    is_duplicate: bool = False
    is_covered: bool = True
    allowed_percent: float = 100.0
    is_mended: bool = False


def decide_claim(claim: Claim, facts: Facts) -> ClaimDecision:
    """Deny the claim whole, or decide it line by line."""
    denial = _claim_denial(claim, facts)
    if denial is not None:
        whole = (Adjustment(denial.group_code, denial.reason_code, claim.charge_cents),) if claim.charge_cents else ()
        return ClaimDecision(DENIED, claim.charge_cents, 0, whole, denial.remark_codes, ())
    denials = _line_denials(claim, facts)
    lines = _decide_lines(claim, facts, denials)
    is_denied = len(denials) == len(lines)
    decision = _sum_lines(DENIED if is_denied else PROCESSED.get(claim.sequence_code, "1"), lines)
    return _with_interest(decision, facts)


def reverse_decision(decision: ClaimDecision) -> ClaimDecision:
    """Give the exact negative of a decision, with its original group codes.

    Source: domain notes, section 2 (X12 RFI 1147, 1429).
    """
    return ClaimDecision(
        status_code=REVERSED,
        charge_cents=-decision.charge_cents,
        paid_cents=-decision.paid_cents,
        adjustments=_negative(decision.adjustments),
        remark_codes=(),
        lines=tuple(_reverse_line(line) for line in decision.lines),
        interest_cents=-decision.interest_cents,
    )


def split_decision(decision: ClaimDecision) -> tuple[ClaimDecision, ClaimDecision]:
    """Divide the lines over two decisions that both say so (MOA MA15)."""
    half = len(decision.lines) // 2
    first, second = (
        replace(_sum_lines(decision.status_code, lines), remark_codes=("MA15",))
        for lines in (decision.lines[:half], decision.lines[half:])
    )
    return first, second


def _claim_denial(claim: Claim, facts: Facts) -> Denial | None:
    late = (facts.received_on - claim.service_from_on).days > facts.terms.filing_limit_days
    rules = {"duplicate": facts.is_duplicate, "coverage_ended": not facts.is_covered, "filing_limit": late}
    for denial in facts.scenario.denials:
        if denial.level == "claim" and (rules.get(denial.rule, False) or _is_drawn(denial, facts)):
            return denial
    return None


def _is_drawn(denial: Denial, facts: Facts) -> bool:
    purpose = f"denial {denial.group_code} {denial.reason_code} {' '.join(denial.remark_codes)}"
    return not denial.rule and bool(facts.draw_key) and hits(facts.seed, facts.draw_key, purpose, denial.rate)


def _decide_lines(claim: Claim, facts: Facts, denials: Mapping[int, Denial]) -> tuple[LineDecision, ...]:
    bundled = _bundles(claim, facts.scenario)
    left, copay = facts.deductible_left_cents, facts.terms.copay_cents
    decided: list[LineDecision] = []
    for place, line in enumerate(claim.lines):
        if place in denials:
            decided.append(_deny_line(line, denials[place]))
            continue
        decision = _bundle_line(line, bundled[place]) if place in bundled else None
        if decision is None or bundled[place][1]:
            decision = _price_line(line, facts, left, copay, decision)
        left -= sum(a.amount_cents for a in decision.adjustments if a.reason_code == "1")
        copay -= sum(a.amount_cents for a in decision.adjustments if a.reason_code == "3")
        decided.append(decision)
    return tuple(decided)


def _line_denials(claim: Claim, facts: Facts) -> dict[int, Denial]:
    found: dict[int, Denial] = {}
    for denial in facts.scenario.denials:
        if denial.level != "line":
            continue
        if denial.rule == "authorization":
            places = [i for i, line in enumerate(claim.lines) if _lacks_authorization(claim, line, facts.scenario)]
        elif _is_drawn(denial, facts):
            places = [draw_between(facts.seed, facts.draw_key, f"line {denial.reason_code}", 0, len(claim.lines) - 1)]
        else:
            places = []
        for place in places:
            found.setdefault(place, denial)
    return found


def _lacks_authorization(claim: Claim, line: Line, scenario: Scenario) -> bool:
    given = line.authorization_number or claim.authorization_number
    return line.procedure_code in scenario.authorization_required and not given


def _bundles(claim: Claim, scenario: Scenario) -> dict[int, tuple[str, bool]]:
    places = {line.procedure_code: i for i, line in reversed(list(enumerate(claim.lines)))}
    found: dict[int, tuple[str, bool]] = {}
    for into, codes in scenario.bundles.items():
        if all(code in places for code in codes):
            for rank, code in enumerate(codes):
                found.setdefault(places[code], (into, rank == 0))
    return found


def _price_line(
    line: Line, facts: Facts, left_cents: int, copay_cents: int, bundled: LineDecision | None
) -> LineDecision:
    procedure, recode_percent = _recode(line, facts)
    scheduled = _scheduled_cents(line, facts.terms)
    allowed, shortfall = _allowed_cents(scheduled, recode_percent, line, facts)
    if line.prior_patient_cents >= 0:
        owed = min(line.prior_patient_cents, line.charge_cents)
        return _line_decision(line, line.procedure, owed, (Adjustment("OA", "23", line.charge_cents - owed),))
    is_visit = line.procedure_code in facts.scenario.visit_codes
    deductible = 0 if is_visit else min(left_cents, allowed)
    rest = allowed - deductible
    copay = min(copay_cents, rest) if is_visit else 0
    coinsurance = 0 if is_visit else share_of(rest, facts.terms.coinsurance_percent)
    reasons = (
        Adjustment("CO", "45", line.charge_cents - allowed),
        Adjustment("PR", "1", deductible),
        Adjustment("PR", "2", coinsurance),
        Adjustment("PR", "3", copay),
    )
    decision = _line_decision(line, bundled.procedure if bundled else procedure, allowed, reasons)
    return replace(decision, shortfall=shortfall, scheduled_cents=scheduled)


def _scheduled_cents(line: Line, terms: Terms) -> int:
    """Give what the payer's schedule allows for a line: the fee of its units, no more than the charge; else a share of the charge."""
    fee = terms.fees_cents.get(line.procedure_code)
    if fee is None or line.service_from_on < terms.fees_from:
        return share_of(line.charge_cents, terms.allowed_percent)
    amount = (fee * Decimal(line.units or "1")).quantize(Decimal(1), ROUND_HALF_UP)
    return min(line.charge_cents, int(amount))


def _allowed_cents(scheduled_cents: int, recode_percent: float, line: Line, facts: Facts) -> tuple[int, str]:
    """Give what is allowed and, where that is less than the schedule, why."""
    allowed = share_of(share_of(scheduled_cents, recode_percent), facts.allowed_percent)
    terms, key = facts.terms, f"{facts.draw_key} {line.line_number}"
    is_underpaid = (
        bool(facts.draw_key) and not facts.is_mended and hits(facts.seed, key, "underpaid", terms.underpaid_rate)
    )
    if recode_percent == 100.0 and is_underpaid:
        return share_of(allowed, terms.underpaid_percent), "underpaid"
    if allowed == scheduled_cents:
        return allowed, ""
    return allowed, "recode" if recode_percent < 100.0 else "correction"


def _recode(line: Line, facts: Facts) -> tuple[tuple[str, ...], float]:
    payments, into = facts.scenario.payments, facts.scenario.recodes.get(line.procedure_code)
    key = f"{facts.draw_key} {line.line_number}"
    if into is None or not facts.draw_key or not hits(facts.seed, key, "recode", payments.recode_rate):
        return line.procedure, 100.0
    return (line.procedure[0], into, *line.procedure[2:]), payments.recode_percent


def _bundle_line(line: Line, bundle: tuple[str, bool]) -> LineDecision:
    reasons = (Adjustment("CO", "97", line.charge_cents),)
    decision = _line_decision(line, (line.procedure[0], bundle[0]), 0, reasons)
    return replace(decision, remark_codes=(BUNDLED_REMARK,))


def _deny_line(line: Line, denial: Denial) -> LineDecision:
    reasons = (Adjustment(denial.group_code, denial.reason_code, line.charge_cents),)
    return replace(_line_decision(line, line.procedure, 0, reasons), remark_codes=denial.remark_codes)


def _line_decision(
    line: Line, procedure: tuple[str, ...], allowed_cents: int, reasons: tuple[Adjustment, ...]
) -> LineDecision:
    adjustments = tuple(a for a in reasons if a.amount_cents)
    return LineDecision(
        line_number=line.line_number,
        procedure=procedure,
        submitted_procedure=() if procedure == line.procedure else line.procedure,
        units=line.units,
        charge_cents=line.charge_cents,
        paid_cents=line.charge_cents - sum(a.amount_cents for a in adjustments),
        allowed_cents=allowed_cents,
        adjustments=adjustments,
        remark_codes=(),
        service_from_on=line.service_from_on,
        service_to_on=line.service_to_on,
    )


def _sum_lines(status_code: str, lines: tuple[LineDecision, ...]) -> ClaimDecision:
    charge, paid = sum(line.charge_cents for line in lines), sum(line.paid_cents for line in lines)
    return ClaimDecision(status_code, charge, paid, (), (), lines)


def _with_interest(decision: ClaimDecision, facts: Facts) -> ClaimDecision:
    payments = facts.scenario.payments
    key = facts.draw_key
    if not key or decision.paid_cents <= 0 or not hits(facts.seed, key, "interest", payments.interest_rate):
        return decision
    return replace(decision, interest_cents=share_of(decision.paid_cents, payments.interest_percent))


def _reverse_line(line: LineDecision) -> LineDecision:
    return replace(
        line,
        charge_cents=-line.charge_cents,
        paid_cents=-line.paid_cents,
        allowed_cents=-line.allowed_cents,
        adjustments=_negative(line.adjustments),
        remark_codes=(),
    )


def _negative(adjustments: tuple[Adjustment, ...]) -> tuple[Adjustment, ...]:
    return tuple(replace(a, amount_cents=-a.amount_cents) for a in adjustments)
