"""The remittance advice (835) of the synthetic payer.

Holds: BPR02 = sum of CLP04 - sum of PLB amounts, and BPR02 is never negative.
Source: ASC X12N 005010X221A1 as pyx12 4.0.0 maps it; balancing and PLB signs: domain notes, section 2.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tasks.simulation.payer_adjudication import REVERSED, Adjustment, ClaimDecision, LineDecision
from tasks.simulation.payer_reader import Claim, Party
from tasks.simulation.payer_state import Batch
from tasks.simulation.payer_status import patient_of
from tasks.simulation.payer_writer import Sheet, composite, day, money, name_segment, plain, segment, transaction_set

VERSION = "005010X221A1"
FILING_CODES = {"12", "13", "14", "15", "16", "17", "AM", "CH", "DS", "HM", "LM", "MA", "MB", "MC", "OF", "TV", "VA"}
OTHER_FILING_CODE = "12"
ROUTING_NUMBER = "999999992"
ACCOUNT_NUMBER = "100200300"


@dataclass(frozen=True)
class Remit:
    """One CLP: a claim, what was decided, under which of the payer's numbers."""

    claim: Claim
    batch: Batch
    payer_claim_number: str
    decision: ClaimDecision
    original_number: str = ""


@dataclass(frozen=True)
class ProviderAdjustment:
    """One PLB pair: positive takes from the payment, negative adds to it."""

    code: str
    reference: str
    amount_cents: int


@dataclass(frozen=True)
class Remittance:
    """One payment (or notice) of one payer to one provider."""

    payer: Party
    originator_number: str
    payee: Party
    tax_number: str
    trace_number: str
    remits: tuple[Remit, ...]
    adjustments: tuple[ProviderAdjustment, ...]

    @property
    def paid_cents(self) -> int:
        """What the bank moves."""
        return sum(r.decision.paid_cents for r in self.remits) - sum(a.amount_cents for a in self.adjustments)


def remittance_set(sheet: Sheet, place: int, remittance: Remittance) -> list[str]:
    """Write one 835 transaction set."""
    lines = [*_payment(sheet, remittance), *_payer(remittance), *_payee(remittance)]
    if remittance.remits:
        lines.append(segment("LX", 1))
    for remit in remittance.remits:
        lines += _claim(remit)
    lines += _provider_adjustments(sheet, remittance)
    return transaction_set("835", "", place, lines)


def _payment(sheet: Sheet, remittance: Remittance) -> list[str]:
    amount, originator = money(remittance.paid_cents), remittance.originator_number
    if remittance.paid_cents:
        bank = ("01", ROUTING_NUMBER, "DA", ACCOUNT_NUMBER)
        payment = segment("BPR", "I", amount, "C", "ACH", "CCP", *bank, originator, "", *bank, day(sheet.night))
    else:
        payment = segment("BPR", "H", amount, "C", "NON", *[""] * 11, day(sheet.night))
    return [
        payment,
        segment("TRN", 1, remittance.trace_number, originator),
        segment("DTM", "405", day(sheet.night)),
    ]


def _payer(remittance: Remittance) -> list[str]:
    payer = remittance.payer
    return [
        segment("N1", "PR", plain(payer.last_name), "XV", plain(payer.number)),
        segment("N3", "1 HARBOR WAY"),
        segment("N4", "SPRINGFIELD", "IL", "627010001"),
        segment("REF", "2U", plain(payer.number)),
        segment("PER", "CX", "", "TE", "5555550100"),
        segment("PER", "BL", "TECHNICAL CONTACT", "TE", "5555550101"),
    ]


def _payee(remittance: Remittance) -> list[str]:
    payee, tax_number = remittance.payee, plain(remittance.tax_number)
    lines = [segment("N1", "PE", plain(payee.last_name), "XX", plain(payee.number))]
    return [*lines, segment("REF", "TJ", tax_number)] if tax_number else lines


def _claim(remit: Remit) -> list[str]:
    claim, decision = remit.claim, remit.decision
    filing_code = claim.filing_code if claim.filing_code in FILING_CODES else OTHER_FILING_CODE
    patient_cents = 0 if decision.status_code == REVERSED else decision.patient_cents
    head = segment(
        "CLP",
        plain(claim.patient_control_number),
        decision.status_code,
        money(decision.charge_cents),
        money(decision.paid_cents),
        money(patient_cents) if patient_cents else "",
        filing_code,
        remit.payer_claim_number,
        plain(claim.place_code),
        plain(claim.frequency_code),
    )
    lines = [head, *_adjustments(decision.adjustments), *_names(claim)]
    if decision.remark_codes:
        lines.append(segment("MOA", "", "", *decision.remark_codes[:5]))
    if remit.original_number:
        lines.append(segment("REF", "F8", plain(remit.original_number)))
    lines += [
        segment("DTM", "232", day(claim.service_from_on)),
        segment("DTM", "233", day(claim.service_to_on)),
        segment("DTM", "050", day(remit.batch.received_on)),
    ]
    if decision.interest_cents:
        lines.append(segment("AMT", "I", money(decision.interest_cents)))
    for line in decision.lines:
        lines += _line(line)
    return lines


def _names(claim: Claim) -> list[str]:
    patient, member = patient_of(claim), plain(claim.subscriber.number)
    lines = [name_segment("QC", patient, "MI", member)]
    if claim.patient.last_name:
        lines.append(name_segment("IL", claim.subscriber, "MI", member))
    if claim.rendering.number:
        lines.append(name_segment("82", claim.rendering, "XX", plain(claim.rendering.number)))
    return lines


def _line(line: LineDecision) -> list[str]:
    money_parts = (money(line.charge_cents), money(line.paid_cents))
    submitted = composite(line.submitted_procedure)
    lines = [segment("SVC", composite(line.procedure), *money_parts, "", plain(line.units), submitted)]
    if line.service_from_on == line.service_to_on:
        lines.append(segment("DTM", "472", day(line.service_from_on)))
    else:
        lines.append(segment("DTM", "150", day(line.service_from_on)))
        lines.append(segment("DTM", "151", day(line.service_to_on)))
    lines += _adjustments(line.adjustments)
    if line.line_number:
        lines.append(segment("REF", "6R", plain(line.line_number)))
    if line.allowed_cents > 0:
        lines.append(segment("AMT", "B6", money(line.allowed_cents)))
    return lines + [segment("LQ", "HE", code) for code in line.remark_codes]


def _adjustments(adjustments: Sequence[Adjustment]) -> list[str]:
    groups: dict[str, list[Adjustment]] = {}
    for adjustment in adjustments:
        groups.setdefault(adjustment.group_code, []).append(adjustment)
    lines = []
    for group_code, reasons in groups.items():
        parts = [part for a in reasons for part in (a.reason_code, money(a.amount_cents), "")]
        lines.append(segment("CAS", group_code, *parts))
    return lines


def _provider_adjustments(sheet: Sheet, remittance: Remittance) -> list[str]:
    period_end = f"{sheet.night.year}1231"
    rows, lines = remittance.adjustments, []
    for start in range(0, len(rows), 6):
        pairs = [
            part for row in rows[start : start + 6] for part in (f"{row.code}:{row.reference}", money(row.amount_cents))
        ]
        lines.append(segment("PLB", plain(remittance.payee.number), period_end, *pairs))
    return lines
