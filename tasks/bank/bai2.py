"""BAI2 statements: lines of fields, records 01 02 03 16 49 98 99, each continued by 88.

Source: banks' public reference guides to BAI2 (records, funds types, what the control totals add up, type codes 100 to 399
credit and 400 to 699 debit, 920 to 959 and 960 to 999 those of the bank's own); the BAI's own manual was not at hand.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from tasks.bank.movements import Movement, fault, must_be, trace_in

_LINE = re.compile(rb"[^\r\n]+")
_TO_COME = {"01": "99", "02": "98", "03": "49"}
_CODE, _AMOUNT, _FUNDS = 1, 2, 3
"""Places in record 16: type code, amount, funds type."""
_CREDITS, _DEBITS = (range(100, 400), range(920, 960)), (range(400, 700), range(960, 1000))
_FUNDS_PARTS = {"V": 2, "S": 3}
"""Fields that a funds type brings with it: a day and time of value, or three availabilities; D says itself how many."""


@dataclass(slots=True)
class _Record:
    """One record with its continuations; `pieces` are their contents as lines, the code of the first included."""

    code: str
    start: int
    end: int
    pieces: list[str] = field(default_factory=list)

    @property
    def fields(self) -> list[str]:
        """Give the fields, those of the continuations behind; a slash that ends a line is no part of its last field."""
        return [part for piece in self.pieces for part in piece.split(",")]

    def number(self, place: int, what: str) -> int:
        """Give a whole number, signed or not, zero where the field is empty.

        Raises: Fault NOT_A_NUMBER.
        """
        text = self.text(place)
        if text and not re.fullmatch(r"[+-]?[0-9]+", text):
            raise fault("NOT_A_NUMBER", f"{what} is no number", self.start, self.code, what)
        return int(text or 0)

    def text(self, place: int) -> str:
        """Give a field, nothing where the record is shorter."""
        fields = self.fields
        return fields[place] if place < len(fields) else ""


@dataclass(slots=True)
class _Level:
    """What an account, a group or the file adds up to while it is open."""

    cents: int = 0
    records: int = 0
    parts: int = 0


def read_bai2(content: bytes) -> list[Movement]:
    """Give the credits and debits of a statement's detail records.

    Holds: control totals and counts of every account, of every group and of the file are what the records add up to.
    Raises: Fault.
    """
    movements: list[Movement] = []
    open_levels: list[tuple[str, _Level]] = []
    as_of, account, ended = date.min, "", False
    for record, lines in _records(content):
        if ended:
            raise fault("WRONG_ORDER", "a record stands behind the file trailer", record.start, record.code)
        _check_order(record, [code for code, _ in open_levels])
        if record.code in _TO_COME:
            open_levels.append((record.code, _Level()))
        for _, level in open_levels:
            level.records += lines
        level = open_levels[-1][1]
        if record.code == "02":
            as_of = _day(record, 4)
        elif record.code == "03":
            account = record.text(1)
            level.cents += _summary_cents(record)
        elif record.code == "16":
            level.cents += record.number(_AMOUNT, "amount")
            if movement := _movement(record, as_of, account):
                movements.append(movement)
        elif record.code in _TO_COME.values():
            _close(record, level)
            open_levels.pop()
            if open_levels:
                open_levels[-1][1].cents += level.cents
                open_levels[-1][1].parts += 1
            ended = not open_levels
    if not ended:
        raise fault("TRUNCATED", "the file ends before its trailer", len(content), "99")
    return movements


def _check_order(record: _Record, open_codes: list[str]) -> None:
    """Let pass a record that may stand in what is open.

    Raises: Fault WRONG_ORDER.
    """
    may_follow = {(): {"01"}, ("01",): {"02", "99"}, ("01", "02"): {"03", "98"}, ("01", "02", "03"): {"16", "49"}}
    if record.code not in may_follow[tuple(open_codes)]:
        raise fault("WRONG_ORDER", f"record {record.code} may not stand here", record.start, record.code)


def _close(record: _Record, level: _Level) -> None:
    """Check a trailer: the total, below the account the number of parts, and the number of lines."""
    must_be(record.number(1, "total"), level.cents, "control total", record.start, record.code)
    place = 2
    if record.code != "49":
        must_be(record.number(2, "count"), level.parts, "number of parts", record.start, record.code)
        place = 3
    must_be(record.number(place, "count"), level.records, "number of records", record.start, record.code)


def _records(content: bytes) -> Iterator[tuple[_Record, int]]:
    """Give each record with its continuations, and on how many lines it stands.

    Raises: Fault BROKEN_RECORD, WRONG_ORDER.
    """
    open_record: _Record | None = None
    for line in _LINE.finditer(content):
        text = line[0].decode("latin-1").rstrip(" ")
        if not text:
            continue
        code, text = text[:2], text.removesuffix("/")
        if not (code.isascii() and code.isdigit()) or text[2:3] not in ("", ","):
            raise fault("BROKEN_RECORD", "a line does not begin with a record code", line.start(), "", "code")
        if code == "88":
            if open_record is None:
                raise fault("WRONG_ORDER", "a continuation of nothing", line.start(), "88")
            open_record.pieces.append(text[3:])
            open_record.end = line.end()
            continue
        if open_record is not None:
            yield open_record, len(open_record.pieces)
        open_record = _Record(code, line.start(), line.end(), [text])
    if open_record is not None:
        yield open_record, len(open_record.pieces)


def _summary_cents(record: _Record) -> int:
    """Add up the amounts of an account's summary: each is a type code, an amount, a count and a funds type with its parts."""
    fields, place, cents = record.fields, 3, 0
    while place < len(fields):
        cents += record.number(place + 1, "amount")
        place = _behind_funds(record, place + 3)
    return cents


def _behind_funds(record: _Record, place: int) -> int:
    """Give the place behind a funds type and what it brings with it."""
    funds = record.text(place)
    if funds == "D":
        return place + 2 + 2 * record.number(place + 1, "distributions")
    return place + 1 + _FUNDS_PARTS.get(funds, 0)


def _movement(record: _Record, as_of: date, account: str) -> Movement | None:
    """Give the movement of a detail record, none where it has no amount.

    Raises: Fault UNKNOWN_CODE where its type is neither credit nor debit.
    """
    kind, amount = record.number(_CODE, "type code"), record.number(_AMOUNT, "amount")
    if not amount:
        return None
    if not any(kind in codes for codes in (*_CREDITS, *_DEBITS)):
        raise fault("UNKNOWN_CODE", "the type code is neither credit nor debit", record.start, "16", "type code")
    place = _behind_funds(record, _FUNDS)
    customer_reference = record.text(place + 1)
    trace, originator = trace_in(*record.pieces, "".join(record.pieces))
    return Movement(
        byte_start=record.start,
        byte_end=record.end,
        settled_on=_day(record, _FUNDS + 1) if record.text(_FUNDS) == "V" else as_of,
        amount_cents=amount if any(kind in codes for codes in _CREDITS) else -amount,
        account_number=account or None,
        type_code=record.text(_CODE),
        originator_id=originator,
        trace_number=trace,
        check_number=customer_reference if customer_reference.isdigit() else None,
        bank_reference=record.text(place) or None,
    )


def _day(record: _Record, place: int) -> date:
    try:
        return datetime.strptime(record.text(place), "%y%m%d").date()
    except ValueError:
        raise fault("NOT_A_DATE", f"field {place + 1} is no day", record.start, record.code) from None
