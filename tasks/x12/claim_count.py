"""Claims, lines and charges of 837s, counted: enough to tell what a file holds, not to bill from it."""

from dataclasses import dataclass, field

from schemas.errors import Fault
from tasks.x12.segments import Segment, Transaction, loops
from tasks.x12.values import Reading

_CHARGE_ELEMENTS = {"SV1": 2, "SV2": 3, "SV3": 2}
_TRIPLE_AMOUNTS = range(3, 19, 3)
_CLAIM_ENDS = frozenset({"CLM", "HL", "SE"})


@dataclass(slots=True)
class ClaimCount:
    """Totals by the names of the summary's columns.

    Units: cents. Holds: a claim is balanced where CLM02 equals the sum of its line charges.
    """

    totals: dict[str, int] = field(default_factory=dict)
    balanced: dict[str, dict[str, int]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def count_claims(transactions: tuple[Transaction, ...]) -> ClaimCount:
    """Give counts, charges and prior payers' adjustments of 837s, whether each claim's lines add up, and all faults."""
    reading = Reading()
    totals = dict.fromkeys(("claims", "lines", "adjustments", "charged_cents", "adjusted_cents"), 0)
    verdict = {"balanced": 0, "unbalanced": 0}
    for transaction in transactions:
        for loop in loops(transaction.segments, _CLAIM_ENDS):
            if loop and loop[0].tag == "CLM":
                verdict["balanced" if _add_claim(loop, reading, totals) else "unbalanced"] += 1
            else:
                _refuse_orphans(loop, reading)
    return ClaimCount(totals, {"claim": verdict}, sorted(reading.faults, key=lambda found: found.byte_start))


def _add_claim(loop: tuple[Segment, ...], reading: Reading, totals: dict[str, int]) -> bool:
    """Add a claim to the totals and tell whether it balances."""
    charge = reading.cents(loop[0], 2)
    lines = [reading.cents(line, _CHARGE_ELEMENTS[line.tag]) for line in loop if line.tag in _CHARGE_ELEMENTS]
    amounts = [
        reading.cents(cas, element)
        for cas in loop
        if cas.tag == "CAS"
        for element in _TRIPLE_AMOUNTS
        if any(cas.element(place) for place in (element - 1, element, element + 1))
    ]
    known = [cents for cents in lines if cents is not None]
    totals["claims"] += 1
    totals["lines"] += len(lines)
    totals["adjustments"] += len(amounts)
    totals["charged_cents"] += charge or 0
    totals["adjusted_cents"] += sum(cents or 0 for cents in amounts)
    return charge == sum(known) and len(known) == len(lines)


def _refuse_orphans(loop: tuple[Segment, ...], reading: Reading) -> None:
    """Fault for lines and adjustments that belong to no claim."""
    for segment in loop:
        if segment.tag in _CHARGE_ELEMENTS or segment.tag == "CAS":
            reading.refuse("ORPHAN_SEGMENT", "it stands under no claim", segment)
