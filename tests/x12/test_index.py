"""The index finds what a plain split finds, in any mixture of blanks and terminators."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.x12.delimiters import Delimiters
from tasks.x12.index import index_segments, tag_code

SIGNS = Delimiters("*", ":", "^", "~")
PIECES = st.lists(
    st.sampled_from(["CAS*CO*45*1", "SVC", "N1*PR", " ", "\r\n", "\t", "x", "~", "**", "\0"]), max_size=30
)


def found(content, start=0):
    index = index_segments(content, start, len(content), SIGNS, Counter())
    return [content[a:b] for a, b in zip(index.starts, index.ends, strict=True)]


@given(PIECES)
def test_segments_are_those_of_a_plain_split(pieces):
    content = "".join(pieces).encode()
    *closed, tail = content.split(b"~")
    expected = [part.lstrip(b" \t\r\n") + b"~" for part in closed if part.strip(b" \t\r\n")]
    rest = tail.rstrip(b" \t\r\n\0").lstrip(b" \t\r\n")
    assert found(content) == expected + ([rest] if rest else [])


@given(PIECES)
def test_every_byte_outside_segments_is_blank_or_a_terminator(pieces):
    content = "".join(pieces).encode()
    index = index_segments(content, 0, len(content), SIGNS, Counter())
    place = 0
    for start, end in zip(index.starts.tolist(), index.ends.tolist(), strict=True):
        assert not content[place:start].strip(b" \t\r\n~")
        assert start < end
        place = end
    assert not content[place:].strip(b" \t\r\n~\0")


@pytest.mark.parametrize(
    ("segment", "tag"),
    [
        (b"CAS*CO~", "CAS"),
        (b"N1*PR~", "N1"),
        (b"SE~", "SE"),
        (b"cas*CO~", "CAS"),
        (b"C\r\nAS*CO~", "CAS"),
        (b"CASX*CO~", None),
        (b"C*CO~", None),
        (b"1AS*CO~", None),
        (b"*CO~", None),
        (b"CA\xc9*CO~", None),
    ],
)
def test_an_id_is_two_or_three_letters_or_digits(segment, tag):
    index = index_segments(segment, 0, len(segment), SIGNS, Counter())
    assert index.tag_codes.tolist() == [tag_code(tag) if tag else 0]


def test_a_run_of_blanks_may_be_long():
    assert found(b"A1*" + b"1~" + b" \n" * 50_000 + b"B2~") == [b"A1*1~", b"B2~"]
