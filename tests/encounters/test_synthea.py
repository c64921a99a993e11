import csv
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from schemas.errors import Fault
from tasks.encounters.contract import DESK_PAYMENTS, LINEAGE, TABLES, header
from tasks.encounters.registry import make_registry
from tasks.encounters.rows import read_rows
from tasks.encounters.synthea import LAYOUT, is_synthea, to_canonical
from tests.encounters.tiny_synthea import CHARGES, export, frames

REAL = Path(__file__).parents[3] / "shared" / "encounters" / "synthea_100_patients_csv"


def canonical(source=None, zone="America/New_York"):
    source = source or frames()
    return to_canonical(source, make_registry(source, "tiny"), "tiny", zone)


def records(frame):
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


@pytest.fixture(scope="module")
def tables():
    return {table: records(frame) for table, frame in canonical().items()}


@pytest.fixture(scope="module")
def encounters(tables):
    return {row["encounter_id"]: row for row in tables["encounters"]}


def test_every_table_has_the_contract_and_the_lineage():
    made = canonical()
    assert tuple(made) == (*TABLES, DESK_PAYMENTS)
    for table in TABLES:
        assert tuple(made[table].columns) == (*header(table), *LINEAGE, "source_table")


def test_every_charge_is_one_line_of_its_encounter(tables):
    lines = [(row["encounter_id"], row["procedure_code"], row["charge"]) for row in tables["service_lines"]]
    assert Counter(lines) == Counter((encounter, code, dollars) for encounter, _, code, dollars, _ in CHARGES)
    numbers = Counter((row["encounter_id"], row["line_number"]) for row in tables["service_lines"])
    assert max(numbers.values()) == 1
    assert len({row["line_id"] for row in tables["service_lines"]}) == len(CHARGES)


def test_the_total_is_the_sum_of_the_lines_not_the_exports_own(encounters):
    assert encounters["enc-1"]["total_charge"] == "85.68"
    assert encounters["enc-6"]["total_charge"] == "0.00"
    assert encounters["enc-6"]["billable_status"] == "not_billable"


def test_code_systems_come_from_the_exports_own_records(tables):
    systems = {row["procedure_code"]: row["procedure_qualifier"] for row in tables["service_lines"]}
    assert (systems["314076"], systems["140"], systems["185345009"]) == ("RXN", "CVX", "SCT")


def test_the_day_is_the_local_one(encounters, tables):
    assert encounters["enc-1"]["date_of_service_from"] == "2025-12-31"
    assert {row["date_from"] for row in tables["service_lines"] if row["encounter_id"] == "enc-1"} == {"2025-12-31"}
    in_utc = records(canonical(zone="UTC")["encounters"])
    assert in_utc[0]["date_of_service_from"] == "2026-01-01"


def test_a_visit_is_one_day_and_a_stay_runs_on(encounters, tables):
    stay = encounters["enc-5"]
    assert (stay["claim_type"], stay["place_of_service"]) == ("I", "21")
    assert (stay["date_of_service_from"], stay["date_of_service_to"]) == ("2026-02-04", "2026-02-09")
    assert (stay["admission_date"], stay["discharge_date"]) == ("2026-02-04", "2026-02-09")
    assert {row["date_from"] == row["date_to"] for row in tables["service_lines"]} == {True}


@pytest.mark.parametrize(
    ("encounter", "place", "kind", "status", "payer"),
    [
        ("enc-1", "11", "P", "finished", "insurance"),
        ("enc-3", "20", "P", "finished", "insurance"),
        ("enc-4", "11", "P", "finished", "self_pay"),
        ("enc-6", "10", "P", "in_progress", "insurance"),
    ],
)
def test_place_kind_status_and_who_pays(encounters, encounter, place, kind, status, payer):
    row = encounters[encounter]
    found = (row["place_of_service"], row["claim_type"], row["encounter_status"], row["responsible_party"])
    assert found == (place, kind, status, payer)


def test_diagnoses_of_all_claims_once_and_pointers_into_them(encounters, tables):
    visit = encounters["enc-1"]
    assert (visit["dx_version"], visit["dx_1"], visit["dx_2"], visit["dx_3"]) == ("SCT", "444814009", "55822004", None)
    first, drug = (row for row in tables["service_lines"] if row["encounter_id"] == "enc-1")
    assert (first["dx_pointer_1"], first["dx_pointer_2"]) == ("1", "2")
    assert (drug["dx_pointer_1"], drug["dx_pointer_2"]) == ("2", None)
    beyond = next(row for row in tables["service_lines"] if row["encounter_id"] == "enc-6")
    assert beyond["dx_pointer_1"] is None


def test_coverage_is_what_was_in_force_at_that_moment(tables):
    rows = {(row["encounter_id"], row["payer_rank"]): row for row in tables["coverages"]}
    old, new, second = rows["enc-1", "P"], rows["enc-2", "P"], rows["enc-2", "S"]
    assert (old["payer_id"], old["member_id"], old["claim_filing_code"]) == ("SYNSOMEHEALTH", "AA0B", "CI")
    assert (old["coverage_start"], old["coverage_end"]) == ("2025-01-01", "2026-01-01")
    assert (new["payer_id"], new["member_id"], new["coverage_end"]) == ("SYNMEDICARE", "AA1C", None)
    assert (second["payer_id"], second["relationship"]) == ("SYNSOMEHEALTH", "18")
    assert ("enc-4", "P") not in rows
    assert ("enc-6", "P") not in rows


def test_another_person_as_subscriber_has_a_name_and_nothing_invented(tables):
    row = next(row for row in tables["coverages"] if row["encounter_id"] == "enc-3")
    assert (row["relationship"], row["subscriber_last_name"], row["subscriber_first_name"]) == ("19", "Owner", None)
    assert row["subscriber_birth_date"] is None


def test_what_the_patient_paid_at_the_visit(encounters):
    assert (encounters["enc-1"]["patient_amount_paid"], encounters["enc-2"]["patient_amount_paid"]) == ("20.00", None)


def test_each_payment_at_the_desk_stands_in_the_row_it_names(tables):
    content = export()["claims_transactions"]
    said = []
    for row in tables[DESK_PAYMENTS]:
        fields = content[row["byte_start"] : row["byte_end"]].decode().split(",")
        named = dict(zip(LAYOUT["claims_transactions"], fields, strict=True))
        assert (row["source_table"], named["METHOD"]) == ("claims_transactions", "COPAY")
        said.append((row["encounter_id"], row["paid"], named["APPOINTMENTID"], named["PAYMENTS"]))
    assert said == [("enc-1", "12.50", "enc-1", "12.50"), ("enc-1", "7.50", "enc-1", "7.50")]


def test_payments_of_which_one_cannot_be_read_leave_the_sum_open_and_give_no_rows():
    paid = [
        {"ID": dollars, "TYPE": "PAYMENT", "METHOD": "COPAY", "PAYMENTS": dollars, "APPOINTMENTID": "enc-1"}
        for dollars in ("12.50", "7.505")
    ]
    made = canonical(frames(claims_transactions=paid))
    assert records(made["encounters"])[0]["patient_amount_paid"] is None
    assert records(made[DESK_PAYMENTS]) == []


def test_every_provider_named_is_there(encounters, tables):
    keys = {row["provider_key"] for row in tables["providers"]}
    for row in encounters.values():
        named = ("billing_provider_key", "rendering_provider_key", "service_facility_key")
        assert {row[name] for name in named} <= keys


def test_every_row_knows_the_bytes_it_came_from(tables):
    files = export()
    keys = {"encounters": "encounter_id", "patients": "patient_key", "service_lines": "encounter_id", "coverages": None}
    for table, key in keys.items():
        for row in tables[table]:
            raw = files[row["source_table"]][row["byte_start"] : row["byte_end"]].decode()
            assert raw.count(",") == len(LAYOUT[row["source_table"]]) - 1
            assert key is None or row[key] in raw


def test_the_same_export_gives_the_same_rows():
    one, other = canonical(), canonical()
    assert all(one[table].equals(other[table]) for table in TABLES)


def test_a_synthea_export_is_known_by_its_headers():
    assert is_synthea(LAYOUT)
    assert is_synthea({f"{stem}.csv": columns for stem, columns in LAYOUT.items()})
    assert not is_synthea({f"{table}.csv": header(table) for table in TABLES})
    assert not is_synthea({})


@pytest.mark.parametrize(
    ("change", "code", "told"),
    [
        (lambda f: f.pop("claims"), "INCOMPLETE_DROP", "claims.csv is missing"),
        (
            lambda f: f.update(claims=f["claims"].rename(columns={"DIAGNOSIS1": "DX"})),
            "UNKNOWN_LAYOUT",
            "no column DIAGNOSIS1",
        ),
        (lambda f: f.update(payers=f["payers"].assign(MORE="x")), "UNKNOWN_LAYOUT", "1 columns too many"),
    ],
)
def test_another_layout_is_refused_whole(change, code, told):
    source = frames()
    registry = make_registry(source, "tiny")
    change(source)
    with pytest.raises(Fault, match=told) as refused:
        to_canonical(source, registry, "tiny", "America/New_York")
    assert refused.value.code == code


def test_an_amount_that_cannot_be_read_leaves_the_total_open():
    broken = [{"ID": "t", "TYPE": "CHARGE", "AMOUNT": "12.345", "APPOINTMENTID": "enc-1", "CLAIMID": "cl-1"}]
    rows = records(canonical(frames(claims_transactions=broken))["encounters"])
    assert rows[0]["total_charge"] is None


@pytest.fixture(scope="module")
def real():
    if not REAL.exists():
        pytest.skip("no ../shared/encounters: the real Synthea export is not shipped")
    source = {stem: read_rows((REAL / f"{stem}.csv").read_bytes(), stem, LAYOUT[stem])[0] for stem in LAYOUT}
    return {table: records(frame) for table, frame in canonical(source).items()}


def test_the_real_export_comes_over_whole(real):
    with (REAL / "claims_transactions.csv").open(encoding="utf-8", newline="") as stream:
        transactions = list(csv.DictReader(stream))
    assert len(transactions) == 11_991
    charges = [row for row in transactions if row["TYPE"] == "CHARGE"]
    assert len(real["encounters"]) == 706
    assert len(real["service_lines"]) == len(charges)
    by_encounter: Counter = Counter()
    for row in charges:
        by_encounter[row["APPOINTMENTID"]] += Decimal(row["AMOUNT"])
    assert {row["encounter_id"]: Decimal(row["total_charge"]) for row in real["encounters"]} == dict(by_encounter)
    assert sum(Decimal(row["charge"]) for row in real["service_lines"]) == sum(by_encounter.values())


def test_every_real_encounter_is_covered_or_pays_itself(real):
    covered = {row["encounter_id"] for row in real["coverages"] if row["payer_rank"] == "P"}
    for row in real["encounters"]:
        assert (row["encounter_id"] in covered) == (row["responsible_party"] == "insurance")
    assert not [
        row for row in real["coverages"] if not row["payer_id"] or not row["relationship"] or not row["member_id"]
    ]
