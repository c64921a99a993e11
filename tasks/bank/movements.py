"""Movements of money as a bank tells them, and the TRN segment that names the remittance."""

import re
from dataclasses import dataclass
from datetime import date

from schemas.errors import Fault

_ORIGINATOR_LENGTH = 10
"""TRN03 is ten characters long, so what a bank puts behind it without a delimiter is not of it."""
_TRN = re.compile(r"TRN\*1\*([^*\\~]{1,50})\*([^*\\~\s/]{1,80})")
ASK_AGAIN = "nothing of it was used; ask the bank for the file again"


@dataclass(frozen=True, slots=True)
class Movement:
    """One credit or debit to our account, and the bytes that say so.

    Units: cents; a credit is positive, a debit negative. Source of the trace: X12 835 TRN02 and TRN03, as the payer put
    them into the addenda (CAQH CORE 370); null where the bank passed none on.
    """

    byte_start: int
    byte_end: int
    settled_on: date
    amount_cents: int
    account_number: str | None = None
    type_code: str | None = None
    entry_description: str | None = None
    originator_name: str | None = None
    originator_id: str | None = None
    trace_number: str | None = None
    check_number: str | None = None
    bank_reference: str | None = None


def trace_in(*texts: str) -> tuple[str | None, str | None]:
    """Give TRN02 and TRN03 of the first of these texts that holds a whole TRN segment, else nothing twice.

    Holds: a TRN that is not whole gives nothing, never half a number.
    """
    for text in texts:
        if found := _TRN.search(text):
            return found[1].strip(), found[2][:_ORIGINATOR_LENGTH]
    return None, None


def fault(code: str, message: str, byte_start: int, record: str, field: str = "") -> Fault:
    """Give the fault of a bank's file at this record; a bank's file is taken whole or not at all."""
    return Fault(code, message, ASK_AGAIN, byte_start, record, field)


def must_be(told: int, found: int, what: str, byte_start: int, record: str) -> None:
    """Let pass a control total that is what the records add up to.

    Raises: Fault CONTROL_TOTAL.
    """
    if told != found:
        raise fault("CONTROL_TOTAL", f"{what} is told as {told} and adds up to {found}", byte_start, record, what)
