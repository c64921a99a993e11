"""A large file is read in blocks: what is said of it does not depend on where they end, and none holds much."""

import pytest

from tasks.x12 import envelope
from tasks.x12.envelope import read_x12

from .on_disk import OnDisk
from .remittance_bytes import BALANCED, DENIED_CLAIM, file_835
from .test_envelope import BOM, SLOPPY, body, changed


@pytest.mark.parametrize("padding", [b"\r\n\r\n  ", b"\n\n\n\t", b"\0\0\x1a\n \n", b"~~\n~", BOM + b"\n \n" + BOM])
def test_what_stands_between_interchanges_is_the_same_wherever_a_block_ends(padding, monkeypatch):
    content = BALANCED + padding + file_835(DENIED_CLAIM) + padding
    expected = read_x12(content).tolerances
    assert expected
    for size in range(len(BALANCED) - 2, len(BALANCED) + len(padding) + 3):
        monkeypatch.setattr(envelope, "BLOCK_BYTES", size)
        assert read_x12(content).tolerances == expected, size


ARRIVED = {
    "one behind the other": b"~",
    "lines": b"~\r\n",
    "indented": b"~\n  ",
    "tabs": b"~\t",
}


@pytest.mark.parametrize("end", ARRIVED.values(), ids=ARRIVED.keys())
def test_a_large_file_is_read_in_small_pieces_however_its_segments_are_parted(end, monkeypatch):
    payments = [body().replace(b"TRACE1", b"TRACE%02d" % number) for number in range(20)]
    content = changed(body(), b"".join(payments)).replace(b"GE*1*", b"GE*20*").replace(b"~", end)
    monkeypatch.setattr(envelope, "BLOCK_BYTES", 7 * len(payments[0]) // 2)
    pieces = list(envelope.read_pieces([content]))
    assert [len(piece.ended) for piece in pieces] == [0] * (len(pieces) - 1) + [1]
    assert sum(len(piece.transactions) for piece in pieces) == 20
    assert max(len(piece.transactions) for piece in pieces) <= 3


LOOKED_AT = [
    "'~' left before line feeds",
    "ISA16 missing, one segment a line",
    "ISA with wide elements",
    "no ISA, pipes",
]


@pytest.mark.parametrize("name", LOOKED_AT)
def test_separators_are_the_same_wherever_a_block_ends_behind_them(name, monkeypatch):
    content, _ = SLOPPY[name]
    expected = read_x12(content).transactions[0].delimiters
    monkeypatch.setattr(envelope, "BLOCK_BYTES", 1_500)
    for rest in range(1, 700, 9):
        padded = b"\n" * (1_500 - rest) + content
        (transaction,) = read_x12(OnDisk(padded)).transactions  # of which no more than the block is at hand
        assert transaction.delimiters == expected, rest


def test_a_byte_above_127_is_found_in_a_large_file():
    content = file_835(*[(f"CLP*A{number}*1*1*1~",) for number in range(7_000)]).replace(b"TEST PLAN", b"TEST\x80PLAN")
    assert len(content) > 100_000
    x12 = read_x12(content)
    assert dict(x12.tolerances) == {"NON_ASCII": 1}
    assert "HARBOR TEST\x80PLAN" in [segment.element(2) for segment in x12.transactions[0].segments]


def test_bytes_above_127_are_told_of_a_file_whose_fault_stands_before_them(monkeypatch):
    monkeypatch.setattr(envelope, "BLOCK_BYTES", 1_000)
    content = changed(b"~SE*", b"~IEA*") + BALANCED * 5 + b"\xe9"
    for file in (content, OnDisk(content)):
        (ended,) = [end for piece in envelope.read_pieces([file]) for end in piece.ended]
        assert (ended.fault.code, ended.tolerances["NON_ASCII"]) == ("TRUNCATED", 1)


@pytest.mark.parametrize("end", [b"~", b"~\r\n"])
def test_a_block_that_ends_within_a_trailer_is_read_up_to_the_one_before(end, monkeypatch):
    payments = [body().replace(b"TRACE1", b"TRACE%02d" % number) for number in range(8)]
    content = changed(body(), b"".join(payments)).replace(b"GE*1*", b"GE*8*").replace(b"~", end)
    trailer = content.index(b"SE*", content.index(b"TRACE02"))
    for size in range(trailer, trailer + 14):
        monkeypatch.setattr(envelope, "BLOCK_BYTES", size)
        assert max(len(piece.index.content) for piece in envelope.read_pieces([content])) <= size, size
