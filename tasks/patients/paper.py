"""A statement as PDF: what the visit cost, who paid what, what is left to pay, and how. No diagnosis, no words for a service."""

import io
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import LETTER
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from schemas.money import dollars
from tasks.patients.statements import Statement

WIDTH: float = LETTER[0]
HEIGHT: float = LETTER[1]
LEFT, RIGHT = 54.0, WIDTH - 54.0
INK, FAINT, RULE, ACCENT, TINT = map(HexColor, ("#1d2733", "#5d6b7a", "#c9d2db", "#0f5c6e", "#eef4f6"))
STROKES = str.maketrans("ŁłĐđĦħ", "LlDdHh")
"""Letters with a stroke: Unicode knows no plain letter in them."""
PLAIN, BOLD = "Helvetica", "Helvetica-Bold"
ROWS_ONLY, ROWS_FIRST, ROWS_NEXT, ROW = 12, 26, 23, 17.0
"""Lines of the table on an only page, on a first of several, and on a further one; height of a line in points."""
FOOT = 248.0
"""Height of what stands below the table on the last page: ages, how to pay, the slip."""

COLUMNS = (
    ("Date of service", 54.0, None),
    ("Visit", 128.0, None),
    ("Charge", 272.0, "charge_cents"),
    ("Insurance paid", 342.0, "insurance_paid_cents"),
    ("Adjusted", 394.0, "adjusted_cents"),
    ("With insurance", 462.0, "pending_cents"),
    ("You paid", 510.0, "patient_paid_cents"),
    ("You owe", RIGHT, "balance_cents"),
)
"""Heading, place (left edge of words, right edge of figures), field."""


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who asks, whom, and under which number. `sender` and `receiver` are the lines of an address, the name first."""

    sender: Sequence[str]
    phone: str
    receiver: Sequence[str]
    number: int

    @property
    def written(self) -> str:
        """Give the number as people read it."""
        return f"{self.number:06d}"


def draw_statement(statement: Statement, head: Letterhead) -> bytes:
    """Give the statement as PDF.

    Holds: the same statement gives the same bytes: no clock, no random id (reportlab's `invariant`).
    """
    paper = io.BytesIO()
    canvas = Canvas(paper, pagesize=LETTER, invariant=1, pageCompression=1)
    canvas.setTitle(f"Statement {head.written}")
    canvas.setAuthor(head.sender[0])
    pages = _pages(statement.lines)
    for number, rows in enumerate(pages, 1):
        top = _first_head(canvas, statement, head) if number == 1 else _next_head(canvas, statement, head)
        bottom = _table(canvas, rows, top)
        if number == len(pages):
            _total(canvas, statement, bottom)
            _ages(canvas, statement)
            _how_to_pay(canvas, head)
            _slip(canvas, statement, head)
        _text(canvas, RIGHT, 24, f"Page {number} of {len(pages)}", size=7.5, color=FAINT, is_right=True)
        canvas.showPage()
    canvas.save()
    return paper.getvalue()


def _pages(lines: Sequence[Mapping[str, Any]]) -> list[Sequence[Mapping[str, Any]]]:
    """Cut the lines into pages; the last one, which has the sums and the slip, has a line at least."""
    first = len(lines) if len(lines) <= ROWS_ONLY else min(ROWS_FIRST, len(lines) - 1)
    pages, rest = [lines[:first]], lines[first:]
    while rest:
        pages.append(rest[:ROWS_NEXT])
        rest = rest[ROWS_NEXT:]
    return pages


def _first_head(canvas: Canvas, statement: Statement, head: Letterhead) -> float:
    """Draw the letterhead with the patient's address where a window envelope shows it; give where the table begins."""
    canvas.setFillColor(ACCENT)
    canvas.rect(0, HEIGHT - 10, WIDTH, 10, stroke=0, fill=1)
    _text(canvas, LEFT, HEIGHT - 56, head.sender[0], BOLD, 16, ACCENT)
    _lines(canvas, LEFT, HEIGHT - 72, [*head.sender[1:], f"Phone {head.phone}"], FAINT)
    _text(canvas, RIGHT, HEIGHT - 56, "Statement", BOLD, 16, INK, is_right=True)
    _lines(canvas, LEFT, HEIGHT - 166, head.receiver, INK, 10.5)
    box, facts = HEIGHT - 222, _facts(statement, head)
    canvas.setFillColor(TINT)
    canvas.roundRect(372, box, RIGHT - 372, 140, 5, stroke=0, fill=1)
    for position, (name, value) in enumerate(facts):
        y = box + 116 - position * 19
        _text(canvas, 386, y, name, size=9, color=FAINT)
        _text(canvas, RIGHT - 14, y, value, PLAIN, 9, is_right=True)
    canvas.setStrokeColor(RULE)
    canvas.line(386, box + 42, RIGHT - 14, box + 42)
    _text(canvas, 386, box + 18, "Please pay", BOLD, 11)
    _text(canvas, RIGHT - 14, box + 16, _money(statement.amount_cents), BOLD, 17, ACCENT, is_right=True)
    return HEIGHT - 262


def _facts(statement: Statement, head: Letterhead) -> list[tuple[str, str]]:
    return [
        ("Statement number", head.written),
        ("Statement date", _day(statement.made_on)),
        ("Account", statement.patient_key),
        ("Pay by", _day(statement.due_on)),
    ]


def _next_head(canvas: Canvas, statement: Statement, head: Letterhead) -> float:
    _text(canvas, LEFT, HEIGHT - 50, head.sender[0], BOLD, 11, ACCENT)
    said = f"Statement {head.written} of {_day(statement.made_on)}"
    _text(canvas, RIGHT, HEIGHT - 50, said, size=9, color=FAINT, is_right=True)
    return HEIGHT - 84


def _table(canvas: Canvas, rows: Sequence[Mapping[str, Any]], top: float) -> float:
    """Draw the encounters; give the bottom of the last line."""
    canvas.setFillColor(ACCENT)
    canvas.rect(LEFT - 6, top - 6, RIGHT - LEFT + 12, 20, stroke=0, fill=1)
    for name, x, field in COLUMNS:
        _text(canvas, x, top, name, BOLD, 7.5, HexColor("#ffffff"), is_right=field is not None)
    y = top
    canvas.setStrokeColor(RULE)
    for row in rows:
        y -= ROW
        _text(canvas, LEFT, y - 3, _day(row["service_on"]) if row["service_on"] else "", size=8.5)
        _text(canvas, COLUMNS[1][1], y - 3, _fitting(row["encounter_id"], 105, 8.5), size=8.5, color=FAINT)
        for name, x, field in COLUMNS[2:]:
            font = BOLD if name == "You owe" else PLAIN
            _text(canvas, x, y - 3, dollars(row[field or ""]), font, 8.5, is_right=True)
        canvas.line(LEFT - 6, y - 8, RIGHT + 6, y - 8)
    return y - 8


def _total(canvas: Canvas, statement: Statement, bottom: float) -> None:
    y = bottom - 16
    _text(canvas, LEFT, y, "All visits", BOLD, 9)
    for name, x, field in COLUMNS[2:]:
        cents = sum(row[field or ""] for row in statement.lines)
        _text(canvas, x, y, dollars(cents), BOLD, 9, ACCENT if name == "You owe" else INK, is_right=True)


def _ages(canvas: Canvas, statement: Statement) -> None:
    """Draw what is owed by its age, the sum beside."""
    cells = [*statement.by_age.items(), ("You owe", statement.amount_cents)]
    width = (RIGHT - LEFT + 12) / len(cells)
    for position, (name, cents) in enumerate(cells):
        x, is_sum = LEFT - 6 + position * width, position == len(cells) - 1
        canvas.setFillColor(ACCENT if is_sum else TINT)
        canvas.rect(x, FOOT - 4, width - 3, 34, stroke=0, fill=1)
        paint = HexColor("#ffffff") if is_sum else INK
        _text(canvas, x + 8, FOOT + 17, name, size=7.5, color=paint if is_sum else FAINT)
        _text(canvas, x + width - 11, FOOT + 3, dollars(cents), BOLD, 10, paint, is_right=True)


def _how_to_pay(canvas: Canvas, head: Letterhead) -> None:
    _text(canvas, LEFT, FOOT - 26, "How to pay", BOLD, 10, ACCENT)
    lines = [
        f"By check to {head.sender[0]}, with the slip below and statement number {head.written} on the check.",
        f"By phone at {head.phone}, or at the front desk.",
        "You owe what your insurance left to you; what still waits for your insurance is not asked for here.",
        "If an amount looks wrong, or you need more time, please call before that date.",
    ]
    _lines(canvas, LEFT, FOOT - 41, lines, INK, 9)


def _slip(canvas: Canvas, statement: Statement, head: Letterhead) -> None:
    """Draw the slip that goes back with a check."""
    canvas.setStrokeColor(FAINT)
    canvas.setDash(3, 3)
    canvas.line(LEFT - 6, 142, RIGHT + 6, 142)
    canvas.setDash()
    _text(canvas, LEFT, 147, "Please tear off and return with your payment", size=7, color=FAINT)
    _text(canvas, LEFT, 122, "Pay to", size=8, color=FAINT)
    _lines(canvas, LEFT, 108, head.sender, INK, 9.5)
    facts = [*_facts(statement, head), ("Please pay", _money(statement.amount_cents))]
    for position, (name, value) in enumerate(facts):
        _text(canvas, 330, 122 - position * 14, name, size=8.5, color=FAINT)
        _text(canvas, RIGHT, 122 - position * 14, value, BOLD if name == "Please pay" else PLAIN, 9, is_right=True)
    _text(canvas, 330, 44, "Amount enclosed  $", size=8.5, color=FAINT)
    canvas.setStrokeColor(INK)
    canvas.line(440, 42, RIGHT, 42)


def _lines(canvas: Canvas, x: float, y: float, lines: Sequence[str], color: Color, size: float = 9.0) -> None:
    for position, line in enumerate(lines):
        _text(canvas, x, y - position * size * 1.4, line, size=size, color=color)


def _text(
    canvas: Canvas,
    x: float,
    y: float,
    text: str,
    font: str = PLAIN,
    size: float = 9.0,
    color: Color = INK,
    *,
    is_right: bool = False,
) -> None:
    canvas.setFont(font, size)
    canvas.setFillColor(color)
    (canvas.drawRightString if is_right else canvas.drawString)(x, y, _drawable(text))


def _drawable(text: str) -> str:
    """Give the text in letters that the PDF's own fonts have: else the plain letter, else a question mark."""
    return "".join(c if _is_drawable(c) else _plain(c) for c in unicodedata.normalize("NFC", text))


def _plain(letter: str) -> str:
    base = unicodedata.normalize("NFKD", letter.translate(STROKES))[0]
    return base if _is_drawable(base) else "?"


def _is_drawable(letter: str) -> bool:
    try:
        return bool(letter.encode("cp1252"))
    except UnicodeEncodeError:
        return False


def _fitting(text: str, width: float, size: float) -> str:
    """Cut a text that is wider than its column, and show that it was cut."""
    if stringWidth(text, PLAIN, size) <= width:
        return text
    while text and stringWidth(text + "…", PLAIN, size) > width:
        text = text[:-1]
    return text + "…"


def _money(cents: int) -> str:
    return f"-${dollars(-cents)}" if cents < 0 else f"${dollars(cents)}"


def _day(day: Any) -> str:
    return f"{day:%m/%d/%Y}"
