"""`claims patients`: what it lists, what it writes into the log, and what the next night makes of it."""

from datetime import date

import pytest
from typer.testing import CliRunner

from flows.cli import app
from schemas.errors import ClaimcycleError
from tasks.stores.decisions import decisions
from tasks.stores.warehouse import session

DAY, NEXT = date(2026, 3, 2), date(2026, 3, 3)


@pytest.fixture
def told(books):
    """A visit whose patient owes 30.00 and one paid twice by Medicare, published."""
    books.visit("V", 10_000, DAY)
    books.remit("V", {"paid": 7000, "PR-1": 3000}, DAY, "T1")
    books.visit("W", 10_000, DAY, "medicare")
    books.remit("W", {"paid": 15_000}, DAY, "T2")
    books.night(DAY)
    publish(books)
    return books


def publish(books):
    """Make the snapshot that commands read, while the session stays open."""
    snapshot = books.home / "warehouse" / "current.duckdb"
    snapshot.unlink(missing_ok=True)
    with session(books.home) as warehouse:
        name = warehouse.value("select current_database()")
        warehouse.execute(f"attach '{snapshot}' as snapshot")
        warehouse.execute(f"copy from database {name} to snapshot")
        warehouse.execute("detach snapshot")


def say(books, *words):
    result = CliRunner().invoke(app, ["patients", *words, "--home", str(books.home)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_write_off_from_proposal_to_ledger(told):
    say(
        told, "propose", "V", "12.50", "--code", "hardship", "--reason", "letter", "--by", "ann", "--date", "2026-03-03"
    )
    said = decisions(told.home)[-1]
    assert (said["kind"], said["subject_id"], said["made_on"]) == ("propose_write_off", "V", "2026-03-03")
    say(told, "approve", said["decision_id"][:8], "--reason", "agreed", "--by", "bob", "--date", "2026-03-03")
    told.night(NEXT)
    assert told.balances("V")["write_off"] == 1250
    publish(told)
    assert "none" in say(told, "proposed")
    say(told, "undo", said["decision_id"][:8], "--reason", "paid after all", "--by", "ann", "--date", "2026-03-04")
    told.night(date(2026, 3, 4))
    assert "write_off" not in told.balances("V")


def test_a_refund_to_medicare_from_the_clock_to_the_check(told):
    assert "2026-05-01" in say(told, "clock")
    assert "50.00" in say(told, "credits")
    say(told, "investigate", "claim-W", "--reason", "look", "--by", "ann", "--date", "2026-03-03")
    say(told, "conclude", "claim-W", "--reason", "done", "--by", "ann", "--date", "2026-03-03")
    say(
        told,
        "refund",
        "claim-W",
        "50.00",
        "--holder",
        "payer",
        "--reason",
        "twice",
        "--by",
        "ann",
        "--date",
        "2026-03-03",
    )
    asked = decisions(told.home)[-1]["decision_id"]
    told.night(NEXT)
    publish(told)
    assert asked[:12] in say(told, "proposed")
    say(told, "approve", asked[:12], "--reason", "yes", "--by", "bob", "--date", "2026-03-04")
    say(told, "paid", asked[:12], "1044", "--by", "ann", "--date", "2026-03-04")
    told.night(date(2026, 3, 4))
    assert told.balances("W") == {"cash": 10_000, "charges": -10_000}
    assert told.rows("select count(*) as n from patients.decided where verdict = 'refused'") == [{"n": 0}]


def test_lists_tell_what_stands(told):
    assert "30.00" in say(told, "balances")
    assert "000001" in say(told, "statements")
    assert "0 statements" in say(told, "statements", "--date", "2026-03-09")
    say(told, "pay", "V", "30.00", "--by", "ann", "--date", "2026-03-03")
    say(told, "propose", "V", "99.00", "--reason", "all", "--by", "ann", "--date", "2026-03-03")
    told.night(NEXT)
    publish(told)
    assert "What patients owe: none" in say(told, "balances")
    assert "above the 0.00" in " ".join(say(told, "proposed").split())


def test_a_refusal_is_in_the_log(told):
    say(told, "propose", "V", "1.00", "--reason", "x", "--by", "ann", "--date", "2026-03-03")
    say(
        told, "refuse", decisions(told.home)[-1]["decision_id"], "--reason", "no", "--by", "bob", "--date", "2026-03-03"
    )
    assert told.night(NEXT)["refused"] == 0
    assert told.rows("select state from patients.standing") == [{"state": "refused"}]


def test_digits_of_no_proposal_are_said_and_nothing_is_written(told):
    with pytest.raises(ClaimcycleError, match="claims patients proposed"):
        say(told, "approve", "ffff", "--reason", "x")
    assert decisions(told.home) == []
