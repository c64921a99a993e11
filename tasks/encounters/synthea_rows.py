"""The rows of each canonical table, made from a Synthea export."""

from collections.abc import Iterable
from datetime import date

from schemas.keys import key_of
from schemas.money import cents_of
from tasks.encounters.registry import Registry, split_name
from tasks.encounters.synthea_source import Row, Source, lineage

PLACES_OF_SERVICE = {
    "ambulatory": "11",
    "wellness": "11",
    "outpatient": "11",
    "virtual": "10",
    "home": "12",
    "urgentcare": "20",
    "inpatient": "21",
    "emergency": "23",
    "snf": "31",
    "hospice": "34",
}
FACILITY_CLASSES = frozenset({"inpatient", "snf", "hospice"})
RELATIONSHIPS = {"Self": "18", "Spouse": "01", "Guardian": "19"}
_MOST_DIAGNOSES = 12
_CODED_POINTERS = 4


def encounter_rows(source: Source, registry: Registry, tenant_id: str) -> list[Row]:
    """Give one canonical encounter per visit, version 1: an export tells nothing of amendments."""
    return [_encounter(row, source, registry, tenant_id) for row in source.encounters]


def _encounter(row: Row, source: Source, registry: Registry, tenant_id: str) -> Row:
    _, codes = source.diagnoses.get(row["Id"], ({}, []))
    total = _sum(charge["AMOUNT"] for charge in source.charges.get(row["Id"], ()))
    transition = source.transition(row)
    is_uninsured = source.is_uninsured(transition["PAYER"] if transition else row["PAYER"])
    return {
        "source_system": "synthea",
        "tenant_id": tenant_id,
        "encounter_id": row["Id"],
        "encounter_version": "1",
        "billable_status": "not_billable" if total in ("0.00", None) else "billable",
        "encounter_status": "finished" if row["STOP"] else "in_progress",
        "responsible_party": "self_pay" if is_uninsured else "insurance",
        "total_charge": total,
        "claim_frequency": "1",
        "provider_signature_on_file": "true",
        "assignment_code": "A",
        "benefits_assigned": "Y",
        "release_of_information": "Y",
        "patient_amount_paid": _paid_at_desk(row["Id"], source),
        "medical_record_number": row["PATIENT"],
        "clia_number": registry.clia_number,
        "dx_version": "SCT",
        **{f"dx_{number}": code for number, code in enumerate(codes[:_MOST_DIAGNOSES], start=1)},
        "billing_provider_key": registry.billing_provider_key,
        "rendering_provider_key": row["PROVIDER"],
        "service_facility_key": row["ORGANIZATION"],
        "patient_key": row["PATIENT"],
        **_when_and_where(row, source),
        **lineage(row, "encounters"),
    }


def _when_and_where(row: Row, source: Source) -> Row:
    """Give dates, place and kind of claim; a visit is one local day, a stay in a facility runs from first to last."""
    place = row["ENCOUNTERCLASS"]
    begins = source.day(row["START"])
    if place not in FACILITY_CLASSES:
        days = {"date_of_service_from": _text(begins), "date_of_service_to": _text(begins)}
        return {**days, "claim_type": "P", "place_of_service": PLACES_OF_SERVICE.get(place)}
    ends = source.day(row["STOP"])
    return {
        "date_of_service_from": _text(begins),
        "date_of_service_to": _text(ends),
        "admission_date": _text(begins),
        "discharge_date": _text(ends),
        "claim_type": "I",
        "place_of_service": PLACES_OF_SERVICE[place],
    }


def _paid_at_desk(encounter_id: str, source: Source) -> str | None:
    return _sum(copay["PAYMENTS"] for copay in source.copays.get(encounter_id, ()))


def desk_payment_rows(source: Source) -> list[Row]:
    """Give one row per payment that an encounter's patient_amount_paid is the sum of; none where that cannot be read."""
    return [
        {"encounter_id": row["Id"], "paid": copay["PAYMENTS"], **lineage(copay, "claims_transactions")}
        for row in source.encounters
        if _paid_at_desk(row["Id"], source) is not None
        for copay in source.copays[row["Id"]]
    ]


def patient_rows(source: Source) -> list[Row]:
    """Give one row per patient; names keep Synthea's figures, the gate takes them out and says so (check P02)."""
    return [
        {
            "patient_key": row["Id"],
            **{f"{part}_name": row[part.upper()] for part in ("last", "first", "middle")},
            "suffix": row["SUFFIX"],
            "birth_date": _text(source.day(row["BIRTHDATE"])),
            "death_date": _text(source.day(row["DEATHDATE"])),
            "sex": row["GENDER"],
            **_address(row, ""),
            "medical_record_number": row["Id"],
            **lineage(row, "patients"),
        }
        for row in source.patients.values()
    ]


def _address(row: Row, prefix: str) -> Row:
    return {f"{prefix}{name}": row[column] for name, column in _ADDRESS.items()}


_ADDRESS = {"address1": "ADDRESS", "city": "CITY", "state": "STATE", "zip": "ZIP"}


def coverage_rows(source: Source, registry: Registry) -> list[Row]:
    """Give the payer rows in force when each encounter began; a visit of the uninsured has none."""
    rows: list[Row] = []
    for encounter in source.encounters:
        transition = source.transition(encounter)
        if transition is None or source.is_uninsured(transition["PAYER"]):
            continue
        rows.append(_coverage(encounter, transition, "P", transition["PAYER"], source, registry))
        if transition["SECONDARY_PAYER"]:
            rows.append(_coverage(encounter, transition, "S", transition["SECONDARY_PAYER"], source, registry))
    return rows


def _coverage(encounter: Row, transition: Row, rank: str, payer: str, source: Source, registry: Registry) -> Row:
    """Give one payer's row; a second payer goes by the same member id, the export has no other."""
    payer_id = registry.payer_ids.get(payer)
    known = next((row for row in registry.payers if row["payer_id"] == payer_id), {})
    return {
        "encounter_id": encounter["Id"],
        "encounter_version": "1",
        "payer_rank": rank,
        "payer_id": payer_id,
        "payer_name": known.get("payer_name") or source.payer_names.get(payer),
        "claim_filing_code": known.get("claim_filing_code"),
        "relationship": RELATIONSHIPS.get(transition["PLAN_OWNERSHIP"] or ""),
        "member_id": (transition["MEMBERID"] or "").replace("-", "").upper() or None,
        "subscriber_entity": "1",
        **_subscriber(transition, source),
        "coverage_start": _text(source.day(transition["START_DATE"])),
        "coverage_end": _text(source.day(transition["END_DATE"])),
        "benefits_assigned": "Y",
        "release_of_information": "Y",
        **lineage(transition, "payer_transitions"),
    }


def _subscriber(transition: Row, source: Source) -> Row:
    """Give the patient as subscriber, or the owner's name alone: the export knows no more of another person."""
    patient = source.patients.get(transition["PATIENT"], {})
    if transition["PLAN_OWNERSHIP"] != "Self" or not patient:
        first, last = split_name(transition["OWNER_NAME"])
        return {"subscriber_last_name": last, "subscriber_first_name": first}
    return {
        **{f"subscriber_{part}_name": patient[part.upper()] for part in ("last", "first", "middle")},
        "subscriber_suffix": patient["SUFFIX"],
        "subscriber_birth_date": _text(source.day(patient["BIRTHDATE"])),
        "subscriber_sex": patient["GENDER"],
        **_address(patient, "subscriber_"),
    }


def service_line_rows(source: Source) -> list[Row]:
    """Give one line per CHARGE row, numbered within its encounter in file order."""
    places = {row["Id"]: row["ENCOUNTERCLASS"] for row in source.encounters}
    return [
        _service_line(encounter_id, number, charge, source, places.get(encounter_id) in FACILITY_CLASSES)
        for encounter_id, charges in source.charges.items()
        for number, charge in enumerate(charges, start=1)
    ]


def _service_line(encounter_id: str, number: int, charge: Row, source: Source, is_stay: bool) -> Row:
    begins, ends = source.day(charge["FROMDATE"]), source.day(charge["TODATE"])
    return {
        "encounter_id": encounter_id,
        "encounter_version": "1",
        "line_number": str(number),
        "line_id": key_of("synthea", charge["ID"])[:30],
        "procedure_qualifier": source.code_system(charge),
        "procedure_code": charge["PROCEDURECODE"],
        "modifier_1": charge["MODIFIER1"],
        "modifier_2": charge["MODIFIER2"],
        "charge": charge["AMOUNT"],
        "unit_type": "UN",
        "units": charge["UNITS"],
        **_pointers(charge, source),
        "date_from": _text(begins),
        "date_to": _text(ends if is_stay and begins and ends and ends > begins else begins),
        **lineage(charge, "claims_transactions"),
    }


def _pointers(charge: Row, source: Source) -> Row:
    """Give the line's pointers into the encounter's diagnoses; Synthea counts from 1 within the line's own claim."""
    by_claim, codes = source.diagnoses.get(charge["APPOINTMENTID"], ({}, []))
    own = by_claim.get(charge["CLAIMID"], [])
    positions: list[int] = []
    for number in range(1, _CODED_POINTERS + 1):
        reference = charge[f"DIAGNOSISREF{number}"] or ""
        code = own[int(reference) - 1] if reference.isdigit() and 0 < int(reference) <= len(own) else None
        position = codes.index(code) + 1 if code in codes else 0
        if 0 < position <= _MOST_DIAGNOSES and position not in positions:
            positions.append(position)
    return {f"dx_pointer_{number}": str(position) for number, position in enumerate(positions, start=1)}


def provider_rows(source: Source, registry: Registry) -> list[Row]:
    """Give the registry's providers, each with the export's row it was made from; the group goes by the first organization."""
    rows = []
    for provider in registry.providers:
        key = provider["provider_key"]
        is_clinician = key in source.clinicians
        origin = source.clinicians[key] if is_clinician else source.organizations.get(key)
        origin = origin or min(source.organizations.values(), key=lambda row: str(row["Id"]))
        rows.append({**provider, **lineage(origin, "providers" if is_clinician else "organizations")})
    return rows


def _sum(amounts: Iterable[str | None]) -> str | None:
    """Give the sum of amounts as plain dollars, None where there is none or one cannot be read."""
    try:
        cents = [cents_of(amount or "") for amount in amounts]
    except ValueError:
        return None
    return f"{sum(cents) // 100}.{sum(cents) % 100:02d}" if cents else None


def _text(day: date | None) -> str | None:
    return str(day) if day else None
