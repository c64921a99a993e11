"""The chart of accounts, as rows and as names."""

import csv
from importlib.resources import files

CASH = "cash"
PAYER_RECEIVABLE = "payer_receivable"
PATIENT_RECEIVABLE = "patient_receivable"
CHARGES = "charges"
CONTRACTUAL = "contractual"
DENIED = "denied"
PRIOR_PAYER = "prior_payer"
SUSPENSE = "suspense"
UNAPPLIED = "unapplied"
TAKEBACKS = "takebacks"
FORWARD_BALANCE = "forward_balance"
INTEREST_INCOME = "interest_income"
PROVIDER_ADJUSTMENTS = "provider_adjustments"


def load_accounts() -> list[dict[str, str]]:
    """Give the rows of ledger.account.

    Shape: account, kind, meaning.
    """
    text = files("schemas.ledger").joinpath("accounts.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
