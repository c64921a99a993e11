"""The 837P as tables: what it bills, about whom, and what other payers have decided.

Source: schemas/x12/837p.toml, which names its own.
"""

from tasks.x12.arrow import arrow_tables
from tasks.x12.layout import KEPT, layout
from tasks.x12.professional_checks import KIND, refuse_unsound
from tasks.x12.records import Row, readings
from tasks.x12.segments import X12File


def read_837p(x12: X12File, file_sha256: str) -> dict[str, list[Row]]:
    """Give the rows of every 837P in the file, by table name; parked 837s are left alone.

    Holds: every segment but ST and SE is a row, fills columns of one, or is a row of `segment`; no amount is rounded.
    Raises: the first Fault BAD_LEVEL, BAD_AMOUNT, BAD_QUANTITY, BAD_ADJUSTMENT, BAD_CODE, MISSING_ELEMENT or ORPHAN_SEGMENT
    in file order.
    """
    found: dict[str, list[Row]] = {name: [] for name in (KEPT, *(table.name for table in layout(KIND).tables))}
    for reading in readings(x12, KIND):
        refuse_unsound(reading)
        for name, table in arrow_tables(reading.tables, [file_sha256]).items():
            found[name] += table.to_pylist()
    return found
