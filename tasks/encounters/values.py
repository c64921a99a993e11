"""Text becomes a typed value exactly, or not at all."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pandas as pd

from schemas.money import cents_of
from tasks.encounters.contract import Field

Value = object
Parser = Callable[[str], Value | None]

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIMESTAMP = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_INTEGER = re.compile(r"-?[0-9]{1,18}")
_SMALL_INTEGER = re.compile(r"-?[0-9]{1,9}")
_DECIMAL = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,3}0*)?")
_MONEY = re.compile(r"-?[0-9]{1,10}(\.[0-9]{1,2})?")
_CURRENCY = re.compile(r"(?P<sign>-?)\$?(?P<amount>[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?|[0-9]{0,10}(\.[0-9]*)?)")
_BOOLS = {"true": True, "false": False}


def parse_date(text: str) -> date | None:
    """Give the day of YYYY-MM-DD, None for anything else: a two-digit year or a slash is never guessed at."""
    if not _DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def parse_timestamp(text: str) -> datetime | None:
    """Give the UTC moment without zone of an ISO timestamp; one without an offset is taken as UTC."""
    if not _TIMESTAMP.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)


def parse_bool(text: str) -> bool | None:
    """Give the truth of `true` or `false`."""
    return _BOOLS.get(text)


def parse_integer(text: str) -> int | None:
    """Give a whole number of up to 18 figures."""
    return int(text) if _INTEGER.fullmatch(text) else None


def parse_small_integer(text: str) -> int | None:
    """Give a whole number of up to 9 figures."""
    return int(text) if _SMALL_INTEGER.fullmatch(text) else None


def parse_decimal(text: str) -> Decimal | None:
    """Give a plain decimal with up to three places."""
    return Decimal(text) if _DECIMAL.fullmatch(text) else None


def parse_money(text: str) -> int | None:
    """Give the cents of an amount, a currency sign, thousands separators and accounting brackets allowed (check S08).

    Units: dollars in, cents out; parts of a cent are refused.
    """
    is_bracketed = text.startswith("(") and text.endswith(")")
    matched = _CURRENCY.fullmatch((text[1:-1] if is_bracketed else text).replace(" ", ""))
    if not matched or (is_bracketed and matched["sign"]):
        return None
    try:
        cents = cents_of(matched["sign"] + matched["amount"].replace(",", ""))
    except ValueError:
        return None
    return -cents if is_bracketed else cents


def is_plain_money(text: str) -> bool:
    """Whether an amount is written as the contract has it, 1234.5 or 1234.50."""
    return _MONEY.fullmatch(text) is not None


def parser_of(field: Field) -> Parser:
    """Give the parser of a field's type; text stays as it is."""
    if field.is_money:
        return parse_money
    kind = field.type.split()[0].partition("(")[0]
    return _PARSERS.get(kind, str)


def parse_column(column: pd.Series, parse: Callable[[str], Value | None]) -> pd.Series:
    """Give the parsed values as objects, None where missing or unreadable; each distinct text is parsed once."""
    known = {text: parse(text) for text in column.dropna().unique()}
    return pd.Series([known.get(text) for text in column], index=column.index, dtype="object")


_PARSERS: dict[str, Parser] = {
    "date": parse_date,
    "timestamp": parse_timestamp,
    "bool": parse_bool,
    "int64": parse_integer,
    "int": parse_small_integer,
    "decimal": parse_decimal,
}
