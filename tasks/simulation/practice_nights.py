"""The nights of the synthetic practice: what each drop holds, and the truth about its faults and amendments."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from tasks.simulation.practice_case import Case, Spot
from tasks.simulation.practice_draw import Draw
from tasks.simulation.practice_faults import SPOILERS, Deal, check_severities, deal_faults
from tasks.simulation.practice_kinds import Setting, draw_kind
from tasks.simulation.practice_layout import TABLES, Row
from tasks.simulation.practice_people import Person, Wanted, make_person
from tasks.simulation.practice_plan import PracticePlan
from tasks.simulation.practice_prior_payer import ADJUDICATED_AFTER_DAYS, record_prior_payment
from tasks.simulation.practice_visits import (
    CANCELLED,
    FINISHED,
    NO_SHOW,
    PLANNED,
    Booking,
    Visit,
    amend,
    date_of_service,
    draw_lag_days,
    make_visit,
)

_STATUS_WEIGHTS = {FINISHED: 95.0, CANCELLED: 1.8, NO_SHOW: 1.8, PLANNED: 1.4}
# Why a later drop brings a finished, faultless encounter again; for most there is no reason.
_LATER_WEIGHTS = {"": 95.9, "diagnosis_corrected": 2.4, "resent": 1.1, "cancelled": 0.6}
# A diagnosis as first written, and as its clinician corrected it; anything else becomes the last.
_CORRECTED = {"J069": "J209", "J029": "J069", "I10": "R030", "E119": "R7303", "M25561": "M1711", "R1013": "R1012"}


@dataclass(frozen=True)
class Sending:
    """One visit in one drop.

    Shape: `change` names why an encounter comes again, empty the first time; `fault` is its row of faults.csv, if any.
    """

    night_number: int
    visit: Visit
    change: str = ""
    fault: Row = field(default_factory=dict)


@dataclass(frozen=True)
class Night:
    """One drop: its rows by table, and the truth about them."""

    on: date
    tables: Mapping[str, list[Row]]
    faults: list[Row]
    amendments: list[Row]


@dataclass(frozen=True)
class Practice:
    """A plan with what follows from it for all nights."""

    plan: PracticePlan
    counts: tuple[int, ...]
    pool: int
    deal: Deal

    def night(self, number: int) -> date:
        """Give the date of night `number`, from 0."""
        return self.plan.first_night + timedelta(days=number)


def _count_encounters(plan: PracticePlan, night_number: int) -> int:
    spread = plan.encounters_per_night // 12
    return plan.encounters_per_night + Draw(plan.seed, f"night/{night_number}").number("count", -spread, spread)


def open_practice(plan: PracticePlan) -> Practice:
    """Give the practice of a plan: encounters per night, size of its patient panel, deal of faults.

    Holds: the panel is large enough that a patient's visits lie at least three drops apart.
    """
    counts = tuple(_count_encounters(plan, number) for number in range(plan.nights))
    total = sum(counts)
    pool = max(4 * plan.encounters_per_night, total * 2 // 7)
    return Practice(plan, counts, pool, deal_faults(plan.fault_rates, total, plan.seed))


def _book(practice: Practice, number: int, status: str) -> Booking:
    encounter_id = f"HFM-{practice.plan.first_night.year}-{number + 1:06d}"
    return Booking(practice.plan.tenant_id, encounter_id, status)


def _set(practice: Practice, number: int, person: Person, on: date, is_first: bool) -> Setting:
    seed = practice.plan.seed
    is_new = is_first and Draw(seed, person.key).fraction("new here") < 0.2
    return Setting(Draw(seed, f"encounter/{number}"), person, on, is_new)


def change_visit(visit: Visit, change: str) -> Visit:
    """Give the visit as a later drop brings it: the same, with another diagnosis, or cancelled without lines."""
    if change == "resent":
        return visit.copy()
    if change == "diagnosis_corrected":
        return amend(visit, {"dx_1": _CORRECTED.get(visit.encounter["dx_1"], "R5383")})
    cancelled = {"encounter_status": CANCELLED, "billable_status": "not_billable", "note_signed_at": ""}
    later = amend(visit, {**cancelled, "total_charge": "0.00", "patient_amount_paid": ""})
    for table in ("service_lines", "cob_lines", "cob_adjustments", "attachments"):
        later.tables[table] = []
    return later


def _bring_again(practice: Practice, first: Sending, at: Setting) -> list[Sending]:
    """Give what a later drop brings of a faultless visit: usually nothing."""
    change = at.draw.weigh("comes again", _LATER_WEIGHTS)
    night_number = first.night_number + at.draw.number("comes again after", 2, 5)
    if not change or first.visit.encounter["encounter_status"] != FINISHED or night_number >= practice.plan.nights:
        return []
    return [Sending(night_number, change_visit(first.visit, change), change)]


def _draw_status(draw: Draw) -> str:
    return draw.weigh("status", _STATUS_WEIGHTS)


def _send_faultless(practice: Practice, number: int, night_number: int) -> list[Sending]:
    """Give the sendings of an encounter without a fault: a patient of the panel, seen in turn."""
    plan, is_first = practice.plan, number < practice.pool
    person = make_person(plan.seed, f"PT-{number % practice.pool:06d}", plan.first_night, Wanted())
    lag_days = draw_lag_days(Draw(plan.seed, person.key))
    status = _draw_status(Draw(plan.seed, f"encounter/{number}"))
    on = date_of_service(practice.night(night_number), 0 if status == PLANNED else lag_days)
    at = _set(practice, number, person, on, is_first)
    visit = make_visit(_book(practice, number, status), at, draw_kind(at.draw, person, on, is_first))
    if status == FINISHED and lag_days > ADJUDICATED_AFTER_DAYS and len(person.policies) > 1:
        record_prior_payment(visit)
    first = Sending(night_number, visit)
    return [first, *_bring_again(practice, first, at)]


def _cure(practice: Practice, check_id: str, night_number: int, clean: Visit, draw: Draw) -> list[Sending]:
    """Give the later version in which a fault is put right, where somebody does so before the last night."""
    spoiler = SPOILERS[check_id]
    stops = check_severities()[check_id] in ("HOLD", "REJECT")
    cured_on = night_number + draw.number("cured after", *spoiler.cured_after)
    if not stops or draw.fraction("cured") >= spoiler.cured_share or cured_on >= practice.plan.nights:
        return []
    change = "authorization_obtained" if check_id == "A01" else "fault_repaired"
    return [Sending(cured_on, amend(clean, {}), change)]


def _truth(drop: date, check_id: str, visit: Visit, spot: Spot) -> Row:
    encounter_id = spot.encounter_id or visit.encounter_id
    return {
        "drop": drop.isoformat(),
        "encounter_id": encounter_id,
        "check_id": check_id,
        "table": spot.table,
        "field": spot.field,
    }


def _send_faulty(practice: Practice, number: int, night_number: int, check_id: str) -> list[Sending]:
    """Give the sendings of an encounter with a fault: a patient of its own, so that nobody else's rows are spoiled."""
    plan, spoiler = practice.plan, SPOILERS[check_id]
    person = make_person(plan.seed, f"PT-N{number:06d}", plan.first_night, spoiler.wanted)
    drawn_lag = draw_lag_days(Draw(plan.seed, person.key))
    on = date_of_service(practice.night(night_number), drawn_lag if spoiler.lag_days < 0 else spoiler.lag_days)
    at = _set(practice, number, person, on, True)
    clean = make_visit(_book(practice, number, FINISHED), at, at.draw.choose("kind", spoiler.kinds))
    spoiled, spoiled_on = clean.copy(), night_number + int(spoiler.is_late)
    if spoiled_on >= plan.nights:
        return [Sending(night_number, clean)]
    spot = spoiler.spoil(Case(spoiled, at.draw, practice.night(spoiled_on)))
    faulty = Sending(spoiled_on, spoiled, fault=_truth(practice.night(spoiled_on), check_id, spoiled, spot))
    earlier = [Sending(night_number, clean)] if spoiler.is_late else []
    return [*earlier, faulty, *_cure(practice, check_id, night_number, clean, at.draw)]


def _send(practice: Practice, number: int, night_number: int) -> list[Sending]:
    check_id = practice.deal.fault_of(number)
    if check_id:
        return _send_faulty(practice, number, night_number, check_id)
    return _send_faultless(practice, number, night_number)


def _gather(night: date, sendings: list[Sending]) -> Night:
    """Give one drop's rows: patients and providers once each, everything else as sent."""
    tables: dict[str, list[Row]] = {table: [] for table in TABLES}
    for sending in sendings:
        for table, rows in sending.visit.tables.items():
            tables[table].extend(rows)
    for table, key in (("patients", "patient_key"), ("providers", "provider_key")):
        once = {row[key]: row for row in tables[table]}
        tables[table] = [once[name] for name in sorted(once)]
    amendments = [
        {
            "drop": night.isoformat(),
            "encounter_id": sending.visit.encounter_id,
            "encounter_version": sending.visit.encounter["encounter_version"],
            "change": sending.change,
        }
        for sending in sendings
        if sending.change
    ]
    return Night(night, tables, [sending.fault for sending in sendings if sending.fault], amendments)


def make_nights(plan: PracticePlan) -> Iterator[Night]:
    """Give every drop of the plan in order of date; an encounter that comes again stands before the new ones."""
    practice = open_practice(plan)
    due: dict[int, list[Sending]] = defaultdict(list)
    number = 0
    for night_number, count in enumerate(practice.counts):
        for _ in range(count):
            for sending in _send(practice, number, night_number):
                due[sending.night_number].append(sending)
            number += 1
        yield _gather(practice.night(night_number), due.pop(night_number))
