"""Claims whose columns are drawn from all that the contract has: most values sound, some of any kind."""

import string
from datetime import date
from decimal import Decimal

from hypothesis import strategies as st

from tasks.encounters.contract import fields
from tests.x12.what_is_sent import NO_FIELD
from tests.x12.write_everything import _INSURED, ATTACHMENTS, ENCOUNTER, PATIENT, RICH, SOURCE
from tests.x12.write_rows import COVERAGE, SECOND, as_json, claim, line

SOUND = {
    "encounters": ENCOUNTER | {"place_of_service": "11", "provider_signature_on_file": False, "assignment_code": "A",
                               "benefits_assigned": "N", "release_of_information": "I", "accident_other": True},
    "patients": PATIENT | {"last_name": "ALDERBY", "first_name": "SOREN", "birth_date": date(2014, 7, 5), "sex": "F",
                           "address1": "1 WAY", "city": "TIDEFIELD", "state": "MA", "zip": "01060", "country": "USA",
                           "country_subdivision": "JAL"},
    "coverages": COVERAGE | _INSURED | {
        "group_name": "HARBOR STAFF", "payer_country_subdivision": None, "subscriber_country_subdivision": None,
        "prior_paid_amount_cents": 0, "prior_remaining_liability_cents": 5, "prior_adjudication_date": date(2026, 2, 1)},
    "service_lines": SOURCE | {"unit_type": "MJ"},
    "providers": RICH["SOLO"],
}  # fmt: skip
"""A value for each column that passes by itself."""
NEVER = {
    "encounters": {"claim_frequency", "patient_control_number", "original_claim_number", "total_charge_cents"},
    "coverages": {"payer_rank", "payer_id"},
    "service_lines": {"procedure_code", "charge_cents", "units", "date_from", "date_to", "line_id", "line_number"},
}
"""Columns that claim and line have of their own, or that tell rows apart."""
_TEXTS = st.text(min_size=1, max_size=60) | st.text(
    string.ascii_letters + string.digits + " *:^~\n'-é#", min_size=1, max_size=60
)
_NUMBERS = st.text(string.ascii_uppercase + string.digits, min_size=1, max_size=60)
_ONE_IN = 40
"""Sound values are strange once in so many: a claim has dozens, and one is enough to refuse it."""


@st.composite
def _mostly(draw, sound, strange):
    return draw(strange if draw(st.integers(1, _ONE_IN)) == _ONE_IN // 2 else sound)


_QUANTITIES = _mostly(st.decimals("0.001", "99999.999", places=3), st.decimals(-1, 10**15, places=4))


def columns(table):
    """Give the fields of a contract table that a claim's rows have as they are, by column."""
    outside = NO_FIELD.get({"encounters": "encounter", "patients": "patient"}.get(table, table), set())
    numbered = ("dx_", "modifier_", "date_of_service")
    return {
        field.column: field
        for field in fields(table)
        if field.column not in outside | NEVER.get(table, set()) | {"encounter_id", "provider_key"}
        and not field.column.startswith(numbered)
        and field.column
        not in ("source_system", "tenant_id", "encounter_version", "billable_status", "encounter_status")
        and field.column not in ("note_signed_at", "responsible_party", "billing_provider_key")
    }


def any_value(field):
    """Give any value that the warehouse could hold in the field's column, sound or not."""
    if field.type in ("date", "timestamp"):
        return st.dates(date(2025, 1, 1), date(2026, 12, 31))
    if field.type == "bool":
        return st.booleans()
    if field.is_money:
        return st.integers(0, 10**10)
    if field.type.startswith("decimal"):
        return _QUANTITIES
    if field.type == "int":
        return st.integers(0, 10**15)
    if field.type in ("json",) or field.type.startswith("list"):
        return st.sampled_from(
            [
                "[",
                "{}",
                "[]",
                '{"ambulance": 1}',
                '{"other": 1}',
                '{"dme": {"days": 3}}',
                '["A", "B"]',
                '[["G2", "1"]]',
                '["' + "X" * 81 + '"]',
            ]
        )
    return st.sampled_from(field.values) if field.values else _NUMBERS | _TEXTS


TOGETHER = {
    "claim_note_code": "claim_note", "epsdt_referral_codes": "epsdt_referral_given", "accident_state": "accident_auto",
    "anesthesia_procedure_2": "anesthesia_procedure_1", "accident_country": "accident_auto", "rx_number": "ndc",
    "purchased_service_amount_cents": "purchased_service_provider_key", "ndc": "ndc_units", "rx_number_qual": "rx_number",
    "ndc_units": "ndc_unit_type", "ndc_unit_type": "ndc", "drug_qualifier": "ndc", "line_note_code": "line_note",
    "epsdt_referral_given": "epsdt_referral_codes", "purchased_service_provider_key": "purchased_service_amount_cents",
    "pc_patient_id": "pc_patient_id_qual", "test_date_qual": "test_date",
}  # fmt: skip
"""Columns of which one asks for the other: mostly drawn together."""


def _with_partners(table, found):
    """Give the columns with those that they ask for."""
    wanted = [TOGETHER[column] for column in found if column in TOGETHER]
    missing = {column: SOUND[table][column] for column in wanted if not found.get(column)}
    return _with_partners(table, found | missing) if missing else found


@st.composite
def some_columns(draw, table, most):
    """Give a few columns of a table, most of them with a value that passes by itself."""
    known = columns(table)
    found = {}
    for column in draw(st.lists(st.sampled_from(sorted(known)), max_size=most, unique=True)):
        sound = SOUND[table].get(column)
        strange = st.sampled_from(sorted(RICH)) if column.endswith("_key") else any_value(known[column])
        found[column] = draw(strange if sound is None else _mostly(st.just(sound), strange))
    return _with_partners(table, found) if draw(st.integers(0, 9)) else found


@st.composite
def _providers(draw):
    """Give the registry with some columns of one or two of its rows filled, changed or emptied."""
    changed = {
        key: RICH[key] | draw(some_columns("providers", 3))
        for key in draw(st.lists(st.sampled_from(sorted(RICH)), max_size=2, unique=True))
    }
    emptied = {
        key: row
        | dict.fromkeys(draw(st.lists(st.sampled_from(["phone", "phone_ext", "contact_name", "taxonomy"]), max_size=1)))
        for key, row in (RICH | changed).items()
        if key in changed
    }
    npis = {key: {"npi": row["npi"]} for key, row in RICH.items()}
    return RICH | {key: row | npis[key] | {"provider_key": key} for key, row in emptied.items()}


PAYER_ADDRESS = {"payer_address1": "1 QUAY", "payer_city": "TIDEFIELD", "payer_state": "MA", "payer_zip": "01060"}


@st.composite
def contract_claims(draw):
    """Give a claim of any columns of the contract, to the first or the second of two payers."""
    numbers = draw(st.lists(st.integers(1, 9), min_size=1, max_size=3, unique=True).map(sorted))
    lines = [
        line(
            at,
            draw(st.integers(0, 99_999)),
            source_line_number=number,
            units=draw(st.just(Decimal(1)) | _QUANTITIES),
        )
        for at, number in enumerate(numbers, 1)
    ]
    coverages = [
        _addressed(row | {"relationship": draw(st.sampled_from(["18", "19"]))} | draw(some_columns("coverages", 5)))
        for row in (COVERAGE, SECOND)
    ]
    frequency, original = draw(st.sampled_from([("1", None), ("1", "ICN9"), ("7", "ICN9"), ("8", "ICN9")]))
    rank = draw(st.sampled_from("PS"))
    cob_lines, cob_adjustments = draw(_decided(lines)) if rank == "S" else ([], [])
    if rank == "S" and draw(st.integers(0, 9)):
        adjusted = sum(row["amount_cents"] for row in cob_adjustments)
        coverages[0] |= {"prior_paid_amount_cents": sum(row["charge_cents"] for row in lines) - adjusted}
    return claim(
        "c1", lines, {"frequency_code": frequency, "original_claim_number": original},
        draw(some_columns("encounters", 6)), draw(some_columns("patients", 3)),
        service_lines={number: {"unit_type": "UN"} | draw(some_columns("service_lines", 4)) for number in numbers},
        coverages=coverages[: 1 + (rank == "S" or draw(st.booleans()))], payer_rank=rank, providers=draw(_providers()),
        cob_lines=cob_lines, cob_adjustments=cob_adjustments, attachments=draw(_attachments(numbers)),
    )  # fmt: skip


@st.composite
def _attachments(draw, numbers):
    rows = draw(st.lists(st.sampled_from(ATTACHMENTS), max_size=2, unique_by=id))
    strange = draw(st.sampled_from([None, *numbers * 4, 10]))
    return [row if row["line_number"] is None else row | {"line_number": strange} for row in rows]


def _addressed(coverage):
    """Give the coverage with all of the payer's address where it has a part of it: a part alone is refused."""
    is_part = any(coverage.get(column) for column in PAYER_ADDRESS)
    return PAYER_ADDRESS | coverage if is_part else coverage


@st.composite
def _decided(draw, lines):
    """Give what the first payer decided: balanced, at times with a row too many or too few."""
    cob_lines, adjustments = [], []
    for row in lines:
        at = {"payer_rank": "P", "line_number": row["source_line_number"]}
        paid = draw(st.integers(0, row["charge_cents"]))
        cob_lines.append(
            at | {"paid_amount_cents": paid, "paid_units": draw(st.just(Decimal(1)) | _QUANTITIES), "adjudication_date": date(2026, 2, 1)}
            | draw(st.sampled_from([{}, {"remaining_liability_cents": 7}, {"bundled_into_line": lines[-1]["source_line_number"]}]))
            | draw(st.sampled_from([{}, {"adjudicated_procedure": as_json({"qualifier": "HC", "code": "99212", "text": "As coded"})}]))
        )  # fmt: skip
        quantity = draw(st.none() | st.just(Decimal(2)) | _QUANTITIES)
        share = {
            "group_code": "CO",
            "reason_code": "45",
            "amount_cents": row["charge_cents"] - paid,
            "quantity": quantity,
        }
        adjustments.append(at | share)
    if draw(st.booleans()):
        whole = {
            "payer_rank": "P",
            "line_number": None,
            "group_code": "OA",
            "reason_code": "23",
            "amount_cents": draw(st.integers(0, 9)),
        }
        adjustments.append(whole)
    return draw(_shaken(cob_lines)), draw(_shaken(adjustments))


@st.composite
def _shaken(draw, rows):
    """Give the rows; one time in six without the first, with it twice, or with one of another line or payer."""
    change = draw(st.sampled_from([*[""] * 20, "less", "twice", "line", "rank"])) if rows else ""
    more = {"twice": {}, "line": {"line_number": 10}, "rank": {"payer_rank": "T"}}
    return rows[1:] if change == "less" else [*rows, rows[0] | more[change]] if change else rows
