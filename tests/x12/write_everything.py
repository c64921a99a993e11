"""Rows that fill every field of the contract that reaches an 837P, over a few claims where fields exclude each other."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from tasks.x12.professional import ClaimRows
from tests.x12.write_rows import COVERAGE, PROVIDERS, SECOND, as_json, claim, line, secondary

ON = date(2026, 2, 10)
_PERSON = {"first_name": "ANA", "middle_name": "B", "suffix": "JR", "entity_type": "1", "taxonomy": "207Q00000X"}
_NUMBERS = {"license_number": "L1", "upin": "U1", "commercial_number": "G1", "location_number": "LOC1"}
_STREET = {
    "address1": "1 WAY",
    "address2": "STE 2",
    "city": "TORONTO",
    "state": "ON",
    "zip9": "M5V2T6",
    "country": "CA",
}
_REACH = {
    "contact_name": "DESK",
    "phone": "5085550123",
    "phone_ext": "12",
    "fax": "5085550124",
    "email": "desk@x.example",
}


def _provider(key: str, npi: str, **fields: str) -> dict:
    return {"provider_key": key, "last_or_org_name": f"NAME {key}", "npi": npi} | fields


def _group(key: str, npi: str) -> dict:
    return _provider(key, npi, entity_type="2", **_STREET, **_REACH, **_NUMBERS)


RICH = PROVIDERS | {
    "SOLO": _provider("SOLO", "1999901014", tax_id="990000999", tax_id_type="SY", **_PERSON, **_STREET, **_REACH, **_NUMBERS),
    "PAYTO": _group("PAYTO", "1999901022"),
    "PLAN": _group("PLAN", "1999901030") | {"tax_id": "990000888", "tax_id_type": "EI"},
    **{
        key: _provider(key, npi, **_PERSON, **_NUMBERS)
        for key, npi in {
            "REF": "1999901048", "PCP": "1999901055", "REND": "1999901063", "SUP": "1999901071", "LREND": "1999901089",
            "LSUP": "1999901097", "LREF": "1999901105", "LPCP": "1999901113", "BOUGHT": "1999901121",
        }.items()
    },
    "ORDER": _provider("ORDER", "1999901139", **_PERSON, **_STREET, **_REACH, **_NUMBERS),
    "PLACE": _group("PLACE", "1999901147"),
    "LPLACE": _group("LPLACE", "1999901154"),
}  # fmt: skip
_STOP = {"address1": "9 ROAD", "address2": "REAR", "city": "TORONTO", "state": "ON", "zip": "M5V2T6", "country": "CA"}
AMBULANCE = {
    "weight_lb": "180.5", "reason_code": "A", "miles": 12, "round_trip_note": "Back home", "stretcher_note": "Cannot sit",
    "conditions": [{"indicator": "Y", "codes": ["01", "04", "05", "06", "07"]}],
    "pick_up": _STOP, "drop_off": _STOP | {"name": "General Hospital"},
}  # fmt: skip
CONTRACT = {"type": "02", "amount": "12.50", "percent": 5, "code": "C1", "terms_discount": "1.5", "version": "V1"}
PRICING = {
    "methodology": "01", "allowed_amount": 100, "saving_amount": "20.50", "organization_id": "ORG", "per_diem_amount": 5,
    "group_code": "APG", "group_amount": 7, "reject_reason": "T1", "compliance": "1", "exception": "2",
}  # fmt: skip
_DATES = (
    "onset_date", "initial_treatment_date", "last_seen_date", "acute_manifestation_date", "accident_date",
    "last_menstrual_period", "last_xray_date", "vision_rx_date", "disability_from", "disability_to", "last_worked_date",
    "return_to_work_date", "admission_date", "discharge_date", "assumed_care_date", "relinquished_care_date",
    "pc_first_contact_date", "repricer_received_date",
)  # fmt: skip
ENCOUNTER = dict.fromkeys(_DATES, ON) | {
    "patient_signature_source": "P", "accident_auto": True, "accident_employment": True, "accident_state": "MA",
    "accident_country": "CA", "special_program": "02", "delay_reason": "1", "patient_amount_paid_cents": 2500,
    "service_auth_exception": "1", "medicare_crossover": "Y", "mammography_cert": "M1", "referral_number": "R1",
    "prior_auth_number": "A1", "clia_number": "22D0000001", "repriced_claim_number": "RC", "ide_number": "IDE",
    "adjusted_repriced_claim_number": "ARC", "clearinghouse_trace": "TR", "medical_record_number": "MR1",
    "demo_project_id": "D1", "care_plan_oversight_npi": "1999901063", "file_information": as_json(["FIXED"]),
    "claim_note_code": "DGN", "claim_note": "See the letter", "anesthesia_procedure_1": "00100",
    "anesthesia_procedure_2": "00102", "condition_codes": as_json([f"A{n}" for n in range(10, 34)]), "homebound": True,
    "epsdt_referral_given": "Y", "epsdt_referral_codes": as_json(["AV", "S2", "ST"]), "contract_info": as_json(CONTRACT),
    "pricing_info": as_json(PRICING), "billing_provider_key": "SOLO", "pay_to_key": "PAYTO", "pay_to_plan_key": "PLAN",
    "rendering_provider_key": "REND", "referring_provider_key": "REF", "pcp_key": "PCP", "supervising_provider_key": "SUP",
    "service_facility_key": "PLACE",
    "supplement": as_json({
        "ambulance": AMBULANCE, "spinal": {"condition_code": "A", "description_1": "One", "description_2": "Two"},
        "vision": [{"category": "E1", "indicator": "Y", "codes": ["L1", "L2", "L3", "L4", "L5"]}],
    }),
}  # fmt: skip
_FACTS = {"death_date": date(2026, 2, 28), "weight_lb": Decimal("80.25"), "pregnant": True}
PATIENT = _FACTS | {
    "middle_name": "X", "suffix": "III", "address2": "APT 8", "state": "ON", "zip": "M5V 2T6", "country": "CA",
    "pc_patient_id_qual": "SY", "pc_patient_id": "999887777", "pc_contact_name": "Kin", "pc_contact_phone": "5085550111",
}  # fmt: skip
_INSURED = {
    "subscriber_middle_name": "Q", "subscriber_suffix": "SR", "subscriber_address2": "APT 8", "subscriber_country": "CA",
    "subscriber_state": "ON", "subscriber_zip": "M5V2T6", "subscriber_ssn": "999887777", "pc_claim_number": "PC1",
    "pc_contact_name": "Adjuster", "pc_contact_phone": "5085550112", "payer_address1": "PO BOX 1",
    "payer_address2": "FLOOR 2", "payer_city": "BOSTON", "payer_state": "ON", "payer_zip": "M5V2T6", "payer_country": "CA",
    "payer_secondary_ids": as_json([["FY", "12"], ["NF", "13"]]), "billing_provider_payer_id": as_json([["G2", "B1"]]),
    "insurance_type_code": "12", "group_number": "GRP1", "patient_signature_source": "P", "auth_number": "OA",
    "referral_number": "OR", "prior_adjustment_indicator": "Y", "prior_claim_number": "ICN123",
    "prior_noncovered_amount_cents": 100,
    "other_payer_provider_ids": as_json({
        "referring": [["G2", "1"]], "rendering": [["LU", "2"]], "facility": [["G2", "3"]], "supervising": [["0B", "4"]],
    }),
    "moa": as_json({
        "reimbursement_rate": "0.8", "payable_amount": 50, "remark_codes": ["MA01", "MA07", "MA18", "N1", "N781"],
        "esrd_amount": 5, "nonpayable_amount": 6,
    }),
}  # fmt: skip
SOURCE = {
    "procedure_qualifier": "HC", "unit_type": "UN", "line_description": "Unlisted work", "line_place_of_service": "22",
    "emergency": True, "epsdt": True, "family_planning": True, "copay_exempt": True, "drug_rx_date": ON,
    "cert_revision_date": ON, "begin_therapy_date": ON, "last_certification_date": ON, "last_seen_date": date(2026, 2, 9),
    "test_date_qual": "739", "test_date": ON, "shipped_date": ON, "last_xray_date": date(2026, 2, 9),
    "initial_treatment_date": date(2026, 2, 9), "ambulance_patient_count": 2, "obstetric_anesthesia_units": 3,
    "test_results": as_json([["TR", "R1", "11.5"], ["OG", "HT", 30]]), "line_contract_info": as_json(CONTRACT),
    "repriced_line_number": "RL", "adjusted_repriced_line_number": "ARL", "line_prior_auths": as_json([["P", "LA"], ["S", "LB"]]),
    "line_referrals": as_json([["P", "LR"], ["S", "LS"]]), "line_mammography_cert": "M2", "line_clia": "22D0000002",
    "referring_clia": "22D0000003", "immunization_batch": "LOT1", "sales_tax_cents": 105, "postage_cents": 250,
    "line_file_information": as_json(["LINE FIXED"]), "line_note_code": "DCP", "line_note": "Went well",
    "third_party_note": "Repriced", "purchased_service_provider_key": "BOUGHT", "purchased_service_amount_cents": 4000,
    "line_pricing": as_json(PRICING | {
        "procedure_qualifier": "HC", "procedure_code": "99213", "unit_type": "UN", "units": "1.5",
    }),
    "drug_qualifier": "N4", "ndc": "00002143380", "ndc_units": Decimal("0.500"), "ndc_unit_type": "ML",
    "rx_number_qual": "XZ", "rx_number": "RX1", "line_rendering_key": "LREND", "line_service_facility_key": "LPLACE",
    "line_supervising_key": "LSUP", "ordering_provider_key": "ORDER", "line_referring_key": "LREF", "line_pcp_key": "LPCP",
    "line_supplement": as_json({
        "ambulance": AMBULANCE, "hospice_employee": True,
        "dme": {
            "procedure_code": "E1390", "days": 30, "rental_amount": "100.50", "purchase_amount": 900,
            "rental_unit_code": "4", "certification_type": "I", "months": 12, "cmn_transmission": "AD",
            "conditions": [{"indicator": "Y", "codes": ["38", "ZV"]}],
        },
        "forms": [{"list_code": "UT", "form_id": "484.03", "answers": [
            {"question": "1A", "yes_no": "Y", "text": "Fifty", "on": "2026-02-10", "percent": "50.5"},
        ]}],
    }),
}  # fmt: skip
_PROCEDURE = {"qualifier": "HC", "code": "99212", "modifiers": ["25", "59", "GA", "GY"], "text": "As coded"}
ATTACHMENTS = [
    {"line_number": None, "report_type": "OZ", "transmission": "EL", "control_number": "AC1"},
    {"line_number": None, "report_type": "B4", "transmission": "AA", "control_number": None},
    {"line_number": 1, "report_type": "OZ", "transmission": "FX", "control_number": "AC2"},
]
_REASONS = ["45", "97", "144", "253", "96", "204", "29"]


def everything() -> list[ClaimRows]:
    """Give claims that together fill every field: a child's, a secondary, a self-insured one, and single leftovers."""
    lines = [
        line(
            1,
            modifiers="25:59:GA:GY",
            diagnosis_pointers="1:2:3:4",
            service_to_on=date(2026, 3, 4),
            units=Decimal("1.500"),
        ),
    ]
    diagnoses = ["J069", "R05", "Z23", "E119", "I10", "M545", "N390", "K219", "F329", "G4700", "H6690", "L309"]
    child = claim(
        "child", lines, {"frequency_code": "7", "original_claim_number": "ICN9"}, ENCOUNTER, PATIENT,
        COVERAGE | _INSURED | {"relationship": "20", "subscriber_entity": "2", "subscriber_first_name": None,
                               "subscriber_birth_date": date(1977, 3, 20)},
        providers=RICH, diagnoses=diagnoses, attachments=ATTACHMENTS, service_lines={1: SOURCE},
    )  # fmt: skip
    child = replace(child, coverages=[*child.coverages, SECOND])
    claims = [child, _second_of(child), _own(child)]
    everyone = [*claims, *map(_moved, claims), *_leftovers()]
    return [replace(rows, version=rows.version | {"claim_id": f"n{n}"}) for n, rows in enumerate(everyone)]


def _second_of(child: ClaimRows) -> ClaimRows:
    """Give the claim to the second payer: the first has decided by line and by claim."""
    first = COVERAGE | _INSURED | {"prior_paid_amount_cents": 10_600, "prior_remaining_liability_cents": 2000}
    decided = {
        "payer_rank": "P", "line_number": 1, "paid_amount_cents": 11_300, "paid_units": Decimal("1.5"),
        "adjudicated_procedure": as_json(_PROCEDURE), "bundled_into_line": 1, "adjudication_date": ON,
        "remaining_liability_cents": 2000,
    }  # fmt: skip
    adjusted = [
        {"payer_rank": "P", "line_number": at, "group_code": "CO", "reason_code": reason, "amount_cents": 100,
         "quantity": Decimal("1")}
        for at in (1, None) for reason in _REASONS
    ]  # fmt: skip
    encounter = child.encounter | {"supplement": None}
    return replace(
        child,
        coverages=[first, SECOND],
        payer_rank="S",
        cob_lines=[decided],
        cob_adjustments=adjusted,
        encounter=encounter,
    )


def _own(child: ClaimRows) -> ClaimRows:
    own = COVERAGE | _INSURED | {"group_number": None, "group_name": "Harbor Staff"}
    return replace(child, coverages=[own], service_lines={1: {"unit_type": "UN"}}, attachments=[])


def _leftovers() -> list[ClaimRows]:
    """Give claims for fields that exclude the fuller ones."""
    first = secondary().coverages[0] | {"prior_remaining_liability_cents": 1500, "prior_adjudication_date": ON}
    adjusted = [
        {"payer_rank": "P", "line_number": None, "group_code": "CO", "reason_code": "45", "amount_cents": 7550},
    ]
    by_claim = secondary(coverages=[first, SECOND], cob_lines=[], cob_adjustments=adjusted)
    named = [COVERAGE, SECOND | {"group_name": "Harbor Staff"}]
    ends = [claim(encounter={"disability_from": ON}), claim(encounter={"disability_to": ON})]
    return [by_claim, claim(coverages=named), *ends]


def _abroad(value: object) -> object:
    """Give rows with every Canadian address moved to Mexico, in JSON columns too."""
    if isinstance(value, dict):
        return {key: _abroad(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_abroad(item) for item in value]
    if isinstance(value, str) and value.startswith("{"):
        return value.replace('"ON"', '"JAL"').replace('"CA"', '"MX"')
    return {"ON": "JAL", "CA": "MX"}.get(value, value) if isinstance(value, str) else value


def _moved(rows: ClaimRows) -> ClaimRows:
    fields = ("encounter", "service_lines", "patient", "coverages", "providers")
    return replace(rows, **{name: _abroad(getattr(rows, name)) for name in fields})
