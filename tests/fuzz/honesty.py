"""What must hold of any bytes: no exception, and no money that is other than what the file says without a word.

Two properties, neither of which trusts the reader:

1. What we say without a Fault is what a dumb splitter adds up over the same bytes.
2. A sound file that was damaged once says the same money, or we tell: a Fault, a failed verdict or a tolerance that the
   sound file does not have.
"""

import re
from collections.abc import Mapping
from functools import cache

from schemas.errors import Fault
from tasks.x12.rulings import REMEDIES, TOLERATED
from tasks.x12.summary import summarize
from tests.compare.dumb import figures_of, segments_of
from tests.fuzz.seeds import seeds

Rows = list[dict]
FIGURES = {
    "claims": "claims",
    "lines": "lines",
    "adjustments": "adjustments",
    "plb": "provider_adjustments",
    "charged_cents": "charged_cents",
    "paid_cents": "paid_cents",
    "adjusted_cents": "adjusted_cents",
    "payment_cents": "payment_cents",
}
"""Figures of the dumb splitter and the columns of the summary that must equal them."""

_KIND = re.compile(r"[0-9]{3}[A-Z]{0,6}|TA1|none|unknown")
MONEY = ("charged_cents", "paid_cents", "patient_cents", "payment_cents", "adjusted_cents")


def wrong_with(content: bytes, seed: str = "", damages: int = 0) -> str:
    """Say what is dishonest about our reading of these bytes, '' where nothing is.

    `seed` names the sound file they were made of by one damage; without it only the first property can be asked.
    """
    try:
        rows = summarize("file", content)
    except Exception as error:  # any exception at all is a finding
        return f"{type(error).__name__} raised"
    if ill_formed := _ill_formed(rows, len(content)):
        return ill_formed
    if any(row["faults"] for row in rows):
        return ""
    if not all(_KIND.fullmatch(row["kind"]) for row in rows):
        return "a kind that is text of the file"
    return _other_than_bytes(rows, content) or (_other_than_sound(rows, seed) if seed and damages == 1 else "")


def _ill_formed(rows: Rows, size: int) -> str:
    """Hold faults and tolerances against the tables of the documentation."""
    if not rows:
        return "no row"
    for fault in (fault for row in rows for fault in row["faults"]):
        if fault["code"] not in REMEDIES or not 0 <= fault["byte"] <= size or not fault["message"]:
            return f"a fault without place or reason: {fault['code']}"
    unknown = {found["code"] for row in rows for found in row["tolerated"]} - set(TOLERATED)
    return f"unknown tolerance {sorted(unknown)}" if unknown else ""


def _other_than_bytes(rows: Rows, content: bytes) -> str:
    """Name the first figure that differs from the dumb splitter's."""
    if any(found["code"] in ("ISA16", "NO_ISA") for row in rows for found in row["tolerated"]):
        return ""  # the terminator is guessed, and the splitter guesses otherwise
    segments = segments_of(content)
    figures = figures_of(segments)
    for name, said in _figures(rows).items():
        if said != figures[name]:
            return f"{name} {said}, in the bytes {figures[name]}"
    return _other_withheld(rows, figures)


def _figures(rows: Rows) -> dict[str, int]:
    """Give our figures by the splitter's names."""
    transactions = sum(row["transactions"] for row in rows if row["kind"] != "TA1")
    return {"transactions": transactions} | {name: sum(row[column] for row in rows) for name, column in FIGURES.items()}


def _other_withheld(rows: Rows, figures: Mapping[str, int]) -> str:
    """Hold PLB amounts against the bytes where the verdict says that every transaction balances."""
    remittances = [row for row in rows if row["kind"] == "835"]
    if any(row["balanced"]["transaction"]["unbalanced"] for row in remittances) or len(rows) > len(remittances):
        return ""
    withheld = sum(row["paid_cents"] - row["payment_cents"] for row in remittances)
    return "" if withheld == figures["plb_cents"] else f"PLB {withheld}, in the bytes {figures['plb_cents']}"


def _other_than_sound(rows: Rows, seed: str) -> str:
    """Name the money that differs from the sound file's where nobody tells."""
    before = _sound(seed)
    if _money(rows) == _money(before) or _told(rows) - _told(before):
        return ""
    return f"other money than {seed}: {_money(rows)}, sound {_money(before)}"


@cache
def _sound(seed: str) -> Rows:
    rows = summarize("file", seeds()[seed])
    if any(row["faults"] for row in rows):
        raise Fault("SEED", f"{seed} is not sound", "mend the seed")
    return rows


def _money(rows: Rows) -> dict[str, int]:
    return {name: sum(row[name] for row in rows) for name in MONEY}


def _told(rows: Rows) -> set[tuple[str, str, int]]:
    """Give failed verdicts and tolerances with their counts, and every number up to each count."""
    verdicts = [(rule, found["unbalanced"]) for row in rows for rule, found in row["balanced"].items()]
    tolerances = [(found["code"], found["count"]) for row in rows for found in row["tolerated"]]
    return {("told", name, number) for name, count in (*verdicts, *tolerances) for number in range(1, count + 1)}
