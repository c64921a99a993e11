"""pyx12 as the second judge of what we send; the only module that imports it.

Its known faults are worked round here: maps are loaded once, exceptions are rejections, a file is accepted only when
all its segments were walked, and codes of lists that pyx12 has in an old edition are not judged.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from io import StringIO
from typing import Any

import pyx12.map_if
import pyx12.map_index
import pyx12.params
import pyx12.x12n_document

KINDS = {
    "837P": ("HC", "005010X222A1"),
    "835": ("HP", "005010X221A1"),
    "277CA": ("HN", "005010X214"),
    "999": ("FA", "005010X231A1"),
    "270": ("HS", "005010X279A1"),
    "276": ("HR", "005010X212"),
    "278": ("HI", "005010X217"),
}
"""Kinds of transaction: functional code (GS01) and guide (GS08)."""

RULES = {
    "1": "required and missing, or not known", "2": "not expected here", "3": "required and missing",
    "4": "too short or loop too often", "5": "too long or segment too often", "6": "invalid character",
    "7": "code not in its list", "8": "invalid date", "9": "invalid time", "10": "excluded by another element",
}  # fmt: skip
"""Our own words for pyx12's error codes of elements and segments."""

_STALE_LISTS = "remark_code"
_MEDICAL_NECESSITY = ("AB", "AD", "AF", "AG", "NS")


@dataclass(frozen=True)
class Verdict:
    """What the judge says; errors name segment, element, code, rule and line, never a value."""

    accepted: bool
    errors: tuple[str, ...]
