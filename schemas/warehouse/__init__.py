"""The warehouse's shape: SQL files in the order of the night; inline comments become the data dictionary."""

import re
from functools import cache
from importlib.resources import files

_TABLE = re.compile(r"^create table if not exists (\w+\.\w+) \( -- (.+)$")
_COLUMN = re.compile(r"^  (\w+)\s.*?,? -- (.+)$")
_VIEW = re.compile(r"^create or replace view (\w+\.\w+) as -- (.+)$")


@cache
def statements() -> tuple[str, ...]:
    """Every statement that makes the warehouse, comments on tables, views and columns included, in order."""
    sources = sorted((f for f in files(__name__).iterdir() if f.name.endswith(".sql")), key=lambda f: f.name)
    return tuple(s for source in sources for s in _with_comments(source.read_text(encoding="utf-8")))


def _with_comments(sql: str) -> list[str]:
    """Split one file into its statements, each followed by the COMMENT ON that its inline comments say."""
    found: list[str] = []
    for block in re.split(r";\n", sql):
        body = "\n".join(line for line in block.splitlines() if not line.startswith("--")).strip()
        if body:
            found.append(re.sub(r" -- .*$", "", body, flags=re.MULTILINE))
            found.extend(_comments(body))
    return found


def _comments(body: str) -> list[str]:
    found, table = [], ""
    for line in body.splitlines():
        if head := _TABLE.match(line):
            table = head[1]
            found.append(f"comment on table {table} is {_quoted(head[2])}")
        elif view := _VIEW.match(line):
            found.append(f"comment on view {view[1]} is {_quoted(view[2])}")
        elif table and (column := _COLUMN.match(line)) and column[1] not in {"primary", "unique"}:
            found.append(f"comment on column {table}.{column[1]} is {_quoted(column[2])}")
    return found


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
