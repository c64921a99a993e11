"""Values become X12 text: free text in upper case without accents, exact identifiers, money, quantities, dates."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from operator import itemgetter
from typing import Any

from tasks.x12.builder import refuse

Row = Mapping[str, Any]
"""A row of the warehouse: Python values by column name."""

_MOST_SHAPES = 1_024


class Columns:
    """Some columns of a kind of row, asked for together; one that a row has not is empty."""

    def __init__(self, *names: str) -> None:
        self.names = names
        self._of = itemgetter(*names)
        self.are_absent: Callable[[Row], bool] = frozenset(names).isdisjoint
        """Says whether a row has none of the columns, not even empty."""
        self._present: dict[tuple[str, ...], tuple[tuple[str, ...], Callable[[Row], tuple[Any, ...]]]] = {}

    def values(self, row: Row) -> tuple[Any, ...]:
        """Give the values in the order of the names; quickest where the row has all of them."""
        try:
            found: tuple[Any, ...] = self._of(row)
        except KeyError:
            return tuple(map(row.get, self.names))
        return found

    def filled(self, row: Row) -> tuple[tuple[str, ...], tuple[Any, ...]]:
        """Give those of the names that the row has, and their values."""
        shape = tuple(row)
        present = self._present.get(shape)
        if present is None:
            if len(self._present) >= _MOST_SHAPES:
                self._present.clear()
            names = tuple(name for name in self.names if name in row)
            present = self._present[shape] = names, _getter(names)
        return present[0], present[1](row)

    def are_filled(self, row: Row) -> bool:
        """Say whether any of them holds something; quickest where the row does not even have them."""
        return not self.are_absent(row) and any(map(row.get, self.names))


def _getter(names: tuple[str, ...]) -> Callable[[Row], tuple[Any, ...]]:
    """Give the values of these columns; itemgetter alone gives no tuple for fewer than two."""
    return itemgetter(*names) if len(names) > 1 else lambda row: tuple([row[name] for name in names])


_CLEAN = r"""[A-Z0-9!"&'()+,\-./;?=%@\[\]_{}\\|<>#$]+"""
_PLAIN = re.compile(f"{_CLEAN}(?: {_CLEAN})*")
_LETTERS = str.maketrans(
    {"Ø": "O", "Æ": "AE", "Œ": "OE", "Ł": "L", "Đ": "D", "Ð": "D", "Þ": "TH", "`": "'"}
    | dict.fromkeys("*:^~", " ")
    | dict.fromkeys("\u2018\u2019\u02bc", "'")
    | dict.fromkeys("\u201c\u201d", '"')
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-")
)
_REFUSED = str.maketrans(dict.fromkeys("*:^~", "\x1f"))


@lru_cache(maxsize=65_536)
def text(value: str | None) -> str:
    """Give free text in upper case, accents and typographic signs transliterated.

    Holds: delimiters, line ends and runs of blanks become one blank; a letter without a Latin equal stays, so that the
    segment refuses it.
    """
    if not value:
        return ""
    if _PLAIN.fullmatch(value):
        return value
    folded = unicodedata.normalize("NFKD", value.upper().translate(_LETTERS))
    return " ".join("".join(c for c in folded if not unicodedata.combining(c)).translate(_LETTERS).split())


def exact(value: str | None) -> str:
    """Give an identifier as it is, without blanks at its ends: what a partner gave us is never rewritten.

    Holds: a delimiter in it becomes a control character, which every rule refuses: it cannot begin another element.
    """
    if not value:
        return ""
    return value if value.isalnum() else value.strip().translate(_REFUSED)


@lru_cache(maxsize=65_536)
def money(cents: int | None) -> str:
    """Write cents as the shortest decimal: "120", "35.5", "0"; nothing for None."""
    if cents is None:
        return ""
    whole, part = divmod(abs(cents), 100)
    number = f"{whole}.{part:02d}".rstrip("0") if part else f"{whole:d}"
    return f"-{number}" if cents < 0 else number


@lru_cache(maxsize=4_096)
def quantity(value: Decimal | int | None) -> str:
    """Write a number in its shortest form: "1", "0.5"; nothing for None."""
    if value is None:
        return ""
    return f"{value.normalize():f}" if isinstance(value, Decimal) else f"{value:d}"


@lru_cache(maxsize=65_536)
def day(value: date | None) -> str:
    """Write a date as CCYYMMDD; nothing for None."""
    return value.isoformat().replace("-", "") if value else ""


def period(first_on: date | None, last_on: date | None) -> tuple[str, str]:
    """Give the format qualifier and the text of one day (D8) or of a range (RD8); a range without its first day is no day."""
    if first_on is None or last_on is None or last_on == first_on:
        return "D8", day(first_on)
    return "RD8", day_range(first_on, last_on)


def day_range(first_on: date, last_on: date) -> str:
    """Write a range of days.

    Raises: Fault (WRITE_FORMAT) for one that ends before it begins.
    """
    if last_on < first_on:
        refuse("WRITE_FORMAT", "DTP", "03", "Date Time Period is a range that ends before it begins")
    return f"{day(first_on)}-{day(last_on)}"


def composite(*components: str) -> str:
    """Join components, the empty end trimmed."""
    return ":".join(components).rstrip(":")


def flag(value: bool | None, code: str = "Y") -> str:
    """Give the code where the flag is set, nothing else."""
    return code if value else ""
