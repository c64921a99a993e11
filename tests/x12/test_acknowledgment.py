"""TA1, 999 and 277CA: every answer is a row, and an answer that cannot be one is a Fault."""

from datetime import date
from pathlib import Path

import pytest

from schemas.errors import Fault
from tasks.x12.acknowledgment import read_277ca, read_999, read_ta1
from tasks.x12.envelope import read_x12
from tasks.x12.summary import summarize

from .answer_bytes import columns, file_of
from .remittance_bytes import BALANCED, ISA, NIGHT

SHA = "ef" * 32
GOLDEN = Path(__file__).parent / "golden"
ACK = (
    "AK1*HC*17*005010X222A1",
    "AK2*837*0001*005010X222A1",
    "IK5*A",
    "AK2*837*0002*005010X222A1",
    "IK3*CLM*22**8",
    "CTX*CLM01:TEST",
    "IK4*2*782*1",
    "IK3*REF*57**3",
    "IK5*R*5*I6",
    "AK9*P*2*2*1",
)
STATUS = (
    "BHT*0085*08*7*20260301*0215*TH",
    "HL*1**20*1",
    "NM1*AY*2*CLEARING TEST*****46*CLR01",
    "TRN*1*BATCH",
    "DTP*050*D8*20260301",
    "HL*2*1*21*1",
    "NM1*41*2*PRACTICE*****46*PRA01",
    "TRN*2*7",
    "STC*A1:19:PR*20260301*WQ*300",
    "QTY*90*2",
    "HL*3*2*19*1",
    "NM1*85*2*PRACTICE*****XX*1234567893",
    "TRN*1*0",
    "STC*A1:19**WQ*300",
    "HL*4*3*PT",
    "NM1*QC*1*TEST*PATIENT****MI*M1",
    "TRN*2*AAA1",
    "STC*A2:20:PR*20260301*WQ*200.5",
    "REF*1K*ICN1",
    "DTP*472*D8*20260210",
    "SVC*HC:99213*200.5*0",
    "STC*A2:20**WQ",
    "HL*5*3*PT",
    "NM1*QC*1*TEST*OTHER****MI*M2",
    "TRN*2*BBB2",
    "STC*A7:562:85*20260301*U*99.5",
    "STC*A3:21*2026030*U",
    "DTP*472*D8*20260211",
    "TRN*2*BBB3",
    "STC*A6:33",
)


def answers(reader, content):
    return reader(read_x12(content), SHA, NIGHT)


@pytest.mark.parametrize(
    ("reader", "content", "table"),
    [
        (read_ta1, f"{ISA}TA1*000000007*260301*0215*R*006~IEA*1*000000101~".encode(), "interchange_answer"),
        (read_999, file_of("FA", "005010X231A1", *ACK), "transaction_answer"),
        (read_277ca, file_of("HN", "005010X214", *STATUS), "claim_answer"),
    ],
)
def test_rows_have_the_columns_of_the_warehouse(reader, content, table):
    declared = columns("50_acknowledgments.sql", f"acknowledgments.{table}")
    rows = answers(reader, content)
    assert rows
    for row in rows:
        assert set(row) == set(declared)
        assert not [name for name, is_required in declared.items() if is_required and row[name] is None]
    assert len({row["byte_start"] for row in rows}) == len(rows)


def test_a_ta1_answers_an_interchange_inside_or_beside_a_group():
    beside = f"{ISA}TA1*000000007*260301*0215*R*006~TA1*8*260301*0215*A~IEA*1*000000101~".encode()
    within = file_of("FA", "005010X231A1", *ACK).replace(b"~ST*", b"~TA1*000000007*260301*0215*E*000~ST*")
    told = [(r["interchange_control_number"], r["answer_code"], r["note_code"]) for r in answers(read_ta1, beside)]
    assert told == [(7, "R", "006"), (8, "A", "")]
    assert [row["answer_code"] for row in answers(read_ta1, within)] == ["E"]
    assert len(answers(read_999, within)) == 2


def test_a_999_is_one_row_for_each_transaction_with_its_errors():
    content = file_of("FA", "005010X231A1", *ACK)
    rows = answers(read_999, content)
    told = [
        (r["group_control_number"], r["transaction_control_number"], r["answer_code"], r["error_codes"]) for r in rows
    ]
    assert told == [(17, "0001", "A", ""), (17, "0002", "R", "5 I6 8 1 3")]
    assert content[rows[1]["byte_start"] : rows[1]["byte_end"]].startswith(b"AK2*837*0002")
    assert content[rows[1]["byte_start"] : rows[1]["byte_end"]].endswith(b"IK5*R*5*I6~")


def test_an_element_error_without_its_segment_counts_all_the_same():
    rows = answers(read_999, file_of("FA", "005010X231A1", *[part for part in ACK if not part.startswith("IK3")]))
    assert [row["error_codes"] for row in rows] == ["", "5 I6 1"]


def test_a_997_reads_alike():
    ack = ("AK1*HC*17", "AK2*837*0002", "AK3*NM1*8**8", "AK4*2*1065*1", "AK5*R*5", "AK9*R*1*1*0")
    rows = answers(read_999, file_of("FA", "004010", *ack, set_code="997"))
    assert [(r["transaction_control_number"], r["answer_code"], r["error_codes"]) for r in rows] == [
        ("0002", "R", "5 8 1")
    ]


@pytest.mark.parametrize(("trailer", "code", "errors"), [("AK9*A*3*3*3", "A", ""), ("AK9*R*3*3*0*1*5", "R", "1 5")])
def test_a_999_without_transactions_answers_the_whole_group(trailer, code, errors):
    rows = answers(read_999, file_of("FA", "005010X231A1", "AK1*HC*17", trailer))
    told = [
        (r["group_control_number"], r["transaction_control_number"], r["answer_code"], r["error_codes"]) for r in rows
    ]
    assert told == [(17, "", code, errors)]


def test_a_277ca_is_one_row_for_each_status_of_a_claim():
    content = file_of("HN", "005010X214", *STATUS)
    rows = answers(read_277ca, content)
    told = [
        (r["patient_control_number"], r["category_code"], r["status_code"], r["entity_code"], r["charge_cents"])
        for r in rows
    ]
    assert told == [
        ("AAA1", "A2", "20", "PR", 20050),
        ("BBB2", "A7", "562", "85", 9950),
        ("BBB2", "A3", "21", None, None),
        ("BBB3", "A6", "33", None, None),
    ]
    assert [r["payer_claim_number"] for r in rows] == ["ICN1", None, None, None]
    assert [r["effective_on"] for r in rows] == [date(2026, 3, 1), date(2026, 3, 1), None, None]
    assert {r["hop"] for r in rows} == {"AY"}
    for row in rows:
        assert content[row["byte_start"] : row["byte_end"]].startswith(b"STC*" + row["category_code"].encode())


@pytest.mark.parametrize(
    ("status", "place", "kept"),
    [
        ("STC*A3:21:41*20260301*U*300", 8, ["A3"]),
        ("STC*A8:496:85*20260301*U*300", 13, ["A8"]),
        ("STC*D0:35*20260301*U*300", 8, ["D0"]),
        ("STC*A1:19:PR*20260301*WQ*300", 8, []),
    ],
)
def test_a_277ca_that_refuses_a_batch_and_names_no_claim_is_a_row_of_nobodys_claim(status, place, kept):
    without_claims = edited(STATUS[:14], STATUS[place], status)
    rows = answers(read_277ca, file_of("HN", "005010X214", *without_claims))
    assert [row["category_code"] for row in rows] == kept
    assert {(row["patient_control_number"], row["payer_claim_number"]) for row in rows} <= {("", None)}
    with_claims = edited(STATUS, STATUS[place], status)
    assert "" not in {
        row["patient_control_number"] for row in answers(read_277ca, file_of("HN", "005010X214", *with_claims))
    }


def test_a_provider_that_is_refused_beside_one_with_claims_is_told():
    other = ("HL*6*2*19*1", "NM1*85*2*OTHER*****XX*1234567893", "TRN*1*0", "STC*A3:21**U*10")
    rows = answers(read_277ca, file_of("HN", "005010X214", *STATUS, *other))
    assert [(row["patient_control_number"], row["category_code"]) for row in rows][-1] == ("", "A3")
    assert len(rows) == 5


def test_a_status_of_a_patient_without_a_claim_is_a_fault():
    patient = ("HL*6*3*PT", "NM1*QC*1*TEST*THIRD****MI*M3", "STC*A3:21**U*10")
    with pytest.raises(Fault) as caught:
        answers(read_277ca, file_of("HN", "005010X214", *STATUS, *patient))
    assert (caught.value.code, caught.value.segment) == ("ORPHAN_SEGMENT", "STC")


def edited(segments, old, new):
    assert old in segments
    return [new if segment == old else segment for segment in segments]


STATED = (GOLDEN / "277ca_two_claims.x12").read_bytes()


@pytest.mark.parametrize(
    ("old", "new", "levels"),
    [
        (b"", b"", 0),
        (b"*WQ*120~REF*1K", b"*WQ*1200~REF*1K", 2),
        (b"AMT*YU*120~", b"AMT*YU*12~", 1),
        (b"QTY*AA*1~", b"QTY*AA*2~", 1),
        (b"STC*A1:19**WQ*320.5~", b"STC*A1:19**WQ*320~", 1),
        (b"*WQ*120~REF*1K", b"*U*120~REF*1K", 1),
    ],
)
def test_what_is_stated_of_a_batch_is_held_against_its_claims(old, new, levels):
    content = STATED.replace(b"~\n", b"~")
    assert old in content
    (row,) = summarize("a.x12", content.replace(old, new, 1) if old else content)
    assert not row["faults"]
    assert [found["count"] for found in row["tolerated"] if found["code"] == "STATED_TOTAL"] == [levels] * (levels > 0)


FAULTS = {
    "TA1 number": (read_ta1, f"{ISA}TA1*ABC*260301*0215*A*000~IEA*0*000000101~".encode(), "BAD_NUMBER", "TA1"),
    "TA1 code": (read_ta1, f"{ISA}TA1*7*260301*0215*Z*000~IEA*0*000000101~".encode(), "BAD_CODE", "TA1"),
    "no AK1": (read_999, file_of("FA", "005010X231A1", *ACK[1:]), "MISSING_SEGMENT", "ST"),
    "no AK9": (read_999, file_of("FA", "005010X231A1", *ACK[:-1]), "MISSING_SEGMENT", "ST"),
    "group number": (read_999, file_of("FA", "005010X231A1", *edited(ACK, ACK[0], "AK1*HC*G17")), "BAD_NUMBER", "AK1"),
    "IK5 code": (read_999, file_of("FA", "005010X231A1", *edited(ACK, "IK5*A", "IK5*Q")), "BAD_CODE", "IK5"),
    "IK5 before AK2": (read_999, file_of("FA", "005010X231A1", "IK5*A", *ACK), "ORPHAN_SEGMENT", "IK5"),
    "AK2 without IK5": (
        read_999,
        file_of("FA", "005010X231A1", *edited(ACK, "IK5*A", "CTX*A")),
        "MISSING_SEGMENT",
        "AK2",
    ),
    "two IK5": (read_999, file_of("FA", "005010X231A1", *ACK[:3], *ACK[2:]), "MISSING_SEGMENT", "AK2"),
    "claim charge": (
        read_277ca,
        file_of("HN", "005010X214", *edited(STATUS, STATUS[17], "STC*A2:20*20260301*WQ*x")),
        "BAD_AMOUNT",
        "STC",
    ),
    "no category": (
        read_277ca,
        file_of("HN", "005010X214", *edited(STATUS, STATUS[17], "STC*:20*20260301*WQ*1")),
        "MISSING_ELEMENT",
        "STC",
    ),
    "empty status": (
        read_277ca,
        file_of("HN", "005010X214", *edited(STATUS, STATUS[17], "STC")),
        "MISSING_ELEMENT",
        "STC",
    ),
    "AK1 behind AK2": (read_999, file_of("FA", "005010X231A1", *ACK[1:], ACK[0]), "MISSING_SEGMENT", "ST"),
    "no control number": (
        read_277ca,
        file_of("HN", "005010X214", *edited(STATUS, "TRN*2*AAA1", "TRN*2")),
        "MISSING_ELEMENT",
        "TRN",
    ),
}


@pytest.mark.parametrize(("reader", "content", "code", "segment"), FAULTS.values(), ids=FAULTS.keys())
def test_an_answer_that_cannot_be_trusted_is_a_fault(reader, content, code, segment):
    with pytest.raises(Fault) as caught:
        answers(reader, content)
    assert (caught.value.code, caught.value.segment) == (code, segment)
    assert content[caught.value.byte_start :].startswith(segment.encode())


@pytest.mark.parametrize("reader", [read_ta1, read_999, read_277ca])
def test_other_kinds_are_left_alone(reader):
    assert answers(reader, BALANCED) == []
