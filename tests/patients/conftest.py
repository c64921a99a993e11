"""One warehouse for all tests of this folder: making its shape costs more than a test."""

import pytest

from tasks.stores.warehouse import session

from .books import Books


@pytest.fixture(scope="session")
def _kept_books(tmp_path_factory):
    made = Books(tmp_path_factory.mktemp("patients"))
    with session(made.home):  # stays open: opening the file costs more than a night
        yield made


@pytest.fixture
def books(_kept_books):
    _kept_books.clear()
    return _kept_books
