"""The 837P as tables: what it bills, about whom, and what other payers have decided.

Source: schemas/x12/837p.toml, which names its own.
"""

import numpy as np

from tasks.x12.arrow import arrow_tables
from tasks.x12.claim_count import refuse_misplaced, refuse_without_number
from tasks.x12.index import tag_code
from tasks.x12.layout import KEPT, layout
from tasks.x12.records import BAD_AMOUNT, Reading, Row, readings
from tasks.x12.segments import X12File

KIND = "837P"
_REQUIRED = (
    ("claim", "charge_cents", "CLM", 2),
    ("service_line", "charge_cents", "SV1", 2),
    ("line_adjudication", "paid_cents", "SVD", 2),
    ("adjustment", "amount_cents", "CAS", 0),
)
"""Amounts that may not be empty: table, column, segment, element (0: the third of a triple)."""

_MONEY = [tag_code("SV1"), tag_code("AMT")]


def read_837p(x12: X12File, file_sha256: str) -> dict[str, list[Row]]:
    """Give the rows of every 837P in the file, by table name; parked 837s are left alone.

    Holds: every segment but ST and SE is a row, fills columns of one, or is a row of `segment`; no amount is rounded.
    Raises: the first Fault BAD_AMOUNT, BAD_QUANTITY, BAD_ADJUSTMENT, BAD_CODE, MISSING_ELEMENT or ORPHAN_SEGMENT in file order.
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
    refuse_misplaced(reading)
    for table, column, tag, element in _REQUIRED:
        rows = reading.tables.rows[table]
        for number in np.flatnonzero(rows.values[column].sizes == 0).tolist():
            place = element or 3 * int(rows.places[number])
            reading.refuse("BAD_AMOUNT", BAD_AMOUNT, reading.of(table)[number], tag, place)
    refuse_without_number(reading)
    _refuse_untaken(reading)


def _refuse_untaken(reading: Reading) -> None:
    """Note a Fault for each line's charge and each amount known to the guide that no column took, for another one stands there."""
    tables = reading.tables
    spans = [
        values for rows in tables.rows.values() for values in rows.values.values() if values.column.type == "cents"
    ]
    starts = np.concatenate([values.starts[values.sizes > 0] for values in spans])
    taken = np.searchsorted(tables.starts, starts, side="right") - 1
    kept = tables.rows[KEPT].segments
    for number in np.setdiff1d(kept[np.isin(reading.tags[kept], _MONEY)], taken).tolist():
        segment = reading.segment(number)
        if segment.tag == "SV1" or (segment.tag, segment.element(1), 1) in tables.layout.told:
            reading.refuse_segment("ORPHAN_SEGMENT", "it has no amount, or another one stands in its place", segment)
