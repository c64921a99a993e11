"""What X12 files hold, counted and in cents, one row per file and transaction kind; bad input is a row too.

Shape: the columns of docs/x12.md, section "claims x12 summary". Units: cents.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import partial
from pathlib import Path

from schemas.errors import Fault
from tasks.x12.acknowledgment import read_277ca, read_999, read_ta1, tolerated_answers
from tasks.x12.balance import balance
from tasks.x12.claim_count import count_claims
from tasks.x12.eligibility_answer import read_271, tolerate_271
from tasks.x12.envelope import Transaction, X12File, read_x12
from tasks.x12.inquiry_reading import read_270, read_276
from tasks.x12.professional_checks import KIND, faults_of_837p
from tasks.x12.remittance_checks import check_all
from tasks.x12.review import read_278
from tasks.x12.rulings import fault
from tasks.x12.stated_totals import tolerate_277ca
from tasks.x12.status_answer import read_277
from tasks.x12.tables import read_tables

Row = dict[str, object]
Reader = Callable[[X12File, str], list[Row]]

_NO_NIGHT = date.min  # the rows are not kept
_COUNTS = ("claims", "lines", "adjustments", "provider_adjustments")
_SUMS = ("charged_cents", "paid_cents", "adjusted_cents", "patient_cents", "payment_cents")
_TABLES = {
    "claims": "claim",
    "lines": "service",
    "adjustments": "adjustment",
    "provider_adjustments": "provider_adjustment",
}
_AMOUNTS = {
    "charged_cents": ("claim", "charge_cents"),
    "paid_cents": ("claim", "paid_cents"),
    "adjusted_cents": ("adjustment", "amount_cents"),
    "patient_cents": ("claim", "patient_cents"),
    "payment_cents": ("payment", "payment_cents"),
}
_READERS: Mapping[str, Reader] = {
    "TA1": partial(read_ta1, night=_NO_NIGHT),
    "999": partial(read_999, night=_NO_NIGHT),
    "997": partial(read_999, night=_NO_NIGHT),
    "277CA": partial(read_277ca, night=_NO_NIGHT),
    "271": partial(read_271, night=_NO_NIGHT),
    "270": read_270,
    "276": read_276,
    "277": read_277,
    "277RFI": read_277,
    "278": read_278,
}
"""Readers whose faults count; their rows are no money."""

_TOLERATED: Mapping[str, Callable[[X12File], Counter[str]]] = {"271": tolerate_271, "277CA": tolerate_277ca}
"""What their readers pass over, counted."""


def summarize_file(path: Path) -> list[Row]:
    """Give one row per transaction kind of a file; one that the system does not give is a row with its fault, too."""
    try:
        return summarize(str(path), path.read_bytes())
    except OSError as error:
        return [
            _row(str(path), "unknown", (), {}, {}, {}, [fault("UNREADABLE", error.strerror or "it cannot be read")])
        ]


def summarize(name: str, content: bytes) -> list[Row]:
    """Give one row per transaction kind of a file; one that cannot be read is a row of kind unknown with its fault.

    Holds: never raises for bad input; an amount that could not be read counts nothing and has its fault.
    """
    try:
        x12 = read_x12(content)
    except Fault as found:
        return [_row(name, "unknown", (), {}, {}, {}, [found])]
    kinds = dict.fromkeys(transaction.kind for transaction in x12.transactions) or {"none": None}
    return [_summarize_kind(name, x12, kind) for kind in kinds]


def _summarize_kind(name: str, x12: X12File, kind: str) -> Row:
    """Give the row of one kind."""
    part = tuple(transaction for transaction in x12.transactions if transaction.kind == kind)
    found = X12File(part, x12.tolerances)
    if kind == "835":
        return _summarize_remittances(name, found)
    if kind.startswith("837"):
        counted = count_claims(part)
        tolerances = dict(x12.tolerances) | counted.tolerances
        faults = counted.faults + (faults_of_837p(part) if kind == KIND else [])
        return _row(name, kind, part, counted.totals, counted.balanced, tolerances, _each_once(faults))
    faults = _reader_faults(found, kind)
    passed = {} if faults else tolerated_answers(found, kind)
    passed |= _TOLERATED[kind](found) if kind in _TOLERATED else {}
    return _row(name, kind, part, {}, {}, dict(x12.tolerances) | passed, faults)


def _each_once(faults: Iterable[Fault]) -> list[Fault]:
    """Give faults in the order of the file, one for each code and place: two readings of a claim find the same."""
    found: dict[tuple[int, str, str], Fault] = {}
    for one in faults:
        found.setdefault((one.byte_start, one.element, one.code), one)
    return [found[place] for place in sorted(found)]


def _reader_faults(x12: X12File, kind: str) -> list[Fault]:
    """Give the fault that its reader raises, if any."""
    try:
        if kind in _READERS:
            _READERS[kind](x12, "")
    except Fault as found:
        return [found]
    return []


def _summarize_remittances(name: str, x12: X12File) -> Row:
    """Give the row of the 835s of a file."""
    parts = read_tables(x12.transactions, "835")
    tolerated, faults = check_all(parts)
    totals = {total: sum(len(part.rows[table]) for part in parts) for total, table in _TABLES.items()}
    for total, (table, column) in _AMOUNTS.items():
        totals[total] = sum(int(part.rows[table].cents(column).sum()) for part in parts)
    return _row(name, "835", x12.transactions, totals, balance(parts), dict(x12.tolerances) | tolerated, faults)


def _row(
    name: str,
    kind: str,
    transactions: tuple[Transaction, ...],
    totals: Mapping[str, int],
    balanced: Mapping[str, Mapping[str, int]],
    tolerances: Mapping[str, int],
    faults: Iterable[Fault],
) -> Row:
    """Give a row with every column, zero where the kind has no such thing."""
    none = {"balanced": 0, "unbalanced": 0}
    row: Row = {
        "file": name,
        "kind": kind,
        "versions": sorted({transaction.version for transaction in transactions if transaction.version}),
        "interchanges": len({t.interchange_start for t in transactions if t.interchange_start is not None}),
        "groups": len({t.group_start for t in transactions if t.group_start is not None}),
        "transactions": len(transactions),
    }
    row |= {column: totals.get(column, 0) for column in (*_COUNTS, *_SUMS)}
    row["balanced"] = {"transaction": none, "claim": none, "line": none} | dict(balanced)
    row["tolerated"] = [{"code": code, "count": count} for code, count in sorted(tolerances.items())]
    row["faults"] = [
        {
            "code": found.code,
            "byte": found.byte_start,
            "segment": found.segment,
            "element": found.element,
            "message": f"{found.message}; {found.remedy}",
        }
        for found in faults
    ]
    return row
