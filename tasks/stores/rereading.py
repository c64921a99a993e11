"""Rereading: every entry of the ledger beside the bytes that it names, fetched from the vault."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tasks.stores.vault import open_content
from tasks.stores.warehouse import Warehouse

_BYTES_AT_ONCE = 16 * 1024**2
Judge = Callable[[str, str | None, int, bytes], str]


def misread_entries(warehouse: Warehouse, home: Path, judge: Judge) -> Iterator[dict[str, Any]]:
    """Give the entries whose bytes do not say them: posted_on, posting_id, what; `judge` says what is wrong, '' for nothing.

    Holds: every entry is looked at; the vault gives only bytes that have the file's hash.
    """
    files = "select file_sha256, max(byte_start) as last from ledger.entry group by 1 order by 1"
    for file in warehouse.rows(files):
        content = open_content(home, file["file_sha256"])
        for start in range(0, file["last"] + 1, _BYTES_AT_ONCE):
            rows = warehouse.rows(
                """select posted_on, posting_id, entry_id, rule_id, code, amount_cents, byte_start, byte_end from ledger.entry
                   where file_sha256 = $1 and byte_start >= $2 and byte_start < $3 order by byte_start, entry_id""",
                [file["file_sha256"], start, start + _BYTES_AT_ONCE],
            )
            window = content[start : max((row["byte_end"] for row in rows), default=start)]
            for row in rows:
                said = window[row["byte_start"] - start : row["byte_end"] - start]
                if what := judge(row["rule_id"], row["code"], row["amount_cents"], said):
                    named = f"entry {row['entry_id']}, bytes {row['byte_start']}-{row['byte_end']}: {what}"
                    yield {"posted_on": row["posted_on"], "posting_id": row["posting_id"], "what": named}
