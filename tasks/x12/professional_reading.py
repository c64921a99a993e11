"""The 837P as tables: what it bills, about whom, and what other payers have decided.

Source: schemas/x12/837p.toml, which names its own.
"""

import numpy as np

from tasks.x12.arrow import arrow_tables
from tasks.x12.layout import KEPT, layout
from tasks.x12.records import BAD_AMOUNT, Reading, Row, readings
from tasks.x12.segments import X12File

KIND = "837P"
_REQUIRED = (
    ("claim", "charge_cents", "CLM", 2),
    ("service_line", "charge_cents", "SV1", 2),
    ("line_adjudication", "paid_cents", "SVD", 2),
)


def read_837p(x12: X12File, file_sha256: str) -> dict[str, list[Row]]:
    """Give the rows of every 837P in the file, by table name; parked 837s are left alone.

    Holds: every segment but ST and SE is a row, fills columns of one, or is a row of `segment`; no amount is rounded.
    Raises: the first Fault BAD_AMOUNT, BAD_QUANTITY, MISSING_ELEMENT or ORPHAN_SEGMENT in file order.
    """
    found: dict[str, list[Row]] = {name: [] for name in (KEPT, *(table.name for table in layout(KIND).tables))}
    for reading in readings(x12, KIND):
        _check(reading)
        for name, table in arrow_tables(reading.tables, [file_sha256]).items():
            found[name] += table.to_pylist()
    return found


def _check(reading: Reading) -> None:
    """Note what would be a claim, a line or a payment without its amount, its number or its place."""
    reading.refuse_unreadable()
    for orphan in reading.orphans:
        reading.refuse_segment("ORPHAN_SEGMENT", "it stands under no claim", orphan)
    for table, column, tag, element in _REQUIRED:
        rows = reading.tables.rows[table]
        for number in np.flatnonzero(rows.values[column].sizes == 0).tolist():
            reading.refuse("BAD_AMOUNT", BAD_AMOUNT, reading.of(table)[number], tag, element)
    claims = reading.tables.rows["claim"]
    for number in np.flatnonzero(claims.values["patient_control_number"].sizes == 0).tolist():
        claim = reading.of("claim")[number]
        reading.refuse("MISSING_ELEMENT", "the patient control number is missing", claim, "CLM", 1)
