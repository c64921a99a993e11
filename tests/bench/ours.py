"""Our engine as the bench calls it: the one module to change when the engine's functions change their names."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

import pyarrow as pa

from tasks.stores.vault import FileBytes
from tasks.x12.arrow import arrow_tables
from tasks.x12.balance import balance
from tasks.x12.claim_count import count_claims
from tasks.x12.envelope import Content, read_pieces, read_x12
from tasks.x12.remittance import KEYS, read_remittances
from tasks.x12.tables import read_tables
from tests.fuzz.compiled import ALWAYS, compiling_from

Tables = Mapping[str, pa.Table]
SCHEMA = "main"
"""Where `to_duckdb` puts its tables."""

_GOLDEN = Path(__file__).parents[1] / "x12" / "golden"


def warm_up() -> None:
    """Bring the process to the state of one that has read a large 835 before: everything imported and compiled."""
    with compiling_from(ALWAYS):
        tables([(_GOLDEN / "835_reversal_and_correction.x12").read_bytes()], 1)


def warm_up_837p() -> None:
    """The same for one that has read and counted a large 837P."""
    content = (_GOLDEN / "837p_dependent.x12").read_bytes()
    with compiling_from(ALWAYS):
        claim_tables([content])
        count_837(content)


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


def claim_tables(contents: Sequence[Content]) -> Tables:
    """Give all tables of these 837Ps, every row with its file and byte range."""
    parts: dict[str, list[pa.Table]] = defaultdict(list)
    for piece in read_pieces(contents):
        assert not any(file.fault for file in piece.ended)
        for part in read_tables(piece.transactions, "837P"):
            for name, table in arrow_tables(part).items():
                parts[name].append(table)
            part.release()
        piece.index.release()
    return {name: pa.concat_tables(part) for name, part in parts.items()}


def count_837(content: bytes) -> Mapping[str, int]:
    """Count an 837 as `claims x12 summary` does, without a table: claims, lines and charged_cents."""
    totals = count_claims(read_x12(content).transactions).totals
    return {name: totals[name] for name in ("claims", "lines", "charged_cents")}


def pieces(path: Path) -> Iterator[Tables]:
    """Give the tables of an 835 that is larger than memory should hold, piece by piece."""
    for piece in read_remittances([FileBytes(path)], None, 1):
        assert not any(faults for _, _, faults in piece.ended)
        if piece.tables:
            yield piece.tables
