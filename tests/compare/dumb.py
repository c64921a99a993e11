"""A dumb splitter: text is cut at terminators and separators, and amounts are added up. No loops, no envelope, no mercy.

It shares no code with the reader and exists to contradict it. Only the standard library: peers import it too.
"""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

FIGURES = (
    "transactions",
    "claims",
    "lines",
    "adjustments",
    "plb",
    "charged_cents",
    "paid_cents",
    "adjusted_cents",
    "plb_cents",
    "payment_cents",
)
_HEAD = re.compile(r"(?:\A|(?<=[^A-Za-z0-9]))(ISA|GS|ST)([^A-Za-z0-9 \t\r\n])")
_ISA_SEPARATORS = 16
_NEXT = re.compile(r"IEA[^A-Za-z0-9][^A-Za-z]{1,60}?(?=ISA[^A-Za-z0-9 \t\r\n])")
_AMOUNT = re.compile(r"-?(?:[0-9]{1,18}(?:\.[0-9]{0,18})?|\.[0-9]{1,18})")
_COUNTED = {
    "835": frozenset({"ST", "BPR", "CLP", "SVC", "CAS", "PLB"}),
    "837": frozenset({"ST", "CLM", "SV1", "SV2", "SV3", "CAS"}),
}
"""Segments that count, per kind: an SVC of a 277 is no paid line, a BPR in an 837 no payment."""


def segments_of(content: bytes) -> list[list[str]]:
    """Give every segment as its elements, id first; each interchange is cut with its own separators."""
    text = content.decode("latin-1").removeprefix("\xef\xbb\xbf")
    return [segment for part in _interchanges(text) for segment in _segments(part)]


def figures_of(segments: Iterable[list[str]]) -> dict[str, int]:
    """Give the figures of FIGURES, all but transactions of 835s and 837s; an amount that is no number counts nothing."""
    total, kind = dict.fromkeys(FIGURES, Decimal(0)), ""
    for segment in segments:
        tag = segment[0].upper()
        kind = "".join(segment[1:2])[:3] if tag == "ST" else kind
        if tag == "ST" or tag in _COUNTED.get(kind, ()):
            for name, amount in _said(tag, segment):
                total[name] += amount
    return {name: int(amount * 100) if name.endswith("_cents") else int(amount) for name, amount in total.items()}


def _interchanges(text: str) -> Iterator[str]:
    """Cut the text before every ISA that follows an IEA."""
    starts = [found.end() for found in _NEXT.finditer(text)]
    for start, end in zip([0, *starts], [*starts, len(text)], strict=True):
        if text[start:end].strip():
            yield text[start:end]


def _segments(text: str) -> list[list[str]]:
    """Cut one interchange into segments and elements."""
    head = _HEAD.search(text)
    if not head:
        return []
    separator, terminator = head[2], _terminator(text[head.start() :], head[1], head[2])
    parts = [part.replace("\r", "").replace("\n", "").strip(" \t") for part in text[head.start() :].split(terminator)]
    if terminator == "\n":
        parts = [part.removesuffix("~") for part in parts]
    return [part.split(separator) for part in parts if part]


def _terminator(text: str, tag: str, separator: str) -> str:
    """Give what stands before the segment after the first one, line breaks aside; a line break where nothing else does."""
    following = re.search(
        rf"[ \t\r\n]*((?!{re.escape(separator)})[^A-Za-z0-9 \t\r\n])?[ \t\r\n]*(?:GS|ST|BPR|BHT|TA1){re.escape(separator)}",
        _tail(text, tag, separator),
    )
    if following and following[1]:
        return following[1]
    return "\n" if following else "~"


def _tail(text: str, tag: str, separator: str) -> str:
    """Give the text from the last element of an ISA on, whose sixteenth may be a separator itself."""
    if tag != "ISA":
        return text[2:]
    places = [found.start() for found in re.finditer(re.escape(separator), text[:400])]
    return text[places[_ISA_SEPARATORS - 1] + 2 :] if len(places) >= _ISA_SEPARATORS else text[3:]


def _said(tag: str, segment: list[str]) -> Iterator[tuple[str, Decimal]]:
    """Give what one segment adds to which figures."""
    if tag == "ST":
        yield "transactions", Decimal(1)
    elif tag == "BPR":
        yield "payment_cents", _amount(segment, 2)
    elif tag == "CLP":
        yield from (("claims", Decimal(1)), ("charged_cents", _amount(segment, 3)), ("paid_cents", _amount(segment, 4)))
    elif tag == "CLM":
        yield from (("claims", Decimal(1)), ("charged_cents", _amount(segment, 2)))
    elif tag in ("CAS", "PLB"):
        yield from _adjusted(segment, tag)
    else:
        yield "lines", Decimal(1)


def _adjusted(segment: list[str], tag: str) -> Iterator[tuple[str, Decimal]]:
    """Give the triples of a CAS or the pairs of a PLB."""
    name, cents, first, step = ("adjustments", "adjusted_cents", 2, 3) if tag == "CAS" else ("plb", "plb_cents", 3, 2)
    for place in range(first, len(segment), step):
        if any(segment[place : place + step]):
            yield name, Decimal(1)
            yield cents, _amount(segment, place + 1)


def _amount(segment: list[str], place: int) -> Decimal:
    """Give the amount at an element, zero where none can be read."""
    text = segment[place] if place < len(segment) else ""
    return Decimal(text) if _AMOUNT.fullmatch(text) else Decimal(0)
