"""What the segments of the envelope say: headers open, trailers close and count, and transactions are what is between."""

from collections import Counter
from collections.abc import Set
from dataclasses import dataclass, field
from functools import lru_cache

from schemas.errors import Fault
from tasks.x12.delimiters import Delimiters, in_guide
from tasks.x12.index import BITS, Found, Index
from tasks.x12.kinds import is_guide, kind_of
from tasks.x12.rulings import fault
from tasks.x12.segments import Segment, Transaction, segment_at

_TRAILERS = frozenset({"SE", "GE", "IEA"})


@dataclass(slots=True)
class Marks:
    """The state of one file's envelope, scan after scan; `open_*` are the headers whose trailers are still due."""

    file: int = 0
    transactions: list[Transaction] = field(default_factory=list)
    tolerances: Counter[str] = field(default_factory=Counter)
    open_interchange: Segment | None = None
    open_group: Segment | None = None
    open_head: Segment | None = None
    open_number: int = 0
    group_kinds: list[str] = field(default_factory=list)
    interchange_kinds: list[str] = field(default_factory=list)
    group_count: int = 0
    index: Index = field(init=False)
    base: int = 0

    def take(self, index: Index, base: int, found: Found, delimiters: Delimiters, is_end: bool) -> bool:
        """Take the marks of a scan; give whether its last segment is a trailer after which nothing is open.

        Raises: Fault TRUNCATED, STRAY_SEGMENT, COUNT_MISMATCH, KIND_CONFLICT.
        """
        self.index, self.base = index, base
        after, last = found.segments.start, found.segments.stop - 1
        tag = ""
        for mark in found.marks:
            number = index.numbers.marks[mark]
            if self.open_head is None and number != after:
                self._refuse_stray(after, found)
            after = number + 1
            segment = segment_at(index, number, base)
            tag = segment.tag
            if found.is_open and number == last and tag in _TRAILERS:
                self._tolerate_no_end(segment)
            self._take(segment, number, index.numbers.seen[mark], delimiters)
        if self.open_head is None and after < found.segments.stop:
            self._refuse_stray(after, found)
        if is_end and tag != "IEA":
            self._refuse_open(found)
        return tag == "IEA"

    def segment(self, number: int) -> Segment:
        """Give one segment of the scan, placed in its file."""
        return segment_at(self.index, number, self.base)

    def _take(self, segment: Segment, number: int, seen: int, delimiters: Delimiters) -> None:
        """Open or close what the envelope segment opens or closes."""
        match segment.tag:
            case "ISA":
                self._open_interchange(segment)
            case "GS":
                self._open_group(segment)
            case "ST":
                self._open_transaction(segment, number)
            case "SE":
                self._close_transaction(segment, number, seen, delimiters)
            case "GE":
                self._close_group(segment)
            case "IEA":
                self._close_interchange(segment)
            case "TA1":
                self._take_interchange_answer(segment, number, delimiters)
            case _:
                self.tolerances["INTERCHANGE_SEGMENT"] += 1

    def _tolerate_no_end(self, segment: Segment) -> None:
        """Tolerate a missing terminator only behind the very last trailer that is due."""
        if len(segment.elements) > 2:
            raise fault("TRUNCATED", "the last trailer has no end", segment.byte_start, segment.tag)
        self.tolerances["NO_FINAL_TERMINATOR"] += 1

    def _refuse_stray(self, number: int, found: Found) -> None:
        """Fault for a segment outside ST and SE."""
        segment = self.segment(number)
        tag = segment.tag if segment.tag in BITS else ""  # another may be part of a name: a broken end before it
        if number == found.segments[-1] and found.is_open:
            raise fault("TRUNCATED", "the file ends within a segment", segment.byte_start, tag)
        raise fault("STRAY_SEGMENT", "a segment outside ST and SE", segment.byte_start, tag)

    def _refuse_open(self, found: Found) -> None:
        """Fault where the file ends and a trailer is still due."""
        due = "SE" if self.open_head else "GE" if self.open_group else "IEA" if self.open_interchange else ""
        if due:
            raise fault(
                "TRUNCATED", f"the file ends and {due} is missing", self.segment(found.segments[-1]).byte_end, due
            )

    def _open_interchange(self, segment: Segment) -> None:
        if self.open_interchange:
            self._refuse_header(segment, "IEA")
        self.open_interchange, self.interchange_kinds, self.group_count = segment, [], 0

    def _open_group(self, segment: Segment) -> None:
        if self.open_head or self.open_group:
            self._refuse_header(segment, "SE" if self.open_head else "GE")
        self.open_group, self.group_kinds = segment, []
        if self.open_interchange and segment.element(8)[:6].isdigit():
            self.tolerances["ISA12"] += self.open_interchange.element(12) != segment.element(8)[:5]

    def _open_transaction(self, segment: Segment, number: int) -> None:
        if self.open_head:
            self._refuse_header(segment, "SE")
        self.open_head, self.open_number = segment, number
        self.tolerances["NO_GS"] += self.open_group is None

    def _refuse_header(self, segment: Segment, due: str) -> None:
        """Fault for a header that stands where a trailer is due."""
        raise fault("TRUNCATED", f"{segment.tag} stands where {due} is due", segment.byte_start, segment.tag)

    def _refuse_trailer(self, segment: Segment) -> Fault:
        """Give the fault of a trailer whose header is missing: the head was cut, or another trailer was."""
        return fault("TRUNCATED", f"{segment.tag} closes nothing that is open", segment.byte_start, segment.tag)

    def _close_transaction(self, trailer: Segment, number: int, seen: int, delimiters: Delimiters) -> None:
        """Add the transaction from the open ST to this SE."""
        head = self.open_head
        if head is None:
            raise self._refuse_trailer(trailer)
        self.open_head = None
        numbers = range(self.open_number, number + 1)
        self.tolerances["SE01"] += not _counts(trailer.element(1), len(numbers))
        self.tolerances["SE02"] += trailer.element(2) != head.element(2)
        version = self._version(head)
        tags = _telling(seen)
        kind = kind_of(head, self._beginning(numbers, tags), version, self.open_group, tags, self.tolerances)
        self._add(kind, version, head, trailer, numbers, delimiters)
        self.group_kinds.append(kind)

    def _beginning(self, numbers: range, tags: Set[str]) -> Segment | None:
        """Give the BHT, which a transaction has right behind its ST or not at all."""
        if "BHT" not in tags:
            return None
        found = (self.segment(number) for number in numbers)
        return next((segment for segment in found if segment.tag == "BHT"), None)

    def _version(self, head: Segment) -> str:
        """Give ST03 where it names a guide, else GS08, else ''."""
        stated, grouped = head.element(3), self.open_group.element(8) if self.open_group else ""
        return stated if is_guide(stated) else grouped or stated

    def _add(
        self, kind: str, version: str, head: Segment, last: Segment, numbers: range, delimiters: Delimiters
    ) -> None:
        """Add a transaction with the numbers and offsets of what it stands in."""
        interchange, group = self.open_interchange, self.open_group
        self.interchange_kinds.append(kind)
        self.transactions.append(
            Transaction(
                kind,
                version,
                interchange.element(13) if interchange else "",
                group.element(6) if group else "",
                head.element(1 if kind == "TA1" else 2),
                head.byte_start,
                last.byte_end,
                in_guide(delimiters, interchange.element(12) if interchange else "", version),
                interchange.byte_start if interchange else None,
                group.byte_start if group else None,
                self.index,
                numbers,
                self.base,
                self.file,
                last.element(1),
            )
        )

    def _take_interchange_answer(self, segment: Segment, number: int, delimiters: Delimiters) -> None:
        """Add a TA1, which stands beside transactions."""
        if self.open_head:
            raise fault("STRAY_SEGMENT", "a TA1 within ST and SE", segment.byte_start, "TA1")
        self._add("TA1", "", segment, segment, range(number, number + 1), delimiters)

    def _close_group(self, trailer: Segment) -> None:
        """Check GE against its GS and the transactions seen."""
        if self.open_head or not self.open_group:
            raise self._refuse_trailer(trailer)
        if not _counts(trailer.element(1), len(self.group_kinds)):
            self._refuse_count(trailer, self.group_kinds, "transactions")
        self.tolerances["GE02"] += trailer.element(2) != self.open_group.element(6)
        self.open_group = None
        self.group_count += 1

    def _close_interchange(self, trailer: Segment) -> None:
        """Check IEA against its ISA and the groups seen."""
        if self.open_head or self.open_group or not self.open_interchange:
            raise self._refuse_trailer(trailer)
        kinds = self.interchange_kinds
        if not _counts(trailer.element(1), self.group_count):
            self._refuse_count(trailer, kinds, "groups")
        self.tolerances["IEA02"] += trailer.element(2) != self.open_interchange.element(13)
        self.open_interchange = None

    def _refuse_count(self, trailer: Segment, kinds: list[str], what: str) -> None:
        """Fault for a wrong count where money or everything may be missing, tolerate it elsewhere."""
        is_money = self.open_group is not None and self.open_group.element(1) == "HP"
        if is_money or not kinds or "835" in kinds:
            message = f"the number of {what} is not what was sent"
            raise fault("COUNT_MISMATCH", message, trailer.byte_start, trailer.tag, 1)
        self.tolerances[trailer.tag + "01"] += 1


@lru_cache(maxsize=256)
def _telling(seen: int) -> frozenset[str]:
    """Give the ids of the telling segments among those that were seen."""
    return frozenset(tag for tag, bit in BITS.items() if seen & bit)


def _counts(text: str, count: int) -> bool:
    """Tell whether a count element says this count; leading zeros are no difference."""
    return text != "" and (text.lstrip("0") or "0") == str(count)
