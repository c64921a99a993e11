"""pyx12 as the second judge of what we send; the only module that imports it.

Its known faults are worked round here: maps are loaded once, an exception is a rejection, a file is accepted only when
every segment of it was walked, lists that pyx12 has in an old edition are not judged, and its log (which repeats data)
is shut.
"""

import json
import logging
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from io import StringIO
from typing import Any

import pyx12.map_if
import pyx12.map_index
import pyx12.x12n_document
from pyx12.params import ParamsBase

_ENVELOPE_RULES = {
    "001": "control numbers differ", "021": "count of groups is wrong", "023": "trailer is missing",
    "2": "trailer is missing", "3": "control numbers differ or trailer is missing",
    "4": "count or control number is wrong", "5": "count is wrong",
}  # fmt: skip
_SEGMENT_RULES = {
    "1": "does not stand here", "2": "is not used here", "3": "required segment or loop is missing before",
    "4": "loop stands too often", "5": "segment stands too often", "8": "elements depend on each other",
    "HL1": "number of the level is not the next", "HL2": "parent level is not open",
    "LX": "line number is not the next",
}  # fmt: skip
_ELEMENT_RULES = {
    "1": "is required and missing", "2": "is required by another element", "3": "is more than the segment has",
    "4": "is too short", "5": "is too long", "6": "has an invalid character", "7": "is not in its code list",
    "8": "is no valid date", "9": "is no valid time", "10": "is excluded by another element",
}  # fmt: skip

_ISA_WIDTH = 106
_NECESSITY_CODES = ("AB", "AD", "AF", "AG", "NS")
"""PWK02 of a certificate of medical necessity: pyx12 reads PWK*CT as line paper and refuses them. Source: quirks.md."""


@dataclass(frozen=True)
class Verdict:
    """What the judge says.

    Shape: an error reads "segment element code rule line"; it never holds a value.
    """

    accepted: bool
    errors: tuple[str, ...]


def judge(content: bytes) -> Verdict:
    """Give pyx12's verdict on a whole file.

    Holds: accepted means that pyx12 found no error and walked every segment that stands in the bytes.
    """
    _prepare()
    segments = _raw_segments(content)
    if not segments:
        return Verdict(False, ("ISA - - is missing or not 106 characters wide 1",))
    if not content.isascii():
        return Verdict(False, ("- - - a byte outside ASCII stands in the file 0",))
    walked: list[str] = []
    report = StringIO()
    try:
        is_valid = pyx12.x12n_document.x12n_document(
            _parameters(), StringIO(content.decode("ascii")), None, None, fd_json=report,
            callback=lambda segment, *_: walked.append(segment.get_seg_id()),
        )  # fmt: skip
    except pyx12.errors.EngineError:
        return Verdict(False, ("no map",))
    except Exception as error:  # pyx12 crashes where it should reject (quirks.md): any exception is a rejection
        return Verdict(False, (f"- - - pyx12 stopped with {type(error).__name__} {len(walked) + 1}",))
    return _verdict(bool(is_valid), json.loads(report.getvalue() or "{}"), segments, walked)


def _verdict(is_valid: bool, report: Mapping[str, Any], segments: list[str], walked: list[str]) -> Verdict:
    lost = _lost(segments, walked)
    found = list(_errors(report))
    held = [error for error in found if not _is_false_alarm(error, segments)]
    if not is_valid and not found:
        lost.append("ISA/GS/ST - - an element of a header is invalid 1")
    errors = tuple([error.text() for error in held] + lost)
    return Verdict(not errors, errors)


@dataclass(frozen=True)
class _Error:
    segment: str
    element: str
    code: str
    rule: str
    line: int
    value: str

    def text(self) -> str:
        return f"{_safe(self.segment)} {self.element or '-'} {self.code} {self.rule} {self.line}"


def _errors(report: Mapping[str, Any]) -> Iterator[_Error]:
    for interchange in report.get("interchanges", ()):
        yield from _envelope_errors("ISA", interchange)
        for group in interchange["groups"]:
            yield from _envelope_errors("GS", group)
            for transaction in group["transactions"]:
                yield from _envelope_errors("ST", transaction)
                for segment in transaction["segments"]:
                    yield from _segment_errors(segment)


def _envelope_errors(segment_id: str, node: Mapping[str, Any]) -> Iterator[_Error]:
    for error in node["errors"]:
        code = error["err_cde"]
        yield _Error(segment_id, "", code, _ENVELOPE_RULES.get(code, "is invalid"), node["cur_line"], "")


def _segment_errors(segment: Mapping[str, Any]) -> Iterator[_Error]:
    name, line = segment["seg_id"], segment["cur_line"]
    for error in segment["errors"]:
        yield _Error(name, "", error["err_cde"], _SEGMENT_RULES.get(error["err_cde"], "is invalid"), line, "")
    for element in segment["elements"]:
        component = f"-{element['subele_pos']}" if element["subele_pos"] else ""
        place = f"{element['ele_pos']:02d}{component}"
        for error in element["errors"]:
            rule = _ELEMENT_RULES.get(error["err_cde"], "is invalid")
            yield _Error(name, place, error["err_cde"], rule, line, error["err_val"] or "")


def _safe(segment_id: str) -> str:
    """Give a segment id; what has not the form of one may be data and is hidden."""
    return segment_id if re.fullmatch("[A-Z][A-Z0-9]{1,2}", segment_id) else "?"


def _is_false_alarm(error: _Error, segments: list[str]) -> bool:
    is_necessity = error.segment == "PWK" and error.element == "02" and error.value in _NECESSITY_CODES
    return is_necessity and segments[error.line - 1][4:6] == "CT"


def _lost(segments: list[str], walked: list[str]) -> list[str]:
    """Give an error for each kind of segment that pyx12 did not walk as often as it stands in the bytes."""
    standing = Counter(segment.partition(segments[0][3])[0] for segment in segments)
    seen = Counter(walked)
    return [
        f"{_safe(name)} - - stands {standing[name]} times, pyx12 walked {seen[name]} 0"
        for name in sorted(standing | seen)
        if standing[name] != seen[name]
    ]


def _raw_segments(content: bytes) -> list[str]:
    """Give the segments that stand in the bytes, split by the first terminator; nothing without an ISA."""
    text = content.decode("latin-1")
    if not text.startswith("ISA") or len(text) < _ISA_WIDTH:
        return []
    segments = [segment.strip("\r\n") for segment in text.split(text[_ISA_WIDTH - 1])]
    return [segment for segment in segments if segment]


@cache
def _parameters() -> ParamsBase:
    """Give pyx12's settings: none from files of this machine, and no list of remark codes (pyx12's ends at N734)."""
    parameters = ParamsBase()
    parameters.set("exclude_external_codes", "remark_code")
    return parameters


@cache
def _prepare() -> None:
    """Let pyx12 keep its maps in this process (0.25 s each time otherwise) and shut its log, which repeats data."""
    pyx12.map_if.load_map_file = cache(pyx12.map_if.load_map_file)
    pyx12.map_index.map_index = cache(pyx12.map_index.map_index)
    logging.getLogger("pyx12").setLevel(logging.CRITICAL + 1)
