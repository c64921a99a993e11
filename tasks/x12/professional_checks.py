"""What an 837P may not leave in doubt: whose a claim is, each amount, and the place of each.

docs/x12.md tells every fault with its reason.
"""

from collections.abc import Sequence

import numpy as np

from schemas.errors import Fault
from tasks.x12.claim_count import refuse_misplaced, refuse_without_number
from tasks.x12.index import tag_code
from tasks.x12.layout import KEPT
from tasks.x12.records import BAD_AMOUNT, Reading
from tasks.x12.segments import Transaction
from tasks.x12.structure import refuse_structure
from tasks.x12.tables import read_tables

KIND = "837P"
_REQUIRED = (
    ("claim", "charge_cents", "CLM", 2),
    ("service_line", "charge_cents", "SV1", 2),
    ("line_adjudication", "paid_cents", "SVD", 2),
    ("adjustment", "amount_cents", "CAS", 0),
)
"""Amounts that may not be empty: table, column, segment, element (0: the third of a triple)."""

_MONEY = [tag_code("SV1"), tag_code("AMT")]


def faults_of_837p(transactions: Sequence[Transaction]) -> list[Fault]:
    """Give every fault for which the reader of an 837P would refuse these transactions."""
    faults: list[Fault] = []
    for tables in read_tables(transactions, KIND):
        refuse_unsound(Reading(tables, faults))
    return faults


def refuse_unsound(reading: Reading) -> None:
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
    refuse_structure(reading)


def _refuse_untaken(reading: Reading) -> None:
    """Note a Fault for each line's charge and each amount known to the guide that no column took: it stands in no place of its own."""
    tables = reading.tables
    spans = [
        values for rows in tables.rows.values() for values in rows.values.values() if values.column.type == "cents"
    ]
    starts = np.concatenate([values.starts[values.sizes > 0] for values in spans])
    taken = np.searchsorted(tables.starts, starts, side="right") - 1
    kept = tables.rows[KEPT].segments
    kept = np.setdiff1d(kept[np.isin(reading.tags[kept], _MONEY)], taken)
    for number in np.union1d(kept, tables.rows["amount"].segments).tolist():
        segment = reading.segment(number)
        if segment.tag == "SV1" or (segment.tag, segment.element(1), 1) in tables.layout.told:
            reading.refuse_segment("ORPHAN_SEGMENT", "it has no amount, or another one stands in its place", segment)
