"""What could not be posted as it was said waits until a person closes it; the books stay as they are."""

from datetime import date

from typer.testing import CliRunner

from flows.cli import app
from schemas.errors import ClaimcycleError
from tasks.stores.decisions import take_up
from tasks.stores.invariants import count_waiting
from tasks.stores.snapshot import publish_snapshot

from .homes import RemitHome

NIGHT, NEXT = date(2026, 3, 4), date(2026, 3, 5)
EXCEPTION = {
    "exception_id": "e1",
    "claim_id": "c1",
    "payment_id": "p1",
    "exception_code": "reversal_differs",
    "message": "the reversal is not what was posted",
    "difference_cents": 150,
    "found_on": NIGHT,
}


def waiting(home):
    return count_waiting(home.held())["posting exceptions"]


def test_an_exception_waits_until_a_person_closes_it(tmp_path):
    home = RemitHome(tmp_path / "home")
    home.held().insert("ledger.exception", [EXCEPTION])
    assert waiting(home) == 1
    home.leave()
    publish_snapshot(home.path, NIGHT)

    def run(*words):
        return CliRunner().invoke(app, ["ledger", *words, "--home", str(home.path)])

    assert "e1 2026-03-04 claim c1 reversal_differs by 1.50" in run("exceptions").output
    unknown = run("close", "f", "--reason", "looked at").exception
    assert isinstance(unknown, ClaimcycleError)
    assert "0 open exceptions begin with 'f'" in str(unknown)
    assert run("close", "e", "--reason", "the payer corrected it", "--by", "biller").exit_code == 0
    with home.held().transaction():
        take_up(home.held(), home.path, NEXT)
    assert waiting(home) == 0
    assert home.ask("select count(*) as kept from ledger.exception") == [{"kept": 1}]
