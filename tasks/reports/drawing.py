"""SVG pieces: numbers without noise, text that is escaped, and a picture that says in words what it shows."""

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

NARROW = 700
"""Up to this width a picture can still be read on a small screen; a wider one is scrolled there."""


@dataclass(frozen=True, slots=True)
class Series:
    """One colour of a chart: the row's field, its words in the legend, its style."""

    field: str
    label: str
    css: str


def number(value: float) -> str:
    """Write a coordinate with at most two decimals."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def rect(x: float, y: float, width: float, height: float, css: str, hint: str = "") -> Markup:
    """Draw a rectangle; `hint` is what a pointer over it shows."""
    title = Markup("<title>{}</title>").format(hint) if hint else Markup("")
    place = Markup('x="{}" y="{}" width="{}" height="{}"').format(number(x), number(y), number(width), number(height))
    return Markup('<rect class="{}" {}>{}</rect>').format(css, place, title)


def line(x1: float, y1: float, x2: float, y2: float, css: str) -> Markup:
    """Draw a straight line."""
    place = Markup('x1="{}" y1="{}" x2="{}" y2="{}"').format(number(x1), number(y1), number(x2), number(y2))
    return Markup('<line class="{}" {}/>').format(css, place)


def text(x: float, y: float, words: str, css: str = "", anchor: str = "start") -> Markup:
    """Write words; `anchor` start, middle or end."""
    return Markup('<text class="{}" x="{}" y="{}" text-anchor="{}">{}</text>').format(
        css, number(x), number(y), anchor, words
    )


def picture(key: str, title: str, says: str, width: float, height: float, pieces: Iterable[Markup]) -> Markup:
    """Put pieces into one picture that a screen reader can name: its title, and what it says in words."""
    css = "chart wide" if width > NARROW else "chart"
    head = Markup(
        '<div class="picture"><svg class="{c}" viewBox="0 0 {w} {h}" role="img" aria-labelledby="{k}-title {k}-says">'
    )
    head = head.format(c=css, w=number(width), h=number(height), k=key)
    named = Markup('<title id="{k}-title">{t}</title><desc id="{k}-says">{s}</desc>').format(k=key, t=title, s=says)
    return head + named + Markup("").join(pieces) + Markup("</svg></div>")


def legend(series: Iterable[Series]) -> Markup:
    """List the colours with their words."""
    items = (
        Markup(
            '<li><svg class="key" viewBox="0 0 10 10" aria-hidden="true"><rect class="{}" width="10" height="10"/></svg>{}</li>'
        ).format(s.css, s.label)
        for s in series
    )
    return Markup('<ul class="legend">{}</ul>').format(Markup("").join(items))


def shortened(words: str, length: int) -> str:
    """Cut words to a length, three dots at the end where something is missing."""
    return words if len(words) <= length else words[: length - 3].rstrip() + "..."
