"""The synthetic payer's own reader of envelopes: bytes in, interchanges, groups and transaction sets out.

It splits on the delimiters that the ISA names. It shares no line with tasks/x12, so that a misreading there cannot
cancel out here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Segment = list[str]
WHITE = " \t\r\n"
HEADER_WIDTHS = [2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1]


@dataclass(frozen=True)
class Problem:
    """A place in a transaction set that cannot be read: what an IK3 and an IK4 say."""

    segment_code: str
    position: int
    loop: str
    segment_error_code: str
    element_position: str = ""
    element_number: str = ""
    element_error_code: str = ""
    value: str = ""


@dataclass(frozen=True)
class Transaction:
    """One transaction set, ST to SE."""

    kind_code: str
    control_number: str
    version: str
    segments: list[Segment]
    component_separator: str
    error_codes: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """One functional group."""

    kind_code: str
    sender_id: str
    receiver_id: str
    control_number: str
    version: str
    transactions: list[Transaction]
    error_codes: tuple[str, ...]


@dataclass(frozen=True)
class Interchange:
    """One interchange; `error_code` is the TA105 that a real receiver would give, 000 where there is none."""

    header: Segment
    groups: list[Group]
    error_code: str

    @property
    def control_number(self) -> str:
        """ISA13 as it was sent."""
        return self.header[13]


def read_interchanges(data: bytes) -> list[Interchange]:
    """Give the interchanges of a file in order; none where the bytes do not begin as X12 does."""
    text = data.decode("utf-8-sig", errors="replace").lstrip(WHITE)
    found: list[Interchange] = []
    while _is_header(text):
        interchange, text = _next_interchange(text)
        found.append(interchange)
    return found


def _is_header(text: str) -> bool:
    """Say whether a whole ISA of fixed widths stands here; a payer does not answer what has none."""
    pieces = text[:200].split(text[3:4] or " ", 16)
    return text.startswith("ISA") and [len(p) for p in pieces[1:16]] == HEADER_WIDTHS and len(pieces[16]) > 1


def _next_interchange(text: str) -> tuple[Interchange, str]:
    separator = text[3]
    pieces = text.split(separator, 16)
    component, terminator = pieces[16][0], pieces[16][1]
    segments: list[Segment] = []
    start, end = 0, text.find(terminator)
    while end >= 0:  # what has no terminator was cut off
        segments.append(text[start:end].strip(WHITE).split(separator))
        start, end = end + 1, text.find(terminator, end + 1)
        if segments[-1][0] == "IEA":
            break
    header = [element.strip() for element in pieces[:16]] + [component]
    groups = _groups(segments[1:], component)
    return Interchange(header, groups, _interchange_error(header, groups, segments)), text[start:].lstrip(WHITE)


def _interchange_error(header: Segment, groups: list[Group], segments: list[Segment]) -> str:
    trailer = segments[-1] if segments else [""]
    if trailer[0] != "IEA":
        return "023"
    if element(trailer, 2) != header[13]:
        return "001"
    return "000" if number_of(element(trailer, 1)) == len(groups) else "021"


def _groups(segments: list[Segment], component: str) -> list[Group]:
    groups = []
    for block in split_at(segments, "GS")[1:]:
        head, trailer = block[0], next((s for s in block if s[0] == "GE"), [""])
        transactions = [_transaction(part, component) for part in split_at(block, "ST")[1:]]
        errors = []
        if element(trailer, 2) != element(head, 6):
            errors.append("4")
        if number_of(element(trailer, 1)) != len(transactions):
            errors.append("5")
        version = element(head, 8)
        ids = (element(head, 1), element(head, 2), element(head, 3), element(head, 6))
        groups.append(Group(*ids, version, transactions, tuple(errors)))
    return groups


def _transaction(block: list[Segment], component: str) -> Transaction:
    end = next((i for i, segment in enumerate(block) if segment[0] == "SE"), None)
    segments = block if end is None else block[: end + 1]
    errors = []
    if end is None:
        errors.append("2")
    else:
        errors += ["3"] if element(segments[-1], 2) != element(segments[0], 2) else []
        errors += ["4"] if number_of(element(segments[-1], 1)) != len(segments) else []
    head = segments[0]
    return Transaction(element(head, 1), element(head, 2), element(head, 3), segments, component, tuple(errors))


def split_at(segments: Sequence[Segment], name: str) -> list[list[Segment]]:
    """Cut before every segment of that name; the first block is what stands before the first cut."""
    blocks: list[list[Segment]] = [[]]
    for segment in segments:
        if segment[0] == name:
            blocks.append([])
        blocks[-1].append(segment)
    return blocks


def element(segment: Sequence[str], place: int) -> str:
    """Give an element by its number in the guide, empty where the segment is shorter."""
    return segment[place].strip() if place < len(segment) else ""


def reference(segments: Iterable[Segment], qualifier: str) -> str:
    """Give the number of the first REF with this qualifier, empty where there is none."""
    return next((element(s, 2) for s in segments if s[0] == "REF" and element(s, 1) == qualifier), "")


def number_of(text: str) -> int:
    """Give a whole number, -1 where the text is none."""
    return int(text) if text.isdecimal() else -1
