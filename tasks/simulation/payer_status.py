"""The claim acknowledgments (277CA) of both hops: first the clearinghouse, then the payer.

Source: ASC X12N 005010X214 as pyx12 4.0.0 maps it; category and status codes from the X12 lists 507 and 508.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tasks.simulation.payer_reader import Claim, Party
from tasks.simulation.payer_state import Batch, Record
from tasks.simulation.payer_writer import (
    Sheet,
    composite,
    day,
    money,
    name_segment,
    plain,
    segment,
    transaction_set,
    write_file,
)

VERSION = "005010X214"
ACCEPTED = ("A0", "A1", "A2", "A5", "P2")
RECEIVED = "A1:19:PR"


@dataclass(frozen=True)
class ClaimStatus:
    """What one hop says of one claim: category:status[:entity]."""

    record: Record
    status: str

    @property
    def is_accepted(self) -> bool:
        """Whether the claim goes on."""
        return self.status[:2] in ACCEPTED


def write_277ca(sheet: Sheet, source: Party, answers: Mapping[Batch, Sequence[ClaimStatus]]) -> bytes:
    """Answer the claims of each batch in its own transaction set, all in one file."""
    sets = [
        transaction_set("277", VERSION, place, _body(sheet, source, f"{sheet.control_number}-{place}", batch, statuses))
        for place, (batch, statuses) in enumerate(answers.items(), 1)
    ]
    return write_file(sheet, "HN", VERSION, sets)


def _body(sheet: Sheet, source: Party, reference: str, batch: Batch, statuses: Sequence[ClaimStatus]) -> list[str]:
    lines = [
        segment("BHT", "0085", "08", reference, day(sheet.night), "0600", "TH"),
        segment("HL", 1, "", "20", 1),
        name_segment(source.entity_code, source, source.number_qualifier_code, source.number),
        segment("TRN", 1, reference),
        segment("DTP", "050", "D8", day(batch.received_on)),
        segment("DTP", "009", "D8", day(sheet.night)),
        segment("HL", 2, 1, "21", 1),
        name_segment("41", batch.submitter, "46", plain(batch.submitter.number)),
        segment("TRN", 2, plain(batch.number)),
        segment("STC", RECEIVED, day(sheet.night), "WQ", money(_total(statuses))),
        *_totals(statuses, "90", "AA"),
    ]
    providers: dict[str, list[ClaimStatus]] = {}
    for status in statuses:
        providers.setdefault(status.record.claim.billing.number, []).append(status)
    level = 2
    for group in providers.values():
        lines += _provider(level + 1, group)
        for offset, status in enumerate(group, 2):
            lines += _patient(sheet, level + offset, level + 1, status)
        level += 1 + len(group)
    return lines


def _provider(level: int, statuses: Sequence[ClaimStatus]) -> list[str]:
    return [
        segment("HL", level, 2, "19", 1),
        name_segment("85", statuses[0].record.claim.billing, "XX", statuses[0].record.claim.billing.number),
        segment("TRN", 1, 0),
        segment("STC", RECEIVED, "", "WQ", money(_total(statuses))),
        *_totals(statuses, "QA", "QC"),
    ]


def _patient(sheet: Sheet, level: int, parent: int, status: ClaimStatus) -> list[str]:
    claim = status.record.claim
    action = "WQ" if status.is_accepted else "U"
    number = status.record.payer_claim_number if status.status.startswith(("A2", "P2")) else ""
    trace = plain(claim.clearinghouse_trace_number)
    return [
        segment("HL", level, parent, "PT"),
        name_segment("QC", patient_of(claim), "MI", plain(claim.subscriber.number)),
        segment("TRN", 2, plain(claim.patient_control_number)),
        segment("STC", composite(status.status.split(":")), day(sheet.night), action, money(claim.charge_cents)),
        *([segment("REF", "1K", number)] if number else []),
        *([segment("REF", "D9", trace)] if trace else []),
        _service_dates(claim),
    ]


def _service_dates(claim: Claim) -> str:
    first, last = claim.service_from_on, claim.service_to_on
    if first == last:
        return segment("DTP", "472", "D8", day(first))
    return segment("DTP", "472", "RD8", f"{day(first)}-{day(last)}")


def patient_of(claim: Claim) -> Party:
    """Give the patient: the dependent where there is one, else the subscriber."""
    return claim.patient if claim.patient.last_name else claim.subscriber


def _totals(statuses: Sequence[ClaimStatus], accepted_code: str, rejected_code: str) -> list[str]:
    accepted = [s for s in statuses if s.is_accepted]
    rejected = [s for s in statuses if not s.is_accepted]
    lines = [segment("QTY", code, len(part)) for code, part in ((accepted_code, accepted), (rejected_code, rejected))]
    lines += [segment("AMT", code, money(_total(part))) for code, part in (("YU", accepted), ("YY", rejected))]
    return [line for line, part in zip(lines, (accepted, rejected, accepted, rejected), strict=True) if part]


def _total(statuses: Sequence[ClaimStatus]) -> int:
    return sum(s.record.claim.charge_cents for s in statuses)
