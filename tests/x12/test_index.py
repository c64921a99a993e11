"""The index finds what a plain split finds, in any mixture of blanks and terminators."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.x12.delimiters import Delimiters
from tasks.x12.index import new_index, tag_code
from tasks.x12.shapes import NO_TAG

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
