"""The verdict on each encounter of a drop, and what follows from it for every other row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import pandas as pd

from tasks.encounters.contract import CHILD_TABLES, LINEAGE, TABLES, fields
from tasks.encounters.hashes import Key, encounter_keys, hash_tidy
from tasks.encounters.rows import BadRow

ACCEPTED, REJECTED, REPEATED = "accepted", "rejected", "repeated"
PARTY_KEYS = {"patients": "patient_key", "providers": "provider_key"}

_BROKEN_REMEDIES = {
    "S04": "mend the row at the source, or by hand from the vault, and send the encounter again",
    "S05": "ask the source for UTF-8 without a byte order mark; check names with odd letters",
}


class Verdict(Protocol):
    """What the gate says of one row (tasks/stores/gate.py)."""

    @property
    def rule_id(self) -> str:
        """The intake check."""

    @property
    def severity(self) -> str:
        """One of reject, hold, fix, warn."""

    @property
    def column(self) -> str:
        """The column that breaks it."""

    @property
    def remedy(self) -> str:
        """What to do next."""

    @property
    def owner(self) -> str:
        """Who does it."""

    @property
    def row(self) -> int:
        """The row's position in its table."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a row is kept out: rule, column, remedy, owner."""

    rule_id: str
    column: str
    remedy: str
    owner: str


def cause_of(bad: BadRow) -> Cause:
    """Give the cause that a broken stretch of a file is; the column is `row`, or `file` where the whole file is meant."""
    return Cause(bad.rule_id, "row" if bad.source_row else "file", _BROKEN_REMEDIES[bad.rule_id], "data_engineer")


def table_of(bad: BadRow) -> str:
    """Give the table of a broken row, whether its reader named the table or the file."""
    return bad.table.removesuffix(".csv")


@dataclass(frozen=True)
class Hearing:
    """A drop with the gate's verdicts; what follows from them is worked out once.

    Shape: `frames` are tidy; `known` has the hash of every encounter version accepted before.
    """

    frames: Mapping[str, pd.DataFrame]
    bad_rows: Sequence[BadRow]
    verdicts: Mapping[str, Sequence[Verdict]]
    known: Mapping[Key, str]
    file_sha256s: Mapping[str, str]
    night: date

    @cached_property
    def _cells(self) -> dict[tuple[str, str], list[Any]]:
        """The columns by table and name, as lists: to ask a frame for one cell costs a hundred times more."""
        return {
            (table, str(name)): frame[name].tolist() for table, frame in self.frames.items() for name in frame.columns
        }

    def text(self, table: str, column: str, row: int) -> str | None:
        """Give a value as received, None where it is missing or the table has no such column."""
        values = self._cells.get((table, column))
        value = values[row] if values else None
        return value if isinstance(value, str) else None

    @cached_property
    def keys(self) -> list[Key]:
        """Id and version of every encounter row."""
        return encounter_keys(self.frames["encounters"])

    @cached_property
    def hashes(self) -> dict[Key, str]:
        """The content of every encounter."""
        return hash_tidy(self.frames)

    @cached_property
    def outcomes(self) -> list[str]:
        """The verdict on every encounter row: accepted, rejected or repeated."""
        found: list[str] = []
        accepted: set[Key] = set()
        for position, key in enumerate(self.keys):
            found.append(self._judge(position, key, accepted))
            if found[-1] == ACCEPTED:
                accepted.add(key)
        return found

    def _judge(self, position: int, key: Key, accepted: set[Key]) -> str:
        if key in self.known:
            return REPEATED if self.known[key] == self.hashes[key] else REJECTED
        if position in self.rejected_rows["encounters"] or key[0] in self.refused or self.refused_party(position):
            return REJECTED
        return REPEATED if key in accepted else ACCEPTED

    @cached_property
    def present(self) -> set[str]:
        """Every encounter of the drop."""
        return {key[0] for key in self.keys}

    @cached_property
    def versions(self) -> dict[str, int]:
        """The accepted encounters and their versions."""
        return {key[0]: key[1] for key, outcome in zip(self.keys, self.outcomes, strict=True) if outcome == ACCEPTED}

    @cached_property
    def only_repeated(self) -> set[str]:
        """Encounters that the drop brings again and in no other version: nothing of theirs is news."""
        repeated = {key[0] for key, outcome in zip(self.keys, self.outcomes, strict=True) if outcome == REPEATED}
        return repeated - {key[0] for key, outcome in zip(self.keys, self.outcomes, strict=True) if outcome != REPEATED}

    @cached_property
    def rejected_rows(self) -> dict[str, dict[int, Cause]]:
        """The first cause that rejects each row, by table."""
        return {
            table: {
                v.row: Cause(v.rule_id, v.column, v.remedy, v.owner)
                for v in reversed(self.verdicts.get(table, ()))
                if v.severity == "reject"
            }
            for table in TABLES
        }

    @cached_property
    def refused(self) -> set[str]:
        """Encounters with a rejected or broken row in a child table."""
        rejected = {self.encounter_of(table, row) for table in CHILD_TABLES for row in self.rejected_rows[table]}
        return {name for name in rejected if name} | {
            bad.key for bad in self.bad_rows if bad.key and table_of(bad) in CHILD_TABLES
        }

    @cached_property
    def refused_parties(self) -> dict[tuple[str, str], Cause]:
        """Rejected and broken patients and providers, by table and key."""
        refused = {}
        for table in PARTY_KEYS:
            for row, cause in self.rejected_rows[table].items():
                refused[self.party_of(table, row)] = cause
        broken = {(table_of(bad), bad.key): cause_of(bad) for bad in self.bad_rows if table_of(bad) in PARTY_KEYS}
        return refused | {key: cause for key, cause in broken.items() if key[1]}

    @cached_property
    def parties(self) -> dict[str, list[tuple[str, str]]]:
        """The patient and the providers that each encounter and its lines name, by table and key."""
        named: dict[str, dict[tuple[str, str], None]] = {}
        for table in ("encounters", "service_lines"):
            frame = self.frames[table]
            for name in (field.name for field in fields(table) if field.name.endswith("_key")):
                party = "patients" if name == "patient_key" else "providers"
                rows = frame.loc[frame[name].notna(), ["encounter_id", name]]
                for encounter_id, key in rows.itertuples(index=False, name=None):
                    named.setdefault(encounter_id, {})[party, key] = None
        return {encounter_id: list(keys) for encounter_id, keys in named.items()}

    @cached_property
    def users(self) -> dict[tuple[str, str], list[str]]:
        """The accepted encounters that need each patient or provider, by table and key."""
        needed: dict[tuple[str, str], list[str]] = {}
        for encounter_id in self.versions:
            for party in self.parties.get(encounter_id, ()):
                needed.setdefault(party, []).append(encounter_id)
        return needed

    def refused_party(self, position: int) -> Cause | None:
        """Give what rejects the patient or a provider of an encounter row, None where nothing does."""
        for table, key in self.parties.get(self.keys[position][0], ()):
            if cause := self.refused_parties.get((table, key)):
                return Cause(
                    cause.rule_id, PARTY_KEYS[table], f"the row it needs is rejected: {cause.remedy}", cause.owner
                )
        return None

    def encounter_of(self, table: str, row: int) -> str | None:
        """Give the encounter of a row, None where it says none or serves many."""
        if table == "encounters":
            return self.keys[row][0]
        if table not in CHILD_TABLES:
            return None
        return self.text(table, "encounter_id", row)

    def file_of(self, table: str, row: int) -> str:
        """Give the file that holds a row: its table's, or that of the source table an adapter names."""
        return self.file_sha256s.get(self.text(table, "source_table", row) or table) or self.file_sha256s[table]

    def lineage_of(self, table: str, row: int) -> dict[str, int]:
        """Give source_row, byte_start and byte_end of a row."""
        return {name: self._cells[table, name][row] for name in LINEAGE}

    def party_of(self, table: str, row: int) -> tuple[str, str]:
        """Give table and key of a patient or provider row."""
        return table, self.text(table, PARTY_KEYS[table], row) or ""

    def is_left_out(self, table: str, verdict: Verdict) -> bool:
        """Whether a verdict that does not reject keeps its row out all the same.

        Holds: an orphan (S09) has no encounter to go with; of two coverages of one rank (C14) only the first can be kept.
        """
        encounter_id = self.encounter_of(table, verdict.row)
        if verdict.rule_id == "S09" and table in CHILD_TABLES:
            return encounter_id not in self.present
        return verdict.rule_id == "C14" and table == "coverages" and encounter_id in self.versions

    def kept(self, table: str) -> pd.DataFrame:
        """Give the rows of a table that are accepted, numbered anew."""
        frame = self.frames[table]
        if table == "encounters":
            keep = np.array([outcome == ACCEPTED for outcome in self.outcomes], dtype=np.bool_)
        elif table in PARTY_KEYS:
            rejected = np.isin(np.arange(len(frame)), list(self.rejected_rows[table]))
            keep = ~rejected & ~frame.duplicated(PARTY_KEYS[table]).to_numpy()
        else:
            left_out = [v.row for v in self.verdicts.get(table, ()) if self.is_left_out(table, v)]
            keep = frame["encounter_id"].isin(list(self.versions)).to_numpy() & ~np.isin(
                np.arange(len(frame)), left_out
            )
        return frame[keep].reset_index(drop=True)
