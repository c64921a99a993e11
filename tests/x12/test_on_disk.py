"""Files that are read into rooms which held other files before: nothing of those may show."""

import os
import random

import pytest

from tasks.stores.vault import FileBytes
from tasks.x12 import envelope
from tasks.x12.remittance import read_remittances
from tests.bench.balanced_claims import Shape
from tests.bench.make_835 import Recipe, Supply
from tests.fuzz.compiled import ALWAYS, compiling_from
from tests.fuzz.damage import Tape, damage

from .on_disk import OnDisk

BLOCK = 4000
SEED = 20261127


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch):
    pytest.importorskip("numba", reason="rooms are used again where kernels are compiled")
    monkeypatch.setattr(envelope, "BLOCK_BYTES", BLOCK)
    with compiling_from(ALWAYS):
        yield


def remittance(claims):
    recipe = Recipe(
        claims=claims,
        claims_per_transaction=2,
        transactions_per_interchange=3,
        different_claims=60,
        shape=Shape(lines=2, reversals=0.3),
    )
    return b"".join(part for part, _ in Supply(recipe).file())


def told(file, threads=1):
    pieces = list(read_remittances([file], None, threads))
    rows = [{name: table.to_pylist() for name, table in piece.tables.items()} for piece in pieces]
    ((number, counts, faults),) = pieces[-1].ended
    return rows, number, dict(counts), [(str(fault), fault.byte_start) for fault in faults]


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_files_say_the_same_in_rooms_of_others(threads):
    for claims in (60, 47, 53, 60):
        content = remittance(claims)
        file = OnDisk(content)
        assert told(file, threads) == told(content)
        assert file.filled > 5


def test_damaged_files_say_the_same_in_rooms_of_others():
    rng, sound = random.Random(SEED), remittance(40)
    for number in range(60):
        content, _ = damage(sound, Tape(rng.randbytes(64)))
        assert told(OnDisk(content)) == told(content), f"number {number}"


@pytest.mark.parametrize("is_on_disk", [False, True])
def test_an_835_that_stands_again_alone_in_the_last_block_is_found(is_on_disk):
    one = remittance(2)
    padded = one + b"\n" * BLOCK + one
    assert [fault for fault, _ in told(OnDisk(padded) if is_on_disk else padded)[-1] if "REPEATED" in fault]


@pytest.mark.parametrize("missing", [1, 700, BLOCK - 1, BLOCK, 3 * BLOCK])
def test_a_file_that_became_shorter_shows_nothing_of_another(missing):
    content = remittance(60)
    told(OnDisk(content))
    for end in (len(content), len(content) - 100, len(content) // BLOCK * BLOCK):
        assert told(OnDisk(content[:end], missing)) == told(OnDisk(content[:end], missing, has_room=False)), end


def test_a_file_of_the_vault_fills_a_room(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(bytes(range(100)))
    file, room = FileBytes(path), bytearray(40)
    assert (file.read_into(room, 30), room) == (40, bytes(range(30, 70)))
    assert (file.read_into(room, 70), room[:30]) == (30, bytes(range(70, 100)))
    assert file.read_into(room, 100) == 0


def test_a_part_of_a_file_of_the_vault_is_whole_where_the_system_gives_it_bit_by_bit(tmp_path, monkeypatch):
    path, pread = tmp_path / "file", os.pread
    path.write_bytes(bytes(range(100)))
    monkeypatch.setattr(os, "pread", lambda handle, size, place: pread(handle, min(size, 7), place))
    file = FileBytes(path)
    assert [file[:], file[30:70], file[95:200], file[70:30]] == [
        bytes(range(100)), bytes(range(30, 70)), bytes(range(95, 100)), b"",
    ]  # fmt: skip
