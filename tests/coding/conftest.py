import pytest

from tasks.stores.codebook import load_codebook


@pytest.fixture(scope="session")
def codebook():
    return load_codebook()
