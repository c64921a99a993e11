"""Faultless encounters are coded as Medicare's own tables allow; those tables are not ours to ship."""

import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

from tests.simulation.practice_rows import REFERENCE, sample_clean

pytestmark = pytest.mark.skipif(
    not REFERENCE.exists(), reason="the public code lists (../shared/reference) are not here"
)


def test_every_diagnosis_is_a_billable_icd_10_cm_code():
    table = pq.read_table(REFERENCE / "icd10cm" / "icd10cm_codes_2026-04.parquet", columns=["code", "billable"])
    billable = set(table.filter(pc.field("billable"))["code"].to_pylist())
    assert {code for found in sample_clean() for code in found.diagnoses()} <= billable


def test_no_two_diagnoses_of_an_encounter_exclude_each_other():
    table = pq.read_table(REFERENCE / "icd10cm" / "icd10cm_excludes1_pairs_2026-04.parquet").to_pylist()
    used = {code for found in sample_clean() for code in found.diagnoses()}
    bare = [
        {name: (value or "").replace(".", "") for name, value in row.items() if name != "is_prefix"} for row in table
    ]
    rules = [row for row in bare if any(code.startswith(row["node"]) for code in used)]

    def excludes(rule, code, other):
        last = rule["excl_to"] or rule["excl_from"]
        in_range = rule["excl_from"] <= other[: len(rule["excl_from"])] <= last
        return code != other and code.startswith(rule["node"]) and in_range

    pairs = {(a, b) for found in sample_clean() for a in found.diagnoses() for b in found.diagnoses()}
    assert [(a, b) for a, b in sorted(pairs) for rule in rules if excludes(rule, a, b)] == []


def test_units_are_within_the_medically_unlikely_edits():
    table = (
        pacsv.read_csv(REFERENCE / "ncci" / "ncci_mue_prac_2024q3.csv").select(["hcpcs_code", "mue_units"]).to_pylist()
    )
    most = {row["hcpcs_code"]: row["mue_units"] for row in table if row["mue_units"]}
    lines = [line for found in sample_clean() for line in found.lines if line["procedure_code"] in most]
    assert len(lines) > 500
    assert all(int(line["units"]) <= most[line["procedure_code"]] for line in lines)


def test_every_procedure_pair_is_allowed_or_has_its_modifier():
    used = sorted({code for found in sample_clean() for code in found.codes()})
    table = pq.read_table(
        REFERENCE / "ncci" / "ncci_ptp_practitioner_2024q3.parquet",
        columns=["column1", "column2", "modifier_indicator", "deletion_date"],
        filters=[("column1", "in", used), ("column2", "in", used)],
    ).to_pylist()
    pairs = {
        (r["column1"], r["column2"]): str(r["modifier_indicator"]) for r in table if str(r["deletion_date"]) >= "9999"
    }
    met = 0
    for found in sample_clean():
        for one in found.lines:
            for other in found.lines:
                indicator = pairs.get((one["procedure_code"], other["procedure_code"]))
                if indicator is not None:
                    met += 1
                    assert (indicator, other["modifier_1"]) == ("1", "25")
    assert met > 30
