"""Spans of bytes become cents, quantities, days and text, exactly or not at all.

Kernels: see `compiling`. `verdicts` says of each row whether its span is FILLED, EMPTY or BAD; what is not filled is 0.
"""

from tasks.x12.compiling import kernel
from tasks.x12.shapes import Data, Numbers, Scanned

FILLED, EMPTY, BAD = range(3)

MOST_AMOUNT_DIGITS, MOST_QUANTITY_DIGITS = 15, 12
CENT_PLACES, QUANTITY_PLACES = 2, 3
_MINUS, _POINT = 45, 46
_MOST_DECIMAL_BYTES = 1_000
"""Longer text is no decimal that anybody means."""

_MOST_CODE_BYTES = 7
_DATE_BYTES = 8
_EPOCH = 719_468
"""Days from 1 March of the year 0 to 1 January 1970, in the calendar that X12 dates follow."""


@kernel
def decimal(data: Data, start: int, size: int, places: int, most: int, most_places: int) -> tuple[int, bool]:
    """Give a plain decimal times 10 ** places, and whether it is one.

    Holds: no more than `most` digits before the point and `most_places` behind it; those past `places` are zeros.
    """
    end = start + size
    is_negative = size > 0 and int(data[start]) == _MINUS
    first = start + 1 if is_negative else start
    if size > _MOST_DECIMAL_BYTES:
        return 0, False
    place, number = first, 0
    while place < end and 48 <= int(data[place]) <= 57:
        number = number * 10 + int(data[place]) - 48
        place += 1
    digits, behind = place - first, 0
    if place < end:
        if int(data[place]) != _POINT:
            return 0, False
        behind = end - place - 1
        after = place + 1 + places
        for digit in range(place + 1, end):
            byte = int(data[digit])
            if not 48 <= byte <= 57 or (digit >= after and byte != 48):
                return 0, False
            if digit < after:
                number = number * 10 + byte - 48
    for _ in range(min(behind, places), places):
        number *= 10
    if digits > most or behind > most_places or digits + behind == 0:
        return 0, False
    return -number if is_negative else number, True


@kernel
def plain_cents(data: Data, start: int, size: int) -> int:
    """Give the cents of digits, a point and two digits, as nearly every amount is written; -1 for another text.

    Holds: what it gives is what `decimal` gives; it asks less, and its loop is all that cannot be foreseen.
    """
    point = start + size - 3
    if size < 4 or size > MOST_AMOUNT_DIGITS or int(data[point]) != _POINT:
        return -1
    number, strange = 0, False
    for place in range(start, point):
        digit = int(data[place]) - 48
        strange |= digit < 0 or digit > 9
        number = number * 10 + digit
    tens, ones = int(data[point + 1]) - 48, int(data[point + 2]) - 48
    strange |= tens < 0 or tens > 9 or ones < 0 or ones > 9
    return -1 if strange else number * 100 + tens * 10 + ones


@kernel
def decimals(
    data: Data,
    starts: Numbers,
    sizes: Numbers,
    places: int,
    most: int,
    most_places: int,
    values: Numbers,
    verdicts: Numbers,
    counts: Numbers,
) -> None:
    """Fill `values` with the plain decimals of the spans, times 10 ** places; `counts` with how often each verdict was given."""
    filled = bad = 0
    for row in range(len(starts)):
        values[row], verdicts[row] = 0, EMPTY
        if sizes[row] > 0:
            value = plain_cents(data, int(starts[row]), int(sizes[row])) if places == CENT_PLACES else -1
            is_good = value >= 0
            if not is_good:
                value, is_good = decimal(data, int(starts[row]), int(sizes[row]), places, most, most_places)
            values[row], verdicts[row] = value, FILLED if is_good else BAD
            filled += is_good
            bad += not is_good
    counts[FILLED], counts[EMPTY], counts[BAD] = filled, len(starts) - filled - bad, bad


@kernel
def codes(data: Data, starts: Numbers, sizes: Numbers, values: Numbers) -> None:
    """Fill `values` with codes of at most seven bytes as numbers, -1 for longer ones and those that begin with NUL."""
    for row in range(len(starts)):
        start, size = int(starts[row]), int(sizes[row])
        number = 0
        for place in range(start, start + min(size, _MOST_CODE_BYTES)):
            number = number * 256 + int(data[place])
        values[row] = -1 if size > _MOST_CODE_BYTES or (size > 0 and int(data[start]) == 0) else number


@kernel
def eight_digits(data: Data, start: int) -> int:
    """Give eight digits as a number, 0 where they are something else."""
    number, strange = 0, False
    for place in range(start, start + _DATE_BYTES):
        digit = int(data[place]) - 48
        strange |= digit < 0 or digit > 9
        number = number * 10 + digit
    return 0 if strange else number


@kernel
def days_of_month(year: int, month: int) -> int:
    """Give the days of a month."""
    if month == 2:
        return 29 if (year % 4 == 0 and year % 100 != 0) or year % 400 == 0 else 28
    return 30 if month in (4, 6, 9, 11) else 31


@kernel
def day_number(year: int, month: int, day: int) -> int:
    """Give the days since 1970-01-01."""
    shifted = year if month > 2 else year - 1
    era = shifted // 400
    year_of_era = shifted - era * 400
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return era * 146_097 + year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year - _EPOCH


@kernel
def days(data: Data, starts: Numbers, sizes: Numbers, values: Numbers, verdicts: Numbers, counts: Numbers) -> None:
    """Fill `values` with the days since 1970-01-01 of dates CCYYMMDD; `counts` with how often each verdict was given."""
    filled = bad = 0
    for row in range(len(starts)):
        values[row], verdicts[row] = 0, EMPTY
        if sizes[row] == 0:
            continue
        value = eight_digits(data, int(starts[row])) if sizes[row] == _DATE_BYTES else 0
        year, month, day = value // 10_000, value // 100 % 100, value % 100
        is_date = year > 0 and 1 <= month <= 12 and 1 <= day and day <= days_of_month(year, month)
        verdicts[row] = FILLED if is_date else BAD
        filled += is_date
        bad += not is_date
        if is_date:
            values[row] = day_number(year, month, day)
    counts[FILLED], counts[EMPTY], counts[BAD] = filled, len(starts) - filled - bad, bad


@kernel
def texts(data: Data, starts: Numbers, sizes: Numbers, offsets: Numbers, text: Numbers) -> None:
    """Fill `text` with the spans, one behind the other; offsets[row] is where a row's text begins.

    Shape: `offsets` has one more than the rows.
    """
    place = 0
    for row in range(len(starts)):
        offsets[row] = place
        start = int(starts[row])
        for byte in range(start, start + int(sizes[row])):
            text[place] = data[byte]
            place += 1
    offsets[len(starts)] = place


@kernel
def kept_spans(scanned: Scanned, segments: Numbers, starts: Numbers, id_sizes: Numbers, sizes: Numbers) -> None:
    """Fill in where segments begin, and the bytes of their id and of all of them without the terminator."""
    for row in range(len(segments)):
        segment = segments[row]
        start, first, body = scanned.starts[segment], scanned.firsts[segment], scanned.bodies[segment]
        starts[row], sizes[row] = start, body - start
        id_sizes[row] = (scanned.places[first] if scanned.firsts[segment + 1] > first else body) - start


@kernel
def row_bytes(
    scanned: Scanned,
    first: Numbers,
    last: Numbers,
    transactions: Numbers,
    bases: Numbers,
    byte_start: Numbers,
    byte_end: Numbers,
) -> None:
    """Fill in where rows begin and end in their files: places in the buffer less the base of their transaction."""
    for row in range(len(first)):
        base = bases[transactions[row]]
        byte_start[row] = scanned.starts[first[row]] - base
        byte_end[row] = scanned.ends[last[row]] - base


@kernel
def parent_bytes(byte_start: Numbers, parents: Numbers, values: Numbers) -> None:
    """Fill in the first byte of each row's parent, 0 where it has none (a negative number)."""
    for row in range(len(parents)):
        parent = parents[row]
        values[row] = byte_start[parent] if parent >= 0 else 0


@kernel
def sums(parents: Numbers, numbers: Numbers, is_known: Numbers, totals: Numbers, unknown: Numbers) -> None:
    """Add each row's number to the total of its parent, and count those that are not known; -1 is no parent."""
    for row in range(len(parents)):
        parent = parents[row]
        if parent >= 0:
            totals[parent] += numbers[row]
            unknown[parent] += not is_known[row]


@kernel
def join(data: Data, spans: Numbers, sign: int, offsets: Numbers, text: Numbers) -> None:
    """Fill `text` with spans joined by a sign, row by row; offsets[row] is where a row's text begins.

    Shape: `spans` has four numbers each (column, row, start, size), rows ascend; `offsets` has one more than the rows.
    """
    place, row = 0, 0
    offsets[0] = 0
    for number in range(0, len(spans), 4):
        while row < spans[number + 1]:
            row += 1
            offsets[row] = place
        if place > offsets[row]:
            text[place] = sign
            place += 1
        start = int(spans[number + 2])
        for byte in range(start, start + int(spans[number + 3])):
            text[place] = data[byte]
            place += 1
    while row < len(offsets) - 1:
        row += 1
        offsets[row] = place


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
