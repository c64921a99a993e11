"""Is what AK9 says of a group true of its sets? Held against the IK5 before it (997: AK5), for both tell what was accepted.

Source: X12 elements 715, 97, 123 and 2 as public references describe them. That the sets listed may be fewer than those
received: Microsoft's page on the 997 of BizTalk, which lists refused ones alone unless told otherwise. The rest has none.
"""

from collections import Counter
from collections.abc import Sequence

from tasks.x12.records import Reading, Record

TAKEN = frozenset({"A", "E"})
"""What IK501 or AK901 says of what is accepted."""
_REFUSALS = frozenset({"M", "R", "W", "X"})
_MOST_DIGITS = 18
ANSWERS = " ".join(sorted(TAKEN | _REFUSALS))


def refusal_of(reading: Reading, group: Record, codes: Sequence[str], tolerances: Counter[str]) -> str:
    """Give AK901 where it refuses the whole group, else ''; note a Fault where a refused set could pass for an accepted one.

    `codes` are those of IK501. Holds: AK9 is tolerated where only what is refused, or not told of, is in question.
    """
    code, taken = group.text("answer_code"), _taken(codes)
    if code in _REFUSALS:
        accepted = _count(group, "accepted_count")
        if accepted and (taken or not codes):
            reading.refuse("CONTRADICTION", "AK901 refuses the group, AK904 accepts of it", group, "AK9", 4)
        tolerances["AK9"] += bool(accepted or taken or len(codes) > _count(group, "received_count"))
        return code
    names = ("included_count", "received_count", "accepted_count")
    counts = [reading.number(group, name, "AK9", element) for element, name in enumerate(names, start=2)]
    if found := _contradiction(code, codes, counts):
        reading.refuse("CONTRADICTION", found[1], group, "AK9", found[0])
    tolerances["AK9"] += _is_sloppy(code, codes, counts, is_told_why=bool(group.text("error_codes")))
    return ""


def _taken(codes: Sequence[str]) -> int:
    return sum(code in TAKEN for code in codes)


def _count(group: Record, column: str) -> int:
    """Give a count of AK9, zero where there is none that can be read; of one that is too long its first digits."""
    text = group.text(column)
    return int(text.lstrip("0")[:_MOST_DIGITS] or 0) if text.isascii() and text.isdigit() else 0


def _contradiction(code: str, codes: Sequence[str], counts: Sequence[int]) -> tuple[int, str] | None:
    """Give element and message where AK901 to AK904 of a group that is not refused cannot be true of its sets."""
    included, received, accepted = counts
    taken = _taken(codes)
    if not codes and not (code in TAKEN and included == received == accepted > 0):
        return 1, "no AK2 tells which sets are accepted, and not all of them are"
    if taken > accepted:
        return 4, "IK5 accept more sets than AK904"
    if len(codes) - taken > received - accepted:
        return 4, "IK5 refuse more sets than AK903 and AK904 do"
    if (code == "A" and accepted < received) or (code == "P" and accepted == received):
        return 1, "AK901 is not what AK903 and AK904 say"
    return None


def _is_sloppy(code: str, codes: Sequence[str], counts: Sequence[int], *, is_told_why: bool) -> bool:
    """Tell whether something is left open that accepts no set: E for P, P for R, sets of which nothing is said."""
    included, received, accepted = counts
    is_other = (code == "E" and accepted < received) or (code == "P" and not accepted)
    is_short = "A" in codes and len(codes) < received
    return is_other or is_short or (included != received and not is_told_why)
