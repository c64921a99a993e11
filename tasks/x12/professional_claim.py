"""Loop 2300: the claim itself, and loops 2310 and 2320 in their order."""

import re
from collections.abc import Sequence
from functools import lru_cache

from tasks.x12.builder import refuse, terminated
from tasks.x12.builder_json import Info, inner, inner_list, json_list, json_object
from tasks.x12.builder_values import Columns, Row, composite, day, day_range, exact, flag, money, period, text
from tasks.x12.professional_line import attachment_segments
from tasks.x12.professional_other_payer import other_payer_loops
from tasks.x12.professional_rows import RULES, Beside, ClaimRows, check_beside
from tasks.x12.professional_supplement import (
    SUPPLEMENT,
    ambulance_places,
    conditions,
    contract,
    pricing,
    spinal,
    transport,
)

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
EXTRA = Columns(
    *DATES.values(), *LATER_DATES.values(), *EARLIER_REFERENCES.values(), *LATER_REFERENCES.values(), "disability_from",
    "disability_to", "contract_info", "referral_number", "prior_auth_number", "patient_amount_paid_cents", "file_information", "claim_note", "supplement",
    "homebound", "epsdt_referral_given", "anesthesia_procedure_1", "anesthesia_procedure_2", "condition_codes",
    "pricing_info", "claim_note_code", "epsdt_referral_codes",
)  # fmt: skip
"""Columns that ask for a segment beyond CLM and HI: most claims have none, and are written faster."""
BESIDE = {
    "claim_note_code": Beside("claim_note", "NTE", "02", "Claim Note Text"),
    "epsdt_referral_codes": Beside(
        "epsdt_referral_given", "CRC", "02", "Certification Condition Code Applies Indicator"
    ),
    "anesthesia_procedure_2": Beside("anesthesia_procedure_1", "HI", "01-2", "Anesthesia Related Surgical Procedure"),
}
MOST_LINES = 50
"""Source: 005010X222A1, repeat of loop 2400."""
_CLM = RULES["2300", "CLM", ""]
_ANY_CLAIM = "0", "0"
_is_patient_control_number = re.compile(_CLM.positions[0].pattern()).fullmatch
_FACTS = Columns(
    "place_of_service", "provider_signature_on_file", "assignment_code", "benefits_assigned", "release_of_information"
)
_RARE_FACTS = Columns(
    "patient_signature_source", "accident_auto", "accident_employment", "accident_other", "accident_state",
    "accident_country", "special_program", "delay_reason",
)  # fmt: skip
_UNCOMMON = Columns(*_RARE_FACTS.names, *EXTRA.names)
_REPLACES = ("7", "8")
_FREQUENCIES = ("1", *_REPLACES)
"""Source: domain notes, section 3: original, replacement, void."""
_MOST_CAUSES = 2
_MOST_OTHERS = 10
"""Source: 005010X222A1, repeat of loop 2320, as pyx12's map has it."""
_CODES_OF_A_SEGMENT = 12
_MOST_DIAGNOSES = 12
_ICD10CM = re.compile(r"[A-Z][0-9][A-Z0-9]{1,5}")


def claim_loops(claim: ClaimRows, coverage: Row, providers: str) -> str:
    """Give CLM and all that follows it up to the first line, each segment with its terminator.

    Shape: `coverage` is the destination payer's; `providers` is loops 2310A to 2310D as claim_providers makes them.
    """
    is_plain = _UNCOMMON.are_absent(claim.encounter)
    if claim.attachments or _has_numbers(claim, coverage) or (not is_plain and EXTRA.are_filled(claim.encounter)):
        written = _loops(claim, coverage, providers)
    else:
        written = f"{_claim(claim, is_plain)}~{_diagnoses(claim.diagnoses)}~{providers}"
    if len(claim.coverages) > 1:
        others = claim.others()
        if len(others) > _MOST_OTHERS:
            refuse(
                "WRITE_REPEAT", "SBR", "01", f"Payer Responsibility: {len(others)} other payers, at most {_MOST_OTHERS}"
            )
        for other in others:
            written += terminated(other_payer_loops(claim, other))
    if not 1 <= len(claim.lines) <= MOST_LINES:
        refuse("WRITE_REPEAT", "LX", "01", f"the claim has {len(claim.lines)} lines, 1 to {MOST_LINES} are allowed")
    return written


def _has_numbers(claim: ClaimRows, coverage: Row) -> bool:
    replaces = claim.version["frequency_code"] in _REPLACES
    return bool(replaces or coverage.get("referral_number") or coverage.get("auth_number"))


def _loops(claim: ClaimRows, coverage: Row, providers: str) -> str:
    """Give loops 2300 and 2310 of a claim that has more than its line of numbers, diagnoses and providers."""
    encounter = claim.encounter
    check_beside(encounter, BESIDE)
    _check_papers(claim)
    supplement = json_object(encounter, "supplement", SUPPLEMENT)
    written = [
        _claim(claim, is_plain=False),
        *_dates(encounter),
        *attachment_segments("2300", [row for row in claim.attachments if row.get("line_number") is None]),
        *contract("2300", encounter, "contract_info"),
        *_amount_paid(encounter),
        *_references(claim, coverage),
        *RULES["2300", "K3", ""].write_each([(note,) for note in json_list(encounter, "file_information")]),
        *_note(encounter),
        *_supplements(encounter, supplement),
        *_codes(claim),
        *pricing("2300", encounter, "pricing_info"),
    ]
    places = ambulance_places("2310E", "2310F", inner(supplement, "ambulance"))
    return terminated(written) + providers + terminated(places)


def _check_papers(claim: ClaimRows) -> None:
    """Pass attachments of the claim and of its lines."""
    known = {line["source_line_number"] for line in claim.lines} | {None}
    for number in (row.get("line_number") for row in claim.attachments):
        if number not in known:
            rule = f"belongs to charge line {number}, which is not in the claim"
            refuse("WRITE_LINE", "PWK", "06", f"Attachment Control Number {rule}")


def _claim(claim: ClaimRows, is_plain: bool) -> str:
    """Give CLM; its number is checked each time, the amount and the facts once for many claims."""
    version, encounter = claim.version, claim.encounter
    number = exact(version["patient_control_number"])
    if not _is_patient_control_number(number):
        _CLM.check_element(1, number)
    rare = () if is_plain else _RARE_FACTS.values(encounter)
    facts = _facts(version["frequency_code"], *_FACTS.values(encounter), *rare)
    return f"CLM*{number}*{_charge(version['total_charge_cents'])}{facts}"


@lru_cache(maxsize=65_536)
def _charge(cents: int) -> str:
    return _CLM.check_element(2, money(cents))


@lru_cache(maxsize=1_024)
def _facts(
    frequency_code: str, place: str | None, is_signed: bool | None, assignment: str | None, benefits: str | None,
    release: str | None, signature: str | None = None, auto: bool | None = None, employment: bool | None = None,
    other: bool | None = None, state: str | None = None, country: str | None = None, program: str | None = None,
    delay: str | None = None,
) -> str:  # fmt: skip
    """Give CLM from its third element on; equal facts are put together and checked once."""
    if frequency_code not in _FREQUENCIES:
        refuse("WRITE_CODE", "CLM", "05-3", f"Claim Frequency Code is none of {', '.join(_FREQUENCIES)}")
    accident = _accident({"AA": auto, "EM": employment, "OA": other}, exact(state), exact(country))
    facts = (
        "", "", composite(exact(place), "B", exact(frequency_code)), "N" if is_signed is False else "Y",
        exact(assignment), exact(benefits), exact(release), exact(signature), accident, exact(program),
        *("",) * 7, exact(delay),
    )  # fmt: skip
    return _CLM.write(*_ANY_CLAIM, *facts).removeprefix("*".join(("CLM", *_ANY_CLAIM)))


def _accident(causes: dict[str, bool | None], state: str, country: str) -> str:
    """Give CLM11.

    Source: contract, 837p_element_feeds.csv: two causes, state and country; pyx12's map marks the third cause not used.
    """
    named = [code for code, is_cause in causes.items() if is_cause]
    if len(named) > _MOST_CAUSES:
        refuse(
            "WRITE_REPEAT",
            "CLM",
            "11-3",
            "Related Causes Code: three causes, and the guide has room for two: leave one flag",
        )
    if state and not causes["AA"]:
        refuse("WRITE_USAGE", "CLM", "11-4", "Auto Accident State or Province Code stands only with accident_auto")
    if country and not named:
        refuse(
            "WRITE_USAGE",
            "CLM",
            "11-5",
            "Country Code stands only with an accident: set its flag, or empty accident_country",
        )
    return composite(*(*named, "", "")[:2], "", state, country)


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
        return [RULES["2300", "DTP", "314"].write("314", "RD8", day_range(first_on, last_on))]
    code = "360" if first_on else "361"
    return [RULES["2300", "DTP", code].write(code, *period(first_on or last_on, None))]


def _amount_paid(encounter: Row) -> list[str]:
    cents = encounter.get("patient_amount_paid_cents")
    return [RULES["2300", "AMT", "F5"].write("F5", money(cents))] if cents else []


def _references(claim: ClaimRows, coverage: Row) -> list[str]:
    """Give REF in the guide's order."""
    numbers = {code: claim.encounter.get(column) for code, column in EARLIER_REFERENCES.items()}
    numbers |= _payer_numbers(claim, coverage)
    numbers |= {code: claim.encounter.get(column) for code, column in LATER_REFERENCES.items()}
    return _written(numbers)


def _payer_numbers(claim: ClaimRows, coverage: Row) -> dict[str, str | None]:
    """Give the numbers that the destination payer knows.

    Holds: frequency 7 and 8 name the payer's claim number; authorization and referral are the destination payer's own,
    the encounter's for the primary payer.
    """
    own = claim.encounter if claim.payer_rank == "P" else {}
    numbers = {
        "9F": coverage.get("referral_number") or own.get("referral_number"),
        "G1": coverage.get("auth_number") or own.get("prior_auth_number"),
    }
    if claim.version["frequency_code"] in _REPLACES:
        numbers["F8"] = claim.version.get("original_claim_number")
        if not numbers["F8"]:
            refuse("WRITE_MISSING", "REF", "02", "Payer Claim Control Number is required for frequency 7 and 8")
    return numbers


def _written(numbers: dict[str, str | None]) -> list[str]:
    return [RULES["2300", "REF", code].write(code, exact(number)) for code, number in numbers.items() if number]


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
    encounter = claim.encounter
    written = [_diagnoses(claim.diagnoses)]
    anesthesia = [exact(encounter.get(f"anesthesia_procedure_{n}")) for n in (1, 2)]
    if anesthesia[0]:
        written.append(RULES["2300", "HI", "BP"].write(*_listed(("BP", "BO"), [c for c in anesthesia if c])))
    found = json_list(encounter, "condition_codes")
    parts = [found[at : at + _CODES_OF_A_SEGMENT] for at in range(0, len(found), _CODES_OF_A_SEGMENT)]
    return written + RULES["2300", "HI", "BG"].write_each([_listed(("BG",) * 12, part) for part in parts])


def _diagnoses(codes: Sequence[str]) -> str:
    """Give HI with the diagnoses, the first as the principal one; a code is checked once."""
    if not codes:
        refuse("WRITE_MISSING", "HI", "01-1", "Diagnosis Type Code is required: the claim has no diagnosis")
    if len(codes) > _MOST_DIAGNOSES:
        refuse("WRITE_REPEAT", "HI", "12-2", f"the claim has {len(codes)} diagnoses, 12 are allowed")
    if len(set(codes)) < len(codes):
        refuse("WRITE_REPEAT", "HI", "", "Diagnosis Code: one stands twice")
    if not all(map(_is_diagnosis, codes)):
        number = [*map(_is_diagnosis, codes)].index(False) + 1
        refuse("WRITE_FORMAT", "HI", f"{number:02d}-2", "Diagnosis Code is not ICD-10-CM without its dot")
    return "HI*ABK:" + "*ABF:".join(codes)


@lru_cache(maxsize=65_536)
def _is_diagnosis(code: str) -> bool:
    return bool(_ICD10CM.fullmatch(code))


def _listed(qualifiers: tuple[str, ...], codes: Sequence[str]) -> list[str]:
    return [f"{qualifier}:{code}" for qualifier, code in zip(qualifiers, codes, strict=False)]
