"""Golden files of every kind say what they said: each row with its columns and its bytes."""

import json
from pathlib import Path

import pytest

from .table_dump import dump

GOLDEN = Path(__file__).parent / "golden"
FILES = [path for path in sorted(GOLDEN.glob("*.x12")) if not path.stem.startswith("835_")]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_golden_files_say_what_they_said(path):
    assert path.with_suffix(".why").read_text(encoding="utf-8").strip()
    content = path.read_bytes()
    found = dump(content)
    assert found == json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    for tables in found.values():
        for rows in tables.values():
            for row in rows:
                start, end = row["bytes"]
                assert content[end - 1 : end] == b"~"
                assert content[start - 1 : start] in (b"~", b"\n")


def test_every_kind_that_we_read_has_a_golden_file():
    kinds = {path.stem.split("_")[0] for path in FILES}
    assert kinds == {"ta1", "999", "997", "277ca", "277", "277rfi", "276", "270", "271", "278", "837p"}
