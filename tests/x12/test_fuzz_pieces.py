"""What a damaged file says depends neither on where it is cut into blocks, nor on which files share its buffer, nor on
whether the kernels are compiled."""

import random

import pytest

from tasks.x12 import envelope
from tasks.x12.summary import summarize
from tests.bench.balanced_claims import Shape
from tests.bench.make_835 import Recipe, Supply
from tests.fuzz.compiled import differs
from tests.fuzz.damage import Tape, damage
from tests.fuzz.seeds import seeds

from .on_disk import OnDisk

SEED = 20261126
BLOCKS = (1200, 1500, 2000, 3000, 5000)
"""Smaller than an interchange, some smaller than a transaction."""


def many_interchanges():
    """Give a remittance of several interchanges, and one between files of other kinds and other separators."""
    shape = Shape(lines=2, reversals=0.3)
    recipe = Recipe(
        claims=24, claims_per_transaction=2, transactions_per_interchange=3, different_claims=60, shape=shape
    )
    remittance = b"".join(content for content, _ in Supply(recipe).file())
    before, after = ("835_information_separators",), ("837p_ordinary", "999", "835_unbalanced_sloppy")
    mixed = [*(seeds()[name] for name in before), remittance, b"\n", *(seeds()[name] for name in after)]
    return {"remittance": remittance, "mixed": b"".join(mixed)}


def in_blocks(content, size, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(envelope, "BLOCK_BYTES", size)
        return summarize("file", content)


@pytest.mark.parametrize("name", ["remittance", "mixed"])
def test_a_file_says_the_same_in_blocks_of_any_size(name, monkeypatch):
    content = many_interchanges()[name]
    assert not any(row["faults"] for row in summarize("file", content))
    for size in (*BLOCKS, len(content) - 1, len(content), len(content) + 1):
        assert in_blocks(content, size, monkeypatch) == summarize("file", content), size


@pytest.mark.parametrize("name", ["remittance", "mixed"])
def test_a_damaged_file_says_the_same_in_blocks(name, monkeypatch):
    sound, rng = many_interchanges()[name], random.Random(f"{SEED} {name}")
    for number in range(60):
        content, _ = damage(sound, Tape(rng.randbytes(64)))
        size = rng.choice(BLOCKS)
        assert in_blocks(content, size, monkeypatch) == summarize("file", content), f"number {number}, block {size}"


def said_together(contents):
    """Give, for each file, its transactions where it has no fault, its tolerances and its fault."""
    transactions, ended = {number: [] for number in range(len(contents))}, {}
    for piece in envelope.read_pieces(contents):
        for transaction in piece.transactions:
            transactions[transaction.file].append((transaction.kind, transaction.byte_start, transaction.segments))
        for file in piece.ended:
            assert file.number not in ended
            ended[file.number] = file
    found = [ended[number] for number in range(len(contents))]
    return [
        (
            str(file.fault),
            getattr(file.fault, "byte_start", 0),
            None if file.fault else transactions[file.number],
            +file.tolerances,
        )
        for file in found
    ]


def test_a_file_says_the_same_alone_and_among_others():
    rng = random.Random(SEED)
    for number in range(150):
        chosen = rng.choices(list(seeds().values()), k=rng.randrange(2, 8))
        contents = [damage(c, Tape(rng.randbytes(64)))[0] if rng.random() < 0.7 else c for c in chosen]
        alone = [said_together([content])[0] for content in contents]
        assert said_together(contents) == alone, f"number {number}"


def test_a_file_says_the_same_in_memory_and_on_disk(monkeypatch):
    rng, sound, met = random.Random(SEED), list(many_interchanges().values()), 0
    for number in range(60):
        content = bytearray(rng.choice(sound))
        for _ in range(rng.randrange(3)):  # a Latin-1 letter, a line end, another separator: anywhere
            content[rng.randrange(len(content))] = rng.choice(b"\xe9\xfc\n*~Z")
        content = bytes(content).decode("latin-1").encode(rng.choice(["latin-1", "utf-8"]))
        met += not content.isascii()
        for size in (1200, 5000):
            monkeypatch.setattr(envelope, "BLOCK_BYTES", size)
            assert said_together([OnDisk(content)]) == said_together([content]), f"number {number}, block {size}"
    assert met > 15


def test_compiled_kernels_say_what_plain_ones_say():
    pytest.importorskip("numba", reason="without numba nothing is compiled")
    rng = random.Random(SEED)
    for number in range(400):
        content, _ = damage(rng.choice(list(seeds().values())), Tape(rng.randbytes(64)))
        assert not differs(content), f"number {number}\n{content!r}"
