"""Frames of text as the gate wants them: every contract column there, trimmed, missing where empty; and what rows break."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from tasks.encounters.contract import LINEAGE, TABLES, Field, fields, header
from tasks.encounters.mends import mend_name, mend_of, mend_text, part_suffix
from tasks.encounters.values import parse_column, parse_date, parse_money

Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.float64]
# Flaws of a table's rows: rule, then column, then which rows.
Flaws = dict[str, dict[str, Mask]]


@dataclass(frozen=True, slots=True)
class Drop:
    """One drop's tidy frames, the payers by id, and the night that reads them."""

    tables: Mapping[str, pd.DataFrame]
    payers: Mapping[str, Mapping[str, Any]]
    night: date

    @property
    def encounters(self) -> pd.DataFrame:
        """The encounters."""
        return self.tables["encounters"]


def tidy_frames(frames: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Give all eight tables with the contract's columns as trimmed text and their lineage; a table that is not there is empty."""
    return {table: _tidy(frames.get(table), table) for table in TABLES}


def _tidy(frame: pd.DataFrame | None, table: str) -> pd.DataFrame:
    if frame is None:
        frame = pd.DataFrame({name: [] for name in header(table)})
    filled = set(frame.columns[frame.notna().any()])
    nothing = np.full(len(frame), np.nan, dtype=object)
    columns = {name: _trim(frame[name]) if name in filled else nothing for name in header(table)}
    for name in LINEAGE:
        columns[name] = frame[name].to_numpy(dtype=np.int64) if name in frame else np.zeros(len(frame), dtype=np.int64)
    columns["source_table"] = (
        _trim(frame["source_table"]) if "source_table" in filled else np.full(len(frame), table, dtype=object)
    )
    return pd.DataFrame(columns).set_axis(pd.Index(list(columns), dtype="object"), axis="columns")


def _trim(column: pd.Series) -> npt.NDArray[np.object_]:
    """Give a column's text as plain Python objects, which cost a tenth of what pandas' own cost one at a time."""
    texts = [value.strip() if isinstance(value, str) else "" for value in column.tolist()]
    return np.array([text or np.nan for text in texts], dtype=object)


def mended(frame: pd.DataFrame, table: str, field: Field) -> pd.Series:
    """Give a column as it reads after its FIX rule; a column without one as it is."""
    rule = mend_of(table, field)
    column = frame[field.name]
    if rule is None:
        return column
    after = _as_text(parse_column(column, rule[1]))
    if field.name == "subscriber_last_name":  # an employer's name may have figures in it
        return after.where(frame["subscriber_entity"].ne("2"), _as_text(parse_column(column, mend_text)))
    if field.name == "last_name":
        return after.where(frame["suffix"].notna(), _as_text(parse_column(after, lambda name: part_suffix(name)[0])))
    if field.name == "suffix" and table == "patients":
        return after.fillna(_as_text(parse_column(frame["last_name"], lambda name: part_suffix(mend_name(name))[1])))
    return after


def _as_text(column: pd.Series) -> pd.Series:
    return column.where(column.notna() & (column != ""), np.nan)


def distinct(column: pd.Series) -> set[str]:
    """Give the values of a column, each once."""
    return {value for value in column.tolist() if isinstance(value, str)}


def day_numbers(column: pd.Series) -> Numbers:
    """Give each date as a day number, NaN where there is none: a comparison with an unknown day is false."""
    days = {text: day.toordinal() for text in distinct(column) if (day := parse_date(text[:10]))}
    return np.array([days.get(text, np.nan) for text in column.tolist()], dtype=np.float64)


def cents(column: pd.Series) -> Numbers:
    """Give each amount in cents, NaN where there is none or it cannot be read."""
    amounts = {text: amount for text in distinct(column) if (amount := parse_money(text)) is not None}
    return np.array([amounts.get(text, np.nan) for text in column.tolist()], dtype=np.float64)


def has(column: pd.Series) -> Mask:
    """Where a column has a value."""
    return np.array([isinstance(value, str) for value in column.tolist()], dtype=np.bool_)


def lacks(column: pd.Series) -> Mask:
    """Where a column has no value."""
    return ~has(column)


def is_in(column: pd.Series, values: Collection[str]) -> Mask:
    """Where a column has one of the values."""
    wanted = frozenset(values)
    if not wanted:
        return np.zeros(len(column), dtype=np.bool_)
    return np.array([value in wanted for value in column.tolist()], dtype=np.bool_)


def where(column: pd.Series, holds: Callable[[str], object]) -> Mask:
    """Where a condition holds of a value; each distinct value is looked at once."""
    return is_in(column, {text for text in distinct(column) if holds(text)})


def fits(column: pd.Series, pattern: str) -> Mask:
    """Where a column has a value that is the pattern from end to end."""
    return where(column, re.compile(pattern).fullmatch)


def misfits(column: pd.Series, pattern: str) -> Mask:
    """Where a column has a value that is not the pattern from end to end."""
    return has(column) & ~fits(column, pattern)


def equals(one: pd.Series, other: pd.Series) -> Mask:
    """Where two columns have the same value."""
    return np.array([a == b for a, b in zip(one.tolist(), other.tolist(), strict=True)], dtype=np.bool_)


def look_up(keys: pd.Series, frame: pd.DataFrame, key: str, column: str) -> pd.Series:
    """Give another table's column for each key, missing where the key is not there; of several rows the first counts."""
    found = dict(zip(reversed(frame[key].tolist()), reversed(frame[column].tolist()), strict=True))
    return pd.Series(
        [found.get(name, np.nan) if isinstance(name, str) else np.nan for name in keys.tolist()], dtype="object"
    )


def occurs(keys: pd.Series, among: pd.Series) -> Mask:
    """Where a key is one of another column's values."""
    return is_in(keys, distinct(among))


def any_by(keys: pd.Series, frame: pd.DataFrame, rows: Mask, key: str = "encounter_id") -> Mask:
    """Where a key has at least one of the marked rows of another table."""
    return is_in(keys, {name for name, is_marked in zip(frame[key].tolist(), rows, strict=True) if is_marked})


def name_flaws(flaws: Flaws, length: int) -> dict[str, pd.Series]:
    """Give one column per rule: the names of the columns that break it, joined by commas, missing where none does.

    Shape: D02 with dx_1 and dx_3 becomes `d02_columns` = "dx_1,dx_3".
    """
    named = {}
    for rule, by_column in flaws.items():
        texts: list[Any] = [np.nan] * length
        for column, mask in by_column.items():
            for row in np.flatnonzero(mask).tolist():
                texts[row] = f"{texts[row]},{column}" if isinstance(texts[row], str) else column
        named[f"{rule.lower()}_columns"] = pd.Series(texts, dtype="object")
    return named


def distinct_rows(frame: pd.DataFrame, table: str, keys: Sequence[str]) -> Mask:
    """Where a row's key is said twice with different content, so that nobody can tell which is right (check S10)."""
    names = [field.name for field in fields(table)]
    once = frame.drop_duplicates(names)
    ambiguous = once.loc[once.duplicated(list(keys), keep=False), list(keys)].dropna()
    found = set(ambiguous.itertuples(index=False, name=None))
    return np.array([key in found for key in frame[list(keys)].itertuples(index=False, name=None)], dtype=np.bool_)
