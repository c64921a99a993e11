"""What the bench measures is held against the truth of its files: no figure passes that nobody knows."""

import signal
from dataclasses import asdict

import pytest

from tests.bench import cold_start, halves, measure, ours, works, write_837p
from tests.bench.bench import checked
from tests.bench.make_835 import Recipe, write_835
from tests.bench.make_837 import write_837
from tests.bench.places import last_rows, misplaced
from tests.bench.table import printed

PROCESSES = {"cpu_seconds", "peak_bytes"}


def truth_file(path, truth):
    """Give a file as the bench knows it."""
    return {"path": path, "bytes": path.stat().st_size, "truth": asdict(truth)}


@pytest.fixture(scope="module")
def remittance(tmp_path_factory):
    path = tmp_path_factory.mktemp("bench") / "a.835"
    return truth_file(path, write_835(path, Recipe(size=300_000, claims_per_transaction=50, different_claims=300)))


@pytest.fixture(scope="module")
def claims(tmp_path_factory):
    path = tmp_path_factory.mktemp("bench") / "a.837"
    return truth_file(path, write_837(path, size=200_000))


def said_of(work, path):
    """Give the figures of a work as its process would print them."""
    figures = work(path)()
    return {"figures": dict(figures() if callable(figures) else figures)}


@pytest.mark.parametrize("work", ["read_bytes", "count_one_sign", "read_one", "read_in_pieces", "balance"])
def test_what_a_work_says_of_an_835_is_true(work, remittance):
    assert checked(said_of(getattr(works, work), remittance["path"]), remittance, work)


@pytest.mark.parametrize("work", ["read_837", "count_837"])
def test_what_a_work_says_of_an_837p_is_true(work, claims):
    said = checked(said_of(getattr(works, work), claims["path"]), claims, work)
    assert said["figures"].keys() == {"claims", "lines", "charged_cents"}


def test_every_table_of_an_837p_is_made_with_its_bytes(claims):
    tables = ours.claim_tables([claims["path"].read_bytes()])
    assert len(tables) > 30
    assert all({"file", "byte_start", "byte_end"} <= set(table.column_names) for table in tables.values())


def test_what_is_written_is_what_the_rows_hold(monkeypatch, tmp_path):
    monkeypatch.setattr(write_837p, "CLAIMS", 40)
    truth = write_837p.truth_of(write_837p.make_claims(40))
    assert truth.lines > truth.claims == 40
    said = said_of(write_837p.write_claims, tmp_path)
    assert checked(said, {"bytes": 0, "truth": asdict(truth)}, "write")["figures"]["charged_cents"] > 0


def test_what_the_command_says_from_a_cold_start_is_true(remittance):
    assert checked(cold_start.summarized(remittance["path"]), remittance, "cold")["figures"]["plb"] > 0


def test_two_processes_tell_what_they_took(remittance):
    said = said_of(halves.read_two_processes, remittance["path"])["figures"]
    took = {name: said.pop(name) for name in PROCESSES}
    assert checked({"figures": said}, remittance, "halves")
    assert min(took.values()) > 0


@pytest.mark.parametrize(
    ("figures", "named"),
    [
        ({}, "no figures"),
        ({"claims": -1}, "'claims': -1"),
        ({"balances": 0}, "not known"),
        ({"charged_cents": None}, "None"),
        ({"unbalanced": 1}, "'unbalanced': 0"),
    ],
)
def test_a_figure_that_is_wrong_missing_or_unknown_ends_the_bench(figures, named, remittance):
    with pytest.raises(SystemExit) as raised:
        checked({"figures": figures}, remittance, "a work")
    assert named in str(raised.value)


@pytest.mark.parametrize("name", ["claim", "service", "adjustment"])
@pytest.mark.parametrize("column", ["byte_start", "byte_end"])
def test_a_last_row_with_other_bytes_is_misplaced(name, column, remittance):
    path = remittance["path"]
    last = last_rows(ours.tables([path.read_bytes()], 1))
    assert misplaced(path, last) == 0
    narrow = last | {name: last[name] | {column: last[name][column] - (1 << 32)}}
    assert misplaced(path, narrow) == 1


def test_the_table_says_how_often_a_work_ran_and_demands_nothing_of_the_count():
    one = {"seconds": 1.0, "quickest_seconds": 1.0, "cpu_seconds": 1.0, "peak_bytes": 4e8, "bytes": 1e8, "runs": 5}
    names = ("linuxforhealth-x12, 837P", "read 837P", "count 837P")
    told = printed(dict.fromkeys(names, one) | {"read, large": one | {"runs": 1}, "read": one}, 5)
    assert (
        "| 837P to Arrow tables, one process | linuxforhealth-x12's segment reader | ≥ 2x | 1x | 1x | 1x | **no** |"
        in told
    )
    assert "no tables | linuxforhealth-x12's segment reader |  | 1x | 1x | 1x |  |" in told
    assert "| read, large (1 run) |" in told
    assert "| read |" in told


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_switch_is_turned_back_when_the_bench_is_told_to_end(number, tmp_path, monkeypatch):
    switch = tmp_path / "page_reporting_order"
    switch.write_text("9\n")
    monkeypatch.setattr(measure, "_REPORTED_ORDER", switch)
    before = signal.getsignal(number)
    with pytest.raises(SystemExit) as raised:
        _told_to_end(switch, number)
    assert raised.value.code == 128 + number
    assert (switch.read_text(), signal.getsignal(number)) == ("9\n", before)


def _told_to_end(switch, number):
    with measure.memory_kept():
        assert switch.read_text() == "11"
        signal.raise_signal(number)
