import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.money import dollars
from tasks.encounters.gate_parties import is_npi
from tasks.encounters.mends import (
    derive_control_number,
    mend_diagnosis,
    mend_name,
    mend_phone,
    mend_state,
    mend_text,
    mend_zip,
    part_suffix,
)
from tasks.encounters.places import PLACES_OF_SERVICE, STATE_CODES, ZIP_PREFIXES, is_zip_in_state
from tasks.encounters.values import is_plain_money, parse_date, parse_decimal, parse_money, parse_timestamp

MENDS = (mend_text, mend_name, mend_state, mend_zip, mend_phone, mend_diagnosis)


@given(st.text(max_size=20))
def test_to_mend_twice_is_to_mend_once(text):
    for mend in MENDS:
        assert mend(mend(text)) == mend(text), mend


@given(st.text(max_size=30))
def test_mended_text_can_go_into_an_x12_element(text):
    assert re.fullmatch(r"[\x20-\x7e]*", mend_text(text))
    assert not set(mend_text(text)) & set("*:~^")
    assert re.fullmatch(r"[A-Za-z .'\-]*", mend_name(text))


@pytest.mark.parametrize(
    ("mend", "text", "mended"),
    [
        (mend_name, "Klocko335", "Klocko"),
        (mend_name, "Núñez-O\u2019Brien", "Nunez-O'Brien"),
        (mend_name, "Łukasz", "Lukasz"),
        (mend_text, "A~B:C*D^E", "A B C D E"),
        (mend_text, "#4 \u201cRear\u201d & Co.", '#4 "Rear" & Co.'),
        (mend_state, "district of columbia", "DC"),
        (mend_state, "Ontario", "Ontario"),
        (mend_zip, "02109-", "02109"),
        (mend_zip, "2109-1234", "2109-1234"),
        (mend_phone, "1 (508) 555.0100", "5085550100"),
        (mend_phone, "555-0100", "555-0100"),
        (mend_diagnosis, "e11.9", "E119"),
        (mend_diagnosis, "I1O", "I10"),
        (mend_diagnosis, "0O0.1XX0", "O001XX0"),
        (mend_diagnosis, "C7A.00", "C7A00"),
    ],
)
def test_mends(mend, text, mended):
    assert mend(text) == mended


def test_a_suffix_is_parted_only_from_a_name():
    assert part_suffix("ALDERBY, Jr.") == ("ALDERBY", "JR")
    assert part_suffix("IV") == ("IV", "")
    assert part_suffix("VIVII") == ("VIVII", "")


@given(st.integers(-(10**9), 10**9))
def test_amounts_as_people_write_them_are_read_to_the_cent(cents):
    plain = f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"
    assert parse_money(plain) == cents
    assert is_plain_money(plain)
    assert parse_money(("$" + dollars(cents)) if cents >= 0 else f"(${dollars(-cents)})") == cents


@pytest.mark.parametrize("text", ["", "$", "1.005", "1,23", "1e3", "12 USD", "(-5)", "--5", "\u0661"])
def test_what_is_no_amount_of_whole_cents_is_refused(text):
    assert parse_money(text) is None


def test_dates_and_times_are_iso_or_nothing():
    assert parse_date("2026-02-28") == date(2026, 2, 28)
    assert [parse_date(text) for text in ("2026-02-29", "20260228", "2026-W09-1", "02/28/26", "26-02-28")] == [None] * 5
    assert [parse_timestamp(text) for text in ("2026-02-28", "2026-02-28T25:00", "2026-02-30T10:00:00")] == [None] * 3
    assert parse_timestamp("2026-02-28 10:00Z").isoformat() == "2026-02-28T10:00:00"


def test_decimals_have_at_most_three_places():
    assert parse_decimal("1.250") == Decimal("1.25")
    assert [parse_decimal(text) for text in ("1.2505", "1e3", ".5", "NaN")] == [None] * 4


def test_npis_start_with_1_or_2_and_end_with_the_check_digit():
    assert is_npi("1234567893")  # the example of the CMS check digit paper
    assert not is_npi("1234567890")
    assert not is_npi("9999900109")
    assert not is_npi("12345678930")


def test_control_numbers_tell_tenant_encounter_and_version_apart():
    made = {
        derive_control_number(*names) for names in (("a", "b", "1"), ("a", "b", "2"), ("ab", "", "1"), ("a", "c", "1"))
    }
    assert len(made) == 4
    assert all(re.fullmatch("[A-Z2-7]{16}", number) for number in made)


def test_states_and_places():
    assert len(set(STATE_CODES.values())) == len(STATE_CODES) == 59
    prefixes = [prefix for code in STATE_CODES.values() for prefix in ZIP_PREFIXES[code]]
    shared = {prefix for prefix in prefixes if prefixes.count(prefix) > 1}
    assert shared == {"063", "755", "834", "967", "969"}  # post offices that serve a neighbour too
    assert is_zip_in_state("02109", "MA")
    assert not is_zip_in_state("90210", "MA")
    assert {"02", "10", "11", "21", "81"} <= set(PLACES_OF_SERVICE)
    assert "98" not in PLACES_OF_SERVICE
