"""What of ours is measured. Each work prepares what it needs and gives the action that is timed; the action gives figures."""

from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import mkdtemp

import duckdb
import pyarrow.compute as pc

from tests.bench import ours

Action = Callable[[], Mapping[str, int]]


def read_one(path: Path) -> Action:
    ours.warm_up()
    return lambda: figures(ours.tables([path.read_bytes()], 1))


def read_two_threads(path: Path) -> Action:
    ours.warm_up()
    return lambda: figures(ours.tables([path.read_bytes()], 2))


def read_folder(path: Path) -> Action:
    ours.warm_up()
    return lambda: figures(ours.tables([file.read_bytes() for file in sorted(path.iterdir())], 1))


def read_837(path: Path) -> Action:
    ours.warm_up()
    return lambda: ours.read_837([path.read_bytes()], 1)


def read_in_pieces(path: Path) -> Action:
    ours.warm_up()
    return lambda: ours.read_in_pieces(path)


def balance(path: Path) -> Action:
    ours.warm_up()
    read = ours.tables([path.read_bytes()], 1)
    return lambda: {"unbalanced": sum(rule["unbalanced"] for rule in ours.verdicts(read).values())}


def to_database(path: Path) -> Action:
    ours.warm_up()
    database = Path(mkdtemp(dir=path.parent)) / "bench.duckdb"

    def act() -> Mapping[str, int]:
        ours.to_duckdb(path, database)
        return {}

    return act


def insert_from_arrow(path: Path) -> Action:
    """The floor of `to_database`: the same rows, read before the clock starts."""
    ours.warm_up()
    read = ours.tables([path.read_bytes()], 1)
    database = Path(mkdtemp(dir=path.parent)) / "bench.duckdb"

    def act() -> Mapping[str, int]:
        with duckdb.connect(str(database)) as connection:
            for name, table in read.items():
                connection.register("read", table)
                connection.execute(f"create table {name} as select * from read")
            connection.execute("checkpoint")
        return {}

    return act


def read_bytes(path: Path) -> Action:
    return lambda: {"bytes": len(path.read_bytes())}


def count_one_sign(path: Path) -> Action:
    content = path.read_bytes()
    return lambda: {"segments": content.count(b"~")}


def figures(read: ours.Tables) -> Mapping[str, int]:
    """Give what the truth file knows, from the tables."""
    return {
        "payments": read["payment"].num_rows,
        "claims": read["claim"].num_rows,
        "lines": read["service"].num_rows,
        "adjustments": read["adjustment"].num_rows,
        "plb": read["provider_adjustment"].num_rows,
        "charged_cents": pc.sum(read["claim"]["charge_cents"]).as_py(),
        "paid_cents": pc.sum(read["claim"]["paid_cents"]).as_py(),
        "patient_cents": pc.sum(read["claim"]["patient_cents"]).as_py(),
        "adjusted_cents": pc.sum(read["adjustment"]["amount_cents"]).as_py(),
        "plb_cents": pc.sum(read["provider_adjustment"]["amount_cents"]).as_py(),
        "payment_cents": pc.sum(read["payment"]["payment_cents"]).as_py(),
    }
