"""A damaged file of any kind is a Fault, or every segment of it is accounted for, once and with its own bytes."""

import random
from importlib.resources import files

import pytest

from schemas.errors import Fault
from tasks.x12.envelope import read_x12
from tasks.x12.tables import read_tables
from tests.fuzz.damage import Tape, damage

from .accounting import account
from .test_tables_of_every_kind import FILES

SEED = 20261126
READ = {
    path.name.removesuffix(".toml").upper()
    for path in (files("schemas") / "x12").iterdir()
    if path.name.endswith(".toml")
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_nothing_is_lost_in_a_damaged_file(path):
    rng = random.Random(f"{SEED} {path.stem}")
    read = 0
    for number in range(120):
        content, _ = damage(path.read_bytes(), Tape(rng.randbytes(64)))
        try:
            x12 = read_x12(content)
        except Fault:
            continue
        for kind in {transaction.kind for transaction in x12.transactions}:
            for tables in read_tables(x12.transactions, kind) if kind in READ else ():
                found = account(tables)
                assert found.wrong == [], f"number {number}\n{content!r}"
                read += found.counted.total()
    assert read
