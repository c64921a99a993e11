"""An answer that contradicts itself is a Fault where a refused set could pass for an accepted one, else it is counted."""

from datetime import date

import pytest

from schemas.errors import Fault
from tasks.x12.acknowledgment import read_999, read_ta1, tolerated_answers
from tasks.x12.envelope import read_x12
from tasks.x12.summary import summarize

from .answer_bytes import file_of
from .remittance_bytes import ISA

NIGHT = date(2026, 3, 2)
FAULTY = {
    "IK5 accepts what AK904 does not": ("AK1*HC*17~AK2*837*0001~IK5*A~AK2*837*0002~IK5*A~AK9*P*2*2*1", "AK9", "04"),
    "IK5 with errors too": ("AK1*HC*17~AK2*837*0001~IK5*E~AK9*E*1*1*0", "AK9", "04"),
    "IK5 refuses what AK904 accepts": ("AK1*HC*17~AK2*837*0001~IK5*R~AK9*A*1*1*1", "AK9", "04"),
    "R of all, and more are accepted than a number holds": ("AK1*HC*17~AK9*R*1*1*" + "9" * 5000, "AK9", "04"),
    "more accepted than received": ("AK1*HC*17~AK2*837*0001~IK5*A~AK9*A*1*1*2", "AK9", "04"),
    "more AK2 than received": ("AK1*HC*17~AK2*837*0001~IK5*A~AK2*837*0002~IK5*R~AK9*P*2*1*1", "AK9", "04"),
    "A where one is refused": ("AK1*HC*17~AK2*837*0001~IK5*A~AK2*837*0002~IK5*R~AK9*A*2*2*1", "AK9", "01"),
    "P where none is refused": ("AK1*HC*17~AK2*837*0001~IK5*A~AK9*P*1*1*1", "AK9", "01"),
    "R where one is accepted": ("AK1*HC*17~AK2*837*0001~IK5*A~AK2*837*0002~IK5*R~AK9*R*2*2*1", "AK9", "04"),
    "R of all, and one is accepted": ("AK1*HC*17~AK9*R*1*1*1", "AK9", "04"),
    "A of all, and one is refused": ("AK1*HC*17~AK9*A*3*3*2", "AK9", "01"),
    "A of all, and one did not come": ("AK1*HC*17~AK9*A*3*2*2", "AK9", "01"),
    "A of nothing": ("AK1*HC*17~AK9*A*0*0*0", "AK9", "01"),
    "E of all, and none is accepted": ("AK1*HC*17~AK9*E*1*1*0", "AK9", "01"),
    "P, and nobody says which": ("AK1*HC*17~AK9*P*2*2*1", "AK9", "01"),
    "one set twice": ("AK1*HC*17~AK2*837*0001~IK5*A~AK2*837*0001~IK5*R~AK9*P*2*2*1", "AK2", "02"),
}
"""CONTRADICTION: segments, and the place of the Fault."""
MISSHAPEN = {
    "two AK1": ("AK1*HC*17~AK1*HC*18~AK9*A*1*1*1", "MISSING_SEGMENT", "ST"),
    "two AK9": ("AK1*HC*17~AK2*837*0001~IK5*A~AK9*A*1*1*1~AK9*R*1*1*0", "MISSING_SEGMENT", "ST"),
    "AK9 before the last AK2": (
        "AK1*HC*17~AK2*837*0001~IK5*A~AK9*P*2*2*1~AK2*837*0002~IK5*R",
        "MISSING_SEGMENT",
        "ST",
    ),
    "IK5 behind AK9": ("AK1*HC*17~AK2*837*0001~IK5*A~AK9*A*1*1*1~IK5*A", "ORPHAN_SEGMENT", "IK5"),
    "no number of the set": ("AK1*HC*17~AK2*837~IK5*A~AK9*A*1*1*1", "MISSING_ELEMENT", "AK2"),
    "no count": ("AK1*HC*17~AK2*837*0001~IK5*A~AK9*A*1*1", "BAD_NUMBER", "AK9"),
    "a count that is none": ("AK1*HC*17~AK9*A*1*1*1x", "BAD_NUMBER", "AK9"),
    "P of a set": ("AK1*HC*17~AK2*837*0001~IK5*P~AK9*P*1*1*0", "BAD_CODE", "IK5"),
}
SOUND = {
    "all": ("AK1*HC*17~AK2*837*0001~IK5*A~AK2*837*0002~IK5*E*5~AK9*E*2*2*2", ["A", "E"]),
    "some": ("AK1*HC*17~AK2*837*0001~IK5*A~AK2*837*0002~IK5*R*5~AK9*P*2*2*1", ["A", "R"]),
    "none": ("AK1*HC*17~AK2*837*0001~IK5*R*5~AK9*R*1*1*0", ["R"]),
    "only what is refused is listed": ("AK1*HC*17~AK2*837*0002~IK5*R*5~AK9*P*3*3*2", ["R"]),
    "only what has errors is listed": ("AK1*HC*17~AK2*837*0001~IK5*E*5~AK2*837*0002~IK5*R*5~AK9*P*3*3*2", ["E", "R"]),
    "the group's count was wrong": ("AK1*HC*17~AK2*837*0001~IK5*A~AK9*E*2*1*1*5", ["A"]),
    "the whole group": ("AK1*HC*17~AK9*A*3*3*3", ["A"]),
    "the whole group is refused": ("AK1*HC*17~AK9*R*3*3*0*5", ["R"]),
}
COUNTED = {
    "the group is refused, its set is not": (
        "AK1*HC*17~AK2*837*0001~IK5*A~AK2*837*0002~IK5*R*4~AK9*R*2*2*0*5",
        [("R", "5"), ("R", "4")],
    ),
    "nothing received, and a set refused": ("AK1*HC*17~AK2*837*0001~IK5*R*5~AK9*R*0*0*0*3", [("R", "5")]),
    "received and accepted exchanged": ("AK1*HC*17~AK2*837*0001~IK5*R*5~AK9*R*1*0*1", [("R", "5")]),
    "E for P": ("AK1*HC*17~AK2*837*0001~IK5*A~AK2*837*0002~IK5*R~AK9*E*2*2*1", [("A", ""), ("R", "")]),
    "P for R": ("AK1*HC*17~AK2*837*0001~IK5*R~AK9*P*1*1*0", [("R", "")]),
    "one received and not listed": (
        "AK1*HC*17~AK2*837*0001~IK5*A~AK2*837*0002~IK5*R~AK9*P*3*3*2",
        [("A", ""), ("R", "")],
    ),
    "one that did not come": ("AK1*HC*17~AK2*837*0001~IK5*A~AK9*A*2*1*1", [("A", "")]),
}


def ack(segments):
    return file_of("FA", "005010X231A1", *segments.split("~"))


def old(segments):
    """Give the same as a 997."""
    return file_of("FA", "005010X230", *segments.replace("IK", "AK").split("~"), set_code="997")


def rows_of(content, reader=read_999):
    return reader(read_x12(content), "ab" * 32, NIGHT)


@pytest.mark.parametrize("as_sent", [ack, old])
@pytest.mark.parametrize(("segments", "segment", "element"), FAULTY.values(), ids=FAULTY.keys())
def test_a_refused_set_never_passes_for_an_accepted_one(segments, segment, element, as_sent):
    content = as_sent(segments)
    with pytest.raises(Fault) as caught:
        rows_of(content)
    assert (caught.value.code, caught.value.segment, caught.value.element) == ("CONTRADICTION", segment, element)
    assert content[caught.value.byte_start :].startswith(segment.encode())


@pytest.mark.parametrize(("segments", "code", "segment"), MISSHAPEN.values(), ids=MISSHAPEN.keys())
def test_a_999_has_one_head_one_end_and_names_its_sets(segments, code, segment):
    with pytest.raises(Fault) as caught:
        rows_of(ack(segments))
    assert (caught.value.code, caught.value.segment) == (code, segment)


@pytest.mark.parametrize("as_sent", [ack, old])
@pytest.mark.parametrize(("segments", "codes"), SOUND.values(), ids=SOUND.keys())
def test_what_fits_together_is_neither_refused_nor_counted(segments, codes, as_sent):
    content = as_sent(segments)
    assert [row["answer_code"] for row in rows_of(content)] == codes
    (row,) = summarize("a.x12", content)
    assert (row["tolerated"], row["faults"]) == ([], [])


@pytest.mark.parametrize(("segments", "told"), COUNTED.values(), ids=COUNTED.keys())
def test_what_accepts_nothing_is_counted_and_the_refusal_is_followed(segments, told):
    content = ack(segments)
    assert [(row["answer_code"], row["error_codes"]) for row in rows_of(content)] == told
    (row,) = summarize("a.x12", content)
    assert (row["tolerated"], row["faults"]) == ([{"code": "AK9", "count": 1}], [])


def test_a_set_that_its_group_refuses_names_the_bytes_of_both():
    content = ack("AK1*HC*17~AK2*837*0001~IK5*A~AK9*R*1*1*0*5")
    (row,) = rows_of(content)
    assert content[row["byte_start"] : row["byte_end"]] == b"AK2*837*0001~IK5*A~AK9*R*1*1*0*5~"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("AK1*HC*17~AK2*837*0001~IK5*A~AK9*A*1*1*1", "AK1*HC*17~AK2*837*0001~IK5*R~AK9*R*1*1*0"),
        ("AK1*HC*17~AK9*A*1*1*1", "AK1*HC*17~AK2*837*0001~IK5*R~AK9*R*1*1*0"),
        ("AK1*HC*17~AK2*837*0001~IK5*R~AK9*R*1*1*0", "AK1*HC*17~AK9*A*1*1*1"),
        ("AK1*HC*17~AK9*R*1*1*0", "AK1*HC*17~AK9*A*1*1*1"),
    ],
)
def test_two_999_of_one_file_do_not_contradict_each_other(first, second):
    with pytest.raises(Fault) as caught:
        rows_of(ack(first) + ack(second))
    assert caught.value.code == "CONTRADICTION"
    assert caught.value.byte_start > len(ack(first))
    assert len(rows_of(ack(first) + ack(second.replace("*17", "*18")))) == 2
    assert len(rows_of(ack(first) + ack(first))) == 2


def answers(*segments):
    return f"{ISA}{''.join(f'TA1*{segment}~' for segment in segments)}IEA*0*000000101~".encode()


@pytest.mark.parametrize(
    ("segments", "element"),
    [
        (["7*260301*0215*A*001"], "05"),
        (["7*260301*0215*A*000", "7*260301*0215*R*006"], "04"),
        (["000000007*260301*0215*R*006", "8*260301*0215*A*000", "7*260301*0215*A*000"], "04"),
    ],
)
def test_what_a_ta1_refuses_never_passes_for_accepted(segments, element):
    content = answers(*segments)
    with pytest.raises(Fault) as caught:
        rows_of(content, read_ta1)
    assert (caught.value.code, caught.value.segment, caught.value.element) == ("CONTRADICTION", "TA1", element)
    assert caught.value.byte_start == content.rindex(b"TA1")


def test_two_ta1_in_two_interchanges_of_a_file_are_held_against_each_other():
    with pytest.raises(Fault, match="CONTRADICTION"):
        rows_of(answers("7*260301*0215*A*000") + answers("7*260301*0215*R*006"), read_ta1)


@pytest.mark.parametrize(
    ("segment", "count"),
    [("A*000", 0), ("A", 0), ("A*0", 0), ("R*006", 0), ("E*019", 0), ("R*000", 1), ("R", 1), ("E*000", 1)],
)
def test_a_ta1_that_names_no_error_is_counted(segment, count):
    content = answers(f"7*260301*0215*{segment}")
    assert [row["answer_code"] for row in rows_of(content, read_ta1)] == [segment[0]]
    assert tolerated_answers(read_x12(content), "TA1") == ({"TA105": 1} if count else {})
    (row,) = summarize("a.x12", content)
    assert row["tolerated"] == ([{"code": "TA105", "count": 1}] if count else [])
