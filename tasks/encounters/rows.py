"""An export's CSV bytes become rows that know their byte range; what cannot be read as a row is named, never guessed.

A row is one line. A quoted line break inside a value is a broken row too (intake check S04): an X12 claim cannot carry it.
"""

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.csv

from schemas.errors import Fault

Ints = npt.NDArray[np.int64]

_BOM = b"\xef\xbb\xbf"
_QUOTE, _COMMA, _LINE_FEED, _RETURN = b'",\n\r'
_KEY_COLUMNS = ("encounter_id", "patient_key", "provider_key")
_KEY = re.compile(r"[A-Za-z0-9._:-]{1,64}")
# A quoted value of more lines than this is taken for two stray quotes, so that they do not swallow the rows between.
_MOST_LINES_IN_A_VALUE = 50
_RESEND = "ask the source to send the whole drop again; nothing of it was loaded"


@dataclass(frozen=True, slots=True)
class BadRow:
    """A stretch of a file that is no row of its table.

    Holds: `source_row` 0 means the file as a whole; `key` is the row's encounter, patient or provider where it could be read.
    """

    source_row: int
    byte_start: int
    byte_end: int
    rule_id: str
    table: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class _Records:
    """The lines of a file, header first.

    Holds: content[starts[i]:ends[i]] is line i without its line end; `is_good` where it has the header's number of fields.
    """

    starts: Ints
    ends: Ints
    is_good: npt.NDArray[np.bool_]


def read_rows(content: bytes, table: str, expected_header: Sequence[str] | None) -> tuple[pd.DataFrame, list[BadRow]]:
    """Give the rows of a CSV file as text, and what could not be read as a row.

    Shape: the header's columns, dtype str, missing (NaN) where empty; then source_row (first data row = 1), byte_start, byte_end.
    Holds: every line after the header is in exactly one of the two, blank lines apart; content[byte_start:byte_end] is the row.
    Raises: Fault UNKNOWN_LAYOUT where the header is not the expected one.
    """
    names = _read_header(content, table, expected_header)
    records = _split_records(content, len(names))
    starts, ends, is_good = records.starts[1:], records.ends[1:], records.is_good[1:]
    frame = _parse(content, starts[is_good], ends[is_good], names)
    frame["source_row"] = np.flatnonzero(is_good) + 1
    frame["byte_start"] = starts[is_good]
    frame["byte_end"] = ends[is_good]
    bad = [
        BadRow(int(i) + 1, int(starts[i]), int(ends[i]), "S04", table, _guess_key(content[starts[i] : ends[i]], names))
        for i in np.flatnonzero(~is_good)
    ]
    return frame, [*_encoding_flaws(content, table), *bad]


def check_manifest(manifest: bytes, files: Mapping[str, bytes]) -> None:
    """Say nothing where the drop is complete: every file of the manifest is there with its rows and its hash.

    Shape: `files` are the drop's CSV files by name.
    Raises: Fault INCOMPLETE_DROP (intake check S01), which names the first file that is not as promised.
    """
    try:
        promised = {
            name: (int(said["rows"]), str(said["sha256"])) for name, said in json.loads(manifest)["tables"].items()
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Fault(
            "INCOMPLETE_DROP", "manifest.json is not the manifest of a drop", _RESEND, segment="manifest.json"
        ) from None
    for name in sorted(set(promised) | {name for name in files if name.endswith(".csv")}):
        if name not in files or name not in promised:
            missing = "is missing" if name not in files else "is not in the manifest"
            raise Fault("INCOMPLETE_DROP", f"{name} {missing}", _RESEND, segment=name)
        _check_file(name, files[name], *promised[name])


def _check_file(name: str, content: bytes, row_count: int, hash_promised: str) -> None:
    if sha256(content).hexdigest() != hash_promised:
        raise Fault("INCOMPLETE_DROP", f"{name} does not have the manifest's SHA-256", _RESEND, segment=name)
    found = len(_split_records(content, len(_read_header(content, name, None))).starts) - 1
    if found != row_count:
        message = f"{name} has {found} rows, the manifest says {row_count}"
        raise Fault("INCOMPLETE_DROP", message, _RESEND, segment=name)


def _read_header(content: bytes, table: str, expected: Sequence[str] | None) -> list[str]:
    line = content.removeprefix(_BOM).split(b"\n", 1)[0].decode("utf-8", "replace").removesuffix("\r")
    names = next(csv.reader([line]), [])
    remedy = "register the new layout, or ask the source for the one agreed"
    if not names or not all(names) or len(set(names)) != len(names):
        raise Fault("UNKNOWN_LAYOUT", f"{table} has no header of distinct column names", remedy, segment=table)
    for position, (found, wanted) in enumerate(zip(names, expected or names, strict=False)):
        if found != wanted:
            message = f"{table}, column {position + 1} of the header is not the expected {wanted}"
            raise Fault("UNKNOWN_LAYOUT", _name_misfit(message, names, expected or names), remedy, 0, table, wanted)
    if expected is not None and len(names) != len(expected):
        message = f"{table} has {len(names)} columns, expected {len(expected)}"
        raise Fault("UNKNOWN_LAYOUT", _name_misfit(message, names, expected), remedy, 0, table)
    return names


def _name_misfit(message: str, names: Sequence[str], expected: Sequence[str]) -> str:
    """Add the first column that is missing or extra; a name that is no plain word might be a value, so it is not told."""
    missing = [name for name in expected if name not in names]
    extra = [name for name in names if name not in expected]
    told = f"; missing {missing[0]}" if missing else ""
    if extra and re.fullmatch(r"[a-z][a-z0-9_]{0,40}", extra[0]):
        told += f"; extra {extra[0]}"
    return message + told


def _split_records(content: bytes, field_count: int) -> _Records:
    starts, ends = _split_lines(content)
    quote_counts, is_good = _check_quotes(content, starts, ends)
    is_good &= _count_separators(content, starts, ends) == field_count - 1
    joined = _join_broken(content, starts, ends, quote_counts % 2 == 1, field_count)
    if joined:
        swallowed = np.concatenate([np.arange(first + 1, last + 1) for first, last in joined])
        for first, last in joined:
            ends[first] = ends[last]
        keep = np.ones(len(starts), dtype=np.bool_)
        keep[swallowed] = False
        starts, ends, is_good = starts[keep], ends[keep], is_good[keep]
    return _Records(starts, ends, is_good)


def _split_lines(content: bytes) -> tuple[Ints, Ints]:
    """Give start and end of every line that is not blank; the end leaves out the line end."""
    buffer = np.frombuffer(content, dtype=np.uint8)
    line_feeds = np.flatnonzero(buffer == _LINE_FEED)
    ends = np.append(line_feeds, len(buffer))
    starts = np.concatenate(([len(_BOM) if content.startswith(_BOM) else 0], line_feeds + 1)).astype(np.int64)
    if len(buffer):
        ends = ends - ((buffer[np.maximum(ends - 1, 0)] == _RETURN) & (ends > starts))
    filled = ends > starts
    return starts[filled], ends[filled].astype(np.int64)


def _check_quotes(content: bytes, starts: Ints, ends: Ints) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Give the quotes per line, and whether they stand where CSV allows: around a whole value, doubled within one."""
    buffer = np.frombuffer(content, dtype=np.uint8)
    quotes = np.flatnonzero(buffer == _QUOTE)
    line = np.searchsorted(starts, quotes, side="right") - 1
    counts = (
        np.bincount(line, minlength=len(starts)).astype(np.int64) if len(quotes) else np.zeros(len(starts), np.int64)
    )
    is_good = counts % 2 == 0
    if not len(quotes):
        return counts, is_good
    is_opening = (np.arange(len(quotes)) - np.searchsorted(quotes, starts)[line]) % 2 == 0
    before = buffer[np.maximum(quotes - 1, 0)]
    after = buffer[np.minimum(quotes + 1, len(buffer) - 1)]
    fits_before = (quotes == starts[line]) | (before == _COMMA) | (before == _QUOTE)
    fits_after = (quotes + 1 == ends[line]) | (after == _COMMA) | (after == _QUOTE)
    misplaced = np.where(is_opening, ~fits_before, ~fits_after)
    is_good[line[misplaced]] = False
    return counts, is_good


def _count_separators(content: bytes, starts: Ints, ends: Ints) -> Ints:
    """Give the commas outside quotes of every line."""
    buffer = np.frombuffer(content, dtype=np.uint8)
    commas, quotes = np.flatnonzero(buffer == _COMMA), np.flatnonzero(buffer == _QUOTE)
    line = np.searchsorted(starts, commas, side="right") - 1
    quotes_before = np.searchsorted(quotes, commas) - np.searchsorted(quotes, starts)[line]
    counted: Ints = np.bincount(line[quotes_before % 2 == 0], minlength=len(starts)).astype(np.int64)
    return counted[: len(ends)]


def _join_broken(
    content: bytes, starts: Ints, ends: Ints, is_odd: npt.NDArray[np.bool_], field_count: int
) -> list[tuple[int, int]]:
    """Give the line ranges that are one record whose quoted value holds line breaks."""
    joined: list[tuple[int, int]] = []
    odd = [int(i) for i in np.flatnonzero(is_odd)]
    position = 0
    while position + 1 < len(odd):
        first, last = odd[position], odd[position + 1]
        is_near = first > 0 and last - first < _MOST_LINES_IN_A_VALUE
        is_record = is_near and _field_count(content[starts[first] : ends[last]]) == field_count
        if is_record:
            joined.append((first, last))
        position += 2 if is_record else 1
    return joined


def _field_count(raw: bytes) -> int:
    """Give the fields of one record, -1 where it is none."""
    try:
        rows = list(csv.reader(io.StringIO(raw.decode("utf-8", "replace"), newline=""), strict=True))
    except csv.Error:
        return -1
    return len(rows[0]) if len(rows) == 1 else -1


def _parse(content: bytes, starts: Ints, ends: Ints, names: Sequence[str]) -> pd.DataFrame:
    """Give the given lines as text columns."""
    if not len(starts):
        return pd.DataFrame({name: pd.Series([], dtype="str") for name in names})
    lines = b"\n".join([content[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)])
    text = lines.decode("utf-8", "replace").encode()
    table = pa.csv.read_csv(
        io.BytesIO(text),
        read_options=pa.csv.ReadOptions(column_names=names, block_size=max(1 << 20, 4 * int((ends - starts).max()))),
        parse_options=pa.csv.ParseOptions(newlines_in_values=False),
        convert_options=pa.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=[""]
        ),
    )
    if table.num_rows != len(starts):
        raise Fault(
            "UNREADABLE_ROWS", f"{len(starts)} lines gave {table.num_rows} rows", "send this file to the maintainers"
        )
    return pd.DataFrame({name: table.column(name).to_pandas() for name in names}, dtype="str")


def _guess_key(raw: bytes, names: Sequence[str]) -> str:
    """Give the key that stands in a broken line's key column, empty where there is nothing like one."""
    parts = raw.decode("utf-8", "replace").split(",")
    for position in (names.index(name) for name in _KEY_COLUMNS if name in names):
        if position < len(parts) and _KEY.fullmatch(parts[position]):
            return parts[position]
    return ""


def _encoding_flaws(content: bytes, table: str) -> list[BadRow]:
    """Name a byte order mark and bytes that are not UTF-8, each once for the file."""
    flaws = [BadRow(0, 0, len(_BOM), "S05", table)] if content.startswith(_BOM) else []
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as broken:
        flaws = [BadRow(0, broken.start, broken.end, "S05", table)]
    return flaws
