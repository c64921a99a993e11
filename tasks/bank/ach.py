"""NACHA files: fixed records of 94 characters, as a bank passes received entries on with their addenda.

Source: the record layouts and control totals of the Nacha file format as public developer pages tell them; the rulebook
itself was not at hand. Where the payment data stands: CAQH CORE 370 as domain notes 2 quote it (record 5 field 9 is BPR16,
record 6 field 6 is BPR02, record 7 field 3 holds the TRN segment).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from tasks.bank.movements import Movement, fault, must_be, trace_in

LENGTH = 94
_BLOCK = 10
_HASH_DIGITS = 10**10
_FILLER = "9" * LENGTH
_OWN_LAYOUTS = {"ADV"}
"""Kinds of batches whose entries have other columns; no practice is sent one."""
_CREDITS, _DEBITS = "1234", "6789"
"""Second digit of the transaction code: 2 credit, 3 its prenote, 4 without money, 1 its return; 7, 8, 9, 6 for debits."""


@dataclass(frozen=True, slots=True)
class _Record:
    text: str
    start: int
    end: int

    def number(self, first: int, last: int) -> int:
        """Give the digits in columns first to last, counted from 1 as the format's own tables do.

        Raises: Fault NOT_A_NUMBER.
        """
        digits = self.text[first - 1 : last]
        if not (digits.isascii() and digits.isdigit()):
            raise fault("NOT_A_NUMBER", f"columns {first} to {last} are no number", self.start, self.text[0])
        return int(digits)

    def words(self, first: int, last: int) -> str | None:
        """Give the text in columns first to last, nothing where it is blank."""
        return self.text[first - 1 : last].strip() or None


@dataclass(slots=True)
class _Totals:
    """What the entries so far add up to, in the units of the control records."""

    count: int = 0
    entry_hash: int = 0
    debit_cents: int = 0
    credit_cents: int = 0

    def add(self, other: "_Totals") -> None:
        self.count += other.count
        self.entry_hash += other.entry_hash
        self.debit_cents += other.debit_cents
        self.credit_cents += other.credit_cents


@dataclass(slots=True)
class _Entry:
    head: _Record
    addenda: list[_Record] = field(default_factory=list)


def read_ach(content: bytes) -> list[Movement]:
    """Give the credits and debits of a NACHA file; prenotes and entries without money move nothing and are left out.

    Holds: entry counts, entry hashes, debit and credit totals of every batch and of the file are what the records add up to.
    Raises: Fault.
    """
    records = list(_records(content))
    movements: list[Movement] = []
    whole, batches, place = _Totals(), 0, 1
    while place < len(records) and records[place].text[0] == "5":
        place, totals, found = _read_batch(records, place)
        whole.add(totals)
        movements += found
        batches += 1
    control = _expect(records, place, "9")
    must_be(control.number(2, 7), batches, "batch count", control.start, "9")
    must_be(control.number(8, 13), -(-len(records) // _BLOCK), "block count", control.start, "9")
    _check_totals(control, (14, 21), whole)
    for record in records[place + 1 :]:
        if record.text != _FILLER:
            raise fault("WRONG_ORDER", "a record stands behind the file control", record.start, record.text[0])
    return movements


def _records(content: bytes) -> Iterator[_Record]:
    """Give the file's records, whether or not a line ends each.

    Raises: Fault TRUNCATED, BROKEN_RECORD where one is not 94 characters of ASCII long.
    """
    place = 0
    while place < len(content):
        if content[place : place + 1] in b"\r\n":
            place += 1
            continue
        piece = content[place : place + LENGTH]
        if place + LENGTH > len(content):
            raise fault("TRUNCATED", "the file ends within a record", place, chr(piece[0]))
        if b"\n" in piece or b"\r" in piece or not piece.isascii():
            raise fault("BROKEN_RECORD", f"a record is not {LENGTH} characters of ASCII", place, chr(piece[0]))
        yield _Record(piece.decode("ascii"), place, place + LENGTH)
        place += LENGTH


def _expect(records: list[_Record], place: int, code: str) -> _Record:
    if place >= len(records):
        raise fault("TRUNCATED", f"the file ends before record {code}", records[-1].end if records else 0, code)
    record = records[place]
    if record.text[0] != code:
        raise fault("WRONG_ORDER", f"record {record.text[0]} stands where {code} belongs", record.start, record.text[0])
    return record


def _read_batch(records: list[_Record], place: int) -> tuple[int, _Totals, list[Movement]]:
    """Give where the batch ends, what it adds up to, and its movements."""
    head, totals = records[place], _Totals()
    if head.words(51, 53) in _OWN_LAYOUTS:
        raise fault("UNKNOWN_LAYOUT", "a batch of this kind has other columns", head.start, "5", "entry class")
    place, entries = place + 1, []
    while place < len(records) and records[place].text[0] in "67":
        record = records[place]
        if record.text[0] == "6":
            entries.append(_Entry(record))
        elif not entries:
            raise fault("WRONG_ORDER", "an addenda without its entry", record.start, "7")
        else:
            entries[-1].addenda.append(record)
        place += 1
    for entry in entries:
        totals.add(_totals_of(entry))
    control = _expect(records, place, "8")
    must_be(control.number(88, 94), head.number(88, 94), "batch number", control.start, "8")
    _check_totals(control, (5, 10), totals)
    return place + 1, totals, [m for m in (_movement(head, entry) for entry in entries) if m.amount_cents]


def _check_totals(control: _Record, count: tuple[int, int], totals: _Totals) -> None:
    """Check the four totals, which stand side by side in both control records."""
    code, at = control.text[0], count[1]
    must_be(control.number(*count), totals.count, "entry and addenda count", control.start, code)
    must_be(control.number(at + 1, at + 10), totals.entry_hash % _HASH_DIGITS, "entry hash", control.start, code)
    must_be(control.number(at + 11, at + 22), totals.debit_cents, "debit total", control.start, code)
    must_be(control.number(at + 23, at + 34), totals.credit_cents, "credit total", control.start, code)


def _totals_of(entry: _Entry) -> _Totals:
    is_debit, amount = _is_debit(entry.head), entry.head.number(30, 39)
    return _Totals(
        count=1 + len(entry.addenda),
        entry_hash=entry.head.number(4, 11),
        debit_cents=amount if is_debit else 0,
        credit_cents=0 if is_debit else amount,
    )


def _is_debit(record: _Record) -> bool:
    code = record.text[1:3]
    if not code.isdigit() or code[1] not in _CREDITS + _DEBITS:
        raise fault("UNKNOWN_CODE", "the transaction code is neither credit nor debit", record.start, "6", "code")
    return code[1] in _DEBITS


def _movement(batch: _Record, entry: _Entry) -> Movement:
    head = entry.head
    said = [addenda.text[3:83] for addenda in entry.addenda if addenda.text[1:3] == "05"]
    trace, originator = trace_in(*said, "".join(said))
    return Movement(
        byte_start=head.start,
        byte_end=entry.addenda[-1].end if entry.addenda else head.end,
        settled_on=_day(batch, 70, 75),
        amount_cents=-head.number(30, 39) if _is_debit(head) else head.number(30, 39),
        account_number=head.words(13, 29),
        type_code=head.text[1:3],
        entry_description=batch.words(54, 63),
        originator_name=batch.words(5, 20),
        originator_id=originator or batch.words(41, 50),
        trace_number=trace,
        bank_reference=head.words(80, 94),
    )


def _day(record: _Record, first: int, last: int) -> date:
    try:
        return datetime.strptime(record.text[first - 1 : last], "%y%m%d").date()
    except ValueError:
        raise fault("NOT_A_DATE", f"columns {first} to {last} are no day", record.start, record.text[0]) from None
