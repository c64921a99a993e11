"""A claim's state is computed from its events by the table of legal moves; money is no state."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files

from schemas.errors import IllegalMove
from schemas.keys import key_of

ANSWERS = ("ta1_", "ack999_", "ack277_", "status_")
"""Prefixes of events that are only an answer on the way: overtaken by a later stage they ask for no work."""


@dataclass(frozen=True, slots=True)
class Move:
    """One legal move: in `from_state`, on `event` under `guard`, to `to_state`."""

    from_state: str
    event: str
    guard: str
    to_state: str


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that a file, an edit or a person says of a claim, before it is known to be legal."""

    claim_id: str
    claim_version: int
    event: str
    source: str
    detail: str = ""
    to_state: str = ""
    file_sha256: str | None = None
    byte_start: int | None = None
    byte_end: int | None = None

    @property
    def event_id(self) -> str:
        """The key under which the same happening is known again."""
        return key_of(self.claim_id, self.claim_version, self.event, self.source)


@dataclass(slots=True)
class Standing:
    """Where a claim stands: state, number of events so far, version now in work, events already known."""

    state: str = "START"
    sequence: int = 0
    claim_version: int = 1
    known: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Advance:
    """Rows of claims.event and claims.refused_event that the happenings made."""

    events: list[dict[str, object]]
    refused: list[dict[str, object]]


@cache
def moves() -> tuple[Move, ...]:
    """Every legal move, as schemas/claims/lifecycle.csv lists them."""
    text = files("schemas.claims").joinpath("lifecycle.csv").read_text(encoding="utf-8")
    return tuple(Move(**row) for row in csv.DictReader(text.splitlines()))


@cache
def _by_state_and_event() -> Mapping[tuple[str, str], tuple[Move, ...]]:
    table: dict[tuple[str, str], tuple[Move, ...]] = {}
    for move in moves():
        table[move.from_state, move.event] = (*table.get((move.from_state, move.event), ()), move)
    return table


def legal_move(state: str, event: str, to_state: str = "") -> Move | None:
    """Give the move that `event` makes in `state`, None when the table has none.

    Raises: IllegalMove when several guards fit and `to_state` does not say which is meant.
    """
    fitting = [m for m in _by_state_and_event().get((state, event), ()) if not to_state or m.to_state == to_state]
    if len(fitting) > 1:
        raise IllegalMove(f"{event} in {state} has {len(fitting)} guards; the caller must say which state follows")
    return fitting[0] if fitting else None


def standings(states: Iterable[Mapping[str, object]], known: Iterable[Mapping[str, object]]) -> dict[str, Standing]:
    """Build standings from rows (claim_id, state, sequence, claim_version) and known (claim_id, event_id)."""
    found = {
        str(s["claim_id"]): Standing(str(s["state"]), int(str(s["sequence"])), int(str(s["claim_version"])))
        for s in states
    }
    for row in known:
        found.setdefault(str(row["claim_id"]), Standing()).known.add(str(row["event_id"]))
    return found


def advance(standing: dict[str, Standing], happenings: Sequence[Happening], night: date) -> Advance:
    """Apply the happenings in order: legal ones become events, others are refused and kept.

    Holds: a happening already known changes nothing; a refused one leaves the state as it was.
    """
    made = Advance([], [])
    for happening in happenings:
        at = standing.setdefault(happening.claim_id, Standing())
        if happening.event_id in at.known:
            continue
        at.known.add(happening.event_id)
        old_version = happening.claim_version < at.claim_version
        move = None if old_version else legal_move(at.state, happening.event, happening.to_state)
        if move is None:
            made.refused.append(_refused(happening, at.state, old_version, night))
            continue
        at.state, at.sequence, at.claim_version = move.to_state, at.sequence + 1, happening.claim_version
        made.events.append(_event(happening, move, at.sequence, night))
    return made


def _event(happening: Happening, move: Move, sequence: int, night: date) -> dict[str, object]:
    return {
        **_common(happening),
        "sequence": sequence,
        "guard": move.guard,
        "from_state": move.from_state,
        "to_state": move.to_state,
        "happened_on": night,
    }


def _refused(happening: Happening, state: str, old_version: bool, night: date) -> dict[str, object]:
    late = old_version or (happening.event.startswith(ANSWERS) and not happening.event.endswith("_rejected"))
    return {**_common(happening), "state": state, "kind": "late" if late else "illegal", "refused_on": night}


def _common(happening: Happening) -> dict[str, object]:
    return {
        "event_id": happening.event_id,
        "claim_id": happening.claim_id,
        "claim_version": happening.claim_version,
        "event": happening.event,
        "file_sha256": happening.file_sha256,
        "byte_start": happening.byte_start,
        "byte_end": happening.byte_end,
        "detail": happening.detail,
    }
