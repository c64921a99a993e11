"""What kind of transaction it is, told by its segments; guide and group header are witnesses, not judges."""

import re
from collections import Counter
from collections.abc import Set
from functools import lru_cache

from tasks.x12.rulings import fault
from tasks.x12.segments import Segment

# guide numbers (5010 and 4010) by kind; from the GS08 values of schemas and public files, X12 assigns them
_GUIDES = {
    "835": ("X221", "X091"),
    "837P": ("X222", "X098"),
    "837I": ("X223", "X096"),
    "837D": ("X224", "X097"),
    "270": ("X279", "X092"),
    "271": ("X279", "X092"),
    "276": ("X212", "X093"),
    "277": ("X212", "X093"),
    "277CA": ("X214", "X167", "X364"),
    "277RFI": ("X213",),
    "278": ("X217", "X094", "X216"),
    "999": ("X231",),
    "997": ("X230",),
    "834": ("X220", "X095"),
    "820": ("X218", "X061", "X306"),
}
_GROUP_CODES = {
    "HP": ("835",),
    "HC": ("837",),
    "FA": ("997", "999"),
    "HS": ("270",),
    "HB": ("271",),
    "HR": ("276",),
    "HN": ("277",),
    "HI": ("278",),
    "BE": ("834",),
    "RA": ("820",),
}
_LINES = {"SV1": "837P", "SV2": "837I", "SV3": "837D"}
_GUIDE = re.compile(r"X\d{3}")
_SET_CODE = re.compile(r"[0-9]{3}", re.ASCII)


@lru_cache(maxsize=256)
def guide_kinds(version: str) -> tuple[str, ...]:
    """Give the kinds that a version such as 005010X222A1 may name; empty where it names none."""
    found = _GUIDE.search(version)
    return tuple(kind for kind, guides in _GUIDES.items() if found and found[0] in guides)


def kind_of(
    head: Segment,
    beginning: Segment | None,
    version: str,
    group_code: str,
    tags: Set[str],
    tolerances: Counter[str],
) -> str:
    """Give the kind of a transaction from ST01, the telling segments it has, BHT01 and BHT06, and its guide.

    Raises: Fault KIND_CONFLICT where an 835 and something else are mixed: money must not be guessed.
    """
    set_code = head.element(1)
    if not _SET_CODE.fullmatch(set_code):
        raise fault("KIND_CONFLICT", "ST01 is not three digits", head.byte_start, "ST", 1)
    _refuse_mixed_money(head, group_code, tags)
    if group_code in _GROUP_CODES and set_code not in _GROUP_CODES[group_code]:
        tolerances["GS01"] += 1
    if set_code == "837":
        return _claim_kind(version, tags, tolerances)
    if set_code == "277":
        return _status_kind(version, beginning)
    named = guide_kinds(version)
    tolerances["GS08"] += bool(named) and set_code not in named
    return set_code


def _refuse_mixed_money(head: Segment, group_code: str, tags: Set[str]) -> None:
    """Fault where ST01, GS01 and the segments do not agree on whether this is a remittance."""
    is_remittance = head.element(1) == "835"
    if is_remittance and tags & {"CLM", "SV1", "SV2", "SV3", "BHT"}:
        raise fault("KIND_CONFLICT", "ST01 says 835, the segments are those of a claim", head.byte_start, "ST", 1)
    if not is_remittance and "CLP" in tags:
        raise fault("KIND_CONFLICT", "the segments are those of an 835, ST01 is not 835", head.byte_start, "ST", 1)
    if not is_remittance and group_code == "HP":
        raise fault("KIND_CONFLICT", "GS01 says HP (835), ST01 is not 835", head.byte_start, "ST", 1)


def _claim_kind(version: str, tags: Set[str], tolerances: Counter[str]) -> str:
    """Give 837P, 837I or 837D by the lines; 837 (parked) where lines and guide disagree or neither tells."""
    lines = {kind for tag, kind in _LINES.items() if tag in tags}
    named = guide_kinds(version)
    if len(lines) > 1 or (lines and named and not lines & set(named)):
        tolerances["KIND_CONFLICT"] += 1
        return "837"
    told = lines or {kind for kind in named if kind.startswith("837")}
    return told.pop() if len(told) == 1 else "837"


def _status_kind(version: str, beginning: Segment | None) -> str:
    """Give 277CA, 277 or 277RFI by the guide, else 277CA by BHT01 0085 or BHT06 TH."""
    named = [kind for kind in guide_kinds(version) if kind.startswith("277")]
    if named:
        return named[0]
    is_answer = beginning and (beginning.element(1) == "0085" or beginning.element(6) == "TH")
    return "277CA" if is_answer else "277"
