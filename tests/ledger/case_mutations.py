"""Every word of a case, dropped or changed: what a case says must count, or be named neutral with the reason."""

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, NamedTuple

from .casebook import EXPECTED_WORDS, REASON

MONEY = re.compile(r"(-?)(\d+)\.(\d\d)( x \d+)?")
NAMES = {"number", "payer number", "member", "doctor", "claim"}
"""Words whose value is any name: only dropping them says another thing."""

OTHER = {
    "status": {"1": "19", "2": "20", "3": "21", "19": "1", "20": "2", "21": "3", "4": "1", "22": "1", "23": "1", "25": "1"},
    "handling": {"C": "H", "H": "I", "P": "I", "X": "I", "D": "I", "U": "I"},
    "credit": {"D": "C"},
    "rank": {"S": "P", "T": "P"},
}  # fmt: skip
"""The values that are taken for each other most easily."""


class Mutation(NamedTuple):
    """A case with one word dropped or changed, and where; `is_expected` where the word is one that must come of it."""

    place: str
    what: str
    case: dict[str, Any]
    is_expected: bool


def mutations(case: Mapping[str, Any]) -> Iterator[Mutation]:
    """Give the case once for each word of its steps that is dropped, and once for each that is changed."""
    for path in _places(case["steps"], ()):
        word = next(str(key) for key in reversed(path) if isinstance(key, str))
        place = "step " + " ".join(str(key + 1) if isinstance(key, int) else key for key in path)
        is_expected = any(key in EXPECTED_WORDS for key in path)
        if not is_expected or isinstance(path[-1], int):
            made = deepcopy(dict(case))
            del _holder(made["steps"], path)[path[-1]]
            yield Mutation(place, "dropped", made, is_expected)
        old = _holder(case["steps"], path)[path[-1]]
        if isinstance(old, str) and word not in NAMES:
            made = deepcopy(dict(case))
            _holder(made["steps"], path)[path[-1]] = _changed(word, old)
            yield Mutation(place, f"changed to {_changed(word, old)}", made, is_expected)
        if REASON.fullmatch(word) and isinstance(path[-1], str):
            yield from _renamed(case, path, word, place)


def _renamed(case: Mapping[str, Any], path: tuple[Any, ...], code: str, place: str) -> Iterator[Mutation]:
    """Give the case with another group, and with another reason."""
    group, reason = code.split("-")
    for other in (f"{'OA' if group == 'CO' else 'CO'}-{reason}", f"{group}-{'253' if reason == '45' else '45'}"):
        made = deepcopy(dict(case))
        holder = _holder(made["steps"], path)
        holder[other] = holder.pop(code)
        yield Mutation(place, f"called {other}", made, False)


def _places(node: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in children:
        if path:
            yield (*path, key)
        yield from _places(value, (*path, key))


def _holder(node: Any, path: tuple[Any, ...]) -> Any:
    for key in path[:-1]:
        node = node[key]
    return node


def _changed(word: str, value: str) -> str:
    money = MONEY.fullmatch(value)
    if money:
        sign, whole, part, quantity = money.groups()
        return f"{sign}{int(whole) + 1}.{part}{quantity or ''}"
    if word == "line":
        return "1" if value != "1" else "2"
    if word == "version":
        return str(int(value) - 1)
    if word == "date":
        return str(int(value) + 1)
    if word in ("sent units", "code", "sent") and value.isdigit():
        return str(int(value) + 1)
    return OTHER.get(word, {}).get(value, value + "X")
