"""Rows and what they belong to: their bytes, their parents, their place among others, their keys.

Kernels: see `compiling`.
"""

from tasks.x12.compiling import kernel
from tasks.x12.shapes import FILLED, Data, Numbers, Scanned, Walked

FIRST_ROW, ROW_COUNT, STARTS_AT, BYTES_TOLD = range(4)
"""What is told of a table for the bytes of its rows."""

CHILD_ROW, CHILD_COUNT, LEVEL, ABOVE_AT, BELOW_AT, PARENTS_TOLD = range(6)
"""What is told of a table for the first bytes of its rows' parents at a level."""

NUMBER, CODE, FIRST_BYTE, ELEMENT_TOLD = range(4)
"""What is told of an element: its number, -1 for none; its code, 0 where it is empty and -1 where it is none; its first byte."""

_MOST_DIGITS, _MOST_CODE_BYTES = 12, 7


@kernel
def tell_elements(data: Data, scanned: Scanned, segments: Numbers, elements: int, told: Numbers) -> None:
    """Fill in what the first so many elements of segments say; `told` is zero before."""
    for number in range(len(segments)):
        segment = segments[number]
        first, after = int(scanned.firsts[segment]), int(scanned.firsts[segment + 1])
        for element in range(elements):
            at = (number * elements + element) * ELEMENT_TOLD
            told[at + NUMBER] = -1
            if first + element + 1 >= after:
                continue
            start, end = int(scanned.places[first + element]) + 1, int(scanned.places[first + element + 1])
            if start == end:
                continue
            value = code = 0
            for place in range(start, end):
                byte = int(data[place])
                is_digit = 48 <= byte <= 57 and value >= 0 and end - start <= _MOST_DIGITS
                value = value * 10 + byte - 48 if is_digit else -1
                code = code * 256 + byte if end - start <= _MOST_CODE_BYTES else -1
            told[at + NUMBER], told[at + CODE], told[at + FIRST_BYTE] = value, code, int(data[start])


@kernel
def kept_spans(scanned: Scanned, walked: Walked, rows: int, ids: int, contents: int) -> tuple[int, int]:
    """Fill in the spans of the ids of kept segments and of all of them without the terminator; give the bytes of both.

    Shape: kept segments are the first rows of the walk; their spans begin at `ids` and at `contents`.
    """
    id_bytes = content_bytes = 0
    for row in range(rows):
        segment = walked.row_first[row]
        start = int(scanned.starts[segment])
        walked.span_starts[ids + row] = walked.span_starts[contents + row] = start
        id_size = int(scanned.places[scanned.firsts[segment]]) - start
        size = int(scanned.places[scanned.firsts[segment + 1] - 1]) - start
        walked.span_sizes[ids + row], walked.span_sizes[contents + row] = id_size, size
        id_bytes, content_bytes = id_bytes + id_size, content_bytes + size
    return id_bytes, content_bytes


@kernel
def row_bytes(scanned: Scanned, walked: Walked, levels: int, bases: Numbers, tables: Numbers, values: Numbers) -> None:
    """Fill in where rows begin and end in their files: places in the buffer less the base of their transaction.

    Shape: `tables` has BYTES_TOLD numbers each; ends follow the starts. Holds: level 1 is the transaction; what is not under one is one.
    """
    for table in range(0, len(tables), BYTES_TOLD):
        first_row, rows, starts = tables[table + FIRST_ROW], tables[table + ROW_COUNT], tables[table + STARTS_AT]
        for number in range(rows):
            row = first_row + number
            transaction = int(walked.row_parents[row * levels + 1])
            base = bases[transaction if transaction >= 0 else number]
            values[starts + number] = scanned.starts[walked.row_first[row]] - base
            values[starts + rows + number] = scanned.ends[walked.row_last[row]] - base


@kernel
def parent_bytes(
    walked: Walked, levels: int, tables: Numbers, above: Numbers, values: Numbers, counts: Numbers
) -> None:
    """Fill in the first byte of each row's parent, 0 where it has none; `counts` with how many have one.

    Shape: `tables` has PARENTS_TOLD numbers for each table and level; `above` has the first bytes of all rows.
    """
    for number in range(len(tables) // PARENTS_TOLD):
        table = number * PARENTS_TOLD
        place, source = tables[table + CHILD_ROW] * levels + tables[table + LEVEL], tables[table + ABOVE_AT]
        target = tables[table + BELOW_AT]
        for row in range(tables[table + CHILD_COUNT]):
            parent = walked.row_parents[place + row * levels]
            values[target + row] = above[source + parent] if parent >= 0 else 0
            counts[number] += parent >= 0


@kernel
def own_or_above(
    own: Numbers,
    own_verdicts: Numbers,
    parents: Numbers,
    above: Numbers,
    above_verdicts: Numbers,
    values: Numbers,
    verdicts: Numbers,
) -> int:
    """Fill in each row's own number where it is FILLED, else that of its parent, and their verdicts; give how many are."""
    filled = 0
    for row in range(len(own)):
        parent = parents[row]
        values[row], verdicts[row] = own[row], own_verdicts[row]
        if own_verdicts[row] != FILLED and parent >= 0 and above_verdicts[parent] == FILLED:
            values[row], verdicts[row] = above[parent], FILLED
        filled += verdicts[row] == FILLED
    return filled


@kernel
def positions(above: Numbers, levels: int, parents: Numbers, values: Numbers) -> None:
    """Fill in the number of each row among those in turn that have the same parents, from 1.

    Shape: `above` has for each row what was open at so many levels; `parents` are the levels that count.
    """
    for row in range(len(values)):
        is_same = row > 0
        for parent in range(len(parents)):
            place = row * levels + parents[parent]
            is_same = is_same and above[place] == above[place - levels]
        values[row] = values[row - 1] + 1 if is_same else 1


@kernel
def sums(parents: Numbers, numbers: Numbers, is_known: Numbers, totals: Numbers, unknown: Numbers) -> None:
    """Add each row's number to the total of its parent, and count those that are not known; -1 is no parent."""
    for row in range(len(parents)):
        parent = parents[row]
        if parent >= 0:
            totals[parent] += numbers[row]
            unknown[parent] += not is_known[row]


@kernel
def hexadecimal(number: int) -> int:
    """Give the eight hexadecimal digits of a number below 2 ** 32 as the bytes of a 64-bit number, the first lowest."""
    spread = 0
    for place in range(8):
        digit = number >> (28 - 4 * place) & 15
        spread |= (digit + (48 if digit < 10 else 87)) << (8 * place)
    return spread


@kernel
def names(prefixes: Numbers, files: Numbers, byte_start: Numbers, places: Numbers, words: Numbers) -> None:
    """Fill `words` (four 64-bit numbers a row) with 32 letters: 16 of the file's prefix, then 12 of the byte, 4 of the place.

    Shape: `prefixes` has two numbers a file; `byte_start` and `places` are written in hexadecimal digits.
    """
    for row in range(len(byte_start)):
        number = int(byte_start[row]) << 16 | int(places[row])
        words[4 * row] = prefixes[2 * files[row]]
        words[4 * row + 1] = prefixes[2 * files[row] + 1]
        words[4 * row + 2] = hexadecimal(number >> 32)
        words[4 * row + 3] = hexadecimal(number & 0xFFFFFFFF)
