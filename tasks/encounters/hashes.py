"""The content of an encounter as one hash, so that the same content sent again is known for what it is."""

from collections.abc import Mapping
from hashlib import sha256

import pandas as pd

from tasks.encounters.contract import CHILD_TABLES, header
from tasks.encounters.frames import tidy_frames
from tasks.encounters.values import parse_integer

# An encounter and its version as the export says them; `row N` and 0 where it does not say.
Key = tuple[str, int]


def encounter_keys(encounters: pd.DataFrame) -> list[Key]:
    """Give id and version of every encounter row: `row N` where there is no id, 0 where the version cannot be read."""
    rows = zip(encounters["encounter_id"], encounters["encounter_version"], encounters["source_row"], strict=True)
    return [
        (name if isinstance(name, str) else f"row {row}", (parse_integer(text) or 0) if isinstance(text, str) else 0)
        for name, text, row in rows
    ]


def content_hashes(frames: Mapping[str, pd.DataFrame]) -> dict[Key, str]:
    """Give the SHA-256 of each encounter's text with all its child rows.

    Holds: neither the order of rows nor where they stand in a file changes it; patients and providers are not part of it.
    """
    return hash_tidy(tidy_frames(frames))


def hash_tidy(tidy: Mapping[str, pd.DataFrame]) -> dict[Key, str]:
    """Give what `content_hashes` gives, from frames that are tidy already."""
    children: dict[str, list[str]] = {}
    for table in CHILD_TABLES:
        for name, text in zip(tidy[table]["encounter_id"], _row_texts(tidy[table], table), strict=True):
            children.setdefault(name, []).append(text)
    encounters = tidy["encounters"]
    keyed = zip(encounter_keys(encounters), _row_texts(encounters, "encounters"), strict=True)
    return {key: _hash([text, *sorted(children.get(key[0], ()))]) for key, text in keyed}


def _row_texts(frame: pd.DataFrame, table: str) -> list[str]:
    rows = frame[list(header(table))].fillna("").itertuples(index=False, name=None)
    return ["\x1f".join((table, *row)) for row in rows]


def _hash(texts: list[str]) -> str:
    return sha256("\x1e".join(texts).encode()).hexdigest()
