"""`claims remits post`: what the night would do, now; a dry run shows it and leaves nothing behind."""

from datetime import date

import pytest
from typer.testing import CliRunner

from flows.cli import app
from schemas.errors import ClaimcycleError
from tasks.stores.practice_home import lay_out_sample
from tasks.stores.warehouse import reader, warehouse_path

from .homes import RemitHome
from .making import interchange, written
from .stories import make_world, payment, reversal

NIGHT = date(2026, 3, 4)


@pytest.fixture
def made(tmp_path):
    """Give a practice's home with claims that were sent, and the path of an 835 for them."""
    world = make_world(9, 2, [payment, payment, reversal])
    home = RemitHome(tmp_path / "home")
    lay_out_sample(home.path)
    home.send(world.claims)
    path = tmp_path / "payer.835"
    path.write_bytes(written(interchange(world.payments, 1)))
    return home, world, path


def run(home, *words):
    home.leave()
    done = CliRunner().invoke(
        app, ["remits", "post", *map(str, words), "--date", "2026-03-04", "--home", str(home.path)]
    )
    return done.exit_code, str(done.exception) if isinstance(done.exception, ClaimcycleError) else done.output


def everything(home):
    home.leave()
    with reader(warehouse_path(home.path)) as warehouse:
        tables = warehouse.table_hashes()
    return tables, {
        path: path.read_bytes() for path in home.path.rglob("*") if path.is_file() and "warehouse" not in path.parts
    }


def test_it_posts_what_the_night_posts(made, tmp_path):
    home, world, path = made
    status, said = run(home, path)
    assert status == 0, said
    for one in world.payments:
        assert f"trace {one.trace}, payer HTP01, BPR02" in said
    night = RemitHome(tmp_path / "night")
    night.send(world.claims)
    night.arrive(NIGHT, [path.read_bytes()])
    night.run(NIGHT)
    assert home.balances() == night.balances()


def test_a_dry_run_shows_every_entry_and_leaves_no_trace(made):
    home, _world, path = made
    home.balances()
    before = everything(home)
    status, said = run(home, path, "--dry-run")
    assert status == 0, said
    assert everything(home) == before
    shown = [line for line in said.splitlines() if line.startswith("    ")]
    run(home, path)
    assert len(shown) == home.ask("select count(*) as n from ledger.entry where trace_number is not null")[0]["n"]


def test_the_same_file_again_posts_nothing_and_the_same_payment_elsewhere_is_repeated(made, tmp_path):
    home, world, path = made
    run(home, path)
    before = home.balances()
    run(home, path)
    other = tmp_path / "again.835"
    other.write_bytes(written(interchange(world.payments, 2)))
    status, said = run(home, other)
    assert (status, said.count("repeated: the same payment as in file")) == (0, 2)
    assert home.balances() == before


def test_it_works_also_when_the_night_of_that_date_is_done(made):
    home, _world, path = made
    home.run(NIGHT)
    assert run(home, path)[0] == 0
    assert home.balances()


def test_what_waits_is_said_and_is_exit_status_3(made, tmp_path):
    home, _world, path = made
    held = tmp_path / "held.835"
    held.write_bytes(path.read_bytes().replace(b"BPR*I*", b"BPR*I*9"))
    status, said = run(home, held)
    assert status == 3
    assert "held: BPR02 differs by" in said
    bad = tmp_path / "bad.835"
    bad.write_bytes(path.read_bytes()[:-40])
    status, said = run(home, bad)
    assert status == 3
    assert "set aside" in said


def test_a_file_without_an_835_or_that_is_not_there_is_refused_in_one_line(made, tmp_path):
    home, _, path = made
    other = tmp_path / "other.x12"
    head, _ = path.read_bytes().split(b"GS*", 1)
    other.write_bytes(head + b"TA1*000000001*260301*0215*A*000~IEA*0*000000001~")
    assert "has no 835 in it" in run(home, other)[1]
    assert "name a file that can be read" in run(home, tmp_path / "nothing")[1]
