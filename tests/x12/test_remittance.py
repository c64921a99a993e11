"""The rows of an 835: every value in its column, all six triples, exact cents, and a Fault where money is in doubt."""

import re
from collections import Counter
from datetime import date
from decimal import Decimal
from importlib.resources import files
from xml.etree import ElementTree

import pytest

from schemas.errors import Fault
from tasks.x12.envelope import read_x12
from tasks.x12.remittance import _NEVER_NULL, read_835, read_remittance
from tasks.x12.remittance_checks import MOST_ELEMENTS

from .answer_bytes import columns
from .remittance_bytes import BALANCED, DENIED_CLAIM, NIGHT, PAID_CLAIM, PLB, REVERSED_CLAIM, file_835

SHA = "ab" * 32


def rows_of(content):
    return read_835(read_x12(content), SHA, NIGHT)


def with_claim(*segments):
    return file_835(("CLP*A*1*100*100~", *segments))


@pytest.mark.parametrize("table", ["payment", "claim", "service", "adjustment", "provider_adjustment", "segment"])
def test_rows_have_the_columns_of_the_warehouse(table):
    declared = columns("60_remittances.sql", f"remittances.{table}")
    for row in rows_of(BALANCED)[table]:
        assert set(row) == set(declared)
        assert not [name for name, is_required in declared.items() if is_required and row[name] is None]


def test_a_payment_holds_what_its_header_says():
    payment = rows_of(BALANCED)["payment"][0]
    assert BALANCED[payment["byte_start"] : payment["byte_end"]].startswith(b"ST*835*0001~BPR")
    assert BALANCED[payment["byte_start"] : payment["byte_end"]].endswith(b"~SE*44*0001~")
    said = {name: value for name, value in payment.items() if not name.startswith("byte_")}
    assert said.pop("payment_id")
    assert said == {
        "file_sha256": SHA,
        "trace_number": "TRACE1",
        "originator_id": "1000000001",
        "payer_id": "HTP01",
        "payer_name": "HARBOR TEST PLAN",
        "payee_npi": "1234567893",
        "handling_code": "I",
        "credit_debit_code": "C",
        "method_code": "ACH",
        "format_code": "CCP",
        "sender_bank": "011000015",
        "sender_account": "77",
        "sender_id": "1000000001",
        "receiver_bank": "011000028",
        "receiver_account": "88",
        "effective_on": date(2026, 3, 3),
        "transaction_number": "0001",
        "trace_type": "1",
        "trace_reference": None,
        "payer_id_qualifier": None,
        "payer_number": None,
        "payer_reference": "HTP01",
        "payee_name": "TEST PRACTICE",
        "payee_id_qualifier": "XX",
        "payee_number": "1234567893",
        "payment_cents": 17150,
        "paid_on": date(2026, 3, 3),
        "production_on": date(2026, 3, 2),
        "verdict": "accepted",
        "verdict_reason": None,
        "read_on": NIGHT,
    }


@pytest.mark.parametrize(
    ("old", "new", "payer_id"),
    [
        (b"", b"", "HTP01"),
        (b"N1*PR*HARBOR TEST PLAN~", b"N1*PR*HARBOR TEST PLAN*XV*87654~", "87654"),
        (b"REF*2U*HTP01~", b"", "1000000001"),
        (b"REF*2U*HTP01~", b"REF*NF*123~", "1000000001"),
    ],
)
def test_the_payer_is_n104_else_ref_2u_else_trn03(old, new, payer_id):
    assert rows_of(BALANCED.replace(old, new, 1))["payment"][0]["payer_id"] == payer_id


def test_a_tax_number_is_no_npi():
    assert rows_of(BALANCED.replace(b"*XX*1234567893~", b"*FI*123456789~"))["payment"][0]["payee_npi"] is None


def test_a_claim_holds_what_its_loop_says():
    claim = rows_of(BALANCED)["claim"][0]
    loop = BALANCED[claim["byte_start"] : claim["byte_end"]]
    assert loop.startswith(b"CLP*AAA1")
    assert loop.endswith(b"REF*6R*L2~")
    expected = {
        "position": 1,
        "patient_control_number": "AAA1",
        "status_code": "1",
        "charge_cents": 20000,
        "paid_cents": 12050,
        "patient_cents": 4500,
        "filing_code": "12",
        "payer_claim_number": "ICN1",
        "frequency_code": "1",
        "remark_codes": "MA01 N290",
        "crossover_payer": "NXT01",
        "received_on": date(2026, 2, 20),
    }
    assert {name: claim[name] for name in expected} == expected
    assert [claim["patient_cents"] for claim in rows_of(BALANCED)["claim"]] == [4500, 0, 0]


def test_services_hold_what_their_loops_say():
    first, second, reversed_one = rows_of(BALANCED)["service"]
    loop = BALANCED[first["byte_start"] : first["byte_end"]]
    assert loop.startswith(b"SVC*HC:99213")
    assert loop.endswith(b"LQ*HE*N130~")
    expected = {
        "position": 1,
        "procedure_code": "99213",
        "modifiers": "25:59",
        "submitted_code": None,
        "charge_cents": 15000,
        "paid_cents": 10000,
        "units": Decimal("1.000"),
        "service_on": date(2026, 2, 10),
        "line_control_number": "L1",
        "allowed_cents": 12950,
        "remark_codes": "M15 N130",
    }
    assert {name: first[name] for name in expected} == expected
    assert (second["procedure_code"], second["submitted_code"], second["units"]) == ("85025", "85027", Decimal("1.5"))
    assert (second["position"], second["allowed_cents"], second["remark_codes"]) == (2, None, "")
    assert reversed_one["service_on"] == date(2026, 1, 5), "a line without a date has its claim's DTM*232"


@pytest.mark.parametrize("sign", [" ", "-", ".", "0", "Z", "z", "\x7f", "É"])
def test_what_is_written_within_codes_separates_no_components(sign):
    remittance = read_remittance(read_x12(with_claim(f"SVC*HC{sign}99213*100*100~")), SHA, NIGHT)
    (service,) = remittance.rows["service"]
    assert (service["procedure_qualifier"], service["procedure_code"]) == (f"HC{sign}99213", "")
    assert not remittance.tolerances


def test_adjustments_are_one_row_for_each_triple():
    rows = rows_of(BALANCED)
    lines = {service["service_id"]: service["line_control_number"] for service in rows["service"]}
    told = [
        (lines.get(a["service_id"]), a["triple"], a["group_code"], a["reason_code"], a["amount_cents"], a["quantity"])
        for a in rows["adjustment"]
    ]
    assert told == [
        (None, 1, "CO", "45", 450, None),
        ("L1", 1, "CO", "45", 2000, None),
        ("L1", 2, "CO", "253", 50, Decimal("1.000")),
        ("L1", 1, "PR", "2", 2950, None),
        ("L2", 1, "PR", "1", 1550, None),
        ("L2", 1, "OA", "23", 700, None),
        ("L2", 1, "PI", "94", 250, None),
        ("L3", 1, "CO", "45", -2000, None),
        (None, 1, "CO", "16", 9000, None),
    ]
    for adjustment in rows["adjustment"]:
        assert BALANCED[adjustment["byte_start"] : adjustment["byte_end"]].startswith(b"CAS*")


def test_all_six_triples_are_kept_with_their_quantities():
    cas = "CAS*CO*1*1*1*2*.02**3*3*3*4*4.00*.5*5*-5**6*6*6~"
    rows = rows_of(with_claim(cas))["adjustment"]
    told = [(a["triple"], a["reason_code"], a["amount_cents"], a["quantity"]) for a in rows]
    assert told == [
        (1, "1", 100, Decimal(1)),
        (2, "2", 2, None),
        (3, "3", 300, Decimal(3)),
        (4, "4", 400, Decimal("0.5")),
        (5, "5", -500, None),
        (6, "6", 600, Decimal(6)),
    ]
    assert len({a["adjustment_id"] for a in rows}) == 6


def test_an_empty_triple_between_two_is_no_row():
    rows = rows_of(with_claim("CAS*CO*1*1*****3*3~"))["adjustment"]
    assert [(a["triple"], a["amount_cents"]) for a in rows] == [(1, 100), (3, 300)]


def test_provider_adjustments_are_one_row_for_each_pair():
    rows = rows_of(BALANCED)["provider_adjustment"]
    told = [(p["pair"], p["reason_code"], p["reference_number"], p["amount_cents"]) for p in rows]
    assert told == [(1, "L6", "ICN1", -100), (2, "WO", "ICN9", -10000), (3, "FB", "TRACE0", -1000)]
    assert {(p["provider_number"], p["fiscal_period_on"]) for p in rows} == {("1234567893", date(2026, 12, 31))}


def test_six_pairs_and_a_reason_without_reference():
    plb = "PLB*1*20261231*CS*1*CS:A*2*CS:B*3*CS:C:D*4*CS:E*5*72*-15~"
    content = BALANCED.replace(BALANCED[BALANCED.index(b"PLB*") : BALANCED.index(b"SE*44")], plb.encode())
    told = [(p["pair"], p["reason_code"], p["reference_number"]) for p in rows_of(content)["provider_adjustment"]]
    assert told == [(1, "CS", None), (2, "CS", "A"), (3, "CS", "B"), (4, "CS", "C:D"), (5, "CS", "E"), (6, "72", None)]


def test_remarks_of_mia_and_moa_are_kept_in_order():
    mia = "MIA*0****MA02***************N1*N2*N3*N4~"
    rows = rows_of(with_claim(mia, "MOA*.5*10*M1*M2*M3*M4*M5~"))["claim"]
    assert rows[0]["remark_codes"] == "MA02 N1 N2 N3 N4 M1 M2 M3 M4 M5"


def test_a_remark_that_stands_under_the_claim_is_one_of_its_own():
    rows = rows_of(with_claim("MOA***M1~", "LQ*HE*N1~", "LQ*RX*A~", "SVC*HC:99213*100*100~", "LQ*HE*N2~"))
    assert (rows["claim"][0]["remark_codes"], rows["service"][0]["remark_codes"]) == ("M1 N1", "N2")
    assert "LQ*RX*A" in [row["content"] for row in rows["segment"]]


def test_ids_are_the_same_each_time_and_differ_between_files():
    ids = [row["remitted_claim_id"] for row in rows_of(BALANCED)["claim"]]
    assert ids == [row["remitted_claim_id"] for row in rows_of(BALANCED)["claim"]]
    other = read_835(read_x12(BALANCED), "cd" * 32, NIGHT)["claim"]
    assert not set(ids) & {row["remitted_claim_id"] for row in other}
    assert all(re.fullmatch("[0-9a-f]{32}", row_id) for row_id in ids)


AMOUNTS = [
    # CLP04 as written, cents
    ("120.5", 12050),
    ("120.50", 12050),
    (".5", 50),
    ("5.", 500),
    ("0", 0),
    ("-0", 0),
    ("-12.34", -1234),
    ("007", 700),
    ("1.2300", 123),
    ("1234567890.67", 123456789067),
]


@pytest.mark.parametrize(("text", "cents"), AMOUNTS)
def test_money_is_exact(text, cents):
    assert rows_of(file_835((f"CLP*A*1*100*{text}~",)))["claim"][0]["paid_cents"] == cents


@pytest.mark.parametrize(
    "text",
    ["", "1.234", "1,234", "1.2.3", "abc", "-", ".", "+5", "1e3", " 777", "777 ", "$777", "٣", "1" * 11, "9" * 5000],
)
def test_what_is_no_amount_is_a_fault_with_its_place(text):
    content = file_835((f"CLP*A*1*100*{text}*0~",))
    with pytest.raises(Fault) as caught:
        rows_of(content)
    fault = caught.value
    assert (fault.code, fault.segment, fault.element) == ("BAD_AMOUNT", "CLP", "04")
    assert content[fault.byte_start :].startswith(b"CLP*A")
    assert not text.strip("-. ") or text not in str(fault), "values stay out of messages"


FAULTS = {
    "payment amount": (BALANCED.replace(b"BPR*I*171.5", b"BPR*I*17x"), "BAD_AMOUNT", "BPR", "02"),
    "patient amount": (BALANCED.replace(b"*120.5*45*", b"*120.5*4S*"), "BAD_AMOUNT", "CLP", "05"),
    "line charge": (BALANCED.replace(b"59*150*", b"59*15O*"), "BAD_AMOUNT", "SVC", "02"),
    "adjustment without amount": (with_claim("CAS*CO*45~"), "BAD_AMOUNT", "CAS", "03"),
    "second adjustment without amount": (with_claim("CAS*CO*45*1**46**2~"), "BAD_AMOUNT", "CAS", "06"),
    "adjustment without reason": (with_claim("CAS*CO**45*20~"), "BAD_ADJUSTMENT", "CAS", "02"),
    "adjustment without anything": (with_claim("CAS*CO~"), "BAD_ADJUSTMENT", "CAS", "02"),
    "seventh adjustment": (with_claim("CAS*CO" + "*45*1*1" * 7 + "~"), "BAD_ADJUSTMENT", "CAS", "20"),
    "a seventh reason alone": (with_claim("CAS*CO" + "*45*1*1" * 6 + "*45~"), "BAD_ADJUSTMENT", "CAS", "20"),
    "adjustment quantity": (with_claim("CAS*CO*45*1*AMT~"), "BAD_QUANTITY", "CAS", "04"),
    "units": (with_claim("SVC*HC:99213*100*100**1x~"), "BAD_QUANTITY", "SVC", "05"),
    "units with four decimals": (with_claim("SVC*HC:99213*100*100**1.0001~"), "BAD_QUANTITY", "SVC", "05"),
    "allowed amount": (with_claim("SVC*HC:99213*100*100~", "AMT*B6*x~"), "BAD_AMOUNT", "AMT", "02"),
    "group code": (with_claim("CAS*CQ*45*1~"), "BAD_CODE", "CAS", "01"),
    "group code CR in 5010": (with_claim("CAS*CR*45*1~"), "BAD_CODE", "CAS", "01"),
    "provider adjustment amount": (BALANCED.replace(b"FB:TRACE0*-10~", b"FB:TRACE0~"), "BAD_AMOUNT", "PLB", "08"),
    "provider adjustment reason": (BALANCED.replace(b"*FB:TRACE0*", b"**"), "BAD_ADJUSTMENT", "PLB", "07"),
    "provider adjustments without any": (
        BALANCED.replace(b"*L6:ICN1*-1*WO:ICN9*-100*FB:TRACE0*-10~", b"~"),
        "BAD_ADJUSTMENT",
        "PLB",
        "03",
    ),
    "a seventh provider adjustment": (
        BALANCED.replace(b"*FB:TRACE0*-10~", b"*FB:TRACE0*-10" + b"*CS:A*0" * 3 + b"*CS~"),
        "BAD_ADJUSTMENT",
        "PLB",
        "15",
    ),
    "group code CR in 5010, beside 4010": (
        with_claim("CAS*CR*45*1~").replace(b"005010X221A1", b"004010X091A1").replace(b"ST*835*", b"ST*835*4")
        + with_claim("CAS*CR*45*1~").replace(b"ST*835*", b"ST*835*5"),
        "BAD_CODE",
        "CAS",
        "01",
    ),
    "no trace number in the second payment": (
        file_835(PAID_CLAIM) + BALANCED.replace(b"TRN*1*TRACE1*", b"TRN*1**"),
        "MISSING_ELEMENT",
        "TRN",
        "02",
    ),
    "no BPR": (BALANCED.replace(b"~BPR*", b"~NTE*"), "MISSING_SEGMENT", "ST", ""),
    "two BPR": (BALANCED.replace(b"~TRN*", b"~BPR*I*1~TRN*"), "MISSING_SEGMENT", "ST", ""),
    "no TRN": (BALANCED.replace(b"~TRN*1*TRACE1*1000000001~", b"~"), "MISSING_SEGMENT", "ST", ""),
    "no trace number": (BALANCED.replace(b"TRN*1*TRACE1*", b"TRN*1**"), "MISSING_ELEMENT", "TRN", "02"),
    "no patient control number": (BALANCED.replace(b"CLP*AAA1*", b"CLP**"), "MISSING_ELEMENT", "CLP", "01"),
    "no date at all": (
        BALANCED.replace(b"*20260303~", b"~").replace(b"DTM*405*20260302~", b""),
        "BAD_DATE",
        "BPR",
        "16",
    ),
    "a line before any claim": (BALANCED.replace(b"~LX*1~", b"~SVC*HC:1*1*1~LX*1~"), "ORPHAN_SEGMENT", "SVC", ""),
    "an adjustment after the header number": (
        BALANCED.replace(b"~LX*1~", b"~LX*1~CAS*CO*45*1~"),
        "ORPHAN_SEGMENT",
        "CAS",
        "",
    ),
    "an adjustment after the PLB": (BALANCED.replace(b"~SE*", b"~CAS*CO*45*1~SE*"), "ORPHAN_SEGMENT", "CAS", ""),
    "an amount beside the allowed one that has taken in the line behind it": (
        with_claim("AMT*AU*190SVC*HC:99213*100*100**1~"),
        "BAD_SEGMENT",
        "AMT",
        "04",
    ),
    "an unknown segment": (BALANCED.replace(b"~CAS*PI", b"~CSA*PI"), "BAD_SEGMENT", "", ""),
    "a name behind a broken end": (BALANCED.replace(b"~CAS*PI", b"~LEE*JO~CAS*PI"), "BAD_SEGMENT", "", ""),
    "money of another country": (BALANCED.replace(b"~TRN*", b"~CUR*PR*CAD~TRN*"), "BAD_CODE", "CUR", "02"),
    "no segment id": (BALANCED.replace(b"~CAS*PI", b"~*PI"), "BAD_SEGMENT", "", ""),
    "a claim twice, counted once": (
        file_835(DENIED_CLAIM, DENIED_CLAIM).replace(b"SE*22*", b"SE*18*"),
        "COUNT_MISMATCH",
        "CLP",
        "",
    ),
    "the last segments of a transaction twice, counted once": (
        file_835(DENIED_CLAIM, DENIED_CLAIM).replace(PLB[0].encode(), b"").replace(b"SE*22*", b"SE*17*"),
        "COUNT_MISMATCH",
        "CLP",
        "",
    ),
}


@pytest.mark.parametrize(("content", "code", "segment", "element"), FAULTS.values(), ids=FAULTS.keys())
def test_doubtful_money_is_a_fault_with_its_place(content, code, segment, element):
    with pytest.raises(Fault) as caught:
        rows_of(content)
    fault = caught.value
    assert (fault.code, fault.segment, fault.element) == (code, segment, element)
    assert content[fault.byte_start :].startswith(segment.encode())
    assert b"~SE*" not in content[fault.byte_start : content.rindex(b"~SE*")], "it stands in the last transaction"


def test_a_trace_that_only_another_payment_has_is_missing_at_the_head():
    content = BALANCED.replace(b"TRN*1*TRACE1*1000000001~", b"") + file_835(PAID_CLAIM)
    faults = read_remittance(read_x12(content), SHA, NIGHT).faults
    assert [(fault.code, fault.byte_start) for fault in faults] == [
        ("MISSING_SEGMENT", content.index(b"ST*")),
        ("MISSING_ELEMENT", content.index(b"ST*")),
    ]


@pytest.mark.parametrize("tag", MOST_ELEMENTS)
def test_a_segment_of_more_elements_than_it_can_have_is_a_fault(tag):
    most = MOST_ELEMENTS[tag]
    told = {}
    for elements in ("*0" * most, "*0" * most + "*", "*0" * most + "*0", "*0" * most + "**0"):
        faults = read_remittance(read_x12(with_claim(f"{tag}{elements}~")), SHA, NIGHT).faults
        told[elements.removeprefix("*0" * most)] = [f.segment + f.element for f in faults if f.code == "BAD_SEGMENT"]
    assert told == {"": [], "*": [], "*0": [f"{tag}{most + 1:02}"], "**0": [f"{tag}{most + 1:02}"]}


NO_DAYS = {
    b"DTM*050*20260220": ("claim", "received_on", None),
    b"DTM*472*20260210": ("service", "service_on", None),
    b"DTM*232*20260105": ("claim", "service_start_on", None),
    b"DTM*233*20260106": ("claim", "service_end_on", None),
    b"DTM*472*20260104": ("service", "service_on", date(2026, 1, 5)),  # as where the line has none
    b"PLB*1234567893*20261231": ("provider_adjustment", "fiscal_period_on", None),
}


@pytest.mark.parametrize("segment", NO_DAYS)
def test_a_day_that_is_none_is_left_empty_and_its_segment_kept(segment):
    days = {"DTM*232*20260105~": "DTM*232*20260105~DTM*233*20260106~", "SVC*HC:99212*-80*-60**-1~": ""}
    reversed_claim = [days.get(part) or part for part in REVERSED_CLAIM]
    reversed_claim.insert(4, "DTM*472*20260104~")
    content = file_835(PAID_CLAIM, tuple(reversed_claim))
    table, column, day = NO_DAYS[segment]
    number = [row[column] for row in rows_of(content)[table]].index(
        date(*map(int, re.fullmatch(rb".*(\d{4})(\d\d)(\d\d)", segment).groups()))
    )
    remittance = read_remittance(read_x12(content.replace(segment, segment[:-4] + b"0230")), SHA, NIGHT)
    assert not remittance.faults
    assert dict(remittance.tolerances) == {"DATE": 3 if table == "provider_adjustment" else 1}
    assert remittance.rows[table][number][column] == day
    kept = [row["content"] for row in remittance.rows["segment"]]
    assert [text for text in kept if text.startswith((segment[:-4] + b"0230").decode())]


NAMELESS = (
    file_835(("CLP***1*1~", "CAS***0~", "SVC**1*1~"))
    .replace(b"BPR*I*171.5*C*ACH*", b"BPR**171.5***")
    .replace(b"TRN*1*TRACE1*1000000001~", b"TRN*1~")
    .replace(b"N1*PR*HARBOR TEST PLAN~", b"N1*PR~")
    .replace(PLB[0].encode(), b"PLB**20261231**1~")
)


@pytest.mark.parametrize("beside", [b"", BALANCED], ids=["alone", "beside others"])
def test_text_that_is_never_null_is_empty_where_the_file_does_not_say_it(beside):
    rows = read_remittance(read_x12(beside + NAMELESS), SHA, NIGHT).rows
    for table, names in _NEVER_NULL.items():
        assert {name: rows[table][-1][name] for name in names} == dict.fromkeys(names, "")


def test_a_code_behind_a_nul_is_another():
    rows = rows_of(BALANCED.replace(b"DTM*472*20260210~", b"DTM*\x00472*20260210~"))
    assert rows["service"][0]["service_on"] is None
    assert "DTM*\x00472*20260210" in [row["content"] for row in rows["segment"]]


def test_only_a_number_with_the_qualifier_xx_is_an_npi():
    claims = [(f"CLP*A{n}*1*1*1~", f"NM1*82*1*A*B****{q}*1234567893~") for n, q in enumerate(("XX", "FI", "", "XXX"))]
    rows = rows_of(file_835(*claims, ("CLP*A9*1*1*1~",)))["claim"]
    assert [row["rendering_npi"] for row in rows] == ["1234567893", None, None, None, None]
    assert [row["rendering_number"] for row in rows] == ["1234567893"] * 4 + [None]


def test_amounts_that_a_line_does_not_say_are_zero():
    rows = rows_of(file_835(("CLP*A*1*100*100~", "SVC*HC:99213******1~", "SVC*HC:99213*100*100~")))["service"]
    assert [(row["charge_cents"], row["paid_cents"]) for row in rows] == [(0, 0), (10000, 10000)]


TOLERATED = {
    "no payment date": (BALANCED.replace(b"*20260303~", b"~"), {"BPR16": 1}),
    "payment date that is none": (BALANCED.replace(b"*20260303~", b"*20261303~"), {"BPR16": 1}),
    "production date that is none": (BALANCED.replace(b"DTM*405*20260302", b"DTM*405*99999999"), {"DATE": 1}),
    "no originator": (BALANCED.replace(b"*TRACE1*1000000001~", b"*TRACE1~"), {"TRN03": 1}),
    "status 9": (BALANCED.replace(b"CLP*AAA1*1*", b"CLP*AAA1*9*"), {"CLP02": 1}),
    "empty line amounts": (with_claim("SVC*HC:99213******1~"), {"EMPTY_AMOUNT": 2}),
    "a segment of another guide": (BALANCED.replace(b"~MOA***N30~", b"~DTP*472*D8*20260101~"), {"UNREAD": 1}),
    "a reversal whose share is not that of its adjustments": (
        file_835((*REVERSED_CLAIM[:4], "CAS*PR*2*-20~")),
        {"REVERSED_SHARE": 1},
    ),
    "a reversal whose share has the other sign": (
        file_835((REVERSED_CLAIM[0].replace("*0*12*", "*20*12*"), *REVERSED_CLAIM[1:4], "CAS*PR*2*-20~")),
        {"REVERSED_SHARE": 1},
    ),
    "a reversal whose share is that of its adjustments": (
        file_835((REVERSED_CLAIM[0].replace("*0*12*", "*-20*12*"), *REVERSED_CLAIM[1:4], "CAS*PR*2*-20~")),
        {},
    ),
    "composites with another separator": (
        BALANCED.replace(b"L6:ICN1", b"L6>ICN1").replace(b"HC:85025*50", b"HC>85025*50"),
        {"COMPONENT_SEPARATOR": 2},
    ),
    "CR before 5010": (with_claim("CAS*CR*45*1~").replace(b"005010X221A1", b"004010X091A1"), {}),
    "a claim twice, counted twice": (file_835(DENIED_CLAIM, DENIED_CLAIM), {}),
}


@pytest.mark.parametrize(("content", "tolerated"), TOLERATED.values(), ids=TOLERATED.keys())
def test_what_is_merely_sloppy_is_read_and_counted(content, tolerated):
    remittance = read_remittance(read_x12(content), SHA, NIGHT)
    assert not remittance.faults
    assert dict(remittance.tolerances) == tolerated
    assert all(payment["paid_on"] for payment in remittance.rows["payment"])


def test_all_faults_are_told_and_the_first_in_the_file_is_raised():
    content = file_835(("CLP*A*1*x*y~", "CAS*CQ*45*z~"), PAID_CLAIM)
    told = [(f.code, f.segment + f.element) for f in read_remittance(read_x12(content), SHA, NIGHT).faults]
    assert told == [("BAD_AMOUNT", "CLP03"), ("BAD_AMOUNT", "CLP04"), ("BAD_CODE", "CAS01"), ("BAD_AMOUNT", "CAS03")]
    with pytest.raises(Fault, match="CLP03"):
        rows_of(content)


def test_a_zero_payment_without_claims_is_a_payment():
    rows = rows_of(file_835().replace(b"BPR*I*171.5*C*ACH", b"BPR*H*0*C*NON"))
    assert [(p["handling_code"], p["method_code"], p["payment_cents"]) for p in rows["payment"]] == [("H", "NON", 0)]
    assert not rows["claim"]


@pytest.mark.parametrize("count", [b"9000000018", b"9" * 5000])
def test_a_count_of_more_than_nine_digits_is_not_a_short_one(count):
    x12 = read_x12(file_835(DENIED_CLAIM, DENIED_CLAIM).replace(b"SE*22*", b"SE*" + count + b"*"))
    assert not read_remittance(x12, "f" * 64, NIGHT).faults
    assert dict(x12.tolerances) == {"SE01": 1}


def test_a_digit_of_no_number_is_no_count():
    x12 = read_x12(file_835(DENIED_CLAIM, DENIED_CLAIM).replace(b"SE*22*", "SE*²*".encode()))
    assert not read_remittance(x12, "f" * 64, NIGHT).faults
    assert dict(x12.tolerances) == {"SE01": 1, "NON_ASCII": 1}


def test_the_most_elements_of_a_segment_are_those_of_pyx12s_map():
    map_ = ElementTree.fromstring(files("pyx12").joinpath("map/835.5010.X221.A1.v2.xml").read_bytes())
    most = Counter()
    for segment in map_.iter("segment"):
        count = sum(part.tag in ("element", "composite") for part in segment)
        most[segment.get("xid")] = max(most[segment.get("xid")], count)
    assert {tag: most[tag] for tag in MOST_ELEMENTS} == MOST_ELEMENTS
    assert most.keys() - MOST_ELEMENTS.keys() == {"ST", "SE", "CAS", "PLB", "SVC"}
