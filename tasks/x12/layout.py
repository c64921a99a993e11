"""A table of schemas/x12/*.toml becomes a plan: the loops of a guide, and the column that each element is read into.

The head of schemas/x12/835.toml tells the words of such a table.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

import numpy as np

from tasks.x12.index import tag_code
from tasks.x12.shapes import NO_TAG, Numbers, Plan
from tasks.x12.walk import (
    CODED,
    COMPONENT,
    ELEMENT,
    FIRST,
    HARMLESS,
    JOINED,
    MODE,
    PLACED,
    PLAIN,
    RELATIVE,
    SILENT,
    UNKNOWN,
)

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


@dataclass(frozen=True)
class Layout:
    """A guide as tables and as the plan that a walk follows.

    Shape: `hosts` are the tables that are loops, by number; `raw_tables` has the table of each raw column; `heads` the
    segment ids that give a table its rows (numbers as in plan.locals), `steps` the elements that a repeat takes for a row; `most_joined` the spans
    of a segment or a repeat that are joined at the most; `told` are the kinds of segments: id, code, element of the code;
    `hierarchy` is what `structure` holds the levels of a transaction against.
    """

    kind: str
    tables: tuple[Table, ...]
    hosts: tuple[str, ...]
    raw_tables: tuple[int, ...]
    loops: tuple[str, ...]
    heads: Mapping[str, tuple[int, ...]]
    steps: Mapping[str, int]
    most_joined: int
    told: tuple[tuple[str, str, int], ...]
    plan: Plan
    hierarchy: Mapping[str, Any]

    @cached_property
    def levels(self) -> Mapping[str, int]:
        """Give the number of each table that is a loop."""
        return {name: number for number, name in enumerate(self.hosts)}

    @cached_property
    def plain_plan(self) -> Any:
        """Give the plan for plain kernels: of lists, which give a number sooner."""
        return Plan(*(array.tolist() for array in self.plan))


@cache
def layout(kind: str) -> Layout:
    """Give the layout of a kind of transaction.

    Raises: FileNotFoundError where there is none.
    """
    return _Compiler(_source(kind.lower())).layout()


def _source(name: str) -> dict[str, Any]:
    """Give a table of schemas/x12 with what it takes over from those that it is like; its own words count first."""
    source = tomllib.loads((files("schemas") / "x12" / f"{name}.toml").read_text(encoding="utf-8"))
    for other in map(_source, source.get("like", ())):
        for part in ("loop", "table", "columns"):
            source[part] = other.get(part, {}) | source.get(part, {})
        source = other | source
    return source


Cell = tuple[int, int]
"""A loop and a kind of segment."""

Rule = tuple[int, ...]
"""The numbers of `walk.RULE`."""


@dataclass(slots=True)
class _Compiler:
    """Turns words into numbers, in the order in which the table has them."""

    source: dict[str, Any]
    kinds: dict[tuple[str, str, int], int] = field(default_factory=dict)
    rules: dict[Cell, list[Rule]] = field(default_factory=dict)
    repeated: dict[int, list[Rule]] = field(default_factory=dict)
    repeats: dict[Cell, int] = field(default_factory=dict)
    raw_tables: list[int] = field(default_factory=list)
    loops: dict[str, int] = field(init=False)
    hosts: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.loops = {name: number for number, name in enumerate(self.source["loop"])}
        tables = self.source["table"]
        hosts = [name for name, table in tables.items() if "loops" in table]
        self.hosts = [KEPT, *sorted(hosts, key=self._depth)]
        self._kind(("", "", 0))
        for nature in ("silent", "known", "placed", "harmless"):
            for tag in self.source.get(nature, ()):
                self._kind((tag, "", 0))
        for head in (head for loop in self.loops for head in self._heads(loop)):
            self._kind(_kind_of(head))

    def _kind(self, key: tuple[str, str, int]) -> int:
        """Give the number of a kind, and make one of its plain id first: it is where every other code leads."""
        if key[1]:
            self.kinds.setdefault((key[0], "", 0), len(self.kinds))
        return self.kinds.setdefault(key, len(self.kinds))

    def layout(self) -> Layout:
        """Give tables and plan."""
        ordered = [*self.hosts[1:], *(name for name in self.source["table"] if name not in self.hosts)]
        tables = [self._table(number, name) for number, name in enumerate(ordered, 1)]
        self._place_repeats()
        self._let_fall()
        repeats = self._repeats(ordered)
        plan = self._plan(repeats)
        steps = {name: table["each"]["step"] for name, table in self.source["table"].items() if "each" in table}
        heads = {name: tuple(int(plan.locals[tag]) for tag in self._tags(name)) for name in ordered}
        every = (*self.rules.values(), *self.repeated.values())
        joined = max(sum(rule[MODE] & JOINED > 0 for rule in rules) for rules in every)
        names, hosts, raw_tables = tuple(self.loops), tuple(self.hosts), tuple(self.raw_tables)
        told, hierarchy = tuple(self.kinds), self.source.get("hierarchy", {})
        return Layout(
            self.source["kind"], tuple(tables), hosts, raw_tables, names, heads, steps, joined, told, plan, hierarchy
        )

    def _heads(self, loop: str) -> list[str]:
        """Give the segments that open a loop."""
        words = self.source["loop"][loop]
        heads: list[str] = [words["head"]] if isinstance(words["head"], str) else words["head"]
        return [*heads, words["instead"]] if "instead" in words else heads

    def _tags(self, table: str) -> tuple[int, ...]:
        """Give the ids of the segments that give a table its rows."""
        words = self.source["table"][table]
        heads = [head for loop in self._opening(table) for head in self._heads(loop)]
        if "each" in words:
            heads = [words["each"]["segment"]]
        return tuple(dict.fromkeys(tag_code(_kind_of(head)[0]) for head in heads))

    def _opening(self, table: str) -> list[str]:
        """Give the loops that open a row of a table."""
        words = self.source["table"][table]
        return list(words.get("opened_by", words.get("loops", ())[:1]))

    def _depth(self, table: str) -> int:
        """Give how many loops the rows of a table stand in."""
        return max(len(self._chain(loop)) for loop in self._opening(table))

    def _loop_tables(self) -> dict[str, str]:
        return {loop: table for table in self.source["table"] for loop in self._opening(table)}

    def _loops_of(self, table: str) -> list[str]:
        """Give the loops whose segments a table reads."""
        words = self.source["table"][table]
        loops = words["each"]["loops"] if "each" in words else words["loops"]
        return list(self.loops) if loops == "*" else loops

    def _table(self, number: int, name: str) -> Table:
        """Give a table; the rules of its columns are noted on the way."""
        table = self.source["table"][name]
        found = {k: v for group in table.get("also", ()) for k, v in self.source["columns"][group].items()}
        found |= table.get("column", {})
        columns = [self._column(number, name, column, words) for column, words in found.items()]
        above = self._above(self._opening(name) or self._loops_of(name), name)
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
            self.repeated.setdefault(self._repeated().index(table), []).append((raw, element, component, mode, 0))
            return
        kind = self._kind(_kind_of(found["kind"]))
        for loop in [found["loop"]] if found["loop"] else self._loops_of(table):
            rule = (raw, element, component, mode, self.hosts.index(table))
            self.rules.setdefault((self.loops[loop], kind), []).append(rule)

    def _repeated(self) -> list[str]:
        return [name for name, table in self.source["table"].items() if "each" in table]

    def _place_repeats(self) -> None:
        """Note in which loops each repeat is read: those where its segment does not fill columns."""
        for number, name in enumerate(self._repeated()):
            kind = self._kind(_kind_of(self.source["table"][name]["each"]["segment"]))
            for loop in map(self.loops.__getitem__, self._loops_of(name)):
                if (loop, kind) not in self.rules:
                    self.repeats[loop, kind] = number

    def _let_fall(self) -> None:
        """Let what a loop says of a plain id hold for each code of the id of which the loop says nothing."""
        for (tag, code, _), kind in self.kinds.items():
            plain = self.kinds[tag, "", 0]
            for loop in self.loops.values() if code else ():
                if (loop, kind) in self.rules or (loop, kind) in self.repeats:
                    continue
                if (loop, plain) in self.rules:
                    self.rules[loop, kind] = self.rules[loop, plain]
                if (loop, plain) in self.repeats:
                    self.repeats[loop, kind] = self.repeats[loop, plain]

    def _mapped(self, cell: Cell) -> int:
        """Give a bit for each element that has its column, or all its components have; so has the one that told the kind."""
        if cell in self.repeats:
            each = self.source["table"][self._repeated()[self.repeats[cell]]]["each"]
            starts = range(each["start"], each["start"] + each["step"] * each["most"], each["step"])
            whole = _whole_elements(self.repeated[self.repeats[cell]])
            fixed = {element for element in whole if element < RELATIVE}
            return sum(1 << e for e in fixed | {e - RELATIVE + start for e in whole - fixed for start in starts})
        *_, told = next(key for key, number in self.kinds.items() if number == cell[1])
        return sum(1 << element for element in _whole_elements(self.rules.get(cell, [])) | ({told} if told else set()))

    def _repeats(self, ordered: Sequence[str]) -> list[tuple[int, ...]]:
        """Give the shape of each repeat; its rules come behind those of the cells."""
        shapes: list[tuple[int, ...]] = []
        after = sum(map(len, self.rules.values()))
        for place, name in enumerate(self._repeated()):
            each = self.source["table"][name]["each"]
            count = len(self.repeated[place])
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
        moves = [self._move(origin, kind) for origin in self.loops for kind in self.kinds]
        return Plan(
            numbers,
            _array(np.cumsum([0, *map(len, branches)])),
            _array(element for element, _, _ in flat),
            np.array([int.from_bytes(code.encode(), "big") for _, code, _ in flat], np.int64),
            _array(kind for _, _, kind in flat),
            _array(self.kinds.get((tag, "", 0), 0) for tag in ("", *tags)),
            _array(self._nature(tag) for tag, _, _ in self.kinds),
            _array(target for target, _ in moves),
            _array(stop for _, stop in moves),
            _array(self.loops.get(loop.get("parent", ""), -1) for loop in self.source["loop"].values()),
            _array(self.hosts.index(self._loop_tables()[n]) if n in self._loop_tables() else -1 for n in self.loops),
            rules_from,
            rules,
            np.array([self._mapped(cell) for cell in self._all_cells()], np.int64),
            _array(self.repeats.get(cell, -1) for cell in self._all_cells()),
            _array(number for shape in repeats for number in shape),
        )

    def _all_cells(self) -> list[Cell]:
        return [(loop, kind) for loop in self.loops.values() for kind in self.kinds.values()]

    def _cells(self) -> tuple[Numbers, Numbers]:
        """Give where the rules of each cell begin, in the order of their elements; those of the repeats are at the end."""
        found = [sorted(self.rules.get(cell, []), key=_order) for cell in self._all_cells()]
        repeated = [self.repeated[number] for number in range(len(self._repeated()))]
        flat = [number for group in (*found, *repeated) for rule in group for number in rule]
        return _array(np.cumsum([0, *map(len, found)])), _array(flat)

    def _nature(self, tag: str) -> int:
        natures = {"silent": SILENT, "known": PLAIN, "placed": PLACED, "harmless": HARMLESS}
        return next((nature for words, nature in natures.items() if tag in self.source.get(words, ())), UNKNOWN)

    def _move(self, origin: str, kind: tuple[str, str, int]) -> tuple[int, int]:
        """Give the loop that such a segment opens where `origin` is open, and the loop up to which it closes; -1 for none.

        Holds: a head with this code goes before one with the plain id, then the nearest loop that takes the segment.
        """
        chain = self._chain(origin)
        found = []
        for name, loop in self.source["loop"].items():
            heads = [head for head in self._heads(name) if _kind_of(head) in (kind, (kind[0], "", 0))]
            if "parent" in loop and heads and self._may_open(name, heads[0], origin, chain):
                is_plain = kind != _kind_of(heads[0])
                stop = next(up for up in self._chain(loop["parent"]) if up in chain)
                found.append((is_plain, chain.index(stop), name, stop))
        return (self.loops[min(found)[2]], self.loops[min(found)[3]]) if found else (-1, -1)

    def _may_open(self, name: str, head: str, origin: str, chain: Sequence[str]) -> bool:
        """Tell whether a loop may open where `origin` is open; what stands for its head does not open it again."""
        loop = self.source["loop"][name]
        if head == loop.get("instead") and name in chain:
            return False
        return origin in loop["within"] if "within" in loop else loop["parent"] in chain or loop.get("anywhere", False)


def _whole_elements(rules: Iterable[Rule]) -> set[int]:
    """Give the elements that have a column for all of them, or one for each component and for all that is behind."""
    parts: dict[int, set[int]] = {}
    for rule in rules:
        parts.setdefault(rule[ELEMENT], set()).add(rule[COMPONENT])
    return {element for element, found in parts.items() if 0 in found or _is_whole(found)}


def _is_whole(components: set[int]) -> bool:
    last = -min(components)
    return last > 0 and components == {-last, *range(1, last)}


def _kind_of(words: str) -> tuple[str, str, int]:
    """Give id, code and the element of the code, from words such as `N1*PR` or `HL*20@3`."""
    found = _matched(_KIND, words)
    return found["tag"], found["code"] or "", int(found["element"] or 1) if found["code"] else 0


def _matched(pattern: re.Pattern[str], words: str) -> re.Match[str]:
    found = pattern.fullmatch(words)
    if not found:
        raise ValueError(f"{words!r} is not of the form {pattern.pattern}")
    return found


def _order(rule: Sequence[int]) -> tuple[int, int]:
    """Give the place of a rule among those of its cell: by element, then by component."""
    return rule[ELEMENT], abs(rule[COMPONENT])


def _array(numbers: Iterable[int]) -> Numbers:
    return np.array(list(numbers), np.int32)
