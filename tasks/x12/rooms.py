"""Arrays that are used again: a piece after the other needs the same room, and new memory costs more than filling it."""

from collections import defaultdict, deque
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

_MOST_KEPT = 32
_free: dict[int, deque[NDArray[np.int32]]] = defaultdict(lambda: deque(maxlen=_MOST_KEPT))


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
