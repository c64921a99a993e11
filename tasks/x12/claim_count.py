"""Claims, lines and charges of 837s, counted: enough to tell what a file holds, not to bill from it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from schemas.errors import Fault
from tasks.x12.columns import Array, Rows
from tasks.x12.records import BAD_AMOUNT, Reading
from tasks.x12.segments import Transaction
from tasks.x12.tables import read_as

_ELEMENTS = {"CLM": 2, "SV1": 2, "SV2": 3, "SV3": 2}
_TOTALS = {"claims": "claim", "lines": "line", "adjustments": "adjustment"}


@dataclass(slots=True)
class ClaimCount:
    """Totals by the names of the summary's columns.

    Units: cents. Holds: a claim is balanced where CLM02 equals the sum of its line charges.
    """

    totals: dict[str, int] = field(default_factory=dict)
    balanced: dict[str, dict[str, int]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def count_claims(transactions: Sequence[Transaction]) -> ClaimCount:
    """Give counts, charges and prior payers' adjustments of 837s, whether each claim's lines add up, and all faults."""
    totals = dict.fromkeys((*_TOTALS, "charged_cents", "adjusted_cents"), 0)
    verdict = {"balanced": 0, "unbalanced": 0}
    faults: list[Fault] = []
    for reading in (Reading(tables, faults) for tables in read_as(transactions, "837")):
        rows = reading.tables.rows
        for total, table in _TOTALS.items():
            totals[total] += len(rows[table])
        totals["charged_cents"] += int(rows["claim"].cents("charge_cents").sum())
        totals["adjusted_cents"] += int(rows["adjustment"].cents("amount_cents").sum())
        is_balanced = _is_balanced(rows["claim"], rows["line"])
        verdict["balanced"] += int(is_balanced.sum())
        verdict["unbalanced"] += int((~is_balanced).sum())
        _refuse(reading)
    return ClaimCount(totals, {"claim": verdict}, sorted(faults, key=lambda found: found.byte_start))


def _is_balanced(claims: Rows, lines: Rows) -> Array:
    """Tell of each claim whether all charges are known and its lines add up to its own."""
    sums, unknown = np.zeros(len(claims), np.int64), np.zeros(len(claims), np.int64)
    np.add.at(sums, lines.parents["claim"], lines.cents("charge_cents"))
    np.add.at(unknown, lines.parents["claim"], ~lines.values["charge_cents"].is_filled)
    is_known = claims.values["charge_cents"].is_filled & (unknown == 0)
    is_balanced: Array = is_known & (claims.cents("charge_cents") == sums)
    return is_balanced


def _refuse(reading: Reading) -> None:
    """Note a Fault for each amount that is none, and for lines and adjustments that belong to no claim."""
    for orphan in reading.orphans:
        reading.refuse_segment("ORPHAN_SEGMENT", "it stands under no claim", orphan)
    for table, column in (("claim", "charge_cents"), ("line", "charge_cents"), ("adjustment", "amount_cents")):
        rows = reading.tables.rows[table]
        for row in np.flatnonzero(~rows.values[column].is_filled).tolist():
            segment = reading.segment(int(rows.segments[row]))
            element = _ELEMENTS.get(segment.tag, 3 * int(rows.places[row]))
            reading.refuse_segment("BAD_AMOUNT", BAD_AMOUNT, segment, element)
