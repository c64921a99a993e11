"""Sixty public files against an independent count: a dumb splitter that knows nothing of loops, with the index's separators.

The files lie outside the repository (shared/x12/corpus beside it) and are never copied; without them these tests skip.
"""

import csv
from collections import Counter
from decimal import Decimal, InvalidOperation
from functools import cache
from io import StringIO
from pathlib import Path

import pytest

from schemas.errors import Fault
from tasks.x12.envelope import read_x12
from tasks.x12.summary import summarize

CORPUS = Path(__file__).parents[3] / "shared" / "x12" / "corpus"
INDEX = CORPUS / "INDEX.csv"
FILES = list(csv.DictReader(StringIO(INDEX.read_text(encoding="utf-8")))) if INDEX.exists() else []
pytestmark = pytest.mark.skipif(not FILES, reason="the public corpus (shared/x12/corpus) is not beside the repository")

UNREADABLE = {"slott56__TigerShark/tests/837I-Examples.txt": "TRUNCATED"}
"""Its first interchange has neither SE nor GE nor IEA, which INDEX.csv lists among its quirks."""

KINDS = {"mimilabs__hccinfhir/src/hccinfhir/sample_files/sample_837_12.txt": {"837P": 1, "837": 2}}
"""INDEX.csv says 837I+837P after the headers; two transactions have an 837I header over SV1 lines and are parked."""

REASONS = {
    "BPR02 is not the sum": "transaction",
    "claim-level CAS repeats line-level CAS": "claim",
    "CAS amounts do not add up": "claim",
    "SVC charge - CAS != SVC paid": "line",
    "service lines do not add up to CLP03": "charge",
}
INVALID = {
    "clawdgeorge-prog__x12-parser/tests/fixtures/sample_835_discrepancy.edi": "BAD_DATE",
    "gunajii__EDI-parser-and-validator/data/sample-files/invalid_837.edi": "ORPHAN_SEGMENT",
    "xlate__staedi/src/test/resources/x12/invalid999.edi": "ORPHAN_SEGMENT",
    "hzbarcea__x12-parser/src/examples/java/org/pb/x12/example/example835One.txt": "BAD_AMOUNT",
    "genformai__edi-cli/shared/test-data/sample-277.edi": "MISSING_SEGMENT",
}
"""The three that INDEX.csv calls invalid, the one whose BPR02 it calls not numeric, and one whose person stands behind its
TRN and whose STC05 is C7, each with its first Fault."""


def of_kind(*kinds):
    return [pytest.param(row, id=row["file"].rsplit("/", 1)[1]) for row in FILES if row["transaction"] in kinds]


@cache
def content_of(name):
    return (CORPUS / name).read_bytes()


@cache
def summary_of(name):
    return summarize(name, content_of(name))


def dumb_segments(row):
    """Split by the separators of the index: no loops, no envelope, no bytes."""
    text = content_of(row["file"]).decode("latin-1").removeprefix("\xef\xbb\xbf")
    terminator = row["seg_term"].replace("\\n", "\n")
    parts = [part.replace("\r", "").replace("\n", "").strip(" \t") for part in text.split(terminator)]
    return [part.split(row["elem_sep"]) for part in parts if part]


def dumb_cents(segments, tag, *places):
    """Add up the amounts at these elements; what is no number counts nothing."""
    total = Decimal(0)
    for segment in segments:
        for place in places:
            if segment[0] == tag and place < len(segment) and segment[place]:
                try:
                    total += Decimal(segment[place])
                except InvalidOperation:
                    continue
    return int(total * 100)


@pytest.mark.parametrize("row", of_kind(*{row["transaction"] for row in FILES}))
def test_every_file_is_read_or_is_a_clear_fault(row):
    rows = summary_of(row["file"])
    codes = [fault["code"] for found in rows for fault in found["faults"]]
    expected = UNREADABLE.get(row["file"]) or INVALID.get(row["file"])
    assert codes[:1] == ([expected] if expected else [])


@pytest.mark.parametrize("row", of_kind(*{row["transaction"] for row in FILES}))
def test_kinds_and_counts_are_those_of_the_index(row):
    if row["file"] in UNREADABLE:
        pytest.skip("truncated: it is a Fault")
    rows = summary_of(row["file"])
    kinds = {found["kind"]: found["transactions"] for found in rows}
    transactions = int(row["transactions"]) or 2  # the TA1 file has two TA1 and no ST
    assert kinds == KINDS.get(row["file"], {row["transaction"]: transactions})
    assert max(found["interchanges"] for found in rows) == int(row["interchanges"])
    assert max(found["groups"] for found in rows) == int(row["groups"])
    assert sum(found["claims"] for found in rows) == int(row["claims"])


@pytest.mark.parametrize("row", of_kind(*{row["transaction"] for row in FILES}))
def test_segments_are_those_of_a_dumb_split(row):
    if row["file"] in UNREADABLE:
        pytest.skip("truncated: it is a Fault")
    x12 = read_x12(content_of(row["file"]))
    ours = Counter(segment.tag for transaction in x12.transactions for segment in transaction.segments)
    dumb = Counter(segment[0] for segment in dumb_segments(row))
    envelope = {"ISA", "GS", "GE", "IEA", "ISB", "ISE"}
    assert ours == Counter({tag: count for tag, count in dumb.items() if tag not in envelope})


@pytest.mark.parametrize("row", of_kind("835"))
def test_remittances_add_up_to_the_dumb_sums(row):
    (found,) = summary_of(row["file"])
    segments = dumb_segments(row)
    triples = [s[n : n + 3] for s in segments if s[0] == "CAS" for n in range(2, len(s), 3) if any(s[n : n + 3])]
    assert found["adjustments"] == len(triples)
    assert found["lines"] == sum(segment[0] == "SVC" for segment in segments)
    assert found["adjusted_cents"] == dumb_cents(segments, "CAS", *range(3, 20, 3))
    assert found["charged_cents"] == dumb_cents(segments, "CLP", 3)
    assert found["paid_cents"] == dumb_cents(segments, "CLP", 4)
    assert found["patient_cents"] == dumb_cents(segments, "CLP", 5)
    assert found["payment_cents"] == dumb_cents(segments, "BPR", 2)
    assert found["provider_adjustments"] == sum((len(s) - 3) // 2 for s in segments if s[0] == "PLB")


@pytest.mark.parametrize("row", of_kind("837P", "837I", "837I+837P"))
def test_claims_add_up_to_the_dumb_sums(row):
    if row["file"] in UNREADABLE or row["file"] in INVALID:
        pytest.skip("a Fault")
    rows = summary_of(row["file"])
    segments = dumb_segments(row)
    assert sum(found["charged_cents"] for found in rows) == dumb_cents(segments, "CLM", 2)
    assert sum(found["lines"] for found in rows) == sum(segment[0] in ("SV1", "SV2") for segment in segments)


@pytest.mark.parametrize("row", of_kind("835"))
def test_the_verdict_is_that_of_the_index(row):
    (found,) = summary_of(row["file"])
    failing = {rule for rule, counts in found["balanced"].items() if counts["unbalanced"]}
    if row["balances"] == "yes":
        assert not failing & {"transaction", "claim", "line", "charge"}
        return
    expected = {rule for reason, rule in REASONS.items() if reason in row["balance_why"]}
    assert expected <= failing
    assert failing, "an unbalanced file fails some rule"
    if "CLP02 missing or empty" in row["balance_why"]:
        assert {"code": "CLP02", "count": found["claims"]} in found["tolerated"]


@pytest.mark.parametrize("row", of_kind(*{row["transaction"] for row in FILES}))
def test_the_bytes_of_every_segment_begin_with_its_id(row):
    try:
        x12 = read_x12(content_of(row["file"]))
    except Fault:
        return
    for transaction in x12.transactions:
        for segment in transaction.segments:
            text = content_of(row["file"])[segment.byte_start : segment.byte_end].decode("latin-1")
            assert text.startswith(segment.tag)
            assert text.endswith(transaction.delimiters.segment) or segment.tag == "IEA"
