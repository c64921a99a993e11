"""Draws that depend on a seed, a key and a purpose, and on nothing drawn before them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Draw:
    """A source of fixed chance for one key.

    Holds: the same seed, key and purpose give the same value, in any order of asking.
    """

    seed: int
    key: str

    def fraction(self, purpose: str) -> float:
        """Give a number in [0, 1)."""
        text = f"{self.seed}|{self.key}|{purpose}".encode()
        return (int.from_bytes(blake2b(text, digest_size=8).digest(), "big") >> 11) / (1 << 53)

    def number(self, purpose: str, low: int, high: int) -> int:
        """Give a whole number from low to high, both included."""
        return low + int(self.fraction(purpose) * (high - low + 1))

    def choose(self, purpose: str, options: Sequence[T]) -> T:
        """Give one of the options, each as likely as the others."""
        return options[self.number(purpose, 0, len(options) - 1)]

    def weigh(self, purpose: str, weights: Mapping[T, float]) -> T:
        """Give one of the keys, each as likely as its weight."""
        left = self.fraction(purpose) * sum(weights.values())
        for option, weight in weights.items():
            left -= weight
            if left < 0:
                return option
        return option

    def pick(self, purpose: str, options: Sequence[T], count: int) -> list[T]:
        """Give `count` different options, in drawn order."""
        order = sorted(range(len(options)), key=lambda place: self.fraction(f"{purpose}/{place}"))
        return [options[place] for place in order[:count]]

    def digits(self, purpose: str, count: int) -> str:
        """Give a text of `count` digits."""
        return f"{int(self.fraction(purpose) * 10**count):0{count}d}"
