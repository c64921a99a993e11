"""270, 276 and 278: an independent judge accepts each, refuses what is broken, and a plain split finds the rows again."""

import csv
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import Fault
from tasks.x12 import inquiry, receipt, review_request, status_inquiry
from tasks.x12.builder import Segment
from tasks.x12.inquiry import write_270
from tasks.x12.receipt import InterchangeReceipt, write_999, write_ta1
from tasks.x12.review_request import ReviewService, write_278
from tasks.x12.status_inquiry import MOST_INQUIRIES, StatusLine, write_276
from tests.x12.second_judges import needs_judges, verdicts
from tests.x12.write_questions import (
    BY_PERSON,
    CHILD,
    CHILD_INQUIRY,
    CHILD_STATUS,
    GROUP,
    INQUIRY,
    LINE,
    ON,
    PARENT,
    REQUEST,
    STATUS,
    THERAPY,
    WEEKLY,
)
from tests.x12.write_rows import ENVELOPE, cents, of, split

TABLES = Path(__file__).parents[2] / "schemas" / "x12"
STATUSES = [
    STATUS,
    CHILD_STATUS,
    replace(STATUS, trace_number="S3", payer_id="BCNE1"),
    replace(STATUS, trace_number="S4", provider_npi="1999900321", lines=()),
    replace(STATUS, trace_number="S5", charge_cents=1, service_to_on=None),
]


@needs_judges
def test_linuxforhealth_accepts_each_270_and_276():
    alone = [write_270(ENVELOPE, [one]) for one in (INQUIRY, CHILD_INQUIRY, replace(INQUIRY, birth_date=None))]
    payers = write_270(ENVELOPE, [INQUIRY, replace(INQUIRY, payer_id="BCNE1")])
    one_line = [replace(one, lines=one.lines[:1]) for one in STATUSES]
    status = [write_276(ENVELOPE, batch) for batch in (one_line[:1], one_line[1:2], one_line)]
    assert verdicts("lfh", [*alone, payers, *status]) == [[]] * 7


@needs_judges
def test_linuxforhealth_refuses_a_second_subscriber_of_a_270_which_the_standard_allows():
    """Its fault: after the first subscriber it takes him for the parent of the next; so each question is judged alone."""
    (errors,) = verdicts("lfh", [write_270(ENVELOPE, [INQUIRY, replace(INQUIRY, trace_number="T2", member_id="U2")])])
    assert "Invalid subscriber parent id" in errors[0]


@needs_judges
def test_linuxforhealth_loses_a_second_line_of_a_276_which_the_standard_allows():
    """Its fault: it hangs the second line under the first; so claims are judged with one line."""
    (errors,) = verdicts("lfh", [write_276(ENVELOPE, [STATUS])])
    assert "SE segment count 28 != actual count 25" in errors[0]


BROKEN_276 = [
    ("another structure", b"BHT*0010*", b"BHT*0019*"),
    ("an unknown level", b"HL*4*3*22", b"HL*4*3*77"),
    ("a parent that is not there", b"HL*4*3*22", b"HL*4*9*22"),
    ("no payer", b"~NM1*PR*2", b"~NM1*ZZ*2"),
    ("an unknown qualifier of the member", b"*MI*U08838576", b"*ZZ*U08838576"),
    ("no member id", b"*MI*U08838576", b"*MI*"),
    ("an unknown identifier", b"REF*1K*", b"REF*ZZ*"),
    ("another amount", b"AMT*T3*", b"AMT*ZZ*"),
    ("an amount in letters", b"AMT*T3*120.5", b"AMT*T3*12X.5"),
    ("no such day", b"RD8*20260302-20260304", b"RD8*20260302-20260399"),
    ("a wrong count", b"~SE*", b"~SE*9"),
    ("another guide", b"*276*0001*005010X212~", b"*276*0001*005010X999~"),
]
BROKEN_270 = [
    ("another structure", b"BHT*0022*", b"BHT*0019*"),
    ("a parent that is not there", b"HL*3*2*22", b"HL*3*7*22"),
    ("an unknown receiver", b"NM1*1P*2", b"NM1*ZZ*2"),
    ("no such day", b"DMG*D8*19770320", b"DMG*D8*19771320"),
    ("another date", b"DTP*291*", b"DTP*999*"),
    ("a wrong count", b"~SE*", b"~SE*9"),
]
BROKEN_278 = [
    ("no category", b"UM*HS*I", b"UM**I"),
    ("a level of three letters", b"*EV*1", b"*EVX*1"),
    ("an unknown segment", b"~UM*HS", b"~ZZZ*1~UM*HS"),
    ("a sex of two letters", b"*19770320*M~", b"*19770320*MM~"),
    ("a structure of five digits", b"BHT*0007*", b"BHT*00071*"),
    ("a date of seven digits", b"BHT*0007*13*0000000170001*20260302", b"BHT*0007*13*0000000170001*2026030"),
    ("a procedure of nine parts", b"SV1*HC:97140", b"SV1*HC:97140:A1:A2:A3:A4:D:X:Y:Z"),
    ("an event before its level", b"~HL*1**20*1", b"~UM*HS*I~HL*1**20*1"),
    ("a wrong count", b"~SE*", b"~SE*9"),
]


def _broken(content, table):
    for _, old, _new in table:
        assert old in content, old
    return [content.replace(old, new, 1) for _, old, new in table]


@needs_judges
@pytest.mark.parametrize(
    ("judge", "content", "table"),
    [
        ("lfh", write_276(ENVELOPE, [replace(STATUS, lines=(LINE,))]), BROKEN_276),
        ("lfh", write_270(ENVELOPE, [INQUIRY]), BROKEN_270),
        ("bots", write_278(ENVELOPE, [REQUEST]), BROKEN_278),
    ],
    ids=["276", "270", "278"],
)
def test_the_judge_is_awake(judge, content, table):
    found = verdicts(judge, _broken(content, table))
    assert [name for (name, *_), errors in zip(table, found, strict=True) if not errors] == []


@needs_judges
def test_bots_accepts_each_278_and_all_the_others_as_x12():
    requests = [write_278(ENVELOPE, [one]) for one in (REQUEST, BY_PERSON, replace(REQUEST, services=()))]
    others = [
        write_276(ENVELOPE, STATUSES),
        write_270(ENVELOPE, [INQUIRY, CHILD_INQUIRY]),
        write_999(ENVELOPE, [GROUP]),
    ]
    assert verdicts("bots", [*requests, *others]) == [[]] * 6


def test_every_element_of_the_small_tables_is_written(monkeypatch):
    modules = {"270.csv": inquiry, "276.csv": status_inquiry, "278.csv": review_request, "999.csv": receipt}
    rules = {name: module.RULES for name, module in modules.items()} | {"ta1.csv": receipt.TA1_RULES}
    key_of = {
        id(rule): (name, loop, segment, rule.name)
        for name, table in rules.items()
        for (loop, segment, _), rule in table.items()
    }
    seen = set()
    write = Segment.write

    def noted(rule, *values):
        for position, value in zip(rule.positions, values, strict=False):
            parts = value.split(":") if len(position.parts) > 1 else [value]
            seen.update((*key_of[id(rule)], e.place) for e, part in zip(position.parts, parts, strict=False) if part)
        return write(rule, *values)

    monkeypatch.setattr(Segment, "write", noted)
    write_270(ENVELOPE, [INQUIRY, CHILD_INQUIRY])
    write_276(ENVELOPE, [*STATUSES, *NAMED])
    write_278(ENVELOPE, [REQUEST, BY_PERSON])
    write_999(ENVELOPE, [GROUP])
    write_ta1(ENVELOPE, [InterchangeReceipt(3, ON, "0100")])
    wanted = set()
    for name in rules:
        with (TABLES / name).open(encoding="utf-8") as rows:
            wanted |= {(name, r["loop"], r["segment"], r["segment_name"], r["element"]) for r in csv.DictReader(rows)}
    assert {f"{name} {loop} {segment} {element}" for name, loop, segment, _, element in wanted - seen} == NOT_REACHED


NAMED = [replace(CHILD_STATUS, trace_number="S9", dependent=replace(CHILD, sex="F"))]
NOT_REACHED = {
    # the person who asks has a last name only, and so has the sender
    *(f"270.csv 2100B NM1 {e}" for e in ("04",)),
    *(f"276.csv 2100B NM1 {e}" for e in ("04", "05", "07")),
    *(f"276.csv 2100C NM1 {e}" for e in ("05", "07")),
}


def test_a_status_question_has_its_levels_numbers_and_lines():
    segments = split(write_276(ENVELOPE, [CHILD_STATUS]))
    start = next(i for i, s in enumerate(segments) if s[0] == "HL" and s[3] == "19")
    assert segments[start : start + 18] == [
        ["HL", "3", "2", "19", "1"],
        ["NM1", "1P", "1", "VANTREE", "ODALYS", "", "", "", "XX", "1999900016"],
        ["HL", "4", "3", "22", "1"],
        ["NM1", "IL", "1", "ALDERBY", "TOBIN", "Q", "", "SR", "MI", "U08838576"],
        ["HL", "5", "4", "23"],
        ["DMG", "D8", "20140705"],
        ["NM1", "QC", "1", "ALDERBY", "SOREN", "X", "", "III"],
        ["TRN", "1", "S2"],
        ["REF", "1K", "ICN1"],
        ["REF", "BLT", "111"],
        ["REF", "LU", "L1"],
        ["REF", "6P", "G1"],
        ["REF", "EJ", "C0000000001"],
        ["REF", "XZ", "RX1"],
        ["REF", "D9", "CH1"],
        ["AMT", "T3", "120.5"],
        ["DTP", "472", "RD8", "20260302-20260304"],
        ["SVC", "HC:99213:25:59:GA:GY", "120", "", "0300", "", "", "1.5"],
    ]


def test_claims_of_one_patient_share_his_level_and_levels_point_at_their_parents():
    segments = split(write_276(ENVELOPE, STATUSES))
    assert [s[3] for s in of(segments, "HL")] == [
        "20",
        "21",
        "19",
        "22",
        "22",
        "23",
        "19",
        "22",
        "20",
        "21",
        "19",
        "22",
    ]
    assert [s[2] for s in of(segments, "TRN")] == ["S1", "S5", "S2", "S4", "S3"]
    kinds = {s[1]: s[3] for s in of(segments, "HL")}
    parents = {"20": "", "21": "20", "19": "21", "22": "19", "23": "22"}
    assert all(kinds.get(s[2], "") == parents[s[3]] for s in of(segments, "HL"))


def test_a_transaction_set_has_at_most_so_many_questions(monkeypatch):
    monkeypatch.setattr("tasks.x12.status_inquiry.MOST_INQUIRIES", 2)
    segments = split(write_276(ENVELOPE, STATUSES))
    assert [s[2] for s in of(segments, "ST")] == [s[2] for s in of(segments, "SE")] == ["0001", "0002", "0003"]
    assert of(segments, "GE") == [["GE", "3", "5"]]
    assert MOST_INQUIRIES > 2


def test_a_request_has_its_event_services_and_providers():
    segments = split(write_278(ENVELOPE, [REQUEST]))
    start = next(i for i, s in enumerate(segments) if s[0] == "HL" and s[3] == "EV")
    assert segments[start : start + 9] == [
        ["HL", "5", "4", "EV", "1"],
        ["TRN", "1", "R1", "90HARBORPM"],
        ["UM", "HS", "I", "PT", "11:B", "", "U", "", "", "Y"],
        ["REF", "BB", "A1"],
        ["REF", "NT", "N1"],
        ["DTP", "439", "D8", "20260302"],
        ["DTP", "431", "D8", "20260302"],
        ["DTP", "AAH", "RD8", "20260302-20260304"],
        ["DTP", "435", "D8", "20260302"],
    ]
    assert of(segments, "HI")[0][1:3] == ["ABK:J069", "ABF:R05"]
    assert [s[1] for s in of(segments, "NM1")] == ["X3", "1P", "IL", "QC", "SJ", "DK"]
    assert of(segments, "SV1") == [["SV1", "HC:97110:GP:KX:59:76", "120.5", "UN", "12"], ["SV1", "HC:97140"]]
    assert [s[3] for s in of(split(write_278(ENVELOPE, [BY_PERSON])), "HL")] == ["20", "21", "22", "EV"]


CASES = [
    # what is wrong, write, question, code, place, number that it is blamed on
    ("a member id with a delimiter", write_276, replace(STATUS, subscriber=replace(PARENT, member_id="Z*Z")),
     "WRITE_CHARACTER", "NM109", "S1"),
    ("no birth date", write_276, replace(STATUS, subscriber=replace(PARENT, birth_date=None)), "WRITE_MISSING", "DMG02", "S1"),
    ("an unknown sex", write_276, replace(CHILD_STATUS, dependent=replace(CHILD, sex="Z")), "WRITE_CODE", "DMG03", "S2"),
    ("a component in a modifier", write_276, replace(STATUS, lines=(replace(LINE, modifiers=("2:",)),)),
     "WRITE_CHARACTER", "SVC01-3", "S1"),
    ("a trace of 51 characters", write_276, replace(STATUS, trace_number="Z" * 51), "WRITE_LENGTH", "TRN02", "Z" * 51),
    ("a charge of a hundred millions", write_276, replace(STATUS, charge_cents=10**10), "WRITE_FORMAT", "AMT02", "S1"),
    ("five modifiers", write_278, replace(REQUEST, services=(replace(THERAPY, modifiers=("GP",) * 5),)),
     "WRITE_USAGE", "SV1", "R1"),
    ("thirteen diagnoses", write_278, replace(REQUEST, diagnoses=("J069",) * 13), "WRITE_REPEAT", "HI12-2", "R1"),
    ("fifteen providers", write_278, replace(REQUEST, providers=REQUEST.providers * 8), "WRITE_REPEAT", "NM1", "R1"),
    ("an unknown category", write_278, replace(REQUEST, category_code="ZZ"), "WRITE_CODE", "UM01", "R1"),
    ("a message of 265 characters", write_278, replace(REQUEST, message="Z" * 265), "WRITE_LENGTH", "MSG01", "R1"),
    ("no member id of the subscriber", write_278, replace(REQUEST, subscriber=replace(REQUEST.subscriber, member_id="")),
     "WRITE_MISSING", "NM109", "R1"),
    ("an end of the claim's days without their begin", write_276, replace(STATUS, service_from_on=None), "WRITE_MISSING", "DTP03", "S1"),
    ("a member id of a dependent", write_276, replace(CHILD_STATUS, dependent=replace(CHILD, member_id="U1")), "WRITE_USAGE", "NM109", "S2"),
    ("a charge below zero", write_276, replace(STATUS, charge_cents=-1), "WRITE_FORMAT", "AMT02", "S1"),
    ("a line's charge below zero", write_276, replace(STATUS, lines=(replace(LINE, charge_cents=-1),)), "WRITE_FORMAT", "SVC02", "S1"),
    ("units below zero", write_276, replace(STATUS, lines=(replace(LINE, units=Decimal("-0.5")),)), "WRITE_FORMAT", "SVC07", "S1"),
    ("a subscriber's sex without birth date", write_278, replace(REQUEST, subscriber=replace(REQUEST.subscriber, birth_date=None)),
     "WRITE_MISSING", "DMG02", "R1"),
    ("a dependent's sex without birth date", write_278, replace(REQUEST, dependent=replace(REQUEST.dependent, birth_date=None)),
     "WRITE_MISSING", "DMG02", "R1"),
    ("a contact without phone", write_278, replace(REQUEST, contact_phone=""), "WRITE_MISSING", "PER04", "R1"),
    ("an end of the event without its begin", write_278, replace(REQUEST, event_from_on=None), "WRITE_MISSING", "DTP03", "R1"),
    ("an end of the service without its begin", write_278, replace(REQUEST, services=(replace(THERAPY, service_from_on=None),)),
     "WRITE_MISSING", "DTP03", "R1"),
    ("a relationship of the subscriber", write_278, replace(REQUEST, subscriber=replace(REQUEST.subscriber, relationship_code="18")),
     "WRITE_USAGE", "INS02", "R1"),
    ("a member id of a request's dependent", write_278, replace(REQUEST, dependent=replace(REQUEST.dependent, member_id="U1")),
     "WRITE_USAGE", "NM109", "R1"),
    ("a service's charge below zero", write_278, replace(REQUEST, services=(replace(THERAPY, charge_cents=-1),)),
     "WRITE_FORMAT", "SV102", "R1"),
    ("a service's units below zero", write_278, replace(REQUEST, services=(replace(THERAPY, units=Decimal(-1)),)),
     "WRITE_FORMAT", "SV104", "R1"),
    ("visits below zero", write_278, replace(REQUEST, delivery=replace(WEEKLY, quantity=Decimal(-3))), "WRITE_FORMAT", "HSD02", "R1"),
    ("visits in a negative number of weeks", write_278, replace(REQUEST, delivery=replace(WEEKLY, modulus=-1)),
     "WRITE_FORMAT", "HSD04", "R1"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("write", "question", "code", "place", "number"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_what_cannot_be_written_is_refused_by_its_number_without_its_value(write, question, code, place, number):
    with pytest.raises(Fault) as raised:
        write(ENVELOPE, [question])
    fault = raised.value
    assert (fault.code, fault.segment + fault.element, fault.claim_id) == (code, place, number)
    assert not {"Z*Z", "ALDERBY", "TOBIN", "U08838576"} & set(fault.message.upper().split())


@pytest.mark.parametrize("write", [write_270, write_276, write_278, write_999, write_ta1])
def test_nothing_is_no_interchange(write):
    with pytest.raises(Fault, match="there is nothing to be said") as raised:
        write(ENVELOPE, [])
    assert (raised.value.code, raised.value.segment, raised.value.element) == ("WRITE_MISSING", "ST", "01")


DAYS = st.dates(date(2020, 1, 1), date(2027, 12, 31))
NUMBERS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=2, max_size=20)
NAMES = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=35)
CODES = st.from_regex(r"[0-9]{5}|[A-V][0-9]{4}", fullmatch=True)
PEOPLE = st.builds(replace, st.just(PARENT), last_name=NAMES, first_name=NAMES, member_id=NUMBERS, birth_date=DAYS)
LINES = st.builds(
    StatusLine, CODES, st.integers(0, 9_999_999), st.decimals("0.001", "9999.999", places=3), DAYS,
    line_control_number=st.just("") | NUMBERS,
)  # fmt: skip
INQUIRIES = st.builds(
    replace, st.just(STATUS), trace_number=NUMBERS, payer_id=st.sampled_from(["UNIT3", "BCNE1"]), subscriber=PEOPLE,
    dependent=st.none() | st.just(CHILD), charge_cents=st.none() | st.integers(0, 9_999_999), service_from_on=DAYS,
    service_to_on=st.none(), lines=st.lists(LINES, max_size=3).map(tuple),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(INQUIRIES, min_size=1, max_size=5, unique_by=lambda one: one.trace_number))
def test_a_plain_split_finds_in_a_276_what_was_asked(inquiries):
    content = write_276(ENVELOPE, inquiries)
    assert content == write_276(ENVELOPE, inquiries)
    segments = split(content)
    asked = {one.trace_number: one for one in inquiries}
    starts = [i for i, s in enumerate(segments) if s[0] == "TRN"]
    assert sorted(segments[i][2] for i in starts) == sorted(asked)
    for start, end in zip(starts, [*starts[1:], len(segments)], strict=True):
        one, inside = asked[segments[start][2]], segments[start:end]
        amounts = [cents(s[2]) for s in of(inside, "AMT", "T3")]
        assert amounts == ([] if one.charge_cents is None else [one.charge_cents])
        assert [(s[1], cents(s[2]), Decimal(s[7])) for s in of(inside, "SVC")] == [
            (f"HC:{line.procedure_code}", line.charge_cents, line.units) for line in one.lines
        ]
        assert [s[2] for s in of(inside, "REF", "FJ")] == [n for n in (x.line_control_number for x in one.lines) if n]
    assert int(of(segments, "SE")[0][1]) == len(segments) - 4


@pytest.mark.parametrize(
    ("write", "question"),
    [
        (write_276, replace(STATUS, service_from_on=date(2026, 3, 2), service_to_on=date(2026, 1, 1))),
        (write_278, replace(REQUEST, event_from_on=date(2026, 3, 2), event_to_on=date(2026, 1, 1))),
    ],
)
def test_a_range_that_ends_before_it_begins_is_refused(write, question):
    with pytest.raises(Fault, match="Date Time Period is a range that ends before it begins") as raised:
        write(ENVELOPE, [question])
    assert (raised.value.code, raised.value.segment, raised.value.element) == ("WRITE_FORMAT", "DTP", "03")


SERVICES = st.builds(
    ReviewService, CODES, st.lists(st.sampled_from(["GP", "KX", "59"]), max_size=4).map(tuple),
    st.none() | st.decimals("0.5", "999", places=1), st.none() | st.integers(0, 9_999_999), st.none() | DAYS,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(SERVICES, max_size=5).map(tuple), st.booleans(), NUMBERS)
def test_a_plain_split_finds_in_a_278_what_was_asked(services, is_child, number):
    request = replace(
        REQUEST, trace_number=number, services=services, dependent=REQUEST.dependent if is_child else None
    )
    content = write_278(ENVELOPE, [request])
    assert content == write_278(ENVELOPE, [request])
    segments = split(content)
    assert of(segments, "TRN")[0][2] == number
    assert [s[1] for s in of(segments, "SV1")] == [":".join(("HC", x.procedure_code, *x.modifiers)) for x in services]
    assert [cents(s[2]) for s in of(segments, "SV1") if s[2:3] != [""] and len(s) > 2] == [
        x.charge_cents for x in services if x.charge_cents is not None
    ]
    assert [s[3] for s in of(segments, "DTP", "472")] == [
        f"{x.service_from_on:%Y%m%d}" for x in services if x.service_from_on
    ]
    levels = of(segments, "HL")
    assert [s[1] for s in levels] == [str(n + 1) for n in range(len(levels))]
    assert [s[3] for s in levels].count("SS") == len(services)
