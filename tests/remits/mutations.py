"""One element of an 835 changed: every element, in every way that a slip or a fraud would change it."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

OTHERS = {
    "BPR01": ("I", "C", "H", "P", "D"),
    "BPR03": ("C", "D"),
    "CLP02": ("1", "2", "4", "19", "22", "23", "25"),
    "CAS01": ("CO", "PR", "OA", "PI", "CR"),
    "CAS02": ("45", "1", "23", "16", "18", "133"),
    "PLB03": ("WO", "FB", "L6", "72", "CS"),
    "SVC01": ("HC:99215", "NU:0450"),
}
"""Codes that decide about money, changed into others that are as legal."""

SIGNED = frozenset(
    {"BPR02", "CLP03", "CLP04", "CLP05", "SVC02", "SVC03", "AMT02"}
    | {f"CAS{n:02d}" for n in range(3, 20, 3)}
    | {f"PLB{n:02d}" for n in range(4, 15, 2)}
)


@dataclass(frozen=True, slots=True)
class Mutation:
    """What was changed, without values: the element, and how."""

    element: str
    way: str
    segments: tuple[str, ...]


def mutations(segments: list[str]) -> Iterator[Mutation]:
    """Give the file with each element of each segment changed in each way that makes another file."""
    for place, segment in enumerate(segments):
        elements = segment.split("*")
        for number in range(1, len(elements)):
            name = _named(elements[0], number)
            for way, changed in _changes(name, elements, number):
                if changed != elements:
                    yield Mutation(name, way, (*segments[:place], "*".join(changed), *segments[place + 1 :]))


def sample(segments: list[str], count: int, rng: Random) -> list[Mutation]:
    """Give so many of the mutations, or all where there are no more."""
    found = list(mutations(segments))
    return found if len(found) <= count else rng.sample(found, count)


def _named(tag: str, number: int) -> str:
    """Give an element's name; the repeats of CAS and PLB reasons share one."""
    if tag == "CAS" and number > 1 and number % 3 == 2:
        return "CAS02"
    if tag == "PLB" and number > 2 and number % 2 == 1:
        return "PLB03"
    return f"{tag}{number:02d}"


def _changes(name: str, elements: list[str], number: int) -> Iterator[tuple[str, list[str]]]:
    value = elements[number]

    def put(text: str) -> list[str]:
        return [*elements[:number], text, *elements[number + 1 :]]

    digits = [place for place, letter in enumerate(value) if letter.isdigit()]
    for way, place in (("first digit", digits[:1]), ("last digit", digits[-1:])):
        for at in place:
            yield way, put(value[:at] + str((int(value[at]) + 1) % 10) + value[at + 1 :])
    if name in SIGNED and value:
        yield "sign", put(value[1:] if value.startswith("-") else f"-{value}")
        yield "decimal point", put(value.replace(".", "") if "." in value else f"{value}0")
    if name in OTHERS:
        rest = value[value.index(":") :] if name == "PLB03" and ":" in value else ""
        for other in OTHERS[name]:
            yield f"code {other}", put(other + rest)
    elif value and not digits:
        yield "letter", put(chr(ord(value[0]) + 1) + value[1:])
    if value:
        yield "emptied", put("")
        yield "left out", [*elements[:number], *elements[number + 1 :]]
