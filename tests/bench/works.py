"""What of ours is measured: each work prepares what it needs and gives the action that is timed.

An action gives figures, or a function that gives them when the clock has stopped.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from operator import attrgetter
from pathlib import Path
from tempfile import mkdtemp

import pyarrow as pa
import pyarrow.compute as pc

from tasks.stores.vault import FileBytes
from tests.bench import ours
from tests.bench.places import Row, last_rows, misplaced

Figures = Mapping[str, int]
Action = Callable[[], Figures | Callable[[], Figures]]


def read_one(path: Path) -> Action:
    ours.warm_up()
    return lambda: partial(figures, ours.tables([FileBytes(path)], 1))


def read_two_threads(path: Path) -> Action:
    ours.warm_up()
    return lambda: partial(figures, ours.tables([FileBytes(path)], 2))


def read_folder(path: Path) -> Action:
    ours.warm_up()
    return lambda: partial(
        figures, ours.tables([FileBytes(file) for file in sorted(path.iterdir(), key=attrgetter("name"))], 1)
    )


def read_837(path: Path) -> Action:
    ours.warm_up_837p()
    return lambda: partial(claim_figures, ours.claim_tables([FileBytes(path)]))


def count_837(path: Path) -> Action:
    ours.warm_up_837p()
    return lambda: ours.count_837(path.read_bytes())


def read_in_pieces(path: Path) -> Action:
    """Figures are added up while it reads, for the tables of a piece are gone with it; the last rows are held against the file after that."""
    ours.warm_up()

    def act() -> Callable[[], Figures]:
        total: Counter[str] = Counter()
        last: dict[str, Row] = {}
        for read in ours.pieces(path):
            total.update(figures(read))
            last |= last_rows(read)
        return lambda: {**total, "misplaced": misplaced(path, last)}

    return act


def balance(path: Path) -> Action:
    ours.warm_up()
    read, verdicts = ours.verdicts(path)
    verdicts(read)
    return lambda: {"unbalanced": sum(rule["unbalanced"] for rule in verdicts(read).values())}


def to_database(path: Path) -> Action:
    ours.warm_up()
    import_module("duckdb")
    database = Path(mkdtemp(dir=path.parent)) / "bench.duckdb"

    def act() -> Callable[[], Figures]:
        ours.to_duckdb(path, database)
        return partial(database_figures, database, ours.SCHEMA)

    return act


def insert_from_arrow(path: Path) -> Action:
    """The floor of `to_database`: the same rows, read before the clock starts."""
    import duckdb

    ours.warm_up()
    read = ours.warehouse_tables(path.read_bytes())
    database = Path(mkdtemp(dir=path.parent)) / "bench.duckdb"

    def act() -> Callable[[], Figures]:
        with duckdb.connect(str(database)) as connection:
            for name, table in read.items():
                connection.register("read", table)
                connection.execute(f"create table {name} as select * from read")
            connection.execute("checkpoint")
        return partial(database_figures, database, "main")

    return act


def database_figures(database: Path, schema: str) -> Figures:
    """Give what the truth file knows, from the database as it lies on the disk."""
    queries = (
        f"select count(*), sum(payment_cents) from {schema}.payment",
        f"select count(*), sum(charge_cents), sum(paid_cents), sum(patient_cents) from {schema}.claim",
        f"select count(*) from {schema}.service",
        f"select count(*), sum(amount_cents) from {schema}.adjustment",
        f"select count(*), sum(amount_cents) from {schema}.provider_adjustment",
    )
    names = (
        ("payments", "payment_cents"),
        ("claims", "charged_cents", "paid_cents", "patient_cents"),
        ("lines",),
        ("adjustments", "adjusted_cents"),
        ("plb", "plb_cents"),
    )
    import duckdb

    with duckdb.connect(str(database), read_only=True) as connection:
        found = [connection.execute(query).fetchall()[0] for query in queries]
    return {
        name: int(value) for part, row in zip(names, found, strict=True) for name, value in zip(part, row, strict=True)
    }


def read_bytes(path: Path) -> Action:
    return lambda: {"bytes": len(path.read_bytes())}


def count_one_sign(path: Path) -> Action:
    content = path.read_bytes()
    return lambda: {"segments": content.count(b"~")}


def figures(read: ours.Tables) -> Mapping[str, int]:
    """Give what the truth file knows, from the tables of an 835."""
    return {
        "payments": read["payment"].num_rows,
        "claims": read["claim"].num_rows,
        "lines": read["service"].num_rows,
        "adjustments": read["adjustment"].num_rows,
        "plb": read["provider_adjustment"].num_rows,
        "charged_cents": _sum(read["claim"]["charge_cents"]),
        "paid_cents": _sum(read["claim"]["paid_cents"]),
        "patient_cents": _sum(read["claim"]["patient_cents"]),
        "adjusted_cents": _sum(read["adjustment"]["amount_cents"]),
        "plb_cents": _sum(read["provider_adjustment"]["amount_cents"]),
        "payment_cents": _sum(read["payment"]["payment_cents"]),
    }


def claim_figures(read: ours.Tables) -> Mapping[str, int]:
    """Give what the truth file knows, from the tables of an 837P."""
    return {
        "claims": read["claim"].num_rows,
        "lines": read["service_line"].num_rows,
        "charged_cents": _sum(read["claim"]["charge_cents"]),
    }


def _sum(column: pa.ChunkedArray) -> int:
    """Give 0 for a column without rows."""
    return pc.sum(column, min_count=0).as_py()
