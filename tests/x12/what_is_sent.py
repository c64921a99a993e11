"""What of a claim's rows an 837P says: everything that is filled, less what these rules name, each with its reason.

Written apart from the writer: a column that neither comes back nor is named here, nor refused, is a fault of the writer.
"""

from tasks.x12.professional_rows import RULES

NO_FIELD = {
    "encounter": {"encounter_id", "encounter_version", "patient_key", "claim_type", "dx_version"},
    "version": {"claim_id", "claim_version"},
    "lines": {"claim_id", "claim_version", "source_line_number"},
    "patient": {
        "patient_key",
        "phone",
        "medical_record_number",
    },  # statements; the encounter's own number stands in REF*EA
    "coverages": {"encounter_id", "coverage_start", "coverage_end", "eligibility_checked_at", "eligibility_status"},
    "providers": {"provider_key"},
}
"""Columns that name rows, or that the contract keeps for checks and statements. Keys are compared by their providers."""

ZERO_IS_NONE = {
    "patient_amount_paid_cents", "sales_tax_cents", "postage_cents", "ambulance_patient_count",
    "obstetric_anesthesia_units", "weight_lb", "purchased_service_amount_cents", "ndc_units",
}  # fmt: skip
OF_THE_CLAIM = {
    "line_place_of_service": "place_of_service", "last_seen_date": "last_seen_date", "last_xray_date": "last_xray_date",
    "initial_treatment_date": "initial_treatment_date", "line_mammography_cert": "mammography_cert",
    "line_clia": "clia_number",
}  # fmt: skip
"""A line says these only where they are not the claim's."""
OF_OTHER_PAYERS = {
    "benefits_assigned", "patient_signature_source", "release_of_information", "moa", "other_payer_provider_ids",
    "prior_paid_amount_cents", "prior_noncovered_amount_cents", "prior_remaining_liability_cents",
    "prior_adjudication_date", "prior_claim_number", "prior_adjustment_indicator",
}  # fmt: skip
"""Loop 2320 has them, of payers other than the one that the claim goes to; the claim's own are the encounter's."""
OF_THE_DESTINATION = {
    "subscriber_birth_date", "subscriber_sex", "pc_claim_number", "pc_contact_name", "pc_contact_phone",
}  # fmt: skip
"""The guide has no place for these in loops 2330."""
_FACTS = ("death_date", "weight_lb", "pregnant")
_NAMES = ("last_name", "first_name", "middle_name", "suffix")
_STREET = ("address1", "address2", "city", "state", "zip", "country")
_CASUALTY = ("pc_contact_name", "pc_contact_phone")
_NUMBERS = {"0B": "license_number", "1G": "upin", "G2": "commercial_number", "LU": "location_number"}
_REACH = ("phone", "phone_ext", "fax", "email")


def _filled(row):
    return {c: v for c, v in row.items() if v is not None and v != "" and not (c in ZERO_IS_NONE and not v)}


def _without(row, columns):
    return {column: value for column, value in row.items() if column not in columns}


def _address(row, prefix="", postal="zip", is_optional=False):
    """Give a row with its address as N3 and N4 say it; street and city together make an address."""
    columns = [f"{prefix}{c}" for c in (*_STREET[:4], postal, "country", "country_subdivision")]
    street, more, city, state, code, country, subdivision = map(row.get, columns)
    rest = _without(row, columns)
    if is_optional and not (street and city):
        return rest
    country = (country or "").strip().upper()
    is_domestic = country in ("", "US", "USA")
    abroad = "" if is_domestic or country == "CA" else subdivision
    told = (street, more, city, abroad or (state or "").upper(), _postal(code), "" if is_domestic else country)
    return _filled(rest | dict(zip(columns, told, strict=False)))


def _postal(code):
    return (code or "").replace("-", "").replace(" ", "").upper()


def sent_version(rows):
    """The number of the claim that is replaced stands with frequency 7 and 8."""
    replaces = rows.version["frequency_code"] in ("7", "8")
    return _without(_filled(rows.version), () if replaces else ("original_claim_number",))


def sent_encounter(rows, destination):
    """Authorization and referral are the payer's own; the encounter's go to the primary payer that gave none."""
    row = _filled(rows.encounter)
    for own, theirs in (("prior_auth_number", "auth_number"), ("referral_number", "referral_number")):
        if rows.payer_rank != "P" or destination.get(theirs):
            row.pop(own, None)
    return row


def sent_patient(rows, destination):
    """A patient who is the subscriber is told as subscriber; only his facts stand beside."""
    row = _filled(rows.patient)
    if (destination.get("relationship") or "").strip() == "18":
        return {column: row[column] for column in _FACTS if column in row}
    row = _address(row)
    if not row.get("pc_patient_id"):
        row.pop("pc_patient_id_qual", None)  # it says which number, and there is none
    return row if row.get("pc_contact_phone") else _without(row, _CASUALTY)


def sent_coverage(rows, coverage):
    """Give the coverage of the destination or of another payer; what it leaves open of a subscriber is the patient's."""
    row, patient, is_own = _filled(coverage), rows.patient, coverage["payer_rank"] == rows.payer_rank
    is_patient = (coverage.get("relationship") or "").strip() == "18"
    if is_patient and not row.get("subscriber_last_name"):
        row = _filled(row | {f"subscriber_{c}": patient.get(c) for c in _NAMES})
    if is_own and is_patient:
        if not (row.get("subscriber_address1") and row.get("subscriber_city")):
            row |= {f"subscriber_{c}": patient.get(c) for c in (*_STREET, "country_subdivision")}
        row |= {f"subscriber_{c}": row.get(f"subscriber_{c}") or patient.get(c) for c in ("birth_date", "sex")}
    elif is_own and not (row.get("subscriber_birth_date") and row.get("subscriber_sex")):
        row = _without(row, ("subscriber_birth_date", "subscriber_sex"))  # DMG has both, or is not used
    row = _address(_address(row, "subscriber_", is_optional=not (is_own and is_patient)), "payer_", is_optional=True)
    if row.get("group_number"):
        row.pop("group_name", None)
    if is_own and not row.get("pc_contact_phone"):
        row = _without(row, _CASUALTY)
    if not is_own and any(d["payer_rank"] == coverage["payer_rank"] for d in rows.cob_lines):
        row.pop("prior_adjudication_date", None)  # the lines say when
        decided = [d for d in rows.cob_lines if d["payer_rank"] == coverage["payer_rank"]]
        if any(d.get("remaining_liability_cents") is not None for d in decided):
            row.pop("prior_remaining_liability_cents", None)
    return _without(row, OF_OTHER_PAYERS if is_own else OF_THE_DESTINATION)


def sent_source(rows, source):
    row = _filled(source)
    return {c: v for c, v in row.items() if c not in OF_THE_CLAIM or v != rows.encounter.get(OF_THE_CLAIM[c])}


def sent_roles(rows):
    """Give which providers the claim names: (column, line number or None) to the key.

    Nobody is named twice: a role that who bills, renders or refers has anyway is left out.
    """
    keys = {c: v for c, v in rows.encounter.items() if c.endswith("_key") and v}
    billing, rendering, referring = (keys.get(f"{c}_provider_key") for c in ("billing", "rendering", "referring"))
    implied = {
        "pay_to_key": billing, "rendering_provider_key": billing, "service_facility_key": billing,
        "supervising_provider_key": rendering or billing, "pcp_key": referring,
    }  # fmt: skip
    found = {(c, None): key for c, key in keys.items() if c != "patient_key" and key != implied.get(c)}
    if not referring:
        found.pop(("pcp_key", None), None)  # the guide names a primary care provider beside a referring one
    for line in rows.lines:
        found |= {(c, line["line_number"]): key for c, key in _line_roles(rows, line, rendering or billing)}
    return found


def _line_roles(rows, line, renders):
    source = {c: v for c, v in rows.service_lines[line["source_line_number"]].items() if c.endswith("_key") and v}
    of_claim = {
        "line_rendering_key": "rendering_provider_key", "line_service_facility_key": "service_facility_key",
        "line_supervising_key": "supervising_provider_key", "line_referring_key": "referring_provider_key",
        "line_pcp_key": "pcp_key",
    }  # fmt: skip
    found = {c: key for c, key in source.items() if key != rows.encounter.get(of_claim.get(c))}
    if source.get("ordering_provider_key") == source.get("line_rendering_key", renders):
        found.pop("ordering_provider_key", None)
    if "line_referring_key" not in found:
        found.pop("line_pcp_key", None)
    return found.items()


LOOPS = {
    "billing_provider_key": "2010AA", "pay_to_key": "2010AB", "pay_to_plan_key": "2010AC", "rendering_provider_key": "2310B",
    "referring_provider_key": "2310A", "pcp_key": "2310A", "supervising_provider_key": "2310D",
    "service_facility_key": "2310C", "line_rendering_key": "2420A", "line_referring_key": "2420F", "line_pcp_key": "2420F",
    "line_supervising_key": "2420D", "line_service_facility_key": "2420C", "ordering_provider_key": "2420E",
    "purchased_service_provider_key": "2420B",
}  # fmt: skip
_WITH_PLACE = (
    "billing_provider_key",
    "pay_to_key",
    "pay_to_plan_key",
    "service_facility_key",
    "line_service_facility_key",
)


def sent_provider(rows, role, key, destination):
    """Give what this role's loop takes of a provider: a row of the registry serves many roles."""
    row, loop = _filled(rows.providers[key]), LOOPS[role]
    kept = {"npi", "entity_type"} if role != "pay_to_key" else {"entity_type"}
    if role not in ("pay_to_key", "purchased_service_provider_key"):
        kept |= {"last_or_org_name", "first_name", "middle_name", "suffix"}
    if role == "pay_to_plan_key":
        kept = {"last_or_org_name", "commercial_number", "location_number", "tax_id"}
    kept |= {column for code, column in _NUMBERS.items() if (loop, "REF", code) in RULES and role != "pay_to_plan_key"}
    kept |= {"taxonomy"} if role in ("billing_provider_key", "rendering_provider_key", "line_rendering_key") else set()
    if role == "billing_provider_key":
        kept |= {"tax_id", "tax_id_type"}
        is_told = (destination.get("billing_provider_payer_id") or "[]") != "[]"
        kept |= set() if is_told else {"commercial_number", "location_number"}
    if (loop, "PER", "") in RULES:
        reach = ("phone", "phone_ext") if loop == "2310C" else _REACH
        told = [column for column in reach if row.get(column)][
            : 3 if loop == "2420E" else None
        ]  # one PER has room for three
        kept |= {"contact_name", *told} if told else set()
    if role in _WITH_PLACE or (role == "ordering_provider_key" and row.get("address1") and row.get("city")):
        place = _address(row, "", "zip9")
        row, kept = row | place, kept | {*_STREET[:4], "zip9", "country"}
        row = {c: v for c, v in row.items() if c in place or c not in (*_STREET[:4], "zip9", "country")}
    return {column: value for column, value in row.items() if column in kept}
