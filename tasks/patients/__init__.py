"""The science of patients' money: what is asked of them, given up and given back; it knows no store and no clock.

| file | what it knows |
|---|---|
| policies.py | the dated tables of schemas/patients: statements, write-offs, the clock of overpayments |
| rules.py | the posting rules of patients' money, with their accounts and sources |
| judging.py | is a person's decision to be carried out, and which money does it move |
| proposing.py | which balances the night proposes to give up |
| statements.py | which patients get a statement tonight, and what stands on it |
| paper.py | a statement as PDF |

What moves when is told in docs/posting.md.
"""
