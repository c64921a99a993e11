"""The synthetic payer's own reader: transaction sets in, plain claims (837P) and inquiries (270) out.

It cuts a transaction at its loop heads and looks for segments by name; it shares no line with tasks/x12.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from tasks.simulation.payer_envelope import Problem, Segment, Transaction, element, reference, split_at


@dataclass(frozen=True)
class Party:
    """A person or an organisation as an NM1 segment names it."""

    entity_code: str = ""
    kind_code: str = ""
    last_name: str = ""
    first_name: str = ""
    middle_name: str = ""
    suffix: str = ""
    number_qualifier_code: str = ""
    number: str = ""


@dataclass(frozen=True)
class Line:
    """One service line. `procedure` is the whole SV101: qualifier, code, modifiers.

    Units: cents. `prior_patient_cents` is what an earlier payer left to the patient, -1 where none has decided.
    """

    line_number: str
    procedure: tuple[str, ...]
    charge_cents: int
    units: str
    service_from_on: date
    service_to_on: date
    authorization_number: str = ""
    prior_patient_cents: int = -1

    @property
    def procedure_code(self) -> str:
        """The code without its qualifier and modifiers."""
        return self.procedure[1] if len(self.procedure) > 1 else ""


@dataclass(frozen=True)
class Claim:
    """One claim as it was sent, with the parties of the loops above it."""

    patient_control_number: str
    charge_cents: int
    place_code: str
    frequency_code: str
    sequence_code: str
    filing_code: str
    payer_id: str
    payer_name: str
    billing: Party
    tax_number: str
    subscriber: Party
    patient: Party
    rendering: Party
    original_number: str
    clearinghouse_trace_number: str
    authorization_number: str
    diagnoses: tuple[str, ...]
    lines: tuple[Line, ...]

    @property
    def service_from_on(self) -> date:
        """The first day of service."""
        return min(line.service_from_on for line in self.lines)

    @property
    def service_to_on(self) -> date:
        """The last day of service."""
        return max(line.service_to_on for line in self.lines)


@dataclass(frozen=True)
class Inquiry:
    """One eligibility question: who asks whom about whom, and the segments to be echoed."""

    payer: Party
    provider: Party
    subscriber: Party
    dependent: Party
    traces: tuple[tuple[str, ...], ...]
    demographics: tuple[str, ...]
    dates: tuple[tuple[str, ...], ...]
    questions: tuple[tuple[str, ...], ...]


class UnreadableError(ValueError):
    """A value of a transaction set that is not what its place wants."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.segment_code)
        self.problem = problem


def read_claims(transaction: Transaction) -> list[Claim]:
    """Give the claims of an 837P in order.

    Raises: UnreadableError at the first value that cannot be read.
    """
    billing, tax_number = Party(), ""
    subscriber_head: list[Segment] = []
    claims: list[Claim] = []
    for block in split_at(transaction.segments, "HL")[1:]:
        head, *claim_blocks = split_at(block, "CLM")
        level = element(block[0], 3)
        if level == "20":
            billing, tax_number = party(head, "85"), reference(head, "EI")
        elif level == "22":
            subscriber_head = head
        patient = party(head, "QC") if level == "23" else Party()
        for claim_block in claim_blocks:
            above = _Above(transaction, billing, tax_number, subscriber_head, patient)
            claims.append(_claim(above, claim_block))
    return claims


@dataclass(frozen=True)
class _Above:
    transaction: Transaction
    billing: Party
    tax_number: str
    subscriber_head: list[Segment]
    patient: Party


def _claim(above: _Above, block: list[Segment]) -> Claim:
    claim_part, *line_blocks = split_at(block, "LX")
    own = split_at(claim_part, "SBR")[0]  # loops 2320 name other payers: theirs is not ours
    head, transaction = block[0], above.transaction
    place = (element(head, 5) + transaction.component_separator * 2).split(transaction.component_separator)
    sbr = next((s for s in above.subscriber_head if s[0] == "SBR"), [""])
    payer = party(above.subscriber_head, "PR")
    if not line_blocks:
        raise UnreadableError(Problem("LX", _position(transaction, head) + 1, "2400", "3"))
    return Claim(
        patient_control_number=element(head, 1),
        charge_cents=_cents(transaction, head, 2, "2300", "782"),
        place_code=place[0],
        frequency_code=place[2],
        sequence_code=element(sbr, 1),
        filing_code=element(sbr, 9),
        payer_id=payer.number,
        payer_name=payer.last_name,
        billing=above.billing,
        tax_number=above.tax_number,
        subscriber=party(above.subscriber_head, "IL"),
        patient=above.patient,
        rendering=party(own, "82"),
        original_number=reference(own, "F8"),
        clearinghouse_trace_number=reference(own, "D9"),
        authorization_number=reference(own, "G1"),
        diagnoses=tuple(e for s in own if s[0] == "HI" for e in s[1:]),
        lines=tuple(_line(transaction, part) for part in line_blocks),
    )


def _line(transaction: Transaction, block: list[Segment]) -> Line:
    own, *prior = split_at(block, "SVD")
    service = next((s for s in own if s[0] == "SV1"), None)
    if service is None:
        raise UnreadableError(Problem("SV1", _position(transaction, block[0]) + 1, "2400", "3"))
    when = next((s for s in own if s[:2] == ["DTP", "472"]), None)
    if when is None:
        raise UnreadableError(Problem("DTP", _position(transaction, service) + 1, "2400", "3"))
    days = element(when, 3).split("-")
    return Line(
        line_number=reference(own, "6R"),
        procedure=tuple(element(service, 1).split(transaction.component_separator)),
        charge_cents=_cents(transaction, service, 2, "2400", "782"),
        units=element(service, 4) or "1",
        service_from_on=_day(transaction, when, days[0]),
        service_to_on=_day(transaction, when, days[-1]),
        authorization_number=reference(own, "G1"),
        prior_patient_cents=_prior_patient_cents(transaction, prior),
    )


def _prior_patient_cents(transaction: Transaction, blocks: list[list[Segment]]) -> int:
    if not blocks:
        return -1
    adjustments = [s for s in blocks[-1] if s[:2] == ["CAS", "PR"]]
    return sum(_cents(transaction, s, place, "2430", "782") for s in adjustments for place in range(3, len(s), 3))


def read_inquiries(transaction: Transaction) -> list[Inquiry]:
    """Give the questions of a 270 in order: one for each subscriber or dependent that has an EQ."""
    payer, provider, subscriber = Party(), Party(), Party()
    inquiries: list[Inquiry] = []
    for block in split_at(transaction.segments, "HL")[1:]:
        level = element(block[0], 3)
        if level == "20":
            payer = party(block, "PR")
        elif level == "21":
            provider = party(block, "1P")
        elif level == "22":
            subscriber = party(block, "IL")
        if level in ("22", "23") and any(s[0] == "EQ" for s in block):
            dependent = party(block, "03") if level == "23" else Party()
            inquiries.append(_inquiry(payer, provider, subscriber, dependent, block))
    return inquiries


def _inquiry(payer: Party, provider: Party, subscriber: Party, dependent: Party, block: list[Segment]) -> Inquiry:
    return Inquiry(
        payer=payer,
        provider=provider,
        subscriber=subscriber,
        dependent=dependent,
        traces=tuple(tuple(s) for s in block if s[0] == "TRN"),
        demographics=next((tuple(s) for s in block if s[0] == "DMG"), ()),
        dates=tuple(tuple(s) for s in block if s[0] == "DTP"),
        questions=tuple(tuple(s) for s in block if s[0] == "EQ"),
    )


def party(segments: Iterable[Segment], entity_code: str) -> Party:
    """Give the first NM1 of this entity, an empty party where there is none."""
    found = next((s for s in segments if s[0] == "NM1" and element(s, 1) == entity_code), None)
    return Party() if found is None else Party(*(element(found, place) for place in (1, 2, 3, 4, 5, 7, 8, 9)))


def _cents(transaction: Transaction, segment: Segment, place: int, loop: str, element_number: str) -> int:
    value = element(segment, place)
    whole, _, fraction = value.partition(".")
    if not (whole + fraction).isdecimal() or len(fraction.rstrip("0")) > 2 or len(value) > 18:
        where = (segment[0], _position(transaction, segment), loop, "8")
        raise UnreadableError(Problem(*where, str(place), element_number, "6", value))
    return int(whole or "0") * 100 + int(f"{fraction:0<2}"[:2])


def _day(transaction: Transaction, segment: Segment, text: str) -> date:
    try:
        if len(text) != 8 or not text.isdecimal():
            raise ValueError(text)
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        where = (segment[0], _position(transaction, segment), "2400", "8")
        raise UnreadableError(Problem(*where, "3", "1251", "8", text)) from None


def _position(transaction: Transaction, segment: Segment) -> int:
    return next(i for i, other in enumerate(transaction.segments, 1) if other is segment)
