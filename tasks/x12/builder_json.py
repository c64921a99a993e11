"""Columns that hold JSON text (lists, objects) become words, phrases and numbers for segments.

Raises: Fault (WRITE_JSON), everywhere here, for text that is not JSON or has another shape than expected.
"""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import NoReturn, TypeAlias

from tasks.x12.builder import refuse
from tasks.x12.builder_values import Row, exact, text

Info = Mapping[str, object]
"""An object that stood in JSON; numbers with a fraction are exact decimals."""


Keys: TypeAlias = Mapping[str, "Keys"]
"""The keys that an object may have, with those of the objects that stand under them, alone or in a list."""


def keys(*names: str, **inner: Keys) -> Keys:
    """Give keys of plain values, and keys of objects with their own keys."""
    return {key: {} for key in names} | inner


def json_object(row: Row, column: str, known: Keys) -> Info:
    """Give the object of a column, an empty one for an empty column.

    Raises: Fault (WRITE_JSON) for a key that is not known: what stands under it would not be written.
    """
    value = _loaded(row, column)
    if value is None:
        return {}
    _check_keys(value, known, column)
    return _object(value, column)


def json_list(row: Row, column: str) -> list[str]:
    """Give the words of a column that holds a list, none for an empty column."""
    value = _loaded(row, column)
    return [] if value is None else [_word(item, column) for item in _list(value, column)]


def json_tuples(row: Row, column: str, size: int) -> list[tuple[str, ...]]:
    """Give the tuples of words of a column that holds a list of lists."""
    value = _loaded(row, column)
    return [] if value is None else _tuples(value, column, size)


def inner(info: Info, key: str) -> Info:
    """Give the object under a key, an empty one where there is none."""
    value = info.get(key)
    return {} if value is None else _object(value, key)


def inner_list(info: Info, key: str) -> list[Info]:
    """Give the objects of the list under a key, none where there is none."""
    value = info.get(key)
    return [] if value is None else [_object(item, key) for item in _list(value, key)]


def inner_tuples(info: Info, key: str, size: int) -> list[tuple[str, ...]]:
    """Give the tuples of words of the list of lists under a key."""
    value = info.get(key)
    return [] if value is None else _tuples(value, key, size)


def words(info: Info, key: str) -> list[str]:
    """Give the words of the list under a key."""
    value = info.get(key)
    return [] if value is None else [_word(item, key) for item in _list(value, key)]


def word(info: Info, key: str) -> str:
    """Give a code or an identifier as it is."""
    return _word(info.get(key), key)


def phrase(info: Info, key: str) -> str:
    """Give free text in X12 letters."""
    return text(_word(info.get(key), key))


def number(info: Info, key: str) -> str:
    """Give a number, that stood as number or as text, in its shortest form."""
    return decimal_text(_word(info.get(key), key), key)


def decimal_text(value: str, column: str) -> str:
    """Write a number that stands in text in its shortest form, nothing for nothing."""
    if not value:
        return ""
    try:
        return f"{Decimal(value).normalize():f}"
    except ArithmeticError:
        _refuse_json(column, "a number")


def truth(info: Info, key: str) -> bool | None:
    """Give what is true, false or not said under a key."""
    value = info.get(key)
    return value if value is None or isinstance(value, bool) else _refuse_json(key, "true or false")


def _loaded(row: Row, column: str) -> object:
    stored = row.get(column)
    if not stored:
        return None
    try:
        loaded: object = json.loads(stored, parse_float=Decimal, object_pairs_hook=_once)
    except ValueError:
        _refuse_json(column, "JSON text with each key once")
    return loaded


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Give the object, in which no key may stand twice: one of the values would be gone."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found


def _check_keys(value: object, known: Keys, column: str) -> None:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            if not item.keys() <= known.keys():
                _refuse_json(column, f"only keys that are known ({', '.join(sorted(known))})")
            for key, found in item.items():
                if known[key]:
                    _check_keys(found, known[key], key)


def _object(value: object, column: str) -> Info:
    return value if isinstance(value, dict) else _refuse_json(column, "an object")


def _list(value: object, column: str) -> list[object]:
    return value if isinstance(value, list) else _refuse_json(column, "a list")


def _tuples(value: object, column: str, size: int) -> list[tuple[str, ...]]:
    found = [tuple(_word(part, column) for part in _list(item, column)) for item in _list(value, column)]
    return found if all(len(item) == size for item in found) else _refuse_json(column, f"a list of lists of {size}")


def _word(value: object, column: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        _refuse_json(column, "text or a number")
    return exact(str(value))


def _refuse_json(column: str, expected: str) -> NoReturn:
    refuse("WRITE_JSON", "", "", f"{column} does not hold {expected}")
