"""The files that the bench measures with are sound: pyx12 accepts them, they balance, and they hold what they say."""

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from tasks.x12.judge import judge
from tests.bench import measure
from tests.bench.balanced_claims import Shape
from tests.bench.bench_posting import printed as posting_printed
from tests.bench.make_835 import Recipe, write_835, write_folder
from tests.bench.make_837 import write_837
from tests.bench.table import printed

MEGABYTE = 10**6
CLAIMS = Path(sys.executable).with_name("claims")


def summary_of(*paths):
    done = subprocess.run([CLAIMS, "x12", "summary", *paths, "--json"], capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def assert_is(row, truth):
    """Hold a row of the summary against the truth of its file."""
    assert (row["faults"], row["tolerated"]) == ([], [])
    assert not any(verdict["unbalanced"] for verdict in row["balanced"].values())
    said = (row["interchanges"], row["transactions"], row["provider_adjustments"])
    assert said == (truth.interchanges, truth.payments, truth.plb)
    columns = ("claims", "lines", "adjustments", "charged_cents", "paid_cents", "adjusted_cents", "patient_cents")
    for column in (*columns, "payment_cents"):
        assert row[column] == getattr(truth, column), column
    assert truth.paid_cents - truth.plb_cents == truth.payment_cents


@pytest.fixture(scope="module")
def megabyte(tmp_path_factory):
    path = tmp_path_factory.mktemp("bench") / "1.835"
    return path, write_835(path, Recipe(size=MEGABYTE))


def test_a_file_is_of_the_size_and_shape_that_was_asked_for(megabyte):
    path, truth = megabyte
    assert abs(path.stat().st_size - MEGABYTE) < MEGABYTE / 50
    assert abs(truth.lines / truth.claims - Shape().lines) < 0.2
    assert abs(truth.adjustments / truth.claims - Shape().adjustments) < 0.4
    assert path.read_bytes().count(b"~") == truth.segments


def test_a_remittance_passes_the_map(megabyte):
    assert judge(megabyte[0].read_bytes()).errors == ()


def test_a_remittance_holds_what_it_says(megabyte):
    (row,) = summary_of(megabyte[0])
    assert_is(row, megabyte[1])
    assert 0 < row["balanced"]["line"]["balanced"] == row["lines"]


def test_a_remittance_has_reversals_full_segments_and_forward_balances(tmp_path):
    truth = write_835(tmp_path / "a.835", Recipe(claims=300, claims_per_transaction=1, shape=Shape(reversals=0.9)))
    content = (tmp_path / "a.835").read_bytes()
    segments = content.split(b"~")
    assert b"*22*-" in content
    assert any(s.startswith(b"CAS*CO*") and s.count(b"*") >= 18 for s in segments)
    assert any(s.startswith(b"CAS*") and s.split(b"*")[4:5] == [b"1"] for s in segments)
    assert any(a.startswith(b"CLP") and b.startswith(b"CAS") for a, b in pairwise(segments))
    assert truth.payments == 300
    (row,) = summary_of(tmp_path / "a.835")
    assert_is(row, truth)


def test_a_folder_of_files_holds_what_it_says(tmp_path):
    truth = write_folder(tmp_path, Recipe(size=20_000), 5)
    rows = summary_of(*sorted(tmp_path.iterdir()))
    assert len(rows) == 5 == truth.interchanges
    assert sum(row["adjusted_cents"] for row in rows) == truth.adjusted_cents
    assert not any(row["faults"] for row in rows)


def test_the_same_recipe_gives_the_same_bytes_and_another_seed_others(tmp_path):
    recipes = [Recipe(claims=10, different_claims=50), Recipe(claims=10, different_claims=50)]
    recipes.append(Recipe(claims=10, different_claims=50, seed=2))
    for number, recipe in enumerate(recipes):
        write_835(tmp_path / str(number), recipe)
    first, second, third = (path.read_bytes() for path in sorted(tmp_path.iterdir()))
    assert first == second != third


def test_claims_pass_the_map_and_hold_what_they_say(tmp_path):
    path = tmp_path / "a.837"
    truth = write_837(path, size=200_000)
    assert judge(path.read_bytes()).errors == ()
    (row,) = summary_of(path)
    assert (row["claims"], row["lines"], row["charged_cents"]) == (truth.claims, truth.lines, truth.charged_cents)
    assert row["balanced"]["claim"] == {"balanced": truth.claims, "unbalanced": 0}
    assert not row["faults"]


def test_a_work_is_measured_in_a_process_of_its_own(megabyte):
    program = [sys.executable, "-m", "tests.bench.measure", "works", "read_one", megabyte[0]]
    done = subprocess.run(program, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True)
    said = json.loads(done.stdout)
    assert said["figures"] == {name: getattr(megabyte[1], name) for name in said["figures"]}
    assert said["seconds"] > 0
    assert said["peak_bytes"] > MEGABYTE


def test_the_table_says_what_is_reached_and_what_is_not():
    one = {
        "seconds": 1.0,
        "quickest_seconds": 0.8,
        "cpu_seconds": 1.0,
        "prepared_seconds": 0.1,
        "peak_bytes": 4e8,
        "bytes": 1e8,
        "claims": 1e5,
    }
    result = {
        "read": one,
        "linuxforhealth-x12": one | {"seconds": 2.0},
        "openx12": one | {"seconds": 2.0, "bytes": 1e7},
        "read, two threads": one | {"seconds": 0.625, "quickest_seconds": 0.4, "cpu_seconds": 1.1},
        "write 837P": one | {"seconds": 4.0, "quickest_seconds": 2.0},
        "read, two processes": one | {"seconds": 0.5, "cpu_seconds": 0.0},
    }
    told = printed(result | {"balance": one | {"seconds": 0.05}, "read, large": {"bytes": 2e9}}, 5)
    assert "segment reader | ≥ 2x | 2x | 1x | 1x | yes |" in told
    assert "| ≥ 40x | 20x | 10x | 10x | **no** |" in told
    assert "two threads | one | ≥ 1.7x | 1.6x |  | 2x | **no** |" in told
    assert "a half each | one | ≥ 1.7x | 2x |  | 1x | yes |" in told
    assert "| the read | ≤ 0.1x | 0.05x | 1x | 1x | yes |" in told
    assert "| the file | ≤ 6x | 4x |  |  | yes |" in told
    assert "one process | ≥ 20,000 claims/s | 25,000 claims/s | 100,000 claims/s | 50,000 claims/s | yes |" in told
    assert told.count("not measured") == 8


def test_the_table_of_posting_says_what_is_reached_and_what_is_not():
    one = {"seconds": 2.5, "cpu_seconds": 2.0, "floor_seconds": 1.0, "floor_cpu_seconds": 1.0, "peak_bytes": 9e9}
    told = posting_printed({"10 claims": one, "a night of 5": {"seconds": 11.0}})
    assert "| 10 claims, 835 to posted ledger | the insert from Arrow | ≤ 3x | 2.5x | 2x |  | yes |" in told
    assert "| 10 claims, peak memory |  | ≤ 8 GB | 9 GB |  |  | **no** |" in told
    assert "| a night of 5 | 835 to posted ledger | ≤ 10 s | 11 s |  |  | **no** |" in told


def test_the_host_is_asked_to_leave_memory_alone_for_so_long(tmp_path, monkeypatch):
    switch = tmp_path / "page_reporting_order"
    monkeypatch.setattr(measure, "_REPORTED_ORDER", switch)
    with measure.memory_kept() as is_kept:
        assert not is_kept
    switch.write_text("9\n")
    with pytest.raises(KeyboardInterrupt):
        _interrupted(switch)
    assert switch.read_text() == "9\n"


def _interrupted(switch):
    with measure.memory_kept() as is_kept:
        assert is_kept
        assert switch.read_text() == "11"
        raise KeyboardInterrupt
