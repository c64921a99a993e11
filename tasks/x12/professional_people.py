"""Loops 2000A to 2010AC (who bills), 2000B to 2010BB (who is insured, by whom) and 2000C (whom it is about)."""

from tasks.x12.builder import refuse
from tasks.x12.builder_json import json_tuples
from tasks.x12.builder_values import Columns, Row, day, exact, flag, quantity, text
from tasks.x12.professional_provider import address, contacts, has_address, name, secondary_ids, specialty
from tasks.x12.professional_rows import RULES, ClaimRows

BILLING_KEYS = ("billing_provider_key", "pay_to_key", "pay_to_plan_key")
PAYER_COLUMNS = Columns(
    "payer_name", "payer_id", "payer_address1", "payer_address2", "payer_city", "payer_state", "payer_zip", "payer_country",
    "payer_country_subdivision", "payer_secondary_ids", "billing_provider_payer_id",
)  # fmt: skip
COVERAGE_COLUMNS = Columns(
    *PAYER_COLUMNS.names, "relationship", "payer_rank", "group_number", "group_name", "insurance_type_code",
    "claim_filing_code", "member_id", "subscriber_entity", "subscriber_last_name", "subscriber_first_name",
    "subscriber_middle_name", "subscriber_suffix", "subscriber_birth_date", "subscriber_sex", "subscriber_address1",
    "subscriber_address2", "subscriber_city", "subscriber_state", "subscriber_zip", "subscriber_country",
    "subscriber_country_subdivision", "subscriber_ssn", "pc_claim_number", "pc_contact_name", "pc_contact_phone",
)  # fmt: skip
"""Columns of the destination payer's coverage that loops 2000B to 2010CA are made of."""
_SUBSCRIBER_NAME = (
    "subscriber_last_name", "subscriber_first_name", "subscriber_middle_name", "subscriber_suffix",
)  # fmt: skip


def billing_loops(claim: ClaimRows) -> list[str]:
    """Give what follows the HL of loop 2000A: specialty, billing provider, pay-to address, pay-to plan.

    Shape: made of the providers that BILLING_KEYS name, and of nothing else of the claim.
    """
    billing = claim.provider("billing_provider_key")
    if billing is None:
        refuse("WRITE_PROVIDER", "NM1", "09", "the encounter names no billing provider")
    tax_code = exact(billing.get("tax_id_type"))
    return [
        *specialty("2000A", "BI", billing),
        name("2010AA", "85", billing),
        *address("2010AA", billing, "", "zip9"),
        RULES["2010AA", "REF", tax_code or "EI"].write(tax_code, exact(billing.get("tax_id"))),
        *secondary_ids("2010AA", billing),
        *contacts("2010AA", billing),
        *_pay_to_address(claim, billing),
        *_pay_to_plan(claim),
    ]


def _pay_to_address(claim: ClaimRows, billing: Row) -> list[str]:
    pay_to = claim.provider("pay_to_key")
    if pay_to is None or pay_to["provider_key"] == billing["provider_key"]:
        return []
    start = RULES["2010AB", "NM1", ""].write("87", exact(pay_to.get("entity_type")))
    return [start, *address("2010AB", pay_to, "", "zip9")]


def _pay_to_plan(claim: ClaimRows) -> list[str]:
    """Give loop 2010AC; the plan's number is the row's commercial number, its office the location number.

    Source: none; the contract says only that the plan is a row of the providers.
    """
    plan = claim.provider("pay_to_plan_key")
    if plan is None:
        return []
    unused = ("",) * 4
    office = exact(plan.get("location_number"))
    return [
        RULES["2010AC", "NM1", ""].write(
            "PE", "2", text(plan.get("last_or_org_name")), *unused, "PI", exact(plan.get("commercial_number"))
        ),
        *address("2010AC", plan, "", "zip9"),
        *([RULES["2010AC", "REF", "FY"].write("FY", office)] if office else []),
        RULES["2010AC", "REF", "EI"].write("EI", exact(plan.get("tax_id"))),
    ]


def subscriber_loops(coverage: Row, patient: Row | None) -> list[str]:
    """Give what follows the HL of loop 2000B up to the payer: the destination payer's subscriber.

    Shape: COVERAGE_COLUMNS of the coverage; no patient where he is not the subscriber.
    Holds: where the patient is the subscriber, address and birth date stand; the patient's where the coverage has none.
    """
    facts = [] if patient is None else _patient_facts("2000B", patient, "")
    return [
        subscriber_information("2000B", coverage, "" if patient is None else "18"),
        *facts,
        *_subscriber(coverage, patient),
    ]


def subscriber_information(loop: str, coverage: Row, relationship_code: str) -> str:
    """Give SBR; the group's name stands only where there is no group number."""
    group = exact(coverage.get("group_number"))
    group_name = "" if group else text(coverage.get("group_name"))
    kind, filing = exact(coverage.get("insurance_type_code")), exact(coverage.get("claim_filing_code"))
    rank = exact(coverage["payer_rank"])
    return RULES[loop, "SBR", ""].recall(rank, relationship_code, group, group_name, kind, "", "", "", filing)


def subscriber_name(loop: str, coverage: Row, patient: Row | None) -> str:
    """Give NM1*IL; names missing in the coverage are the patient's, where the patient is the subscriber."""
    own = coverage if coverage.get("subscriber_last_name") or patient is None else _as_subscriber(patient)
    last, first, middle, suffix = map(text, map(own.get, _SUBSCRIBER_NAME))
    kind, member_id = exact(coverage.get("subscriber_entity")) or "1", exact(coverage.get("member_id"))
    return RULES[loop, "NM1", ""].write("IL", kind, last, first, middle, "", suffix, "MI", member_id)


def _as_subscriber(patient: Row) -> Row:
    return {f"subscriber_{column}": value for column, value in patient.items()}


def _subscriber(coverage: Row, patient: Row | None) -> list[str]:
    written = [subscriber_name("2010BA", coverage, patient)]
    if has_address(coverage, "subscriber_"):
        written += address("2010BA", coverage, "subscriber_")
    elif patient is not None:
        written += address("2010BA", patient)
    born_on, sex = coverage.get("subscriber_birth_date"), coverage.get("subscriber_sex")
    if patient is not None:
        born_on, sex = born_on or patient.get("birth_date"), sex or patient.get("sex")
    if patient is not None or (born_on and sex):
        written.append(RULES["2010BA", "DMG", ""].write("D8", day(born_on), exact(sex)))
    if coverage.get("subscriber_ssn"):
        written.append(RULES["2010BA", "REF", "SY"].write("SY", exact(coverage["subscriber_ssn"])))
    if patient is not None and coverage.get("pc_claim_number"):
        written.append(RULES["2010BA", "REF", "Y4"].write("Y4", exact(coverage["pc_claim_number"])))
    told = coverage if patient is None or coverage.get("pc_contact_phone") else patient
    return written + _casualty_contact("2010BA", told)


def _casualty_contact(loop: str, row: Row) -> list[str]:
    if not row.get("pc_contact_phone"):
        return []
    contact, phone = text(row.get("pc_contact_name")), exact(row["pc_contact_phone"])
    return [RULES[loop, "PER", ""].write("IC", contact, "TE", phone)]


def payer_loops(coverage: Row, billing: Row) -> list[str]:
    """Give loop 2010BB: the destination payer, and the numbers under which it knows the billing provider.

    Shape: made of PAYER_COLUMNS of the coverage.
    """
    unused = ("",) * 4
    return [
        RULES["2010BB", "NM1", ""].write(
            "PR", "2", text(coverage.get("payer_name")), *unused, "PI", exact(coverage.get("payer_id"))
        ),
        *(address("2010BB", coverage, "payer_") if has_address(coverage, "payer_") else []),
        *payer_ids("2010BB", coverage),
        *_billing_provider_ids(coverage, billing),
    ]


def payer_ids(loop: str, coverage: Row) -> list[str]:
    """Give REF of the payer's other identifiers (2U, EI, FY, NF)."""
    return RULES[loop, "REF", "2U"].write_each(json_tuples(coverage, "payer_secondary_ids", 2))


def billing_provider_numbers(coverage: Row) -> list[tuple[str, ...]]:
    """Give the identifiers (G2, LU) under which a payer knows the billing provider."""
    return json_tuples(coverage, "billing_provider_payer_id", 2)


def _billing_provider_ids(coverage: Row, billing: Row) -> list[str]:
    pairs = billing_provider_numbers(coverage)
    if not pairs:
        own = {"G2": "commercial_number", "LU": "location_number"}
        pairs = [(code, exact(billing[column])) for code, column in own.items() if billing.get(column)]
    return RULES["2010BB", "REF", "G2"].write_each(pairs)


def patient_loops(coverage: Row, patient: Row) -> list[str]:
    """Give what follows the HL of loop 2000C: a patient who is not the subscriber.

    Shape: COVERAGE_COLUMNS of the coverage.
    """
    written = [
        *_patient_facts("2000C", patient, exact(coverage.get("relationship"))),
        RULES["2010CA", "NM1", ""].write(
            "QC", "1", text(patient.get("last_name")), text(patient.get("first_name")),
            text(patient.get("middle_name")), "", text(patient.get("suffix")),
        ),
        *address("2010CA", patient),
        RULES["2010CA", "DMG", ""].write("D8", day(patient.get("birth_date")), exact(patient.get("sex"))),
    ]  # fmt: skip
    if coverage.get("pc_claim_number"):
        written.append(RULES["2010CA", "REF", "Y4"].write("Y4", exact(coverage["pc_claim_number"])))
    if patient.get("pc_patient_id"):
        code = exact(patient.get("pc_patient_id_qual"))
        written.append(RULES["2010CA", "REF", "1W"].write(code, exact(patient["pc_patient_id"])))
    return written + _casualty_contact("2010CA", patient)


def _patient_facts(loop: str, patient: Row, relationship_code: str) -> list[str]:
    death, weight, pregnant = day(patient.get("death_date")), patient.get("weight_lb"), patient.get("pregnant")
    if not (relationship_code or loop == "2000C" or death or weight or pregnant):
        return []
    facts = ("D8" if death else "", death, "01" if weight else "", quantity(weight), flag(pregnant))
    return [RULES[loop, "PAT", ""].write(relationship_code, "", "", "", *facts)]
