"""CSV files of a bank's portal, read by the column names that practice.toml gives under [bank.csv].

Source: none; every portal has its own. A running balance, where the file has one, is the only total there is to check.
"""

import csv
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from itertools import pairwise

from schemas.errors import Fault
from schemas.money import cents_of
from tasks.bank.movements import Movement, fault, trace_in

FIELDS = frozenset(
    {"settled_on", "amount", "credit", "debit", "balance", "trace_number", "originator_id", "check_number", "reference",
     "account_number", "text", "date_format"}
)  # fmt: skip
"""What [bank.csv] may name; date_format is no column but how days are written, ISO where it is not given."""

_MEND = (
    "name the file's columns under [bank.csv] in practice.toml, then `claims backfill --file NAME --since D --until D`"
)


def read_columns(content: bytes, columns: Mapping[str, str]) -> list[Movement]:
    """Give the credits and debits of a CSV file; rows without an amount are left out.

    Holds: where a balance column is named, each row's balance is the one before it and the row's amount, read downwards or upwards.
    Raises: Fault.
    """
    rows = list(_rows(content))
    if not rows or not columns or not set(_named(columns)) <= set(rows[0][2]):
        raise Fault("UNKNOWN_LAYOUT", "neither ACH nor BAI2, and not the columns that practice.toml names", _MEND)
    header = rows[0][2]
    movements, balances = [], []
    for start, end, cells in rows[1:]:
        if len(cells) != len(header):
            raise fault("BROKEN_RECORD", f"{len(cells)} cells under {len(header)} columns", start, "row")
        row = {said: cells[header.index(column)] for said, column in _columns(columns).items()}
        movement = _movement(row, columns.get("date_format", "%Y-%m-%d"), start, end)
        if "balance" in columns:
            balances.append((_cents(row["balance"], "balance", start), movement.amount_cents, start))
        if movement.amount_cents:
            movements.append(movement)
    _check_balances(balances)
    return movements


def _columns(columns: Mapping[str, str]) -> dict[str, str]:
    return {said: column for said, column in columns.items() if said != "date_format"}


def _named(columns: Mapping[str, str]) -> list[str]:
    return list(_columns(columns).values())


def _rows(content: bytes) -> Iterator[tuple[int, int, list[str]]]:
    """Give each row with its bytes; a quoted cell may run over lines.

    Raises: Fault NOT_TEXT, TRUNCATED.
    """
    start = 3 if content.startswith(b"\xef\xbb\xbf") else 0
    while start < len(content):
        end = start
        while True:
            line_end = content.find(b"\n", end)
            end = len(content) if line_end < 0 else line_end + 1
            if content.count(b'"', start, end) % 2 == 0:
                break
            if end == len(content):
                raise fault("TRUNCATED", "the file ends within a quoted cell", start, "row")
        try:
            text = content[start:end].decode("utf-8").rstrip("\r\n")
        except UnicodeDecodeError:
            raise fault("NOT_TEXT", "the file is no UTF-8 text", start, "row") from None
        if text.strip():
            yield start, end, [cell.strip() for cell in next(csv.reader([text], strict=False))]
        start = end


def _movement(row: Mapping[str, str], date_format: str, start: int, end: int) -> Movement:
    if "amount" in row:
        cents = _cents(row["amount"], "amount", start)
    else:
        cents = abs(_cents(row.get("credit", ""), "credit", start)) - abs(_cents(row.get("debit", ""), "debit", start))
    trace, originator = trace_in(row.get("text", ""))
    check = row.get("check_number", "")
    return Movement(
        byte_start=start,
        byte_end=end,
        settled_on=_day(row["settled_on"], date_format, start),
        amount_cents=cents,
        account_number=row.get("account_number") or None,
        originator_id=row.get("originator_id") or originator,
        trace_number=row.get("trace_number") or trace,
        check_number=check if check.isdigit() else None,
        bank_reference=row.get("reference") or None,
    )


def _check_balances(rows: list[tuple[int, int, int]]) -> None:
    """Let pass balances that follow from the amounts in one of the two directions.

    Raises: Fault CONTROL_TOTAL at the first row that does not.
    """
    pairs = list(pairwise(rows))
    down = [after[2] for before, after in pairs if after[0] - before[0] != after[1]]
    up = [after[2] for before, after in pairs if before[0] - after[0] != before[1]]
    if down and up:
        raise fault("CONTROL_TOTAL", "the balance does not follow from the one before and the amount", down[0], "row")


def _cents(text: str, what: str, start: int) -> int:
    """Give cents of an amount as portals write it: with a currency sign, commas, or parentheses for less than nothing."""
    plain = text.replace("$", "").replace(",", "").replace(" ", "")
    if plain.startswith("(") and plain.endswith(")"):
        plain = f"-{plain[1:-1]}"
    if not plain:
        return 0
    try:
        return cents_of(plain.removeprefix("+"))
    except ValueError:
        raise fault("NOT_A_NUMBER", f"{what} is no amount", start, "row", what) from None


def _day(text: str, date_format: str, start: int) -> date:
    try:
        return datetime.strptime(text, date_format).date()
    except ValueError:
        raise fault("NOT_A_DATE", "settled_on is no day as date_format says", start, "row", "settled_on") from None
