"""Requests for authorization or referral become the bytes of one 278 (005010X217) interchange.

Source: schemas/x12/278.csv is from general knowledge of 005010X217 and the published examples; no source checked it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import count

from tasks.x12.builder import grammar, refuse, terminated
from tasks.x12.builder_envelope import (
    Envelope,
    close_interchange,
    close_transaction,
    open_interchange,
    require_something,
)
from tasks.x12.builder_levels import blamed
from tasks.x12.builder_values import composite, day, exact, money, period, quantity, text

RULES = grammar("278.csv")
VERSION = "005010X217"
_MOST_DIAGNOSES = 12
_MOST_PROVIDERS = 14
"""Source: repeat of loop 2010EA, from general knowledge of the guide; not checked."""


@dataclass(frozen=True, slots=True)
class Party:
    """A provider: code of its role (NM101), name, NPI, taxonomy."""

    role_code: str
    entity_type: str
    last_or_org_name: str
    npi: str
    first_name: str = ""
    middle_name: str = ""
    suffix: str = ""
    taxonomy: str = ""
    specialty_code: str = "PE"


@dataclass(frozen=True, slots=True)
class Member:
    """The subscriber (with his member id) or a dependent (with the code of his relationship); the other of both is refused."""

    last_name: str
    first_name: str
    birth_date: date | None = None
    sex: str | None = None
    member_id: str = ""
    relationship_code: str = ""
    middle_name: str = ""
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """How often: 3 visits (VS) per (modulus) 1 week (WK), for (time period) 26 of 12; what is not said is left out."""

    quantity_code: str = ""
    quantity: Decimal | None = None
    unit_code: str = ""
    modulus: int | None = None
    period_code: str = ""
    period_count: int | None = None


@dataclass(frozen=True, slots=True)
class ReviewService:
    """One professional service that is asked for."""

    procedure_code: str
    modifiers: tuple[str, ...] = ()
    units: Decimal | None = None
    charge_cents: int | None = None
    service_from_on: date | None = None
    service_to_on: date | None = None
    procedure_qualifier: str = "HC"
    unit_code: str = "UN"
    trace_number: str = ""
    delivery: Delivery | None = None


@dataclass(frozen=True, slots=True)
class ReviewRequest:
    """One patient event that needs the payer's word: who asks whom about whom, why, and for which services."""

    trace_number: str
    payer_id: str
    payer_name: str
    requester: Party
    subscriber: Member
    diagnoses: tuple[str, ...]
    services: tuple[ReviewService, ...] = ()
    dependent: Member | None = None
    contact_name: str = ""
    contact_phone: str = ""
    category_code: str = "HS"
    certification_code: str = "I"
    service_type_code: str = ""
    place_of_service: str = ""
    level_of_service_code: str = ""
    release_code: str = "Y"
    authorization_number: str = ""
    reference_number: str = ""
    accident_on: date | None = None
    onset_on: date | None = None
    event_from_on: date | None = None
    event_to_on: date | None = None
    admission_on: date | None = None
    delivery: Delivery | None = None
    message: str = ""
    providers: tuple[Party, ...] = ()
    purpose_code: str = "13"


def write_278(envelope: Envelope, requests: Sequence[ReviewRequest]) -> bytes:
    """Give one interchange with a transaction set for each request: the guide has one patient event in each.

    Units: cents in, decimal amounts out.
    Raises: Fault (WRITE_*), whose claim_id is the trace number, for the first request that cannot be written; without a
    request, WRITE_MISSING.
    """
    require_something(requests, "278")
    segments = open_interchange(envelope, RULES, "HI", VERSION)
    for number, request in enumerate(requests, start=1):
        segments += _transaction(envelope, f"{number:04d}", request)
    segments += close_interchange(envelope, RULES, len(requests))
    return terminated(segments).encode("ascii")


def _transaction(envelope: Envelope, number: str, request: ReviewRequest) -> list[str]:
    originator = f"{envelope.interchange_control_number:09d}{number}"
    purpose = exact(request.purpose_code)
    segments = [
        RULES["", "ST", ""].write("278", number, VERSION),
        RULES["", "BHT", ""].write("0007", purpose, originator, day(envelope.night), envelope.time),
        *blamed(_levels(envelope, request), request.trace_number),
    ]
    return [*segments, close_transaction(RULES, len(segments), number)]


def _levels(envelope: Envelope, request: ReviewRequest) -> Iterator[str]:
    numbers = count(1)
    payer = next(numbers)
    yield RULES["2000A", "HL", ""].write(str(payer), "", "20", "1")
    name = "X3", "2", text(request.payer_name), "", "", "", ""
    yield RULES["2010A", "NM1", ""].write(*name, "PI", exact(request.payer_id))
    requester = next(numbers)
    yield RULES["2000B", "HL", ""].write(str(requester), str(payer), "21", "1")
    yield from _requester(request)
    patient = next(numbers)
    yield from _subscriber(patient, requester, request.subscriber)
    if request.dependent is not None:
        yield from _dependent(patient + 1, patient, request.dependent)
        patient = next(numbers)
    event = next(numbers)
    yield RULES["2000E", "HL", ""].write(str(event), str(patient), "EV", "1" if request.services else "0")
    yield from _event(envelope, request)
    for level, service in zip(numbers, request.services, strict=False):
        yield RULES["2000F", "HL", ""].write(str(level), str(event), "SS", "0")
        yield from _service(envelope, service)


def _requester(request: ReviewRequest) -> Iterator[str]:
    yield _party("2010B", request.requester)
    if request.contact_phone or request.contact_name:
        phone = exact(request.contact_phone)
        if not phone:
            refuse(
                "WRITE_MISSING", "PER", "04", "Requester Contact Communication Number is required: a contact is named"
            )
        yield RULES["2010B", "PER", ""].write("IC", text(request.contact_name), "TE", phone)
    yield from _specialty("2010B", request.requester)


def _party(loop: str, party: Party) -> str:
    names = text(party.last_or_org_name), text(party.first_name), text(party.middle_name), "", text(party.suffix)
    role, kind = exact(party.role_code), exact(party.entity_type)
    return RULES[loop, "NM1", ""].write(role, kind, *names, "XX", exact(party.npi))


def _specialty(loop: str, party: Party) -> Iterator[str]:
    if party.taxonomy:
        code, taxonomy = exact(party.specialty_code), exact(party.taxonomy)
        yield RULES[loop, "PRV", ""].write(code, "PXC", taxonomy)


def _subscriber(level: int, parent: int, member: Member) -> Iterator[str]:
    if member.relationship_code:
        refuse("WRITE_USAGE", "INS", "02", "Individual Relationship Code is not used in the subscriber's level")
    yield RULES["2000C", "HL", ""].write(str(level), str(parent), "22", "1")
    yield RULES["2010C", "NM1", ""].write("IL", "1", *_names(member), "MI", exact(member.member_id))
    if member.birth_date or member.sex:
        yield RULES["2010C", "DMG", ""].write("D8", day(member.birth_date), exact(member.sex))


def _dependent(level: int, parent: int, member: Member) -> Iterator[str]:
    if member.member_id:
        refuse("WRITE_USAGE", "NM1", "09", "Dependent Identifier is not used in a dependent's level")
    yield RULES["2000D", "HL", ""].write(str(level), str(parent), "23", "1")
    yield RULES["2010D", "NM1", ""].write("QC", "1", *_names(member))
    if member.birth_date or member.sex:
        yield RULES["2010D", "DMG", ""].write("D8", day(member.birth_date), exact(member.sex))
    if member.relationship_code:
        yield RULES["2010D", "INS", ""].write("N", exact(member.relationship_code))


def _names(member: Member) -> tuple[str, ...]:
    return text(member.last_name), text(member.first_name), text(member.middle_name), "", text(member.suffix)


def _event(envelope: Envelope, request: ReviewRequest) -> Iterator[str]:
    """Give loop 2000E and its providers."""
    yield _trace("2000E", envelope, request.trace_number)
    yield _review(request)
    for code, number in (("BB", request.authorization_number), ("NT", request.reference_number)):
        if number:
            yield RULES["2000E", "REF", code].write(code, exact(number))
    yield from _dates(request)
    yield from _diagnoses(request.diagnoses)
    yield from _delivery("2000E", request.delivery)
    if request.message:
        yield RULES["2000E", "MSG", ""].write(text(request.message))
    if len(request.providers) > _MOST_PROVIDERS:
        refuse("WRITE_REPEAT", "NM1", "", f"the event has {len(request.providers)} providers, at most 14")
    for party in request.providers:
        yield _party("2010E", party)
        yield from _specialty("2010E", party)


def _review(request: ReviewRequest) -> str:
    place = composite(exact(request.place_of_service), "B") if request.place_of_service else ""
    codes = exact(request.category_code), exact(request.certification_code), exact(request.service_type_code)
    level, release = exact(request.level_of_service_code), exact(request.release_code)
    return RULES["2000E", "UM", ""].write(*codes, place, "", level, "", "", release)


def _dates(request: ReviewRequest) -> Iterator[str]:
    days = {"439": request.accident_on, "431": request.onset_on}
    for code, on in days.items():
        if on:
            yield RULES["2000E", "DTP", code].write(code, "D8", day(on))
    if request.event_from_on or request.event_to_on:
        yield RULES["2000E", "DTP", "AAH"].write("AAH", *period(request.event_from_on, request.event_to_on))
    if request.admission_on:
        yield RULES["2000E", "DTP", "435"].write("435", "D8", day(request.admission_on))


def _diagnoses(codes: Sequence[str]) -> Iterator[str]:
    if len(codes) > _MOST_DIAGNOSES:
        refuse("WRITE_REPEAT", "HI", "12-2", f"the event has {len(codes)} diagnoses, 12 are allowed")
    if codes:
        qualifiers = ("ABK", *("ABF",) * len(codes))
        yield RULES["2000E", "HI", ""].write(*(f"{q}:{exact(c)}" for q, c in zip(qualifiers, codes, strict=False)))


def _delivery(loop: str, delivery: Delivery | None) -> Iterator[str]:
    if delivery is not None:
        yield RULES[loop, "HSD", ""].write(
            exact(delivery.quantity_code), quantity(delivery.quantity), exact(delivery.unit_code),
            quantity(delivery.modulus), exact(delivery.period_code), quantity(delivery.period_count),
        )  # fmt: skip


def _service(envelope: Envelope, service: ReviewService) -> Iterator[str]:
    if service.trace_number:
        yield _trace("2000F", envelope, service.trace_number)
    if service.service_from_on or service.service_to_on:
        when = period(service.service_from_on, service.service_to_on)
        yield RULES["2000F", "DTP", ""].write("472", *when)
    modifiers = [exact(modifier) for modifier in service.modifiers]
    procedure = composite(exact(service.procedure_qualifier), exact(service.procedure_code), *modifiers)
    unit = "" if service.units is None else exact(service.unit_code)
    yield RULES["2000F", "SV1", ""].write(procedure, money(service.charge_cents), unit, quantity(service.units))
    yield from _delivery("2000F", service.delivery)


def _trace(loop: str, envelope: Envelope, trace_number: str) -> str:
    """Give TRN; its assigning entity is 9 and the last nine characters of the sender's id, zeros before."""
    sender = f"9{exact(envelope.sender_id)[-9:]:0>9}"
    return RULES[loop, "TRN", ""].write("1", exact(trace_number), sender)
