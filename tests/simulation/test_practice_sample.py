"""data/sample is what the generator makes, and what faults.csv does not name is fit to bill."""

import hashlib
import json
import re
from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from tasks.simulation.practice_layout import contract_columns, header
from tests.simulation.practice_rows import (
    SAMPLE,
    drops_of,
    made_sample,
    rows_of,
    sample_clean,
    sample_faults,
    sample_found,
)

MADE = ("practice.toml", "registry/*.csv", "registry/contracts/*", "drops/*/*", "faults.csv", "amendments.csv")
EM = re.compile(r"992[0-3]\d")
ENUMS_IN_WORDS = {
    "billable_status": {"billable", "hold", "not_billable"},
    "encounter_status": {"planned", "arrived", "in_progress", "finished", "cancelled", "no_show"},
    "responsible_party": {"insurance", "self_pay", "other"},
    "eligibility_status": {"active", "inactive", "unknown"},
    "subscriber_sex": {"M", "F", "U"},
    "payer_rank": set("PSTABCDEFGHU"),
}


def billable():
    return [found for found in sample_clean() if found.encounter["billable_status"] == "billable"]


def is_npi(text):
    digits = [int(figure) for figure in reversed("80840" + text)]
    doubled = [d * 2 - 9 * (d > 4) if place % 2 else d for place, d in enumerate(digits)]
    return re.fullmatch(r"[12]\d{9}", text) is not None and sum(doubled) % 10 == 0


def is_enum(column, value):
    choices = ENUMS_IN_WORDS.get(column.name) or set(column.type.removeprefix("enum ").split(","))
    return value in choices


def is_json(value):
    return isinstance(json.loads(value), dict | list)


SHAPES = {
    "date": lambda _, value: date.fromisoformat(value).isoformat() == value,
    "timestamp": lambda _, value: datetime.fromisoformat(value).tzinfo is None,
    "bool": lambda _, value: value in ("true", "false"),
    "int": lambda _, value: re.fullmatch(r"\d+", value),
    "int64": lambda _, value: re.fullmatch(r"\d+", value),
    "int 1-12": lambda _, value: 1 <= int(value) <= 12,
    "decimal": lambda _, value: re.fullmatch(r"\d+(\.\d+)?", value),
    "decimal(10,2)": lambda _, value: re.fullmatch(r"\d+\.\d\d", value),
    "decimal(8,3)": lambda _, value: re.fullmatch(r"\d+(\.\d{1,3})?", value),
    "icd10cm": lambda _, value: re.fullmatch(r"[A-Z][0-9A-Z]{2,6}", value),
    "npi": lambda _, value: is_npi(value),
    "json": lambda _, value: is_json(value),
}


def breaches(table, row):
    for column in contract_columns()[table]:
        if column.name not in header(table):
            continue
        value = row[column.name]
        if not value:
            if column.requirement == "R":
                yield f"{table}.{column.name} is empty"
            continue
        shape = is_enum if column.type.startswith("enum") else SHAPES.get(column.type.removesuffix(" x11"))
        if shape is not None and not shape(column, value):
            yield f"{table}.{column.name} is not {column.type}"
        if column.max_length is not None and len(value) > column.max_length:
            yield f"{table}.{column.name} is longer than {column.max_length}"
        if not value.isascii() or any(delimiter in value for delimiter in "~^") or ("*" in value):
            yield f"{table}.{column.name} has a character that X12 cannot carry"


def test_making_the_sample_again_gives_the_committed_bytes():
    paths = [path for pattern in MADE for path in SAMPLE.glob(pattern)]
    committed = {path.relative_to(SAMPLE).as_posix(): path.read_bytes() for path in paths}
    assert sorted(committed) == sorted(made_sample())
    assert [path for path, content in made_sample().items() if committed[path] != content] == []


def test_manifests_tell_rows_and_hashes_of_the_files_beside_them():
    files = made_sample()
    manifests = [path for path in files if path.endswith("manifest.json")]
    assert len(manifests) == 10
    for path in manifests:
        manifest = json.loads(files[path])
        assert manifest["layout"] == "canonical_v1"
        assert manifest["exported_on"] == path.split("/")[1]
        assert len(manifest["tables"]) == 8
        for name, said in manifest["tables"].items():
            content = files[path.replace("manifest.json", name)]
            assert said == {"rows": len(rows_of(content)), "sha256": hashlib.sha256(content).hexdigest()}


def test_headers_are_the_contracts_names_in_its_order():
    assert header("encounters")[:4] == ("source_system", "tenant_id", "encounter_id", "encounter_version")
    assert [name for name in header("encounters") if name.startswith("dx_")][1:] == [f"dx_{n}" for n in range(1, 13)]
    assert [name for name in header("service_lines") if "pointer" in name] == [f"dx_pointer_{n}" for n in range(1, 5)]
    assert "source_row" not in header("encounters")
    for tables in drops_of(made_sample()).values():
        for table, rows in tables.items():
            assert all(tuple(row) == header(table) for row in rows)


def test_faultless_rows_obey_the_contract():
    found = []
    for one in sample_clean():
        tables = {
            "encounters": [one.encounter],
            "patients": [one.patient],
            "coverages": one.coverages,
            "service_lines": one.lines,
            "cob_lines": one.cob_lines,
            "cob_adjustments": one.cob_adjustments,
            "providers": [one.providers[v] for k, v in one.encounter.items() if k.endswith("_provider_key") and v],
        }
        found += [said for table, rows in tables.items() for row in rows for said in breaches(table, row)]
    assert Counter(found) == {}


def test_sample_has_the_size_and_the_faults_it_states():
    counts = [len(tables["encounters"]) for tables in drops_of(made_sample()).values()]
    assert all(85 <= count <= 110 for count in counts)
    encounters = {found.encounter_id for found in sample_found().values()}
    patients = {found.encounter["patient_key"] for found in sample_found().values() if found.encounter}
    assert 840 <= len(encounters) <= 920
    assert 410 <= len(patients) <= 470
    assert 0.12 <= len(sample_faults()) / len(encounters) <= 0.155


@pytest.mark.parametrize("rank", ["billable", "not_billable"])
def test_totals_are_the_sums_of_the_lines(rank):
    ones = [found for found in sample_clean() if found.encounter["billable_status"] == rank]
    assert ones
    for one in ones:
        assert Decimal(one.encounter["total_charge"]) == sum(Decimal(line["charge"]) for line in one.lines)
        assert bool(one.lines) == (rank == "billable")


def test_charges_come_from_the_fee_registry_of_the_day():
    fees = rows_of(made_sample()["registry/fees.csv"])
    for one in billable():
        for line in one.lines:
            (fee,) = [
                fee["charge"]
                for fee in fees
                if fee["procedure_code"] == line["procedure_code"]
                and fee["valid_from"] <= line["date_from"] <= (fee["valid_to"] or "9999")
            ]
            assert Decimal(line["charge"]) == Decimal(fee) * Decimal(line["units"])


def test_pointers_point_at_filled_diagnoses_and_lines_are_numbered_from_one():
    for one in billable():
        diagnoses = one.diagnoses()
        assert [line["line_number"] for line in one.lines] == [str(n + 1) for n in range(len(one.lines))]
        assert len(set(diagnoses)) == len(diagnoses) >= 1
        for line in one.lines:
            pointers = [int(line[f"dx_pointer_{n}"]) for n in range(1, 5) if line[f"dx_pointer_{n}"]]
            assert pointers
            assert all(1 <= pointer <= len(diagnoses) for pointer in pointers)


def test_coverages_are_ranked_from_primary_known_in_force_and_checked():
    payers = {row["payer_id"]: row for row in rows_of(made_sample()["registry/payers.csv"])}
    for one in sample_clean():
        assert [c["payer_rank"] for c in one.coverages] == ["P", "S"][: len(one.coverages)]
        assert bool(one.coverages) == (one.encounter["responsible_party"] == "insurance")
        for coverage in one.coverages:
            payer = payers[coverage["payer_id"]]
            assert coverage["claim_filing_code"] == payer["claim_filing_code"]
            assert re.fullmatch(payer["member_id_pattern"].strip("^$"), coverage["member_id"])
            assert coverage["coverage_start"] <= one.encounter["date_of_service_from"]
            assert coverage["eligibility_checked_at"][:10] <= one.encounter["date_of_service_from"]
            is_self = coverage["relationship"] == "18"
            same = [coverage[f"subscriber_{f}"] == one.patient[f] for f in ("last_name", "first_name", "birth_date")]
            assert all(same) == is_self


def test_visits_lie_before_their_drop_and_within_the_filing_limit():
    lags = [(one.drop - one.service_on()).days for one in billable() if one.encounter["encounter_version"] == "1"]
    assert min(lags) >= 0
    assert max(lags) < 60
    assert sum(lag <= 7 for lag in lags) / len(lags) > 0.9
    assert all(
        one.service_on().weekday() != 6 for one in sample_clean() if one.encounter["encounter_status"] == "finished"
    )


def test_every_provider_named_is_in_the_drop_and_has_a_valid_npi():
    for one in sample_clean():
        named = [value for row in (one.encounter, *one.lines) for name, value in row.items() if name.endswith("_key")]
        for key in filter(None, named):
            if key != one.encounter["patient_key"]:
                assert is_npi(one.providers[key]["npi"])


def test_nobody_has_two_visits_on_a_day_nor_two_keys():
    visits, people = Counter(), {}
    for one in sample_clean():
        if one.lines and one.encounter["encounter_version"] == "1":
            visits[one.encounter["patient_key"], one.encounter["date_of_service_from"]] += 1
        person = tuple(one.patient[name] for name in ("last_name", "first_name", "birth_date", "sex"))
        assert people.setdefault(person, one.encounter["patient_key"]) == one.encounter["patient_key"]
    resent = sum(row["change"] == "resent" for row in rows_of(made_sample()["amendments.csv"]))
    assert sum(count - 1 for count in visits.values()) <= resent + 1


def test_codes_that_need_an_authorization_carry_one_and_are_commercial():
    rules = {(r["payer_id"], r["procedure_code"]) for r in rows_of(made_sample()["registry/authorizations.csv"])}
    needing = [
        one
        for one in billable()
        if any((one.coverages[0]["payer_id"], c) in rules for c in one.codes() if one.coverages)
    ]
    assert len(needing) >= 15
    assert all(one.encounter["prior_auth_number"] for one in needing)


def test_attachments_belong_to_encounters_of_their_drop():
    attached = 0
    for tables in drops_of(made_sample()).values():
        encounters = {row["encounter_id"] for row in tables["encounters"]}
        for row in tables["attachments"]:
            attached += 1
            assert list(breaches("attachments", row)) == []
            assert row["encounter_id"] in encounters
            assert row["control_number"]
    assert attached


def test_secondary_visits_balance_line_by_line():
    ones = [one for one in sample_clean() if one.cob_lines]
    assert ones
    for one in ones:
        assert [c["payer_rank"] for c in one.coverages] == ["P", "S"]
        assert Decimal(one.coverages[0]["prior_paid_amount"]) == sum(Decimal(x["paid_amount"]) for x in one.cob_lines)
        for line, paid in zip(one.lines, one.cob_lines, strict=True):
            cut = [a for a in one.cob_adjustments if a["line_number"] == line["line_number"]]
            assert Decimal(line["charge"]) == Decimal(paid["paid_amount"]) + sum(Decimal(a["amount"]) for a in cut)
            assert date.fromisoformat(paid["adjudication_date"]) <= one.drop


def test_evaluation_with_a_procedure_has_modifier_25_and_telehealth_has_95():
    for one in billable():
        modifiers = {line["procedure_code"]: line["modifier_1"] for line in one.lines}
        evaluation = next((code for code in modifiers if EM.fullmatch(code)), None)
        if {"93000", "94010", "96372"} & set(modifiers):
            assert modifiers[evaluation] == "25"
        assert (one.encounter["place_of_service"] == "10") == ("95" in modifiers.values())


def test_an_amended_encounter_comes_with_all_its_child_rows_and_the_next_version():
    found = sample_found()
    nights = sorted({night for night, _ in found})
    amendments = rows_of(made_sample()["amendments.csv"])
    assert {row["change"] for row in amendments} == {
        "authorization_obtained", "cancelled", "diagnosis_corrected", "fault_repaired", "resent"
    }  # fmt: skip
    for row in amendments:
        later = found[date.fromisoformat(row["drop"]), row["encounter_id"]]
        earlier = next(found[n, later.encounter_id] for n in nights if (n, later.encounter_id) in found)
        assert timedelta(days=2) <= later.drop - earlier.drop <= timedelta(days=6)
        assert (
            later.encounter["encounter_version"]
            == row["encounter_version"]
            == ("1" if row["change"] == "resent" else "2")
        )
        assert bool(later.lines) == (row["change"] != "cancelled")
        if row["change"] == "resent":
            assert later.encounter == earlier.encounter
            assert later.lines == earlier.lines
            assert later.coverages == earlier.coverages
        if row["change"] == "authorization_obtained":
            assert (earlier.encounter["prior_auth_number"], bool(later.encounter["prior_auth_number"])) == ("", True)
            assert timedelta(days=2) <= later.drop - earlier.drop <= timedelta(days=3)
