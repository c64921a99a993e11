"""Visits as the export's rows: one encounter with its patient, coverages, lines and providers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from tasks.simulation.practice_draw import Draw
from tasks.simulation.practice_kinds import KINDS, Draft, Service, Setting
from tasks.simulation.practice_layout import TABLES, Row, cents, money
from tasks.simulation.practice_providers import CLINICIAN_KEYS, GROUP_KEY, PROVIDERS
from tasks.simulation.practice_registry import fee_cents

SOURCE_SYSTEM = "tidechart"
FINISHED, PLANNED, CANCELLED, NO_SHOW = "finished", "planned", "cancelled", "no_show"


@dataclass
class Visit:
    """The rows of one encounter, by table; a fault is made by changing them.

    Shape: `tables` holds every table of the contract; the patient and the encounter stand first in theirs.
    """

    encounter_id: str
    tables: dict[str, list[Row]]

    @property
    def encounter(self) -> Row:
        """The encounters row."""
        return self.tables["encounters"][0]

    @property
    def patient(self) -> Row:
        """The patients row."""
        return self.tables["patients"][0]

    @property
    def primary(self) -> Row:
        """The coverages row of the first payer."""
        return self.tables["coverages"][0]

    @property
    def lines(self) -> list[Row]:
        """The service_lines rows, by line number."""
        return self.tables["service_lines"]

    def copy(self) -> "Visit":
        """Give a visit whose rows can be changed without changing this one's."""
        return Visit(self.encounter_id, {name: [dict(row) for row in rows] for name, rows in self.tables.items()})


@dataclass(frozen=True)
class Booking:
    """What is settled about a visit before it is drawn."""

    tenant_id: str
    encounter_id: str
    status: str


def total_up(visit: Visit) -> None:
    """Set the encounter's total to the sum of its lines."""
    visit.encounter["total_charge"] = money(sum(cents(line["charge"]) for line in visit.lines))


def name_providers(visit: Visit) -> None:
    """Set the providers table to the rows that the encounter and its lines name, each once, by key."""
    named = {
        value
        for row in (visit.encounter, *visit.lines)
        for name, value in row.items()
        if name.endswith("_key") and name != "patient_key" and value
    }
    visit.tables["providers"] = [dict(PROVIDERS[key]) for key in sorted(named)]


def _line(booking: Booking, number: int, service: Service, on: date) -> Row:
    modifiers = {f"modifier_{place}": value for place, value in enumerate(service.modifiers, 1)}
    pointers = {f"dx_pointer_{place}": str(value) for place, value in enumerate(service.pointers, 1)}
    return {
        "encounter_id": booking.encounter_id,
        "line_number": str(number),
        "procedure_qualifier": "HC",
        "procedure_code": service.procedure_code,
        "charge": money(fee_cents(service.procedure_code, on) * service.units),
        "unit_type": "UN",
        "units": str(service.units),
        "date_from": on.isoformat(),
        "date_to": on.isoformat(),
        **modifiers,
        **pointers,
        **service.fields,
    }


def _coverages(booking: Booking, at: Setting) -> list[Row]:
    checked_on = at.on - timedelta(days=at.draw.number("checked", 0, 3))
    checked_at = f"{checked_on.isoformat()}T07:{at.draw.number('checked minute', 0, 59):02d}:00"
    visit_fields = {
        "encounter_id": booking.encounter_id,
        "eligibility_checked_at": checked_at,
        "eligibility_status": "active",
    }
    return [{**policy, **visit_fields} for policy in at.person.policies]


def _signed_at(at: Setting) -> str:
    return f"{at.on.isoformat()}T{at.draw.number('hour', 17, 19)}:{at.draw.number('minute', 0, 59):02d}:00"


def _copay(at: Setting, draft: Draft) -> str:
    pays = at.person.payer_class == "commercial" and draft.role == "family" and at.draw.fraction("copay") < 0.3
    return "25.00" if pays else ""


def _encounter(booking: Booking, at: Setting, draft: Draft) -> Row:
    is_finished = booking.status == FINISHED
    diagnoses = {f"dx_{place}": code for place, code in enumerate(draft.diagnoses, 1)}
    return {
        "source_system": SOURCE_SYSTEM,
        "tenant_id": booking.tenant_id,
        "encounter_id": booking.encounter_id,
        "encounter_version": "1",
        "claim_type": "P",
        "billable_status": "billable" if is_finished else "not_billable",
        "encounter_status": booking.status,
        "note_signed_at": _signed_at(at) if is_finished else "",
        "responsible_party": "insurance" if at.person.policies else "self_pay",
        "date_of_service_from": at.on.isoformat(),
        "date_of_service_to": at.on.isoformat(),
        "place_of_service": draft.place_of_service,
        "claim_frequency": "1",
        "provider_signature_on_file": "true",
        "assignment_code": "A",
        "benefits_assigned": "Y",
        "release_of_information": "Y",
        "patient_amount_paid": _copay(at, draft) if is_finished else "",
        "dx_version": "10",
        **diagnoses,
        "billing_provider_key": GROUP_KEY,
        "rendering_provider_key": at.draw.choose("clinician", CLINICIAN_KEYS[draft.role]),
        "patient_key": at.person.key,
        **draft.fields,
    }


def _attachments(booking: Booking, draft: Draft) -> list[Row]:
    if not draft.report_type:
        return []
    control_number = f"RPT{booking.encounter_id.replace('-', '')}"
    row = {"encounter_id": booking.encounter_id, "report_type": draft.report_type, "transmission": "EL"}
    return [{**row, "control_number": control_number}]


def make_visit(booking: Booking, at: Setting, kind: str) -> Visit:
    """Give the rows of one visit; one that did not take place has no lines and a total of 0.00.

    Holds: total_charge is the sum of the lines; every provider and the patient that a row names is among the rows.
    """
    draft = KINDS[kind].make(at)
    services = draft.services if booking.status == FINISHED else ()
    attachments = _attachments(booking, draft) if services else []
    tables: dict[str, list[Row]] = {table: [] for table in TABLES}
    tables["encounters"] = [_encounter(booking, at, draft)]
    tables["patients"] = [dict(at.person.row)]
    tables["coverages"] = _coverages(booking, at)
    tables["service_lines"] = [_line(booking, number, service, at.on) for number, service in enumerate(services, 1)]
    tables["attachments"] = attachments
    visit = Visit(booking.encounter_id, tables)
    total_up(visit)
    name_providers(visit)
    return visit


def amend(visit: Visit, changes: Mapping[str, str]) -> Visit:
    """Give the next version of a visit with changed encounter fields and all its child rows again."""
    later = visit.copy()
    later.encounter.update(changes)
    later.encounter["encounter_version"] = str(int(visit.encounter["encounter_version"]) + 1)
    return later


def date_of_service(night: date, lag_days: int) -> date:
    """Give the day of a visit that reaches the drop `lag_days` later; the practice is closed on Sundays."""
    on = night - timedelta(days=lag_days)
    return on - timedelta(days=1) if on.weekday() == 6 else on


def draw_lag_days(draw: Draw) -> int:
    """Give how many days a patient's charges take to reach a drop: mostly 0 to 6, sometimes weeks."""
    if draw.fraction("slow charges") < 0.05:
        return draw.number("weeks of lag", 7, 34)
    return draw.weigh("lag", {0: 34.0, 1: 27.0, 2: 14.0, 3: 9.0, 4: 6.0, 5: 5.0, 6: 5.0})
