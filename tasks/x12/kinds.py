"""What kind of transaction it is, told by its segments; guide and group header are witnesses, not judges."""

import re
from collections import Counter
from collections.abc import Mapping, Set
from functools import lru_cache

from tasks.x12.rulings import fault
from tasks.x12.segments import Segment

# names of guides (5010 and before) by kind, as ST03 and GS08 write them; from GS08 values of schemas and public files, X12 assigns them
_GUIDES: Mapping[str, tuple[str, ...]] = {
    "835": ("005010X221A1", "004010X091A1"),
    "837P": ("005010X222A1", "005010X222A2", "004010X098A1"),
    "837I": ("005010X223A2", "004010X096A1"),
    "837D": ("005010X224A2", "004010X097A1"),
    "837PACDR": ("005010X298", "005010X299", "005010X300"),
    "837PREDET": ("005010X291", "005010X292"),
    "270": ("005010X279A1", "004010X092A1"),
    "271": ("005010X279A1", "004010X092A1"),
    "276": ("005010X212", "004010X093A1"),
    "277": ("005010X212", "004010X093A1"),
    "277CA": ("005010X214", "004040X167", "005010X364"),
    "277RFI": ("005010X213",),
    "278": ("005010X217", "004010X094A1", "005010X216"),
    "999": ("005010X231A1",),
    "997": ("005010X230", "004010", "005010"),
    "834": ("005010X220A1", "004010X095A1"),
    "820": ("005010X218", "004010X061A1", "005010X306"),
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
PARKED = "837"
"""An 837 of which it is in doubt what it is."""

_BESIDE_CLAIMS = {"837PACDR", "837PREDET"}
_LINES = {"SV1": "837P", "SV2": "837I", "SV3": "837D"}
_GUIDE_NUMBER = re.compile(r"X[0-9]{3}")
_GUIDE_NAME = re.compile(r"00[0-9]{4}X[0-9]{3}")
_SET_CODE = re.compile(r"[0-9]{3}", re.ASCII)


@lru_cache(maxsize=256)
def is_guide(version: str) -> bool:
    """Tell whether a version names a guide, one that we know or another."""
    return _GUIDE_NAME.match(version) is not None or bool(guide_kinds(version))


@lru_cache(maxsize=256)
def guide_kinds(version: str) -> tuple[str, ...]:
    """Give the kinds that a version such as 005010X222A1 names, addendum or not; where it is no proper name, its number tells."""
    found = _GUIDE_NAME.match(version) or _GUIDE_NUMBER.search(version)
    return tuple(kind for kind, guides in _GUIDES.items() if found and any(found[0] in guide for guide in guides))


def kind_of(
    head: Segment,
    beginning: Segment | None,
    version: str,
    group: Segment | None,
    tags: Set[str],
    tolerances: Counter[str],
) -> str:
    """Give the kind of a transaction from ST01, the telling segments it has, BHT01 and BHT06, and its guide.

    Raises: Fault KIND_CONFLICT where an 835 and something else are mixed: money must not be guessed.
    """
    set_code, group_code = head.element(1), group.element(1) if group else ""
    if not _SET_CODE.fullmatch(set_code):
        raise fault("KIND_CONFLICT", "ST01 is not three digits", head.byte_start, "ST", 1)
    _refuse_mixed_money(head, group_code, tags)
    if group_code in _GROUP_CODES and set_code not in _GROUP_CODES[group_code]:
        tolerances["GS01"] += 1
    kind = set_code
    if set_code == "837":
        kind = _claim_kind(version, tags, tolerances)
    elif set_code == "277":
        kind = _status_kind(version, beginning)
    stated, grouped = head.element(3), group.element(8) if group else None
    tolerances["GS08"] += _is_misnamed(kind, stated, grouped)
    tolerances["ST03"] += bool(stated and grouped and stated != grouped)
    return kind


@lru_cache(maxsize=256)
def _is_misnamed(kind: str, stated: str, grouped: str | None) -> bool:
    """Tell whether ST03, where it is filled, or GS08, where there is a group, is not the name of a guide of this kind."""
    names = [*([stated] if stated else []), *([] if grouped is None else [grouped])]
    if kind not in _GUIDES:
        return kind != PARKED and any(guide_kinds(name) for name in names)
    return any(name not in _GUIDES[kind] for name in names)


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
    """Give the kind of an 837 by its lines, where its guide is of that kind or names none; PARKED in doubt.

    Holds: a guide that stands beside those of claims (PACDR, predetermination) tells alone: its lines are those of claims.
    """
    lines = {kind for tag, kind in _LINES.items() if tag in tags}
    named = {kind for kind in guide_kinds(version) if kind.startswith("837")}
    if named & _BESIDE_CLAIMS:
        return named.pop()
    if len(lines) > 1 or (is_guide(version) and not named) or (lines and named and not lines & named):
        tolerances["KIND_CONFLICT"] += 1
        return PARKED
    told = lines or named
    return told.pop() if len(told) == 1 else PARKED


def _status_kind(version: str, beginning: Segment | None) -> str:
    """Give 277CA, 277 or 277RFI by the guide, else 277CA by BHT01 0085 or BHT06 TH."""
    named = [kind for kind in guide_kinds(version) if kind.startswith("277")]
    if named:
        return named[0]
    is_answer = beginning and (beginning.element(1) == "0085" or beginning.element(6) == "TH")
    return "277CA" if is_answer else "277"
