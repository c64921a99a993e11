"""Heads of the chain in the log: books that were sealed anew after a change are found, and no honest night is."""

from datetime import date

import pytest
from typer.testing import CliRunner

from flows.cli import app
from tasks.close_night import close_night
from tasks.release_files import reopen_steps
from tasks.stores.decisions import log_lines
from tasks.stores.heads import find_contradictions
from tasks.stores.home import REPLAYED
from tasks.stores.journal import POSTED, SEAL, note, note_step
from tasks.stores.practice_home import lay_out_sample
from tasks.stores.seals import find_tampering, seal_days
from tasks.stores.warehouse import writer
from tests.stores.test_seals import DAYS, fill

NEXT = date(2026, 3, 5)


@pytest.fixture
def home(tmp_path):
    for day in DAYS:
        _post(tmp_path, day, "P")
        close_night.fn(tmp_path, day)
    return tmp_path


def _post(home, day, name):
    with writer(home) as warehouse:
        fill(warehouse, day, name)


def _found(home):
    with writer(home) as warehouse:
        return [row["what"] for row in [*find_contradictions(warehouse, log_lines(home)), *find_tampering(warehouse)]]


def _heads(home):
    return [line for line in log_lines(home) if line["kind"] == SEAL]


def _alter(home, day):
    """Change the newest night's entries and take away what was sealed of them."""
    with writer(home) as warehouse:
        warehouse.execute("update ledger.entry set amount_cents = amount_cents * 2 where posted_on = $1", [day])
        for table in ("posting_seal", "day_seal"):
            warehouse.execute(f"delete from ledger.{table} where posted_on = $1", [day])


def test_a_closed_night_has_its_head_in_the_log_and_nothing_contradicts_it(home):
    assert [line["made_on"] for line in _heads(home)] == [str(day) for day in DAYS]
    assert _found(home) == []


def test_the_newest_night_altered_without_its_seals_is_found_before_and_after_it_is_sealed_again(home):
    _alter(home, DAYS[-1])
    assert _found(home) == [
        "seal 3, which the log names, is not in the chain",
        "12 entries of a closed night that no seal covers",
    ]
    _post(home, NEXT, "N")
    close_night.fn(home, NEXT)
    assert _found(home) == ["seal 3, which the log names, has another hash in the chain"]


def test_the_command_says_so_and_ends_with_1(home):
    lay_out_sample(home)

    def verify():
        return CliRunner().invoke(app, ["ledger", "verify", "--home", str(home)])

    assert verify().exit_code == 0
    _alter(home, DAYS[-1])
    done = verify()
    assert done.exit_code == 1
    assert "2026-03-04 - seal 3, which the log names, is not in the chain" in done.output


def test_entries_added_to_a_closed_night_are_found_until_they_are_sealed(home):
    _post(home, DAYS[0], "L")
    assert _found(home) == ["12 entries of a closed night that no seal covers"]


def test_entries_of_a_night_that_is_not_closed_wait_for_its_seal(home):
    _post(home, NEXT, "N")
    assert _found(home) == []


def test_what_a_person_posted_outside_the_night_waits_for_the_next_close(home):
    note(home, POSTED, "", {"files": []}, DAYS[1])
    _post(home, DAYS[1], "L")
    assert _found(home) == []
    close_night.fn(home, NEXT)
    assert _found(home) == []
    _post(home, DAYS[1], "M")
    assert _found(home) == ["12 entries of a closed night that no seal covers"]


def test_reopened_nights_may_post_until_they_are_closed_again(home):
    reopen_steps.fn(home, DAYS[0], DAYS[1], ["post_payments", "close_night"])
    for day in DAYS[:2]:
        _post(home, day, "L")
        assert _found(home) == []
        note_step(home, "post_payments", day)
        close_night.fn(home, day)
    _post(home, DAYS[1], "M")
    assert _found(home) == ["12 entries of a closed night that no seal covers"]


def test_one_reopened_step_may_post_though_another_night_closes_in_between(home):
    reopen_steps.fn(home, DAYS[0], DAYS[1], ["post_payments"])
    close_night.fn(home, NEXT)
    _post(home, DAYS[1], "L")
    note_step(home, "post_payments", DAYS[1])
    assert _found(home) == []


def test_a_close_that_runs_again_or_seals_nothing_writes_no_second_head(home):
    before = _heads(home)
    reopen_steps.fn(home, DAYS[-1], DAYS[-1], ["close_night"])
    close_night.fn(home, DAYS[-1])
    close_night.fn(home, NEXT)
    assert _heads(home) == before


def test_a_log_without_heads_is_not_contradicted_and_a_replay_writes_none(tmp_path):
    (tmp_path / REPLAYED).write_text("{}")
    _post(tmp_path, DAYS[0], "P")
    close_night.fn(tmp_path, DAYS[0])
    assert (_heads(tmp_path), _found(tmp_path)) == ([], [])


def test_a_close_that_was_cut_off_before_its_line_writes_it_when_it_runs_again(tmp_path):
    _post(tmp_path, DAYS[0], "P")
    with writer(tmp_path) as warehouse:
        seal_days(warehouse)
    close_night.fn(tmp_path, DAYS[0])
    assert len(_heads(tmp_path)) == 1
    assert _found(tmp_path) == []
