"""Claims, lines and charges of 837s, counted, and whether they add up: enough to tell what a file holds, not to bill from it.

Source of the rules for earlier payers: paid and adjusted is what was billed, by line and by claim, as the intake's check B02
has it; the text of 005010X222A1 was not at hand.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from schemas.errors import Fault
from tasks.x12 import relations
from tasks.x12.columns import Array
from tasks.x12.records import BAD_AMOUNT, Reading, values_of
from tasks.x12.remittance_checks import NOTES
from tasks.x12.segments import Transaction
from tasks.x12.structure import refuse_structure
from tasks.x12.tables import Tables, read_as
from tasks.x12.walk import BAD_SEGMENT, NO_REASON, NONE_FILLED, TOO_MANY

_TOTALS = {"claims": "claim", "lines": "line", "adjustments": "adjustment"}
_ELEMENTS = {"CLM": 2, "SV1": 2, "SV2": 3, "SV3": 2, "SVD": 2}
_AMOUNTS = {
    "claim": "charge_cents",
    "line": "charge_cents",
    "decision": "paid_cents",
    "adjustment": "amount_cents",
}
"""Amounts that may not be empty, by table."""

_GROUP_CODES = ("CO", "CR", "OA", "PI", "PR")
"""CAS01 of an 837. Source: schemas/x12/837p.csv."""

_SHAPES = (TOO_MANY, NONE_FILLED, NO_REASON)


@dataclass(slots=True)
class ClaimCount:
    """Totals by the names of the summary's columns, verdicts by rule, faults in the order of the file.

    Units: cents. Holds: an amount that could not be read never balances.
    """

    totals: dict[str, int] = field(default_factory=dict)
    balanced: dict[str, dict[str, int]] = field(default_factory=dict)
    tolerances: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)


def count_claims(transactions: Sequence[Transaction]) -> ClaimCount:
    """Give counts, charges and prior payers' adjustments of 837s, whether claims and decisions add up, and all faults."""
    totals = dict.fromkeys((*_TOTALS, "charged_cents", "adjusted_cents"), 0)
    verdicts = {rule: {"balanced": 0, "unbalanced": 0} for rule in _RULES}
    tolerances: Counter[str] = Counter()
    faults: list[Fault] = []
    for reading in (Reading(tables, faults) for tables in read_as(transactions, "837")):
        rows = reading.tables.rows
        for total, table in _TOTALS.items():
            totals[total] += len(rows[table])
        totals["charged_cents"] += int(rows["claim"].cents("charge_cents").sum())
        totals["adjusted_cents"] += int(rows["adjustment"].cents("amount_cents").sum())
        told = [are_balanced(reading.tables) for are_balanced in _RULES.values()]
        for verdict, is_balanced in zip(verdicts.values(), told, strict=True):
            verdict["balanced"] += int(is_balanced.sum())
            verdict["unbalanced"] += int((~is_balanced).sum())
        tolerances["UNKNOWN_SEGMENT"] += int(np.count_nonzero(reading.tables.notes[:, 0] == BAD_SEGMENT))
        _refuse(reading)
        tolerances.update(refuse_structure(reading))
    return ClaimCount(totals, verdicts, +tolerances, sorted(faults, key=lambda found: found.byte_start))


def _are_claims_balanced(tables: Tables) -> Array:
    """Tell of each claim whether its lines add up to its charge."""
    claims = tables.rows["claim"]
    lines, is_known = _sums(tables, "line", "charge_cents", "claim")
    is_balanced: Array = is_known & claims.values["charge_cents"].is_filled & (claims.cents("charge_cents") == lines)
    return is_balanced


def _are_lines_balanced(tables: Tables) -> Array:
    """Tell of each earlier payer's decision on a line whether what it paid and adjusted is the line's charge."""
    decisions, lines = tables.rows["decision"], tables.rows["line"]
    adjusted, is_known = _sums(tables, "adjustment", "amount_cents", "decision")
    under = decisions.parent("line")
    is_known &= lines.values["charge_cents"].is_filled[under] & decisions.values["paid_cents"].is_filled
    is_balanced: Array = is_known & (lines.cents("charge_cents")[under] == decisions.cents("paid_cents") + adjusted)
    return is_balanced


def _are_payers_balanced(tables: Tables) -> Array:
    """Tell of each earlier payer whether what it paid and all its adjustments are the claim's charge.

    Holds: asked of payers that say what they paid, decided on a line or adjusted the claim; of one that decided on lines,
    what it paid is also what it paid for them, less its adjustments of the claim; one that decided and is none of the
    claim's payers is not balanced.
    """
    rows = tables.rows
    claims, payers = rows["claim"], rows["other_payer"]
    adjusted, is_known = _sums(tables, "adjustment", "amount_cents", "other_payer")
    by_decision, is_decision_known = _sums(tables, "adjustment", "amount_cents", "decision")
    has_decided = np.bincount(rows["adjustment"].parent("other_payer") + 1, minlength=len(payers) + 1)[1:] > 0
    has_lines = np.zeros(len(payers), np.bool_)
    paid_for_lines = -adjusted
    numbers = {payer: number for number, payer in enumerate(_payers(tables, "other_payer"))}
    strangers: set[tuple[int, object]] = set()
    for number, payer in enumerate(_payers(tables, "decision")):
        if payer not in numbers:
            strangers.add(payer)
            continue
        has_lines[numbers[payer]] = True
        adjusted[numbers[payer]] += by_decision[number]
        paid_for_lines[numbers[payer]] += rows["decision"].cents("paid_cents")[number]
        is_known[numbers[payer]] &= is_decision_known[number]
    under, paid = payers.parent("claim"), payers.cents("paid_cents")
    is_known &= claims.values["charge_cents"].is_filled[under] & payers.values["paid_cents"].is_filled
    is_balanced: Array = is_known & (claims.cents("charge_cents")[under] == paid + adjusted)
    is_balanced &= ~has_lines | (paid == paid_for_lines)
    asked = is_balanced[has_decided | has_lines | (payers.values["paid_cents"].sizes > 0)]
    return np.concatenate([asked, np.zeros(len(strangers), np.bool_)])


_RULES: Mapping[str, Callable[[Tables], Array]] = {
    "claim": _are_claims_balanced,
    "line": _are_lines_balanced,
    "prior_payer": _are_payers_balanced,
}


def _payers(tables: Tables, table: str) -> list[tuple[int, object]]:
    """Give the claim and the payer's number of each row."""
    rows = tables.rows[table]
    numbers = values_of(tables, rows, table, "payer_number")
    return list(zip(rows.parent("claim").tolist(), numbers, strict=True))


def _sums(tables: Tables, table: str, column: str, parent: str) -> tuple[Array, Array]:
    """Give the sum of a column for each row of the parent's table, and whether all of it is known."""
    rows, count = tables.rows[table], len(tables.rows[parent])
    sums, unknown = np.zeros(count, np.int64), np.zeros(count, np.int64)
    kernels = tables.index.fitting(relations)
    kernels.sums(rows.parent(parent), rows.cents(column), rows.values[column].is_filled, sums, unknown)
    return sums, unknown == 0


def _refuse(reading: Reading) -> None:
    """Note a Fault for each number that is none, each claim without its own, and what has no place or no shape."""
    reading.refuse_unreadable()
    refuse_misplaced(reading)
    for table, column in _AMOUNTS.items():
        rows = reading.tables.rows[table]
        for row in np.flatnonzero(rows.values[column].sizes == 0).tolist():
            segment = reading.segment(int(rows.segments[row]))
            element = _ELEMENTS.get(segment.tag, 3 * int(rows.places[row]))
            reading.refuse_segment("BAD_AMOUNT", BAD_AMOUNT, segment, element)
    refuse_without_number(reading)


def refuse_misplaced(reading: Reading) -> None:
    """Note a Fault for each line, decision and adjustment of an 837 that belongs to no claim, and each adjustment without shape or group."""
    for orphan in reading.orphans:
        reading.refuse_segment("ORPHAN_SEGMENT", "it stands under no claim", orphan)
    adjustments = reading.tables.rows["adjustment"]
    is_known = reading.tables.says(adjustments.values["group_code"], *_GROUP_CODES)
    for segment in dict.fromkeys(adjustments.segments[~is_known].tolist()):
        reading.refuse_segment("BAD_CODE", f"expected one of {' '.join(_GROUP_CODES)}", reading.segment(segment), 1)
    notes = reading.tables.notes
    for code, segment, element in notes[np.isin(notes[:, 0], _SHAPES)].tolist():
        reading.refuse_segment(*NOTES[code], reading.segment(segment), element)


def refuse_without_number(reading: Reading) -> None:
    """Note a Fault for each claim of an 837 without a patient control number."""
    claims = reading.tables.rows["claim"]
    for number in np.flatnonzero(claims.values["patient_control_number"].sizes == 0).tolist():
        segment = reading.segment(int(claims.segments[number]))
        reading.refuse_segment("MISSING_ELEMENT", "the patient control number is missing", segment, 1)
