import re

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.encounters.contract import header
from tasks.encounters.places import is_zip_in_state
from tasks.encounters.registry import make_registry, npi_check_digit, npis, registry_files, split_name
from tasks.stores.codebook import load_codebook
from tasks.stores.home import load_authorization_rules, load_fees, load_payers
from tests.encounters.tiny_synthea import frames


def passes_luhn(number):
    """Every second figure from the right doubled, written down apart from the product's own way."""
    figures = [int(figure) for figure in "80840" + number]
    doubled = [2 * figure for figure in figures[-2::-2]]
    return (sum(figures[-1::-2]) + sum(figure // 10 + figure % 10 for figure in doubled)) % 10 == 0


@pytest.fixture(scope="module")
def registry():
    return make_registry(frames(), "tiny")


def test_the_check_digit_of_the_published_example():
    assert npi_check_digit("123456789") == "3"
    assert passes_luhn("1234567893")


def test_every_provider_has_an_npi_of_its_own(registry):
    numbers = [row["npi"] for row in registry.providers]
    assert len(set(numbers)) == len(numbers) == 5
    assert all(re.fullmatch(r"[12]\d{9}", number) and passes_luhn(number) for number in numbers)


@given(st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=40, unique=True), st.text(max_size=8))
@settings(max_examples=60, deadline=None)
def test_npis_are_valid_and_distinct_for_any_keys(keys, tenant_id):
    found = npis(keys, tenant_id)
    assert set(found) == set(keys)
    assert len(set(found.values())) == len(keys)
    assert all(number[0] == "1" and len(number) == 10 and passes_luhn(number) for number in found.values())
    assert npis(reversed(keys), tenant_id) == found


def test_the_group_can_bill(registry):
    group = registry.providers[0]
    assert group["provider_key"] == registry.billing_provider_key
    assert group["entity_type"] == "2"
    assert re.fullmatch(r"\d{9}", group["tax_id"])
    assert group["tax_id_type"] == "EI"
    assert re.fullmatch(r"\d{10}", group["phone"])
    assert re.fullmatch(r"\d{2}D\d{7}", registry.clia_number)


def test_every_place_has_a_street_and_nine_figures(registry):
    places = [row for row in registry.providers if row["entity_type"] == "2"]
    assert len(places) == 3
    for row in places:
        assert row["address1"]
        assert "BOX" not in row["address1"].upper()
        assert re.fullmatch(r"\d{9}", row["zip9"])
        assert is_zip_in_state(row["zip9"], row["state"])


def test_names_keep_no_figure_title_or_delimiter(registry):
    names = {row["provider_key"]: (row["first_name"], row["last_or_org_name"]) for row in registry.providers}
    assert names["doc-1"] == ("ADA", "BYTE")
    assert names["doc-2"] == ("UNKNOWN", "GRACE")
    assert names["org-2"] == (None, "SOUTH CLINIC")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Ada M Byte", ("Ada M", "Byte")), ("Mrs. Byte", (None, "Byte")), ("", (None, None)), (None, (None, None))],
)
def test_a_name_is_split(text, expected):
    assert split_name(text) == expected


def test_specialties_and_payers_go_by_table(registry):
    taxonomies = {row["provider_key"]: row["taxonomy"] for row in registry.providers}
    assert (taxonomies["doc-1"], taxonomies["doc-2"]) == ("208D00000X", "207Q00000X")
    payers = {row["payer_id"]: row for row in registry.payers}
    assert set(payers) == {"SYNSOMEHEALTH", "SYNMEDICARE"}
    assert (payers["SYNMEDICARE"]["claim_filing_code"], payers["SYNMEDICARE"]["filing_limit_days"]) == ("MB", 365)
    assert not payers["SYNMEDICARE"]["accepts_replacement"]
    assert {row["payer_id"] for row in registry.authorizations} == {"SYNSOMEHEALTH"}


def test_two_payers_of_one_name_stay_two():
    rows = [{"Id": key, "NAME": "Twin Health", "OWNERSHIP": "PRIVATE"} for key in ("t1", "t2")]
    made = make_registry(frames(payers=rows), "tiny")
    assert len({row["payer_id"] for row in made.payers}) == len(set(made.payer_ids.values())) == 2


def test_the_same_practice_is_made_whatever_the_order_of_rows(registry):
    shuffled = {stem: frame.iloc[::-1].reset_index(drop=True) for stem, frame in frames().items()}
    assert make_registry(shuffled, "tiny") == registry
    assert make_registry(frames(), "other").providers[1]["npi"] != registry.providers[1]["npi"]


def test_the_files_are_what_a_practices_folder_holds(registry, tmp_path):
    (tmp_path / "registry").mkdir()
    for path, content in registry_files(registry).items():
        (tmp_path / path).write_bytes(content)
    assert load_payers(tmp_path) == list(registry.payers)
    assert load_fees(tmp_path) == list(registry.fees)
    assert load_authorization_rules(tmp_path) == list(registry.authorizations)
    providers = pd.read_csv(tmp_path / "registry" / "providers.csv", dtype=str)
    assert tuple(providers.columns) == header("providers")
    assert list(providers["npi"]) == [row["npi"] for row in registry.providers]


def test_every_number_the_crosswalk_can_give_has_a_fee(registry):
    codebook = load_codebook()
    fees = {row["procedure_code"] for row in registry.fees}
    numbers = {m.procedure_code for rows in codebook.procedures.values() for m in rows if m.valid_to is None}
    numbers |= {visit.procedure_code for visit in codebook.visits} | {
        rule.becomes_code for rule in codebook.procedure_refinements
    }
    assert numbers - {""} <= fees
