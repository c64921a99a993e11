"""Professional claims become the bytes of one 837P (005010X222A1) interchange.

Holds: the same rows give the same bytes; every claim's bytes are known; what breaks the table of elements never leaves.
"""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from operator import itemgetter
from typing import NamedTuple

from tasks.x12.builder import WriteFault, refuse, terminated
from tasks.x12.builder_envelope import (
    Envelope,
    close_interchange,
    close_transaction,
    open_interchange,
    submitter_and_receiver,
)
from tasks.x12.builder_values import Row, day
from tasks.x12.professional_claim import claim_loops
from tasks.x12.professional_line import line_loops
from tasks.x12.professional_other_payer import check_decided
from tasks.x12.professional_parties import Parties
from tasks.x12.professional_rows import RULES, ClaimRows

__all__ = ["ClaimRows", "ClaimSpan", "Envelope", "Written", "write_837p"]

VERSION = "005010X222A1"
_CHARGE, _ID = itemgetter("charge_cents"), itemgetter("claim_id", "claim_version")
MOST_CLAIMS = 5_000
"""Claims of one transaction set. Source: the guide's recommendation; domain notes, section 3, as general knowledge."""

MOST_CLAIMS_OF_A_PATIENT = 100
"""Claims under one HL. Source: repeat of loop 2300 in 005010X222A1, as pyx12's map has it."""

_CLAIMS_AT_ONCE = 200
"""Measured: rows of so many stay near the processor from step to step, a tenth more claims a second than with 5,000 (with 50: 4 %)."""


class ClaimSpan(NamedTuple):
    """Where one claim stands: the bytes from its CLM to the end of its last segment, terminator included."""

    claim_id: str
    claim_version: int
    transaction_control_number: str
    byte_start: int
    byte_end: int


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the cyclic collector from walking a hundred thousand claims: what is made here has no cycles."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@dataclass(frozen=True, slots=True)
class Written:
    """An interchange and the place of each of its claims, in the order of the file."""

    content: bytes
    spans: tuple[ClaimSpan, ...]


@_uncollected()
def write_837p(envelope: Envelope, claims: Sequence[ClaimRows]) -> Written:
    """Give one interchange with all claims, grouped by billing provider, subscriber and patient.

    Units: cents in, decimal amounts out.
    Holds: groups and claims stand in order of arrival; a transaction set has at most 5,000 claims.
    Raises: Fault (WRITE_*, with claim_id) for the first claim that cannot be written; without, for none or one that stands twice.
    """
    if not claims:
        refuse("WRITE_MISSING", "CLM", "", "Claim Information: a batch of no claims is no interchange")
    _check_once(claims)
    tape, parties = _Tape(), Parties()
    tape.add(terminated(open_interchange(envelope, RULES, "HC", VERSION)))
    starts = range(0, len(claims), MOST_CLAIMS)
    for number, start in enumerate(starts, start=1):
        tree, of_set = _Level(), claims[start : start + MOST_CLAIMS]
        for first in range(0, len(of_set), _CLAIMS_AT_ONCE):
            _hang(tree, parties, of_set[first : first + _CLAIMS_AT_ONCE])
        _write_transaction(tape, envelope, f"{number:04d}", tree)
    tape.add(terminated(close_interchange(envelope, RULES, len(starts))))
    return Written("".join(tape.parts).encode("ascii"), tuple(tape.spans))


def _check_once(claims: Sequence[ClaimRows]) -> None:
    """Pass claims of which none stands twice.

    Raises: Fault (WRITE_REPEAT): the payer would be asked for its money twice.
    """
    seen = set[object]()
    for version in (claim.version for claim in claims):
        if version["claim_id"] in seen:
            rule = f"claim {version['claim_id']} stands twice in the batch"
            refuse("WRITE_REPEAT", "CLM", "01", f"Patient Control Number: {rule}")
        seen.add(version["claim_id"])


@dataclass(slots=True)
class _Tape:
    """The text written so far, and where its claims stand."""

    parts: list[str] = field(default_factory=list)
    length: int = 0
    spans: list[ClaimSpan] = field(default_factory=list)

    def add(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)

    def add_claims(self, claims: Sequence[tuple[Row, str]], transaction: str) -> None:
        start = self.length
        for version, text in claims:
            end = start + len(text)
            claim_id, claim_version = _ID(version)
            self.spans.append(ClaimSpan(claim_id, claim_version, transaction, start, end))
            self.parts.append(text)
            start = end
        self.length = start


class _Level:
    """One hierarchical level: its text after HL, its claims' versions and text, and the levels below it by their text."""

    __slots__ = ("below", "claims", "text")

    def __init__(self, text: str = "") -> None:
        self.text = text
        self.claims: list[tuple[Row, str]] = []
        self.below: dict[str | tuple[str, int], _Level] = {}

    def level(self, text: str, part: int = 0) -> "_Level":
        """Give the level below with this text, made where it is not there yet."""
        key = (text, part) if part else text
        found = self.below.get(key)
        if found is None:
            found = self.below[key] = _Level(text)
        return found


def _hang(tree: _Level, parties: Parties, claims: Sequence[ClaimRows]) -> None:
    """Put claims under their billing providers, subscribers and patients: equal segments are the same level.

    Holds: one step is taken for all of them before the next, which is faster than claim by claim.
    Raises: Fault of the first claim that cannot be written, with its id.
    """
    try:
        coverages = [claim.destination() for claim in claims]
        providers = [parties.providers(claim) for claim in claims]
        people = list(map(parties.people, claims, coverages))
        heads = [
            claim_loops(claim, coverage, loops)
            for claim, coverage, (_, loops) in zip(claims, coverages, providers, strict=True)
        ]
        lines = list(map(line_loops, claims))
        for claim in claims:
            _check_total(claim)
            if len(claim.coverages) > 1:
                check_decided(claim)
    except WriteFault as fault:
        if len(claims) > 1:
            for claim in claims:
                _hang(tree, parties, [claim])
        else:
            fault.claim_id = claims[0].version["claim_id"]
            fault.message = f"claim {fault.claim_id}: {fault.message}"
        raise
    for claim, (billing, _), (subscriber, patient), head, loops in zip(
        claims, providers, people, heads, lines, strict=True
    ):
        _level(tree.level(billing), subscriber, patient).claims.append((claim.version, head + loops))


def _level(provider: _Level, subscriber: str, patient: str) -> _Level:
    """Give the level of a patient that has room for one more claim."""
    part = 0
    while True:
        level = provider.level(subscriber, part)
        level = level.level(patient) if patient else level
        if len(level.claims) < MOST_CLAIMS_OF_A_PATIENT:
            return level
        part += 1


def _check_total(claim: ClaimRows) -> None:
    """Pass a claim whose total is the sum of its lines."""
    difference = claim.version["total_charge_cents"] - sum(map(_CHARGE, claim.lines))
    if difference:
        refuse("WRITE_UNBALANCED", "CLM", "02", f"total charge less the lines' charges is {difference} cents")


def _write_transaction(tape: _Tape, envelope: Envelope, number: str, tree: _Level) -> None:
    first = len(tape.parts)
    originator = f"{envelope.interchange_control_number:09d}{number}"
    today = day(envelope.night)
    start = [
        RULES["", "ST", ""].write("837", number, VERSION),
        RULES["", "BHT", ""].write("0019", "00", originator, today, envelope.time, "CH"),
        *submitter_and_receiver(envelope, RULES),
    ]
    tape.add(terminated(start))
    _write_levels(tape, tree, number)
    segments = sum(part.count("~") for part in tape.parts[first:])
    tape.add(terminated([close_transaction(RULES, segments, number)]))


def _write_levels(tape: _Tape, tree: _Level, transaction: str) -> None:
    number = 0
    for billing in tree.below.values():
        number += 1
        provider = number
        tape.add(f"HL*{provider}**20*1~{billing.text}")
        for subscriber in billing.below.values():
            number += 1
            parent = number
            tape.add(f"HL*{parent}*{provider}*22*{1 if subscriber.below else 0}~{subscriber.text}")
            tape.add_claims(subscriber.claims, transaction)
            for patient in subscriber.below.values():
                number += 1
                tape.add(f"HL*{number}*{parent}*23*0~{patient.text}")
                tape.add_claims(patient.claims, transaction)
