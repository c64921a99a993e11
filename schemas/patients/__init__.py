"""Policies of patients' money as dated tables: statements, write-offs, the clock of overpayments; each row with its source."""
