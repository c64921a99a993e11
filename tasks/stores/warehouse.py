"""The warehouse: one DuckDB file, one writer at a time, every step one transaction."""

import fcntl
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from schemas.errors import ClaimcycleError
from schemas.keys import key_of
from schemas.warehouse import statements

Row = Mapping[str, object]
CONFIG: dict[str, Any] = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
MOST_MEMORY = "6GB"
"""What does not fit is spilled to files beside the warehouse."""

SMALL_BYTES = 256 * 1024**2
"""Below this size one thread is a fifth faster than two: the queries are many and small."""


def warehouse_path(home: Path) -> Path:
    """Where the warehouse of a practice lies."""
    return home / "warehouse" / "warehouse.duckdb"


def _config(path: Path, threads: int | None = None) -> dict[str, Any]:
    """Give DuckDB's settings for a file: nothing is loaded from outside, one thread while it is small, bounded memory."""
    is_small = not path.exists() or path.stat().st_size < SMALL_BYTES
    wanted = threads or (1 if is_small else None)
    return CONFIG | ({} if is_small else {"memory_limit": MOST_MEMORY}) | ({"threads": wanted} if wanted else {})


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """Hold the practice's one writer lock; the kernel frees it on any death.

    Raises: ClaimcycleError when another process holds it.
    Source: measured: copying the DuckDB file drops DuckDB's own lock, so exclusion is a flock on a file of ours.
    """
    folder = warehouse_path(home).parent
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(folder / "writer.lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise ClaimcycleError(
            f"another night is writing {warehouse_path(home)}; wait for it or stop it, then run again"
        ) from None
    try:
        yield
    finally:
        os.close(handle)


_OPEN: dict[Path, "Warehouse"] = {}
"""Warehouses that this process has open for writing: a session within a session is the same one."""


@contextmanager
def session(home: Path, threads: int | None = None) -> Iterator["Warehouse"]:
    """Open the warehouse for several transactions; nobody else writes meanwhile, and its shape is this edition's.

    Holds: within an open session of the same home the same connection is given, and stays open.
    """
    path = warehouse_path(home).absolute()
    if path in _OPEN:
        yield _OPEN[path]
        return
    with locked(home):
        connection = duckdb.connect(str(path), config=_config(path, threads))
        try:
            path.chmod(0o600)
            _OPEN[path] = Warehouse(connection)
            _bring_up_to_date(_OPEN[path])
            yield _OPEN[path]
        finally:
            _OPEN.pop(path, None)
            connection.close()


@contextmanager
def writer(home: Path) -> Iterator["Warehouse"]:
    """Open the warehouse for one transaction: all of the block is kept, or none of it."""
    with session(home) as warehouse, warehouse.transaction():
        yield warehouse


@contextmanager
def reader(path: Path) -> Iterator["Warehouse"]:
    """Open a published snapshot (or a closed warehouse) read-only."""
    if not path.exists():
        raise ClaimcycleError(f"no warehouse at {path}; run `claims nightly` first")
    connection = duckdb.connect(str(path), read_only=True, config=_config(path))
    try:
        yield Warehouse(connection)
    finally:
        connection.close()


@cache
def _edition() -> str:
    return key_of(*statements())


def _bring_up_to_date(warehouse: "Warehouse") -> None:
    """Make every schema, table, column, view and comment of this edition where they are not made yet; rows stay."""
    found = "select 1 from duckdb_tables() where schema_name = 'main' and table_name = 'edition' and comment = $1"
    if warehouse.rows(found, [_edition()]):
        return
    with warehouse.transaction():
        for table, column, kind in sorted(_columns_of_edition() - _columns_of(warehouse)):
            warehouse.execute(f"alter table if exists {table} add column if not exists {column} {kind}")
        for statement in statements():
            warehouse.execute(statement)
        warehouse.execute("create table if not exists main.edition (note varchar)")
        warehouse.execute(f"comment on table main.edition is '{_edition()}'")


_COLUMNS = """select schema_name || '.' || table_name as table_name, column_name, data_type from duckdb_columns()
    where not internal and table_oid in (select table_oid from duckdb_tables())"""


def _columns_of_edition() -> set[tuple[str, str, str]]:
    """Give table, column and type of a warehouse that is made anew."""
    with duckdb.connect(config=CONFIG) as empty:
        warehouse = Warehouse(empty)
        for statement in statements():
            warehouse.execute(statement)
        return _columns_of(warehouse)


def _columns_of(warehouse: "Warehouse") -> set[tuple[str, str, str]]:
    return {(row["table_name"], row["column_name"], row["data_type"]) for row in warehouse.rows(_COLUMNS)}


UNDECLARED = {"claims.event": "event_id", "ledger.entry": "entry_id"}
"""Tables that declare no key, and the column that is it: it is looked for in one pass, and no index is kept of it."""


class Warehouse:
    """An open connection that takes and gives rows."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of the block is kept, or none of it."""
        self._connection.execute("begin")
        try:
            yield
        except BaseException:
            self._connection.execute("rollback")
            raise
        self._connection.execute("commit")

    def execute(self, sql: str, parameters: Sequence[object] | None = None) -> None:
        """Run a statement for its effect."""
        self._connection.execute(sql, parameters)

    def rows(self, sql: str, parameters: Sequence[object] | None = None) -> list[dict[str, Any]]:
        """Give the whole result as rows."""
        cursor = self._connection.execute(sql, parameters)
        if cursor is None:  # a query of nothing but comments
            return []
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]

    def filled_rows(self, sql: str, parameters: Sequence[object] | None = None) -> list[dict[str, Any]]:
        """Give the whole result as rows that have only their filled columns: where most are empty, much less memory."""
        cursor = self._connection.execute(sql, parameters)
        names = [column[0] for column in cursor.description or ()]
        return [
            {name: value for name, value in zip(names, values, strict=True) if value is not None}
            for values in cursor.fetchall()
        ]

    def value(self, sql: str, parameters: Sequence[object] | None = None) -> Any:
        """Give the first column of the first row, None when there is no row."""
        found = self._connection.execute(sql, parameters).fetchall()
        return found[0][0] if found else None

    def insert(self, table: str, rows: Sequence[Row]) -> int:
        """Insert the rows that are not there yet (by their key) and give how many were new.

        Holds: the same rows again change nothing.
        """
        if not rows:
            return 0
        self._register(table, rows)
        key = UNDECLARED.get(table)
        verb, new = ("insert", f"distinct on ({key}) i.*") if key else ("insert or ignore", "*")
        there = f"anti join {table} using ({key})" if key else ""
        inserted = self._connection.execute(
            f"{verb} into {table} by name select {new} from incoming_rows i {there}"
        ).fetchall()
        self._connection.unregister("incoming_rows")
        return int(inserted[0][0])

    def _append(self, table: str, rows: Sequence[Row]) -> None:
        self._register(table, rows)
        self._connection.execute(f"insert into {table} by name select * from incoming_rows")
        self._connection.unregister("incoming_rows")

    def _register(self, table: str, rows: Sequence[Row]) -> None:
        """Make the rows the relation incoming_rows, with the table's types."""
        shape = self._connection.sql(f"select * from {table} limit 0").to_arrow_table().schema
        unknown = set(rows[0]) - set(shape.names)
        if unknown:
            raise ValueError(f"{table} has no column {sorted(unknown)}")
        try:
            incoming = pa.Table.from_pylist([dict(row) for row in rows], schema=shape)
        except (pa.ArrowInvalid, pa.ArrowTypeError):  # their messages quote the value, which may be PHI
            raise ValueError(f"a row for {table} does not have the table's types") from None
        self._connection.register("incoming_rows", incoming)

    def insert_table(self, table: str, incoming: pa.Table, added: Mapping[str, object]) -> None:
        """Insert the rows of an Arrow table that are not there yet (by primary key), the same values added to each."""
        names = [f"${number} as {name}" for number, name in enumerate(added, 1)]
        self._connection.register("incoming_rows", incoming)
        self._connection.execute(
            f"insert or ignore into {table} by name select {', '.join(['*', *names])} from incoming_rows",
            list(added.values()),
        )
        self._connection.unregister("incoming_rows")

    def replace(self, table: str, rows: Sequence[Row]) -> None:
        """The table has these rows and no others; where it has them already, nothing is written."""
        self._connection.execute("create or replace temp table wanted_rows as from " + table + " limit 0")
        self._append("wanted_rows", rows)
        differs = f"(from {table} except all from wanted_rows) union all (from wanted_rows except all from {table})"
        if self.rows(f"select 1 from ({differs}) limit 1"):
            self._connection.execute(f"delete from {table}")
            self._connection.execute(f"insert into {table} from wanted_rows")
        self._connection.execute("drop table wanted_rows")

    def take_numbers(self, counter: str, count: int) -> range:
        """Burn the next `count` numbers of a counter and give them; a number is never given twice."""
        self._connection.execute("insert or ignore into claims.counter values ($1, 0)", [counter])
        first = int(self.value("select value from claims.counter where name = $1", [counter])) + 1
        self._connection.execute("update claims.counter set value = value + $1 where name = $2", [count, counter])
        return range(first, first + count)

    def table_hashes(self) -> dict[str, str]:
        """Give a hash of the content of each table, whatever the order of its rows."""
        tables = self.rows("select schema_name || '.' || table_name as name from duckdb_tables() order by 1")
        return {
            t["name"]: str(
                self.value(f"select count(*) || ':' || coalesce(bit_xor(md5_number(t::varchar)), 0) from {t['name']} t")
            )
            for t in tables
        }
