"""A walk through the segments of transactions by a plan: rows open and close, spans of elements find their columns.

Kernels: see `compiling`; `Plan` and `Walked` are told in `shapes`. Nothing is converted here and nothing is left out:
a segment whose elements the plan does not all name is a row of the table of kept segments.
"""

from tasks.x12.compiling import kernel
from tasks.x12.shapes import Data, Numbers, Plan, Scanned, Walked

UNKNOWN, PLAIN, PLACED, HARMLESS, SILENT = range(5)
"""Natures of a segment: no id of this guide; known; one that must have a place; no money, of another guide; a frame."""

BAD_SEGMENT, ORPHAN_SEGMENT, UNREAD, TOO_MANY, NONE_FILLED, NO_REASON, OTHER_SIGN = range(7)
"""Notes of a walk."""

KEPT = 0
"""The table of kept segments; a row's place is then the loop it stood in."""

COLUMN, ELEMENT, COMPONENT, MODE, HOST, RULE = range(6)
"""A rule, and how many numbers it is."""

FIRST, JOINED, CODED = 0, 1, 2
"""Modes of a rule, added up: the first one filled counts, else all are joined; a composite may show its own sign."""

BASE, LAST, SPANS, BYTES, TOLD = range(5)
"""What `columns` tells of a column: where its spans begin, its last filled row, how many are filled, their bytes."""

PUT, NO_ROOM, ABSENT = range(3)
"""What came of a rule; where an element, or its component, is absent, so is what the next rules want of it."""

RELATIVE = 1_000
"""Added to an element that counts from the start of its triple or pair."""

TABLE, START, STEP, MOST, STRICT, RULES_FROM, RULES_TO, REPEAT = range(8)
"""A repeat, and how many numbers it is; a strict one is noted where its shape is wrong."""

_MOST_CODE_BYTES = 7
_MOST_MAPPED = 62
"""Elements that have a bit in `mapped`."""


@kernel
def element_count(scanned: Scanned, segment: int) -> int:
    """Give the number of the last element, empty or not."""
    return int(scanned.firsts[segment + 1] - scanned.firsts[segment]) - 1


@kernel
def element_start(scanned: Scanned, first: int, element: int) -> int:
    """Give the first byte of an element (01 is 1) of the segment whose signs begin at `first`; only where it has it."""
    return int(scanned.places[first + element - 1]) + 1


@kernel
def element_end(scanned: Scanned, first: int, element: int) -> int:
    """Give the offset after an element; only where the segment has it."""
    return int(scanned.places[first + element])


@kernel
def filled_elements(scanned: Scanned, first: int, count: int) -> int:
    """Give the number of the last element that is not empty."""
    while count > 0 and element_end(scanned, first, count) == element_start(scanned, first, count):
        count -= 1
    return count


@kernel
def code_number(data: Data, start: int, size: int) -> int:
    """Give a code of at most seven bytes as a number, -1 for a longer one and one that begins with NUL."""
    if size > _MOST_CODE_BYTES or int(data[start]) == 0:
        return -1
    number = 0
    for place in range(start, start + size):
        number = number * 256 + int(data[place])
    return number


@kernel
def code_of_element(data: Data, scanned: Scanned, segment: int, element: int) -> int:
    """Give the code in an element as a number, -1 where it is empty or no code."""
    if element > element_count(scanned, segment):
        return -1
    first = int(scanned.firsts[segment])
    start, end = element_start(scanned, first, element), element_end(scanned, first, element)
    return code_number(data, start, end - start) if end > start else -1


@kernel
def kind_of_segment(data: Data, scanned: Scanned, plan: Plan, segment: int) -> int:
    """Give the kind: the segment's id and, where the plan tells them apart, the code in one of its elements."""
    local = plan.locals[scanned.tags[segment]]
    element, code = 0, 0
    for branch in range(plan.branch_from[local], plan.branch_from[local + 1]):
        if plan.branch_element[branch] != element:
            element = int(plan.branch_element[branch])
            code = code_of_element(data, scanned, segment, element)
        if code == plan.branch_code[branch]:
            return int(plan.branch_kind[branch])
    return int(plan.plain_kind[local])


@kernel
def note(walked: Walked, code: int, segment: int, element: int) -> None:
    """Add a note; one that finds no room is counted all the same."""
    number = walked.counts[-1]
    place = 3 * number
    if place < len(walked.notes):
        walked.notes[place], walked.notes[place + 1], walked.notes[place + 2] = code, segment, element
    walked.counts[-1] = number + 1


@kernel
def open_row(walked: Walked, table: int, segment: int, place: int, open_rows: Numbers) -> int:
    """Open a row at a segment and give its number; its parents are the rows that are open."""
    number = int(walked.counts[table])
    walked.counts[table] = number + 1
    row = walked.row_base[table] + number
    walked.row_first[row] = segment
    walked.row_last[row] = segment
    walked.row_place[row] = place
    levels = len(open_rows)
    for level in range(levels):
        walked.row_parents[row * levels + level] = open_rows[level]
    return number


@kernel
def close_loops(walked: Walked, plan: Plan, loop: int, until: int, last: int, open_rows: Numbers) -> None:
    """Close the rows of a loop and of those above it, up to but not including `until`."""
    while loop != until and loop != -1:
        table = int(plan.loop_tables[loop])
        if table >= 0 and open_rows[table] >= 0:
            walked.row_last[walked.row_base[table] + open_rows[table]] = last
            open_rows[table] = -1
        loop = int(plan.parents[loop])


@kernel
def component_sign(data: Data, start: int, end: int, sign: int) -> int:
    """Give the sign that parts the composite data[start:end]: the interchange's own, else that behind a two-letter code."""
    for place in range(start, end):
        if int(data[place]) == sign:
            return sign
    if end - start > 2:
        byte = int(data[start + 2])
        is_word = 48 <= byte <= 57 or 65 <= byte <= 90 or 97 <= byte <= 122
        if not is_word and byte != 32 and byte != 45 and byte != 46 and byte < 127:
            return byte
    return sign


@kernel
def component_span(data: Data, start: int, end: int, sign: int, component: int) -> tuple[int, int]:
    """Give the span of a component (1 is the first); a negative one means it and all behind it; empty where absent."""
    wanted = component if component > 0 else -component
    place = start
    for _ in range(wanted - 1):
        while place < end and int(data[place]) != sign:
            place += 1
        if place == end:
            return end, end
        place += 1
    if component < 0:
        return place, end
    stop = place
    while stop < end and int(data[stop]) != sign:
        stop += 1
    return place, stop


@kernel
def put_span(walked: Walked, column: int, row: int, mode: int, start: int, size: int) -> bool:
    """Put a span in its column; give whether it found room: a first one, or a joined one.

    Holds: the rows of a table open in order, so a column is set up to its last row, and whether that is filled need not
    be asked of the spans, which are seldom near; those of rows passed over are made empty.
    """
    told = TOLD * column
    if mode & JOINED:
        place = 4 * walked.counts[-2]
        walked.joined[place], walked.joined[place + 1] = column, row
        walked.joined[place + 2], walked.joined[place + 3] = start, size
        walked.counts[-2] += 1
    else:
        base, last = walked.columns[told + BASE], walked.columns[told + LAST]
        if last == row:
            return False
        for passed in range(last + 1, row):
            walked.span_sizes[base + passed] = 0
        walked.span_starts[base + row], walked.span_sizes[base + row] = start, size
        walked.columns[told + LAST] = row
    walked.columns[told + SPANS] += 1
    walked.columns[told + BYTES] += size
    return True


@kernel
def apply_rule(
    data: Data,
    scanned: Scanned,
    plan: Plan,
    walked: Walked,
    rule: int,
    segment: int,
    element: int,
    row: int,
    sign: int,
) -> int:
    """Put an element of the segment, or a component of it, where the rule says; give whether it is PUT, NO_ROOM or ABSENT."""
    first = int(scanned.firsts[segment])
    start, end = element_start(scanned, first, element), element_end(scanned, first, element)
    if start == end:
        return ABSENT
    component, mode = int(plan.rules[rule + COMPONENT]), int(plan.rules[rule + MODE])
    if component != 0:
        own = component_sign(data, start, end, sign) if mode & CODED else sign
        if own != sign and abs(component) == 2:
            note(walked, OTHER_SIGN, segment, element)
        last = end
        start, end = component_span(data, start, end, own, component)
        if start == last:
            return ABSENT
        if end == start:
            return PUT
    is_put = put_span(walked, int(plan.rules[rule + COLUMN]), row, mode, start, end - start)
    return PUT if is_put else NO_ROOM


@kernel
def is_whole(scanned: Scanned, segment: int, mapped: int) -> bool:
    """Tell whether every filled element of the segment is one that the plan maps (bit n is element n)."""
    first, count = int(scanned.firsts[segment]), element_count(scanned, segment)
    if count < _MOST_MAPPED and (mapped >> 1) & ((1 << count) - 1) == (1 << count) - 1:
        return True
    for element in range(1, count + 1):
        is_mapped = element < _MOST_MAPPED and (mapped >> element) & 1
        if not is_mapped and element_end(scanned, first, element) > element_start(scanned, first, element):
            return False
    return True


@kernel
def apply_rules(
    data: Data, scanned: Scanned, plan: Plan, walked: Walked, cell: int, segment: int, sign: int, open_rows: Numbers
) -> bool:
    """Put the elements of a segment into the rows that are open; give whether nothing of it is left."""
    is_taken = plan.rules_from[cell + 1] > plan.rules_from[cell]
    count = element_count(scanned, segment)
    absent = 0
    for number in range(plan.rules_from[cell], plan.rules_from[cell + 1]):
        rule = number * RULE
        element = int(plan.rules[rule + ELEMENT])
        if element > count:
            break
        row = int(open_rows[plan.rules[rule + HOST]])
        if row < 0:
            is_taken = False
        elif element != absent:
            outcome = apply_rule(data, scanned, plan, walked, rule, segment, element, row, sign)
            if outcome == NO_ROOM:
                is_taken = False
            elif outcome == ABSENT:
                absent = element
    return is_taken and is_whole(scanned, segment, int(plan.mapped[cell]))


@kernel
def add_repeats(
    data: Data, scanned: Scanned, plan: Plan, walked: Walked, repeat: int, segment: int, sign: int, open_rows: Numbers
) -> bool:
    """Add a row for each group of the segment that is filled, and notes where its shape is wrong; tell whether any is."""
    shape = repeat * REPEAT
    first = int(scanned.firsts[segment])
    filled = filled_elements(scanned, first, element_count(scanned, segment))
    start, step = int(plan.repeat_shape[shape + START]), int(plan.repeat_shape[shape + STEP])
    most, is_strict = int(plan.repeat_shape[shape + MOST]), int(plan.repeat_shape[shape + STRICT]) > 0
    is_any = False
    for number in range(most):
        base = start + number * step
        if base > filled:
            break
        last = min(base + step - 1, filled)
        if element_end(scanned, first, last) - element_start(scanned, first, base) == last - base:
            continue  # nothing but the separators between them
        is_any = True
        if is_strict and element_end(scanned, first, base) == element_start(scanned, first, base):
            note(walked, NO_REASON, segment, base)
        row = open_row(walked, int(plan.repeat_shape[shape + TABLE]), segment, number + 1, open_rows)
        for place in range(plan.repeat_shape[shape + RULES_FROM], plan.repeat_shape[shape + RULES_TO]):
            rule = place * RULE
            element = int(plan.rules[rule + ELEMENT])
            element += base - RELATIVE if element >= RELATIVE else 0
            if element <= filled:
                apply_rule(data, scanned, plan, walked, rule, segment, element, row, sign)
    if is_strict and filled >= start + step * most:
        note(walked, TOO_MANY, segment, start + step * most)
    if is_strict and not is_any:
        note(walked, NONE_FILLED, segment, start)
    return is_any


@kernel
def note_nature(walked: Walked, nature: int, segment: int) -> None:
    """Note a segment that the plan does not know, one without the place that it must have, or a segment of another guide."""
    if nature == UNKNOWN:
        note(walked, BAD_SEGMENT, segment, 0)
    elif nature == PLACED:
        note(walked, ORPHAN_SEGMENT, segment, 0)
    elif nature == HARMLESS:
        note(walked, UNREAD, segment, 0)


@kernel
def take_segment(
    data: Data, scanned: Scanned, plan: Plan, walked: Walked, segment: int, loop: int, sign: int, open_rows: Numbers
) -> int:
    """Take one segment: it opens a loop, fills rows, or is kept; give the loop that is open then."""
    kind = kind_of_segment(data, scanned, plan, segment)
    nature = int(plan.natures[kind])
    cell = loop * len(plan.natures) + kind
    target = int(plan.moves[cell])
    if target >= 0:
        close_loops(walked, plan, loop, int(plan.stops[cell]), segment - 1, open_rows)
        loop = target
        table = int(plan.loop_tables[loop])
        if table >= 0:
            open_rows[table] = open_row(walked, table, segment, 0, open_rows)
    cell = loop * len(plan.natures) + kind
    repeat = int(plan.repeats[cell])
    if repeat >= 0:
        is_taken = add_repeats(data, scanned, plan, walked, repeat, segment, sign, open_rows)
        is_taken = is_taken and is_whole(scanned, segment, int(plan.mapped[cell]))
    else:
        is_taken = apply_rules(data, scanned, plan, walked, cell, segment, sign, open_rows)
    if not is_taken and nature != SILENT:
        open_row(walked, KEPT, segment, loop, open_rows)
    if target < 0 and repeat < 0 and plan.rules_from[cell + 1] == plan.rules_from[cell]:
        note_nature(walked, nature, segment)
    return loop


@kernel
def walk(
    data: Data,
    scanned: Scanned,
    plan: Plan,
    transactions: Numbers,
    walked: Walked,
    open_rows: Numbers,
) -> None:
    """Walk through transactions, each told by three numbers: its first segment, its last, its component separator.

    Holds: SE belongs to the row of the transaction alone.
    """
    for number in range(len(transactions) // 3):
        place = 3 * number
        first, last, sign = int(transactions[place]), int(transactions[place + 1]), int(transactions[place + 2])
        for table in range(len(open_rows)):
            open_rows[table] = -1
        loop = 0
        table = int(plan.loop_tables[0])
        open_rows[table] = open_row(walked, table, first, number, open_rows)
        for segment in range(first, last + 1):
            loop = take_segment(data, scanned, plan, walked, segment, loop, sign, open_rows)
        is_closed = plan.natures[kind_of_segment(data, scanned, plan, last)] == SILENT
        close_loops(walked, plan, loop, 0, last - 1 if is_closed and last > first else last, open_rows)
        close_loops(walked, plan, 0, -1, last, open_rows)


@kernel
def tell_segments(scanned: Scanned, plan: Plan, count: int, counts: Numbers, elements: Numbers) -> None:
    """Count the segments of every id that the plan knows, and their elements; 0 is for all others."""
    for segment in range(count):
        local = plan.locals[scanned.tags[segment]]
        counts[local] += 1
        elements[local] += element_count(scanned, segment)


@kernel
def close_columns(walked: Walked, tables: Numbers) -> None:
    """Make the spans behind the last filled row of each column empty; `tables` are those of the columns."""
    for column in range(len(tables)):
        told = TOLD * column
        if walked.columns[told + LAST] >= 0:
            base = walked.columns[told + BASE]
            for passed in range(walked.columns[told + LAST] + 1, walked.counts[tables[column]]):
                walked.span_sizes[base + passed] = 0
