"""The envelope: bytes become transactions, and what must not be trusted becomes a Fault.

Every interchange is read with its own separators. Interchange, group and transaction trailers are the ends of what
they close; counts and control numbers are checked against what is there. docs/x12.md says what is tolerated and why.
"""

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from tasks.x12.delimiters import delimiters_at
from tasks.x12.index import SegmentIndex, cleaned, index_segments, tag_code
from tasks.x12.kinds import kind_of
from tasks.x12.rulings import fault
from tasks.x12.segments import Segment, Transaction, X12File

__all__ = ["Segment", "Transaction", "X12File", "read_x12"]

_BOM = b"\xef\xbb\xbf"
_BESIDE_GROUPS = frozenset({"ISB", "ISE", "TA3"})
_ENVELOPE = ("ISA", "IEA", "GS", "GE", "ST", "SE", "TA1", *sorted(_BESIDE_GROUPS))
_ENVELOPE_CODES = np.array([tag_code(tag) for tag in _ENVELOPE], np.uint32)
_TRAILERS = frozenset({"SE", "GE", "IEA"})


def read_x12(content: bytes) -> X12File:
    """Give every transaction of a file with its bytes.

    Holds: no transaction is left out, none is read twice, bytes after the last trailer are blank.
    Raises: Fault NOT_X12, BAD_ISA, TRUNCATED, TRAILING_DATA, STRAY_SEGMENT, COUNT_MISMATCH, REPEATED, KIND_CONFLICT.
    """
    tolerances: Counter[str] = Counter()
    transactions: list[Transaction] = []
    place = _skip_padding(content, 0, b"", tolerances)
    while True:
        delimiters = delimiters_at(content, place, tolerances)
        end = _end_of_interchange(content, place, delimiters.element, delimiters.segment)
        index = index_segments(content, place, end, delimiters, tolerances)
        interchange = _Interchange(index, tolerances)
        end = interchange.read()
        transactions += interchange.transactions
        place = _next_interchange(content, end, delimiters.segment, tolerances)
        if place == len(content):
            break
    _refuse_repeated_payments(content, transactions)
    return X12File(tuple(transactions), MappingProxyType({code: count for code, count in tolerances.items() if count}))


def _skip_padding(content: bytes, place: int, terminator: bytes, tolerances: Counter[str]) -> int:
    """Give the offset of the next byte that is no blank, byte-order mark, padding or lone terminator."""
    run = re.compile(rb"(?:[ \t\r\n\0\x1a" + re.escape(terminator) + rb"]|" + _BOM + rb")*").match(content, place)
    skipped = run[0] if run else b""
    tolerances["BOM"] += skipped.count(_BOM)
    tolerances["TRAILING_PADDING"] += b"\0" in skipped or b"\x1a" in skipped
    tolerances["EMPTY_SEGMENT"] += skipped.count(terminator) if terminator.strip() else 0
    return place + len(skipped)


def _next_interchange(content: bytes, end: int, terminator: str, tolerances: Counter[str]) -> int:
    """Give the offset of the next ISA, or the end of the file.

    Raises: Fault TRAILING_DATA where anything else follows.
    """
    place = _skip_padding(content, end, terminator.encode("latin-1"), tolerances)
    if place < len(content) and content[place : place + 3].upper() != b"ISA":
        raise fault("TRAILING_DATA", "bytes after the last trailer that are no interchange", place)
    return place


def _end_of_interchange(content: bytes, start: int, element: str, terminator: str) -> int:
    """Give the offset after the first IEA, or the end of the file where none is found this way."""
    sign, separator = re.escape(terminator.encode("latin-1")), re.escape(element.encode("latin-1"))
    trailer = re.compile(sign + rb"[ \t\r\n]*IEA" + separator, re.IGNORECASE).search(content, start)
    if not trailer:
        return len(content)
    end = content.find(terminator.encode("latin-1"), trailer.end())
    return end + 1 if end >= 0 else len(content)


def _refuse_repeated_payments(content: bytes, transactions: list[Transaction]) -> None:
    """Fault where an 835 stands twice in the file, byte for byte but for its SE."""
    seen: set[bytes] = set()
    for transaction in transactions:
        if transaction.kind != "835":
            continue
        body = memoryview(content)[transaction.byte_start : transaction.segments[-1].byte_start]
        digest = hashlib.sha256(body).digest()
        if digest in seen:
            raise fault("REPEATED", "the same 835 stands twice in the file", transaction.byte_start, "ST")
        seen.add(digest)


@dataclass(slots=True)
class _Interchange:
    """Walks the envelope segments of one interchange; `open_*` are the headers whose trailers are still due."""

    index: SegmentIndex
    tolerances: Counter[str]
    transactions: list[Transaction] = field(default_factory=list)
    open_interchange: Segment | None = None
    open_group: Segment | None = None
    open_row: int | None = None
    group_transactions: int = 0
    group_count: int = 0
    starts: list[int] = field(init=False)
    ends: list[int] = field(init=False)
    nameless: frozenset[int] = field(init=False)

    def __post_init__(self) -> None:
        """Take plain numbers out of the arrays: the walk asks for them one by one."""
        self.starts, self.ends = self.index.starts.tolist(), self.index.ends.tolist()
        self.nameless = frozenset(np.flatnonzero(self.index.tag_codes == 0).tolist())

    def read(self) -> int:
        """Read all transactions and give the offset after the last trailer."""
        last = -1
        for row in np.flatnonzero(np.isin(self.index.tag_codes, _ENVELOPE_CODES)).tolist():
            if self.open_row is None and row != last + 1:
                self._refuse_stray(last + 1)
            last = row
            segment = self.segment(row)
            self._take(row, segment)
            if segment.tag == "IEA":
                return segment.byte_end
        if self.open_row is None and last + 1 < len(self.starts):
            self._refuse_stray(last + 1)
        self._refuse_open()
        return self.ends[-1]

    def segment(self, row: int) -> Segment:
        """Give one segment with its elements."""
        start, end = self.starts[row], self.ends[row]
        body = cleaned(self.index, start, end)
        self.tolerances["NEWLINE_INSIDE"] += len(body) < end - start - 1 and self.index.delimiters.segment not in "\r\n"
        tag, *elements = self._text(body).split(self.index.delimiters.element)
        self.tolerances["SEGMENT_ID"] += row in self.nameless
        if elements and not elements[-1] and tag != "ISA":
            self.tolerances["TRAILING_SEPARATOR"] += 1
        while elements and not elements[-1]:
            elements.pop()
        return Segment(tag.upper(), tuple(elements), start, end)

    def _text(self, body: bytes) -> str:
        """Give bytes as text: UTF-8, else Latin-1."""
        if body.isascii():
            return body.decode("ascii")
        self.tolerances["NON_ASCII"] += 1
        try:
            return body.decode("utf-8")
        except UnicodeDecodeError:
            return body.decode("latin-1")

    def _take(self, row: int, segment: Segment) -> None:
        """Open or close what the envelope segment opens or closes."""
        if segment.tag in _TRAILERS:
            self._check_terminated(row, segment)
        match segment.tag:
            case "ISA":
                self._open_interchange(segment)
            case "GS":
                self._open_group(segment)
            case "ST":
                self._open_transaction(row, segment)
            case "SE":
                self._close_transaction(row, segment)
            case "GE":
                self._close_group(segment)
            case "IEA":
                self._close_interchange(segment)
            case "TA1":
                self._take_interchange_answer(segment)
            case _:
                self.tolerances["INTERCHANGE_SEGMENT"] += 1

    def _check_terminated(self, row: int, segment: Segment) -> None:
        """Tolerate a missing terminator only behind the very last trailer that is due."""
        if row < len(self.starts) - 1 or self.index.is_terminated:
            return
        if len(segment.elements) > 2:
            raise fault("TRUNCATED", "the last trailer has no end", segment.byte_start, segment.tag)
        self.tolerances["NO_FINAL_TERMINATOR"] += 1

    def _refuse_stray(self, row: int) -> None:
        """Fault for a segment outside ST and SE."""
        tag = self.segment(row).tag[:3]
        if row == len(self.starts) - 1 and not self.index.is_terminated:
            raise fault("TRUNCATED", "the file ends within a segment", self.starts[row], tag)
        raise fault("STRAY_SEGMENT", "a segment outside ST and SE", self.starts[row], tag)

    def _refuse_open(self) -> None:
        """Fault where the file ends and a trailer is still due."""
        due = "SE" if self.open_row is not None else "GE" if self.open_group else "IEA" if self.open_interchange else ""
        if due:
            raise fault("TRUNCATED", f"the file ends and {due} is missing", self.ends[-1], due)

    def _open_interchange(self, segment: Segment) -> None:
        if self.open_interchange:
            self._refuse_header(segment, "IEA")
        self.open_interchange = segment

    def _open_group(self, segment: Segment) -> None:
        if self.open_row is not None or self.open_group:
            self._refuse_header(segment, "SE" if self.open_row is not None else "GE")
        self.open_group, self.group_transactions = segment, 0

    def _open_transaction(self, row: int, segment: Segment) -> None:
        if self.open_row is not None:
            self._refuse_header(segment, "SE")
        self.open_row = row

    def _refuse_header(self, segment: Segment, due: str) -> None:
        """Fault for a header that stands where a trailer is due."""
        raise fault("TRUNCATED", f"{segment.tag} stands where {due} is due", segment.byte_start, segment.tag)

    def _refuse_trailer(self, segment: Segment) -> None:
        """Fault for a trailer whose header is missing: the head was cut, or another trailer was."""
        raise fault("TRUNCATED", f"{segment.tag} closes nothing that is open", segment.byte_start, segment.tag)

    def _close_transaction(self, row: int, trailer: Segment) -> None:
        """Add the transaction from the open ST to this SE."""
        if self.open_row is None:
            self._refuse_trailer(trailer)
            return
        segments = (*(self.segment(place) for place in range(self.open_row, row)), trailer)
        self.open_row = None
        self.group_transactions += 1
        self.tolerances["SE01"] += not _counts(trailer.element(1), len(segments))
        self.tolerances["SE02"] += trailer.element(2) != segments[0].element(2)
        version = self._version(segments[0])
        group_code = self.open_group.element(1) if self.open_group else ""
        kind = kind_of(segments, version, group_code, self.tolerances)
        self.transactions.append(self._transaction(kind, version, segments[0].element(2), segments))

    def _version(self, head: Segment) -> str:
        """Give ST03 where it names a guide, else GS08, else ''."""
        stated = head.element(3)
        return stated if len(stated) >= 6 or not self.open_group else self.open_group.element(8)

    def _transaction(self, kind: str, version: str, number: str, segments: tuple[Segment, ...]) -> Transaction:
        """Give the transaction with the numbers and offsets of what it stands in."""
        interchange, group = self.open_interchange, self.open_group
        return Transaction(
            kind,
            version,
            interchange.element(13) if interchange else "",
            group.element(6) if group else "",
            number,
            segments,
            segments[0].byte_start,
            segments[-1].byte_end,
            self.index.delimiters,
            interchange.byte_start if interchange else None,
            group.byte_start if group else None,
        )

    def _take_interchange_answer(self, segment: Segment) -> None:
        """Add a TA1, which stands beside transactions."""
        if self.open_row is not None:
            raise fault("STRAY_SEGMENT", "a TA1 within ST and SE", segment.byte_start, "TA1")
        self.transactions.append(self._transaction("TA1", "", segment.element(1), (segment,)))

    def _close_group(self, trailer: Segment) -> None:
        """Check GE against its GS and the transactions seen."""
        if self.open_row is not None or not self.open_group:
            self._refuse_trailer(trailer)
            return
        start = self.open_group.byte_start
        if not _counts(trailer.element(1), self.group_transactions):
            self._refuse_count(trailer, start, "transactions")
        self.tolerances["GE02"] += trailer.element(2) != self.open_group.element(6)
        self.open_group = None
        self.group_count += 1

    def _close_interchange(self, trailer: Segment) -> None:
        """Check IEA against its ISA and the groups seen."""
        if self.open_row is not None or self.open_group or not self.open_interchange:
            self._refuse_trailer(trailer)
            return
        answers = sum(transaction.kind == "TA1" for transaction in self.transactions)
        if not _counts(trailer.element(1), self.group_count) and not (answers and trailer.element(1) == "1"):
            self._refuse_count(trailer, self.open_interchange.byte_start, "groups")
        self.tolerances["IEA02"] += trailer.element(2) != self.open_interchange.element(13)
        self.open_interchange = None

    def _refuse_count(self, trailer: Segment, start: int, what: str) -> None:
        """Fault for a wrong count where money or everything may be missing, tolerate it elsewhere."""
        inside = [transaction for transaction in self.transactions if transaction.byte_start >= start]
        is_money = self.open_group is not None and self.open_group.element(1) == "HP"
        if is_money or not inside or any(transaction.kind == "835" for transaction in inside):
            message = f"the number of {what} is not what was sent"
            raise fault("COUNT_MISMATCH", message, trailer.byte_start, trailer.tag, 1)
        self.tolerances[trailer.tag + "01"] += 1


def _counts(text: str, count: int) -> bool:
    """Tell whether a count element says this count; leading zeros are no difference."""
    return text.isascii() and text.isdigit() and int(text[-18:]) == count
