"""A 270 has the levels, traces and questions of its inquiries; pyx12 has no map of it, so its structure is tested here."""

from dataclasses import replace
from datetime import date

import pytest

from schemas.errors import Fault
from tasks.x12.inquiry import MOST_INQUIRIES, Inquiry, write_270
from tasks.x12.judge import judge
from tests.x12.write_rows import ENVELOPE, of, split

ONE = Inquiry(
    "T1", "UNIT3", "Summit Mutual", "1999900016", "Harbor Family Medicine", "2", "Alderby", "Tobin", "U08838576",
    date(1977, 3, 20), "M", date(2026, 3, 3),
)  # fmt: skip
CHILD = replace(
    ONE, trace_number="T2", dependent_last_name="Aldérby", dependent_first_name="Soren",
    dependent_birth_date=date(2014, 7, 5), dependent_sex="U", relationship_code="19",
)  # fmt: skip


def test_a_subscriber_is_asked_about_by_name_number_birth_and_day():
    segments = split(write_270(ENVELOPE, [ONE]))
    start = next(i for i, s in enumerate(segments) if s[0] == "HL" and s[3] == "22")
    assert segments[start:-3] == [
        ["HL", "3", "2", "22", "0"],
        ["TRN", "1", "T1", "90HARBORPM"],
        ["NM1", "IL", "1", "ALDERBY", "TOBIN", "", "", "", "MI", "U08838576"],
        ["DMG", "D8", "19770320", "M"],
        ["DTP", "291", "D8", "20260303"],
        ["EQ", "30"],
    ]


def test_a_dependent_stands_under_the_subscriber_and_carries_the_trace():
    segments = split(write_270(ENVELOPE, [CHILD]))
    start = next(i for i, s in enumerate(segments) if s[0] == "HL" and s[3] == "22")
    assert segments[start:-3] == [
        ["HL", "3", "2", "22", "1"],
        ["NM1", "IL", "1", "ALDERBY", "TOBIN", "", "", "", "MI", "U08838576"],
        ["HL", "4", "3", "23", "0"],
        ["TRN", "1", "T2", "90HARBORPM"],
        ["NM1", "03", "1", "ALDERBY", "SOREN"],
        ["DMG", "D8", "20140705"],
        ["INS", "N", "19"],
        ["DTP", "291", "D8", "20260303"],
        ["EQ", "30"],
    ]


NOBODY = replace(
    CHILD, dependent_last_name=None, dependent_first_name=None, dependent_birth_date=None, dependent_sex=None, relationship_code="",
)  # fmt: skip
OF_A_DEPENDENT = [
    # what is given of the dependent alone, and what is missing then
    ({"dependent_last_name": "Alderby", "dependent_birth_date": date(2014, 7, 5), "dependent_sex": "M"}, "NM104"),
    ({"dependent_last_name": "Alderby"}, "NM104"),
    ({"dependent_first_name": "Soren"}, "NM103"),
    ({"dependent_birth_date": date(2014, 7, 5)}, "NM103"),
    ({"dependent_sex": "F"}, "NM103"),
    ({"relationship_code": "19"}, "NM103"),
]


@pytest.mark.parametrize(("given", "missing"), OF_A_DEPENDENT)
def test_a_dependent_of_whom_anything_is_given_is_never_taken_for_the_subscriber(given, missing):
    with pytest.raises(Fault) as raised:
        write_270(ENVELOPE, [ONE, replace(NOBODY, **given)])
    fault = raised.value
    assert (fault.code, fault.segment + fault.element, fault.claim_id) == ("WRITE_MISSING", missing, "T2")
    assert not {"ALDERBY", "SOREN"} & set(fault.message.upper().split())


def test_a_dependent_of_whom_only_the_names_are_known_is_asked_about_by_them():
    named = replace(NOBODY, dependent_last_name="Alderby", dependent_first_name="Soren")
    segments = split(write_270(ENVELOPE, [named]))
    assert segments[segments.index(["HL", "4", "3", "23", "0"]) + 2 : -3] == [
        ["NM1", "03", "1", "ALDERBY", "SOREN"],
        ["DTP", "291", "D8", "20260303"],
        ["EQ", "30"],
    ]


def test_the_subscribers_own_relationship_is_no_dependent_and_no_dependents():
    assert write_270(ENVELOPE, [replace(ONE, relationship_code="18")]) == write_270(ENVELOPE, [ONE])
    with pytest.raises(Fault, match="WRITE_USAGE"):
        write_270(ENVELOPE, [replace(CHILD, relationship_code="18")])


def test_a_payer_or_provider_that_cannot_be_written_is_blamed_on_its_first_question():
    for bad in ({"payer_id": ""}, {"provider_npi": ""}):
        with pytest.raises(Fault) as raised:
            write_270(ENVELOPE, [ONE, replace(CHILD, **bad)])
        assert (raised.value.code, raised.value.claim_id) == ("WRITE_MISSING", "T2")


def test_levels_are_numbered_through_and_point_at_their_parents():
    elsewhere = replace(ONE, payer_id="BCNE1", payer_name="Blue Harbor", trace_number="T3")
    other = replace(ONE, provider_npi="1999900321", trace_number="T4")
    levels = of(split(write_270(ENVELOPE, [ONE, elsewhere, CHILD, other])), "HL")
    assert [level[1] for level in levels] == [str(n) for n in range(1, len(levels) + 1)]
    kinds = {level[1]: level[3] for level in levels}
    parents = {"20": "", "21": "20", "22": "21", "23": "22"}
    assert all(kinds.get(level[2], "") == parents[level[3]] for level in levels)
    has_child = {level[2] for level in levels}
    assert all((level[4] == "1") == (level[1] in has_child) for level in levels)
    assert [level[3] for level in levels] == ["20", "21", "22", "22", "23", "21", "22", "20", "21", "22"]


def test_the_envelope_counts_and_every_trace_is_there():
    inquiries = [replace(ONE, trace_number=f"T{n}") for n in range(MOST_INQUIRIES + 1)]
    segments = split(write_270(ENVELOPE, inquiries))
    assert [s[2] for s in of(segments, "TRN")] == [inquiry.trace_number for inquiry in inquiries]
    assert of(segments, "GS")[0][8] == of(segments, "ST")[0][3] == "005010X279A1"
    assert [s[2] for s in of(segments, "ST")] == [s[2] for s in of(segments, "SE")] == ["0001", "0002"]
    starts = [i for i, s in enumerate(segments) if s[0] == "ST"]
    ends = [i for i, s in enumerate(segments) if s[0] == "SE"]
    assert [int(segments[end][1]) for end in ends] == [end - at + 1 for at, end in zip(starts, ends, strict=True)]
    assert of(segments, "GE") == [["GE", "2", "5"]]


def test_an_unknown_birth_date_and_sex_leave_the_segment_out():
    assert not of(split(write_270(ENVELOPE, [replace(ONE, birth_date=None, sex="U")])), "DMG")
    assert of(split(write_270(ENVELOPE, [replace(ONE, birth_date=None)])), "DMG") == [["DMG", "", "", "M"]]


def test_a_relationship_that_the_guide_does_not_list_is_another_adult():
    assert of(split(write_270(ENVELOPE, [replace(CHILD, relationship_code="53")])), "INS") == [["INS", "N", "34"]]


def test_a_bad_inquiry_is_refused_by_its_trace_without_its_value():
    with pytest.raises(Fault) as raised:
        write_270(ENVELOPE, [ONE, replace(ONE, trace_number="T9", member_id="Z*Z")])
    assert (raised.value.code, raised.value.claim_id) == ("WRITE_CHARACTER", "T9")
    assert "Z*Z" not in str(raised.value)


def test_the_same_inquiries_give_the_same_bytes():
    assert write_270(ENVELOPE, [ONE, CHILD]) == write_270(ENVELOPE, [ONE, CHILD])


def test_the_judge_has_no_map_of_it_and_says_so():
    assert judge(write_270(ENVELOPE, [ONE])).errors == ("no map",)
