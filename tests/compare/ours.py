"""Our engine: figures of `claims x12 summary`, cents of PLB from the tables of the 835s; its faults are its complaints."""

from pathlib import Path

import pyarrow.compute as pc

from tasks.x12.remittance import read_remittances
from tasks.x12.summary import summarize
from tests.compare.peers.report import Reading, report

_SUMMED = ("claims", "lines", "adjustments", "charged_cents", "paid_cents", "adjusted_cents", "payment_cents")


def read(path: Path) -> Reading:
    content = path.read_bytes()
    rows = summarize(path.name, content)
    figures = {name: sum(row[name] for row in rows) for name in _SUMMED}
    figures |= {
        "transactions": sum(row["transactions"] for row in rows if row["kind"] != "TA1"),
        "plb": sum(row["provider_adjustments"] for row in rows),
        "plb_cents": _withheld_cents(content),
    }
    return figures, sum(len(row["faults"]) for row in rows)


def _withheld_cents(content: bytes) -> int:
    """Give the sum of all PLB amounts, those of a file with a fault too."""
    pieces = [piece.tables["provider_adjustment"] for piece in read_remittances([content], None) if piece.tables]
    return sum(pc.sum(table["amount_cents"], min_count=0).as_py() for table in pieces)


if __name__ == "__main__":
    report(read)
