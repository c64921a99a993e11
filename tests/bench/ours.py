"""Our engine as the bench calls it: the one module to change when the engine's functions change their names."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from hashlib import sha256
from pathlib import Path

import duckdb
import pyarrow as pa

from tasks.x12.balance import balance
from tasks.x12.claim_count import count_claims
from tasks.x12.envelope import read_x12
from tasks.x12.remittance import read_835

Tables = Mapping[str, pa.Table]
SCHEMA = "main"
"""Where `to_duckdb` puts its tables."""

NIGHT = date(2026, 3, 4)


def warm_up() -> None:
    """Bring the process to the state of one that has read a file before: everything imported and compiled."""


def tables(contents: Sequence[bytes], threads: int) -> Tables:
    """Give the tables of these 835s, every row with its file and byte range."""
    with ThreadPoolExecutor(threads) as pool:
        read = list(pool.map(_rows, contents))
    return {name: pa.Table.from_pylist([row for part in read for row in part[name]]) for name in read[0]}


def _rows(content: bytes) -> Mapping[str, list[dict[str, object]]]:
    return read_835(read_x12(content), sha256(content).hexdigest(), NIGHT)


def verdicts(read: Tables) -> Mapping[str, Mapping[str, int]]:
    """Give the balance verdicts over the tables."""
    return balance({name: table.to_pylist() for name, table in read.items()})


def to_duckdb(path: Path, database: Path) -> None:
    """Bring one 835 from its file into a checkpointed DuckDB file."""
    read = tables([path.read_bytes()], 1)
    with duckdb.connect(str(database)) as connection:
        for name, table in read.items():
            connection.register("read", table)
            connection.execute(f"create table {name} as select * from read")
        connection.execute("checkpoint")


def read_837(contents: Sequence[bytes], threads: int) -> Mapping[str, int]:
    """Read 837Ps and give claims, lines and charged_cents."""
    with ThreadPoolExecutor(threads) as pool:
        totals = list(pool.map(lambda content: count_claims(read_x12(content).transactions).totals, contents))
    return {name: sum(total[name] for total in totals) for name in ("claims", "lines", "charged_cents")}


def read_in_pieces(path: Path) -> Mapping[str, int]:
    """Read an 835 that is larger than memory should hold; give claims, lines and adjustments.

    Raises: NotImplementedError where the engine cannot; the bench then says so.
    """
    raise NotImplementedError(path)
