"""The envelope: every known sloppiness reads as the same money and is reported; what is broken is a Fault with a place."""

import gzip
import re
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import Fault
from tasks.x12.envelope import read_x12
from tasks.x12.professional_reading import read_837p
from tasks.x12.remittance import read_remittance

from .remittance_bytes import BALANCED, DENIED_CLAIM, HEADER, ISA, NIGHT, PAID_CLAIM, PLB, file_835, without_places

BOM = b"\xef\xbb\xbf"


def separated(element="*", component=":", terminator="~", content=BALANCED):
    """Write the file with other separators."""
    table = {ord("*"): element, ord(":"): component, ord("~"): terminator}
    return content.decode().translate(table).encode()


def wrapped(width):
    return b"\r\n".join(BALANCED[place : place + width] for place in range(0, len(BALANCED), width))


def collapsed_isa():
    return b"*".join(part.rstrip(b" ") or b" " for part in BALANCED[:106].split(b"*")) + BALANCED[106:]


def changed(old, new, count=1):
    assert old in BALANCED, old
    return BALANCED.replace(old, new, count)


def body(start=b"ST*835", end=b"GE*"):
    return BALANCED[BALANCED.index(start) : BALANCED.index(end)]


SLOPPY = {
    "byte-order mark": (BOM + BALANCED, {"BOM"}),
    "line feed after each segment": (BALANCED.replace(b"~", b"~\n"), set()),
    "carriage return and line feed after each": (BALANCED.replace(b"~", b"~\r\n"), set()),
    "all three kinds of line end": (BALANCED.replace(b"~CLP", b"~\nCLP").replace(b"~CAS", b"~\r\nCAS"), set()),
    "blank lines between segments": (BALANCED.replace(b"~", b"~\r\n\r\n\n"), {"EMPTY_SEGMENT"}),
    "a blank line of blanks": (BALANCED.replace(b"~CLP", b"~\n  \nCLP"), {"EMPTY_SEGMENT"}),
    "blank lines before the ISA": (b"\n\r\n" + BALANCED, {"EMPTY_SEGMENT"}),
    "blanks before the ISA on its line": (b"  " + BALANCED, {"INDENT"}),
    "a blank line where line feed is the terminator": (
        separated("*", ":", "\n").replace(b"\nCLP", b"\n\nCLP"),
        {"EMPTY_SEGMENT"},
    ),
    "'~' left before line feeds": (separated("|", ">", "~\n").replace(b">~\nGS", b">\nGS"), {"LEFT_TERMINATOR"}),
    "'~' left before carriage return and line feed": (
        separated("*", ":", "~\r\n").replace(b":~\r\nGS", b":\r\nGS"),
        {"LEFT_TERMINATOR"},
    ),
    "'~' between elements before line feeds": (
        separated("~", ":", "\n").replace(b"~11~1\n", b"~11~1~\n"),
        {"TRAILING_SEPARATOR"},
    ),
    "indented as a tree": (BALANCED.replace(b"~", b"~\r\n      "), {"INDENT"}),
    "indented with tabs": (BALANCED.replace(b"~", b"~\t\t"), {"INDENT"}),
    "indented very deeply": (BALANCED.replace(b"~SVC", b"~" + b" " * 300 + b"SVC"), {"INDENT"}),
    "blanks before the ISA": (b"\r\n  " + BALANCED, {"INDENT", "EMPTY_SEGMENT"}),
    "empty segments": (BALANCED.replace(b"~", b"~~"), {"EMPTY_SEGMENT"}),
    "an empty segment before the trailer": (changed(b"~IEA", b"~~IEA"), {"EMPTY_SEGMENT"}),
    "lines cut at 80 columns": (wrapped(80), {"NEWLINE_INSIDE", "ISA_WIDTH"}),
    "lines cut at 7 columns": (wrapped(7), {"NEWLINE_INSIDE", "ISA_WIDTH"}),
    "terminator after a line break": (BALANCED.replace(b"~", b"\n~\n"), {"NEWLINE_INSIDE"}),
    "ISA without its padding": (collapsed_isa(), {"ISA_WIDTH"}),
    "ISA with wide elements": (changed(b"*PAYER          *", b"*PAYER" + b" " * 280 + b"*"), {"ISA_WIDTH"}),
    "ISA11 U in a 5010 file": (changed(b"*^*00501*", b"*U*00501*"), {"ISA11"}),
    "ISA12 of another version": (changed(b"*^*00501*", b"*^*00401*"), {"ISA12"}),
    "ISA12 of no version": (changed(b"*^*00501*", b"*^*34343*"), {"ISA12"}),
    "ISA12 and GS08 of 4010": (
        changed(b"*^*00501*", b"*U*00401*").replace(b"005010X221A1", b"004010X091A1"),
        set(),
    ),
    "ISA16 missing": (changed(b"*T*:~", b"*T*~"), {"ISA16"}),
    "ISA16 missing, one segment a line": (changed(b"*T*:~", b"*T*~").replace(b"~", b"~\n"), {"ISA16"}),
    "ISA16 missing, colons between elements": (separated(":", ">").replace(b":T:>~", b":T:~"), {"ISA16"}),
    "component separator as repetition separator": (changed(b"*^*00501*", b"*:*00501*"), set()),
    "pipes": (separated("|", ">", "!"), set()),
    "pluses and a backslash": (separated("+", "^", "\\"), set()),
    "tilde between elements": (separated("~", "@", "#"), set()),
    "exclamation marks": (separated("!", "`", "_"), set()),
    "control characters, information separators": (separated("\x1e", "\x1f", "\x1c"), set()),
    "control character 0x1D as terminator": (separated("*", ">", "\x1d"), set()),
    "0x1D and line breaks": (separated("*", ">", "\x1d").replace(b"\x1d", b"\x1d\r\n"), set()),
    "tab between elements": (separated("\t"), set()),
    "tab between elements, indented by blanks": (separated("\t").replace(b"~", b"~\r\n  "), {"INDENT"}),
    "tab between elements, line feed as terminator": (separated("\t", ":", "\n"), set()),
    "tab between elements, no ISA": (separated("\t")[106 : BALANCED.index(b"IEA*")], {"NO_ISA"}),
    "tab between elements, trailing ones": (
        separated("\t").replace(b"\t11\t1~", b"\t11\t1\t\t~"),
        {"TRAILING_SEPARATOR"},
    ),
    "tab between elements, no terminator at the end": (separated("\t")[:-1], {"NO_FINAL_TERMINATOR"}),
    "tab between components": (separated("*", "\t"), set()),
    "tab between components, one segment a line": (separated("*", "\t", "~\n"), set()),
    "tab between components, line feed as terminator": (separated("*", "\t", "\n"), set()),
    "tab as terminator": (separated("*", ":", "\t"), set()),
    "tab as terminator, one segment a line": (separated("*", ":", "\t\r\n"), set()),
    "tab as terminator, empty segments": (separated("*", ":", "\t\t"), {"EMPTY_SEGMENT"}),
    "tab as repetition separator": (changed(b"*^*00501*", b"*\t*00501*"), set()),
    "line feed as terminator": (separated("*", ":", "\n"), set()),
    "carriage return and line feed as terminator": (separated("*", ":", "\r\n"), set()),
    "carriage return as terminator": (separated("*", ":", "\r"), set()),
    "line feed as terminator, pipes": (separated("|", "`", "\n"), set()),
    "SE01 wrong": (changed(b"~SE*", b"~SE*1"), {"SE01"}),
    "SE01 no number": (changed(b"~SE*", b"~SE*A"), {"SE01"}),
    "SE02 differs": (changed(b"*0001~GE", b"*0002~GE"), {"SE02"}),
    "GE02 differs": (changed(b"~GE*1*101~", b"~GE*1*102~"), {"GE02"}),
    "IEA02 differs": (changed(b"~IEA*1*000000101~", b"~IEA*1*000000102~"), {"IEA02"}),
    "SE01 of ten digits that ends in the count": (changed(b"~SE*", b"~SE*90000000"), {"SE01"}),
    "counts with leading zeros": (changed(b"~IEA*1*", b"~IEA*" + b"0" * 5000 + b"1*"), set()),
    "GS01 of a claim": (changed(b"GS*HP*", b"GS*HC*"), {"GS01"}),
    "GS01 unknown": (changed(b"GS*HP*", b"GS*XX*"), set()),
    "GS08 without addendum": (changed(b"005010X221A1", b"005010X221"), {"GS08"}),
    "GS08 with another addendum": (changed(b"005010X221A1", b"005010X221A2"), {"GS08"}),
    "GS08 of no guide": (changed(b"005010X221A1", b"banana"), {"GS08"}),
    "GS08 empty": (changed(b"005010X221A1", b""), {"GS08", "TRAILING_SEPARATOR"}),
    "GS08 of a version alone": (changed(b"005010X221A1", b"005010"), {"GS08"}),
    "ST03 without addendum": (changed(b"ST*835*0001~", b"ST*835*0001*005010X221~"), {"GS08", "ST03"}),
    "ST03 right, GS08 of a claim": (
        changed(b"ST*835*0001~", b"ST*835*0001*005010X221A1~").replace(b"X*005010X221A1", b"X*005010X222A1"),
        {"GS08", "ST03"},
    ),
    "ST03 right, no group": (
        BALANCED[:106] + body().replace(b"ST*835*0001~", b"ST*835*0001*005010X221A1~") + b"IEA*0*000000101~",
        {"NO_GS"},
    ),
    "ISA and no GS": (BALANCED[:106] + body() + b"IEA*0*000000101~", {"NO_GS"}),
    "GS08 of a claim": (changed(b"005010X221A1", b"005010X222A1"), {"GS08"}),
    "ST03 says the guide": (changed(b"ST*835*0001~", b"ST*835*0001*005010X221A1~"), set()),
    "no ISA": (BALANCED[106 : BALANCED.index(b"IEA*")], {"NO_ISA"}),
    "no ISA and no GS": (body(), {"NO_ISA", "NO_GS"}),
    "no ISA, lines": (BALANCED[106 : BALANCED.index(b"IEA*")].replace(b"~", b"\n"), {"NO_ISA"}),
    "no ISA, pipes": (separated("|", ">", "!")[106 : BALANCED.index(b"IEA*")], {"NO_ISA"}),
    "no ISA, colons between elements": (separated(":", ">")[106 : BALANCED.index(b"IEA*")], {"NO_ISA"}),
    "no ISA, signs in the sender": (
        BALANCED[106 : BALANCED.index(b"IEA*")].replace(b"*HP*PAYER*", b"*HP*PAY-ER*"),
        {"NO_ISA"},
    ),
    "trailing separators": (BALANCED.replace(b"*11*1~", b"*11*1***~"), {"TRAILING_SEPARATOR"}),
    "segment ids in lower case": (BALANCED.replace(b"~CLP", b"~clp").replace(b"~CAS", b"~Cas"), {"LOWER_CASE_ID"}),
    "another component separator than ISA16": (
        BALANCED[:110] + BALANCED[110:].replace(b":", b">"),
        {"COMPONENT_SEPARATOR"},
    ),
    "no terminator at the end": (BALANCED[:-1], {"NO_FINAL_TERMINATOR"}),
    "no terminator at the end, a line break": (BALANCED[:-1] + b"\r\n", {"NO_FINAL_TERMINATOR"}),
    "no terminator at the end, an end-of-file character": (BALANCED[:-1] + b"\x1a", {"NO_FINAL_TERMINATOR"}),
    "NULs after the end": (BALANCED + b"\0" * 40, {"TRAILING_PADDING"}),
    "end-of-file character": (BALANCED + b"\r\n\x1a", {"TRAILING_PADDING"}),
    "interchange service segments": (changed(b":~GS", b":~ISB*1~ISE*200601*0515*04~GS"), {"INTERCHANGE_SEGMENT"}),
    "UTF-8 in a name": (changed(b"TEST PLAN", "TÉST PLAN".encode()), {"NON_ASCII"}),
    "Latin-1 in a name": (changed(b"TEST PLAN", "TÉST PLAN".encode("latin-1")), {"NON_ASCII"}),
}


@pytest.mark.parametrize(("content", "tolerated"), SLOPPY.values(), ids=SLOPPY.keys())
def test_sloppiness_changes_no_row_and_is_reported(content, tolerated):
    x12 = read_x12(content)
    remittance = read_remittance(x12, "f" * 64, NIGHT)
    expected = read_remittance(read_x12(BALANCED), "f" * 64, NIGHT)
    assert not remittance.faults
    rows = without_places(remittance.rows)
    for payment in rows["payment"]:
        payment["payer_name"] = payment["payer_name"].replace("É", "E")
    assert rows == without_places(expected.rows)
    assert set(x12.tolerances) | set(remittance.tolerances) == tolerated


@pytest.mark.parametrize("content", [content for content, _ in SLOPPY.values()], ids=SLOPPY.keys())
def test_the_bytes_of_a_segment_are_that_segment(content):
    for transaction in read_x12(content).transactions:
        assert transaction.byte_start == transaction.segments[0].byte_start
        assert transaction.byte_end == transaction.segments[-1].byte_end
        for segment in transaction.segments:
            body = content[segment.byte_start : segment.byte_end].decode("latin-1").replace("\r", "").replace("\n", "")
            body = body.removesuffix(transaction.delimiters.segment)
            if transaction.delimiters.segment == "\n":
                body = body.removesuffix("~")
            tag, *elements = body.split(transaction.delimiters.element)
            while elements and not elements[-1]:
                elements.pop()
            assert tag.upper() == segment.tag
            assert elements == list(segment.elements) or not body.isascii()


BROKEN = {
    "nothing": (b"", "NOT_X12"),
    "blanks": (b" \r\n\t ", "NOT_X12"),
    "only a byte-order mark": (BOM, "NOT_X12"),
    "text": (b"Dear payer, please find attached", "NOT_X12"),
    "a word that begins like X12": (b"STATEMENT OF ACCOUNT", "NOT_X12"),
    "gzip": (b"\x1f\x8b\x08\x00\x00", "NOT_X12"),
    "UTF-16": (BALANCED.decode().encode("utf-16"), "NOT_X12"),
    "EBCDIC": (BALANCED.decode().encode("cp037"), "NOT_X12"),
    "a page": (b"<html><body>Session expired</body></html>", "NOT_X12"),
    "a head that was cut": (BALANCED[40:], "NOT_X12"),
    "ISA alone": (ISA.encode(), "TRUNCATED"),
    "ISA of 15 elements": (changed(b"*T*:~", b"~"), "BAD_ISA"),
    "element separator above 127": (separated("\xa6").decode().encode("latin-1"), "NOT_X12"),
    "component separator above 127": (separated("*", "\xa6").decode().encode("latin-1"), "BAD_ISA"),
    "terminator above 127": (separated("*", ":", "\x85").decode().encode("latin-1"), "BAD_ISA"),
    "element separator in ISA16": (changed(b"*T*:~", b"*T**~"), "BAD_ISA"),
    "cut within a segment": (BALANCED[:700], "TRUNCATED"),
    "cut after a segment": (BALANCED[: BALANCED.index(b"SVC*")], "TRUNCATED"),
    "SE missing": (changed(body(b"SE*", b"GE*"), b""), "TRUNCATED"),
    "GE missing": (changed(b"GE*1*101~", b""), "TRUNCATED"),
    "IEA missing": (changed(b"IEA*1*000000101~", b""), "TRUNCATED"),
    "IEA missing before the next ISA": (changed(b"IEA*1*000000101~", b"") + BALANCED, "TRUNCATED"),
    "GE missing before the next GS": (
        changed(b"GE*1*101~", body(b"GS*").replace(b"TRACE1", b"TRACE2") + b"GE*1*101~"),
        "TRUNCATED",
    ),
    "SE missing before a GS, no group": (
        ISA.encode() + body(end=b"SE*") + body(b"GS*", b"IEA*") + b"IEA*1*000000101~",
        "TRUNCATED",
    ),
    "SE missing before IEA, no group": (ISA.encode() + body(end=b"SE*") + b"IEA*0*000000101~", "TRUNCATED"),
    "SE missing before the next ST": (changed(body(b"SE*", b"GE*"), b"ST*835*0002~"), "TRUNCATED"),
    "GE and IEA, no head": (BALANCED[BALANCED.index(b"ST*835") :], "TRUNCATED"),
    "IEA without ISA": (BALANCED[106:], "TRUNCATED"),
    "ST missing": (changed(b"ST*835*0001~", b""), "STRAY_SEGMENT"),
    "a claim between GS and ST": (changed(b"ST*835", b"CLP*A*1*1*1~ST*835"), "STRAY_SEGMENT"),
    "a TA1 within a transaction": (changed(b"~LX*1", b"~TA1*1*260301*0215*A*000~LX*1"), "STRAY_SEGMENT"),
    "text after the end": (BALANCED + b"-- end of report --", "TRAILING_DATA"),
    "a group without ISA after the end": (BALANCED + body(b"GS*", b"IEA*"), "TRAILING_DATA"),
    "half of another file after the end": (BALANCED + BALANCED[300:], "TRAILING_DATA"),
    "GE01 counts one more": (changed(b"GE*1*", b"GE*2*"), "COUNT_MISMATCH"),
    "GE01 of nineteen digits that ends in the count": (changed(b"GE*1*", b"GE*7000000000000000001*"), "COUNT_MISMATCH"),
    "IEA01 of nineteen digits that ends in the count": (
        changed(b"IEA*1*", b"IEA*7000000000000000001*"),
        "COUNT_MISMATCH",
    ),
    "GE01 of more digits than a number may have": (changed(b"GE*1*", b"GE*" + b"9" * 5000 + b"1*"), "COUNT_MISMATCH"),
    "IEA01 counts one more": (changed(b"IEA*1*", b"IEA*2*"), "COUNT_MISMATCH"),
    "the transaction is gone": (changed(body(), b""), "COUNT_MISMATCH"),
    "the group is gone": (changed(body(b"GS*", b"IEA*"), b""), "COUNT_MISMATCH"),
    "IEA01 empty where no group is": ((ISA + "IEA**000000101~").encode(), "COUNT_MISMATCH"),
    "the last trailer goes on and has no end": (BALANCED[:-1] + b"*GS", "TRUNCATED"),
    "the same payment twice in a group": (
        changed(body(), body() * 2).replace(b"GE*1*", b"GE*2*"),
        "REPEATED",
    ),
    "the same file twice": (BALANCED + BALANCED, "REPEATED"),
    "ST01 is no 835": (changed(b"ST*835", b"ST*836"), "KIND_CONFLICT"),
    "ST01 is no 835, GS01 neither": (changed(b"ST*835", b"ST*837").replace(b"GS*HP", b"GS*HC"), "KIND_CONFLICT"),
    "a claim's segments in an 835": (changed(b"~LX*1", b"~CLM*A*100~LX*1"), "KIND_CONFLICT"),
}


@pytest.mark.parametrize(("content", "code"), BROKEN.values(), ids=BROKEN.keys())
def test_what_is_broken_is_a_fault(content, code):
    with pytest.raises(Fault) as caught:
        read_x12(content)
    assert caught.value.code == code
    assert 0 <= caught.value.byte_start <= len(content)
    assert caught.value.remedy


def test_what_is_alike_is_not_the_same_payment_and_other_kinds_may_repeat():
    one, longer = file_835(PAID_CLAIM), file_835(PAID_CLAIM, DENIED_CLAIM)
    one, longer = (content.replace(PLB[0].encode(), b"") for content in (one, longer))
    other = one.replace(b"REF*6R*L2~", b"REF*6R*L3~")
    assert len(one) == len(other)
    assert [len(read_x12(b"".join(files)).transactions) for files in ((one, other), (longer, one), (one, longer))] == [
        2, 2, 2,
    ]  # fmt: skip
    with pytest.raises(Fault, match="REPEATED") as caught:
        read_x12(one + other + longer + one)
    assert caught.value.byte_start == len(one + other + longer) + one.index(b"ST*")
    assert len(read_x12(claims(SV1) * 2).transactions) == 2


LOOKS = {
    "gzip": (gzip.compress(BALANCED), "it looks gzip-compressed"),
    "zip": (b"PK\x03\x04\x14", "it looks like a zip archive"),
    "UTF-16 with its mark": (BALANCED.decode().encode("utf-16"), "it looks like UTF-16"),
    "UTF-16, big end first, with its mark": (
        b"\xfe\xff" + BALANCED.decode().encode("utf-16-be"),
        "it looks like UTF-16",
    ),
    "UTF-16": (BALANCED.decode().encode("utf-16-le"), "it looks like UTF-16"),
    "UTF-16, big end first": (BALANCED.decode().encode("utf-16-be"), "it looks like UTF-16"),
    "UTF-16 without ISA": (BALANCED[106:].decode().encode("utf-16-le"), "it looks like UTF-16"),
    "EBCDIC": (BALANCED.decode().encode("cp037"), "it looks like EBCDIC"),
    "PDF": (b"%PDF-1.7\n%\xe2\xe3", "it looks like a PDF"),
    "a page": (b"<html>\xe9</html>", "it looks like XML or HTML"),
    "a page with a byte-order mark": (BOM + "<html>é</html>".encode(), "it looks like XML or HTML"),
    "JSON": (b"{}", "it looks like JSON"),
    "nothing": (b"", "empty"),
    "text": ("Überweisung".encode(), "unknown format"),
}


@pytest.mark.parametrize(("content", "looks"), LOOKS.values(), ids=LOOKS.keys())
def test_a_file_that_is_no_x12_is_told_what_it_looks_like(content, looks):
    with pytest.raises(Fault, match=rf"NOT_X12 at byte \d: .*\({looks}\); "):
        read_x12(content)


def test_each_interchange_has_its_own_separators():
    second = separated("|", ">", "!", file_835(DENIED_CLAIM).replace(b"000000101", b"000000102"))
    x12 = read_x12(BALANCED + b"\r\n" + BOM + second)
    assert [t.interchange_control_number for t in x12.transactions] == ["000000101", "000000102"]
    assert [t.delimiters.element for t in x12.transactions] == ["*", "|"]
    assert len({t.interchange_start for t in x12.transactions}) == 2
    rows = read_remittance(x12, "f" * 64, NIGHT).rows
    assert [claim["patient_control_number"] for claim in rows["claim"]] == ["AAA1", "BBB2", "CCC3", "CCC3"]


def test_terminators_that_stand_alone_between_interchanges_are_those_of_the_one_before():
    first, second = separated("*", ":", "!"), file_835(DENIED_CLAIM)
    lines, tabs = separated("*", ":", "\n"), separated("*", ":", "\t")
    assert dict(read_x12(first + b"!!\n!" + second).tolerances) == {"EMPTY_SEGMENT": 3}
    assert dict(read_x12(first + b"\n\n" + second).tolerances) == {"EMPTY_SEGMENT": 1}
    assert dict(read_x12(lines + b"\n\n" + second).tolerances) == {"EMPTY_SEGMENT": 2}
    assert dict(read_x12(tabs + b"\t" + second).tolerances) == {"EMPTY_SEGMENT": 1}
    with pytest.raises(Fault, match="TRAILING_DATA"):
        read_x12(first + b"~" + second)


REPETITION = [
    # ISA11, ISA12, GS08, repetition separator
    ("^", "00501", "005010X221A1", "^"),
    ("^", "00402", "004010X091A1", "^"),
    ("^", "00401", "004010X091A1", ""),
    ("^", "00401", "005010X221A1", "^"),
    ("^", "00501", "004010X091A1", "^"),
    ("U", "00501", "005010X221A1", ""),
    (":", "00501", "005010X221A1", ""),
]


@pytest.mark.parametrize(("sign", "interchange", "guide", "repetition"), REPETITION)
def test_elements_are_repeated_where_isa12_or_the_guide_has_that(sign, interchange, guide, repetition):
    content = changed(b"*^*00501*", f"*{sign}*{interchange}*".encode()).replace(b"005010X221A1", guide.encode())
    assert [transaction.delimiters.repetition for transaction in read_x12(content).transactions] == [repetition]


@pytest.mark.parametrize(("terminator", "repetition"), [("~", "^"), ("^", "")])
def test_without_isa_elements_are_repeated_by_a_sign_that_is_no_other(terminator, repetition):
    content = separated(terminator=terminator)[106 : BALANCED.index(b"IEA*")]
    assert [transaction.delimiters.repetition for transaction in read_x12(content).transactions] == [repetition]


def test_an_interchange_may_begin_in_lower_case():
    x12 = read_x12(BALANCED + file_835(DENIED_CLAIM).replace(b"ISA*", b"isa*"))
    assert (len(x12.transactions), dict(x12.tolerances)) == (2, {"LOWER_CASE_ID": 1})


def test_kinds_may_be_mixed_in_one_file():
    ta1 = (ISA + "TA1*000000007*260301*0215*A*000~IEA*0*000000101~").encode()
    ack = (
        ISA + "GS*FA*A*B*20260301*0215*5*X*005010X231A1~ST*999*0001*005010X231A1~AK1*HC*7~AK9*A*1*1*1~SE*4*0001~GE*1*5~"
    )
    kinds = [t.kind for t in read_x12(ta1 + (ack + "IEA*1*000000101~").encode() + BALANCED).transactions]
    assert kinds == ["TA1", "999", "835"]


def claims(*lines, version="005010X222A1", st03="*005010X222A1"):
    head = f"GS*HC*A*B*20260301*0215*5*X*{version}~ST*837*0001{st03}~BHT*0019*00*1*20260301*0215*CH~HL*1**20*1~HL*2*1*22*0~"
    body = "".join(f"CLM*C{place}*100~LX*1~{line}~" for place, line in enumerate(lines))
    return (ISA + head + body + f"SE*{5 + 3 * len(lines)}*0001~GE*1*5~IEA*1*000000101~").encode()


SV1, SV2, SV3 = "SV1*HC:99213*100*UN*1", "SV2*0300*HC:81099*100*UN*1", "SV3*AD:D0120*100"
KINDS = [
    # lines, GS08, ST03, kind, tolerances
    ([SV1], "005010X222A1", "*005010X222A1", "837P", set()),
    ([SV1, SV1], "005010X222A2", "", "837P", set()),
    ([SV1], "004010X098A1", "", "837P", {"ISA12"}),
    ([SV1], "004010X098", "", "837P", {"ISA12", "GS08"}),
    ([SV1], "005010X222", "*005010X222", "837P", {"GS08"}),
    ([SV2], "005010X223A2", "*005010X223A2", "837I", set()),
    ([SV2], "005010X223A1", "", "837I", {"GS08"}),
    ([SV3], "005010X224A2", "*005010X224A2", "837D", set()),
    ([SV1], "999999X999X9", "", "837P", {"ISA12", "GS08"}),
    ([SV1], "banana", "", "837P", {"GS08"}),
    ([SV1], "", "", "837P", {"GS08"}),
    ([SV2], "", "", "837I", {"GS08"}),
    ([SV1], "", "*005010X222A1", "837P", {"GS08"}),
    ([SV1], "005010", "*005010", "837P", {"GS08"}),
    ([SV1], "005010X223A2", "*005010X222A1", "837P", {"GS08", "ST03"}),
    ([SV1], "005010X222A1", "*0001", "837P", {"GS08", "ST03"}),
    ([SV1], "005010X223A2", "*005010X223A2", "837", {"KIND_CONFLICT"}),
    ([SV3], "005010X223A2", "", "837", {"KIND_CONFLICT"}),
    ([SV1, SV2], "005010X222A1", "*005010X222A1", "837", {"KIND_CONFLICT"}),
    ([SV1], "006020X322", "", "837", {"ISA12", "KIND_CONFLICT"}),
    ([SV1], "006020X222A1", "", "837", {"ISA12", "KIND_CONFLICT"}),
    ([SV1], "5010X222A1", "", "837P", {"GS08"}),
    ([SV1], "005010X987", "*005010X987", "837", {"KIND_CONFLICT"}),
    ([SV1], "005010X221A1", "", "837", {"KIND_CONFLICT"}),
    ([], "005010X222A1", "", "837P", set()),
    ([], "banana", "", "837", set()),
    ([SV1], "005010X298", "*005010X298", "837PACDR", set()),
    ([SV1], "005010X298", "*005010", "837PACDR", {"GS08", "ST03"}),
    ([SV2], "005010X299", "", "837PACDR", set()),
    ([], "005010X299", "", "837PACDR", set()),
    ([SV1], "005010X291", "*005010X291", "837PREDET", set()),
]


@pytest.mark.parametrize(("lines", "version", "st03", "kind", "tolerated"), KINDS)
def test_an_837_is_what_its_lines_and_its_guide_are_and_is_parked_in_doubt(lines, version, st03, kind, tolerated):
    x12 = read_x12(claims(*lines, version=version, st03=st03))
    assert x12.transactions[0].kind == kind
    assert set(x12.tolerances) - {"TRAILING_SEPARATOR"} == tolerated
    assert bool(read_837p(x12, "f" * 64)["claim"]) == (kind == "837P" and bool(lines))


@pytest.mark.parametrize(
    ("version", "hierarchy", "kind"),
    [
        ("005010X214", "BHT*0085*08*1*20260301*0215*TH", "277CA"),
        ("005010X212", "BHT*0010*08*1*20260301*0215*DG", "277"),
        ("005010X213", "BHT*0085*06*1*20260301*0215", "277RFI"),
        ("999999X999X9", "BHT*0085*08*1*20260301*0215*TH", "277CA"),
        ("999999X999X9", "BHT*0010*08*1*20260301*0215*DG", "277"),
    ],
)
def test_a_277_is_told_apart_by_its_guide_or_its_beginning(version, hierarchy, kind):
    text = f"GS*HN*A*B*20260301*0215*5*X*{version}~ST*277*0001~{hierarchy}~SE*3*0001~GE*1*5~IEA*1*000000101~"
    assert read_x12((ISA + text).encode()).transactions[0].kind == kind


@pytest.mark.parametrize(("count", "tolerated"), [("0", {}), ("1", {"IEA01": 1}), ("2", {"IEA01": 1})])
def test_an_interchange_of_ta1_alone_counts_no_groups(count, tolerated):
    x12 = read_x12(f"{ISA}TA1*000000007*260301*0215*R*006~IEA*{count}*000000101~".encode())
    assert [(t.kind, t.control_number, len(t.segments)) for t in x12.transactions] == [("TA1", "000000007", 1)]
    assert dict(x12.tolerances) == tolerated


@pytest.mark.parametrize("groups", [0, 2])
def test_a_group_of_payments_lost_or_doubled_beside_a_ta1_is_not_silent(groups):
    start, end = BALANCED.index(b"GS*"), BALANCED.index(b"IEA*")
    group = BALANCED[start:end]
    other = group.replace(b"TRACE", b"OTHER")
    answer = b"TA1*000000007*260301*0215*A*000~"
    content = BALANCED[:start] + answer + b"".join([group, other][:groups]) + BALANCED[end:]
    try:
        told = dict(read_x12(content).tolerances)
    except Fault as fault:
        told = {fault.code: 1}
    assert told == ({"COUNT_MISMATCH": 1} if groups else {"IEA01": 1})


@pytest.mark.parametrize("is_first_latin", [True, False])
def test_interchanges_of_a_file_have_character_sets_of_their_own(is_first_latin):
    texts = ["TÉST PLAN €".encode(), "TÉST PLAN".encode("latin-1")]
    other = BALANCED.replace(b"TRACE", b"OTHER")
    parts = [file.replace(b"TEST PLAN", text) for file, text in zip([BALANCED, other], texts, strict=True)]
    parts = parts[::-1] if is_first_latin else parts
    content = b"".join(parts)
    x12 = read_x12(content)
    names = [s.elements[1] for t in x12.transactions for s in t.segments if s.tag == "N1" and s.elements[0] == "PR"]
    told = ["HARBOR TÉST PLAN €", "HARBOR TÉST PLAN"]
    assert names == (told[::-1] if is_first_latin else told)
    for transaction in x12.transactions:
        for segment in transaction.segments:
            assert content[segment.byte_start : segment.byte_end].startswith(segment.tag.encode() + b"*")


def test_wrong_counts_are_tolerated_where_no_money_is():
    content = claims(SV1).replace(b"GE*1*", b"GE*3*").replace(b"IEA*1*", b"IEA*2*")
    assert dict(read_x12(content).tolerances) == {"GE01": 1, "IEA01": 1}
    assert dict(read_x12(BALANCED + content).tolerances) == {"GE01": 1, "IEA01": 1}


COUNTS_OF_MONEY = {
    "a group that holds nothing": re.sub(rb"ST\*.*~SE\*[^~]*~", b"", claims(SV1)),
    "no group where one is counted": re.sub(rb"GS\*.*~GE\*[^~]*~", b"", claims(SV1)),
    "interchange with a remittance and claims": BALANCED.replace(b"IEA*1*000000101~", b"")
    + claims(SV1)[len(ISA) :].replace(b"IEA*1*", b"IEA*3*"),
}


@pytest.mark.parametrize("content", COUNTS_OF_MONEY.values(), ids=COUNTS_OF_MONEY.keys())
def test_wrong_counts_are_a_fault_where_money_may_be_missing(content):
    with pytest.raises(Fault, match="COUNT_MISMATCH"):
        read_x12(content)


def test_a_segment_id_that_is_none_is_tolerated_outside_an_835():
    x12 = read_x12(claims(SV1 + "~**x"))
    assert x12.tolerances["SEGMENT_ID"] == 1


def test_what_was_read_cannot_be_changed():
    x12 = read_x12(BALANCED)
    with pytest.raises(AttributeError):
        x12.transactions[0].segments[0].tag = "X"
    with pytest.raises(TypeError):
        x12.tolerances["SE01"] = 1


def test_ten_thousand_segments_are_all_there():
    x12 = read_x12(file_835(*[tuple(s.replace("AAA1", f"A{n}") for s in PAID_CLAIM) for n in range(500)]))
    assert len(x12.transactions[0].segments) == len(HEADER) + 1 + 500 * len(PAID_CLAIM) + 2


@given(st.binary(max_size=300))
@settings(deadline=None, max_examples=150)
def test_any_bytes_are_transactions_or_a_fault(noise):
    for content in (noise, ISA.encode() + noise, BALANCED[:300] + noise + BALANCED[300:]):
        with suppress(Fault):
            assert read_x12(content).transactions is not None
