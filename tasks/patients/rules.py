"""Every posting rule of patients' money: its edition, its two accounts, and where it comes from."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MoneyRule:
    """A rule that moves an amount from the credited account to the debited one; a negative amount the other way."""

    rule_id: str
    version: str
    debit: str
    credit: str
    meaning: str
    source: str


PAYMENT = MoneyRule(
    "patient_payment",
    "1",
    "cash",
    "patient_receivable",
    "money taken from the patient after the visit",
    "general accounting; no published rule",
)
WRITE_OFF = MoneyRule(
    "patient_write_off",
    "1",
    "write_off",
    "patient_receivable",
    "a patient's balance is given up, with the approval of a second person",
    "domain notes 5: never above the open balance; the approval: issue 4, no published rule",
)
WRITE_OFF_UNDONE = MoneyRule(
    "patient_write_off_undone",
    "1",
    "write_off",
    "patient_receivable",
    "a write-off is taken back to the cent",
    "domain notes 5: a write-off is reversed, not edited",
)
PATIENT_REFUND = MoneyRule(
    "patient_refund",
    "1",
    "patient_receivable",
    "refund_payable",
    "a patient's credit is to be given back",
    "general accounting; no published rule",
)
PAYER_REFUND = MoneyRule(
    "payer_refund",
    "1",
    "payer_receivable",
    "refund_payable",
    "a payer's credit is to be given back",
    "domain notes 7: 42 CFR 401.305 for Medicare; general accounting",
)
PATIENT_REFUND_PAID = MoneyRule(
    "patient_refund_paid",
    "1",
    "refund_payable",
    "cash",
    "a patient's refund has left the practice",
    "general accounting; no published rule",
)
PAYER_REFUND_PAID = MoneyRule(
    "payer_refund_paid",
    "1",
    "refund_payable",
    "cash",
    "a payer's refund has left the practice",
    "general accounting; no published rule",
)

REFUND = {"patient": PATIENT_REFUND, "payer": PAYER_REFUND}
REFUND_PAID = {"patient": PATIENT_REFUND_PAID, "payer": PAYER_REFUND_PAID}
"""The rules of a refund by whose money it is."""
