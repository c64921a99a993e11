"""Spans of bytes become cents, quantities, days and text, exactly or not at all.

Kernels: see `compiling`. `verdicts` says of each row whether its span is FILLED, EMPTY or BAD; what is not filled is 0.
"""

from tasks.x12.bits import eight_bytes, fetch
from tasks.x12.compiling import kernel
from tasks.x12.shapes import BAD, EMPTY, FILLED, Data, Made, Numbers, Walked

CENTS, QUANTITY, DAY = range(3)
KIND, ROWS, SPANS_AT, VALUES_AT, VERDICTS_AT, COUNTS_AT, NUMBERS_TOLD = range(7)
"""What is told of a column of numbers: its kind, its rows, and where all that is read or written of it begins."""

TEXT_ROWS, TEXT_SPANS_AT, OFFSETS_AT, TEXT_AT, TEXTS_TOLD = range(5)
"""What is told of a column of text."""

MOST_AMOUNT_DIGITS, MOST_QUANTITY_DIGITS = 10, 12
"""Before the point. Nine million of the largest amounts add up to less than 63 bits hold."""

CENT_PLACES, QUANTITY_PLACES = 2, 3
_MINUS, _POINT = 45, 46
_MOST_AMOUNT_PLACES = 15
_MOST_DECIMAL_BYTES = 1_000
"""Longer text is no decimal that anybody means."""

_FEWEST_CENT_BYTES, _MOST_CENT_BYTES, _MOST_WHOLE_BYTES, WORD_BYTES = 4, 8, 7, 8
_LOW_SEVEN = 0x00FFFFFFFFFFFFFF
_ZEROS = 0x0030303030303030
_SIXES = 0x0006060606060606
_HIGH_HALVES = 0x00F0F0F0F0F0F0F0
"""Seven bytes: a byte less its zero is a digit where neither it nor it and six reaches into the high half."""

_MOST_CODE_BYTES = 7
_AHEAD = 32
"""Rows between the one that is converted and the one whose bytes are asked for: the caches that are quick hold less than a
piece, and every column goes through all of it."""

_ROWS_AT_ONCE = 1_000

_DATE_BYTES = 8
_EPOCH = 719_468
"""Days from 1 March of the year 0 to 1 January 1970, in the calendar that X12 dates follow."""


@kernel
def fetch_ahead(data: Data, starts: Numbers, row: int) -> None:
    """Let the processor bring near what a row a little further on will ask for."""
    if row + _AHEAD < len(starts):
        fetch(data, starts[row + _AHEAD])


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
def seven_digits(signs: int) -> int:
    """Give seven digits, the first the lowest byte, as a number; -1 where one of them is something else.

    Holds: digits are joined to pairs, those to fours, those to one; no step is longer than 63 bits.
    """
    digits = signs ^ _ZEROS
    if (digits | digits + _SIXES) & _HIGH_HALVES != 0:
        return -1
    digits <<= 8
    digits = (digits * 10 + (digits >> 8)) & 0x00FF00FF00FF00FF
    digits = (digits * 100 + (digits >> 16)) & 0x0000FFFF0000FFFF
    return (digits * 10_000 + (digits >> 32)) & 0xFFFFFFFF


@kernel
def plain_cents(data: Data, start: int, size: int) -> int:
    """Give the cents of one to five digits, a point and two digits, as nearly every amount is written; -1 for another text.

    Holds: what it gives is what `decimal` gives; it asks less, and nothing in it depends on how many digits there are.
    """
    end = start + size
    if size < _FEWEST_CENT_BYTES or size > _MOST_CENT_BYTES or end < WORD_BYTES or int(data[end - 3]) != _POINT:
        return -1
    signs = eight_bytes(data, end - WORD_BYTES)
    before = 8 * (_MOST_CENT_BYTES - size)
    dollars = (signs & 0xFFFFFFFFFF) >> before << before | _ZEROS & ((1 << before) - 1)
    return seven_digits(dollars | (signs >> 48 & 0xFFFF) << 40)


@kernel
def plain_thousandths(data: Data, start: int, size: int) -> int:
    """Give the thousandths of one to seven digits, as nearly every quantity is written; -1 for another text."""
    end = start + size
    if size < 1 or size > _MOST_WHOLE_BYTES or end < WORD_BYTES:
        return -1
    signs = eight_bytes(data, end - WORD_BYTES) >> 8 & _LOW_SEVEN
    before = 8 * (_MOST_WHOLE_BYTES - size)
    whole = seven_digits(signs >> before << before | _ZEROS & ((1 << before) - 1))
    return whole * 1_000 if whole >= 0 else -1


@kernel
def decimals(data: Data, walked: Walked, columns: Numbers, column: int, first: int, last: int, made: Made) -> None:
    """Fill in some rows of a column of decimals: cents, or thousandths."""
    kind, span = columns[column + KIND], int(columns[column + SPANS_AT])
    at, judged, counted = columns[column + VALUES_AT], columns[column + VERDICTS_AT], columns[column + COUNTS_AT]
    for row in range(first, last):
        start, size = int(walked.span_starts[span + row]), int(walked.span_sizes[span + row])
        fetch_ahead(data, walked.span_starts, span + row)
        value, verdict = 0, EMPTY
        if size > 0:
            value = plain_cents(data, start, size) if kind == CENTS else plain_thousandths(data, start, size)
            is_good = value >= 0
            if not is_good and kind == CENTS:
                value, is_good = decimal(data, start, size, CENT_PLACES, MOST_AMOUNT_DIGITS, _MOST_AMOUNT_PLACES)
            elif not is_good:
                value, is_good = decimal(data, start, size, QUANTITY_PLACES, MOST_QUANTITY_DIGITS, _MOST_DECIMAL_BYTES)
            verdict = FILLED if is_good else BAD
        made.decimals[at + row], made.verdicts[judged + row] = value, verdict
        made.counts[counted + verdict] += 1


@kernel
def are_codes(data: Data, starts: Numbers, sizes: Numbers, known: Numbers, is_known: Numbers) -> None:
    """Fill in which spans are one of the known codes: each of at most seven bytes, behind a byte 1 in a number."""
    for row in range(len(starts)):
        number, start, size = 1, int(starts[row]), int(sizes[row])
        for place in range(start, start + min(size, _MOST_CODE_BYTES)):
            number = number * 256 + int(data[place])
        is_one = False
        for code in range(len(known)):
            is_one |= number == known[code]
        is_known[row] = is_one and size <= _MOST_CODE_BYTES


@kernel
def eight_digits(data: Data, start: int) -> int:
    """Give eight digits as a number, 0 where they are something else."""
    head, tail = seven_digits(eight_bytes(data, start) & _LOW_SEVEN), int(data[start + 7]) - 48
    return 0 if head < 0 or tail < 0 or tail > 9 else head * 10 + tail


@kernel
def days_of_month(year: int, month: int) -> int:
    """Give the days of a month."""
    is_leap = (year % 4 == 0 and year % 100 != 0) or year % 400 == 0
    return 28 + is_leap if month == 2 else 30 + ((month + month // 8) & 1)


@kernel
def day_number(year: int, month: int, day: int) -> int:
    """Give the days since 1970-01-01."""
    years, months = (year, month - 3) if month > 2 else (year - 1, month + 9)
    leap_days = years // 4 - years // 100 + years // 400
    return years * 365 + leap_days + (153 * months + 2) // 5 + day - 1 - _EPOCH


@kernel
def days(data: Data, walked: Walked, columns: Numbers, column: int, first: int, last: int, made: Made) -> None:
    """Fill in some rows of a column of dates CCYYMMDD: the days since 1970-01-01."""
    span, at = int(columns[column + SPANS_AT]), columns[column + VALUES_AT]
    judged, counted = columns[column + VERDICTS_AT], columns[column + COUNTS_AT]
    for row in range(first, last):
        start, size = int(walked.span_starts[span + row]), int(walked.span_sizes[span + row])
        fetch_ahead(data, walked.span_starts, span + row)
        number, verdict = 0, EMPTY
        if size > 0:
            value = eight_digits(data, start) if size == _DATE_BYTES else 0
            year, month, day = value // 10_000, value // 100 % 100, value % 100
            is_date = year > 0 and 1 <= month <= 12 and 1 <= day and day <= days_of_month(year, month)
            verdict = FILLED if is_date else BAD
            if is_date:
                number = day_number(year, month, day)
        made.days[at + row], made.verdicts[judged + row] = number, verdict
        made.counts[counted + verdict] += 1


@kernel
def numbers(data: Data, walked: Walked, columns: Numbers, made: Made) -> None:
    """Fill in columns of numbers, each told by NUMBERS_TOLD numbers; `made.counts` with how often each verdict was given.

    Holds: some rows of all columns that stand together and are as long follow one another, for their bytes are near.
    """
    column = 0
    while column < len(columns):
        rows, behind = int(columns[column + ROWS]), column
        while behind < len(columns) and columns[behind + ROWS] == rows:
            behind += NUMBERS_TOLD
        for first in range(0, rows, _ROWS_AT_ONCE):
            for one in range(column, behind, NUMBERS_TOLD):
                if columns[one + KIND] == DAY:
                    days(data, walked, columns, one, first, min(first + _ROWS_AT_ONCE, rows), made)
                else:
                    decimals(data, walked, columns, one, first, min(first + _ROWS_AT_ONCE, rows), made)
        column = behind


@kernel
def copy_span(data: Data, start: int, size: int, wide: int, text: Numbers, place: int) -> None:
    """Copy a span to text[place]: what begins up to `wide` by eight bytes, whose number need then seldom be foreseen.

    Holds: up to seven bytes behind it are written, too.
    """
    end = start + size
    while start < end and start <= wide:
        eight = eight_bytes(data, start)
        for byte in range(WORD_BYTES):
            text[place + byte] = eight >> 8 * byte & 0xFF
        start, place = start + WORD_BYTES, place + WORD_BYTES
    while start < end:
        text[place] = data[start]
        start, place = start + 1, place + 1


@kernel
def texts(
    data: Data, starts: Numbers, sizes: Numbers, columns: Numbers, wide: int, offsets: Numbers, text: Numbers
) -> None:
    """Fill `text` with the spans of columns, each column's one behind the other, and `offsets` with where each begins in it.

    Shape: `columns` has TEXTS_TOLD numbers each; there are one more offsets than rows, and room for eight bytes more than
    all text. Holds: rows follow one another as in `numbers`.
    """
    column = 0
    while column < len(columns):
        rows, behind = int(columns[column + TEXT_ROWS]), column
        while behind < len(columns) and columns[behind + TEXT_ROWS] == rows:
            offsets[columns[behind + OFFSETS_AT]] = 0
            behind += TEXTS_TOLD
        for first in range(0, rows, _ROWS_AT_ONCE):
            for one in range(column, behind, TEXTS_TOLD):
                span, told = int(columns[one + TEXT_SPANS_AT]), int(columns[one + OFFSETS_AT])
                base, place = int(columns[one + TEXT_AT]), int(offsets[told + first])
                for row in range(first, min(first + _ROWS_AT_ONCE, rows)):
                    fetch_ahead(data, starts, span + row)
                    copy_span(data, int(starts[span + row]), int(sizes[span + row]), wide, text, base + place)
                    place += int(sizes[span + row])
                    offsets[told + row + 1] = place
        column = behind


@kernel
def join(data: Data, spans: Numbers, column: int, sign: int, offsets: Numbers, text: Numbers) -> None:
    """Fill `text` with the spans of a column joined by a sign, row by row; offsets[row] is where a row's text begins.

    Shape: `spans` has four numbers each (column, row, start, size), rows ascend; `offsets` has one more than the rows.
    """
    place, row = 0, 0
    offsets[0] = 0
    for number in range(0, len(spans), 4):
        if spans[number] != column:
            continue
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
