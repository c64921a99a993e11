"""Which of the three formats a bank's file is, and what it says."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from schemas.errors import Fault
from schemas.keys import key_of
from tasks.bank.ach import read_ach
from tasks.bank.bai2 import read_bai2
from tasks.bank.columns import read_columns


def read_bank_file(content: bytes, file_sha256: str, columns: Mapping[str, str], night: date) -> list[dict[str, Any]]:
    """Give the rows of a bank's file.

    Shape: bank.movement; `columns` is [bank.csv] of practice.toml. Holds: each row names the bytes that say it.
    Raises: Fault, and then nothing of the file counts.
    """
    if not content.strip():
        raise Fault("EMPTY", "the file is empty", "ask the bank for the file again")
    if content.startswith(b"101"):
        told, movements = "ach", read_ach(content)
    elif content.startswith(b"01,"):
        told, movements = "bai2", read_bai2(content)
    else:
        told, movements = "csv", read_columns(content, columns)
    return [
        {
            "movement_id": key_of(file_sha256, movement.byte_start),
            "file_sha256": file_sha256,
            "format": told,
            **asdict(movement),
            "read_on": night,
        }
        for movement in movements
    ]
