"""An empty warehouse in memory, and rows put into it by meaning: what is not given is the plainest value of its type."""

from datetime import date
from typing import Any

import duckdb

from schemas.warehouse import statements

PLAIN: dict[str, Any] = {"VARCHAR": "", "BIGINT": 0, "INTEGER": 0, "DATE": date(2026, 3, 2), "BOOLEAN": False}


class Books:
    """A warehouse in memory."""

    def __init__(self) -> None:
        self.connection = duckdb.connect(config={"threads": 1})
        for statement in statements():
            if not statement.startswith("comment on"):
                self.connection.execute(statement)
        self.shapes: dict[str, list[tuple[str, str, bool]]] = {}

    def empty(self) -> None:
        for schema, table in self.connection.execute("select schema_name, table_name from duckdb_tables()").fetchall():
            self.connection.execute(f"delete from {schema}.{table}")

    def add(self, table: str, *rows: dict[str, Any]) -> None:
        """Insert rows; columns left out are null where they may be."""
        if table not in self.shapes:
            schema, name = table.split(".")
            found = self.connection.execute(
                "select column_name, data_type, is_nullable from duckdb_columns() where schema_name = ? and table_name = ?",
                [schema, name],
            )
            self.shapes[table] = found.fetchall()
        shape = self.shapes[table]
        for row in rows:
            assert set(row) <= {column for column, _, _ in shape}, row
            values = [row.get(column, None if nullable else PLAIN[kind]) for column, kind, nullable in shape]
            self.connection.execute(f"insert into {table} values ({', '.join('?' * len(shape))})", values)

    def rows(self, sql: str) -> list[dict[str, Any]]:
        cursor = self.connection.execute(sql)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
