"""Two quirks in one file: each interchange is mended as it needs it, and bytes are named as they arrived."""

import pytest

from tasks.x12 import envelope
from tasks.x12.envelope import read_x12
from tasks.x12.remittance import read_remittance

from .remittance_bytes import BALANCED, DENIED_CLAIM, NIGHT, file_835, without_places
from .test_envelope import BOM, separated

OTHER = file_835(DENIED_CLAIM).replace(b"000000101", b"000000102")
THIRD = OTHER.replace(b"000000102", b"000000103").replace(b"CCC3", b"DDD4")
LINES, PIPES = separated("|", ">", "\n", OTHER), separated("|", ">", "!", THIRD)
LATIN_1, UTF_8 = (BALANCED.replace(b"TEST PLAN", "TÉST PLAN".encode(code)) for code in ("latin-1", "utf-8"))
BROKEN = b"TEST\n PLAN"
WRAPPED = {"NEWLINE_INSIDE", "ISA_WIDTH"}


def wrapped(content, width=80):
    return b"\r\n".join(content[place : place + width] for place in range(0, len(content), width))


TOGETHER = {
    # bytes, the same without quirks, tolerances
    "wrapped, then one segment a line": (wrapped(BALANCED) + b"\n" + LINES, BALANCED + OTHER, WRAPPED),
    "wrapped within every id, then one segment a line": (
        BALANCED[:110] + wrapped(BALANCED[110:], 2) + LINES,
        BALANCED + OTHER,
        {"NEWLINE_INSIDE"},
    ),
    "one line break, then one segment a line": (
        BALANCED.replace(b"TEST PLAN", BROKEN) + LINES,
        BALANCED + OTHER,
        {"NEWLINE_INSIDE"},
    ),
    "wrapped, other separators, one segment a line": (
        wrapped(BALANCED + PIPES) + b"\r\n" + LINES,
        BALANCED + THIRD + OTHER,
        WRAPPED,
    ),
    "one segment a line, then wrapped": (LINES + wrapped(BALANCED), OTHER + BALANCED, WRAPPED),
    "a carriage return within a line": (
        separated("*", ":", "\n").replace(b"TEST PLAN", b"TEST\r PLAN"),
        BALANCED,
        {"NEWLINE_INSIDE"},
    ),
    "byte-order mark and Latin-1": (BOM + LATIN_1, BALANCED, {"BOM", "NON_ASCII"}),
    "byte-order mark and UTF-8": (BOM + UTF_8, BALANCED, {"BOM", "NON_ASCII"}),
    "a byte-order mark between, then Latin-1": (OTHER + BOM + LATIN_1, OTHER + BALANCED, {"BOM", "NON_ASCII"}),
    "byte-order mark, Latin-1, wrapped": (BOM + wrapped(LATIN_1), BALANCED, {"BOM", "NON_ASCII", *WRAPPED}),
}


def rows_of(content):
    """Give the rows of a file without their places, and what was tolerated."""
    x12 = read_x12(content)
    remittance = read_remittance(x12, "f" * 64, NIGHT)
    assert not remittance.faults
    rows = without_places(remittance.rows)
    for payment in rows["payment"]:
        payment["payer_name"] = payment["payer_name"].replace("É", "E")
    return rows, set(x12.tolerances)


@pytest.mark.parametrize(("content", "sound", "tolerated"), TOGETHER.values(), ids=TOGETHER.keys())
@pytest.mark.parametrize("block", [1200, 4_000_000])
def test_two_quirks_together_change_no_row(content, sound, tolerated, block, monkeypatch):
    monkeypatch.setattr(envelope, "BLOCK_BYTES", block)
    assert rows_of(content) == (rows_of(sound)[0], tolerated)


@pytest.mark.parametrize(("content", "sound", "_"), TOGETHER.values(), ids=TOGETHER.keys())
@pytest.mark.parametrize("block", [1200, 4_000_000])
def test_bytes_of_mended_segments_are_those_that_arrived(content, sound, _, block, monkeypatch):
    monkeypatch.setattr(envelope, "BLOCK_BYTES", block)
    for transaction, plain in zip(read_x12(content).transactions, read_x12(sound).transactions, strict=True):
        signs = str.maketrans({transaction.delimiters.element: "*", transaction.delimiters.component: ":"})
        for segment, expected in zip(transaction.segments, plain.segments, strict=True):
            found = content[segment.byte_start : segment.byte_end].replace(b"\r", b"").replace(b"\n", b"")
            text = found.decode("latin-1").removesuffix(transaction.delimiters.segment).translate(signs)
            assert text.replace("Ã\x89", "E").replace("É", "E") == "*".join((expected.tag, *expected.elements))
