"""The 835 as rows: payments, claims, services, adjustments and provider adjustments, with the payer's signs.

Shape: the tables of schemas/warehouse/60_remittances.sql; what our side adds (claim_id, line_number ...) is None.
Units: cents; quantities are Decimal with three places; byte offsets into the file.
Source: ASC X12N 005010X221A1 and 004010X091A1 as told by schemas and public files; guide texts were not at hand.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from schemas.errors import Fault
from tasks.x12.balance import balance
from tasks.x12.segments import Segment, Transaction, X12File, loops
from tasks.x12.values import Reading, date_of, first, text_of

__all__ = ["Remittance", "balance", "read_835", "read_remittance"]

Row = dict[str, object]
Rows = dict[str, list[Row]]

_TABLES = ("payment", "claim", "service", "adjustment", "provider_adjustment")
_BREAKS = frozenset({"CLP", "LX", "PLB", "SE"})
_HEADER = frozenset({"ST", "BPR", "NTE", "TRN", "CUR", "N1", "N2", "N3", "N4", "PER", "RDM", "LX", "TS3", "TS2"})
_DETAIL = frozenset({"CLP", "CAS", "NM1", "MIA", "MOA", "AMT", "QTY", "SVC", "LQ", "REF", "DTM", "PLB", "SE"})
_GROUP_CODES = "CO PR OA PI CR"
_GROUP_CODES_5010 = "CO PR OA PI"  # CR is not used in 5010: X12 RFI 1147
_HARMLESS = frozenset({"DTP", "N7", "DMG", "PRV", "HI", "OI", "MSG", "K3", "PWK", "III", "INS"})
_STATUS_CODES = frozenset({"1", "2", "3", "4", "19", "20", "21", "22", "23", "25"})
_STATUS_CODES_4010 = frozenset({"5", "10", "13", "15", "16", "17", "27"})
_MOA_REMARKS = (3, 4, 5, 6, 7)
_MIA_REMARKS = (5, 20, 21, 22, 23)


@dataclass(frozen=True, slots=True)
class Remittance:
    """What an 835 file says; rows of a file with faults may hold None where an amount could not be read."""

    rows: Rows
    tolerances: Mapping[str, int]
    faults: tuple[Fault, ...]


def read_835(x12: X12File, file_sha256: str, night: date) -> Rows:
    """Give the rows of every 835 in the file, by table name.

    Holds: every CLP, SVC, CAS triple and PLB pair is one row; no amount is rounded.
    Raises: the first Fault in file order, where an amount, a quantity, a code or the order cannot be trusted.
    """
    reading = Reading()
    rows = _read(x12, file_sha256, night, reading)
    reading.raise_first()
    return rows


def read_remittance(x12: X12File, file_sha256: str, night: date) -> Remittance:
    """Give rows, tolerances and all faults of every 835 in the file; for people who look at a bad file."""
    reading = Reading()
    rows = _read(x12, file_sha256, night, reading)
    tolerances = {code: count for code, count in reading.tolerances.items() if count}
    return Remittance(rows, tolerances, tuple(sorted(reading.faults, key=lambda found: found.byte_start)))


def _read(x12: X12File, file_sha256: str, night: date, reading: Reading) -> Rows:
    rows: Rows = {table: [] for table in _TABLES}
    for transaction in x12.transactions:
        if transaction.kind == "835":
            _Remitted(transaction, file_sha256, night, reading, rows).read()
    return rows


@dataclass(slots=True)
class _Remitted:
    """One 835 transaction on its way to rows."""

    transaction: Transaction
    file_sha256: str
    night: date
    reading: Reading
    rows: Rows
    payment_id: str = ""
    claim_count: int = 0

    def read(self) -> None:
        """Add the rows of this transaction."""
        self._check_segments()
        header, *parts = loops(self.transaction.segments, _BREAKS)
        self._add_payment(header)
        self._refuse_orphans(header)
        claims = [part for part in parts if part[0].tag == "CLP"]
        for part in parts:
            match part[0].tag:
                case "CLP":
                    self._add_claim(part)
                case "PLB":
                    self._add_provider_adjustments(part[0])
                    self._refuse_orphans(part)
                case _:
                    self._refuse_orphans(part)
        self._refuse_repeated_claims(claims)

    def _id(self, table: str, byte_start: int, place: int | None = None) -> str:
        """Give a row's id: the same bytes of the same file always get the same one."""
        tail = "" if place is None else f":{place}"
        return hashlib.sha256(f"{self.file_sha256}:{table}:{byte_start}{tail}".encode()).hexdigest()[:32]

    def _check_segments(self) -> None:
        """Count segments of other guides that hold no money; Fault for any other id: it may be a broken CAS or SVC."""
        for segment in self.transaction.segments:
            if segment.tag in _HARMLESS:
                self.reading.tolerances["UNREAD"] += 1
            elif segment.tag not in _HEADER and segment.tag not in _DETAIL:
                self.reading.refuse("BAD_SEGMENT", "a segment id that an 835 does not know", segment)

    def _refuse_orphans(self, part: tuple[Segment, ...]) -> None:
        """Fault for money that belongs to no claim."""
        for segment in part:
            if segment.tag in ("CAS", "SVC"):
                self.reading.refuse("ORPHAN_SEGMENT", "it stands under no claim", segment)

    def _refuse_repeated_claims(self, claims: list[tuple[Segment, ...]]) -> None:
        """Fault where SE01 says fewer segments than there are and a claim stands twice, word for word."""
        stated = self.transaction.segments[-1].element(1)
        if not stated.isdigit() or int(stated[-9:]) >= len(self.transaction.segments):
            return
        words = Counter(tuple((segment.tag, segment.elements) for segment in claim) for claim in claims)
        for claim in claims:
            if words[tuple((segment.tag, segment.elements) for segment in claim)] > 1:
                self.reading.refuse("COUNT_MISMATCH", "a claim stands twice and SE01 counts it once", claim[0])
                return

    def _header_segment(self, header: tuple[Segment, ...], tag: str) -> Segment:
        """Give the one BPR or TRN of the header; a Fault and an empty one where it is missing or doubled."""
        found = [segment for segment in header if segment.tag == tag]
        if len(found) != 1:
            self.reading.refuse("MISSING_SEGMENT", f"expected exactly one {tag} before the claims", header[0])
        return found[0] if found else Segment(tag, (), header[0].byte_start, header[0].byte_end)

    def _add_payment(self, header: tuple[Segment, ...]) -> None:
        bpr = self._header_segment(header, "BPR")
        trn = self._header_segment(header, "TRN")
        if not trn.element(2):
            self.reading.refuse("MISSING_ELEMENT", "the check or EFT number is missing", trn, 2)
        self.reading.tolerances["TRN03"] += not trn.element(3)
        payer, payee = _party(header, "PR"), _party(header, "PE")
        production_on = self.reading.on(first(header, "DTM", "405"), 2)
        self.payment_id = self._id("payment", self.transaction.byte_start)
        self.rows["payment"].append(
            {
                "payment_id": self.payment_id,
                "file_sha256": self.file_sha256,
                "byte_start": self.transaction.byte_start,
                "byte_end": self.transaction.byte_end,
                "trace_number": trn.element(2),
                "originator_id": trn.element(3),
                "payer_id": text_of(first(payer, "N1"), 4) or text_of(first(payer, "REF", "2U"), 2) or trn.element(3),
                "payer_name": text_of(first(payer, "N1"), 2) or "",
                "payee_npi": _npi(first(payee, "N1")),
                "handling_code": bpr.element(1),
                "credit_debit_code": bpr.element(3),
                "method_code": bpr.element(4),
                "payment_cents": self.reading.cents(bpr, 2),
                "paid_on": self._paid_on(bpr, production_on),
                "production_on": production_on,
                "verdict": "accepted",
                "verdict_reason": None,
                "read_on": self.night,
            }
        )

    def _paid_on(self, bpr: Segment, production_on: date | None) -> date | None:
        """Give BPR16, else the production date; a Fault where neither is a date."""
        paid_on = date_of(bpr.element(16))
        if paid_on:
            return paid_on
        self.reading.tolerances["BPR16"] += 1
        if not production_on:
            self.reading.refuse("BAD_DATE", "neither BPR16 nor DTM*405 is a date CCYYMMDD", bpr, 16)
        return production_on

    def _add_claim(self, loop: tuple[Segment, ...]) -> None:
        claim, *lines = loops(loop, {"SVC"})
        clp = claim[0]
        self.claim_count += 1
        self.reading.tolerances["CLP02"] += clp.element(2) not in _STATUS_CODES | _STATUS_CODES_4010
        if not clp.element(1):
            self.reading.refuse("MISSING_ELEMENT", "the patient control number is missing", clp, 1)
        remitted_claim_id = self._id("claim", clp.byte_start)
        self.rows["claim"].append(
            {
                "payment_id": self.payment_id,
                "remitted_claim_id": remitted_claim_id,
                "file_sha256": self.file_sha256,
                "byte_start": clp.byte_start,
                "byte_end": loop[-1].byte_end,
                "position": self.claim_count,
                "patient_control_number": clp.element(1),
                "status_code": clp.element(2),
                "charge_cents": self.reading.cents(clp, 3),
                "paid_cents": self.reading.cents(clp, 4),
                "patient_cents": self.reading.cents(clp, 5, empty=0),
                "filing_code": text_of(clp, 6),
                "payer_claim_number": text_of(clp, 7),
                "frequency_code": text_of(clp, 9),
                "remark_codes": _claim_remarks(claim),
                "crossover_payer": _crossover_payer(claim),
                "received_on": self.reading.on(first(claim, "DTM", "050"), 2),
                "claim_id": None,
                "claim_version": None,
                "match_rule": None,
                "read_on": self.night,
            }
        )
        self._add_adjustments(claim, remitted_claim_id, None)
        claim_on = self.reading.on(first(claim, "DTM", "232"), 2)
        for position, line in enumerate(lines, 1):
            self._add_service(line, remitted_claim_id, position, claim_on)

    def _add_service(self, loop: tuple[Segment, ...], claim_id: str, position: int, claim_on: date | None) -> None:
        svc = loop[0]
        paid = self.reading.composite(self.transaction, svc, 1)
        submitted = self.reading.composite(self.transaction, svc, 6)
        service_id = self._id("service", svc.byte_start)
        self.rows["service"].append(
            {
                "remitted_claim_id": claim_id,
                "service_id": service_id,
                "file_sha256": self.file_sha256,
                "byte_start": svc.byte_start,
                "byte_end": loop[-1].byte_end,
                "position": position,
                "procedure_code": paid[1] if len(paid) > 1 else "",
                "modifiers": ":".join(modifier for modifier in paid[2:6] if modifier),
                "submitted_code": (submitted[1] or None) if len(submitted) > 1 else None,
                "charge_cents": self._line_cents(svc, 2),
                "paid_cents": self._line_cents(svc, 3),
                "units": self.reading.quantity(svc, 5),
                "service_on": self.reading.on(first(loop, "DTM", "472", "150"), 2) or claim_on,
                "line_control_number": text_of(first(loop, "REF", "6R"), 2),
                "allowed_cents": self._allowed_cents(loop),
                "remark_codes": " ".join(_remarks(loop)),
                "line_number": None,
            }
        )
        self._add_adjustments(loop, claim_id, service_id)

    def _line_cents(self, svc: Segment, element: int) -> int | None:
        """Give SVC02 or SVC03; an empty one is zero and counted, the line's balance then tells."""
        self.reading.tolerances["EMPTY_AMOUNT"] += not svc.element(element)
        return self.reading.cents(svc, element, empty=0)

    def _allowed_cents(self, loop: tuple[Segment, ...]) -> int | None:
        amount = first(loop, "AMT", "B6")
        return self.reading.optional_cents(amount, 2) if amount else None

    def _add_adjustments(self, part: tuple[Segment, ...], claim_id: str, service_id: str | None) -> None:
        """Add one row for each triple of each CAS of a claim or line."""
        for cas in part:
            if cas.tag != "CAS":
                continue
            known = _GROUP_CODES_5010 if self.transaction.version.startswith("005") else _GROUP_CODES
            group_code = self.reading.coded(cas, 1, known)
            for triple, element in self._places(cas, 2, 3, 17):
                self.rows["adjustment"].append(
                    {
                        "remitted_claim_id": claim_id,
                        "service_id": service_id,
                        "adjustment_id": self._id("adjustment", cas.byte_start, triple),
                        "file_sha256": self.file_sha256,
                        "byte_start": cas.byte_start,
                        "byte_end": cas.byte_end,
                        "triple": triple,
                        "group_code": group_code,
                        "reason_code": cas.element(element),
                        "amount_cents": self.reading.cents(cas, element + 1),
                        "quantity": self.reading.quantity(cas, element + 2),
                    }
                )

    def _places(self, segment: Segment, start: int, step: int, last: int) -> list[tuple[int, int]]:
        """Give number and first element of each filled triple or pair; a Fault where reason or amount is missing."""
        if len(segment.elements) >= last + step:
            self.reading.refuse("BAD_ADJUSTMENT", "more than six adjustments in one segment", segment, last + step)
        filled = []
        for number, element in enumerate(range(start, last + 1, step), 1):
            parts = [segment.element(place) for place in range(element, element + step)]
            if not any(parts):
                continue
            if not parts[0]:
                self.reading.refuse("BAD_ADJUSTMENT", "an adjustment without reason code", segment, element)
            filled.append((number, element))
        if not filled:
            self.reading.refuse("BAD_ADJUSTMENT", "no adjustment in the segment", segment, start)
        return filled

    def _add_provider_adjustments(self, plb: Segment) -> None:
        fiscal_period_on = self.reading.on(plb, 2)
        for pair, element in self._places(plb, 3, 2, 13):
            reason = self.reading.composite(self.transaction, plb, element)
            self.rows["provider_adjustment"].append(
                {
                    "payment_id": self.payment_id,
                    "provider_adjustment_id": self._id("provider_adjustment", plb.byte_start, pair),
                    "file_sha256": self.file_sha256,
                    "byte_start": plb.byte_start,
                    "byte_end": plb.byte_end,
                    "pair": pair,
                    "provider_number": plb.element(1),
                    "fiscal_period_on": fiscal_period_on,
                    "reason_code": reason[0],
                    "reference_number": ":".join(reason[1:]) or None,
                    "amount_cents": self.reading.cents(plb, element + 1),
                }
            )


def _party(header: tuple[Segment, ...], code: str) -> tuple[Segment, ...]:
    """Give the loop of the payer (PR) or the payee (PE)."""
    return next(
        (loop for loop in loops(header, {"N1"}) if loop and loop[0].tag == "N1" and loop[0].element(1) == code), ()
    )


def _npi(payee: Segment | None) -> str | None:
    """Give N104 where N103 says it is an NPI (XX)."""
    return text_of(payee, 4) if payee and payee.element(3) == "XX" else None


def _claim_remarks(claim: tuple[Segment, ...]) -> str:
    """Give the remark codes of MIA and MOA in their order, joined by a blank."""
    places = {"MIA": _MIA_REMARKS, "MOA": _MOA_REMARKS}
    codes = [segment.element(place) for segment in claim for place in places.get(segment.tag, ())]
    return " ".join([code for code in codes if code] + _remarks(claim))


def _remarks(part: tuple[Segment, ...]) -> list[str]:
    """Give the codes of LQ*HE."""
    return [segment.element(2) for segment in part if segment.tag == "LQ" and segment.element(1) == "HE"]


def _crossover_payer(claim: tuple[Segment, ...]) -> str | None:
    """Give NM109, else NM103, of the payer the claim was forwarded to."""
    carrier = first(claim, "NM1", "TT")
    return text_of(carrier, 9) or text_of(carrier, 3)
