"""A Synthea-shaped export of our own invention: four patients, seven visits, every turn the adapter takes."""

import csv
import io

from tasks.encounters.rows import read_rows
from tasks.encounters.synthea import LAYOUT


def _table(text):
    """Rows of a table written as lines, values parted by bars; the first line names the columns."""
    columns, *rows = ([value.strip() for value in line.split("|")] for line in text.strip().splitlines())
    return [dict(zip(columns, row, strict=True)) for row in rows]


ROWS = {
    "organizations": _table("""
        Id    | NAME           | ADDRESS   | CITY  | STATE | ZIP   | PHONE
        org-1 | NORTH CLINIC   | 4 ELM ST  | SALEM | MA    | 01970 | 978-555-0100
        org-2 | SOUTH: CLINIC* | PO Box 12 | SALEM | MA    |       |
    """),
    "providers": _table("""
        Id    | ORGANIZATION | NAME       | SPECIALITY
        doc-1 | org-1        | Ada1 Byte2 | GENERAL PRACTICE
        doc-2 | org-2        | Dr. Grace3 | FAMILY PRACTICE
    """),
    "payers": _table("""
        Id       | NAME         | OWNERSHIP
        private  | Some Health  | PRIVATE
        medicare | Medicare     | GOVERNMENT
        none     | NO_INSURANCE | NO_INSURANCE
    """),
    "patients": _table("""
        Id    | FIRST | LAST | BIRTHDATE  | GENDER | ADDRESS  | CITY  | STATE         | ZIP
        pat-1 | F1    | L1   | 1980-05-05 | F      | 1 OAK ST | SALEM | Massachusetts | 01970
        pat-2 | F2    | L2   | 2019-07-01 | M      | 1 OAK ST | SALEM | Massachusetts | 01970
        pat-3 | F3    | L3   | 1990-01-01 | M      | 1 OAK ST | SALEM | Massachusetts | 01970
        pat-4 | F4    | L4   | 1950-02-02 | F      | 1 OAK ST | SALEM | Massachusetts | 01970
    """),
    "payer_transitions": _table("""
        PATIENT | MEMBERID | START_DATE           | END_DATE             | PAYER    | SECONDARY_PAYER | PLAN_OWNERSHIP | OWNER_NAME
        pat-1   | aa-0b    | 2025-01-01T05:00:00Z | 2026-01-01T05:00:00Z | private  |                 | Self           | F1 L1
        pat-1   | aa-1c    | 2026-01-01T05:00:00Z |                      | medicare | private         | Self           | F1 L1
        pat-2   | bb-2d    | 2025-01-01T05:00:00Z |                      | private  |                 | Guardian       | Mr. Owner
        pat-3   |          | 2025-01-01T05:00:00Z |                      | none     |                 |                |
    """),
    # enc-1: half past ten in the evening of the 31st in Boston, and still the old insurance
    "encounters": _table("""
        Id    | START                | STOP                 | PATIENT | ORGANIZATION | PROVIDER | PAYER    | ENCOUNTERCLASS
        enc-1 | 2026-01-01T03:30:00Z | 2026-01-01T04:30:00Z | pat-1   | org-1        | doc-1    | private  | ambulatory
        enc-2 | 2026-02-01T15:00:00Z | 2026-02-01T15:15:00Z | pat-1   | org-2        | doc-2    | medicare | wellness
        enc-3 | 2026-02-02T15:00:00Z | 2026-02-02T15:15:00Z | pat-2   | org-1        | doc-1    | private  | urgentcare
        enc-4 | 2026-02-03T15:00:00Z | 2026-02-03T15:15:00Z | pat-3   | org-1        | doc-1    | none     | ambulatory
        enc-5 | 2026-02-04T15:00:00Z | 2026-02-09T15:15:00Z | pat-1   | org-1        | doc-1    | medicare | inpatient
        enc-6 | 2026-02-05T15:00:00Z |                      | pat-4   | org-1        | doc-1    | medicare | virtual
        enc-7 | 2026-02-06T15:00:00Z | 2026-02-06T16:15:00Z | pat-1   | org-1        | doc-1    | medicare | ambulatory
    """),
    "claims": _table("""
        Id    | APPOINTMENTID | DIAGNOSIS1 | DIAGNOSIS2 | DIAGNOSIS3
        cl-1  | enc-1         | 444814009  | 444814009  | 55822004
        cl-1m | enc-1         | 55822004   |            |
        cl-2  | enc-2         | 55822004   |            |
        cl-3  | enc-3         | 55822004   |            |
        cl-4  | enc-4         | 55822004   |            |
        cl-5  | enc-5         | 55822004   |            |
        cl-6  | enc-6         | 55822004   |            |
        cl-7  | enc-7         | 55822004   |            |
    """),
    "medications": [{"ENCOUNTER": "enc-1", "CODE": "314076"}],
    "immunizations": [{"ENCOUNTER": "enc-2", "CODE": "140"}],
}
CHARGES = [
    # encounter, claim, code, dollars, references
    ("enc-1", "cl-1", "185345009", "85.55", "1 3"),
    ("enc-1", "cl-1m", "314076", "0.13", "1"),
    ("enc-2", "cl-2", "162673000", "136.80", "1"),
    ("enc-2", "cl-2", "140", "136.00", "1"),
    ("enc-3", "cl-3", "702927004", "142.58", "1"),
    ("enc-4", "cl-4", "185345009", "85.55", "1"),
    ("enc-5", "cl-5", "32485007", "110.92", "1"),
    ("enc-6", "cl-6", "185345009", "0.00", "9"),
    ("enc-7", "cl-7", "185349003", "85.55", "1"),
    ("enc-7", "cl-7", "34043003", "431.40", "1"),
    ("enc-9", "cl-9", "34043003", "1.00", "1"),
]


def transactions():
    starts = {row["Id"]: row["START"] for row in ROWS["encounters"]}
    rows = []
    for number, (encounter, claim, code, dollars, references) in enumerate(CHARGES, start=1):
        own = {"APPOINTMENTID": encounter, "CLAIMID": claim, "PROCEDURECODE": code, "UNITS": "1"}
        begins = starts.get(encounter, "2026-02-06T15:00:00Z")
        refs = {f"DIAGNOSISREF{n}": reference for n, reference in enumerate(references.split(), start=1)}
        charge = {"TYPE": "CHARGE", "AMOUNT": dollars, "FROMDATE": begins, "TODATE": "1970-01-01T00:00:00Z"}
        rows.append({"ID": f"t-{number}", "CHARGEID": str(number), **own, **refs, **charge})
        if code == "185345009" and encounter == "enc-1":
            paid = {**own, "TYPE": "PAYMENT", "METHOD": "COPAY"}  # twenty dollars, which no single row says
            rows += [{"ID": f"p-{dollars}", **paid, "PAYMENTS": dollars} for dollars in ("12.50", "7.50")]
    return rows


def export(**changed):
    """The export's files by stem, as bytes; `changed` gives other rows for a file."""
    tables = {**ROWS, "claims_transactions": transactions(), **changed}
    return {stem: _csv(LAYOUT[stem], rows) for stem, rows in tables.items()}


def frames(**changed):
    return {stem: read_rows(content, stem, LAYOUT[stem])[0] for stem, content in export(**changed).items()}


def _csv(columns, rows):
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue().encode()
