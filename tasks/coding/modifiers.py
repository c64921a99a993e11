"""Modifiers that follow from the encounter itself are added to translated lines; and the edits on modifiers."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tasks.coding.case import Case, Line, is_kind
from tasks.coding.findings import FindingRow, finding
from tasks.coding.procedures import HOSPITAL_PLACES

TELEHEALTH_PLACES = frozenset({"02", "10"})
_TELEHEALTH = frozenset({"93", "95", "FQ", "GQ", "GT"})
_WANTED = {"two_sided": frozenset({"50", "LT", "RT"}), "therapy": frozenset({"CO", "CQ", "GN", "GO", "GP"})}
_MOST_MODIFIERS = 4


def add_modifiers(case: Case, lines: Sequence[Line]) -> list[Line]:
    """Give the lines with the modifiers that are certain: 26 on imaging in a hospital, 25 on a visit beside a procedure, 95 on telehealth.

    Holds: a line that came with its own code is not touched; at most four; none twice.
    """
    return [line if line.is_from_source or not line.is_billable else _add(case, line, lines) for line in lines]


def find_modifier_flaws(case: Case, lines: Sequence[Line]) -> Iterator[FindingRow]:
    """Give modifiers that are unknown, repeated, missing, or at odds with the place (checks L03 L04 E06)."""
    for line in lines:
        if not line.is_billable:
            continue
        unknown = [modifier for modifier in line.modifiers if modifier not in case.codebook.modifiers]
        if unknown or len(set(line.modifiers)) < len(line.modifiers):
            yield finding(case, "L03", "modifier_1", ":".join(line.modifiers), line)
        yield from _missing(case, line, lines)
        yield from _telehealth_flaws(case, line)


def _add(case: Case, line: Line, lines: Sequence[Line]) -> Line:
    wanted = []
    if case.place in HOSPITAL_PLACES and is_kind(case, "imaging", line):
        wanted.append("26")
    if is_kind(case, "evaluation", line):
        wanted += ["25"] if _stands_beside_procedure(case, line, lines) else []
        wanted += ["95"] if case.place in TELEHEALTH_PLACES else []
    return replace(line, modifiers=tuple(dict.fromkeys((*wanted, *line.modifiers)))[:_MOST_MODIFIERS])


def _stands_beside_procedure(case: Case, line: Line, lines: Sequence[Line]) -> bool:
    return any(other is not line and is_kind(case, "separate_service", other) for other in lines)


def _missing(case: Case, line: Line, lines: Sequence[Line]) -> Iterator[FindingRow]:
    is_visit = is_kind(case, "evaluation", line)
    if is_visit and not {"25", "57"} & set(line.modifiers) and _stands_beside_procedure(case, line, lines):
        yield finding(case, "L04", "modifier_1", line.code, line)
    elif any(is_kind(case, kind, line) and not wanted & set(line.modifiers) for kind, wanted in _WANTED.items()):
        yield finding(case, "L04", "modifier_2", line.code, line)


def _telehealth_flaws(case: Case, line: Line) -> Iterator[FindingRow]:
    """Give a visit by telehealth without its modifier, or the modifier at another place."""
    has_modifier = bool(_TELEHEALTH & set(line.modifiers))
    place = line.row["line_place_of_service"] or case.place
    is_odd = has_modifier and place not in TELEHEALTH_PLACES
    if is_odd or (not has_modifier and place in TELEHEALTH_PLACES and is_kind(case, "evaluation", line)):
        yield finding(case, "E06", "place_of_service", place, line)
