"""Spans of bytes as numbers, days, codes and text: kernels, plain and compiled, against what Python itself reads."""

import random
import re
from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from tasks.x12 import convert
from tasks.x12.compiling import compiled

SEED = 20261127
STRANGE = [0, 9, 32, 45, 46, 47, 58, 97, 127, 128, 176, 255]
"""Bytes beside the digits, signs, and bytes whose low half is a digit's."""


@pytest.fixture(params=["plain", "compiled"])
def kernels(request):
    if request.param == "plain":
        return convert
    pytest.importorskip("numba", reason="without numba nothing is compiled")
    return compiled(convert)


def laid(texts, kernels):
    """Give the texts behind one another, and their spans: the first begins and the last ends the buffer."""
    data = b"".join(texts)
    sizes = np.array([len(text) for text in texts], np.int32)
    return (data if kernels is convert else np.frombuffer(data, np.uint8)), (np.cumsum(sizes) - sizes), sizes


def damaged(text, rng):
    """Give the text with up to two bytes changed, in half of all cases."""
    found = bytearray(text.encode())
    for _ in range(rng.choice([0, 0, 1, 2])):
        if found:
            found[rng.randrange(len(found))] = rng.choice([*STRANGE, rng.randrange(256)])
    return bytes(found)


def numerals(rng, count):
    for _ in range(count):
        whole = str(rng.randrange(10 ** rng.randrange(1, 17)))
        part = "".join(rng.choices("0123456789", k=rng.randrange(5)))
        yield damaged(rng.choice(["", "", "-"]) + rng.choice([whole, f"{whole}.{part}", f".{part}"]), rng)


@pytest.mark.parametrize(("places", "most", "most_places"), [(2, 15, 15), (3, 12, 1000)], ids=["cents", "quantities"])
def test_a_number_is_read_exactly_or_not_at_all(kernels, places, most, most_places):
    texts = [b"1.00", b"7", *numerals(random.Random(SEED), 20_000), b"", b"12.34", b"5"]
    data, starts, sizes = laid(texts, kernels)
    values, verdicts, counts = np.empty(len(texts), np.int64), np.empty(len(texts), np.int8), np.zeros(3, np.int64)
    kernels.decimals(data, starts, sizes, places, most, most_places, values, verdicts, counts)
    for text, value, verdict in zip(texts, values.tolist(), verdicts.tolist(), strict=True):
        told = re.fullmatch(rb"(-?)([0-9]*)(?:\.([0-9]*))?", text)
        is_number = bool(told and (told[2] or told[3]) and len(told[2]) <= most and len(told[3] or b"") <= most_places)
        exact = Decimal(text.decode()) * 10**places if is_number else Decimal(0)
        is_number = is_number and exact == int(exact)
        expected = convert.EMPTY if not text else convert.FILLED if is_number else convert.BAD
        assert (value, verdict) == (int(exact) if is_number else 0, expected), text
    assert min(counts.tolist()) > 0
    assert counts.tolist() == np.bincount(verdicts, minlength=3).tolist()


def test_a_day_is_one_of_the_calendar(kernels):
    rng = random.Random(SEED)
    texts = [b"20240229", b"19000229", b"20000229", b"00000101", b"99991231", b"", b"2026112"]
    for _ in range(20_000):
        year, month, day = rng.choice([rng.randrange(10_000), 2024, 2026]), rng.randrange(14), rng.randrange(33)
        texts.append(damaged(f"{year:04}{month:02}{day:02}", rng))
    data, starts, sizes = laid(texts, kernels)
    values, verdicts, counts = np.empty(len(texts), np.int32), np.empty(len(texts), np.int8), np.zeros(3, np.int64)
    kernels.days(data, starts, sizes, values, verdicts, counts)
    for text, value, verdict in zip(texts, values.tolist(), verdicts.tolist(), strict=True):
        try:
            is_plain = re.fullmatch(rb"[0-9]{8}", text) is not None
            found = (date(int(text[:4]), int(text[4:6]), int(text[6:])) - date(1970, 1, 1)).days if is_plain else None
        except ValueError:
            found = None
        expected = convert.EMPTY if not text else convert.BAD if found is None else convert.FILLED
        assert (value, verdict) == (found or 0, expected), text


@pytest.mark.parametrize("is_wide", [False, True])
def test_text_is_what_the_spans_hold(kernels, is_wide):
    rng = random.Random(SEED)
    texts = [rng.randbytes(rng.choice([0, 1, 2, 5, 7, 8, 9, 15, 16, 17, 40])) for _ in range(6_002)] + [b"last"]
    data, starts, sizes = laid(texts, kernels)
    wide = len(data) - convert.WORD_BYTES if is_wide else -1
    columns, rows = 3, len(texts) // 3
    told = [(number * rows, number * (rows + 5), 50_000 * number + 7) for number in range(columns)]
    offsets, text = np.full(columns * (rows + 5), -7, np.int32), np.empty(columns * 50_000, np.uint8)
    kernels.texts(data, starts, sizes, np.array(told).reshape(-1), rows, wide, offsets, text)
    for span, first, place in told:
        expected = texts[span : span + rows]
        ends = np.cumsum([0, *map(len, expected)])
        assert offsets[first : first + rows + 1].tolist() == ends.tolist()
        assert text[place : place + ends[-1]].tobytes() == b"".join(expected)
    assert offsets.tolist().count(-7) == columns * 4, "nothing is written behind a column's offsets"


def test_a_code_is_known_by_all_of_its_bytes(kernels):
    texts = [b"CO", b"co", b"CO ", b"\0CO", b"", b"C", b"COCOCOCO", b"COCOCOC", b"PR", b"\1", b"OC"]
    data, starts, sizes = laid(texts, kernels)
    known = np.array([int.from_bytes(b"\1" + code, "big") for code in (b"CO", b"PR", b"COCOCOC")], np.int64)
    is_known = np.empty(len(texts), np.bool_)
    kernels.are_codes(data, starts, sizes, known, is_known)
    assert [text for text, is_one in zip(texts, is_known, strict=True) if is_one] == [b"CO", b"COCOCOC", b"PR"]
