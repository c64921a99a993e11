"""The bank science: bytes of a bank's file in, movements of money out; it knows no store and no clock.

| file | what it knows |
|---|---|
| movements.py | what a movement is, where a TRN segment stands in free text |
| ach.py | NACHA files: the CCD+ entries that the bank passes on, with their addenda |
| bai2.py | BAI2 statements |
| columns.py | CSV files, by the column names that practice.toml gives |
| reading.py | the way in: which of the three a file is |

Which movement belongs to which 835 is a question of sets and stands in schemas/warehouse/72_bank.sql.
"""
