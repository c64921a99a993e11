"""The ledger science: rows of remittances in, balanced double entries out; it knows no store and no clock.

| file | what it knows |
|---|---|
| accounts.py | the chart of accounts |
| rules.py | every posting rule with its edition and source |
| entries.py | how legs become entries of one balanced posting |
| charges.py | charges, their changes, and money taken from patients |
| balance.py | does a remitted claim balance, and which of its adjustments count |
| components.py | the money of one remitted claim, piece by piece, with the account of each piece |
| reversal.py | which stored postings a reversal takes back |
| superseding.py | what a later answer makes of the open balances of the versions before |
| provider_adjustments.py | PLB money |
| posting.py | the way in: what a caller calls |

What is posted when, and why, is told in docs/posting.md.
"""
