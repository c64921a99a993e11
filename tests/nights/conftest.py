"""One run of nights for all tests that only look at it."""

import pytest

from tasks.stores.warehouse import reader, warehouse_path
from tests.nights.running import run_nights

NIGHTS = 10


@pytest.fixture(scope="session")
def rehearsed(tmp_path_factory):
    """A home after two weeks of nights against the synthetic payer."""
    home = tmp_path_factory.mktemp("rehearsed") / "home"
    run_nights(home, NIGHTS)
    return home


@pytest.fixture
def asked(rehearsed):
    """Ask the warehouse of that home."""
    with reader(warehouse_path(rehearsed)) as warehouse:
        yield warehouse
