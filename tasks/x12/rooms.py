"""Arrays that are used again, and ground for those that leave: memory asked for piece by piece costs more than filling it."""

from collections import defaultdict, deque
from collections.abc import Iterable
from threading import local
from typing import Any

import numpy as np
from numpy.typing import NDArray

GROUND_BYTES = 32_000_000
"""Measured: two threads need a tenth less time than with an array for each column, for the system is called seldom and may give
large pages; 16 MB are not enough for that, 64 no better."""

_LINE = 64
_MOST_KEPT = 32
_free: dict[int, deque[NDArray[np.int32]]] = defaultdict(lambda: deque(maxlen=_MOST_KEPT))
_bytes: dict[int, deque[bytearray]] = defaultdict(lambda: deque(maxlen=_MOST_KEPT))
_ground = local()


def take(count: int) -> NDArray[np.int32]:
    """Give an array of at least `count` numbers, whatever they were before; `give` makes it free again."""
    size = 1 << max(count - 1, 1).bit_length()
    try:
        return _free[size].pop()
    except IndexError:
        return np.empty(size, np.int32)


def give(arrays: Iterable[NDArray[np.int32]]) -> None:
    """Make arrays free that nobody reads any more."""
    for array in arrays:
        _free[len(array)].append(array)


def take_bytes(size: int) -> bytearray:
    """Give so many bytes, whatever they were before; `give_bytes` makes them free again."""
    try:
        return _bytes[size].pop()
    except IndexError:
        return bytearray(size)


def give_bytes(room: bytearray) -> None:
    """Make bytes free that nobody reads any more."""
    _bytes[len(room)].append(room)


def lasting(count: int, kind: Any) -> NDArray[Any]:
    """Give an array, whatever is in it, on the ground of this thread.

    Holds: ground becomes free when nothing that stands on it is in use, so what leaves together should come together.
    """
    size = count * np.dtype(kind).itemsize
    start = getattr(_ground, "used", GROUND_BYTES + 1)
    if start + size > GROUND_BYTES:
        if size > GROUND_BYTES:
            return np.empty(count, kind)
        _ground.bytes, start = np.empty(GROUND_BYTES, np.uint8), 0
    _ground.used = start + (size + _LINE - 1) // _LINE * _LINE
    array: NDArray[Any] = _ground.bytes[start : start + size].view(kind)
    return array
