"""One warehouse for all tests of the views, emptied before each."""

import pytest

from tests.bank.books import Books


@pytest.fixture(scope="session")
def made_books():
    return Books()


@pytest.fixture
def books(made_books):
    made_books.empty()
    return made_books
