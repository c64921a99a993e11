"""A few thousand damaged files, and every input that fuzzing ever found: our reading of them is honest.

The long form is `make fuzz`, guided by coverage; tests/fuzz/honesty.py says what is asked.
"""

import os
import random
from pathlib import Path

import pytest

from tests.fuzz.damage import Tape, damage
from tests.fuzz.findings import replay
from tests.fuzz.honesty import wrong_with
from tests.fuzz.seeds import seeds

SEED = int(os.environ.get("FUZZ_SEED", "20261126"))
ROUNDS = 500
WAITING = frozenset(
    {"bpr_behind_lx", "adjustment_of_no_claim", "adjustment_without_amount", "count_in_superscript", "kind_of_garbage"}
)
"""Findings that are reported and not mended yet; the day they are, this list and `_reported` of honesty.py go."""

FOUND = sorted((Path(__file__).parents[1] / "regressions" / "x12").glob("*.x12"))


@pytest.mark.parametrize("name", seeds())
def test_a_sound_file_is_read_as_it_is(name):
    assert wrong_with(seeds()[name], name, 1) == ""


@pytest.mark.parametrize("name", seeds())
def test_a_damaged_file_is_read_honestly(name):
    rng = random.Random(f"{SEED} {name}")
    for number in range(ROUNDS):
        content, damages = damage(seeds()[name], Tape(rng.randbytes(64)))
        wrong = wrong_with(content, name, damages)
        assert not wrong, f"FUZZ_SEED={SEED} {name} number {number}: {wrong}\n{content!r}"


def expected(path):
    """Give the test's parameter: a finding that waits must fail, so that nobody forgets to take it off the list."""
    waits = [pytest.mark.xfail(strict=True)] if path.stem.rsplit("--", 1)[1] in WAITING else []
    return pytest.param(path, id=path.stem, marks=waits)


@pytest.mark.parametrize("path", [expected(path) for path in FOUND])
def test_what_was_found_once_stays_mended(path):
    assert replay(path, is_strict=True) == ""
