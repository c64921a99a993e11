"""Files of registry/contracts become rows: fee schedules and terms of contracts, Medicare's relative values and GPCI.

A file is known by its header, not by its name. Columns of Medicare's files are found by their stacked headings, because their
places move from year to year; descriptions (CPT texts) are never taken.

Source: layouts of PPRRVU and GPCI files as CMS publishes them (national physician fee schedule relative value files).
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from schemas.keys import key_of
from schemas.money import cents_of

Row = dict[str, object]
KINDS = ("fees", "terms", "rvu", "gpci")
BASES = {"allowed": "fee", "percent_of_charge": "percent_of_charge", "percent_of_medicare": "percent_of_medicare"}
PAYMENT_RULES = ("medicare", "none")
_HEADING_ROWS = 2
"""Rows that the last words of a stacked heading stand in."""

_VALUES = {
    "procedure_code": "HCPCS",
    "modifier": "MOD",
    "status_code": "STATUS CODE",
    "work_rvu": "WORK RVU",
    "office_rvu": "NON-FAC PE RVU",
    "facility_rvu": "FACILITY PE RVU",
    "malpractice_rvu": "MP RVU",
    "multiple_code": "MULT PROC",
    "bilateral_code": "BILAT SURG",
    "assistant_code": "ASST SURG",
    "conversion_factor": "CONV FACTOR",
}
_HOSPITAL_CAP = "PAYMENT AMOUNT"
_INDICES = {"work_index": "PW GPCI", "practice_index": "PE GPCI", "malpractice_index": "MP GPCI"}


class ScheduleFault(Exception):
    """A file that is no schedule, or a line of it that cannot be read; the message says which and what was expected."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """What a file holds: its kind, and its rows in the shape of that kind's table."""

    kind: str
    rows: list[Row]


def read_schedule(content: bytes, file_sha256: str, effective_on: date | None) -> Schedule:
    """Give the rows of a file; `effective_on` is the first date of service where the file itself names none.

    Raises: ScheduleFault naming the line.
    """
    lines = _lines(content)
    kind, head = _kind_of(lines)
    if kind in ("rvu", "gpci") and effective_on is None:
        raise ScheduleFault("a Medicare file names no date; load it with --effective YYYY-MM-DD")
    readers = {"fees": _fees, "terms": _terms, "rvu": _relative_values, "gpci": _indices}
    rows = list(readers[kind](lines, head, file_sha256, effective_on))
    if not rows:
        raise ScheduleFault("no row behind its heading")
    return Schedule(kind, rows)


def _lines(content: bytes) -> list[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    return [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text, newline=""))]


def _kind_of(lines: Sequence[Sequence[str]]) -> tuple[str, int]:
    """Give the kind of a file and the place of its (last) heading row."""
    for place, row in enumerate(lines[:20]):
        words = {cell.upper() for cell in row}
        if {"PAYER_ID", "PROCEDURE_CODE"} <= words:
            return "fees", place
        if {"PAYER_ID", "TOLERANCE_CENTS"} <= words:
            return "terms", place
        if {"HCPCS", "MOD"} <= words:
            return "rvu", place
        if any("PW GPCI" in word for word in words):
            return "gpci", place
    raise ScheduleFault("no heading of a fee schedule, of terms, of relative values or of GPCI in its first 20 lines")


def _records(lines: Sequence[Sequence[str]], head: int) -> Iterator[tuple[int, dict[str, str]]]:
    """Give line number and cells by name of every line behind the heading that is not empty."""
    names = [name.lower() for name in lines[head]]
    for number, row in enumerate(lines[head + 1 :], head + 2):
        if any(row):
            yield number, dict(zip(names, [*row, *[""] * (len(names) - len(row))], strict=False))


def _fees(lines: Sequence[Sequence[str]], head: int, digest: str, effective_on: date | None) -> Iterator[Row]:
    for number, said in _records(lines, head):
        try:
            yield _fee(said, digest, number, effective_on)
        except (KeyError, ValueError, InvalidOperation) as error:
            raise ScheduleFault(f"line {number}: {error}; expected {', '.join(FEE_COLUMNS)}") from None


FEE_COLUMNS = (
    "payer_id", "procedure_code", "modifier", "place_of_service", "effective_from", "effective_to", *BASES,
)  # fmt: skip
"""Columns of a fee schedule; exactly one of the last three is filled."""
TERM_COLUMNS = (
    "payer_id", "effective_from", "effective_to", "locality", "payment_rules", "is_lesser_of_charge", "tolerance_cents", "tolerance_percent",
)  # fmt: skip


def _fee(said: dict[str, str], digest: str, number: int, effective_on: date | None) -> Row:
    filled = [column for column in BASES if said.get(column)]
    if len(filled) != 1:
        raise ValueError(f"one of {', '.join(BASES)} must be filled")
    column = filled[0]
    start = date.fromisoformat(said["effective_from"]) if said["effective_from"] else effective_on
    if start is None:
        raise ValueError("no effective_from")
    if not said["payer_id"] or (column == "allowed" and not said["procedure_code"]):
        raise ValueError("no payer_id, or an amount without a procedure_code")
    return {
        "fee_id": key_of("fee", digest, number),
        "payer_id": said["payer_id"],
        "procedure_code": said["procedure_code"].upper(),
        "modifier": said["modifier"].upper(),
        "place_code": said["place_of_service"].upper(),
        "valid_from": start,
        "valid_to": date.fromisoformat(said["effective_to"]) if said["effective_to"] else None,
        "basis": BASES[column],
        "fee_cents": cents_of(said[column]) if column == "allowed" else None,
        "percent": None if column == "allowed" else _percent(said[column]),
        "file_sha256": digest,
        "file_line": number,
    }


def _percent(text: str) -> Decimal:
    percent = Decimal(text)
    if not 0 <= percent < 1000 or percent != round(percent, 1):
        raise ValueError("a percent from 0 to 999.9 with one decimal")
    return percent


def _terms(lines: Sequence[Sequence[str]], head: int, digest: str, effective_on: date | None) -> Iterator[Row]:
    for number, said in _records(lines, head):
        try:
            if said["payment_rules"] not in PAYMENT_RULES or said["is_lesser_of_charge"] not in ("Y", "N"):
                raise ValueError("payment_rules is medicare or none, is_lesser_of_charge Y or N")
            start = said["effective_from"] or (effective_on.isoformat() if effective_on else "")
            yield {
                "payer_id": said["payer_id"],
                "valid_from": date.fromisoformat(start),
                "valid_to": date.fromisoformat(said["effective_to"]) if said["effective_to"] else None,
                "locality": said["locality"],
                "payment_rules": said["payment_rules"],
                "is_lesser_of_charge": said["is_lesser_of_charge"] == "Y",
                "tolerance_cents": int(said["tolerance_cents"]),
                "tolerance_percent": _percent(said["tolerance_percent"]),
                "file_sha256": digest,
                "file_line": number,
            }
        except (KeyError, ValueError, InvalidOperation) as error:
            raise ScheduleFault(f"line {number}: {error}; expected {', '.join(TERM_COLUMNS)}") from None


def _relative_values(
    lines: Sequence[Sequence[str]], head: int, digest: str, effective_on: date | None
) -> Iterator[Row]:
    headings = _stacked(lines[max(head - _HEADING_ROWS + 1, 0) : head + 1])
    places = {column: _place_of(headings, name) for column, name in _VALUES.items()}
    capped = [place for place, name in enumerate(headings) if name.endswith(_HOSPITAL_CAP)]
    for number, row in enumerate(lines[head + 1 :], head + 2):
        if len(row) <= max(places.values()) or not re.fullmatch(r"[0-9A-Z]{5}", row[places["procedure_code"]]):
            continue
        said = {column: row[place] for column, place in places.items()}
        try:
            yield {
                **said,
                "status_code": said["status_code"].upper(),
                "valid_from": effective_on,
                **{column: Decimal(said[column] or "0") for column in _VALUES if column.endswith("_rvu")},
                "conversion_factor": Decimal(said["conversion_factor"] or "0"),
                "has_hospital_cap": any(Decimal(row[place] or "0") > 0 for place in capped if place < len(row)),
                "file_sha256": digest,
            }
        except InvalidOperation:
            raise ScheduleFault(f"line {number}: a value is no number; take the file again from CMS") from None


def _stacked(rows: Sequence[Sequence[str]]) -> list[str]:
    """Give each column's heading: the words that stand above one another in these rows."""
    width = max(len(row) for row in rows)
    cells = [[*row, *[""] * (width - len(row))] for row in rows]
    return [" ".join(row[place].upper() for row in cells if row[place]) for place in range(width)]


def _place_of(headings: Sequence[str], name: str) -> int:
    found = [place for place, heading in enumerate(headings) if heading == name]
    found = found or [place for place, heading in enumerate(headings) if heading.endswith(f" {name}")]
    if len(found) != 1:
        raise ScheduleFault(f"{len(found)} columns are headed {name}; expected one, as in CMS's PPRRVU files")
    return found[0]


def _indices(lines: Sequence[Sequence[str]], head: int, digest: str, effective_on: date | None) -> Iterator[Row]:
    headings = [heading.upper() for heading in lines[head]]
    places = {column: _containing(headings, name) for column, name in _INDICES.items()}
    contractor, locality = _containing(headings, "MAC"), _containing(headings, "LOCALITY NUMBER")
    for row in lines[head + 1 :]:
        if len(row) <= max(places.values()) or not re.fullmatch(r"\d{1,5}", row[contractor]):
            continue
        yield {
            "locality": f"{row[contractor].zfill(5)}-{row[locality].zfill(2)}",
            "valid_from": effective_on,
            **{column: Decimal(row[place]) for column, place in places.items()},
            "file_sha256": digest,
        }


def _containing(headings: Sequence[str], name: str) -> int:
    found = [place for place, heading in enumerate(headings) if name in heading]
    if len(found) != 1:
        raise ScheduleFault(f"{len(found)} columns are headed {name}; leave one, as in CMS's GPCI files")
    return found[0]
