"""Every posting rule: its id, its edition, what it does and where it comes from.

Source: "domain notes" are the billing rules given to this project; "RFI" are the X12 interpretations they quote.
"""

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """One posting rule; `version` rises when the same remittance would be posted otherwise than before."""

    rule_id: str
    version: str
    meaning: str
    source: str


CHARGE = Rule("charge", "1", "a claim line is charged to its payer", "general accounting; no published rule")
CHARGE_CHANGE = Rule(
    "charge_change",
    "1",
    "the old charge of a line is taken back and the new one charged",
    "general accounting; no published rule",
)
PATIENT_PAYMENT = Rule("patient_payment", "1", "money taken from the patient", "general accounting; no published rule")
PAYMENT = Rule("payment", "1", "the payer paid a line, or the claim", "domain notes 2: SVC03, CLP04")
CONTRACTUAL_ADJUSTMENT = Rule(
    "contractual",
    "1",
    "an adjustment that the contract or the law takes",
    "domain notes 2 and 8: contractual is no denial",
)
PATIENT_SHARE = Rule(
    "patient_share", "1", "group PR, reason not informational: the patient owes it", "domain notes 2: CAS groups"
)
DENIAL = Rule("denial", "1", "the payer refuses it, and it is worked", "domain notes 8")
PRIOR_PAYER_EFFECT = Rule(
    "prior_payer", "1", "the payer before has settled it", "domain notes 1 and 8: OA-23 is the prior payer's effect"
)
REVERSAL = Rule("reversal", "2", "stored postings are taken back to the cent", "domain notes 2; RFI 1147, 1429")
REVERSAL_UNMATCHED = Rule(
    "reversal_unmatched",
    "1",
    "a reversal that equals nothing stored is posted by its own signed amounts, with an exception",
    "domain notes 2: post it and open an exception",
)
SUPERSEDING = Rule(
    "replacement_supersedes",
    "1",
    "a later version was answered, so what an earlier one left unpaid is open no more",
    "none published: follows from one charge having one answer; issue 4 may revise it",
)
SUSPENSE_MONEY = Rule(
    "suspense",
    "1",
    "a remitted claim that does not balance: its money waits",
    "corpus figures: post to suspense with the difference",
)
SUSPENSE_RELEASE = Rule(
    "suspense_release",
    "1",
    "money leaves suspense: the payer takes it back, or a person has it posted",
    "none published: what waits is reversed where it waits, and posted anew",
)
UNMATCHED_MONEY = Rule(
    "unmatched", "1", "a remitted claim that matches no claim of ours: its money waits", "domain notes 2: human queue"
)
RELEASE = Rule(
    "release", "1", "money that waited for its claim no longer waits", "none published: the other half of `unmatched`"
)
UNMATCHED_ANSWER = Rule(
    "unmatched_answer",
    "1",
    "a person says that an answer is not this claim's: all of it is taken back",
    "none published",
)
UNMATCHED_REVERSAL = Rule(
    "unmatched_reversal",
    "1",
    "a person says that a reversal is not this claim's: what it took stands",
    "none published",
)
INTEREST = Rule("interest", "1", "PLB L6: interest is income and never touches a claim", "domain notes 2: PLB")
TAKEBACK = Rule(
    "takeback", "1", "PLB WO and 72: recovery announced, taken or returned", "domain notes 2: PLB; RFI 227, 1756, 2370"
)
FORWARDING = Rule(
    "forward_balance",
    "1",
    "PLB FB: a balance carried to, or brought in from, another payment",
    "domain notes 2: PLB; RFI 222",
)
OTHER_PROVIDER_MONEY = Rule(
    "provider_adjustment", "1", "PLB of any other code, kept by its code", "domain notes 2: PLB"
)

RULES = (
    CHARGE,
    CHARGE_CHANGE,
    PATIENT_PAYMENT,
    PAYMENT,
    CONTRACTUAL_ADJUSTMENT,
    PATIENT_SHARE,
    DENIAL,
    PRIOR_PAYER_EFFECT,
    REVERSAL,
    REVERSAL_UNMATCHED,
    SUPERSEDING,
    SUSPENSE_MONEY,
    SUSPENSE_RELEASE,
    UNMATCHED_MONEY,
    RELEASE,
    UNMATCHED_ANSWER,
    UNMATCHED_REVERSAL,
    INTEREST,
    TAKEBACK,
    FORWARDING,
    OTHER_PROVIDER_MONEY,
)

BY_ID = {rule.rule_id: rule for rule in RULES}


def load_rules() -> list[dict[str, str]]:
    """Give the rows of ledger.rule."""
    return [asdict(rule) for rule in RULES]
