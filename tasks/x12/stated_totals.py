"""What a 277CA says of a whole batch and of a provider, held against the claims that stand under it.

Source: QTY*90, AA (batch), QA, QC (provider) and AMT*YU, YY as told by public files, where three of the four 277CAs with totals
and claims agree; the guide text was not at hand.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from tasks.x12.records import Reading, Record
from tasks.x12.segments import X12File
from tasks.x12.tables import read_tables

_SIDES = {"90": 0, "QA": 0, "YU": 0, "AA": 1, "QC": 1, "YY": 1}
"""Codes of QTY01 and AMT01: 0 is accepted, 1 is rejected."""

_REJECTED = 1
_ACTIONS = {"WQ": 0, "U": _REJECTED}
"""STC03 of a claim that is accepted, and of one that is rejected."""

_LEVELS = ("receiver", "provider", "subscriber", "dependent", "claim")


@dataclass(frozen=True, slots=True)
class _Told:
    """A claim: the side on which it counts, None where nothing says so, and its charge in cents."""

    side: int | None
    charge_cents: int


def tolerate_277ca(x12: X12File) -> Counter[str]:
    """Count the batches and providers of 277CAs whose totals are not those of the claims under them.

    Holds: a level without any claim says all there is to say, and is not asked.
    """
    tolerances: Counter[str] = Counter()
    for tables in read_tables(x12.transactions, "277CA"):
        reading = Reading(tables, [])
        told = _claims(reading)
        for name in _LEVELS[:2]:
            under: dict[int, list[_Told]] = defaultdict(list)
            for claim in reading.of("claim"):
                under[claim.parents[name]].append(told[claim.number])
            stated = {table: _own(reading.of(table), name) for table in ("status", "quantity", "amount")}
            for level in reading.of(name):
                said = {table: records[level.number] for table, records in stated.items()}
                claims = under[level.number]
                tolerances["STATED_TOTAL"] += bool(claims) and not _agrees(said, claims)
    return +tolerances


def _claims(reading: Reading) -> list[_Told]:
    """Give what the first status of each claim says of it; one that rejects outranks it."""
    told: list[_Told | None] = [None] * len(reading.of("claim"))
    for status in reading.of("status"):
        number = status.parents["claim"]
        if number >= 0 and status.parents["line"] < 0:
            cents, side = status.values["charge_cents"], _ACTIONS.get(status.text("action_code"))
            if told[number] is None or side == _REJECTED:
                told[number] = _Told(side, cents if isinstance(cents, int) else 0)
    return [one or _Told(None, 0) for one in told]


def _agrees(said: Mapping[str, list[Record]], claims: list[_Told]) -> bool:
    """Tell whether all that is said of a level is what its claims add up to."""
    charges = [claim.charge_cents for claim in claims]
    totals = [status.values["charge_cents"] for status in said["status"]]
    if any(total is not None and total != sum(charges) for total in totals):
        return False
    counts = [(claim.side, Decimal(1)) for claim in claims]
    amounts = [(claim.side, Decimal(claim.charge_cents)) for claim in claims]
    return all(
        _is_sum(said[table], column, found)
        for table, column, found in (("quantity", "quantity", counts), ("amount", "amount_cents", amounts))
    )


def _own(records: Iterable[Record], name: str) -> dict[int, list[Record]]:
    """Give by level of this name what stands at it itself, not at one below it."""
    below = _LEVELS[_LEVELS.index(name) + 1 :]
    found: dict[int, list[Record]] = defaultdict(list)
    for record in records:
        if all(record.parents[other] < 0 for other in below):
            found[record.parents[name]].append(record)
    return found


def _is_sum(stated: list[Record], column: str, found: list[tuple[int | None, Decimal]]) -> bool:
    """Tell whether the stated totals, by side where every claim says its own, are those that were found."""
    is_parted = all(side is not None for side, _ in found)
    totals = [(_SIDES.get(record.text("qualifier_code")), record.values[column]) for record in stated]
    known = [(side, Decimal(value)) for side, value in totals if side is not None and isinstance(value, int | Decimal)]
    if not known or not is_parted:
        return not known or sum(value for _, value in known) == sum(value for _, value in found)
    return all(sum(v for s, v in known if s == side) == sum(v for s, v in found if s == side) for side in (0, 1))
