"""Numbers beside each other: add-ons without their primary, the same number twice, pairs that are not paid together.

Pair conflicts come only from a table that the practice loaded (reference/pairs.csv in its folder): CMS's own tables may not be shipped.
"""

from collections.abc import Iterator, Sequence

from tasks.coding.case import Case, Line
from tasks.coding.findings import FindingRow, finding

_REPEATED = frozenset({"59", "76", "77", "91", "XE", "XP", "XS", "XU"})
_PARTING = _REPEATED | {"24", "25", "27", "57", "58", "78", "79", "LT", "RT", "E1", "E2", "E3", "E4"}
_PARTING_INDICATOR = "1"
_NOT_IN_USE = "9"


def find_pair_flaws(case: Case, lines: Sequence[Line]) -> Iterator[FindingRow]:
    """Give lines that may not stand beside each other as they are (checks E12 L07 L08)."""
    claimed = [line for line in lines if line.is_billable and line.reason != "unmapped"]
    codes = {line.code for line in claimed}
    for position, line in enumerate(claimed):
        if _is_repeat(line, claimed[:position]):
            yield finding(case, "E12", "modifier_1", line.code, line)
        if _is_alone(case, line, codes):
            yield finding(case, "L08", "procedure_code", line.code, line)
        if any(_conflicts(case, other, line) for other in claimed):
            yield finding(case, "L07", "procedure_code", line.code, line)


def _is_repeat(line: Line, earlier: Sequence[Line]) -> bool:
    """Whether a line is an earlier one again, day and modifiers alike, without a modifier that says why."""
    if _REPEATED & set(line.modifiers):
        return False
    return any(_identity(line) == _identity(other) for other in earlier)


def _identity(line: Line) -> tuple[object, ...]:
    return (line.code, frozenset(line.modifiers), line.row["date_from"], line.row["ndc"])


def _is_alone(case: Case, line: Line, codes: set[str]) -> bool:
    rules = case.codebook.add_ons.get(line.code, ())
    return bool(rules) and not any(rule.primaries.holds(code) for rule in rules for code in codes)


def _conflicts(case: Case, first: Line, second: Line) -> bool:
    """Whether a pair of the loaded table forbids the second beside the first."""
    pair = case.codebook.pair(first.code, second.code, case.on)
    if pair is None or first is second or pair.modifier_indicator == _NOT_IN_USE:
        return False
    return pair.modifier_indicator != _PARTING_INDICATOR or not _PARTING & set(second.modifiers)
