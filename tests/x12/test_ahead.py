"""Work in several threads: each item once, in order, taken by one thread at a time; whatever fails reaches the caller."""

import random
import sys
import threading
import time
from contextlib import nullcontext

import pytest

from tasks.x12 import envelope
from tasks.x12.ahead import in_order
from tasks.x12.remittance import read_remittances
from tests.bench.balanced_claims import Shape
from tests.bench.make_835 import Recipe, Supply

THREADS = (1, 2, 3, 8)


def supplied(count, *, fails=False):
    """Give numbers that come after a while; two threads at once are refused by the generator itself."""
    for number in range(count):
        time.sleep(random.random() / 2000)
        yield number
    if fails:
        raise OSError(count)


def squared(number):
    time.sleep(random.random() / 2000)
    return number**2


@pytest.mark.parametrize("threads", THREADS)
@pytest.mark.parametrize("count", [0, 1, 2, 5, 60])
def test_each_item_is_worked_on_once_and_given_in_order(threads, count):
    assert list(in_order(supplied(count), squared, threads)) == [number**2 for number in range(count)]


@pytest.mark.parametrize("threads", THREADS)
@pytest.mark.parametrize("count", [0, 1, 5, 9])
def test_a_failure_of_the_items_reaches_the_caller_behind_some_of_them(threads, count):
    for _ in range(20):
        given = []
        with pytest.raises(OSError, match=rf"^{count}$"):
            given.extend(in_order(supplied(count, fails=True), squared, threads))
        assert given == [number**2 for number in range(len(given))]


@pytest.mark.parametrize("threads", THREADS)
def test_a_failure_of_the_work_reaches_the_caller(threads):
    with pytest.raises(ZeroDivisionError):
        list(in_order(supplied(20), lambda number: 1 / (number - 7), threads))


@pytest.mark.parametrize("fails", [False, True])
def test_the_interpreter_is_left_as_it_was(fails):
    before = sys.getswitchinterval()
    with pytest.raises(OSError, match=r"^9$") if fails else nullcontext():
        for _ in in_order(supplied(9, fails=fails), squared, 2):
            assert sys.getswitchinterval() < before
    assert sys.getswitchinterval() == before


def test_others_find_work_while_the_caller_works():
    finished, caller = [], threading.get_ident()

    def work(number):
        if threading.get_ident() == caller:
            wanted, until = min(len(finished) + 2, 40), time.monotonic() + 5
            while len(finished) < wanted and number < 60:
                assert time.monotonic() < until, "the other thread was idle"
                time.sleep(0.0005)
        else:
            finished.append(number)
        return number

    assert list(in_order(iter(range(80)), work, 2)) == list(range(80))


def test_the_caller_works_where_it_would_wait():
    workers = set(in_order(iter(range(60)), lambda _: time.sleep(0.001) or threading.get_ident(), 2))
    assert threading.get_ident() in workers
    assert len(workers) == 2


@pytest.mark.parametrize("threads", [2, 3])
def test_threads_are_few_items_ahead_of_a_slow_caller(threads):
    taken = 0

    def items():
        nonlocal taken
        while taken < 60:
            taken += 1
            yield taken

    for given, _ in enumerate(in_order(items(), squared, threads), 1):
        time.sleep(0.002)
        assert taken - given <= 4 * threads


@pytest.mark.parametrize("threads", [2, 3])
def test_threads_are_few_items_ahead_of_a_slow_one(threads):
    for _ in range(5):
        taken = []

        def work(number, taken=taken):
            if number == 0:
                time.sleep(0.05)
                assert len(taken) <= 4 * threads + 1
            return number

        items = (taken.append(number) or number for number in range(60))
        assert list(in_order(items, work, threads)) == list(range(60))


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
