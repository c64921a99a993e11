"""Loops 2400 to 2440: one service line."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from operator import itemgetter
from typing import Any

from tasks.x12.builder import WriteFault, refuse, terminated
from tasks.x12.builder_json import Info, decimal_text, inner, inner_list, json_list, json_object, json_tuples, truth
from tasks.x12.builder_values import Columns, Row, composite, day, exact, flag, money, period, quantity, text
from tasks.x12.professional_other_payer import Decision, decisions_by_line, line_adjudication
from tasks.x12.professional_provider import line_providers
from tasks.x12.professional_rows import RULES, Beside, ClaimRows, check_beside, four_modifiers
from tasks.x12.professional_supplement import (
    LINE_SUPPLEMENT,
    ambulance_places,
    conditions,
    contract,
    equipment_certification,
    equipment_necessity,
    equipment_service,
    forms,
    pricing,
    transport,
)

DATES = {
    "471": "drug_rx_date", "607": "cert_revision_date", "463": "begin_therapy_date", "461": "last_certification_date",
}  # fmt: skip
SHARED_DATES = {"455": "last_xray_date", "454": "initial_treatment_date"}
COMMON = ("procedure_qualifier", "unit_type")
RARE = ("line_place_of_service", "line_description", "emergency", "epsdt", "family_planning", "copay_exempt")
ORDINARY = COMMON + RARE
"""Columns of the charge line that SV1 is made of."""

EXTRA = Columns(
    *DATES.values(), *SHARED_DATES.values(), "last_seen_date", "test_date_qual", "test_date", "shipped_date",
    "ambulance_patient_count", "obstetric_anesthesia_units", "test_results", "line_contract_info", "repriced_line_number",
    "adjusted_repriced_line_number", "line_prior_auths", "line_referrals", "line_mammography_cert", "line_clia",
    "referring_clia", "immunization_batch", "sales_tax_cents", "postage_cents", "line_file_information", "line_note_code",
    "line_note", "third_party_note", "purchased_service_provider_key", "purchased_service_amount_cents", "line_pricing",
    "drug_qualifier", "ndc", "ndc_units", "ndc_unit_type", "rx_number_qual", "rx_number", "line_rendering_key",
    "line_service_facility_key", "line_supervising_key", "ordering_provider_key", "line_referring_key", "line_pcp_key",
    "line_supplement",
)  # fmt: skip
"""Columns that ask for a segment beyond SV1, DTP*472 and REF*6R: most lines have none, and are written faster."""

BESIDE = {
    "test_date_qual": Beside("test_date", "DTP", "03", "Test Performed Date"),
    "line_note_code": Beside("line_note", "NTE", "02", "Line Note Text"),
    "purchased_service_amount_cents": Beside(
        "purchased_service_provider_key", "PS1", "01", "Purchased Service Provider Identifier"
    ),
    **dict.fromkeys(
        ("drug_qualifier", "ndc_units", "ndc_unit_type", "rx_number"),
        Beside("ndc", "LIN", "03", "National Drug Code or Universal Product Number"),
    ),
    "rx_number_qual": Beside("rx_number", "REF", "02", "Prescription Number"),
}
_UNCOMMON = Columns(*RARE, *EXTRA.names)
_SERVICE = Columns("procedure_code", "modifiers", "charge_cents", "units", "diagnosis_pointers")
_of_service = itemgetter(*_SERVICE.names)
_of_line = itemgetter("line_number", "source_line_number", "line_control_number", "service_from_on", "service_to_on")
_numbered = itemgetter("line_control_number")
_NO_RARE = (None,) * len(RARE)
_SV1, _REF_6R = RULES["2400", "SV1", ""], RULES["2400", "REF", "6R"]
_WIDEST = _REF_6R.positions[1].parts[0].longest
"""Of a line's control number: letters and digits of at most this length need no other check."""


def line_loops(claim: ClaimRows) -> str:
    """Give LX and all that follows it for every line, each segment with its terminator.

    Holds: what a line repeats of its claim (place, dates, identifiers, providers) is not written again.
    """
    place, most, sources = claim.encounter.get("place_of_service"), len(claim.diagnoses), claim.service_lines
    written = ["" if claim.attachments else _ordinary(line, sources, place, most) for line in claim.lines]
    if len(set(map(_numbered, claim.lines))) < len(claim.lines):
        refuse("WRITE_REPEAT", "REF", "02", "Line Item Control Number: two lines have the same")
    if claim.cob_lines or claim.cob_adjustments or not all(written):
        decisions = decisions_by_line(claim)
        for at, line in enumerate(claim.lines):
            own = decisions.get(line["source_line_number"], ())
            written[at] = _whole(claim, line, own, written[at])
    return "".join(written)


def _ordinary(line: Row, sources: Mapping[int, Row], place: str | None, most_diagnoses: int) -> str:
    """Give LX, SV1, DTP*472 and REF*6R; nothing for a line that has more, or that cannot be written so."""
    try:
        number, source_number, control, first_on, last_on = _of_line(line)
        source = sources[source_number]
        rare = () if _UNCOMMON.are_absent(source) else tuple(map(source.get, RARE))
        if rare and EXTRA.are_filled(source):
            return ""
        if not (control and control.isalnum() and control.isascii() and len(control) <= _WIDEST):
            return ""
        qualifier, unit_type = source.get("procedure_qualifier"), source.get("unit_type")
        service, furthest = _service(_of_service(line), qualifier, unit_type, place, rare)
        text = f"{_line_number(number)}~{service}~{_service_date(first_on, last_on)}~REF*6R*{control}~"
    except (KeyError, WriteFault):
        return ""
    return text if furthest <= most_diagnoses else ""


def _whole(claim: ClaimRows, line: Row, decisions: Sequence[Decision], ordinary: str) -> str:
    """Give all of a line, of which the ordinary text may be written already.

    Raises: Fault that names the line.
    """
    try:
        if ordinary:
            return ordinary + terminated(_adjudications(line, claim.source_line(line), decisions))
        return terminated(list(_segments(claim, line, decisions)))
    except WriteFault as fault:
        fault.message = f"line {line['line_number']}: {fault.message}"
        raise


def _segments(claim: ClaimRows, line: Row, decisions: Sequence[Decision]) -> Iterator[str]:
    """Give all segments of a line of any kind in the guide's order."""
    source = claim.source_line(line)
    check_beside(source, BESIDE)
    supplement = json_object(source, "line_supplement", LINE_SUPPLEMENT)
    ambulance = inner(supplement, "ambulance")
    yield from _start(claim, line, source)
    yield from _certificates(claim, line, supplement)
    yield from _dates(claim, line, source)
    yield from _quantities(source)
    yield from contract("2400", source, "line_contract_info")
    yield from _references(claim, line, source)
    yield from _amounts_and_notes(source)
    yield from _purchased(claim, source)
    yield from pricing("2400", source, "line_pricing")
    yield from _drug(source)
    yield from line_providers(claim, source)
    yield from ambulance_places("2420G", "2420H", ambulance)
    yield from _adjudications(line, source, decisions)
    yield from forms(inner_list(supplement, "forms"))


def _adjudications(line: Row, source: Row, decisions: Sequence[Decision]) -> list[str]:
    return [line_adjudication(line, source, decision) for decision in decisions]


def attachment_segments(loop: str, rows: Sequence[Row]) -> list[str]:
    """Give PWK; the control number stands unless the paper is available on request (AA).

    Raises: Fault (WRITE_MISSING).
    """
    values = []
    for row in rows:
        sent, number = exact(row.get("transmission")), exact(row.get("control_number"))
        if sent != "AA" and not number:
            refuse("WRITE_MISSING", "PWK", "06", "Attachment Control Number is required unless transmission is AA")
        named = ("", "", "AC", number) if number and sent != "AA" else ()
        values.append((exact(row.get("report_type")), sent, *named))
    return RULES[loop, "PWK", "03"].write_each(values)


def _start(claim: ClaimRows, line: Row, source: Row) -> tuple[str, str]:
    """Give LX and SV1; no pointer is past a diagnosis."""
    place = claim.encounter.get("place_of_service")
    text, furthest = _service(_SERVICE.values(line), *map(source.get, COMMON), place, tuple(map(source.get, RARE)))
    if furthest > len(claim.diagnoses):
        refuse("WRITE_POINTER", "SV1", "07", "a pointer is past the last diagnosis")
    return _line_number(line["line_number"]), text


@cache
def _line_number(number: int) -> str:
    return RULES["2400", "LX", ""].write(str(number))


@lru_cache(maxsize=16_384)
def _service(
    line: tuple[Any, ...], qualifier: str | None, unit_type: str | None, claim_place: str | None, rare: tuple[Any, ...]
) -> tuple[str, int]:
    """Give SV1 and the furthest diagnosis that it points at; equal services are put together once.

    Shape: columns _SERVICE of the claim line, COMMON of the charge line, the claim's place, RARE of the charge line.
    Holds: its parts were each checked when they were made; the place of service stands where it is not the claim's.
    """
    procedure_code, modifiers, charge_cents, units, pointers = line
    place, description, *flags = rare or _NO_RARE
    procedure = _procedure(procedure_code, modifiers, qualifier, description)
    own_place = _place(place) if place and place != claim_place else ""
    pointed, furthest = _pointers(pointers)
    text = f"SV1*{procedure}*{_charge(charge_cents)}*{_units(unit_type, units)}*{own_place}**{pointed}"
    return (text + _flags(*flags) if any(flags) else text), furthest


@lru_cache(maxsize=16_384)
def _procedure(procedure_code: str | None, modifiers: str, qualifier: str | None, description: str | None) -> str:
    codes = [exact(code) for code in modifiers.split(":")]
    named = exact(qualifier) or "HC", exact(procedure_code), *four_modifiers("SV1", codes), text(description)
    return _SV1.check_element(1, composite(*named))


@lru_cache(maxsize=16_384)
def _charge(cents: int) -> str:
    return _SV1.check_element(2, money(cents))


@lru_cache(maxsize=4_096)
def _units(unit_type: str | None, units: Decimal | None) -> str:
    if units is not None and units <= 0:
        refuse("WRITE_FORMAT", "SV1", "04", "Service Unit Count is not above zero")
    return f"{_SV1.check_element(3, exact(unit_type) or 'UN')}*{_SV1.check_element(4, quantity(units))}"


@lru_cache(maxsize=256)
def _place(place: str) -> str:
    return _SV1.check_element(5, exact(place))


@lru_cache(maxsize=1_024)
def _pointers(pointers: str) -> tuple[str, int]:
    """Give SV107 and the furthest diagnosis that it points at."""
    pointed = [exact(pointer) for pointer in pointers.split(":")]
    if len(set(pointed)) < len(pointed):
        refuse("WRITE_REPEAT", "SV1", "07", "Diagnosis Code Pointer: one stands twice, or two are empty")
    value = _SV1.check_element(7, ":".join(pointed))
    return value, max(int(pointer) for pointer in pointed if pointer)


def _flags(emergency: bool | None, epsdt: bool | None, family_planning: bool | None, copay_exempt: bool | None) -> str:
    """Give SV109 to SV115."""
    codes = "", "", flag(emergency), "", flag(epsdt), flag(family_planning), "", "", flag(copay_exempt, "0")
    return "*".join(codes).rstrip("*")


def _certificates(claim: ClaimRows, line: Row, supplement: Info) -> list[str]:
    """Give SV5, PWK, CR1, CR3 and CRC in the guide's order."""
    own = [row for row in claim.attachments if row.get("line_number") == line["source_line_number"]]
    written = attachment_segments("2400", own) if own else []
    if not supplement:
        return written
    dme, ambulance = inner(supplement, "dme"), inner(supplement, "ambulance")
    employee = truth(supplement, "hospice_employee")
    return [
        *equipment_service(dme),
        *written,
        *equipment_necessity(dme),
        *transport("2400", ambulance),
        *equipment_certification(dme),
        *conditions("2400", "07", inner_list(ambulance, "conditions")),
        *([] if employee is None else [RULES["2400", "CRC", "70"].write("70", "Y" if employee else "N", "65")]),
        *conditions("2400", "09", inner_list(dme, "conditions")),
    ]


def _dates(claim: ClaimRows, line: Row, source: Row) -> list[str]:
    found = [(code, "D8", day(source[column])) for code, column in DATES.items() if source.get(column)]
    found += _differing_dates(claim, source, {"304": "last_seen_date"})
    if source.get("test_date"):
        found.append((exact(source.get("test_date_qual")) or "738", "D8", day(source["test_date"])))
    if source.get("shipped_date"):
        found.append(("011", "D8", day(source["shipped_date"])))
    found += _differing_dates(claim, source, SHARED_DATES)
    when = _service_date(line.get("service_from_on"), line.get("service_to_on"))
    return [when, *(RULES["2400", "DTP", values[0]].write(*values) for values in found)]


@cache
def _service_date(first_on: date | None, last_on: date | None) -> str:
    return RULES["2400", "DTP", "472"].write("472", *period(first_on, last_on))


def _control_number(line: Row) -> str:
    return _REF_6R.check(f"REF*6R*{exact(line['line_control_number'])}")


def _differing_dates(claim: ClaimRows, source: Row, columns: dict[str, str]) -> list[tuple[str, str, str]]:
    filled = {code: source.get(column) for code, column in columns.items()}
    return [(code, "D8", day(on)) for code, on in filled.items() if on and on != claim.encounter.get(columns[code])]


def _quantities(source: Row) -> list[str]:
    counts = {"PT": "ambulance_patient_count", "FL": "obstetric_anesthesia_units"}
    written = [
        RULES["2400", "QTY", code].write(code, quantity(source[column]))
        for code, column in counts.items()
        if source.get(column)
    ]
    tests = json_tuples(source, "test_results", 3)
    rows = [(kind, measure, decimal_text(value, "test_results")) for kind, measure, value in tests]
    return written + RULES["2400", "MEA", ""].write_each(rows)


def _references(claim: ClaimRows, line: Row, source: Row) -> list[str]:
    encounter = claim.encounter
    own_mammography = source.get("line_mammography_cert") != encounter.get("mammography_cert")
    own_clia = source.get("line_clia") != encounter.get("clia_number")
    return [
        *_reference("9B", source.get("repriced_line_number")),
        *_reference("9D", source.get("adjusted_repriced_line_number")),
        *_payer_references(claim, "G1", source, "line_prior_auths"),
        _control_number(line),
        *_reference("EW", source.get("line_mammography_cert") if own_mammography else None),
        *_reference("X4", source.get("line_clia") if own_clia else None),
        *_reference("F4", source.get("referring_clia")),
        *_reference("BT", source.get("immunization_batch")),
        *_payer_references(claim, "9F", source, "line_referrals"),
    ]


def _reference(code: str, number: str | None) -> list[str]:
    return [RULES["2400", "REF", code].write(code, exact(number))] if number else []


def _payer_references(claim: ClaimRows, code: str, source: Row, column: str) -> list[str]:
    """Give REF for each [payer rank, number]; a number of another payer than the destination names that payer."""
    payers = {coverage["payer_rank"]: exact(coverage.get("payer_id")) for coverage in claim.coverages}
    rows = []
    for rank, number in json_tuples(source, column, 2):
        if rank not in payers:
            refuse("WRITE_COVERAGE", "REF", "04-2", f"{column} names rank {rank}, which has no coverage")
        owner = () if rank == claim.payer_rank else ("", composite("2U", payers[rank]))
        rows.append((code, number, *owner))
    return RULES["2400", "REF", code].write_each(rows)


def _amounts_and_notes(source: Row) -> list[str]:
    amounts = {"T": "sales_tax_cents", "F4": "postage_cents"}
    written = [RULES["2400", "AMT", c].write(c, money(source[col])) for c, col in amounts.items() if source.get(col)]
    information = json_list(source, "line_file_information")
    written += RULES["2400", "K3", ""].write_each([(item,) for item in information])
    if source.get("line_note"):
        code = exact(source.get("line_note_code")) or "ADD"
        written.append(RULES["2400", "NTE", "ADD"].write(code, text(source["line_note"])))
    if source.get("third_party_note"):
        written.append(RULES["2400", "NTE", "TPO"].write("TPO", text(source["third_party_note"])))
    return written


def _purchased(claim: ClaimRows, source: Row) -> list[str]:
    provider = claim.provider("purchased_service_provider_key", source)
    if provider is None:
        return []
    number = exact(provider.get("npi") or provider.get("commercial_number"))
    return [RULES["2400", "PS1", ""].write(number, money(source.get("purchased_service_amount_cents")))]


def _drug(source: Row) -> list[str]:
    """Give loop 2410: the drug's code, its quantity and the prescription."""
    if not source.get("ndc"):
        return []
    qualifier = exact(source.get("drug_qualifier")) or "N4"
    units, unit = quantity(source.get("ndc_units")), exact(source.get("ndc_unit_type"))
    written = [
        RULES["2410", "LIN", ""].write("", qualifier, exact(source["ndc"])),
        RULES["2410", "CTP", ""].write("", "", "", units, unit),
    ]
    if source.get("rx_number"):
        code = exact(source.get("rx_number_qual")) or "XZ"
        written.append(RULES["2410", "REF", ""].write(code, exact(source["rx_number"])))
    return written
