"""Twenty-five seeded kills of a run of nights; see tests/nights/test_crash.py for what is compared."""

import os

os.environ.setdefault("CRASH_POINTS", "25")

from tests.nights.test_crash import (
    test_a_night_killed_anywhere_and_run_again_ends_with_the_same_tables_and_bytes,
    test_the_same_nights_run_again_change_nothing,
    truth,
    unharmed,
)

__all__ = [
    "test_a_night_killed_anywhere_and_run_again_ends_with_the_same_tables_and_bytes",
    "test_the_same_nights_run_again_change_nothing",
    "truth",
    "unharmed",
]
