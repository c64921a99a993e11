"""What the synthetic payer pays tonight: decisions, splits, reversals, corrections, takebacks, forwarded balances.

Source: domain notes, section 2 (835); RFI numbers stand at the rules. Rates and lags are the scenario's.
"""

from dataclasses import dataclass, field, replace
from hashlib import sha256

from tasks.simulation.payer_adjudication import (
    REVERSED,
    ClaimDecision,
    Facts,
    decide_claim,
    reverse_decision,
    split_decision,
)
from tasks.simulation.payer_bank import send_money
from tasks.simulation.payer_coverage import deductible_key, is_covered
from tasks.simulation.payer_night import Night
from tasks.simulation.payer_reader import Claim, Party
from tasks.simulation.payer_remittance import VERSION, ProviderAdjustment, Remit, Remittance, remittance_set
from tasks.simulation.payer_scenario import hits
from tasks.simulation.payer_state import Balance, Posting, Record, Shortfall
from tasks.simulation.payer_writer import plain, write_file

KINDS = ("pay", "split_rest", "reverse", "correct")
UNPROCESSABLE_REMARK = "MA130"


@dataclass
class Account:
    """What one payer has for one provider tonight."""

    key: str
    trace_number: str
    first: Record
    remits: list[Remit] = field(default_factory=list)
    adjustments: list[ProviderAdjustment] = field(default_factory=list)

    @property
    def net_cents(self) -> int:
        """Claim payments less the provider adjustments so far."""
        return sum(r.decision.paid_cents for r in self.remits) - sum(a.amount_cents for a in self.adjustments)


def pay_claims(run: Night) -> None:
    """Do all that is due tonight, and put one 835 for each payer in the outbox, one transaction set for each payee."""
    accounts: dict[str, Account] = {}
    for due in run.take_due(KINDS):
        record = run.state.records[due.payer_claim_number]
        if record.status == "replaced":
            continue
        if record.account not in accounts:
            accounts[record.account] = Account(record.account, _trace_number(run, record), record)
        ACTIONS[due.kind](run, record, accounts[record.account])
    payers: dict[str, list[Account]] = {}
    for key in sorted(accounts):
        if accounts[key].remits:
            payers.setdefault(accounts[key].first.claim.payer_id, []).append(accounts[key])
    for payer_id, group in payers.items():
        sheet = run.sheet()
        remittances = [_close(run, account) for account in group]
        for remittance in remittances:
            send_money(run, remittance)
        sets = [remittance_set(sheet, place, remittance) for place, remittance in enumerate(remittances, 1)]
        run.post(sheet, f"835-{plain(payer_id)}", write_file(sheet, "HP", VERSION, sets))


def payer_party(run: Night, claim: Claim) -> Party:
    """Name the payer of a claim: by the scenario where it has a section, else as the claim names it."""
    terms = run.scenario.terms_of(claim.payer_id)
    name = terms.name if terms.payer_id == claim.payer_id else claim.payer_name
    return Party("PR", "2", name, number_qualifier_code="PI", number=claim.payer_id)


def originator_number(run: Night, payer_id: str) -> str:
    """Give TRN03, which no two payers share; a payer without its own section gets one from a hash of its id."""
    terms = run.scenario.terms_of(payer_id)
    if terms.payer_id == payer_id:
        return terms.originator_number
    return f"1{int(sha256(payer_id.encode()).hexdigest(), 16) % 10**9:09d}"


def _trace_number(run: Night, record: Record) -> str:
    return f"{plain(record.claim.payer_id)[:5]}{run.night:%y%j}{run.state.next_number('trace'):05d}"


def _pay(run: Night, record: Record, account: Account) -> None:
    claim = record.claim
    replaced = _replaced_by(run, claim)
    for original in replaced:
        _take_back(run, original, account)
    if claim.frequency_code == "8":
        run.state.fingerprints.pop(_fingerprint(claim), None)
        run.keep(record, status="decided")
        return
    decision = decide_claim(claim, _facts(run, record))
    _remember(run, claim, decision)
    record = run.keep(record, status="decided")
    number = claim.original_number if replaced else ""
    payments, key = run.scenario.payments, record.draw_key
    can_vary = bool(key) and decision.paid_cents > 0
    if can_vary and _can_split(decision) and hits(run.seed, key, "split", payments.split_rate):
        decision, rest = split_decision(decision)
        record = run.keep(record, waiting=(rest,))
        run.plan(record, "split_rest", payments.split_lag_nights)
    elif can_vary and _is_underpaid(decision) and hits(run.seed, key, "mend", payments.mend_rate):
        run.plan(record, "reverse", payments.mend_lag_nights)
    elif can_vary and hits(run.seed, key, "reversal", payments.reversal_rate):
        run.plan(record, "reverse", payments.reversal_lag_nights)
    _remit(run, record, account, decision, record.payer_claim_number, number)


def _replaced_by(run: Night, claim: Claim) -> list[Record]:
    """Give the claims that this one replaces or voids, the nearest first (a replacement may be replaced unpaid)."""
    found: list[Record] = []
    while claim.frequency_code in ("7", "8"):
        original = run.state.records.get(run.state.numbers.get(claim.original_number, ""))
        if original is None or original in found:
            break
        found.append(original)
        claim = original.claim
    return found


def _pay_rest(run: Night, record: Record, account: Account) -> None:
    rest = record.waiting[0]
    record = run.keep(record, waiting=())
    _remit(run, record, account, rest, _another_number(run, record))


def _reverse(run: Night, record: Record, account: Account) -> None:
    payments, key = run.scenario.payments, record.draw_key
    taken = _take_back(run, record, account)
    if hits(run.seed, key, "takeback", payments.takeback_rate):
        _defer_takeback(run, record, account, taken)
    record = run.state.records[record.payer_claim_number]
    if hits(run.seed, key, "correction later", payments.correction_later_rate):
        run.plan(record, "correct", payments.correction_lag_nights)
    else:
        _correct(run, record, account)


def _correct(run: Night, record: Record, account: Account) -> None:
    number = record.payer_claim_number
    is_mended = any(s.payer_claim_number == number and s.cause == "underpaid" for s in run.state.shortfalls)
    percent = 100.0 if is_mended else run.scenario.payments.correction_percent
    facts = replace(_facts(run, record), allowed_percent=percent, is_mended=is_mended, is_duplicate=False)
    decision = replace(decide_claim(record.claim, facts), interest_cents=0)
    _remit(run, record, account, decision, _another_number(run, record), record.payer_claim_number)


ACTIONS = {"pay": _pay, "split_rest": _pay_rest, "reverse": _reverse, "correct": _correct}


def _remit(
    run: Night, record: Record, account: Account, decision: ClaimDecision, number: str, original_number: str = ""
) -> None:
    account.remits.append(Remit(record.claim, record.batch, number, decision, original_number))
    run.keep(record, posted=(*record.posted, Posting(number, decision)))
    run.state.shortfalls += [
        Shortfall(
            record.claim.patient_control_number,
            line.line_number,
            number,
            line.shortfall,
            line.scheduled_cents,
            line.allowed_cents,
            run.night,
        )
        for line in decision.lines
        if line.shortfall
    ]
    _count_deductible(run, record.claim, decision)


def _take_back(run: Night, record: Record, account: Account) -> int:
    """Reverse every posting of a claim, and give the cents that this takes from the provider."""
    taken = 0
    for posting in record.posted:
        decision = reverse_decision(posting.decision)
        account.remits.append(Remit(record.claim, record.batch, posting.payer_claim_number, decision))
        _count_deductible(run, record.claim, decision)
        taken -= decision.paid_cents
    run.keep(record, posted=())
    return taken


def _defer_takeback(run: Night, record: Record, account: Account, taken_cents: int) -> None:
    """Give the money of a reversal back for now (PLB WO negative), and take it on a later night (WO positive).

    Source: domain notes, section 2 (X12 RFI 227, 1756; reference CLP01, CLP07, TRN02: RFI 2370).
    """
    parts = (plain(record.claim.patient_control_number), record.payer_claim_number, account.trace_number)
    reference = " ".join(parts)[:50]
    account.adjustments.append(ProviderAdjustment("WO", reference, -taken_cents))
    due_on = run.later(run.scenario.payments.takeback_lag_nights)
    run.state.balances.append(Balance(account.key, "WO", reference, taken_cents, due_on))


def _close(run: Night, account: Account) -> Remittance:
    """Add what belongs to the provider as a whole, and forward what would make the payment negative."""
    for remit in account.remits:
        if remit.decision.interest_cents:
            interest = ProviderAdjustment("L6", remit.payer_claim_number, -remit.decision.interest_cents)
            account.adjustments.append(interest)
    carried = _bring_in(run, account)
    payments = run.scenario.payments
    if account.net_cents > payments.other_adjustment_cents and hits(
        run.seed, account.trace_number, "other adjustment", payments.other_adjustment_rate
    ):
        code, cents = payments.other_adjustment_code, payments.other_adjustment_cents
        account.adjustments.append(ProviderAdjustment(code, f"ADJ{account.trace_number}", cents))
    if account.net_cents < 0:
        _forward(run, account, carried or account.trace_number)
    claim = account.first.claim
    return Remittance(
        payer=payer_party(run, claim),
        originator_number=originator_number(run, claim.payer_id),
        payee=claim.billing,
        tax_number=claim.tax_number,
        trace_number=account.trace_number,
        remits=tuple(sorted(account.remits, key=lambda r: r.decision.status_code != REVERSED)),
        adjustments=tuple(account.adjustments),
    )


def _bring_in(run: Night, account: Account) -> str:
    """Take the balances that are due, and give the reference of the forwarded one, empty where there is none."""
    due = [b for b in run.state.balances if b.account == account.key and b.due_on <= run.night]
    run.state.balances = [b for b in run.state.balances if b not in due]
    for balance in due:
        account.adjustments.append(ProviderAdjustment(balance.code, balance.reference, balance.amount_cents))
    return next((b.reference for b in due if b.code == "FB"), "")


def _forward(run: Night, account: Account, reference: str) -> None:
    """Carry a negative payment to the next remittance (PLB FB), so that this one pays nothing.

    Source: domain notes, section 2 (X12 RFI 222: the reference is the TRN02 of the first).
    """
    owed = -account.net_cents
    account.adjustments.append(ProviderAdjustment("FB", reference, -owed))
    run.state.balances.append(Balance(account.key, "FB", reference, owed, run.later(1)))


def _facts(run: Night, record: Record) -> Facts:
    claim, terms = record.claim, run.scenario.terms_of(record.claim.payer_id)
    used = run.state.deductibles.get(_deductible_key(claim), 0)
    return Facts(
        terms=terms,
        scenario=run.scenario,
        seed=run.seed,
        draw_key=record.draw_key,
        received_on=record.batch.received_on,
        deductible_left_cents=max(0, terms.deductible_cents - used),
        is_duplicate=claim.frequency_code == "1" and _fingerprint(claim) in run.state.fingerprints,
        is_covered=is_covered(run.scenario, run.seed, claim.subscriber.number),
    )


def _remember(run: Night, claim: Claim, decision: ClaimDecision) -> None:
    """Keep the claim for the search of duplicates, unless it counts as never adjudicated (MA130)."""
    remarks = {*decision.remark_codes, *(code for line in decision.lines for code in line.remark_codes)}
    if UNPROCESSABLE_REMARK not in remarks:
        run.state.fingerprints.setdefault(_fingerprint(claim), claim.patient_control_number)


def _fingerprint(claim: Claim) -> str:
    lines = sorted((line.service_from_on.isoformat(), *line.procedure, line.charge_cents) for line in claim.lines)
    return sha256(repr((claim.payer_id, claim.subscriber.number, claim.patient, lines)).encode()).hexdigest()


def _count_deductible(run: Night, claim: Claim, decision: ClaimDecision) -> None:
    key = _deductible_key(claim)
    if decision.deductible_cents:
        run.state.deductibles[key] = run.state.deductibles.get(key, 0) + decision.deductible_cents


def _deductible_key(claim: Claim) -> str:
    return deductible_key(claim.payer_id, claim.subscriber.number, claim.service_from_on.year)


def _another_number(run: Night, record: Record) -> str:
    number = run.next_claim_number()
    run.state.numbers[number] = record.payer_claim_number
    return number


def _is_underpaid(decision: ClaimDecision) -> bool:
    return any(line.shortfall == "underpaid" for line in decision.lines)


def _can_split(decision: ClaimDecision) -> bool:
    return len(decision.lines) > 1 and not decision.interest_cents


def is_unchanged(one: Claim, other: Claim) -> bool:
    """Say whether two claims differ in nothing but their numbers: then a replacement cures nothing."""
    return _without_numbers(one) == _without_numbers(other)


def _without_numbers(claim: Claim) -> Claim:
    return replace(
        claim,
        patient_control_number="",
        frequency_code="",
        original_number="",
        clearinghouse_trace_number="",
        lines=tuple(replace(line, line_number="") for line in claim.lines),
    )
