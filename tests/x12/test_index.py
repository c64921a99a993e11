"""The index finds what a plain split finds, in any mixture of blanks and terminators."""

from collections import Counter

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.x12 import bits, bits_compiled
from tasks.x12 import index as index_module
from tasks.x12 import scan as scan_module
from tasks.x12.bits import BLOCK
from tasks.x12.delimiters import Delimiters
from tasks.x12.index import new_index, tag_code
from tasks.x12.shapes import MARKS, NO_TAG, PLACE, SEGMENTS

SIGNS = Delimiters("*", ":", "^", "~")
PIECES = st.lists(
    st.sampled_from(["CAS*CO*45*1", "SVC", "N1*PR", " ", "\r\n", "\t", "x", "~", "**", "\0"]), max_size=30
)


def indexed(content):
    """Give starts and ends of the segments, or None where a line end breaks one."""
    index = new_index(content)
    found = index.scan(0, len(content), SIGNS, Counter())
    return found and [(index.scanned.starts[n], index.scanned.ends[n], index.scanned.tags[n]) for n in found.segments]


def found(content):
    return [content[start:end] for start, end, _ in indexed(content)]


@given(PIECES)
def test_segments_are_those_of_a_plain_split(pieces):
    content = "".join(pieces).encode()
    *closed, tail = content.split(b"~")
    if any(b"\r" in part.lstrip(b" \t\r\n") or b"\n" in part.lstrip(b" \t\r\n") for part in closed):
        assert indexed(content) is None, "a line end within a segment is not read over"
        return
    if b"\r\n" in tail.lstrip(b" \t\r\n").rstrip(b" \t\r\n\0"):
        assert indexed(content) is None
        return
    expected = [part.lstrip(b" \t\r\n") + b"~" for part in closed if part.strip(b" \t\r\n")]
    rest = tail.rstrip(b" \t\r\n\0").lstrip(b" \t\r\n")
    assert found(content) == expected + ([rest] if rest else [])


@given(PIECES)
def test_every_byte_outside_segments_is_blank_or_a_terminator(pieces):
    content = "".join(pieces).encode()
    place = 0
    for start, end, _ in indexed(content) or []:
        assert not content[place:start].strip(b" \t\r\n~")
        assert start < end
        place = end
    assert indexed(content) is None or not content[place:].strip(b" \t\r\n~\0")


@pytest.mark.parametrize(
    ("segment", "tag"),
    [
        (b"CAS*CO~", "CAS"),
        (b"N1*PR~", "N1"),
        (b"SE~", "SE"),
        (b"cas*CO~", "CAS"),
        (b"CASX*CO~", None),
        (b"C*CO~", None),
        (b"1AS*CO~", None),
        (b"*CO~", None),
        (b"CA\xc9*CO~", None),
    ],
)
def test_an_id_is_two_or_three_letters_or_digits(segment, tag):
    assert [number for _, _, number in indexed(segment)] == [tag_code(tag) if tag else NO_TAG]


def test_a_run_of_blanks_may_be_long():
    assert found(b"A1*" + b"1~" + b" \n" * 50_000 + b"B2~") == [b"A1*1~", b"B2~"]


@numba.njit
def asking(data, place, sign):
    found = bits_compiled.signs_in(data, place, sign)
    bits_compiled.fetch(data, place)
    return found, bits_compiled.eight_bytes(data, place), bits_compiled.ones(found), bits_compiled.lowest(found)


def index_as_a_whole(content, start, last_block, *, is_plain, separators=SIGNS):
    """Scan from `start` with the kernel itself; give all that it leaves."""
    index = new_index(content, is_plain=is_plain)
    scanned = index.scanned
    scanned.state[PLACE] = start
    signs, landmarks = index_module._signs(separators, is_plain), index_module._LANDMARKS
    index.fitting(scan_module).scan(index.data, len(content), signs, landmarks, scanned, last_block)
    segments = int(scanned.state[SEGMENTS])
    sizes = [segments] * 3 + [segments + 1, int(scanned.firsts[segments])] + [int(scanned.state[MARKS])] * 2
    left = [list(map(int, part[:size])) for part, size in zip(scanned, sizes, strict=False)]
    return left, list(map(int, scanned.counts)), list(map(int, scanned.state))


LONG_PIECES = st.lists(
    st.sampled_from(
        ["CAS*CO*45*1~", "SVC*HC:99213*100~\r\n", "ISA*", "IEA*1~", " ", "\r\n", "~", "**", "x" * 40, "*" * 70, "~~\n~"]
    ),
    min_size=10,
    max_size=60,
)


@settings(deadline=None)  # the first call compiles
@given(LONG_PIECES, st.integers(0, 5))
def test_blocks_say_what_byte_by_byte_says(pieces, start):
    content = "".join(pieces).encode()
    expected = index_as_a_whole(content, start, -1, is_plain=True)
    assert index_as_a_whole(content, start, len(content) - BLOCK, is_plain=True) == expected
    assert index_as_a_whole(content, start, len(content) - BLOCK, is_plain=False) == expected


@settings(deadline=None)
@given(LONG_PIECES, st.sampled_from([Delimiters("\t", ":", "^", "~"), Delimiters("*", "\t", "^", "~")]))
def test_a_tab_that_separates_is_no_blank_plain_and_compiled(pieces, separators):
    content = "".join(pieces).replace(":" if separators.component == "\t" else "*", "\t").encode()
    expected = index_as_a_whole(content, 0, -1, is_plain=True, separators=separators)
    assert index_as_a_whole(content, 0, len(content) - BLOCK, is_plain=False, separators=separators) == expected
    tabs = [
        byte for start, end in zip(*expected[0][:2], strict=True) for byte in content[start:end] if byte == ord("\t")
    ]
    assert len(tabs) == content[: expected[2][PLACE]].rstrip(b" \t\r\n").count(b"\t")


@settings(deadline=None)
@given(st.binary(min_size=3 * BLOCK, max_size=3 * BLOCK), st.integers(0, 2 * BLOCK), st.sampled_from(b"\0*~a\xff"))
def test_questions_to_a_block_have_one_answer_plain_and_compiled(content, place, sign):
    data = bytes(content)
    found = bits.signs_in(data, place, sign)
    assert found == sum((byte == sign) << n for n, byte in enumerate(data[place : place + BLOCK]))
    assert (bits.ones(found), bits.lowest(found)) == (bin(found).count("1"), bin(found)[::-1].find("1") % (BLOCK + 1))
    asked = asking(np.frombuffer(data, np.uint8), place, sign)
    assert [number % 2**64 for number in asked[:2]] == [found, bits.eight_bytes(data, place)]
    assert [*asked[2:]] == [bits.ones(found), bits.lowest(found)]
