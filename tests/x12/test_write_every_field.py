"""Every element of the guide that the contract feeds is written by some claim, and the judge accepts them all."""

import csv
from pathlib import Path

import pytest

from tasks.x12.builder import Segment
from tasks.x12.judge import judge
from tasks.x12.professional import write_837p
from tasks.x12.professional_rows import RULES
from tests.x12.write_everything import everything
from tests.x12.write_rows import ENVELOPE

TABLE = Path(__file__).parents[2] / "schemas" / "x12" / "837p.csv"
FEEDS = Path(__file__).parents[3] / "shared" / "contract" / "837p_element_feeds.csv"
NOT_REACHED = {
}


def _written(monkeypatch) -> set[tuple[str, str, str, str]]:
    """Give (loop, segment, segment name, element) of all that was written, seen at the one place that writes."""
    key_of = {id(rule): (loop, segment, rule.name) for (loop, segment, _), rule in RULES.items()}
    seen: set[tuple[str, str, str, str]] = set()
    write = Segment.write

    def noted(rule, *values):
        for position, value in zip(rule.positions, values, strict=False):
            parts = value.split(":") if len(position.parts) > 1 else [value]
            seen.update((*key_of.get(id(rule), ()), e.place) for e, part in zip(position.parts, parts, strict=False) if part)
        return write(rule, *values)

    monkeypatch.setattr(Segment, "write", noted)
    write_837p(ENVELOPE, everything())
    return seen


def test_every_element_of_the_table_is_written(monkeypatch):
    with TABLE.open(encoding="utf-8") as rows:
        wanted = {(r["loop"], r["segment"], r["segment_name"], r["element"]) for r in csv.DictReader(rows)}
    assert {f"{loop} {segment} {name} {element}" for loop, segment, name, element in wanted - _written(monkeypatch)} == NOT_REACHED
