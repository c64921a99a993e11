"""Files that share a buffer say the same as each alone: every row, its keys, its hash and its bytes, plain and compiled."""

from hashlib import sha256
from pathlib import Path

import pytest

from tasks.x12.arrow import arrow_tables
from tasks.x12.envelope import read_pieces
from tasks.x12.remittance import KEYS, read_remittances
from tasks.x12.tables import read_tables
from tests.fuzz.compiled import ALWAYS, NEVER, compiling_from

from .remittance_bytes import BALANCED, DENIED_CLAIM, PAID_CLAIM, REVERSED_CLAIM, file_835

LAYOUTS = {path.stem for path in (Path(__file__).parents[2] / "schemas" / "x12").glob("*.toml")}
FILES = [path.read_bytes() for path in sorted((Path(__file__).parent / "golden").glob("*.x12"))]
REMITTANCES = [
    file_835(DENIED_CLAIM),
    BALANCED,
    file_835(REVERSED_CLAIM, PAID_CLAIM).replace(b"~", b"~\r\n"),
    *(file for file in FILES if b"X221A1" in file),
    file_835(DENIED_CLAIM, REVERSED_CLAIM),
]
HEADS = {
    "payment": "ST",
    "claim": "CLP",
    "service": "SVC",
    "adjustment": "CAS",
    "provider_adjustment": "PLB",
}


@pytest.fixture(params=[NEVER, ALWAYS], ids=["plain", "compiled"], autouse=True)
def _kernels(request):
    if request.param == ALWAYS:
        pytest.importorskip("numba", reason="without numba nothing is compiled")
    with compiling_from(request.param):
        yield


def rows_of_remittances(contents, hashes):
    """Give the rows of all tables of one call, without the number of the file."""
    pieces = list(read_remittances(contents, hashes))
    assert all(not tolerances["NEWLINE_INSIDE"] and not faults for p in pieces for _, tolerances, faults in p.ended)
    return {name: [row for piece in pieces for row in piece.tables[name].to_pylist()] for name in pieces[0].tables}


def rows_of_kinds(contents, hashes):
    """Give the rows of all tables of all kinds, without the number of a transaction, which counts those of all files."""
    (piece,) = read_pieces(contents)
    kinds = sorted({transaction.kind for transaction in piece.transactions if transaction.kind.lower() in LAYOUTS})
    found = {}
    for kind in kinds:
        (tables,) = read_tables(piece.transactions, kind)
        root = tables.layout.hosts[1]
        for name, table in arrow_tables(tables, hashes).items():
            found[kind, name] = (table.drop_columns("position") if name == root else table).to_pylist()
    return found


@pytest.mark.parametrize(
    ("read", "contents"), [(rows_of_remittances, REMITTANCES), (rows_of_kinds, FILES + FILES[::-1])]
)
def test_files_say_the_same_together_and_alone(read, contents):
    hashes = [sha256(b"%d" % number).hexdigest() for number in range(len(contents))]
    together = read(contents, hashes)
    expected = {name: [] for name in together}
    for content, sha in zip(contents, hashes, strict=True):
        for name, rows in read([content], [sha]).items():
            expected[name] += rows
    assert together == expected


def test_the_bytes_of_a_row_begin_in_its_own_file_with_the_id_of_its_table():
    hashes = [sha256(content).hexdigest() for content in REMITTANCES]
    files = dict(zip(hashes, REMITTANCES, strict=True))
    for name, rows in rows_of_remittances(REMITTANCES, hashes).items():
        assert {row["file_sha256"] for row in rows} <= set(files)
        assert len({row["file_sha256"] for row in rows}) > 2
        for row in rows:
            said = files[row["file_sha256"]][row["byte_start"] : row["byte_end"]].decode()
            assert said.upper().startswith(HEADS.get(name) or row["segment_code"].upper())


def test_a_key_is_the_hash_the_byte_and_the_number_of_a_triple_or_pair():
    hashes = [sha256(content).hexdigest() for content in REMITTANCES]
    digits = set()
    for name, rows in rows_of_remittances(REMITTANCES, hashes).items():
        for row in rows:
            number = row.get("triple", row.get("pair", 0))
            assert row[KEYS[name]] == f"{row['file_sha256'][:16]}{row['byte_start']:012x}{number:04x}"
            digits |= set(row[KEYS[name]][16:28])
    assert digits == set("0123456789abcdef")


def told_of(contents):
    """Give what is told of each file: tolerances, faults and where they are."""
    ended = [end for piece in read_remittances(contents, None) for end in piece.ended]
    found = {number: (+tolerances, [(str(f), f.byte_start) for f in faults]) for number, tolerances, faults in ended}
    assert len(found) == len(ended) == len(contents)
    return [found[number] for number in range(len(contents))]


def test_faults_and_tolerances_are_told_of_the_file_that_has_them():
    contents = [
        BALANCED,
        BALANCED.replace(b"CAS*PI*94*2.5~", b"CAS*PI*94*x~CSA*1~").replace(b"DTM*472*20260210", b"DTM*472*20260230"),
        BALANCED.replace(b"CLP*AAA1*1*", b"CLP*AAA1*9*"),
        BALANCED.replace(b"CAS*PI*94*2.5~", b"CAS*PI**2.5~").replace(b"GE*1*", b"GE*2*"),
        BALANCED.replace(b"DTM*405*20260302~", b"N7*1~"),
        b"\n".join(BALANCED[place : place + 80] for place in range(0, len(BALANCED), 80)),
        BALANCED,
    ]
    together = told_of(contents)
    assert together == [told_of([content])[0] for content in contents]
    assert [(len(tolerances), len(faults)) for tolerances, faults in together] == [
        (0, 0), (2, 2), (1, 0), (0, 2), (1, 0), (2, 0), (0, 0),
    ]  # fmt: skip
    assert [told.partition(" ")[0] for told, _ in together[3][1]] == ["COUNT_MISMATCH", "BAD_ADJUSTMENT"], (
        "that of the file comes first"
    )
