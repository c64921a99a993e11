"""Every fault the generator can make, by the id of the check that must find it, and how faults are dealt out."""

import csv
import io
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import accumulate
from math import gcd

from tasks.simulation.practice_case import Spoiler
from tasks.simulation.practice_draw import Draw
from tasks.simulation.practice_faults_coding import CODING
from tasks.simulation.practice_faults_encounter import ENCOUNTER
from tasks.simulation.practice_faults_registration import REGISTRATION

SPOILERS: Mapping[str, Spoiler] = {**REGISTRATION, **ENCOUNTER, **CODING}


@cache
def check_severities() -> Mapping[str, str]:
    """REJECT, HOLD, FIX or WARN for every check id.

    Source: schemas/contract/intake_checks.csv.
    """
    text = files("schemas").joinpath("contract", "intake_checks.csv").read_text(encoding="utf-8")
    return {row["id"]: row["severity"] for row in csv.DictReader(io.StringIO(text))}


@dataclass(frozen=True)
class Deal:
    """Which encounter gets which fault, evenly over a whole practice.

    Holds: of `total` encounters each fault gets its rate times `total`, give or take one, and neighbours are far apart;
    a rate of at least 1 / total is met at least once.
    """

    check_ids: tuple[str, ...]
    bounds: tuple[float, ...]
    total: int
    stride: int
    start: int

    def fault_of(self, number: int) -> str:
        """Give the check id of the fault that encounter `number` (from 0) gets, or an empty text."""
        place = ((number * self.stride + self.start) % self.total + 0.5) / self.total
        slot = bisect_right(self.bounds, place)
        return self.check_ids[slot] if slot < len(self.check_ids) else ""


def deal_faults(rates: Mapping[str, float], total: int, seed: int) -> Deal:
    """Give the deal for `total` encounters at these rates."""
    stride = max(1, round(total * 0.618))
    while gcd(stride, total) != 1:
        stride += 1
    start = Draw(seed, "faults").number("start", 0, total - 1)
    return Deal(tuple(rates), tuple(accumulate(rates.values())), total, stride, start)
