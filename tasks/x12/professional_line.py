"""Loops 2400 to 2440: one service line."""

from collections.abc import Sequence

from tasks.x12.builder import refuse
from tasks.x12.builder_json import Info, decimal_text, inner, inner_list, json_list, json_object, json_tuples
from tasks.x12.builder_values import Row, composite, day, exact, flag, money, period, quantity, text
from tasks.x12.professional_other_payer import line_adjudications
from tasks.x12.professional_provider import line_providers
from tasks.x12.professional_rows import RULES, ClaimRows
from tasks.x12.professional_supplement import (
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
ORDINARY = frozenset({
    "encounter_id", "encounter_version", "line_number", "line_id", "procedure_qualifier", "procedure_code", "modifier_1",
    "modifier_2", "modifier_3", "modifier_4", "line_description", "charge_cents", "unit_type", "units",
    "line_place_of_service", "dx_pointer_1", "dx_pointer_2", "dx_pointer_3", "dx_pointer_4", "emergency", "epsdt",
    "family_planning", "copay_exempt", "date_from", "date_to", "file_sha256", "source_row", "byte_start", "byte_end",
    "received_on",
})  # fmt: skip
"""Columns that ask for no segment beyond SV1, DTP*472 and REF*6R: most lines have only these, and are written faster."""
_MOST_MODIFIERS = 4


def line_loops(claim: ClaimRows, line: Row) -> list[str]:
    """Give LX and all that follows it up to the next line.

    Holds: what a line repeats of its claim (place, dates, identifiers, providers) is not written again.
    """
    source = claim.source_line(line)
    start = [RULES["2400", "LX", ""].write(str(line["line_number"])), _service(claim, line, source)]
    if claim.attachments or any(value for column, value in source.items() if column not in ORDINARY):
        return [*start, *_rest(claim, line, source)]
    return [*start, _service_date(line), _control_number(line), *line_adjudications(claim, line)]


def _rest(claim: ClaimRows, line: Row, source: Row) -> list[str]:
    supplement = json_object(source, "line_supplement")
    ambulance = inner(supplement, "ambulance")
    return [
        *_certificates(claim, line, supplement),
        *_dates(claim, line, source),
        *_quantities(source),
        *contract("2400", source, "line_contract_info"),
        *_references(claim, line, source),
        *_amounts_and_notes(source),
        *_purchased(claim, source),
        *pricing("2400", source, "line_pricing"),
        *_drug(source),
        *line_providers(claim, source),
        *ambulance_places("2420G", "2420H", ambulance),
        *line_adjudications(claim, line),
        *forms(inner_list(supplement, "forms")),
    ]


def attachment_segments(loop: str, rows: Sequence[Row]) -> list[str]:
    """Give PWK; the control number stands unless the paper is available on request (AA).

    Raises: Fault (WRITE_MISSING).
    """
    values = []
    for row in rows:
        sent, number = exact(row["transmission"]), exact(row.get("control_number"))
        if sent != "AA" and not number:
            refuse("WRITE_MISSING", "PWK", "06", "Attachment Control Number is required unless transmission is AA")
        named = ("", "", "AC", number) if number and sent != "AA" else ()
        values.append((exact(row["report_type"]), sent, *named))
    return RULES[loop, "PWK", "03"].write_each(values)


def _service(claim: ClaimRows, line: Row, source: Row) -> str:
    modifiers = line["modifiers"].split(":")
    if len(modifiers) > _MOST_MODIFIERS:
        refuse("WRITE_REPEAT", "SV1", "01-6", f"line {line['line_number']} has more than four modifiers")
    place = exact(source.get("line_place_of_service"))
    description = text(source.get("line_description"))
    unused = ("",) * (_MOST_MODIFIERS - len(modifiers))
    flags = (flag(source.get("emergency")), "", flag(source.get("epsdt")), flag(source.get("family_planning")))
    return RULES["2400", "SV1", ""].write(
        composite(exact(source.get("procedure_qualifier")) or "HC", exact(line["procedure_code"]), *modifiers, *unused,
                  description),
        money(line["charge_cents"]), exact(source.get("unit_type")) or "UN", quantity(line["units"]),
        "" if place == claim.encounter["place_of_service"] else place, "", _pointers(claim, line), "", *flags, "", "",
        flag(source.get("copay_exempt"), "0"),
    )  # fmt: skip


def _pointers(claim: ClaimRows, line: Row) -> str:
    pointers: str = line["diagnosis_pointers"]
    for pointer in pointers.split(":"):
        if pointer.isdigit() and int(pointer) > len(claim.diagnoses):
            refuse("WRITE_POINTER", "SV1", "07", f"line {line['line_number']} points past the last diagnosis")
    return pointers


def _certificates(claim: ClaimRows, line: Row, supplement: Info) -> list[str]:
    """Give SV5, PWK, CR1, CR3 and CRC in the guide's order."""
    own = [row for row in claim.attachments if row["line_number"] == line["source_line_number"]]
    written = attachment_segments("2400", own) if own else []
    if not supplement:
        return written
    dme, ambulance = inner(supplement, "dme"), inner(supplement, "ambulance")
    employee = supplement.get("hospice_employee")
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
    return [_service_date(line), *(RULES["2400", "DTP", values[0]].write(*values) for values in found)]


def _service_date(line: Row) -> str:
    return RULES["2400", "DTP", "472"].write("472", *period(line["service_from_on"], line["service_to_on"]))


def _control_number(line: Row) -> str:
    return RULES["2400", "REF", "6R"].write("6R", exact(line["line_control_number"]))


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
    payers = {coverage["payer_rank"]: exact(coverage["payer_id"]) for coverage in claim.coverages}
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
    written += RULES["2400", "K3", ""].write_each([(text(item),) for item in information])
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
