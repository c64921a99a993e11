"""What a 277 says of claims, and what a 277RFI asks about them, are rows; a line's is never its claim's."""

from datetime import date

import pytest

from schemas.errors import Fault
from tasks.x12.envelope import read_x12
from tasks.x12.status_answer import read_277, read_claim_answers
from tasks.x12.summary import summarize

from .answer_bytes import columns, file_of

NIGHT = date(2026, 3, 2)
HEAD = (
    "BHT*0085*08*R17*20260301*0215*RQ", "HL*1**20*1", "NM1*PR*2*PLAN*****PI*HTP01", "HL*2*1*21*1",
    "NM1*41*2*PRACTICE*****46*PRA01", "HL*3*2*19*1", "NM1*1P*2*PRACTICE*****XX*1999900016",
)  # fmt: skip
REQUEST = (
    *HEAD, "HL*4*3*PT*0", "NM1*QC*1*TEST*PATIENT****MI*M1", "TRN*1*ICN1", "STC*R4:19*20260301**200.5", "REF*EJ*AAA1",
    "SVC*HC:99213*200.5", "STC*R3:21*20260301", "TRN*1*ICN2", "REF*1K*ICN2A", "STC*R1:21*20260301",
)  # fmt: skip
ANSWER = (
    *HEAD, "HL*4*3*22*0", "NM1*IL*1*TEST*PATIENT****MI*M1", "TRN*2*S1", "STC*P1:20*20260301**200.5", "REF*1K*ICN1",
    "REF*EJ*AAA1", "SVC*HC:99213*200.5", "STC*A3:21*20260301",
)  # fmt: skip


def request(*segments):
    return file_of("HN", "005010X213", *(segments or REQUEST))


def rows_of(content):
    return read_claim_answers(read_x12(content), "ab" * 32, NIGHT)


def told(rows):
    return [(row["patient_control_number"], row["payer_claim_number"], row["category_code"]) for row in rows]


def test_a_request_for_more_is_a_row_for_each_claim_that_it_asks_about():
    rows = rows_of(request())
    assert told(rows) == [("AAA1", "ICN1", "R4"), ("", "ICN2A", "R1")]
    assert [row["charge_cents"] for row in rows] == [20050, None]
    assert set(rows[0]) == set(columns("50_acknowledgments.sql", "acknowledgments.claim_answer"))


def test_a_request_is_read_where_the_patient_has_the_level_of_a_subscriber():
    rows = read_277(read_x12(request(*["HL*4*3*22*0" if s.startswith("HL*4") else s for s in REQUEST])), "ab" * 32)
    assert [(row["member_number"], row["trace_number"], row["is_of_line"]) for row in rows] == [
        ("M1", "ICN1", False),
        ("M1", "ICN1", True),
        ("M1", "ICN2", False),
    ]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("STC*R4:19*20260301**200.5", "STC*R4:19*20260301**2x0", "BAD_AMOUNT"),
        ("STC*R4:19*20260301**200.5", "STC", "MISSING_ELEMENT"),
        ("TRN*1*ICN1", "TRN*1", "MISSING_ELEMENT"),
    ],
)
def test_a_request_that_cannot_be_read_is_a_fault_of_reader_and_summary(old, new, code):
    content = request(*[new if segment == old else segment for segment in REQUEST])
    with pytest.raises(Fault, match=code):
        rows_of(content)
    (row,) = summarize("a.x12", content)
    assert (row["kind"], [found["code"] for found in row["faults"]]) == ("277RFI", [code])


@pytest.mark.parametrize("line", ["SVC*HC:99213*200", "SVC*NU*200", "SVC*HC*", "SVC*HC**", "SVC", "SVC**200"])
def test_what_is_said_of_a_line_is_not_said_of_its_claim(line):
    content = file_of("HN", "005010X212", *[line if s.startswith("SVC") else s for s in ANSWER])
    assert told(rows_of(content)) == [("AAA1", "ICN1", "P1")]
    assert [row["is_of_line"] for row in read_277(read_x12(content), "ab" * 32)] == [False, True]
