"""What bank files say, in cents and bytes; whatever is not as it should be keeps the whole file out."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import Fault
from tasks.bank.reading import read_bank_file
from tests.bank.texts import Eft, ach, bai2

NIGHT = date(2026, 3, 3)
CSV = {"settled_on": "Date", "amount": "Amount", "text": "Description", "check_number": "Check", "balance": "Balance"}
PORTAL = (
    b'Date,Description,Amount,Check,Balance\n2026-03-02,"CLAIM PAYMENT, TRN*1*T1*1990000001","1,200.50",,1200.50\n'
    b"2026-03-02,CHECK DEPOSIT,80.00,1234,1280.50\n2026-03-03,FEE,($3.00),,1277.50\n"
)


def read(content: bytes, columns=None) -> list[dict]:
    return read_bank_file(content, "f" * 64, columns or {}, NIGHT)


def ach_day(*efts: Eft, description: str = "HCCLAIMPMT", end: str = "\n") -> bytes:
    return ach([("260302", description, efts)], end)


@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_an_ach_entry_is_read_with_its_trace_and_its_bytes(end):
    content = ach_day(Eft(12345, "T1"), Eft(600, "T2", number=2), end=end)
    first, second = read(content)
    assert (first["amount_cents"], first["trace_number"], first["originator_id"]) == (12345, "T1", "1990000001")
    assert first["settled_on"] == date(2026, 3, 2)
    assert (first["entry_description"], first["bank_reference"]) == ("HCCLAIMPMT", "123456780000001")
    said = content[first["byte_start"] : first["byte_end"]]
    assert said.startswith(b"622")
    assert b"0000012345" in said
    assert b"TRN*1*T1*" in said
    assert content[second["byte_start"] : second["byte_end"]].count(b"TRN*1*T2*") == 1


@pytest.mark.parametrize(
    ("code", "cents"),
    [("22", 500), ("32", 500), ("27", -500), ("37", -500), ("21", 500), ("26", -500), ("42", 500), ("52", 500)],
)
def test_credits_come_and_debits_go(code, cents):
    assert [m["amount_cents"] for m in read(ach_day(Eft(500, "T1", code=code)))] == [cents]


@pytest.mark.parametrize("code", ["23", "24", "28", "29"])
def test_entries_without_money_move_nothing(code):
    assert read(ach_day(Eft(0, "T1", code=code))) == []


def test_without_addenda_the_company_is_known_and_the_trace_is_not():
    (told,) = read(ach_day(Eft(500)))
    assert (told["trace_number"], told["originator_id"], told["originator_name"]) == (None, "1990000001", "HARBOR PLAN")


CONTROLS = [
    # what is changed, with what, at which record the fault is, and which total it names
    (b"8200000002", b"8200000003", "8", "entry and addenda count"),
    (b"82000000020099999999", b"82000000020099999998", "8", "entry hash"),
    (b"000000000000000000012345199", b"000000000001000000012345199", "8", "debit total"),
    (b"000000012345199", b"000000012346199", "8", "credit total"),
    (b"9000001000001", b"9000002000001", "9", "batch count"),
    (b"9000001000001", b"9000001000002", "9", "block count"),
    (b"900000100000100000002", b"900000100000100000003", "9", "entry and addenda count"),
    (b"9000001000001000000020099999999", b"9000001000001000000020099999998", "9", "entry hash"),
]


@pytest.mark.parametrize(("old", "new", "record", "total"), CONTROLS)
def test_every_control_total_of_an_ach_file_is_checked(old, new, record, total):
    content = ach_day(Eft(12345, "T1"))
    assert content.count(old) == 1
    with pytest.raises(Fault) as caught:
        read(content.replace(old, new))
    assert (caught.value.code, caught.value.segment, caught.value.element) == ("CONTROL_TOTAL", record, total)
    assert content[caught.value.byte_start : caught.value.byte_start + 1] == record.encode()
    assert caught.value.remedy


@pytest.mark.parametrize(
    "content",
    [
        ach_day(Eft(12345, "T1")),
        bai2(["16,165,12345,Z,BR1,CR1,PAYMENT\n88,TRN*1*T1*1990000001", "16,475,700,,BR2,1001/"]),
    ],
    ids=["ach", "bai2"],
)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_cut_or_changed_digit_is_a_fault_or_changes_no_cent(content, data):
    whole = read(content)
    if data.draw(st.booleans()):
        broken = content[: data.draw(st.integers(0, len(content) - 1))]
    else:
        place = data.draw(st.sampled_from([i for i, c in enumerate(content) if chr(c).isdigit()]))
        digit = data.draw(st.sampled_from(b"0123456789"))
        broken = content[:place] + bytes([digit]) + content[place + 1 :]
    try:
        found = read(broken, CSV)
    except Fault:
        return
    cents = [abs(m["amount_cents"]) for m in found]  # BAI2 totals do not know credit from debit, ACH totals do
    assert cents == [abs(m["amount_cents"]) for m in whole]


def test_a_bai2_statement_is_read_with_the_trace_of_its_continuation():
    content = bai2(
        [
            "16,165,12345,Z,BR1,CR1,CLAIM PAYMENT\n88,HCCLAIMPMT TRN*1*T1*1990000001",
            "16,475,700,,BR2,1001/",
            "16,116,8000,S,0,8000,0,BR3,4711,LOCKBOX, ITEM",
            "16,169,50,V,260304,,BR4,,LATER/",
            "16,890,,,,,NOTHING MOVES",
        ]
    )
    eft, paid, check, later = read(content)
    assert (eft["amount_cents"], eft["trace_number"], eft["originator_id"]) == (12345, "T1", "1990000001")
    assert content[eft["byte_start"] : eft["byte_end"]].decode().count("\n") == 1
    assert (paid["amount_cents"], check["amount_cents"], check["check_number"]) == (-700, 8000, "4711")
    assert (check["settled_on"], later["settled_on"]) == (date(2026, 3, 2), date(2026, 3, 4))
    assert {m["account_number"] for m in (eft, paid, check, later)} == {"100200300"}


def test_a_trace_that_runs_over_two_lines_is_put_together():
    (told,) = read(bai2(["16,165,100,,,,TRN*1*12345\n88,67890*1990000001REMIT"]))
    assert (told["trace_number"], told["originator_id"]) == ("1234567890", "1990000001")


def test_the_summary_of_a_bai2_account_counts_with_its_funds_and_continuations():
    content = (
        b"01,A,B,260302,0600,1,,,2/\n02,B,A,1,260302,,,2/\n03,1,,010,-500000,,,100,1000000,,,400,2000000,,,190/\n"
        b"88,500000,,S,1,2,3,110,1000000,2,D,1,0,1000000,072,500000,,V,260303,1200/\n"
        b"16,115,500000,S,,200000,300000,,,LOCK BOX\n49,5000000,4/\n98,5000000,1,6/\n99,5000000,1,8/\n"
    )
    assert [m["amount_cents"] for m in read(content)] == [500000]


@pytest.mark.parametrize(
    ("old", "new", "record"),
    [
        (b"49,17345,4/", b"49,17346,4/", "49"),
        (b"49,17345,4/", b"49,17345,5/", "49"),
        (b"98,17345,1,6/", b"98,17345,2,6/", "98"),
        (b"98,17345,1,6/", b"98,17345,1,7/", "98"),
        (b"99,17345,1,8/", b"99,0,1,8/", "99"),
        (b"99,17345,1,8/", b"99,17345,1,9/", "99"),
    ],
)
def test_every_control_total_of_a_bai2_file_is_checked(old, new, record):
    content = bai2(["16,165,12345,,BR1,CR1,P\n88,TRN*1*T1*1990000001"])
    assert content.count(old) == 1
    with pytest.raises(Fault) as caught:
        read(content.replace(old, new))
    assert (caught.value.code, caught.value.segment) == ("CONTROL_TOTAL", record)


def test_a_portals_csv_is_read_by_its_columns():
    eft, check, fee = read(PORTAL, CSV)
    assert (eft["amount_cents"], eft["trace_number"], eft["originator_id"]) == (120050, "T1", "1990000001")
    assert (check["amount_cents"], check["check_number"], fee["amount_cents"]) == (8000, "1234", -300)
    assert PORTAL[check["byte_start"] : check["byte_end"]] == b"2026-03-02,CHECK DEPOSIT,80.00,1234,1280.50\n"


@pytest.mark.parametrize(
    ("content", "columns", "code"),
    [
        (PORTAL, {}, "UNKNOWN_LAYOUT"),
        (PORTAL, {**CSV, "trace_number": "Trace"}, "UNKNOWN_LAYOUT"),
        (PORTAL.replace(b"80.00", b"80.01"), CSV, "CONTROL_TOTAL"),
        (PORTAL.replace(b"80.00", b"eighty"), CSV, "NOT_A_NUMBER"),
        (PORTAL.replace(b"80.00", b"80.001"), CSV, "NOT_A_NUMBER"),
        (PORTAL.replace(b"2026-03-03", b"03/03/2026"), CSV, "NOT_A_DATE"),
        (PORTAL.replace(b"FEE,", b""), CSV, "BROKEN_RECORD"),
        (PORTAL.replace(b"FEE", b'"FEE'), CSV, "TRUNCATED"),
        (PORTAL.replace(b"FEE", b"F\xe9E"), CSV, "NOT_TEXT"),
        (b"  \n", CSV, "EMPTY"),
        (ach_day(Eft(1, "T"))[:500], {}, "TRUNCATED"),
        (ach_day(Eft(1, "T"))[:380], {}, "TRUNCATED"),
        (ach_day(Eft(1, "T")).replace(b"HARBOR BANK ", b"HARBOR BANK"), {}, "BROKEN_RECORD"),
        (ach_day(Eft(1, "T")).replace(b"CCD", b"ADV"), {}, "UNKNOWN_LAYOUT"),
        (ach_day(Eft(1, "T", code="20")), {}, "UNKNOWN_CODE"),
        (bai2(["16,701,5,,,,LOAN"]), {}, "UNKNOWN_CODE"),
        (bai2([])[:30], {}, "TRUNCATED"),
        (bai2([]).replace(b"03,1", b"16,1"), {}, "WRONG_ORDER"),
        (bai2([]).replace(b"260302", b"261302"), {}, "NOT_A_DATE"),
    ],
)
def test_what_cannot_be_trusted_is_a_fault(content, columns, code):
    with pytest.raises(Fault) as caught:
        read(content, columns)
    assert caught.value.code == code
    assert caught.value.remedy
