"""The night in a line: every encounter from the export to where its claim stands, as one flow whose parts add up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from tasks.reports.drawing import number, picture, rect, text
from tasks.reports.figures import whole_dollars

Row = Mapping[str, Any]

WIDTH = 1000.0
NODE = 14.0
HEIGHT = 230.0
SLOT = 40.0
"""Least height of a stage, so that its words stay readable."""

STEP = {"": 0, "received": 1, "sent": 2, "accepted": 3}
"""Column of a stage by its parent."""

WORDS = {
    "received": ("Encounters received", "flow"),
    "sent": ("Claims sent", "flow"),
    "ready": ("Ready to send", "idle"),
    "held": ("Held for a person", "warn"),
    "not_billable": ("Not billable", "idle"),
    "rejected_at_gate": ("Rejected at the gate", "bad"),
    "accepted": ("Taken in by the payer", "flow"),
    "unanswered": ("Not yet acknowledged", "idle"),
    "rejected_by_payer": ("Rejected, not taken in", "bad"),
    "in_correction": ("Back for correction", "warn"),
    "paid": ("Paid", "good"),
    "partly_denied": ("Partly denied", "warn"),
    "denied": ("Denied", "bad"),
    "payment_awaited": ("Payment awaited", "idle"),
    "reversed": ("Payment taken back", "bad"),
}
"""What a stage is called, and its colour."""


@dataclass(slots=True)
class _Stage:
    """A stage with its place; `used` is how much of its height its children have taken."""

    row: Row
    x: float
    y: float
    height: float
    used: float = 0.0


def draw_flow(rows: Sequence[Row]) -> Markup:
    """Draw the stages of analytics.claim_funnel that hold something, heights by count, and the bands between them.

    Holds: the bands that leave a stage are never higher than it, since the stages of one parent add up to it.
    """
    shown = [row for row in rows if row["encounters"]]
    if not shown:
        return Markup("")
    total = max(int(row["encounters"]) for row in shown)
    stages = _placed(shown, HEIGHT / total)
    bands, boxes = [], []
    for stage in stages.values():
        parent = stages.get(stage.row["parent"])
        if parent:
            bands.append(_band(parent, stage))
        boxes += _box(stage)
    height = max(s.y + max(s.height, SLOT) for s in stages.values())
    says = "; ".join(f"{WORDS[r['stage']][0]}: {r['encounters']:,}" for r in shown)
    return picture("flow", "Where every encounter stands", says, WIDTH, height + 4, [*bands, *boxes])


def _placed(rows: Sequence[Row], scale: float) -> dict[str, _Stage]:
    stages: dict[str, _Stage] = {}
    bottoms = [4.0] * len(STEP)
    for row in rows:
        step = STEP[row["parent"]]
        height = max(int(row["encounters"]) * scale, 2.0)
        stages[row["stage"]] = _Stage(row, step * (WIDTH - 200) / (len(STEP) - 1), bottoms[step], height)
        bottoms[step] += max(height + 8, SLOT)
    return stages


def _band(parent: _Stage, child: _Stage) -> Markup:
    """Draw the band from the parent's free height to the child, in the child's colour."""
    x1, x2 = parent.x + NODE, child.x
    middle = (x1 + x2) / 2
    height = min(child.height, max(parent.height - parent.used, 1.0))
    y1, y2 = parent.y + parent.used, child.y
    parent.used += height
    path = (
        f"M{number(x1)} {number(y1)} C{number(middle)} {number(y1)} {number(middle)} {number(y2)} {number(x2)} {number(y2)} "
        f"V{number(y2 + child.height)} C{number(middle)} {number(y2 + child.height)} {number(middle)} {number(y1 + height)} "
        f"{number(x1)} {number(y1 + height)} Z"
    )
    return Markup('<path class="band {}" d="{}"/>').format(WORDS[child.row["stage"]][1], path)


def _box(stage: _Stage) -> list[Markup]:
    words, css = WORDS[stage.row["stage"]]
    count, dollars = f"{stage.row['encounters']:,}", whole_dollars(int(stage.row["charge_cents"]))
    x = stage.x + NODE + 8
    return [
        rect(stage.x, stage.y, NODE, stage.height, css, f"{words}: {count}, {dollars}"),
        text(x, stage.y + 13, words, "stage"),
        text(x, stage.y + 30, f"{count}  \N{MIDDLE DOT}  {dollars}", "amount"),
    ]
