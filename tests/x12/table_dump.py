"""Tables as JSON for golden files: each row's filled columns and its bytes; `python -m tests.x12.table_dump FILE` prints them."""

import json
import sys
from pathlib import Path

from tasks.x12.envelope import read_x12
from tasks.x12.layout import KEPT
from tasks.x12.records import records
from tasks.x12.tables import read_tables


def dump(content):
    """Give, for each kind in a file, its tables that have rows."""
    x12 = read_x12(content)
    found = {}
    for kind in dict.fromkeys(transaction.kind for transaction in x12.transactions):
        for tables in read_tables(x12.transactions, kind):
            found[kind] = {name: [_row(r) for r in records(tables, name)] for name in tables.rows if name != KEPT}
            found[kind][KEPT] = [_kept(tables, r) for r in records(tables, KEPT)]
            found[kind] = {name: rows for name, rows in found[kind].items() if rows}
    return json.loads(json.dumps(found, default=str))


def _row(record):
    parents = {parent: number for parent, number in record.parents.items() if number >= 0}
    under = parents.popitem() if parents else None
    filled = {column: value for column, value in record.values.items() if value is not None}
    return {"bytes": [record.byte_start, record.byte_end], "under": under, "place": record.place} | filled


def _kept(tables, record):
    elements = tables.index.elements(record.segment)
    return {"bytes": [record.byte_start, record.byte_end], "content": elements}


def text(content):
    """Give a dump with a line for each row."""
    kinds = []
    for kind, tables in dump(content).items():
        parts = [
            f"    {json.dumps(name)}: [\n" + ",\n".join(f"      {json.dumps(row)}" for row in rows) + "\n    ]"
            for name, rows in tables.items()
        ]
        kinds.append(f"  {json.dumps(kind)}: {{\n" + ",\n".join(parts) + "\n  }")
    return "{\n" + ",\n".join(kinds) + "\n}\n"


if __name__ == "__main__":
    sys.stdout.write(text(Path(sys.argv[1]).read_bytes()))
