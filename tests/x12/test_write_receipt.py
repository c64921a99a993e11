"""A 999 says what we made of each transaction set, a TA1 of an interchange; pyx12's own map of the 999 agrees."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import Fault
from tasks.x12.judge import judge
from tasks.x12.receipt import (
    ElementError,
    GroupReceipt,
    InterchangeReceipt,
    SegmentError,
    TransactionReceipt,
    write_999,
    write_ta1,
)
from tests.x12.write_questions import BAD, BAD_SEGMENT, GOOD, GROUP, NOTED
from tests.x12.write_rows import ENVELOPE, of, split

REJECTED = TransactionReceipt("837", "0009", codes=("23",), is_used=False)


def _answer(*transactions, **fields):
    return split(write_999(ENVELOPE, [GroupReceipt("HP", 7, "005010X221A1", transactions, **fields)]))


def test_errors_stand_under_their_transaction_in_order_of_position():
    segments = split(write_999(ENVELOPE, [GROUP]))
    assert segments[2:-3] == [
        ["ST", "999", "0001", "005010X231A1"],
        ["AK1", "HP", "7", "005010X221A1"],
        ["AK2", "835", "0001"],
        ["IK5", "A"],
        ["AK2", "835", "0002", "005010X221A1"],
        ["IK3", "PER", "9", "1000", "I6"],
        ["IK5", "E", "I5"],
        ["AK2", "835", "0003"],
        ["IK3", "CLP", "12", "2100", "8"],
        ["IK4", "2:1:1", "1029", "7"],
        ["IK4", "4", "", "1"],
        ["IK5", "R", "5", "1", "2", "3", "4"],
        ["AK9", "P", "4", "3", "2", "5", "4", "3", "2", "1"],
    ]
    late = replace(BAD, errors=(replace(BAD_SEGMENT, position=40), BAD_SEGMENT))
    assert [s[2] for s in of(_answer(late), "IK3")] == ["12", "40"]


@pytest.mark.parametrize(
    ("transactions", "fields", "ak9"),
    [
        ((GOOD, GOOD), {}, ["A", "2", "2", "2"]),
        ((GOOD, NOTED), {}, ["E", "2", "2", "2"]),
        ((GOOD, GOOD), {"codes": ("5",), "stated_count": 3}, ["E", "3", "2", "2", "5"]),
        ((GOOD, BAD), {}, ["P", "2", "2", "1"]),
        ((NOTED, REJECTED), {}, ["P", "2", "2", "1"]),
        ((BAD, REJECTED), {}, ["R", "2", "2", "0"]),
        ((), {"codes": ("3",), "stated_count": 1}, ["R", "1", "0", "0", "3"]),
    ],
    ids=[
        "all good",
        "one with errors",
        "a wrong count",
        "one rejected",
        "errors and rejected",
        "none used",
        "no group end",
    ],
)
def test_the_group_is_judged_by_its_transactions(transactions, fields, ak9):
    segments = _answer(*transactions, **fields)
    assert of(segments, "AK9") == [["AK9", *ak9]]
    assert judge(write_999(ENVELOPE, [GroupReceipt("HP", 7, "005010X221A1", transactions, **fields)])).errors == ()


@pytest.mark.parametrize(
    ("segment", "elements", "code"),
    [("I6", (), "I5"), ("1", (), "5"), ("8", ("I9",), "I5"), ("8", ("7", "I9"), "5"), ("I4", ("7",), "5")],
)
def test_a_transaction_tells_whether_the_standard_or_only_the_guide_is_broken(segment, elements, code):
    error = SegmentError("CAS", 20, segment, "2110", tuple(ElementError(1, rule) for rule in elements))
    assert of(_answer(replace(BAD, errors=(error,), codes=())), "IK5") == [["IK5", "R", code]]


def test_each_group_has_an_answer_of_its_own_and_asks_for_none():
    content = write_999(ENVELOPE, [GROUP, replace(GROUP, control_number=8, transactions=(GOOD,), codes=())])
    segments = split(content)
    assert judge(content).errors == ()
    assert [s[2] for s in of(segments, "AK1")] == ["7", "8"]
    assert [s[2] for s in of(segments, "ST")] == ["0001", "0002"]
    assert of(segments, "ISA")[0][14] == "0"
    assert (of(segments, "GS")[0][1], of(segments, "GS")[0][8]) == ("FA", "005010X231A1")


CASES = [
    ("a rejection without reason", replace(GOOD, is_used=False), "WRITE_MISSING", "IK502"),
    ("elements in error, none named", replace(BAD, errors=(SegmentError("CLP", 3, "8"),)), "WRITE_MISSING", "IK401-1"),
    ("a rule that the guide does not know", replace(BAD, errors=(SegmentError("CLP", 3, "9"),)), "WRITE_CODE", "IK304"),
    ("an unknown rule of an element", replace(BAD, errors=(replace(BAD_SEGMENT, elements=(ElementError(1, "Z"),)),)),
     "WRITE_CODE", "IK403"),
    ("an element in place 100", replace(BAD, errors=(replace(BAD_SEGMENT, elements=(ElementError(100, "7"),)),)),
     "WRITE_FORMAT", "IK401-1"),
    ("six reasons", replace(BAD, codes=("1", "2", "3", "4", "6", "7")), "WRITE_REPEAT", "IK506"),
    ("a kind that is not answered", replace(GOOD, kind="999"), "WRITE_CODE", "AK201"),
    ("a delimiter in a number", replace(GOOD, control_number="00*1"), "WRITE_CHARACTER", "AK202"),
    ("a loop id that is a name", replace(BAD, errors=(replace(BAD_SEGMENT, loop_id="ALDERBY"),)), "WRITE_LENGTH", "IK303"),
    ("a segment id that is data", replace(BAD, errors=(replace(BAD_SEGMENT, segment_id="ALDERBY"),)), "WRITE_LENGTH", "IK301"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("transaction", "code", "place"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_an_answer_that_cannot_be_written_is_refused_by_its_group_without_its_value(transaction, code, place):
    with pytest.raises(Fault) as raised:
        _answer(transaction)
    assert (raised.value.code, raised.value.segment + raised.value.element) == (code, place)
    assert raised.value.claim_id == "7"
    assert "ALDERBY" not in str(raised.value)


def test_a_set_without_a_name_is_counted_and_has_no_loop():
    segments = _answer(GOOD, replace(GOOD, control_number="1", codes=("7",), is_named=False))
    assert [s[1:] for s in of(segments, "AK2")] == [["835", "0001"]]
    assert of(segments, "AK9") == [["AK9", "E", "2", "2", "2"]]
    alone = replace(REJECTED, control_number="1", is_named=False)
    content = write_999(ENVELOPE, [GroupReceipt("HP", 7, "005010X221A1", (alone,))])
    assert of(split(content), "AK9") == [["AK9", "R", "1", "1", "0"]]
    assert judge(content).errors == ()


def test_a_group_of_nothing_says_why():
    with pytest.raises(Fault, match="Functional Group Syntax Error Code is required"):
        _answer()


def test_a_ta1_answers_an_interchange():
    receipts = [
        InterchangeReceipt(3, date(2026, 3, 1), "0100"),
        InterchangeReceipt(4, date(2026, 3, 1), "0101", "R", "005"),
        InterchangeReceipt(5, date(2026, 3, 1), "0102", "E", "025"),
    ]
    content = write_ta1(ENVELOPE, receipts)
    segments = split(content)
    assert of(segments, "TA1") == [
        ["TA1", "000000003", "260301", "0100", "A", "000"],
        ["TA1", "000000004", "260301", "0101", "R", "005"],
        ["TA1", "000000005", "260301", "0102", "E", "025"],
    ]
    assert [s[13] for s in of(segments, "ISA")] == [s[2] for s in of(segments, "IEA")]
    assert [s[1] for s in of(segments, "IEA")] == ["0"] * 3
    assert judge(content).errors == ()
    assert write_ta1(ENVELOPE, receipts) == content


@pytest.mark.parametrize(
    ("changes", "code", "place"),
    [
        ({"note_code": "005"}, "WRITE_USAGE", "TA105"),
        ({"code": "R"}, "WRITE_USAGE", "TA105"),
        ({"code": "R", "note_code": "032"}, "WRITE_CODE", "TA105"),
        ({"code": "P", "note_code": "001"}, "WRITE_CODE", "TA104"),
        ({"sent_at": "01000"}, "WRITE_FORMAT", "TA103"),
        ({"control_number": 10**9}, "WRITE_FORMAT", "TA101"),
    ],
)
def test_a_ta1_that_contradicts_itself_or_the_standard_is_refused(changes, code, place):
    with pytest.raises(Fault) as raised:
        write_ta1(ENVELOPE, [replace(InterchangeReceipt(3, date(2026, 3, 1), "0100"), **changes)])
    assert (raised.value.code, raised.value.segment + raised.value.element) == (code, place)


ELEMENTS = st.builds(
    ElementError, st.integers(1, 99), st.sampled_from(["1", "4", "5", "6", "7", "I10", "I12"]), st.none() | st.integers(1, 9),
    st.none(), st.none() | st.integers(1, 9999),
)  # fmt: skip
ERRORS = st.builds(
    SegmentError, st.sampled_from(["CLP", "SVC", "N1"]), st.integers(2, 999999), st.sampled_from(["1", "3", "8", "I6"]),
    st.sampled_from(["", "2100", "2110"]), st.lists(ELEMENTS, min_size=1, max_size=3).map(tuple),
)  # fmt: skip
TRANSACTIONS = st.builds(
    TransactionReceipt, st.sampled_from(["835", "277"]), st.from_regex("[0-9]{4,9}", fullmatch=True),
    st.sampled_from(["", "005010X221A1"]), st.lists(ERRORS, max_size=3).map(tuple), st.sampled_from([(), ("7",)]),
    st.booleans(),
).filter(lambda t: t.is_used or t.errors or t.codes)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.lists(TRANSACTIONS, min_size=1, max_size=4).map(tuple))
def test_any_answer_passes_pyx12s_map_and_says_what_was_given(transactions):
    group = GroupReceipt("HP", 7, "005010X221A1", transactions)
    content = write_999(ENVELOPE, [group])
    assert content == write_999(ENVELOPE, [group])
    assert judge(content).errors == ()
    segments = split(content)
    starts = [i for i, s in enumerate(segments) if s[0] == "AK2"]
    ends = [i for i, s in enumerate(segments) if s[0] == "IK5"]
    for transaction, start, end in zip(transactions, starts, ends, strict=True):
        inside = segments[start : end + 1]
        assert inside[0][1:] == [v for v in (transaction.kind, transaction.control_number, transaction.guide) if v]
        assert len(of(inside, "IK3")) == len(transaction.errors)
        assert len(of(inside, "IK4")) == sum(len(error.elements) for error in transaction.errors)
        has_errors = transaction.errors or transaction.codes
        assert inside[-1][1] == ("R" if not transaction.is_used else "E" if has_errors else "A")
    used = sum(t.is_used for t in transactions)
    assert of(segments, "AK9")[0][2:5] == [str(len(transactions)), str(len(transactions)), str(used)]
