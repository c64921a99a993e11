"""Compiled kernels give what plain Python gives, for every kind: a golden file many times over, row by row."""

import numpy as np
import pytest

from tasks.x12.arrow import arrow_tables
from tasks.x12.compiling import PAYS_FROM_BYTES
from tasks.x12.envelope import read_x12
from tasks.x12.tables import read_tables

from .test_tables_of_every_kind import FILES


def tables_of(content):
    transactions = read_x12(content).transactions
    (tables,) = read_tables(transactions, transactions[0].kind)
    return tables


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_compiled_is_plain(path):
    content = path.read_bytes()
    times = PAYS_FROM_BYTES // len(content) + 1
    plain, compiled = tables_of(content), tables_of(content * times)
    assert plain.index.is_plain
    assert not compiled.index.is_plain
    small, large = arrow_tables(plain, ["ab" * 32]), arrow_tables(compiled, ["ab" * 32])
    placed = {"file_sha256", "byte_start", "byte_end", "position"}
    for name, rows in plain.rows.items():
        assert len(compiled.rows[name]) == times * len(rows)
        for column in small[name].column_names:
            if column in placed or column.endswith("_id"):
                continue
            wanted = small[name][column].to_pylist()
            assert large[name][column].to_pylist() == wanted * times
        starts = np.repeat(np.arange(times), len(rows)) * len(content)
        assert (compiled.rows[name].byte_start - starts == np.tile(rows.byte_start, times)).all()
        assert (compiled.rows[name].byte_end - starts == np.tile(rows.byte_end, times)).all()
        for parent in rows.table.parents:
            offsets = np.repeat(np.arange(times), len(rows)) * len(plain.rows[parent])
            told, wanted = compiled.rows[name].parent(parent), np.tile(rows.parent(parent), times)
            assert (np.where(told >= 0, told - offsets, -1) == wanted).all()
