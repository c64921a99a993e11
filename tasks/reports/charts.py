"""The page's charts: stacked bars, columns over nights, ranges of days; rows in, SVG out."""

from collections.abc import Mapping, Sequence
from math import ceil, floor, log10
from typing import Any

from markupsafe import Markup

from tasks.reports.drawing import Series, legend, line, picture, rect, shortened, text
from tasks.reports.figures import show_value, whole_dollars, with_dollar_sign

Row = Mapping[str, Any]

WIDTH = 600.0
WIDE = 1200.0
LABEL = 160.0
VALUE = 86.0
SAID = 150.0
PITCH = 28.0
BAR = 16.0


def stacked_bars(
    key: str, title: str, rows: Sequence[Row], label: str, series: Sequence[Series], width: float = WIDTH
) -> Markup:
    """Draw one bar of cents per row, its series one after another, its total at the end, and the legend above.

    Holds: bars of one chart share a scale; parts below zero are not drawn (they stand in the table).
    """
    if not rows:
        return Markup("")
    totals = [sum(_cents(row, s) for s in series) for row in rows]
    scale = (width - LABEL - VALUE) / max([*totals, 1])
    pieces: list[Markup] = []
    for index, (row, total) in enumerate(zip(rows, totals, strict=True)):
        pieces += _bar(str(row[label]).replace("_", " "), row, series, total, scale, index * PITCH)
    says = "; ".join(
        f"{str(r[label]).replace('_', ' ')}: {whole_dollars(t)}" for r, t in zip(rows, totals, strict=True)
    )
    return legend(series) + picture(key, title, says, width, len(rows) * PITCH, pieces)


def _bar(label: str, row: Row, series: Sequence[Series], total: int, scale: float, top: float) -> list[Markup]:
    pieces = [text(LABEL - 10, top + BAR + 1, shortened(label, 22), "label", "end")]
    at = LABEL
    for s in series:
        cents = _cents(row, s)
        if cents:
            pieces.append(
                rect(at, top + 4, cents * scale, BAR, s.css, f"{label}, {s.label}: {with_dollar_sign(cents)}")
            )
        at += cents * scale
    return [*pieces, text(at + 8, top + BAR + 1, whole_dollars(total), "value")]


def _cents(row: Row, series: Series) -> int:
    return max(int(row[series.field] or 0), 0)


def rate_bars(key: str, title: str, rows: Sequence[Row], label: str, rate: str, made_of: tuple[str, str]) -> Markup:
    """Draw one bar per row for a rate of 0 to 1, with what it is made of; a rate without a denominator has no bar."""
    if not rows:
        return Markup("")
    scale = (WIDTH - LABEL - SAID) / max([float(row[rate] or 0) for row in rows] + [0.01])
    pieces: list[Markup] = []
    for index, row in enumerate(rows):
        top, width = index * PITCH, float(row[rate] or 0) * scale
        said = f"{show_value(row[rate], 'rate')} ({row[made_of[0]]} of {row[made_of[1]]})"
        pieces += [
            text(LABEL - 10, top + BAR + 1, shortened(str(row[label]), 22), "label", "end"),
            rect(LABEL, top + 4, width, BAR, "bad", f"{row[label]}: {said}"),
            text(LABEL + width + 8, top + BAR + 1, said, "value"),
        ]
    says = "; ".join(f"{row[label]}: {show_value(row[rate], 'rate')}" for row in rows)
    return picture(key, title, says, WIDTH, len(rows) * PITCH, pieces)


def columns(key: str, title: str, rows: Sequence[Row], label: str, series: Sequence[Series]) -> Markup:
    """Draw one column of cents per row, parts above zero upward, parts below zero downward, over dollar lines."""
    if not rows:
        return Markup("")
    height, bottom = 220.0, 26.0
    ups = [sum(max(int(r[s.field]), 0) for s in series) for r in rows]
    downs = [sum(min(int(r[s.field]), 0) for s in series) for r in rows]
    step = _step(max([*ups, 100]) - min([*downs, 0]))
    top_cents, low_cents = ceil(max([*ups, 100]) / step) * step, floor(min([*downs, 0]) / step) * step
    scale = (height - bottom - 10) / (top_cents - low_cents)
    pieces: list[Markup] = []
    for cents in range(low_cents, top_cents + 1, step):
        y = 10 + (top_cents - cents) * scale
        pieces += [
            line(70, y, WIDTH, y, "axis" if cents == 0 else "grid"),
            text(62, y + 4, whole_dollars(cents), "tick", "end"),
        ]
    pitch = (WIDTH - 80) / len(rows)
    for index, row in enumerate(rows):
        pieces += _column(row, series, 76 + index * pitch, pitch, 10 + top_cents * scale, scale, str(row[label]))
    every = ceil(len(rows) / 12)
    pieces += [
        text(76 + i * pitch + pitch / 2, height - 6, str(row[label])[5:], "tick", "middle")
        for i, row in enumerate(rows)
        if i % every == 0
    ]
    says = "; ".join(f"{row[label]}: {whole_dollars(u + d)}" for row, u, d in zip(rows, ups, downs, strict=True))
    return legend(series) + picture(key, title, says, WIDTH, height, pieces)


def _column(
    row: Row, series: Sequence[Series], x: float, pitch: float, zero: float, scale: float, label: str
) -> list[Markup]:
    pieces, up, down, width = [], zero, zero, min(pitch * 0.7, 40.0)
    for s in series:
        cents = int(row[s.field])
        size = abs(cents) * scale
        if cents > 0:
            up -= size
        if cents:
            at = up if cents > 0 else down
            pieces.append(
                rect(x + (pitch - width) / 2, at, width, size, s.css, f"{label}, {s.label}: {with_dollar_sign(cents)}")
            )
        if cents < 0:
            down += size
    return pieces


def _step(span: int) -> int:
    """Give a round distance of lines in cents, so that about four lines cover the span."""
    rough = max(span / 4, 100)
    power = 10 ** floor(log10(rough))
    return int(next(power * m for m in (1, 2, 5, 10) if power * m >= rough))


def day_ranges(key: str, title: str, rows: Sequence[Row], label: str) -> Markup:
    """Draw median and 90th percentile of days per row on one scale."""
    if not rows:
        return Markup("")
    furthest = max([float(row["p90_days"] or 0) for row in rows] + [1.0])
    scale = (WIDTH - LABEL - SAID) / furthest
    pieces: list[Markup] = []
    for index, row in enumerate(rows):
        top, median, p90 = index * PITCH, float(row["median_days"]), float(row["p90_days"])
        said = f"{show_value(row['median_days'], 'days')} / {show_value(row['p90_days'], 'days')} days"
        pieces += [
            text(LABEL - 10, top + BAR + 1, shortened(str(row[label]), 22), "label", "end"),
            line(LABEL, top + 12, LABEL + max(p90, 0) * scale, top + 12, "range"),
            rect(LABEL + max(median, 0) * scale - 3, top + 4, 6, BAR, "flow", f"{row[label]}: {said}"),
            text(LABEL + max(p90, 0) * scale + 10, top + BAR + 1, said, "value"),
        ]
    says = "; ".join(f"{row[label]}: {show_value(row['median_days'], 'days')} days" for row in rows)
    return picture(key, title, says, WIDTH, len(rows) * PITCH, pieces)
