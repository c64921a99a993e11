"""Is a person's decision on patients' money to be carried out, and which money does it move."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from schemas.money import dollars
from tasks.patients.rules import PAYMENT, REFUND, REFUND_PAID, WRITE_OFF, WRITE_OFF_UNDONE, MoneyRule

Row = Mapping[str, Any]
REASONS = ("small_balance", "bad_debt", "hardship", "courtesy")
"""Why a patient's balance is given up; the code of the write_off entries."""
REFUND_REASON = "refund"


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided. Units: amount in cents; 0 where the choice names none or no whole number."""

    decision_id: str
    kind: str
    subject_id: str
    choice: Row
    made_by: str

    @property
    def amount_cents(self) -> int:
        """Give the cents that the choice names."""
        said = self.choice.get("amount_cents")
        return said if isinstance(said, int) and not isinstance(said, bool) else 0


@dataclass(frozen=True, slots=True)
class Facts:
    """What the books say of the thing decided on, at the moment the decision is carried out.

    `balances` are the open cents of the holder by claim: what the patient owes, or below zero what is held above that.
    `moved` are the stored cents by claim of the write-off that the proposal became. Units: cents.
    """

    encounter_id: str | None = None
    balances: Mapping[str, int] = field(default_factory=dict)
    refundable_cents: int = 0
    requested_cents: int = 0
    proposal: Row | None = None
    moved: Mapping[str, int] = field(default_factory=dict)

    @property
    def open_cents(self) -> int:
        """What is owed on the account."""
        return sum(self.balances.values())


@dataclass(frozen=True, slots=True)
class Move:
    """An amount that a rule moves on one claim."""

    rule: MoneyRule
    claim_id: str
    amount_cents: int
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What comes of a decision: money moved, a proposal, or why it is refused (`message`, '' when accepted)."""

    message: str = ""
    moves: tuple[Move, ...] = ()
    proposal: dict[str, Any] | None = None


def judge(decision: Decision, facts: Facts) -> Judgement:
    """Give what comes of a decision of one of KINDS.

    Holds: nothing is given up above the open balance nor given back above what can be; nobody approves what they
    proposed; what was approved once is not approved again.
    Source: domain notes 5 (a write-off above the claim's open balance is illegal).
    """
    return _JUDGES[decision.kind](decision, facts)


def spread(amount_cents: int, balances: Mapping[str, int]) -> dict[str, int]:
    """Share an amount out over the claims with an open balance, in the order of their keys; the last takes what is left over.

    Holds: the shares add up to the amount.
    """
    shares: dict[str, int] = {}
    left = amount_cents
    for claim_id in sorted(balances):
        share = min(left, max(balances[claim_id], 0))
        if share:
            shares[claim_id] = share
            left -= share
    if left:
        last = max(shares or balances)
        shares[last] = shares.get(last, 0) + left
    return shares


def _propose_write_off(decision: Decision, facts: Facts) -> Judgement:
    reason, cents = str(decision.choice.get("reason_code")), decision.amount_cents
    if reason not in REASONS:
        return Judgement(f"no such reason to write off; name one of {', '.join(REASONS)}")
    if cents <= 0:
        return Judgement("a write-off needs an amount above zero; name it in cents")
    if cents > facts.open_cents:
        return Judgement(_above("write-off", cents, facts.open_cents))
    return Judgement(proposal=_proposal(decision, facts, "write_off", "patient", reason))


def _refund(decision: Decision, facts: Facts) -> Judgement:
    holder, cents = str(decision.choice.get("holder")), decision.amount_cents
    if holder not in REFUND:
        return Judgement("a refund goes to the patient or to the payer; name one of the two as holder")
    if cents <= 0:
        return Judgement("a refund needs an amount above zero; name it in cents")
    if cents > facts.refundable_cents - facts.requested_cents:
        return Judgement(_above("refund", cents, facts.refundable_cents - facts.requested_cents))
    return Judgement(proposal=_proposal(decision, facts, "refund", holder, REFUND_REASON))


def _approve_write_off(decision: Decision, facts: Facts) -> Judgement:
    said = _not_approvable(decision, facts, "write_off")
    if said is not None or facts.proposal is None:
        return Judgement(said or _UNKNOWN)
    cents, code = facts.proposal["amount_cents"], facts.proposal["reason_code"]
    if cents > facts.open_cents:
        return Judgement(_above("write-off", cents, facts.open_cents))
    shares = spread(cents, facts.balances)
    return Judgement(moves=tuple(Move(WRITE_OFF, claim, share, code) for claim, share in shares.items()))


def _approve_refund(decision: Decision, facts: Facts) -> Judgement:
    said = _not_approvable(decision, facts, "refund")
    if said is not None or facts.proposal is None:
        return Judgement(said or _UNKNOWN)
    cents, rule = facts.proposal["amount_cents"], REFUND[facts.proposal["holder"]]
    if cents > facts.refundable_cents:
        return Judgement(_above("refund", cents, facts.refundable_cents))
    shares = spread(cents, {claim: -balance for claim, balance in facts.balances.items()})
    return Judgement(moves=tuple(Move(rule, claim, share) for claim, share in shares.items()))


def _pay_refund(decision: Decision, facts: Facts) -> Judgement:
    if facts.proposal is None or facts.proposal["kind"] != "refund":
        return Judgement(_UNKNOWN)
    if facts.proposal["state"] != "approved":
        return Judgement(f"the refund is {facts.proposal['state']}; only an approved one is paid")
    if decision.amount_cents != facts.proposal["amount_cents"]:
        return Judgement("the cents paid are not those approved; pay what was approved, or refund anew")
    rule, reference = REFUND_PAID[facts.proposal["holder"]], str(decision.choice.get("reference") or "") or None
    return Judgement(moves=tuple(Move(rule, claim, cents, reference) for claim, cents in sorted(facts.moved.items())))


def _refuse(decision: Decision, facts: Facts) -> Judgement:
    kind = decision.kind.removeprefix("refuse_")
    if facts.proposal is None or facts.proposal["kind"] != kind:
        return Judgement(_UNKNOWN)
    if facts.proposal["state"] not in ("open", "lapsed"):
        return Judgement(f"it is {facts.proposal['state']} already; nothing is left to refuse")
    return Judgement()


def _undo_write_off(_decision: Decision, facts: Facts) -> Judgement:
    if facts.proposal is None or facts.proposal["kind"] != "write_off":
        return Judgement(_UNKNOWN)
    if facts.proposal["state"] != "approved":
        return Judgement(f"the write-off is {facts.proposal['state']}; only an approved one can be undone")
    code = facts.proposal["reason_code"]
    undone = (Move(WRITE_OFF_UNDONE, claim, -cents, code) for claim, cents in sorted(facts.moved.items()))
    return Judgement(moves=tuple(undone))


def _patient_payment(decision: Decision, facts: Facts) -> Judgement:
    if not facts.balances:
        return Judgement("no such encounter with a claim; name an encounter of claims patients balances")
    if decision.amount_cents <= 0:
        return Judgement("a payment needs an amount above zero; name it in cents")
    shares = spread(decision.amount_cents, facts.balances)
    return Judgement(moves=tuple(Move(PAYMENT, claim, share) for claim, share in shares.items()))


def _note_investigation(_decision: Decision, facts: Facts) -> Judgement:
    if facts.open_cents >= 0:
        return Judgement("the claim has no credit balance; name a claim of claims patients clock")
    return Judgement()


_UNKNOWN = "no such proposal; name one of claims patients proposed"
_JUDGES: Mapping[str, Callable[[Decision, Facts], Judgement]] = {
    "propose_write_off": _propose_write_off,
    "approve_write_off": _approve_write_off,
    "refuse_write_off": _refuse,
    "undo_write_off": _undo_write_off,
    "refund": _refund,
    "approve_refund": _approve_refund,
    "refuse_refund": _refuse,
    "pay_refund": _pay_refund,
    "patient_payment": _patient_payment,
    "investigate_credit": _note_investigation,
    "conclude_investigation": _note_investigation,
}
KINDS = tuple(_JUDGES)
"""The kinds of decision that this science judges."""


def _not_approvable(decision: Decision, facts: Facts, kind: str) -> str | None:
    """Say why the proposal cannot be approved, None when it can."""
    proposal = facts.proposal
    if proposal is None or proposal["kind"] != kind:
        return _UNKNOWN
    if proposal["state"] != "open":
        return f"the proposal is {proposal['state']}; nothing is left to approve"
    if _same_person(decision.made_by, proposal["proposed_by"]):
        return "the person who proposed it cannot approve it; ask another one"
    if decision.amount_cents != proposal["amount_cents"]:
        return (
            f"the approval does not name the {dollars(proposal['amount_cents'])} proposed; look again and approve that"
        )
    return None


def _same_person(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()


def _above(what: str, cents: int, most: int) -> str:
    return f"a {what} of {dollars(cents)} is above the {dollars(max(most, 0))} that stand open for it; name less"


def _proposal(decision: Decision, facts: Facts, kind: str, holder: str, reason: str) -> dict[str, Any]:
    return {
        "proposal_id": decision.decision_id,
        "kind": kind,
        "holder": holder,
        "subject_id": decision.subject_id,
        "encounter_id": facts.encounter_id,
        "reason_code": reason,
        "amount_cents": decision.amount_cents,
        "evidence": f"proposed by a person on {dollars(abs(facts.open_cents))} open",
        "proposed_by": decision.made_by,
        "decision_id": decision.decision_id,
    }
