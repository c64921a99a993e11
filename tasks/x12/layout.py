"""A table of schemas/x12/*.toml becomes a plan: the loops of a guide, and the column that each element is read into.

The head of schemas/x12/835.toml tells the words of such a table.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from tasks.x12.scan import tag_number
from tasks.x12.shapes import NO_TAG, Numbers, Plan
from tasks.x12.walk import CODED, ELEMENT, FIRST, HARMLESS, JOINED, MONEY, PLAIN, RELATIVE, SILENT, UNKNOWN

KEPT = "segment"
_KIND = re.compile(r"(?P<tag>[A-Z][A-Z0-9]{1,2})(?:\*(?P<code>[^@ ]+)(?:@(?P<element>\d+))?)?")
_PLACE = re.compile(r"(?P<sign>\+?)(?P<element>\d+)(?:-(?P<component>\d+)(?P<rest>\.\.)?)?")
_SOURCE = re.compile(r"(?:(?P<loop>\w+): )?(?:(?P<kind>[A-Z][^ ]*) )?(?P<place>\S+)")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, its type, the numbers of the raw columns it is the first filled of, and what joins its spans."""

    name: str
    type: str
    raws: tuple[int, ...]
    joined_by: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its number, the tables its rows stand under, its columns, and the name of a repeat's place."""

    name: str
    number: int
    parents: tuple[str, ...]
    columns: tuple[Column, ...]
    place: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """A guide as tables and as the plan that a walk follows.

    Shape: `hosts` are the tables that are loops, by number; `raw_tables` has the table of each raw column; `heads` the
    segment ids that give a table its rows, `steps` the elements that a repeat takes for a row.
    """

    kind: str
    tables: tuple[Table, ...]
    hosts: tuple[str, ...]
    raw_tables: tuple[int, ...]
    loops: tuple[str, ...]
    heads: Mapping[str, int]
    steps: Mapping[str, int]
    plan: Plan


@cache
def layout(kind: str) -> Layout:
    """Give the layout of a kind of transaction.

    Raises: FileNotFoundError where there is none.
    """
    text = (files("schemas") / "x12" / f"{kind.lower()}.toml").read_text(encoding="utf-8")
    return _Compiler(tomllib.loads(text)).layout()


def has_layout(kind: str) -> bool:
    """Tell whether there is a layout of this kind."""
    return (files("schemas") / "x12" / f"{kind.lower()}.toml").is_file()


def tag_code(tag: str) -> int:
    """Give the number of a segment id, as a scan gives it."""
    return tag_number(tag.encode(), 0, len(tag))


@dataclass(slots=True)
class _Compiler:
    """Turns words into numbers, in the order in which the table has them."""

    source: dict[str, Any]
    kinds: dict[tuple[str, str, int], int] = field(default_factory=dict)
    rules: dict[tuple[int, int], list[tuple[int, ...]]] = field(default_factory=dict)
    mapped: dict[tuple[int, int], int] = field(default_factory=dict)
    raw_tables: list[int] = field(default_factory=list)
    loops: dict[str, int] = field(init=False)
    hosts: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.loops = {name: number for number, name in enumerate(self.source["loop"])}
        tables = self.source["table"]
        self.hosts = [KEPT, *(name for name, table in tables.items() if "loops" in table)]
        self._kind(("", "", 0))
        for nature in ("silent", "known", "money", "harmless"):
            for tag in self.source.get(nature, ()):
                self._kind((tag, "", 0))
        for loop in self.source["loop"].values():
            self._kind(_kind_of(loop["head"]))

    def _kind(self, key: tuple[str, str, int]) -> int:
        """Give the number of a kind, and make one of its plain id first: it is where every other code leads."""
        if key[1]:
            self.kinds.setdefault((key[0], "", 0), len(self.kinds))
        return self.kinds.setdefault(key, len(self.kinds))

    def layout(self) -> Layout:
        """Give tables and plan."""
        ordered = [*self.hosts[1:], *(name for name in self.source["table"] if name not in self.hosts)]
        tables = [self._table(number, name) for number, name in enumerate(ordered, 1)]
        repeats = self._repeats(ordered)
        plan = self._plan(repeats)
        steps = {name: table["each"]["step"] for name, table in self.source["table"].items() if "each" in table}
        heads = {name: self._head(name) for name in ordered}
        names = tuple(self.loops)
        hosts, raw_tables = tuple(self.hosts), tuple(self.raw_tables)
        return Layout(self.source["kind"], tuple(tables), hosts, raw_tables, names, heads, steps, plan)

    def _head(self, table: str) -> int:
        """Give the id of the segment that gives a table its rows."""
        words = self.source["table"][table]
        head = words["each"]["segment"] if "each" in words else self.source["loop"][words["loops"][0]]["head"]
        return tag_code(_kind_of(head)[0])

    def _loop_tables(self) -> dict[str, str]:
        return {table["loops"][0]: name for name, table in self.source["table"].items() if "loops" in table}

    def _table(self, number: int, name: str) -> Table:
        """Give a table; the rules of its columns are noted on the way."""
        table = self.source["table"][name]
        columns = [self._column(number, name, column, words) for column, words in table.get("column", {}).items()]
        above = self._above(table["each"]["loops"] if "each" in table else table["loops"][:1], name)
        return Table(name, number, above, tuple(columns), table.get("place", ""))

    def _above(self, loops: Sequence[str], name: str) -> tuple[str, ...]:
        """Give the tables that rows of these loops can stand under, the outermost first."""
        tables = self._loop_tables()
        found = {tables[up] for loop in loops for up in self._chain(loop) if up in tables} - {name}
        return tuple(host for host in self.hosts if host in found)

    def _chain(self, loop: str) -> list[str]:
        """Give a loop and those it stands in, the innermost first."""
        parent = self.source["loop"][loop].get("parent")
        return [loop, *(self._chain(parent) if parent else ())]

    def _column(self, number: int, table: str, name: str, words: Mapping[str, Any]) -> Column:
        mode = (JOINED if "join" in words else FIRST) | (CODED if words.get("coded") else 0)
        raws: list[int] = []
        for source in words["from"]:
            if not raws or mode & JOINED == 0:
                raws.append(len(self.raw_tables))
                self.raw_tables.append(number)
            self._add_rule(table, source, raws[-1], mode)
        return Column(name, words.get("type", "text"), tuple(raws), words.get("join"))

    def _add_rule(self, table: str, source: str, raw: int, mode: int) -> None:
        """Note where the words `source` lead, in every loop that they mean."""
        found = _matched(_SOURCE, source)
        place = _matched(_PLACE, found["place"])
        element = int(place["element"]) + (RELATIVE if place["sign"] else 0)
        component = int(place["component"] or 0) * (-1 if place["rest"] else 1)
        words = self.source["table"][table]
        if "each" in words:
            self.rules.setdefault((-1, self._repeat_number(table)), []).append((raw, element, component, mode, 0))
            return
        kind = self._kind(_kind_of(found["kind"]))
        loops = [found["loop"]] if found["loop"] else words["loops"]
        for loop in loops:
            cell = (self.loops[loop], kind)
            self.rules.setdefault(cell, []).append((raw, element, component, mode, self.hosts.index(table)))
            self._map(cell, element)

    def _map(self, cell: tuple[int, int], element: int) -> None:
        """Note that an element has its column; so has the one that told the kind."""
        *_, told = next(key for key, number in self.kinds.items() if number == cell[1])
        self.mapped[cell] = self.mapped.get(cell, 0) | 1 << element | (1 << told if told else 0)

    def _repeated(self) -> list[str]:
        return [name for name, table in self.source["table"].items() if "each" in table]

    def _repeat_number(self, table: str) -> int:
        return self._repeated().index(table)

    def _repeats(self, ordered: Sequence[str]) -> list[tuple[int, ...]]:
        """Give the shape of each repeat; its rules come behind those of the cells."""
        shapes: list[tuple[int, ...]] = []
        after = sum(len(rules) for cell, rules in self.rules.items() if cell[0] >= 0)
        for name in self._repeated():
            each = self.source["table"][name]["each"]
            count = len(self.rules[-1, self._repeat_number(name)])
            number = ordered.index(name) + 1
            shapes.append(
                (number, each["start"], each["step"], each["most"], each.get("strict", 0), after, after + count)
            )
            after += count
        return shapes

    def _plan(self, repeats: Sequence[tuple[int, ...]]) -> Plan:
        """Give all of it as arrays."""
        tags = sorted({tag for tag, _, _ in self.kinds if tag})
        numbers = np.zeros(NO_TAG + 1, np.int32)
        for local, tag in enumerate(tags, 1):
            numbers[tag_code(tag)] = local
        branches = [[(e, c, k) for (t, c, e), k in self.kinds.items() if t == tag and c] for tag in ("", *tags)]
        flat = [branch for group in branches for branch in group]
        rules_from, rules = self._cells()
        return Plan(
            numbers,
            _array(np.cumsum([0, *map(len, branches)])),
            _array(element for element, _, _ in flat),
            np.array([int.from_bytes(code.encode(), "big") for _, code, _ in flat], np.int64),
            _array(kind for _, _, kind in flat),
            _array(self.kinds.get((tag, "", 0), 0) for tag in ("", *tags)),
            _array(self._nature(tag) for tag, _, _ in self.kinds),
            self._moves(),
            _array(self.loops.get(loop.get("parent", ""), -1) for loop in self.source["loop"].values()),
            _array(self.hosts.index(self._loop_tables()[n]) if n in self._loop_tables() else -1 for n in self.loops),
            rules_from,
            rules,
            np.array([self.mapped.get(cell, 0) for cell in self._all_cells()], np.int64),
            self._repeat_cells(),
            _array(number for shape in repeats for number in shape),
        )

    def _all_cells(self) -> list[tuple[int, int]]:
        return [(loop, kind) for loop in self.loops.values() for kind in self.kinds.values()]

    def _cells(self) -> tuple[Numbers, Numbers]:
        """Give where the rules of each cell begin, in the order of their elements; those of the repeats are at the end."""
        found = [sorted(self.rules.get(cell, []), key=lambda rule: rule[ELEMENT]) for cell in self._all_cells()]
        repeated = [self.rules[-1, number] for number in range(len(self._repeated()))]
        flat = [number for group in (*found, *repeated) for rule in group for number in rule]
        return _array(np.cumsum([0, *map(len, found)])), _array(flat)

    def _nature(self, tag: str) -> int:
        natures = {"silent": SILENT, "known": PLAIN, "money": MONEY, "harmless": HARMLESS}
        return next((nature for words, nature in natures.items() if tag in self.source.get(words, ())), UNKNOWN)

    def _moves(self) -> Numbers:
        """Give, for each cell, the loop that its segment opens: one whose parent is open and that may be entered there."""
        moves = dict.fromkeys(self._all_cells(), -1)
        for name, loop in self.source["loop"].items():
            if "parent" not in loop:
                continue
            kind = self.kinds[_kind_of(loop["head"])]
            for origin in loop.get("within") or [other for other in self.loops if loop["parent"] in self._chain(other)]:
                moves[self.loops[origin], kind] = self.loops[name]
        return _array(moves.values())

    def _repeat_cells(self) -> Numbers:
        found = {}
        for number, name in enumerate(self._repeated()):
            each = self.source["table"][name]["each"]
            for loop in each["loops"]:
                found[self.loops[loop], self.kinds[_kind_of(each["segment"])]] = number
        return _array(found.get(cell, -1) for cell in self._all_cells())


def _kind_of(words: str) -> tuple[str, str, int]:
    """Give id, code and the element of the code, from words such as `N1*PR` or `HL*20@3`."""
    found = _matched(_KIND, words)
    return found["tag"], found["code"] or "", int(found["element"] or 1) if found["code"] else 0


def _matched(pattern: re.Pattern[str], words: str) -> re.Match[str]:
    found = pattern.fullmatch(words)
    if not found:
        raise ValueError(f"{words!r} is not of the form {pattern.pattern}")
    return found


def _array(numbers: Iterable[int]) -> Numbers:
    return np.array(list(numbers), np.int32)
