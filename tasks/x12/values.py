"""Elements become cents, quantities, dates and numbers, exactly or not at all; each failure is a Fault with its place.

The values themselves never stand in a message: they may be about a person.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from schemas.errors import Fault
from schemas.money import cents_of
from tasks.x12.rulings import fault
from tasks.x12.segments import Segment, Transaction

_AMOUNT = re.compile(r"-?[0-9]{0,15}(?:\.[0-9]{0,15})?", re.ASCII)
_QUANTITY = re.compile(r"-?[0-9]{0,12}(?:\.[0-9]{0,3}0*)?", re.ASCII)
_DATE = re.compile(r"[0-9]{8}", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)
_QUALIFIED = re.compile(r"[A-Za-z0-9]{2}([^A-Za-z0-9 .\-])")


@dataclass(slots=True)
class Reading:
    """Collects the faults and tolerances of one file while its elements are read.

    Holds: a value that cannot be read is None and has its Fault; nothing is guessed.
    """

    faults: list[Fault] = field(default_factory=list)
    tolerances: Counter[str] = field(default_factory=Counter)

    def refuse(self, code: str, message: str, segment: Segment, element: int = 0) -> None:
        """Note a Fault at an element (0: the segment)."""
        self.faults.append(fault(code, message, segment.byte_start, segment.tag, element))

    def raise_first(self) -> None:
        """Raise the first Fault in file order, if there is any."""
        if self.faults:
            raise min(self.faults, key=lambda found: found.byte_start)

    def cents(self, segment: Segment, element: int, empty: int | None = None) -> int | None:
        """Give an amount in cents; an empty one gives `empty`, or a Fault where that is None."""
        text = segment.element(element)
        if not text and empty is not None:
            return empty
        try:
            if not _AMOUNT.fullmatch(text):
                raise ValueError("not a plain decimal amount of at most 15 digits")
            return cents_of(text)
        except ValueError as error:
            self.refuse("BAD_AMOUNT", f"expected dollars and whole cents: {error}", segment, element)
            return None

    def optional_cents(self, segment: Segment, element: int) -> int | None:
        """Give an amount in cents, None where it is empty."""
        return self.cents(segment, element) if segment.element(element) else None

    def quantity(self, segment: Segment, element: int) -> Decimal | None:
        """Give a quantity of at most three decimals, None where it is empty."""
        text = segment.element(element)
        if not text:
            return None
        if not _QUANTITY.fullmatch(text) or not text.strip("-."):
            self.refuse("BAD_QUANTITY", "expected a decimal with at most three places", segment, element)
            return None
        return Decimal(text).quantize(Decimal("0.001"))

    def on(self, segment: Segment | None, element: int) -> date | None:
        """Give a date CCYYMMDD, None where it is absent or no date (tolerated: DATE)."""
        text = segment.element(element) if segment else ""
        found = date_of(text)
        self.tolerances["DATE"] += bool(text) and found is None
        return found

    def number(self, segment: Segment, element: int) -> int:
        """Give a control number as an integer."""
        text = segment.element(element)
        if not _NUMBER.fullmatch(text):
            self.refuse("BAD_NUMBER", "expected a control number of digits", segment, element)
            return 0
        return int(text)

    def coded(self, segment: Segment, element: int, known: str) -> str:
        """Give a code that must be one of the blank-separated `known` ones."""
        text = segment.element(element)
        if text not in known.split():
            self.refuse("BAD_CODE", f"expected one of {known}", segment, element)
        return text

    def composite(self, transaction: Transaction, segment: Segment, element: int) -> tuple[str, ...]:
        """Give the components of a composite whose first is a two-character code, whatever separates them.

        Some files write another separator than ISA16 says (`HC>99213` with ISA16 `:`).
        """
        text = segment.element(element)
        if transaction.delimiters.component in text:
            return tuple(text.split(transaction.delimiters.component))
        other = _QUALIFIED.match(text)
        if not other:
            return (text,)
        self.tolerances["COMPONENT_SEPARATOR"] += transaction.interchange_start is not None
        return tuple(text.split(other[1]))


def date_of(text: str) -> date | None:
    """Give the date of CCYYMMDD, None for anything else."""
    if not _DATE.fullmatch(text):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def first(segments: tuple[Segment, ...], tag: str, *qualifiers: str) -> Segment | None:
    """Give the first segment with this id and, where given, one of these qualifiers in element 01, in their order."""
    found = [segment for segment in segments if segment.tag == tag]
    if not qualifiers:
        return found[0] if found else None
    ranked = [segment for code in qualifiers for segment in found if segment.element(1) == code]
    return ranked[0] if ranked else None


def text_of(segment: Segment | None, element: int) -> str | None:
    """Give an element's text, None where segment or element is absent."""
    return (segment.element(element) or None) if segment else None
