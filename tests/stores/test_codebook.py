import csv
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from schemas.errors import HomeFault
from tasks.stores.codebook import TABLES, load_codebook, reference_folder

REFERENCE = reference_folder()
LISTS = Path(__file__).parents[3] / "shared" / "reference"
DAY = date(2026, 3, 2)


def rows(name):
    with (REFERENCE / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_table_is_there_and_nothing_else():
    shipped = {path.name for path in REFERENCE.glob("*.csv")}
    assert shipped == set(TABLES) - {"pairs.csv"}


@pytest.mark.parametrize("name", sorted(set(TABLES) - {"pairs.csv"}))
def test_no_two_rows_of_a_table_have_one_key(name):
    keys = [tuple(row[column] for column in TABLES[name]) for row in rows(name)]
    assert len(keys) == len(set(keys))


def test_rule_ids_are_unique():
    ids = [row["rule_id"] for name in TABLES if name != "pairs.csv" for row in rows(name) if "rule_id" in row]
    assert len(ids) == len(set(ids))


def test_every_crosswalk_row_says_what_becomes_of_the_code():
    for row in rows("crosswalk_procedures.csv"):
        if row["disposition"] == "billable":
            assert bool(row["procedure_code"]) != bool(row["selector"]), row["source_code"]
            assert not row["reason"]
        else:
            assert row["disposition"] == "not_billable"
            assert row["reason"], row["source_code"]


def test_every_selector_has_visit_numbers():
    selectors = {row["selector"] for row in rows("crosswalk_procedures.csv")} - {"", "procedure_visit"}
    assert selectors <= {row["selector"] for row in rows("visit_codes.csv")}


def test_every_diagnosis_is_billable_in_two_editions():
    path = LISTS / "icd10cm" / "icd10cm_billable_by_edition.parquet"
    if not path.exists():
        pytest.skip("no ../shared/reference: the published ICD-10-CM editions are not shipped")
    known = pd.read_parquet(path).set_index("code")
    codes = {row[c] for row in rows("crosswalk_diagnoses.csv") for c in ("icd10cm_code", "extra_icd10cm_code")}
    codes |= {
        row[c]
        for row in rows("diagnosis_refinements.csv")
        for c in ("icd10cm_code", "becomes_code", "extra_icd10cm_code")
    }
    bad = [c for c in sorted(codes - {""}) if not (known.loc[c].billable_2025_04 and known.loc[c].billable_2026_04)]
    assert not bad


def test_every_number_is_in_a_published_list():
    if not LISTS.exists():
        pytest.skip("no ../shared/reference: CMS's lists of numbers are not shipped")
    known = set(pd.read_parquet(LISTS / "pfs" / "pprrvu_2024-07_nodesc.parquet").hcpcs_code)
    known |= set(pd.read_csv(LISTS / "clfs" / "clfs_2026q2_nodesc.csv", dtype=str).HCPCS)
    known |= set(pd.read_csv(LISTS / "hcpcs_l2" / "hcpcs_level2_2024-07.csv", dtype=str).hcpcs_code)
    used = {row["procedure_code"] for row in rows("crosswalk_procedures.csv") if not row["valid_to"]}
    used |= {row["procedure_code"] for row in rows("visit_codes.csv")}
    used |= {row["becomes_code"] for row in rows("procedure_refinements.csv")}
    assert used - {""} <= known


def test_the_same_rows_give_the_same_edition(tmp_path):
    assert load_codebook().edition == load_codebook(tmp_path).edition == load_codebook(REFERENCE).edition


def test_a_practice_may_lay_its_own_rows_over_ours(tmp_path):
    head = ",".join(rows("crosswalk_procedures.csv")[0])
    own = "SNOMED,18946005,billable,01967,,1,,,OURS-1,2015-10-01,,\nSNOMED,103697008,billable,99213,,1,,,OURS-2,2015-10-01,,\n"
    (tmp_path / "crosswalk_procedures.csv").write_text(f"{head}\n{own}", encoding="utf-8")
    codebook = load_codebook(tmp_path)
    assert codebook.procedure("SNOMED", "18946005", DAY).procedure_code == "01967"
    assert codebook.procedure("SNOMED", "103697008", DAY).rule_id == "OURS-2"
    assert codebook.procedure("SNOMED", "34043003", DAY).reason == "dental"
    assert codebook.edition != load_codebook().edition


def test_a_practice_may_load_pairs(tmp_path):
    text = "column_1_code,column_2_code,modifier_indicator,valid_from,valid_to\n94010,93000,1,2020-01-01,\n"
    (tmp_path / "pairs.csv").write_text(text, encoding="utf-8")
    codebook = load_codebook(tmp_path)
    assert codebook.pair("94010", "93000", DAY).modifier_indicator == "1"
    assert codebook.pair("94010", "93000", date(2019, 12, 31)) is None
    assert codebook.pair("93000", "94010", DAY) is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("code,other\nA,B\n", "no column column_1_code"),
        ("column_1_code,column_2_code,valid_from\n94010,93000,2020-01-01\n", "row 1"),
        ("column_1_code,column_2_code,modifier_indicator,valid_from,valid_to\n94010,93000,1,01/01/2020,\n", "row 1"),
    ],
)
def test_a_table_that_cannot_be_read_is_named(tmp_path, text, told):
    (tmp_path / "pairs.csv").write_text(text, encoding="utf-8")
    with pytest.raises(HomeFault, match=told):
        load_codebook(tmp_path)
