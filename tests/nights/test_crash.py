"""A night killed at any point and run again ends like one that was never killed."""

import os
import random
import shutil

import pytest

from tests.nights.running import effects_of, hashes_of, run_forked

NIGHTS = 4
SEED = int(os.environ.get("CRASH_SEED", "20260302"))
POINTS = int(os.environ.get("CRASH_POINTS", "4"))


@pytest.fixture(scope="module")
def unharmed(tmp_path_factory):
    home = tmp_path_factory.mktemp("unharmed") / "home"
    assert run_forked(home, NIGHTS) == 0
    return home


@pytest.fixture(scope="module")
def truth(unharmed):
    """Hashes of every table and sent byte of nights that nobody killed."""
    return hashes_of(unharmed)


def _points(total: int) -> list[int]:
    print(f"seed {SEED}, {POINTS} of {total} points")
    return sorted(random.Random(SEED).sample(range(2, total), POINTS))


@pytest.mark.parametrize("number", range(POINTS))
def test_a_night_killed_anywhere_and_run_again_ends_with_the_same_tables_and_bytes(unharmed, truth, tmp_path, number):
    assert any(name.endswith(".x12") for name in truth)
    point = _points(effects_of(unharmed))[number]
    home = tmp_path / "killed"
    assert run_forked(home, NIGHTS, kill_at=point) == -9, f"seed {SEED}, point {point}: it was not killed"
    assert run_forked(home, NIGHTS) == 0, f"seed {SEED}, point {point}: the second run failed"
    found = hashes_of(home)
    assert {k: v for k, v in found.items() if truth.get(k) != v} == {}, f"seed {SEED}, point {point}"
    assert set(found) == set(truth), f"seed {SEED}, point {point}"
    shutil.rmtree(home)


def test_the_same_nights_run_again_change_nothing(unharmed):
    before = hashes_of(unharmed)
    assert run_forked(unharmed, NIGHTS) == 0
    assert hashes_of(unharmed) == before
