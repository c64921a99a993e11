"""Professional claims become the bytes of one 837P (005010X222A1) interchange.

Holds: the same rows give the same bytes; every claim's bytes are known; what breaks the table of elements never leaves.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tasks.x12.builder import WriteFault, refuse
from tasks.x12.builder_envelope import (
    Envelope,
    close_interchange,
    close_transaction,
    open_interchange,
    submitter_and_receiver,
)
from tasks.x12.builder_values import day
from tasks.x12.professional_claim import claim_loops
from tasks.x12.professional_people import billing_loops, patient_loops, subscriber_loops
from tasks.x12.professional_rows import RULES, ClaimRows

__all__ = ["ClaimRows", "ClaimSpan", "Envelope", "Written", "write_837p"]

VERSION = "005010X222A1"
MOST_CLAIMS = 5_000
"""Claims of one transaction set. Source: the guide's recommendation; domain notes, section 3, as general knowledge."""

MOST_CLAIMS_OF_A_PATIENT = 100
"""Claims under one HL. Source: repeat of loop 2300 in 005010X222A1, as pyx12's map has it."""


@dataclass(frozen=True, slots=True)
class ClaimSpan:
    """Where one claim stands: the bytes from its CLM to the end of its last segment, terminator included."""

    claim_id: str
    claim_version: int
    transaction_control_number: str
    byte_start: int
    byte_end: int


@dataclass(frozen=True, slots=True)
class Written:
    """An interchange and the place of each of its claims, in the order of the file."""

    content: bytes
    spans: tuple[ClaimSpan, ...]


@dataclass(slots=True)
class _Tape:
    """The text written so far."""

    parts: list[str] = field(default_factory=list)
    segments: int = 0
    length: int = 0

    def add(self, segments: Sequence[str]) -> tuple[int, int]:
        """Append segments and give their first byte and the byte after them."""
        text = "~".join(segments) + "~"
        start = self.length
        self.parts.append(text)
        self.segments += len(segments)
        self.length += len(text)
        return start, self.length


def write_837p(envelope: Envelope, claims: Sequence[ClaimRows]) -> Written:
    """Give one interchange with all claims, grouped by billing provider, subscriber and patient.

    Units: cents in, decimal amounts out.
    Holds: groups and claims stand in order of arrival; a transaction set has at most 5,000 claims.
    Raises: Fault (WRITE_*, with claim_id) for the first claim that cannot be written.
    """
    tape = _Tape()
    tape.add(open_interchange(envelope, RULES, "HC", VERSION))
    spans: list[ClaimSpan] = []
    starts = range(0, len(claims), MOST_CLAIMS)
    for number, start in enumerate(starts, start=1):
        _write_transaction(tape, envelope, f"{number:04d}", claims[start : start + MOST_CLAIMS], spans)
    tape.add(close_interchange(envelope, RULES, len(starts)))
    return Written("".join(tape.parts).encode("ascii"), tuple(spans))


@dataclass(slots=True)
class _Level:
    """One hierarchical level: its segments after HL, its claims, and the levels below it by their segments."""

    segments: tuple[str, ...] = ()
    claims: list[tuple[ClaimRows, list[str]]] = field(default_factory=list)
    below: dict[tuple[object, ...], "_Level"] = field(default_factory=dict)

    def level(self, segments: Sequence[str], part: int = 0) -> "_Level":
        """Give the level below with these segments, made where it is not there yet."""
        return self.below.setdefault((part, *segments), _Level(tuple(segments)))


def _write_transaction(
    tape: _Tape, envelope: Envelope, number: str, claims: Sequence[ClaimRows], spans: list[ClaimSpan]
) -> None:
    tree, billers = _Level(), _Billers()
    for claim in claims:
        _hang(tree, billers, claim)
    before = tape.segments
    originator = f"{envelope.interchange_control_number:09d}{number}"
    today = day(envelope.night)
    tape.add([RULES["", "ST", ""].write("837", number, VERSION)])
    tape.add([RULES["", "BHT", ""].write("0019", "00", originator, today, envelope.time, "CH")])
    tape.add(submitter_and_receiver(envelope, RULES))
    _write_levels(tape, tree, number, spans)
    tape.add([close_transaction(RULES, tape.segments - before, number)])


class _Billers(dict[tuple[object, ...], list[str]]):
    """Loops 2000A to 2010AC already made, by the providers' mapping (which lives as long as the claims) and its keys."""

    def loops(self, claim: ClaimRows) -> list[str]:
        """Give the loops of this claim's billing provider, made once."""
        keys = map(claim.encounter.get, ("billing_provider_key", "pay_to_key", "pay_to_plan_key"))
        key = (id(claim.providers), *keys)
        if key not in self:
            self[key] = billing_loops(claim)
        return self[key]


def _hang(tree: _Level, billers: _Billers, claim: ClaimRows) -> None:
    """Put a claim under its billing provider, subscriber and patient: equal segments are the same level."""
    try:
        billing, subscriber, patient = billers.loops(claim), subscriber_loops(claim), patient_loops(claim)
        segments = claim_loops(claim)
        _check_total(claim)
    except WriteFault as fault:
        fault.claim_id = claim.version["claim_id"]
        fault.message = f"claim {fault.claim_id}: {fault.message}"
        raise
    provider_level = tree.level(billing)
    part = 0
    while True:
        level = provider_level.level(subscriber, part)
        level = level.level(patient) if patient else level
        if len(level.claims) < MOST_CLAIMS_OF_A_PATIENT:
            break
        part += 1
    level.claims.append((claim, segments))


def _check_total(claim: ClaimRows) -> None:
    """Pass a claim whose total is the sum of its lines."""
    difference = claim.version["total_charge_cents"] - sum(line["charge_cents"] for line in claim.lines)
    if difference:
        refuse("WRITE_UNBALANCED", "CLM", "02", f"total charge less the lines' charges is {difference} cents")


def _write_levels(tape: _Tape, tree: _Level, transaction: str, spans: list[ClaimSpan]) -> None:
    number = 0
    for billing in tree.below.values():
        number += 1
        provider_number = str(number)
        tape.add([RULES["2000A", "HL", ""].write(provider_number, "", "20", "1"), *billing.segments])
        for subscriber in billing.below.values():
            number += 1
            parent = str(number)
            has_child = "1" if subscriber.below else "0"
            start = RULES["2000B", "HL", ""].write(parent, provider_number, "22", has_child)
            tape.add([start, *subscriber.segments])
            _write_claims(tape, subscriber, transaction, spans)
            for patient in subscriber.below.values():
                number += 1
                start = RULES["2000C", "HL", ""].write(str(number), parent, "23", "0")
                tape.add([start, *patient.segments])
                _write_claims(tape, patient, transaction, spans)


def _write_claims(tape: _Tape, level: _Level, transaction: str, spans: list[ClaimSpan]) -> None:
    for claim, segments in level.claims:
        start, end = tape.add(segments)
        version = claim.version
        spans.append(ClaimSpan(version["claim_id"], version["claim_version"], transaction, start, end))
