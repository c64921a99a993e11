"""The generator's edges: plans, draws, identifiers and what is written to disk."""

import re
import stat
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import HomeFault
from tasks.simulation.practice import PracticePlan, load_plan, make_practice, write_practice
from tasks.simulation.practice_draw import Draw
from tasks.simulation.practice_layout import cents, money, write_csv
from tasks.simulation.practice_people import Wanted, make_member_id, make_person
from tasks.simulation.practice_providers import PROVIDERS, check_digit
from tasks.simulation.practice_registry import PAYERS
from tests.simulation.practice_rows import STANDARD_PROVIDERS, found_in, rows_of

SMALL = PracticePlan(5, "harbor", date(2026, 3, 2), 3, 8, {"E10": 0.1, "S10": 0.1})


def test_same_plan_gives_same_bytes_and_another_seed_others():
    assert list(make_practice(SMALL)) == list(make_practice(SMALL))
    assert dict(make_practice(SMALL)) != dict(make_practice(replace(SMALL, seed=6)))


def test_files_are_those_of_a_home_folder():
    paths = [path for path, _ in make_practice(SMALL)]
    assert paths[:4] == ["practice.toml", "registry/payers.csv", "registry/fees.csv", "registry/authorizations.csv"]
    assert paths[-2:] == ["faults.csv", "amendments.csv"]
    assert sum(path.startswith("drops/2026-03-04/") for path in paths) == 9


def test_written_files_are_readable_by_their_owner_alone(tmp_path):
    home = tmp_path / "home"
    paths = write_practice(SMALL, home)
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths} == {0o600}
    folders = [home, *(path for path in home.rglob("*") if path.is_dir())]
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in folders} == {0o700}
    assert {str(path.relative_to(home)): path.read_bytes() for path in paths} == dict(make_practice(SMALL))
    assert write_practice(SMALL, home) == paths


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ("nights = 0", "nights 0"),
        ("encounters_per_night = 0", "encounters_per_night 0"),
        ("E10 = 1.5", "sum of fault_rates 1.500"),
        ("E10 = -0.1", "sum of fault_rates -0.100"),
        ("Q99 = 0.1", "Q99"),
        ("nights = ", "Invalid value"),
        ("", "encounters_per_night"),
    ],
)
def test_a_plan_that_cannot_be_made_is_refused_with_its_place(tmp_path, changed, said):
    lines = {"nights": "nights = 2", "encounters_per_night": "encounters_per_night = 4", "E10": "E10 = 0.1"}
    lines[changed.partition(" ")[0]] = changed
    if not changed:
        del lines["encounters_per_night"]
    fault = [text for key, text in lines.items() if re.match(r"[A-Z]", key)]
    head = [text for key, text in lines.items() if re.match(r"[a-z]", key)]
    path = tmp_path / "plan.toml"
    text = ["[plan]", "seed = 1", 'tenant_id = "t"', "first_night = 2026-03-02", *head, "[fault_rates]", *fault]
    path.write_text("\n".join(text))
    with pytest.raises(HomeFault, match=r"plan\.toml") as caught:
        load_plan(path)
    assert said in str(caught.value)


@given(seed=st.integers(0, 99), key=st.text(max_size=5), low=st.integers(-9, 9), width=st.integers(0, 50))
def test_a_draw_depends_on_its_key_and_purpose_alone(seed, key, low, width):
    first, again = Draw(seed, key), Draw(seed, key)
    again.number("something else", 0, 9)
    assert first.number("n", low, low + width) == again.number("n", low, low + width)
    assert low <= first.number("n", low, low + width) <= low + width
    assert 0 <= first.fraction("f") < 1
    assert sorted(first.pick("p", range(5), 5)) == [0, 1, 2, 3, 4]
    assert first.weigh("w", {"never": 0.0, "always": 1.0}) == "always"


@given(amount=st.integers(-(10**9), 10**9))
def test_money_is_read_back_to_the_cent(amount):
    assert cents(money(amount)) == amount
    assert re.fullmatch(r"-?\d+\.\d\d", money(amount))


def test_check_digit_is_that_of_the_published_example():
    assert check_digit("123456789") == "3"


def test_registered_providers_have_their_own_npis():
    assert len({row["npi"] for row in PROVIDERS.values()}) == len(PROVIDERS) == STANDARD_PROVIDERS


@given(seed=st.integers(0, 10**6))
def test_member_ids_match_the_payers_pattern(seed):
    for payer in PAYERS.values():
        assert re.fullmatch(payer.member_id_pattern, make_member_id(Draw(seed, "p"), payer.payer_id))


@given(seed=st.integers(0, 10**6), age=st.integers(27, 55), sex=st.sampled_from(["F", "M"]))
def test_a_patient_is_as_wanted(seed, age, sex):
    wanted = Wanted("commercial", "UNIT3", "19", age, age, sex)
    person = make_person(seed, "PT-1", date(2026, 3, 2), wanted)
    (policy,) = person.policies
    assert (person.age(date(2026, 3, 2)), person.sex, policy["payer_id"], policy["relationship"]) == (
        age,
        sex,
        "UNIT3",
        "19",
    )
    assert policy["subscriber_birth_date"] < person.row["birth_date"]
    assert all(re.fullmatch("[A-Z]+", person.row[name]) for name in ("last_name", "first_name"))


def test_csv_quotes_only_where_needed_and_ends_lines_with_lf():
    assert write_csv(("a", "b"), [{"a": "x,y", "b": ""}, {"a": 'q"'}]) == b'a,b\n"x,y",\n"q""",\n'
    with pytest.raises(ValueError, match="c"):
        write_csv(("a",), [{"c": "1"}])


def test_a_fault_that_needs_a_second_drop_is_left_out_on_the_last_night():
    plan = replace(SMALL, nights=1, fault_rates={"S10": 1.0})
    files = dict(make_practice(plan))
    assert rows_of(files["faults.csv"]) == []
    assert all(found.lines for found in found_in(files).values())
