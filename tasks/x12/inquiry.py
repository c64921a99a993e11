"""Questions about coverage become the bytes of one 270 (005010X279A1) interchange."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from tasks.x12.builder import grammar, refuse
from tasks.x12.builder_envelope import Envelope
from tasks.x12.builder_levels import Inquiries, blamed, grouped, write_inquiries
from tasks.x12.builder_values import day, exact, text

RULES = grammar("270.csv")
VERSION = "005010X279A1"
MOST_INQUIRIES = 99
"""Patients of one transaction set in a batch. Source: general knowledge of the guide, section not checked."""


_PLAN_COVERAGE = "30"
_SEXES = ("F", "M")
_SELF = "18"
_OTHER_ADULT = "34"
_RELATIONSHIPS = ("01", "19", _OTHER_ADULT)


@dataclass(frozen=True, slots=True)
class Inquiry:
    """One question: is this member (or the dependent of this member) covered by this payer on this day?

    Holds: a question of which any field of the dependent is filled is about the dependent, never about the subscriber.
    """

    trace_number: str
    payer_id: str
    payer_name: str
    provider_npi: str
    provider_last_or_org_name: str
    provider_entity_type: str
    subscriber_last_name: str
    subscriber_first_name: str
    member_id: str
    birth_date: date | None
    sex: str | None
    service_on: date
    dependent_last_name: str | None = None
    dependent_first_name: str | None = None
    dependent_birth_date: date | None = None
    dependent_sex: str | None = None
    relationship_code: str = ""

    def is_about_dependent(self) -> bool:
        """Say whether anything is given of a dependent; the subscriber's own relationship (18) is nothing of one."""
        names = self.dependent_last_name, self.dependent_first_name
        is_given = any(names) or self.dependent_birth_date or self.dependent_sex
        return bool(is_given) or self.relationship_code not in ("", _SELF)

    def payer(self) -> tuple[str, ...]:
        """Give what two questions to the same payer share."""
        return self.payer_id, self.payer_name

    def provider(self) -> tuple[str, ...]:
        """Give what two questions of the same provider share."""
        return self.provider_npi, self.provider_last_or_org_name, self.provider_entity_type


def write_270(envelope: Envelope, inquiries: Sequence[Inquiry]) -> bytes:
    """Give one interchange with all questions, grouped by payer and provider in order of arrival.

    Holds: a transaction set has at most 99 questions; birth dates and sexes of the subscriber stand where he is the one
    asked about.
    Raises: Fault (WRITE_*), whose claim_id is the trace number, for the first question that cannot be written; of
    questions to one payer or of one provider that cannot be written, the first.
    """
    guide = Inquiries("HS", "270", "0022", VERSION, MOST_INQUIRIES)
    return write_inquiries(envelope, RULES, guide, inquiries, _levels)


def _levels(envelope: Envelope, inquiries: Sequence[Inquiry]) -> list[str]:
    segments: list[str] = []
    level = 0
    for payer, of_payer in grouped(inquiries, Inquiry.payer):
        level += 1
        payer_level = level
        segments += blamed(_payer(payer_level, *payer), of_payer[0].trace_number)
        for provider, of_provider in grouped(of_payer, Inquiry.provider):
            level += 1
            provider_level = level
            segments += blamed(_provider(provider_level, payer_level, *provider), of_provider[0].trace_number)
            for inquiry in of_provider:
                segments += blamed(_question(envelope, level + 1, provider_level, inquiry), inquiry.trace_number)
                level += 2 if inquiry.is_about_dependent() else 1
    return segments


def _payer(level: int, payer_id: str, name: str) -> Iterator[str]:
    unused = ("",) * 4
    yield RULES["2000A", "HL", ""].write(str(level), "", "20", "1")
    yield RULES["2100A", "NM1", ""].write("PR", "2", text(name), *unused, "PI", exact(payer_id))


def _provider(level: int, parent: int, npi: str, name: str, entity_type: str) -> Iterator[str]:
    unused = ("",) * 4
    yield RULES["2000B", "HL", ""].write(str(level), str(parent), "21", "1")
    yield RULES["2100B", "NM1", ""].write("1P", exact(entity_type), text(name), *unused, "XX", exact(npi))


def _question(envelope: Envelope, level: int, parent: int, inquiry: Inquiry) -> Iterator[str]:
    subscriber = _subscriber(level, parent, inquiry)
    if inquiry.is_about_dependent():
        yield from subscriber
        yield from _dependent(envelope, level + 1, level, inquiry)
        return
    head, name = subscriber
    yield from (head, _trace("2000C", envelope, inquiry), name)
    yield from _demographics("C", inquiry.birth_date, inquiry.sex)
    yield from _asked("C", inquiry.service_on)


def _subscriber(level: int, parent: int, inquiry: Inquiry) -> list[str]:
    has_child = "1" if inquiry.is_about_dependent() else "0"
    last, first = text(inquiry.subscriber_last_name), text(inquiry.subscriber_first_name)
    return [
        RULES["2000C", "HL", ""].write(str(level), str(parent), "22", has_child),
        RULES["2100C", "NM1", ""].write("IL", "1", last, first, "", "", "", "MI", exact(inquiry.member_id)),
    ]


def _dependent(envelope: Envelope, level: int, parent: int, inquiry: Inquiry) -> Iterator[str]:
    """Give loop 2000D; relationships that the guide does not list are another adult (34), none is said where none is given.

    Source: that both names are needed is our rule: the guide leaves NM103 and NM104 to the situation, and no payer finds
    a dependent without them.
    """
    last, first = text(inquiry.dependent_last_name), text(inquiry.dependent_first_name)
    for place, word, name in (("03", "Last", last), ("04", "First", first)):
        if not name:
            refuse("WRITE_MISSING", "NM1", place, f"Dependent {word} Name is required where a dependent is asked about")
    yield RULES["2000D", "HL", ""].write(str(level), str(parent), "23", "0")
    yield _trace("2000D", envelope, inquiry)
    yield RULES["2100D", "NM1", ""].write("03", "1", last, first)
    yield from _demographics("D", inquiry.dependent_birth_date, inquiry.dependent_sex)
    yield from _relationship(inquiry.relationship_code)
    yield from _asked("D", inquiry.service_on)


def _relationship(code: str) -> Iterator[str]:
    if code == _SELF:
        refuse(
            "WRITE_USAGE", "INS", "02", "Individual Relationship Code says that the dependent is the subscriber (18)"
        )
    if code:
        yield RULES["2100D", "INS", ""].write("N", code if code in _RELATIONSHIPS else _OTHER_ADULT)


def _trace(loop: str, envelope: Envelope, inquiry: Inquiry) -> str:
    """Give TRN; its assigning entity is 9 and the last nine characters of the sender's id, zeros before."""
    sender = f"9{exact(envelope.sender_id)[-9:]:0>9}"
    return RULES[loop, "TRN", ""].write("1", exact(inquiry.trace_number), sender)


def _demographics(letter: str, birth_date: date | None, sex: str | None) -> list[str]:
    """Give DMG; a sex that the guide does not list (U) is left out."""
    known_sex = sex if sex in _SEXES else ""
    if not (birth_date or known_sex):
        return []
    return [RULES[f"2100{letter}", "DMG", ""].write("D8" if birth_date else "", day(birth_date), known_sex or "")]


def _asked(letter: str, service_on: date) -> list[str]:
    return [
        RULES[f"2100{letter}", "DTP", "291"].write("291", "D8", day(service_on)),
        RULES[f"2110{letter}", "EQ", ""].write(_PLAN_COVERAGE),
    ]
