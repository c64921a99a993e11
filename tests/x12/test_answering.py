"""What is said of an 835 received: accepted or refused by what our reader made of it, at the place it found; pyx12 agrees."""

import random
import re
from collections import Counter

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
    ("content", "note", "codes"),
    [
        (BALANCED[: BALANCED.index(b"SVC")], "023", [["IK5", "R", "2"], ["AK9", "R", "1", "1", "0", "3"]]),
        (BALANCED[: BALANCED.index(b"GE*")], "023", [["IK5", "R", "5"], ["AK9", "R", "1", "1", "0", "3"]]),
        (BALANCED[: BALANCED.index(b"IEA*")], "023", [["IK5", "R", "5"], ["AK9", "R", "1", "1", "0"]]),
        (changed(b"GE*1*", b"GE*2*"), None, [["IK5", "R", "5"], ["AK9", "R", "2", "1", "0", "5"]]),
        (changed(b"IEA*1*", b"IEA*2*"), "021", [["IK5", "R", "5"], ["AK9", "R", "1", "1", "0"]]),
    ],
    ids=["cut in a line", "no group end", "no interchange end", "two sets stated", "two groups stated"],
)
def test_a_broken_envelope_is_refused_with_its_note(content, note, codes):
    segments, envelope = answered(content)
    assert envelope == ([["TA1", "000000101", "260301", "0215", "R", note]] if note else [])
    assert segments[-2:] == codes


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
    assert {group.verdict() for group in answer.groups} <= {"R"}
    assert all(receipt.code == "R" for receipt in answer.interchanges)
    assert bool(answer.groups) == (b"005010X221A1~" in content)
    if answer.groups:
        assert judge(write_999(ENVELOPE, answer.groups)).accepted


def test_damage_gives_a_verdict_that_is_the_readers_or_no_answer():
    draw, verdicts = random.Random(3), Counter()
    for _ in range(120):
        damaged = bytearray(BALANCED)
        damaged[draw.randrange(len(damaged))] = draw.choice(b"*~:0ZX \n")
        content = bytes(damaged)
        faults = faults_of(content)
        try:
            answer = answer_of(content, not faults, faults)
            write_999(ENVELOPE, answer.groups)
        except Fault as fault:
            verdicts[fault.code.split("_")[0]] += 1
            continue
        for group in answer.groups:
            assert (group.verdict() == "R") == bool(faults)
            verdicts[group.verdict()] += 1
    assert set(verdicts) <= {"A", "E", "R", "WRITE"}
    assert min(verdicts["A"], verdicts["R"]) > 10 > verdicts["WRITE"]
