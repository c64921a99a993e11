"""The summary: golden files with their counts and cents, and a row rather than an exception for anything bad."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import Fault
from tasks.x12.envelope import read_x12
from tasks.x12.professional_reading import read_837p
from tasks.x12.summary import summarize

from .answer_bytes import file_of
from .remittance_bytes import BALANCED, ISA

GOLDEN = Path(__file__).parent / "golden"
ROOT = Path(__file__).parents[2]
COLUMNS = [
    "file",
    "kind",
    "versions",
    "interchanges",
    "groups",
    "transactions",
    "claims",
    "lines",
    "adjustments",
    "provider_adjustments",
    "charged_cents",
    "paid_cents",
    "adjusted_cents",
    "patient_cents",
    "payment_cents",
    "balanced",
    "tolerated",
    "faults",
]


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("835_*.x12")), ids=lambda path: path.stem)
def test_golden_files_say_what_they_said(path):
    assert path.with_suffix(".why").read_text(encoding="utf-8").strip()
    assert summarize(path.name, path.read_bytes()) == json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))


def test_a_row_has_all_columns_in_order_and_is_json():
    for content in (BALANCED, b"", b"ISA", file_of("FA", "005010X231A1", "AK1*HC*1", "AK9*A*1*1*1")):
        for row in summarize("a.x12", content):
            assert list(row) == COLUMNS
            assert json.loads(json.dumps(row)) == row


def test_a_file_of_several_kinds_is_a_row_for_each():
    ack = file_of("FA", "005010X231A1", "AK1*HC*1", "AK9*A*1*1*1")
    rows = summarize("a.x12", ack + BALANCED)
    assert [(row["kind"], row["transactions"], row["claims"]) for row in rows] == [("999", 1, 0), ("835", 1, 3)]


def test_what_cannot_be_read_is_a_row_with_its_fault():
    (row,) = summarize("a.x12", BALANCED[:500])
    assert (row["kind"], row["transactions"], row["payment_cents"]) == ("unknown", 0, 0)
    (fault,) = row["faults"]
    assert fault["code"] == "TRUNCATED"
    assert set(fault) == {"code", "byte", "segment", "element", "message"}


def test_a_path_that_cannot_be_read_is_a_row_and_the_others_are_read(tmp_path):
    good = tmp_path / "good.x12"
    good.write_bytes(BALANCED)
    command = [Path(sys.executable).parent / "claims", "x12", "summary", tmp_path / "none", tmp_path, good]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [[row["kind"], *(f["code"] for f in row["faults"])] for row in rows] == [["unknown", "UNREADABLE"]] * 2 + [
        ["835"]
    ]
    assert done.returncode == 1


def test_a_file_without_transactions_is_a_row_too():
    (row,) = summarize("a.x12", (ISA + "IEA*0*000000101~").encode())
    assert (row["kind"], row["interchanges"], row["faults"][0]["code"] if row["faults"] else None) == ("none", 0, None)


def test_a_bad_amount_counts_nothing_and_fails_its_verdicts():
    (row,) = summarize("a.x12", BALANCED.replace(b"BPR*I*171.5*", b"BPR*I*17l.5*"))
    assert (row["payment_cents"], row["paid_cents"]) == (0, 6050)
    assert row["balanced"]["transaction"] == {"balanced": 0, "unbalanced": 1}
    assert [(fault["code"], fault["segment"], fault["element"]) for fault in row["faults"]] == [
        ("BAD_AMOUNT", "BPR", "02")
    ]


def claim_file(*segments):
    levels = ("BHT*0019*00*1*20260301*0215*CH", "HL*1**20*1", "HL*2*1*22*0")
    return file_of("HC", "005010X222A1", *levels, *segments, set_code="837")


def test_claims_are_counted_with_their_lines_and_prior_adjustments():
    first = (
        "CLM*A*150",
        "SBR*S*18",
        "CAS*CO*45*20*1*253*.5",
        "LX*1",
        "SV1*HC:99213*100*UN*1",
        "LX*2",
        "SV1*HC:85025*50*UN*1",
    )
    (row,) = summarize("a.x12", claim_file(*first, "CLM*B*80.5", "SV1*HC:99213*80.4*UN*1"))
    counts = (row["claims"], row["lines"], row["adjustments"], row["charged_cents"], row["adjusted_cents"])
    assert counts == (2, 3, 2, 23050, 2050)
    assert row["balanced"]["claim"] == {"balanced": 1, "unbalanced": 1}


SECONDARY = (GOLDEN / "837p_secondary.x12").read_bytes()


def test_decisions_of_earlier_payers_balance():
    (row,) = summarize("a.x12", SECONDARY)
    assert {rule: verdict["balanced"] for rule, verdict in row["balanced"].items()} == {
        "transaction": 0,
        "claim": 1,
        "line": 2,
        "prior_payer": 1,
    }
    assert not row["faults"]


@pytest.mark.parametrize(
    ("old", "new", "failing"),
    [
        (b"SVD*UNIT3*80*", b"SVD*UNIT3*90*", {"line", "prior_payer"}),
        (b"CAS*CO*45*25~", b"CAS*CO*45*24.99~", {"line", "prior_payer"}),
        (b"~CAS*CO*97*35.5~", b"~CAR*CO*97*35.5~", {"line", "prior_payer"}),
        (b"AMT*D*80~", b"AMT*D*81~", {"prior_payer"}),
        (b"SVD*UNIT3*80*", b"SVD*UNIT4*80*", {"prior_payer"}),
        (b"CLM*C0000000001*155.5*", b"CLM*C0000000001*155*", {"claim", "prior_payer"}),
        (b"AMT*D*80~", b"CAS*CO*45*1~AMT*D*80~", {"prior_payer"}),
    ],
)
def test_each_rule_for_earlier_payers_fails_for_what_it_is_about(old, new, failing):
    assert old in SECONDARY
    (row,) = summarize("a.x12", SECONDARY.replace(old, new))
    assert {rule for rule, verdict in row["balanced"].items() if verdict["unbalanced"]} == failing


def money_of(content):
    """Give charges, what earlier payers paid, and their adjustments by group, as the reader of an 837P has them."""
    tables = read_837p(read_x12(content), "f" * 64)
    columns = (("claim", "charge_cents"), ("service_line", "charge_cents"), ("line_adjudication", "paid_cents"))
    amounts = [sorted(row[column] for row in tables[table]) for table, column in columns]
    paid = sorted(row["paid_cents"] or 0 for row in tables["other_subscriber"])
    return [*amounts, paid, sorted(row["amount_cents"] for row in tables["adjustment"])]


def is_told(content, sound):
    """Tell whether a fault, a verdict or a tolerance speaks, of the summary or of the reader; None where the money is the same."""
    rows = summarize("a.x12", content)
    try:
        if money_of(content) == sound:
            return None
    except Fault:
        return True
    verdicts = [verdict["unbalanced"] for row in rows for verdict in row["balanced"].values()]
    return any(verdicts) or any(row["faults"] or row["tolerated"] for row in rows)


def test_no_byte_of_claims_and_earlier_decisions_may_be_cut_or_doubled_unnoticed():
    sound = money_of(SECONDARY)
    for place in range(SECONDARY.index(b"CLM*"), len(SECONDARY)):
        before, behind = SECONDARY[:place], SECONDARY[place + 1 :]
        for byte in (b"", SECONDARY[place : place + 1] * 2):
            assert is_told(before + byte + behind, sound) is not False, place


UNREADABLE = {
    "an earlier payment": (b"AMT*D*80~", b"AMT*D*8O~", ("BAD_AMOUNT", "AMT", "02")),
    "a decision": (b"SVD*UNIT3*80*", b"SVD*UNIT3*8O*", ("BAD_AMOUNT", "SVD", "02")),
    "a decision without amount": (b"SVD*UNIT3*80*", b"SVD*UNIT3**", ("BAD_AMOUNT", "SVD", "02")),
    "an adjustment without amount": (b"CAS*CO*45*25~", b"CAS*CO*45~", ("BAD_AMOUNT", "CAS", "03")),
    "units": (b"*120*UN*1*", b"*120*UN*one*", ("BAD_QUANTITY", "SV1", "04")),
    "no number": (b"CLM*C0000000001*", b"CLM**", ("MISSING_ELEMENT", "CLM", "01")),
    "a seventh adjustment": (
        b"CAS*CO*45*25~",
        b"CAS*CO" + b"*45*5*" * 5 + b"*45*0**45*0~",
        ("BAD_ADJUSTMENT", "CAS", "20"),
    ),
    "an adjustment of no group": (b"CAS*CO*45*25~", b"CAS**45*25~", ("BAD_CODE", "CAS", "01")),
    "an adjustment without reason": (b"CAS*CO*45*25~", b"CAS*CO**25~", ("BAD_ADJUSTMENT", "CAS", "02")),
    "a decision under no line": (b"LX*1~SV1*HC:99213*120*UN*1***1~", b"LX*1~", ("ORPHAN_SEGMENT", "SVD", "")),
}


@pytest.mark.parametrize(("old", "new", "told"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_its_reader_refuses_is_a_fault_of_the_summary(old, new, told):
    content = SECONDARY.replace(b"~\n", b"~").replace(old, new, 1)
    assert old in SECONDARY.replace(b"~\n", b"~")
    (row,) = summarize("a.x12", content)
    assert told in [(fault["code"], fault["segment"], fault["element"]) for fault in row["faults"]]
    if told[0] != "ORPHAN_SEGMENT":  # to an 837P a line is its LX
        with pytest.raises(Fault) as caught:
            read_837p(read_x12(content), "f" * 64)
        assert (caught.value.code, caught.value.segment, caught.value.element) == told


def test_a_segment_that_no_837_knows_is_counted():
    (row,) = summarize("a.x12", SECONDARY.replace(b"AMT*D*80~", b"AMU*D*80~"))
    assert {"code": "UNKNOWN_SEGMENT", "count": 1} in row["tolerated"]
    assert row["balanced"]["prior_payer"] == {"balanced": 0, "unbalanced": 1}, (
        "it decided on lines, but says no payment"
    )


@pytest.mark.parametrize("tag", ["SV4", "SV5", "SV6", "SV7"])
def test_a_decision_that_pays_a_line_in_full_is_not_lost_unnoticed(tag):
    plain = ("CLM*A*100", "SBR*P*18", "AMT*D*100", "NM1*PR*2*PLAN*****PI*P1", "LX*1", "SV1*HC:99213*100*UN*1")
    (sound,) = summarize("a.x12", claim_file(*plain, "SVD*P1*100*HC:99213**1"))
    assert (sound["faults"], sound["tolerated"]) == ([], [])
    assert sound["balanced"]["prior_payer"] == {"balanced": 1, "unbalanced": 0}
    (row,) = summarize("a.x12", claim_file(*plain, f"{tag}*P1*100*HC:99213**1"))
    assert [f["code"] for f in row["faults"]] or row["tolerated"] == [{"code": "UNKNOWN_SEGMENT", "count": 1}]
    (row,) = summarize("a.x12", claim_file(*plain, "SVD*P2*100*HC:99213**1"))
    assert row["balanced"]["prior_payer"] == {"balanced": 1, "unbalanced": 1}, "P2 is no payer of the claim"


def test_what_a_payer_paid_is_what_it_paid_for_lines_less_its_adjustments_of_the_claim():
    def verdict(paid):
        lines = ("LX*1", "SV1*HC:99213*60*UN*1", "SVD*P1*60*HC:99213**1", "LX*2", "SV1*HC:99214*40*UN*1")
        claim = ("CLM*A*100", "SBR*P*18", "CAS*CO*94*5", f"AMT*D*{paid}", "NM1*PR*2*PLAN*****PI*P1")
        (row,) = summarize("a.x12", claim_file(*claim, *lines, "SVD*P1*40*HC:99214**1"))
        return row["balanced"]["prior_payer"]["balanced"]

    assert [verdict(paid) for paid in (94, 95, 100)] == [0, 1, 0]


@pytest.mark.parametrize(
    ("amount", "told"),
    [
        ("AMT*15", ("BAD_AMOUNT", "AMT", "02")),
        ("AMT*F5", ("BAD_AMOUNT", "AMT", "02")),
        ("AMT**15", ("MISSING_ELEMENT", "AMT", "01")),
        ("AMT*15*F5", ("BAD_AMOUNT", "AMT", "02")),
    ],
)
def test_an_amount_of_nothing_is_a_fault_of_reader_and_summary(amount, told):
    content = SECONDARY.replace(b"~HI*ABK", f"~{amount}~HI*ABK".encode())
    (row,) = summarize("a.x12", content)
    assert told in [(fault["code"], fault["segment"], fault["element"]) for fault in row["faults"]]
    with pytest.raises(Fault) as caught:
        read_837p(read_x12(content), "f" * 64)
    assert (caught.value.code, caught.value.segment, caught.value.element) == told


@pytest.mark.parametrize(
    ("levels", "faults", "tolerated"),
    [
        (["HL*1**20*1", "HL*2*1*22*0"], [], 0),
        (["HL*1**20*1", "HL*2*1*22*0", "CLM*B*0", "HL*2*3*22*0"], [], 1),
        (["HL*1**20*1", "HL*2*1*22*0", "CLM*B*0", "HL*4*1*22*0"], ["BAD_LEVEL"], 0),
        (["HL*1**20*1", "HL*2*2*22*0"], ["BAD_LEVEL"], 0),
        (["HL*1**20*1", "HL*2*1*2*0"], ["BAD_LEVEL", "ORPHAN_SEGMENT"], 0),
        (["HL*1**20*1"], ["ORPHAN_SEGMENT"], 0),
        ([], ["ORPHAN_SEGMENT"], 0),
        (["HL*1**20*1", "HL*2*1*22*0", "SBR*P*18", "NM1*IL*1*A", "NM1*IL*1*B"], ["ORPHAN_SEGMENT"], 0),
        (["HL*1**20*1", "HL*2*1*22*0", "CLM*B*0", "HI*3*1*22*0"], ["BAD_CODE"], 0),
    ],
)
def test_the_levels_of_a_claim_verify_each_other(levels, faults, tolerated):
    claim = ("CLM*A*100", "LX*1", "SV1*HC:99213*100*UN*1")
    (row,) = summarize("a.x12", file_of("HC", "005010X222A1", "BHT*0019*00*1", *levels, *claim, set_code="837"))
    assert [fault["code"] for fault in row["faults"]] == faults
    assert [found["count"] for found in row["tolerated"] if found["code"] == "LEVEL_NUMBER"] == [tolerated] * (
        tolerated > 0
    )


def test_a_277_that_cannot_be_read_is_a_fault():
    content = (GOLDEN / "277_answers.x12").read_bytes()
    (row,) = summarize("a.x12", content)
    assert not row["faults"]
    segment = next(part for part in content.split(b"~") if part.strip().startswith(b"STC"))
    elements = segment.split(b"*")
    elements[4] = b"1x"
    (row,) = summarize("a.x12", content.replace(segment, b"*".join(elements)))
    assert [(fault["code"], fault["segment"], fault["element"]) for fault in row["faults"]] == [
        ("BAD_AMOUNT", "STC", "04")
    ]


@pytest.mark.parametrize(
    ("segments", "code"),
    [(("SV1*HC:99213*100*UN*1",), "ORPHAN_SEGMENT"), (("CLM*A*1x", "SV1*HC:99213*100*UN*1"), "BAD_AMOUNT")],
)
def test_claims_that_cannot_be_counted_are_faults(segments, code):
    (row,) = summarize("a.x12", claim_file(*segments))
    assert [fault["code"] for fault in row["faults"]] == [code]


def test_an_acknowledgment_that_cannot_be_read_is_a_fault():
    (row,) = summarize("a.x12", file_of("FA", "005010X231A1", "AK1*HC*ONE", "AK9*A*1*1*1"))
    assert [(fault["code"], fault["segment"], fault["element"]) for fault in row["faults"]] == [
        ("BAD_NUMBER", "AK1", "02")
    ]


@given(st.integers(0, len(BALANCED)), st.binary(max_size=20))
@settings(deadline=None, max_examples=100)
def test_it_never_raises(place, noise):
    for content in (noise, BALANCED[:place] + noise, BALANCED[:place] + noise + BALANCED[place:]):
        assert summarize("a.x12", content)


def test_it_starts_without_heavy_packages():
    heavy = ["pandas", "pyarrow", "prefect", "duckdb", "great_expectations", "pyx12", "boto3"]
    program = f"import sys, tasks.x12.summary; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
