"""Arrays on common ground: each its own, in any order of sizes, in any thread; ground is free when nothing stands on it."""

import random
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from tasks.x12 import rooms

SEED = 20261127


def taken(seed):
    """Take arrays of all sizes and fill each with its number; give what they hold in the end."""
    rng = random.Random(seed)
    arrays = [rooms.lasting(rng.choice([0, 1, 7, 1000, 200_000]), kind) for kind in [np.int8, np.int32, np.int64] * 60]
    for number, array in enumerate(arrays):
        array[:] = number % 128
    return all((array == number % 128).all() for number, array in enumerate(arrays))


def test_no_array_stands_on_the_place_of_another():
    assert taken(SEED)
    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(taken, range(8)))


def test_arrays_begin_at_a_line_of_the_cache_of_their_ground():
    first, second = rooms.lasting(3, np.int8), rooms.lasting(5, np.int64)
    assert (second.ctypes.data - first.ctypes.data) % 64 == 0
    assert len(rooms.lasting(rooms.GROUND_BYTES + 1, np.int8)) == rooms.GROUND_BYTES + 1


def test_ground_is_free_when_nothing_stands_on_it():
    array = rooms.lasting(rooms.GROUND_BYTES // 2 + 1, np.int8)
    ground = weakref.ref(rooms._ground.bytes)
    rooms.lasting(rooms.GROUND_BYTES // 2 + 1, np.int8)
    assert ground() is not None
    del array
    assert ground() is None
