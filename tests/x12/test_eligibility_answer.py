"""The 271: one row for each inquiry it echoes, with the status and the amounts that the rule picks."""

import pytest

from schemas.errors import Fault
from tasks.x12.eligibility_answer import read_271
from tasks.x12.envelope import read_x12
from tasks.x12.summary import summarize

from .answer_bytes import columns, file_of
from .remittance_bytes import NIGHT

SHA = "ef" * 32
HEAD = (
    "BHT*0022*11*1*20260301*0215",
    "HL*1**20*1",
    "NM1*PR*2*PLAN*****PI*HTP01",
    "HL*2*1*21*1",
    "NM1*1P*2*US*****XX*1234567893",
)
SUBSCRIBER = ("HL*3*2*22*0", "TRN*2*T1*9PRACTICE", "NM1*IL*1*TEST*ONE****MI*M1")


def answered(*segments):
    return read_271(read_x12(file_of("HB", "005010X279A1", *HEAD, *segments)), SHA, NIGHT)


def test_rows_have_the_columns_of_the_warehouse():
    declared = columns("20_encounters.sql", "encounters.coverage_answer")
    (row,) = answered(*SUBSCRIBER, "EB*1**30")
    assert set(row) == set(declared)
    assert not [name for name, is_required in declared.items() if is_required and row[name] is None]


STATUSES = [
    (["EB*1**30"], "active", None),
    (["EB*5**30"], "active", None),
    (["EB*6**30"], "inactive", None),
    (["EB*8"], "inactive", None),
    (["EB*6**30", "EB*1**35"], "inactive", None),
    (["EB*1**30", "EB*6**35"], "active", None),
    (["EB*6**47^35", "EB*1**1^30^98"], "active", None),
    (["EB*1**98", "EB*6**35"], "active", None),
    (["EB*B**98****20"], "error", None),
    (["EB*V"], "error", None),
    ([], "error", None),
    (["AAA*N**72*C"], "not_found", "72"),
    (["AAA*N**75*C"], "not_found", "75"),
    (["AAA*N**72*C", "AAA*N**73*C"], "not_found", "72"),
    (["AAA*N**42*R"], "error", "42"),
    (["AAA*N**75*C", "AAA*Y**42*R"], "error", "75"),
    (["AAA*Y**42*R", "EB*1**30"], "error", "42"),
    (["EB*1**30", "AAA*N**51*N"], "active", None),
]


@pytest.mark.parametrize(("segments", "status", "reject_code"), STATUSES)
def test_the_status_is_that_of_the_plan_and_a_refusal_outranks_it(segments, status, reject_code):
    (row,) = answered(*SUBSCRIBER, *segments)
    assert (row["trace_number"], row["status"], row["reject_code"]) == ("T1", status, reject_code)


AMOUNTS = [
    ([], None, None),
    (["EB*B**98****20"], 2000, None),
    (["EB*B**98****30*****N", "EB*B**98****20*****Y"], 2000, None),
    (["EB*B**98****20", "EB*B**98****30"], 2000, None),
    (["EB*B**98***27"], None, None),
    (["EB*C*FAM*30***23*600", "EB*C*IND*30***29*78.8", "EB*C*IND*30***23*200"], None, 20000),
    (["EB*C*FAM*30***23*600"], None, 60000),
    (["EB*C**30***23*0"], None, 0),
]


@pytest.mark.parametrize(("segments", "copay_cents", "deductible_cents"), AMOUNTS)
def test_amounts_are_in_network_individual_and_whole(segments, copay_cents, deductible_cents):
    (row,) = answered(*SUBSCRIBER, "EB*1**30", *segments)
    assert (row["copay_cents"], row["deductible_cents"]) == (copay_cents, deductible_cents)


@pytest.mark.parametrize(
    ("indicators", "is_required"), [([], None), (["Y"], True), (["N"], False), (["U"], None), (["N", "Y"], True)]
)
def test_authorization_is_required_where_any_benefit_says_so(indicators, is_required):
    (row,) = answered(*SUBSCRIBER, "EB*1**30", *(f"EB*F**98********{indicator}" for indicator in indicators))
    assert row["authorization_required"] is is_required


def test_each_echoed_trace_is_a_row_with_its_bytes():
    segments = (*SUBSCRIBER, "EB*1**30", "HL*4*2*22*0", "TRN*1*OURS", "TRN*2*T2*9PRACTICE", SUBSCRIBER[2], "EB*6**30")
    content = file_of("HB", "005010X279A1", *HEAD, *segments)
    rows = read_271(read_x12(content), SHA, NIGHT)
    assert [(row["trace_number"], row["status"]) for row in rows] == [("T1", "active"), ("T2", "inactive")]
    assert content[rows[0]["byte_start"] : rows[0]["byte_end"]].startswith(b"HL*3*2*22")
    assert content[rows[1]["byte_start"] : rows[1]["byte_end"]].endswith(b"EB*6**30~")


@pytest.mark.parametrize("trace", ["", "TRN*2*T1*9PRACTICE"])
def test_a_dependent_answers_the_inquiry_of_its_subscriber(trace):
    dependent = [segment for segment in ("HL*4*3*23*0", trace, "NM1*03*1*TEST*TWO", "EB*1**30") if segment]
    assert [(row["trace_number"], row["status"]) for row in answered(*SUBSCRIBER, *dependent)] == [("T1", "active")]


def test_a_dependent_with_a_trace_of_its_own_is_a_row_of_its_own():
    dependent = ("HL*4*3*23*0", "TRN*2*T9*9PRACTICE", "NM1*03*1*TEST*TWO", "EB*6**30")
    rows = answered(*SUBSCRIBER, "EB*1**30", *dependent)
    assert [(row["trace_number"], row["status"]) for row in rows] == [("T1", "active"), ("T9", "inactive")]


REFUSED = ("HL*3*2*22*1", "NM1*IL*1*TEST*ONE****MI*M1", "AAA*N**75*C")
ASKED = ("HL*4*3*23*0", "TRN*2*T9*9PRACTICE", "NM1*03*1*TEST*TWO")


@pytest.mark.parametrize(
    ("subscriber", "dependent", "told"),
    [
        (REFUSED, ASKED, ("not_found", "75")),
        (REFUSED, (*ASKED, "AAA*N**72*C"), ("not_found", "72")),
        ((*REFUSED[:2], "AAA*N**58*C"), (*ASKED, "EB*1**30"), ("active", None)),
        ((*REFUSED[:2], "EB*1**30"), (*ASKED, "EB*6**30"), ("inactive", None)),
        ((*REFUSED[:2], "EB*1**30"), ASKED, ("error", None)),
    ],
)
def test_a_dependent_has_its_own_answer_or_else_the_refusal_of_its_subscriber(subscriber, dependent, told):
    rows = answered(*subscriber, *dependent)
    assert [(row["trace_number"], row["status"], row["reject_code"]) for row in rows] == [("T9", *told)]


def test_a_refused_person_without_a_trace_keeps_no_answer_of_others_from_being_read():
    content = file_of("HB", "005010X279A1", *HEAD, *SUBSCRIBER, "EB*1**30", "HL*4*2*22*0", *REFUSED[1:])
    assert [row["trace_number"] for row in read_271(read_x12(content), SHA, NIGHT)] == ["T1"]
    (row,) = summarize("a.x12", content)
    assert ({"code": "NO_TRACE", "count": 1} in row["tolerated"], row["faults"]) == (True, [])


def test_a_trace_of_several_persons_names_none_of_them_where_they_have_others():
    shared = "TRN*2*BATCH*9CLEARING"
    first, second = (*SUBSCRIBER[:2], shared, SUBSCRIBER[2]), (*ANOTHER[:2], shared, *ANOTHER[2:])
    rows = answered(*first, "EB*1**30", *second)
    assert [(row["trace_number"], row["status"]) for row in rows] == [("T1", "active"), ("T2", "inactive")]


def test_parts_of_one_asker_have_traces_of_their_own():
    rows = answered(*SUBSCRIBER[:1], "TRN*2*T1*9PRACTICE*ONE", "TRN*2*T2*9PRACTICE*TWO", SUBSCRIBER[2], "EB*1**30")
    assert [row["trace_number"] for row in rows] == ["T1", "T2"]


def test_a_share_of_four_places_is_no_fault():
    assert answered(*SUBSCRIBER, "EB*1**30", "EB*A**98*****.1667")[0]["status"] == "active"


CHILD = ("HL*4*3*23*0", "NM1*03*1*TEST*TWO")
ANOTHER = ("HL*4*2*22*0", "TRN*2*T2*9PRACTICE", "NM1*IL*1*TEST*TWO****MI*M2", "EB*6**30")
DOUBTFUL = {
    "a person without a trace beside one that has it": (
        (*SUBSCRIBER, "EB*1**30", ANOTHER[0], *ANOTHER[2:]),
        "MISSING_SEGMENT",
    ),
    "a dependent beside its answered subscriber": (
        (*SUBSCRIBER, "EB*1**30", "HL*4*3*23*0", "NM1*03*1*TEST*TWO", "EB*6**30"),
        "ORPHAN_SEGMENT",
    ),
    "two dependents": (
        (*SUBSCRIBER, *CHILD, "EB*6**30", "HL*5*3*23*0", CHILD[1], "EB*1**30"),
        "ORPHAN_SEGMENT",
    ),
    "two persons in one level": ((*SUBSCRIBER, *ANOTHER[2:]), "ORPHAN_SEGMENT"),
    "two traces of one asker": ((*SUBSCRIBER[:2], "TRN*2*T2*9PRACTICE", SUBSCRIBER[2], "EB*1**30"), "ORPHAN_SEGMENT"),
    "a level that is none": ((*SUBSCRIBER, "EB*1**30", "HL*4*2*2*0", *ANOTHER[1:]), "BAD_LEVEL"),
    "a level that was passed over": ((*SUBSCRIBER, "EB*1**30", "HL*5*2*22*0", *ANOTHER[1:]), "BAD_LEVEL"),
    "a level of nobody": ((*SUBSCRIBER, "EB*1**30", "HL*4*9*22*0", *ANOTHER[1:]), "BAD_LEVEL"),
    "a subscriber of a subscriber": ((*SUBSCRIBER, "EB*1**30", "HL*4*3*22*0", *ANOTHER[1:]), "BAD_LEVEL"),
    "a level of no name": ((*SUBSCRIBER, "EB*1**30", *ANOTHER[:2], "EB*6**30"), "MISSING_SEGMENT"),
    "a benefit of no person": (("EB*1**30", *SUBSCRIBER), "ORPHAN_SEGMENT"),
    "an unknown segment": ((*SUBSCRIBER, "EX*1**30"), "BAD_SEGMENT"),
    "a question": ((*SUBSCRIBER, "EQ*30"), "BAD_SEGMENT"),
    "an amount of no use": ((*SUBSCRIBER, "EB*1**30", "EB*C*IND*30***29*5x0"), "BAD_AMOUNT"),
}


@pytest.mark.parametrize(("segments", "code"), DOUBTFUL.values(), ids=DOUBTFUL.keys())
def test_what_may_be_another_persons_is_a_fault(segments, code):
    with pytest.raises(Fault) as caught:
        answered(*segments)
    assert caught.value.code == code


def test_a_trace_of_the_clearinghouse_beside_ours_is_a_row_too():
    rows = answered(*SUBSCRIBER[:2], "TRN*2*C7*9CLEARING", SUBSCRIBER[2], "EB*1**30")
    assert [(row["trace_number"], row["status"]) for row in rows] == [("T1", "active"), ("C7", "active")]


def test_persons_without_any_trace_are_counted():
    content = file_of("HB", "005010X279A1", *HEAD, SUBSCRIBER[0], SUBSCRIBER[2], "EB*1**30")
    assert read_271(read_x12(content), SHA, NIGHT) == []
    (row,) = summarize("a.x12", content)
    assert {"code": "NO_TRACE", "count": 1} in row["tolerated"]


def test_an_amount_that_is_none_is_a_fault():
    with pytest.raises(Fault, match="BAD_AMOUNT"):
        answered(*SUBSCRIBER, "EB*B**98****2O")


def test_a_trace_without_number_is_a_fault():
    with pytest.raises(Fault, match="MISSING_ELEMENT"):
        answered(SUBSCRIBER[0], "TRN*2", SUBSCRIBER[2], "EB*1**30")


def without_isa(content):
    return content[106 : content.index(b"IEA*")]


REPEATED = {
    "ISA12 00501": (lambda content: content, "^", "inactive"),
    "ISA12 00401 over a 5010 guide": (lambda content: content.replace(b"*00501*", b"*00401*"), "^", "inactive"),
    "ISA12 of no version": (lambda content: content.replace(b"*00501*", b"*34343*"), "^", "inactive"),
    "no ISA": (without_isa, "^", "inactive"),
    "no ISA and no GS": (lambda content: content[content.index(b"ST*") : content.index(b"GE*")], "^", "inactive"),
    "ISA11 U": (lambda content: content.replace(b"*^*00501*", b"*U*00501*"), "", "active"),
    "a 4010 file": (lambda content: content.replace(b"00501", b"00401"), "", "active"),
    "a 4010 file without ISA": (lambda content: without_isa(content).replace(b"00501", b"00401"), "", "active"),
    "another sign, ISA12 00401": (
        lambda content: content.replace(b"*^*00501*", b"*{*00401*").replace(b"98^30", b"98{30"),
        "{",
        "inactive",
    ),
}


@pytest.mark.parametrize(("change", "sign", "status"), REPEATED.values(), ids=REPEATED.keys())
def test_repeated_service_types_are_told_apart_where_the_guide_or_isa12_has_them(change, sign, status):
    x12 = read_x12(change(file_of("HB", "005010X279A1", *HEAD, *SUBSCRIBER, "EB*6*IND*98^30", "EB*1*IND*35")))
    assert [transaction.delimiters.repetition for transaction in x12.transactions] == [sign]
    (row,) = read_271(x12, SHA, NIGHT)
    assert row["status"] == status
