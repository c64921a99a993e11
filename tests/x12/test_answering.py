"""What is said of an 835 received: accepted or refused by what our reader made of it, at the place it found; pyx12 agrees."""

import random
import re
from collections import Counter
from dataclasses import replace

import pytest

from schemas.errors import Fault
from tasks.x12.answering import answer_of, faults_of
from tasks.x12.judge import judge
from tasks.x12.receipt import write_999, write_ta1
from tests.x12.remittance_bytes import BALANCED, PAID_CLAIM, file_835
from tests.x12.write_rows import ENVELOPE, of, split

ASKING = BALANCED.replace(b"*0*T*:~", b"*1*T*:~")


def answered(content):
    """Give the segments of the 999 and of the TA1 that a night would send for these bytes."""
    faults = faults_of(content)
    answer = answer_of(content, not faults, faults)
    receipt = write_999(ENVELOPE, answer.groups) if answer.groups else b""
    assert not receipt or judge(receipt).errors == ()
    told = split(receipt) if receipt else []
    envelope = split(write_ta1(ENVELOPE, answer.interchanges)) if answer.interchanges else []
    return [s for s in told if s[0] in ("AK1", "AK2", "IK3", "IK4", "IK5", "AK9")], of(envelope, "TA1")


def test_a_sound_file_is_accepted_and_its_interchange_answered_where_it_asks():
    told, envelope = answered(BALANCED)
    assert told == [
        ["AK1", "HP", "101", "005010X221A1"],
        ["AK2", "835", "0001"],
        ["IK5", "A"],
        ["AK9", "A", "1", "1", "1"],
    ]
    assert envelope == []
    assert answered(ASKING) == (told, [["TA1", "000000101", "260301", "0215", "A", "000"]])


def changed(old, new):
    assert old in BALANCED
    return BALANCED.replace(old, new, 1)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (changed(b"*120.5*45", b"*120.555*45"), [["IK3", "CLP", "13", "", "8"], ["IK4", "4", "", "6"], ["IK5", "R", "5"]]),
        (changed(b"*120.5*45", b"**45"), [["IK3", "CLP", "13", "", "8"], ["IK4", "4", "", "1"], ["IK5", "R", "5"]]),
        (changed(b"CAS*CO*45*4.5", b"CAS*CR*45*4.5"), [["IK3", "CAS", "14", "", "8"], ["IK4", "1", "", "7"], ["IK5", "R", "5"]]),
        (changed(b"CAS*CO*45*20", b"CAS*CO**20"), [["IK3", "CAS", "21", "", "8"], ["IK4", "2", "", "1"], ["IK5", "R", "5"]]),
        (changed(b"TRN*1*TRACE1*", b"TRN*1**"), [["IK3", "TRN", "3", "", "8"], ["IK4", "2", "", "1"], ["IK5", "R", "5"]]),
        (changed(b"TRN*1*TRACE1*1000000001~", b""), [["IK3", "TRN", "3", "", "3"], ["IK5", "R", "5", "4"]]),
        (changed(b"REF*EV*PRACTICE~", b"TRN*1*TWO*1000000001~"), [["IK3", "TRN", "4", "", "5"], ["IK5", "R", "5"]]),
        (changed(b"NM1*TT*2*NEXT PLAN", b"PATIENTNAME*TT*2*NEXT PLAN"), [["IK5", "R", "5"]]),
        (changed(b"LX*1~", b"LX*1~CAS*CO*45*1~"), [["IK3", "CAS", "13", "", "2"], ["IK5", "R", "5", "4"]]),
        (changed(b"SE*44*0001", b"SE*43*0001"), [["IK5", "E", "4"]]),
        (changed(b"SE*44*0001", b"SE*44*0009"), [["IK5", "E", "3"]]),
    ],
    ids=[
        "parts of a cent", "no amount", "a group that is none", "no reason", "no trace", "no TRN", "two TRN", "an unknown segment",
        "an orphan", "a wrong count", "another number",
    ],
)  # fmt: skip
def test_what_the_reader_found_is_said_at_its_place(content, told):
    segments, _ = answered(content)
    assert [s for s in segments if s[0] in ("IK3", "IK4", "IK5")] == told
    used = told[-1][1] == "E"
    assert of(segments, "AK9") == [["AK9", "E" if used else "R", "1", "1", "1" if used else "0"]]


@pytest.mark.parametrize(
    ("content", "note"),
    [
        (BALANCED[: BALANCED.index(b"SVC")], "023"),
        (BALANCED[: BALANCED.index(b"GE*")], "023"),
        (BALANCED[: BALANCED.index(b"IEA*")], "023"),
        (changed(b"IEA*1*", b"IEA*2*"), "021"),
    ],
    ids=["cut in a line", "no group end", "no interchange end", "two groups stated"],
)
def test_an_interchange_that_is_rejected_has_its_note_and_no_999(content, note):
    assert answered(content) == ([], [["TA1", "000000101", "260301", "0215", "R", note]])


def test_a_sound_interchange_before_one_that_is_rejected_has_its_999():
    other = BALANCED.replace(b"000000101", b"000000102").replace(b"*101*X", b"*102*X").replace(b"TRACE1", b"TRACE2")
    segments, envelope = answered(BALANCED + other[: other.index(b"GE*")])
    assert segments == [
        ["AK1", "HP", "101", "005010X221A1"],
        ["AK2", "835", "0001"],
        ["IK5", "R", "5"],
        ["AK9", "R", "1", "1", "0"],
    ]
    assert envelope == [["TA1", "000000102", "260301", "0215", "R", "023"]]


def test_a_wrong_count_of_sets_is_told():
    segments, envelope = answered(changed(b"GE*1*", b"GE*2*"))
    assert (segments[-2:], envelope) == ([["IK5", "R", "5"], ["AK9", "R", "2", "1", "0", "5"]], [])


def test_an_interchange_number_that_differs_is_told_and_the_file_used():
    segments, envelope = answered(changed(b"IEA*1*000000101", b"IEA*1*000000102"))
    assert envelope == [["TA1", "000000101", "260301", "0215", "E", "001"]]
    assert of(segments, "AK9") == [["AK9", "A", "1", "1", "1"]]


def test_each_group_and_set_is_answered_also_behind_another_interchange_with_its_own_separators():
    other = (
        BALANCED.replace(b"000000101", b"000000102")
        .replace(b"*101*X", b"*102*X")
        .replace(b"GE*1*101", b"GE*1*102")
        .replace(b"TRACE1", b"TRACE2")
    )
    other = other.translate(bytes.maketrans(b"*~", b"|\n"))
    segments, _ = answered(BALANCED + other)
    assert [s[2] for s in of(segments, "AK1")] == ["101", "102"]
    bad = other.replace(b"CLP|AAA1|1|200|", b"CLP|AAA1|1|2 00|")
    segments, _ = answered(BALANCED + bad)
    assert [s[1:] for s in of(segments, "IK5")] == [["R", "5"], ["R", "5"]]  # the file is refused whole
    assert [s[1:3] for s in of(segments, "IK3")] == [["CLP", "13"]]


def test_other_kinds_and_what_is_no_x12_have_no_answer():
    answer = re.sub(rb"GS\*HP", b"GS*HN", BALANCED).replace(b"ST*835", b"ST*277")
    for content in (answer, answer[:300], b"Dear provider", b"", BALANCED.replace(b"005010X221A1", b"004010X091A1")):
        assert answer_of(content, False, []).groups == ()
    assert answer_of(answer[:300], False, []).interchanges == ()


def test_nothing_of_the_claims_is_repeated():
    content = (
        file_835(PAID_CLAIM)
        .replace(b"CLP*AAA1*1*200", b"CLP*AAA1*1*SECRET")
        .replace(b"CAS*CO*45*20", b"SECRET*CO*45*20")
    )
    faults = faults_of(content)
    assert len(faults) > 1
    said = write_999(ENVELOPE, answer_of(content, False, faults).groups)
    assert b"SECRET" not in said
    assert b"SEC" not in said
    assert said == write_999(ENVELOPE, answer_of(content, False, faults_of(content)).groups)


@pytest.mark.parametrize("end", range(120, len(BALANCED) - 1, 37))
def test_a_file_cut_anywhere_is_refused_or_too_short_to_be_answered(end):
    content = BALANCED[:end]
    answer = answer_of(content, False, faults_of(content))
    assert all(receipt.code == "R" for receipt in answer.interchanges)
    assert bool(answer.interchanges) == (b"005010X221A1~" in content)
    assert answer.groups == ()


def in_groups(*groups):
    """Give one interchange with these groups: each the changes of the balanced 835's bytes."""
    start, end = BALANCED.index(b"GS*"), BALANCED.index(b"IEA*")
    made = []
    for number, changes in enumerate(groups, 101):
        group = BALANCED[start:end].replace(b"*101*X", b"*%d*X" % number).replace(b"GE*1*101", b"GE*1*%d" % number)
        group = group.replace(b"TRACE1", b"TRACE%d" % number)
        for old, new in changes:
            assert old in group
            group = group.replace(old, new)
        made.append(group)
    return BALANCED[:start] + b"".join(made) + b"IEA*%d*000000101~" % len(groups)


SOUND = [["AK1", "HP", "101", "005010X221A1"], ["AK2", "835", "0001"], ["IK5", "A"], ["AK9", "A", "1", "1", "1"]]
ECHOES = [
    # what of the second group does not fit its element, its bytes, what is said of it
    ("a number of one character", [(b"ST*835*0001", b"ST*835*1"), (b"*0001~", b"*1~")],
     [["AK1", "HP", "102", "005010X221A1"], ["AK9", "E", "1", "1", "1"]]),
    ("a number of ten characters", [(b"*0001~", b"*0000000001~")],
     [["AK1", "HP", "102", "005010X221A1"], ["AK9", "E", "1", "1", "1"]]),
    ("a guide of the set that is too long", [(b"ST*835*0001", b"ST*835*0001*" + b"Z" * 36)], [["AK1", "HP", "102", "005010X221A1"], *SOUND[1:]]),
    ("a guide of the group that is too long", [(b"005010X221A1", b"005010X221A1E1")],
     [["AK1", "HP", "102", "005010"], *SOUND[1:3], ["AK9", "E", "1", "1", "1", "2"]]),
    ("a guide of the group that no answer may hold", [(b"005010X221A1", b"005010\xe9")],
     [["AK1", "HP", "102", "005010"], *SOUND[1:3], ["AK9", "E", "1", "1", "1", "2"]]),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "said"), [case[1:] for case in ECHOES], ids=[case[0] for case in ECHOES])
def test_what_cannot_be_repeated_keeps_nothing_else_from_being_answered(changes, said):
    content = in_groups([], changes)
    assert answered(content) == ([*SOUND, *said], [])
    assert answer_of(content, True, []).left_out == ()


LEFT_OUT = [
    ("a group number of ten digits", [(b"*102*X", b"*1020000001*X"), (b"GE*1*102", b"GE*1*1020000001")]),
    ("a group number that is none", [(b"*102*X", b"*1O2*X"), (b"GE*1*102", b"GE*1*1O2")]),
    ("a group number that never ends", [(b"*102*X", b"*" + b"1" * 5000 + b"*X")]),
    ("a group of another kind", [(b"GS*HP", b"GS*ZZ")]),
]


@pytest.mark.parametrize("changes", [case[1] for case in LEFT_OUT], ids=[case[0] for case in LEFT_OUT])
def test_a_group_that_no_999_can_name_is_noted_and_the_others_are_answered(changes):
    answer = answer_of(in_groups([], changes), True, [])
    assert [group.control_number for group in answer.groups] == [101]
    assert judge(write_999(ENVELOPE, answer.groups)).accepted
    assert answer.left_out == ("no 999 of group 2 in interchange 1: its GS01 or GS06 fits no element of one",)


def test_a_set_that_no_999_can_name_is_counted_and_the_others_of_its_group_are_named():
    one = BALANCED[BALANCED.index(b"ST*") : BALANCED.index(b"GE*")]
    short = one.replace(b"*0001~", b"*2~").replace(b"TRACE1", b"TRACE2")
    segments, _ = answered(BALANCED.replace(one, one + short).replace(b"GE*1*", b"GE*2*"))
    assert segments == [*SOUND[:3], ["AK9", "E", "2", "2", "2"]]
    broken = short.replace(b"*120.5*45", b"*120.555*45")
    segments, _ = answered(BALANCED.replace(one, one + broken).replace(b"GE*1*", b"GE*2*"))
    assert segments == [*SOUND[:2], ["IK5", "R", "5"], ["AK9", "R", "2", "2", "0"]]


def test_a_count_of_sets_that_no_999_can_repeat_is_what_was_there():
    (group,) = answer_of(changed(b"GE*1*", b"GE*1000000*"), True, []).groups
    assert (group.verdict(), group.stated_count, group.codes) == ("E", None, ("5",))
    assert judge(write_999(ENVELOPE, [group])).accepted


def test_a_ta1_that_can_name_nothing_is_noted_and_the_group_answered():
    answer = answer_of(ASKING.replace(b"*260301*0215*^", b"*260301*02:5*^"), True, [])
    assert answer.interchanges == ()
    assert [group.verdict() for group in answer.groups] == ["A"]
    assert answer.left_out == ("no TA1 of interchange 1: its ISA09, ISA10 or ISA13 fits no element of one",)


def test_the_faults_of_one_segment_stand_under_one_error_each_once():
    content = changed(b"CLP*AAA1*1*200*120.5*45", b"CLP*AAA1*1*2OO*120.555*4S")
    segments, _ = answered(content)
    assert segments[2:-2] == [
        ["IK3", "CLP", "13", "", "8"],
        ["IK4", "3", "", "6"],
        ["IK4", "4", "", "6"],
        ["IK4", "5", "", "6"],
    ]
    faults = faults_of(content)
    twice = answer_of(content, False, [*faults, *faults])
    assert twice == answer_of(content, False, faults)


def test_a_rule_of_the_segment_and_one_of_its_elements_stand_under_one_error():
    content = changed(b"CLP*AAA1*1*200*120.5*45", b"CLP*AAA1*1*2OO*120.5*45")
    (fault,) = [f for f in faults_of(content) if f.segment == "CLP"]
    orphan = replace(fault, code="ORPHAN_SEGMENT", element="")
    said = split(write_999(ENVELOPE, answer_of(content, False, [fault, orphan]).groups))
    assert said[5:7] == [["IK3", "CLP", "13", "", "2"], ["IK4", "3", "", "6"]]


def test_a_place_that_no_999_can_repeat_is_left_out_and_the_set_still_refused():
    far = Fault("BAD_AMOUNT", "no amount", "", byte_start=0, segment="CLP", element="04")
    padding = BALANCED[: BALANCED.index(b"CLP")] + b"Z~" * 1_000_000 + BALANCED[BALANCED.index(b"CLP") :]
    far.byte_start = padding.index(b"CLP")
    said = write_999(ENVELOPE, answer_of(padding, False, [far]).groups)
    assert judge(said).accepted
    assert b"IK3" not in said
    assert b"~IK5*R*" in said


def test_damage_gives_a_verdict_that_is_the_readers_and_always_an_answer_that_can_be_written():
    draw, verdicts = random.Random(3), Counter()
    for _ in range(400):
        damaged = bytearray(BALANCED)
        at = draw.randrange(len(damaged))
        damaged[at : at + draw.choice((0, 1, 1, 4))] = draw.choice(
            (b"*", b"~", b":", b"0", b"Z", b"X", b" ", b"\n", b"", b"\xe9", b"123456789")
        )
        content = bytes(damaged)
        faults = faults_of(content)
        answer = answer_of(content, not faults, faults)
        if answer.interchanges:
            write_ta1(ENVELOPE, answer.interchanges)
        verdicts.update(receipt.code for receipt in answer.interchanges)
        if answer.groups:
            assert judge(write_999(ENVELOPE, answer.groups)).errors == ()
        for group in answer.groups:
            assert (group.verdict() == "R") == bool(faults)
            verdicts[group.verdict()] += 1
    assert set(verdicts) <= {"A", "E", "R"}
    assert min(verdicts["A"], verdicts["R"]) > 30
