"""Questions about what became of claims become the bytes of one 276 (005010X212) interchange."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import count

from tasks.x12.builder import grammar, refuse
from tasks.x12.builder_envelope import Envelope
from tasks.x12.builder_levels import Inquiries, blamed, grouped, write_inquiries
from tasks.x12.builder_values import composite, day, exact, money, period, quantity, text

RULES = grammar("276.csv")
VERSION = "005010X212"
MOST_INQUIRIES = 5_000
"""Questions of one transaction set. Source: none; the guide names no limit that we know of."""


_NUMBERS = {
    "1K": "payer_claim_number", "BLT": "bill_type", "LU": "location_number", "6P": "group_number",
    "EJ": "patient_control_number", "XZ": "prescription_number", "D9": "clearinghouse_number",
}  # fmt: skip
"""Identifiers of a claim in the guide's order: qualifier (REF01) and field."""


@dataclass(frozen=True, slots=True)
class Person:
    """A name, and what else the payer finds a person by; a member id of a dependent is refused, the guide has no place for it."""

    last_name: str
    first_name: str
    middle_name: str = ""
    suffix: str = ""
    birth_date: date | None = None
    sex: str | None = None
    member_id: str = ""


@dataclass(frozen=True, slots=True)
class StatusLine:
    """One service line that is asked about."""

    procedure_code: str
    charge_cents: int
    units: Decimal
    service_from_on: date
    service_to_on: date | None = None
    modifiers: tuple[str, ...] = ()
    procedure_qualifier: str = "HC"
    revenue_code: str = ""
    line_control_number: str = ""


@dataclass(frozen=True, slots=True)
class StatusInquiry:
    """One question: what became of this claim? The patient is the subscriber, or the dependent where there is one."""

    trace_number: str
    payer_id: str
    payer_name: str
    provider_npi: str
    provider_last_or_org_name: str
    provider_entity_type: str
    subscriber: Person
    service_from_on: date | None
    service_to_on: date | None
    charge_cents: int | None
    provider_first_name: str = ""
    dependent: Person | None = None
    payer_claim_number: str = ""
    patient_control_number: str = ""
    bill_type: str = ""
    location_number: str = ""
    group_number: str = ""
    prescription_number: str = ""
    clearinghouse_number: str = ""
    lines: tuple[StatusLine, ...] = ()

    def payer(self) -> tuple[str, str]:
        """Give what two questions to the same payer share."""
        return self.payer_id, self.payer_name

    def provider(self) -> tuple[str, ...]:
        """Give what two questions of the same provider share."""
        names = self.provider_last_or_org_name, self.provider_first_name
        return self.provider_npi, self.provider_entity_type, *names

    def people(self) -> tuple[Person, Person | None]:
        """Give what two questions about the same patient share."""
        return self.subscriber, self.dependent


def write_276(envelope: Envelope, inquiries: Sequence[StatusInquiry]) -> bytes:
    """Give one interchange with all questions, grouped by payer, provider and patient in order of arrival.

    Units: cents in, decimal amounts out.
    Holds: demographics of the subscriber stand where he is the patient; several claims of a patient share his level.
    Raises: Fault (WRITE_*), whose claim_id is the trace number, for the first question that cannot be written.
    """
    guide = Inquiries("HR", "276", "0010", VERSION, MOST_INQUIRIES)
    return write_inquiries(envelope, RULES, guide, inquiries, _levels)


def _levels(envelope: Envelope, inquiries: Sequence[StatusInquiry]) -> Iterator[str]:
    numbers = count(1)
    for payer, of_payer in grouped(inquiries, StatusInquiry.payer):
        source = next(numbers)
        yield from _payer(source, *payer)
        receiver = next(numbers)
        yield from _receiver(receiver, source, envelope)
        for provider, of_provider in grouped(of_payer, StatusInquiry.provider):
            level = next(numbers)
            yield from _provider(level, receiver, *provider)
            for _, of_patient in grouped(of_provider, StatusInquiry.people):
                yield from _patient(numbers, level, of_patient)


def _payer(level: int, payer_id: str, name: str) -> list[str]:
    unused = ("",) * 4
    return [
        RULES["2000A", "HL", ""].write(str(level), "", "20", "1"),
        RULES["2100A", "NM1", ""].write("PR", "2", text(name), *unused, "PI", exact(payer_id)),
    ]


def _receiver(level: int, parent: int, envelope: Envelope) -> list[str]:
    unused = ("",) * 4
    name, number = text(envelope.sender_name), exact(envelope.sender_id)
    return [
        RULES["2000B", "HL", ""].write(str(level), str(parent), "21", "1"),
        RULES["2100B", "NM1", ""].write("41", "2", name, *unused, "46", number),
    ]


def _provider(level: int, parent: int, npi: str, entity_type: str, last_name: str, first_name: str) -> list[str]:
    names = text(last_name), text(first_name), "", "", ""
    return [
        RULES["2000C", "HL", ""].write(str(level), str(parent), "19", "1"),
        RULES["2100C", "NM1", ""].write("1P", exact(entity_type), *names, "XX", exact(npi)),
    ]


def _patient(numbers: Iterator[int], provider: int, inquiries: Sequence[StatusInquiry]) -> Iterator[str]:
    """Give the levels of one patient and the loops of all questions about him."""
    subscriber, dependent = inquiries[0].people()
    level = next(numbers)
    trace_number = inquiries[0].trace_number
    yield from blamed(_subscriber(level, provider, subscriber, dependent is not None), trace_number)
    if dependent is not None:
        yield from blamed(_dependent(next(numbers), level, dependent), trace_number)
    for inquiry in inquiries:
        yield from blamed(_question("D" if dependent is None else "E", inquiry), inquiry.trace_number)


def _subscriber(level: int, parent: int, person: Person, has_dependent: bool) -> Iterator[str]:
    yield RULES["2000D", "HL", ""].write(str(level), str(parent), "22", "1" if has_dependent else "0")
    if not has_dependent:
        yield _demographics("2000D", person)
    yield RULES["2100D", "NM1", ""].write("IL", "1", *_names(person), "MI", exact(person.member_id))


def _dependent(level: int, parent: int, person: Person) -> Iterator[str]:
    if person.member_id:
        refuse("WRITE_USAGE", "NM1", "09", "Patient Identifier is not used in a dependent's level")
    yield RULES["2000E", "HL", ""].write(str(level), str(parent), "23")
    yield _demographics("2000E", person)
    yield RULES["2100E", "NM1", ""].write("QC", "1", *_names(person))


def _demographics(loop: str, person: Person) -> str:
    """Give DMG; an unknown sex (U), which this guide does not list, is left out."""
    return RULES[loop, "DMG", ""].write("D8", day(person.birth_date), "" if person.sex == "U" else exact(person.sex))


def _names(person: Person) -> tuple[str, ...]:
    return text(person.last_name), text(person.first_name), text(person.middle_name), "", text(person.suffix)


def _question(letter: str, inquiry: StatusInquiry) -> Iterator[str]:
    """Give loop 2200D or 2200E: trace, identifiers, charge and days of one claim, then its lines."""
    loop = f"2200{letter}"
    yield RULES[loop, "TRN", ""].write("1", exact(inquiry.trace_number))
    for code, field in _NUMBERS.items():
        if number := exact(getattr(inquiry, field)):
            yield RULES[loop, "REF", code].write(code, number)
    if inquiry.charge_cents is not None:
        yield RULES[loop, "AMT", ""].write("T3", money(inquiry.charge_cents))
    if inquiry.service_from_on or inquiry.service_to_on:
        yield RULES[loop, "DTP", ""].write("472", *period(inquiry.service_from_on, inquiry.service_to_on))
    for line in inquiry.lines:
        yield from _line(f"2210{letter}", line)


def _line(loop: str, line: StatusLine) -> Iterator[str]:
    modifiers = [exact(modifier) for modifier in line.modifiers]
    procedure = composite(exact(line.procedure_qualifier), exact(line.procedure_code), *modifiers)
    revenue, units = exact(line.revenue_code), quantity(line.units)
    yield RULES[loop, "SVC", ""].write(procedure, money(line.charge_cents), "", revenue, "", "", units)
    if line.line_control_number:
        yield RULES[loop, "REF", "FJ"].write("FJ", exact(line.line_control_number))
    yield RULES[loop, "DTP", ""].write("472", *period(line.service_from_on, line.service_to_on))
