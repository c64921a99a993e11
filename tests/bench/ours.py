"""Our engine as the bench calls it: the one module to change when the engine's functions change their names."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

import pyarrow as pa

from tasks.stores.vault import FileBytes
from tasks.x12.balance import balance
from tasks.x12.claim_count import count_claims
from tasks.x12.envelope import Content, read_pieces, read_x12
from tasks.x12.remittance import KEYS, read_remittances
from tasks.x12.tables import read_tables
from tests.fuzz.compiled import ALWAYS, compiling_from

Tables = Mapping[str, pa.Table]
SCHEMA = "main"
"""Where `to_duckdb` puts its tables."""


def warm_up() -> None:
    """Bring the process to the state of one that has read a large file before: everything imported and compiled."""
    golden = Path(__file__).parents[1] / "x12" / "golden" / "835_reversal_and_correction.x12"
    with compiling_from(ALWAYS):
        tables([golden.read_bytes()], 1)


def tables(contents: Sequence[Content], threads: int) -> Tables:
    """Give the tables of these 835s, every row with its file and byte range."""
    parts: dict[str, list[pa.Table]] = {name: [] for name in KEYS}
    for piece in read_remittances(contents, None, threads):
        assert not any(faults for _, _, faults in piece.ended)
        for name, table in piece.tables.items():
            parts[name].append(table)
    return {name: pa.concat_tables(part) for name, part in parts.items()}


def verdicts(path: Path) -> tuple[list, object]:
    """Give what the balance verdicts are taken over, and the function that takes them."""
    parts = [part for piece in read_pieces([path.read_bytes()]) for part in read_tables(piece.transactions, "835")]
    return parts, balance


def warehouse_tables(content: bytes) -> Tables:
    """Give the tables as the warehouse has them, with keys that name file, byte and place."""
    parts: dict[str, list[pa.Table]] = {name: [] for name in KEYS}
    for piece in read_remittances([content], [sha256(content).hexdigest()], 1):
        for name, table in piece.tables.items():
            parts[name].append(table)
    return {name: pa.concat_tables(part) for name, part in parts.items()}


def to_duckdb(path: Path, database: Path) -> None:
    """Bring one 835 from its file into a checkpointed DuckDB file: one thread reads ahead, this one writes."""
    import duckdb  # here, so that what does not need it is not weighed with it

    content = path.read_bytes()
    made: set[str] = set()
    with duckdb.connect(str(database)) as connection:
        connection.execute("begin")
        for piece in read_remittances([content], [sha256(content).hexdigest()], 2):
            for name, table in piece.tables.items():
                connection.register("part", table)
                verb = "insert into {} select * from part" if name in made else "create table {} as select * from part"
                connection.execute(verb.format(name))
                made.add(name)
        connection.execute("commit")
        connection.execute("checkpoint")


def read_837(contents: Sequence[bytes], threads: int) -> Mapping[str, int]:
    """Read 837Ps and give claims, lines and charged_cents."""
    totals = [count_claims(read_x12(content).transactions).totals for content in contents]
    return {name: sum(total[name] for total in totals) for name in ("claims", "lines", "charged_cents")}


def read_in_pieces(path: Path) -> Mapping[str, int]:
    """Read an 835 that is larger than memory should hold; give claims, lines and adjustments."""
    counts = dict.fromkeys(("claims", "lines", "adjustments"), 0)
    for piece in read_remittances([FileBytes(path)], None, 1):
        for name, table in zip(counts, ("claim", "service", "adjustment"), strict=True):
            counts[name] += piece.tables[table].num_rows if piece.tables else 0
    return counts
