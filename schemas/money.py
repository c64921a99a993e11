"""Money is integer cents; text becomes cents exactly or not at all."""

import re

_DECIMAL = re.compile(r"^(-?)(\d*)(?:\.(\d*))?$")


def cents_of(text: str) -> int:
    """Give the cents of a plain decimal such as "12", "12.5", "-.05".

    Raises: ValueError for anything else, and for parts of a cent.
    """
    match = _DECIMAL.match(text)
    if not match or not (match[2] or match[3]):
        raise ValueError("not a plain decimal amount")
    fraction = match[3] or ""
    if fraction[2:].strip("0"):
        raise ValueError("an amount with parts of a cent")
    cents = int(match[2] or "0") * 100 + int((fraction + "00")[:2])
    return -cents if match[1] else cents


def dollars(cents: int) -> str:
    """Write cents as dollars for people: "1,234.50"."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100:,}.{abs(cents) % 100:02d}"
