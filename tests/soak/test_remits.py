"""The proof of whole remittances at full size: 100,000 835s, every mutation of 200 of them, many orders of many worlds."""

import os

for name, size in {
    "REMIT_WORLDS": "200",  # about three files each
    "REMIT_REPEATS": "167",  # nights
    "REMIT_MUTATED": "200",
    "REMIT_MUTATIONS": "1000000",  # all
    "REMIT_SEEDS": "20",
    "REMIT_ORDERS": "60",
}.items():
    os.environ.setdefault(name, size)

from tests.remits.test_mutations import test_money_that_one_element_changes_leaves_a_sign  # noqa: E402 - sizes first
from tests.remits.test_order import test_any_order_repetition_and_split_gives_the_same_books  # noqa: E402 - sizes first
from tests.remits.test_proof import (  # noqa: E402 - sizes first
    answered,
    test_every_claim_is_found_and_no_exception_is_made,
    test_every_payment_is_accepted,
    test_every_row_of_the_ledger_is_what_its_bytes_say,
    test_the_cash_of_every_trace_is_its_payment,
)

__all__ = [
    "answered",
    "test_any_order_repetition_and_split_gives_the_same_books",
    "test_every_claim_is_found_and_no_exception_is_made",
    "test_every_payment_is_accepted",
    "test_every_row_of_the_ledger_is_what_its_bytes_say",
    "test_money_that_one_element_changes_leaves_a_sign",
    "test_the_cash_of_every_trace_is_its_payment",
]
