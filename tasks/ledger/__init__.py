"""The ledger science: rows of remittances in, balanced double entries out; it knows no store and no clock.

| file | what it knows |
|---|---|
| accounts.py | the chart of accounts |
| rules.py | every posting rule with its edition and source |
| entries.py | how legs become entries of one balanced posting |
| charges.py | charges, their changes, and money taken from patients |
| balance.py | what is done with what does not balance: the dated policy (whether it balances: view ledger.due_verdict) |
| components.py | the account of each adjustment, and the legs of what a remitted claim says (view ledger.said_amount) |
| suspense.py | money that waits, and how it leaves |
| rereading.py | do the bytes that an entry names say its cents |
| reversal.py | which stored postings a reversal takes back |
| superseding.py | what a later answer makes of the open balances of the versions before |
| provider_adjustments.py | PLB money |
| posting.py | the way in: what a caller calls |

What is posted when, and why, is told in docs/posting.md.
"""
