"""Work in several threads: each item once, in order, taken by one thread at a time; whatever fails reaches the caller."""

import random
import time

import pytest

from tasks.x12 import envelope
from tasks.x12.ahead import in_order
from tasks.x12.remittance import read_remittances
from tests.bench.balanced_claims import Shape
from tests.bench.make_835 import Recipe, Supply

SEED = 20261127
THREADS = (1, 2, 3, 8)


class Supplied:
    """Numbers that come after a while; two threads at once are told, and so is an end that is asked for."""

    def __init__(self, count, rng, fails_at=None):
        self.left, self.rng, self.fails_at = iter(range(count)), rng, fails_at
        self.is_asked = False

    def __iter__(self):
        return self

    def __next__(self):
        assert not self.is_asked
        self.is_asked = True
        time.sleep(self.rng.random() / 2000)
        number = next(self.left, None)
        self.is_asked = False
        if number is None:
            raise StopIteration
        if number == self.fails_at:
            raise IndexError(number)
        return number


def squared(number):
    time.sleep(random.random() / 2000)
    return number**2


@pytest.mark.parametrize("threads", THREADS)
@pytest.mark.parametrize("count", [0, 1, 2, 5, 60])
def test_each_item_is_worked_on_once_and_given_in_order(threads, count):
    items = Supplied(count, random.Random(SEED))
    assert list(in_order(items, squared, threads)) == [number**2 for number in range(count)]


@pytest.mark.parametrize("threads", THREADS)
def test_what_fails_reaches_the_caller(threads):
    with pytest.raises(IndexError, match=r"^7$"):
        list(in_order(Supplied(20, random.Random(SEED), fails_at=7), squared, threads))
    with pytest.raises(ZeroDivisionError):
        list(in_order(Supplied(20, random.Random(SEED)), lambda number: 1 / (number - 7), threads))


def test_threads_give_the_same_pieces(monkeypatch):
    monkeypatch.setattr(envelope, "BLOCK_BYTES", 4000)
    shape = Shape(lines=2, reversals=0.3)
    recipe = Recipe(
        claims=60, claims_per_transaction=2, transactions_per_interchange=3, different_claims=60, shape=shape
    )
    content = b"".join(part for part, _ in Supply(recipe).file())
    one, *others = (list(read_remittances([content], ["f" * 64], threads)) for threads in THREADS)
    assert len(one) > 5
    assert all(other == one for other in others)
