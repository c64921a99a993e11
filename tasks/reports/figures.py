"""Figures as people read them: dollars from cents, percents, days, counts; the same text in tiles, tables and charts."""

from datetime import date
from decimal import Decimal

from schemas.money import dollars

ABSENT = "n/a"
"""What stands where a value is null: a rate without a denominator, a thing that has not happened."""


def show_value(value: object, kind: str) -> str:
    """Write a value for people.

    Units: `cents` as dollars without the sign, `rate` (0 to 1) as percent, `days` with one decimal, `count` with separators.
    """
    if value is None or value == "":
        return ABSENT if value is None else ""
    if kind == "cents":
        return dollars(int(str(value).split(".")[0]))
    if kind == "rate":
        return f"{Decimal(str(value)) * 100:.1f}%"
    if kind == "days":
        return f"{Decimal(str(value)):,.1f}"
    if kind == "count":
        return f"{int(str(value).split('.')[0]):,}"
    if kind == "words":
        return str(value).replace("_", " ")
    if kind == "flag":
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, date) else str(value)


def sort_key(value: object, kind: str) -> str:
    """Give what a table sorts by: the bare number, or the text."""
    if value is None:
        return ""
    return str(value.isoformat() if isinstance(value, date) else value) if kind != "flag" else str(int(bool(value)))


def with_dollar_sign(cents: object) -> str:
    """Write cents with the dollar sign: "$1,234.50", "-$12.00"."""
    text = show_value(cents, "cents")
    return f"-${text[1:]}" if text.startswith("-") else f"${text}"


def whole_dollars(cents: int) -> str:
    """Write cents as whole dollars for a chart's label, halves to the even dollar: "$1,234"."""
    rounded = round(Decimal(cents) / 100)
    return f"-${-rounded:,}" if rounded < 0 else f"${rounded:,}"
