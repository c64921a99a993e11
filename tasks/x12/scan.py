"""One pass over the bytes: where every segment and every element begins and ends, and what segment it is.

Kernels: see `compiling`. What a scan counts and leaves is told in `shapes`.
"""

from tasks.x12.bits import BLOCK, lowest, ones, signs_in
from tasks.x12.compiling import kernel
from tasks.x12.shapes import (
    COUNTS,
    EMPTY_SEGMENT,
    ENVELOPE,
    FIRST_SEGMENT,
    INDENT,
    IS_OPEN,
    LAST_SEGMENT,
    LEFT_TERMINATOR,
    LETTERS,
    LOWER_CASE_ID,
    MARKS,
    NEWLINE_INSIDE,
    NO_ID,
    NO_TAG,
    OTHERS,
    PLACE,
    SEEN,
    SEGMENTS,
    TRAILING_SEPARATOR,
    Data,
    Numbers,
    Scanned,
)

DATA, ELEMENT, TERMINATOR, NEWLINE, BLANK, LEFT = 0, 1, 2, 4, 8, 16
"""What a byte is to a scan; LEFT is a `~` where a line feed is the terminator."""

MEANINGS, LOWER = 256, 64
"""Where `signs` tells of each byte 1 to 26 for a letter, 27 to 36 for a digit, else 0; LOWER is added in lower case."""

SEPARATORS = 2 * MEANINGS
"""Where `signs` has the element separator, then the terminator."""

_TAB, _LF, _CR, _BLANK, _END_OF_FILE = 9, 10, 13, 32, 26
_ISA = (9 * LETTERS + 19) * LETTERS + 1


@kernel
def tag_number(data: Data, signs: Data, start: int, end: int, counts: Numbers) -> int:
    """Give the number of the id in data[start:end]: a letter, then one or two letters or digits; NO_TAG for another.

    Holds: an id in lower case, or none, is counted.
    """
    size = end - start
    if size != 2 and size != 3:
        counts[NO_ID] += 1
        return NO_TAG
    first, second = int(signs[data[start] + MEANINGS]), int(signs[data[start + 1] + MEANINGS])
    third = int(signs[data[start + 2] + MEANINGS]) if size == 3 else 0
    lower = (first | second | third) & LOWER
    first, second, third = first & ~LOWER, second & ~LOWER, third & ~LOWER
    if first == 0 or first > 26 or second == 0 or (third == 0 and size == 3):
        counts[NO_ID] += 1
        return NO_TAG
    if lower != 0:
        counts[LOWER_CASE_ID] += 1
    return (first * LETTERS + second) * LETTERS + third


@kernel
def skip_blanks(data: Data, signs: Data, place: int, end: int, newlines: int, counts: Numbers) -> tuple[int, int]:
    """Give the first byte that is no blank, indent and blank lines counted, and how many line ends are left behind it."""
    start, before = place, newlines
    while place < end:
        byte = int(data[place])
        if byte > _BLANK or int(signs[byte]) & (NEWLINE | BLANK) == 0:
            break
        newlines -= byte == _LF or byte == _CR
        place += 1
    if start < place < end:
        if int(signs[data[place - 1]]) == BLANK:
            counts[INDENT] += 1
        if before - newlines > 1:
            counts[EMPTY_SEGMENT] += blank_lines(data, start, place)
    return place, newlines


@kernel
def blank_lines(data: Data, start: int, end: int) -> int:
    """Give how many lines of data[start:end] are blank: a line end, of one sign or of two, is that of the segment before."""
    lines, returns = 0, 0
    for place in range(start, end):
        lines += int(data[place]) == _LF
        returns += int(data[place]) == _CR
    return max(lines, returns, 1) - 1


@kernel
def unpadded(data: Data, start: int, end: int) -> int:
    """Give the end of data[start:end] without blanks, line ends, NULs and end-of-file characters behind it."""
    while end > start:
        byte = int(data[end - 1])
        if byte not in (0, _TAB, _LF, _CR, _BLANK, _END_OF_FILE):
            break
        end -= 1
    return end


@kernel
def add_segment(data: Data, signs: Data, scanned: Scanned, start: int, body: int, end: int, count: int) -> int:
    """Add the segment data[start:body] with the separators noted up to `count`; give its tag."""
    number = scanned.state[SEGMENTS]
    first = scanned.firsts[number]
    scanned.places[count] = body
    tag = tag_number(data, signs, start, int(scanned.places[first]), scanned.counts)
    if count > first and int(scanned.places[count - 1]) == body - 1 and tag != _ISA:
        scanned.counts[TRAILING_SEPARATOR] += 1
    scanned.starts[number], scanned.ends[number] = start, end
    scanned.tags[number] = tag
    scanned.firsts[number + 1] = count + 1
    scanned.state[SEGMENTS] = number + 1
    return tag


@kernel
def cut_end(data: Data, signs: Data, start: int, body: int, newlines: int, counts: Numbers) -> tuple[int, int]:
    """Give the end of what stands before a line feed that is the terminator, without a carriage return or a `~` there."""
    if int(data[body - 1]) == _CR:
        body, newlines = body - 1, newlines - 1
    if body - start > 1 and int(signs[data[body - 1]]) == LEFT:
        body -= 1
        counts[LEFT_TERMINATOR] += 1
    return body, newlines


@kernel
def close_segment(
    data: Data, signs: Data, scanned: Scanned, start: int, body: int, count: int, newlines: int, landmarks: Numbers
) -> bool:
    """Add what stands before the terminator at `body`, unless it is empty; give whether it ends the interchange."""
    end = body + 1
    start, newlines = skip_blanks(data, signs, start, body, newlines, scanned.counts)
    if start == body:
        scanned.counts[EMPTY_SEGMENT] += 1
        return False
    if int(data[body]) == _LF:
        body, newlines = cut_end(data, signs, start, body, newlines, scanned.counts)
    if newlines > 0:
        scanned.counts[NEWLINE_INSIDE] += 1
    return add_mark(scanned, landmarks[add_segment(data, signs, scanned, start, body, end, count)])


@kernel
def add_mark(scanned: Scanned, landmark: int) -> bool:
    """Note a landmark at the segment added last; give whether it ends the interchange."""
    if landmark == 0:
        return False
    state = scanned.state
    if landmark >= OTHERS:
        state[SEEN] |= landmark
    if landmark & ENVELOPE:
        scanned.marks[state[MARKS]], scanned.seen[state[MARKS]] = state[SEGMENTS] - 1, state[SEEN]
        state[MARKS] += 1
    if landmark & FIRST_SEGMENT:
        state[SEEN] = 0
    return (landmark & LAST_SEGMENT) != 0


@kernel
def close_open_segment(
    data: Data, signs: Data, scanned: Scanned, start: int, end: int, count: int, newlines: int, landmarks: Numbers
) -> None:
    """Add what stands behind the last terminator, without padding; state[IS_OPEN] says that there is something."""
    start, newlines = skip_blanks(data, signs, start, end, newlines, scanned.counts)
    body = unpadded(data, start, end)
    if body == start:
        return
    while count > scanned.firsts[scanned.state[SEGMENTS]] and int(scanned.places[count - 1]) >= body:
        count -= 1
    if has_newline(data, start, body):
        scanned.counts[NEWLINE_INSIDE] += 1
    add_mark(scanned, landmarks[add_segment(data, signs, scanned, start, body, body, count)])
    scanned.state[IS_OPEN] = 1


@kernel
def has_newline(data: Data, start: int, end: int) -> bool:
    """Tell whether a line end stands in data[start:end]."""
    for place in range(start, end):
        if int(data[place]) == _LF or int(data[place]) == _CR:
            return True
    return False


@kernel
def note_places(places: Numbers, count: int, place: int, left: int) -> None:
    """Note where the signs of a block stand, from places[count] on: four at once, for how many there are is not foreseen.

    Holds: up to three more are written, none behind the block.
    """
    while left != 0:
        for number in range(4):
            places[count + number] = place + lowest(left)
            left &= left - 1
        count += 4


@kernel
def scan_block(
    data: Data, signs: Data, landmarks: Numbers, scanned: Scanned, place: int, start: int, count: int, newlines: int
) -> tuple[int, int, int, int, bool]:
    """Index the block at `place`; give what `scan` goes on with: place, start, count, newlines, is_last.

    Holds: the signs of a block are noted as if each terminator closed a segment; behind one that does not, it ends.
    """
    ends = signs_in(data, place, int(signs[SEPARATORS + 1]))
    found = signs_in(data, place, int(signs[SEPARATORS])) | ends
    lines = (signs_in(data, place, _LF) | signs_in(data, place, _CR)) & ~found
    note_places(scanned.places, count, place, found)
    while ends != 0:
        before, body = (ends & -ends) - 1, place + lowest(ends)
        last = count + ones(found & before)
        newlines += ones(lines & before)
        is_last = close_segment(data, signs, scanned, start, body, last, newlines, landmarks)
        start, newlines = body + 1, 0
        next_count = int(scanned.firsts[scanned.state[SEGMENTS]])
        if is_last or next_count != last + 1:
            return start, start, next_count, 0, is_last
        lines &= ~before
        ends &= ends - 1
    return place + BLOCK, start, count + ones(found), newlines + ones(lines), False


@kernel
def scan(data: Data, end: int, signs: Data, landmarks: Numbers, scanned: Scanned, last_block: int) -> None:
    """Index the segments from state[PLACE] to the end of the interchange, or of the data where it has none.

    Shape: `signs` tells for each byte whether it is DATA, an ELEMENT separator, the TERMINATOR, a NEWLINE, a BLANK or LEFT,
    then what `MEANINGS` and `SEPARATORS` say. Up to `last_block` blocks are looked at, behind it each byte.
    """
    state = scanned.state
    places = scanned.places
    place = start = int(state[PLACE])
    count, newlines, is_last = int(scanned.firsts[state[SEGMENTS]]), 0, False
    state[IS_OPEN] = 0
    for number in range(COUNTS):
        scanned.counts[number] = 0
    while place <= last_block and not is_last:
        place, start, count, newlines, is_last = scan_block(
            data, signs, landmarks, scanned, place, start, count, newlines
        )
    while place < end and not is_last:
        sign = int(signs[data[place]])
        places[count] = place
        count += sign & ELEMENT
        place += 1
        if sign == TERMINATOR:
            is_last = close_segment(data, signs, scanned, start, place - 1, count, newlines, landmarks)
            start, newlines = place, 0
            count = int(scanned.firsts[state[SEGMENTS]])
        elif sign == NEWLINE:
            newlines += 1
    state[PLACE] = place
    if not is_last:
        close_open_segment(data, signs, scanned, start, end, count, newlines, landmarks)
