"""Loop 2300: the claim itself, and loops 2310 and 2320 in their order."""

import re
from collections.abc import Sequence

from tasks.x12.builder import refuse
from tasks.x12.builder_json import Info, inner, inner_list, json_list, json_object
from tasks.x12.builder_values import Row, composite, day, exact, flag, money, period, text
from tasks.x12.professional_line import attachment_segments, line_loops
from tasks.x12.professional_other_payer import other_payer_loops
from tasks.x12.professional_provider import claim_providers
from tasks.x12.professional_rows import RULES, ClaimRows
from tasks.x12.professional_supplement import ambulance_places, conditions, contract, pricing, spinal, transport

DATES = {
    "431": "onset_date", "454": "initial_treatment_date", "304": "last_seen_date", "453": "acute_manifestation_date",
    "439": "accident_date", "484": "last_menstrual_period", "455": "last_xray_date", "471": "vision_rx_date",
}  # fmt: skip
LATER_DATES = {
    "297": "last_worked_date", "296": "return_to_work_date", "435": "admission_date", "096": "discharge_date",
    "090": "assumed_care_date", "091": "relinquished_care_date", "444": "pc_first_contact_date",
    "050": "repricer_received_date",
}  # fmt: skip
EARLIER_REFERENCES = {"4N": "service_auth_exception", "F5": "medicare_crossover", "EW": "mammography_cert"}
LATER_REFERENCES = {
    "X4": "clia_number", "9A": "repriced_claim_number", "9C": "adjusted_repriced_claim_number", "LX": "ide_number",
    "D9": "clearinghouse_trace", "EA": "medical_record_number", "P4": "demo_project_id",
    "1J": "care_plan_oversight_npi",
}  # fmt: skip
MOST_LINES = 50
"""Source: 005010X222A1, repeat of loop 2400."""
_REPLACES = ("7", "8")
_CODES_OF_A_SEGMENT = 12
_MOST_DIAGNOSES = 12
_ICD10CM = re.compile(r"[A-Z]\d[A-Z0-9]{1,5}")


def claim_loops(claim: ClaimRows) -> list[str]:
    """Give CLM and all that follows it up to the last segment of the last line."""
    encounter = claim.encounter
    supplement = json_object(encounter, "supplement")
    written = [
        _claim(claim),
        *_dates(encounter),
        *attachment_segments("2300", [row for row in claim.attachments if row["line_number"] is None]),
        *contract("2300", encounter, "contract_info"),
        *_amount_paid(encounter),
        *_references(claim),
        *RULES["2300", "K3", ""].write_each([(text(note),) for note in json_list(encounter, "file_information")]),
        *_note(encounter),
        *_supplements(encounter, supplement),
        *_codes(claim),
        *pricing("2300", encounter, "pricing_info"),
        *claim_providers(claim),
        *ambulance_places("2310E", "2310F", inner(supplement, "ambulance")),
    ]
    for coverage in claim.others():
        written += other_payer_loops(claim, coverage)
    if not 1 <= len(claim.lines) <= MOST_LINES:
        refuse("WRITE_REPEAT", "LX", "01", f"the claim has {len(claim.lines)} lines, 1 to {MOST_LINES} are allowed")
    for line in claim.lines:
        written += line_loops(claim, line)
    return written


def _claim(claim: ClaimRows) -> str:
    encounter, version = claim.encounter, claim.version
    causes = {"AA": "accident_auto", "EM": "accident_employment", "OA": "accident_other"}
    named = [code for code, column in causes.items() if encounter.get(column)]
    where = encounter.get("accident_state") if "AA" in named else ""
    accident = composite(*(*named, "", "")[:2], "", exact(where), exact(encounter.get("accident_country")))
    return RULES["2300", "CLM", ""].write(
        exact(version["patient_control_number"]), money(version["total_charge_cents"]), "", "",
        composite(exact(encounter["place_of_service"]), "B", exact(version["frequency_code"])),
        "N" if encounter.get("provider_signature_on_file") is False else "Y", exact(encounter["assignment_code"]),
        exact(encounter["benefits_assigned"]), exact(encounter["release_of_information"]),
        exact(encounter.get("patient_signature_source")), accident if named else "",
        exact(encounter.get("special_program")), *("",) * 7, exact(encounter.get("delay_reason")),
    )  # fmt: skip


def _dates(encounter: Row) -> list[str]:
    return [*_listed_dates(encounter, DATES), *_disability(encounter), *_listed_dates(encounter, LATER_DATES)]


def _listed_dates(row: Row, columns: dict[str, str]) -> list[str]:
    filled = [(code, row[column]) for code, column in columns.items() if row.get(column)]
    return [RULES["2300", "DTP", code].write(code, "D8", day(on)) for code, on in filled]


def _disability(encounter: Row) -> list[str]:
    """Give DTP 314 for a range, 360 for a start alone, 361 for an end alone."""
    first_on, last_on = encounter.get("disability_from"), encounter.get("disability_to")
    if not (first_on or last_on):
        return []
    if first_on and last_on:
        return [RULES["2300", "DTP", "314"].write("314", "RD8", f"{day(first_on)}-{day(last_on)}")]
    code = "360" if first_on else "361"
    return [RULES["2300", "DTP", code].write(code, *period(first_on or last_on, None))]


def _amount_paid(encounter: Row) -> list[str]:
    cents = encounter.get("patient_amount_paid_cents")
    return [RULES["2300", "AMT", "F5"].write("F5", money(cents))] if cents else []


def _references(claim: ClaimRows) -> list[str]:
    """Give REF in the guide's order.

    Holds: frequency 7 and 8 name the payer's claim number; authorization and referral are the destination payer's own,
    the encounter's for the primary payer.
    """
    numbers = {code: claim.encounter.get(column) for code, column in EARLIER_REFERENCES.items()}
    numbers |= {"9F": _own_number(claim, "referral_number", "referral_number")}
    numbers |= {"G1": _own_number(claim, "auth_number", "prior_auth_number")}
    if claim.version["frequency_code"] in _REPLACES:
        numbers["F8"] = claim.version.get("original_claim_number")
        if not numbers["F8"]:
            refuse("WRITE_MISSING", "REF", "02", "Payer Claim Control Number is required for frequency 7 and 8")
    numbers |= {code: claim.encounter.get(column) for code, column in LATER_REFERENCES.items()}
    return [RULES["2300", "REF", code].write(code, exact(number)) for code, number in numbers.items() if number]


def _own_number(claim: ClaimRows, coverage_column: str, encounter_column: str) -> str | None:
    own: str | None = claim.destination().get(coverage_column)
    return own or (claim.encounter.get(encounter_column) if claim.payer_rank == "P" else None)


def _note(encounter: Row) -> list[str]:
    if not encounter.get("claim_note"):
        return []
    code = exact(encounter.get("claim_note_code")) or "ADD"
    return [RULES["2300", "NTE", ""].write(code, text(encounter["claim_note"]))]


def _supplements(encounter: Row, supplement: Info) -> list[str]:
    ambulance = inner(supplement, "ambulance")
    written = [
        *transport("2300", ambulance),
        *spinal(inner(supplement, "spinal")),
        *conditions("2300", "07", inner_list(ambulance, "conditions")),
        *conditions("2300", "E1", inner_list(supplement, "vision")),
    ]
    if encounter.get("homebound"):
        written.append(RULES["2300", "CRC", "75"].write("75", flag(True), "IH"))
    given = exact(encounter.get("epsdt_referral_given"))
    if given:
        codes = json_list(encounter, "epsdt_referral_codes")
        written.append(RULES["2300", "CRC", "ZZ"].write("ZZ", given, *codes))
    return written


def _codes(claim: ClaimRows) -> list[str]:
    """Give HI with the diagnoses, the anesthesia-related procedures and the condition codes."""
    encounter, diagnoses = claim.encounter, claim.diagnoses
    if len(diagnoses) > _MOST_DIAGNOSES:
        refuse("WRITE_REPEAT", "HI", "12-2", f"the claim has {len(diagnoses)} diagnoses, 12 are allowed")
    for number, code in enumerate(diagnoses, start=1):
        if not _ICD10CM.fullmatch(code):
            refuse("WRITE_FORMAT", "HI", f"{number:02d}-2", "Diagnosis Code is not ICD-10-CM without its dot")
    written = [RULES["2300", "HI", "ABK"].write(*_listed(("ABK",) + ("ABF",) * 11, diagnoses))]
    anesthesia = [exact(encounter.get(f"anesthesia_procedure_{n}")) for n in (1, 2)]
    if anesthesia[0]:
        written.append(RULES["2300", "HI", "BP"].write(*_listed(("BP", "BO"), [c for c in anesthesia if c])))
    found = json_list(encounter, "condition_codes")
    parts = [found[at : at + _CODES_OF_A_SEGMENT] for at in range(0, len(found), _CODES_OF_A_SEGMENT)]
    return written + RULES["2300", "HI", "BG"].write_each([_listed(("BG",) * 12, part) for part in parts])


def _listed(qualifiers: tuple[str, ...], codes: Sequence[str]) -> list[str]:
    return [f"{qualifier}:{code}" for qualifier, code in zip(qualifiers, codes, strict=False)]
