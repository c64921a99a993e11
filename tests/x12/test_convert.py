"""Spans of bytes as numbers, days, codes and text: kernels, plain and compiled, against what Python itself reads."""

import random
import re
from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from tasks.x12 import convert
from tasks.x12.compiling import compiled
from tasks.x12.shapes import Made, Walked

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
    starts = (np.cumsum(sizes) - sizes).astype(np.int32)
    return (data if kernels is convert else np.frombuffer(data, np.uint8)), starts, sizes


def made_numbers(kernels, kind, texts, columns):
    """Give the values and verdicts of texts as so many columns of equal length, and how often each verdict was given."""
    data, starts, sizes = laid(texts, kernels)
    some, many = np.zeros(0, np.int32), np.zeros(0, np.int64)
    walked = Walked(many, some, some, some, some, many, starts, sizes, some, some, many)
    rows, values = len(texts) // columns, np.full(len(texts) + 2, -7)
    made = Made(
        values.astype(np.int64), values.astype(np.int32), values.astype(np.int8), np.zeros(3 * columns, np.int64)
    )
    told = [(kind, rows, rows * n, rows * n + 1, rows * n + 1, 3 * n) for n in range(columns)]
    kernels.numbers(data, walked, np.array(told, np.int64).reshape(-1), made)
    found = made.days if kind == convert.DAY else made.decimals
    assert all(array[0] == array[-1] == -7 for array in (found, made.verdicts)), "nothing is written beside the rows"
    counts = [np.bincount(part, minlength=3).tolist() for part in made.verdicts[1:-1].reshape(columns, rows)]
    assert made.counts.reshape(columns, 3).tolist() == counts
    return found[1:-1].tolist(), made.verdicts[1:-1].tolist(), made.counts


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


@pytest.mark.parametrize(
    ("kind", "places", "most", "most_places"),
    [(convert.CENTS, 2, 10, 15), (convert.QUANTITY, 3, 12, 1000)],
    ids=["cents", "quantities"],
)
def test_a_number_is_read_exactly_or_not_at_all(kernels, kind, places, most, most_places):
    longest = [b"1." + b"0" * (size - 2) for size in (17, 18, 1000, 1001)]
    texts = [b"1.00", b"7", *numerals(random.Random(SEED), 19_994), *longest, b"", b"12.34", b"5", b"-.5"]
    values, verdicts, counts = made_numbers(kernels, kind, texts, 6)
    for text, value, verdict in zip(texts, values, verdicts, strict=True):
        told = re.fullmatch(rb"(-?)([0-9]*)(?:\.([0-9]*))?", text)
        is_number = bool(told and (told[2] or told[3]) and len(told[2]) <= most and len(told[3] or b"") <= most_places)
        exact = Decimal(text.decode()) * 10**places if is_number else Decimal(0)
        is_number = is_number and exact == int(exact) and len(text) <= 1000
        expected = convert.EMPTY if not text else convert.FILLED if is_number else convert.BAD
        assert (value, verdict) == (int(exact) if is_number else 0, expected), text
    assert counts.reshape(-1, 3).sum(axis=0).min() > 0


def test_a_day_is_one_of_the_calendar(kernels):
    rng = random.Random(SEED)
    texts = [b"20240229", b"19000229", b"20000229", b"00000101", b"99991231", b"", b"2026112"]
    for _ in range(20_000):
        year, month, day = rng.choice([rng.randrange(10_000), 2024, 2026]), rng.randrange(14), rng.randrange(33)
        texts.append(damaged(f"{year:04}{month:02}{day:02}", rng))
    values, verdicts, _ = made_numbers(kernels, convert.DAY, texts, 1)
    for text, value, verdict in zip(texts, values, verdicts, strict=True):
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
    lengths = [2_001, 2_001, 1_000, 1_000, 1]
    told = [(rows, sum(lengths[:n]), sum(lengths[:n]) + 5 * n, 40_000 * n + 7) for n, rows in enumerate(lengths)]
    assert sum(lengths) == len(texts)
    offsets, text = np.full(len(texts) + 5 * len(lengths), -7, np.int32), np.empty(40_000 * len(lengths), np.uint8)
    kernels.texts(data, starts, sizes, np.array(told, np.int64).reshape(-1), wide, offsets, text)
    for rows, span, first, place in told:
        expected = texts[span : span + rows]
        ends = np.cumsum([0, *map(len, expected)])
        assert offsets[first : first + rows + 1].tolist() == ends.tolist()
        assert text[place : place + ends[-1]].tobytes() == b"".join(expected)
    assert offsets.tolist().count(-7) == 4 * len(lengths), "nothing is written behind a column's offsets"


def test_a_code_is_known_by_all_of_its_bytes(kernels):
    texts = [b"CO", b"co", b"CO ", b"\0CO", b"", b"C", b"COCOCOCO", b"COCOCOC", b"PR", b"\1", b"OC"]
    data, starts, sizes = laid(texts, kernels)
    known = np.array([int.from_bytes(b"\1" + code, "big") for code in (b"CO", b"PR", b"COCOCOC")], np.int64)
    is_known = np.empty(len(texts), np.bool_)
    kernels.are_codes(data, starts, sizes, known, is_known)
    assert [text for text, is_one in zip(texts, is_known, strict=True) if is_one] == [b"CO", b"COCOCOC", b"PR"]
