"""What a fault is to the generator: a change to one visit's rows that one intake check is there to find."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from tasks.simulation.practice_draw import Draw
from tasks.simulation.practice_people import Wanted
from tasks.simulation.practice_visits import Visit

INSURED_ADULT = Wanted(payer_class="commercial", min_age=26, max_age=60)


@dataclass(frozen=True)
class Spot:
    """Where a fault lies; `encounter_id` only where it is not the visit's own."""

    table: str
    field: str
    encounter_id: str = ""


@dataclass(frozen=True)
class Case:
    """One visit about to be spoiled, and the night it is exported."""

    visit: Visit
    draw: Draw
    night: date

    def day(self, days: int) -> str:
        """Give the date `days` after the date of service."""
        on = date.fromisoformat(self.visit.encounter["date_of_service_from"])
        return (on + timedelta(days=days)).isoformat()

    def spoil_encounter(self, field: str, value: str) -> Spot:
        """Set a field of the encounter."""
        self.visit.encounter[field] = value
        return Spot("encounters", field)

    def spoil_patient(self, field: str, value: str) -> Spot:
        """Set a field of the patient."""
        self.visit.patient[field] = value
        return Spot("patients", field)

    def spoil_coverage(self, field: str, value: str) -> Spot:
        """Set a field of the first coverage."""
        self.visit.primary[field] = value
        return Spot("coverages", field)

    def spoil_line(self, place: int, field: str, value: str) -> Spot:
        """Set a field of the line at a place, 0 for the first."""
        self.visit.lines[place][field] = value
        return Spot("service_lines", field)


@dataclass(frozen=True)
class Spoiler:
    """How to make one fault: the change itself, and the visit and patient it needs.

    Units: `lag_days` from the date of service to the drop, -1 leaves it to chance; `cured_after` in nights.
    Holds: `cured_share` of these faults are put right by a later version; `is_late` faults are in a second sending,
    the night after a faultless one.
    """

    spoil: Callable[[Case], Spot]
    wanted: Wanted = INSURED_ADULT
    kinds: tuple[str, ...] = ("office",)
    lag_days: int = -1
    cured_share: float = 0.35
    cured_after: tuple[int, int] = (2, 4)
    is_late: bool = False
