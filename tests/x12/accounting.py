"""Accounts for every byte of a transaction: in which rows, columns and kept segments it stands.

It knows spans and separators only, nothing of loops or of what a column means.
"""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field

import numpy as np

from tasks.x12.filling import DAYS
from tasks.x12.layout import KEPT


@dataclass
class Account:
    """What is wrong with the tables of one index, and what was counted."""

    wrong: list = field(default_factory=list)
    counted: Counter = field(default_factory=Counter)


def account(tables):
    """Give every segment that is lost, or stands where it should not."""
    found = Account()
    spans = _spans(tables, found)
    kept = Counter(tables.rows[KEPT].segments.tolist())
    for transaction in tables.transactions:
        for segment in transaction.numbers:
            _check(tables, transaction, segment, kept, spans[segment], found)
    return found


def _spans(tables, found):
    """Give the spans that columns hold, by segment, each inside the segments of its row."""
    spans = defaultdict(set)
    for name, rows in tables.rows.items():
        if name == KEPT:
            continue
        for row, start, size in _cells(tables, name, rows):
            segment = int(np.searchsorted(tables.starts, start, side="right")) - 1
            if not rows.segments[row] <= segment <= rows.last_segments[row]:
                found.wrong.append((name, row, "holds what is not its own"))
            spans[segment].add((start, start + size))
    return spans


def _cells(tables, name, rows):
    for values in rows.values.values():
        is_no_day = values.is_bad if values.column.type in DAYS else False
        for row in np.flatnonzero((values.sizes > 0) & ~np.asarray(is_no_day)).tolist():
            yield row, int(values.starts[row]), int(values.sizes[row])
    joined = tables.walked.joined[: 4 * int(tables.walked.counts[-2])].reshape(-1, 4)
    raws = [column.raws[0] for column in rows.table.columns if column.joined_by is not None]
    for _, row, start, size in joined[np.isin(joined[:, 0], raws)].tolist():
        yield row, start, size


def _check(tables, transaction, segment, kept, spans, found):
    elements = tables.index.elements(segment)
    if elements[0].upper() in ("ST", "SE"):
        found.counted["frame"] += 1
    elif kept[segment]:
        found.counted["kept"] += 1
        if kept[segment] > 1:
            found.wrong.append((elements, "is kept twice"))
    else:
        found.counted["in tables"] += 1
        lost = list(_lost(tables, transaction, segment, spans))
        if lost:
            found.wrong.append((elements, "lost", lost))


def _lost(tables, transaction, segment, spans):
    """Give what no column holds: not a separator, and not a code by which the layout knows the segment."""
    scanned, content = tables.index.scanned, tables.index.content
    start, end = int(scanned.starts[segment]), int(scanned.places[scanned.firsts[segment + 1] - 1])
    held = bytearray(end - start)
    for first, after in spans:
        held[first - start : after - start] = b"\1" * (after - first)
    body = content[start:end]
    tag, *elements = re.split(re.escape(transaction.delimiters.element).encode("latin-1"), body)
    place = len(tag) + 1
    for number, element in enumerate(elements, 1):
        rest = bytes(
            byte for byte, is_held in zip(element, held[place : place + len(element)], strict=True) if not is_held
        )
        if _words(rest) and not _is_told(tables, tag.decode().upper(), number, element):
            yield number, element
        place += len(element) + 1


def _words(rest):
    """Give what is left without signs: components are parted by any."""
    return re.sub(rb"[^A-Za-z0-9\x80-\xff]", b"", rest)


def _is_told(tables, tag, number, element):
    return (tag, element.decode(), number) in tables.layout.told
