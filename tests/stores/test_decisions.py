"""The decision log is added to and never changed; a night takes it up once."""

from datetime import date

import pytest

from schemas.errors import ClaimcycleError
from tasks.stores.decisions import copy_lines, decide, decisions, log_lines, take_up
from tasks.stores.journal import ARRIVAL, note
from tasks.stores.warehouse import writer

DAY, LATER = date(2026, 3, 2), date(2026, 3, 3)


def _two(home):
    decide(home, "write_off", "claim-1", {"cents": 500}, "too small to chase", "biller", DAY)
    decide(home, "write_off", "claim-2", {"cents": 700}, "too small to chase", "biller", DAY)


def test_lines_come_back_in_order_each_naming_the_one_before(tmp_path):
    _two(tmp_path)
    first, second = decisions(tmp_path)
    assert (first["subject_id"], second["subject_id"]) == ("claim-1", "claim-2")
    assert second["previous_id"] == first["decision_id"]


def test_the_same_decisions_in_the_same_order_have_the_same_ids(tmp_path):
    _two(tmp_path / "one")
    _two(tmp_path / "two")
    assert decisions(tmp_path / "one") == decisions(tmp_path / "two")


@pytest.mark.parametrize(
    "harm", [lambda ls: [ls[0].replace("500", "501"), ls[1]], lambda ls: ls[1:], lambda ls: ls[::-1]]
)
def test_a_line_changed_dropped_or_moved_is_seen(tmp_path, harm):
    _two(tmp_path)
    path = tmp_path / "decisions" / "log.jsonl"
    path.write_text("".join(harm(path.read_text().splitlines(keepends=True))))
    with pytest.raises(ClaimcycleError, match="line 1"):
        decisions(tmp_path)


def test_the_log_is_its_owners_alone(tmp_path):
    _two(tmp_path)
    path = tmp_path / "decisions" / "log.jsonl"
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_night_takes_up_what_no_night_before_it_has(tmp_path):
    _two(tmp_path)
    with writer(tmp_path) as warehouse:
        assert take_up(warehouse, tmp_path, DAY) == 2
        assert take_up(warehouse, tmp_path, DAY) == 0


def test_what_a_crash_left_of_a_line_is_no_line_and_goes_with_the_next_one(tmp_path):
    _two(tmp_path)
    path = tmp_path / "decisions" / "log.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:40])
    assert len(decisions(tmp_path)) == 2
    decide(tmp_path, "write_off", "claim-3", {"cents": 900}, "too small to chase", "biller", DAY)
    assert path.read_bytes().startswith(whole)
    assert [line["sequence"] for line in decisions(tmp_path)] == [1, 2, 3]


def test_a_line_written_by_another_process_and_one_changed_after_it_was_read_are_seen(tmp_path):
    _two(tmp_path / "one")
    path = tmp_path / "one" / "decisions" / "log.jsonl"
    first, second = path.read_bytes().splitlines(keepends=True)
    (tmp_path / "two" / "decisions").mkdir(parents=True)
    other = tmp_path / "two" / "decisions" / "log.jsonl"
    other.write_bytes(first)
    assert len(decisions(tmp_path / "two")) == 1
    other.write_bytes(first + second)
    assert len(decisions(tmp_path / "two")) == 2
    other.write_bytes(first.replace(b"500", b"501") + second)
    with pytest.raises(ClaimcycleError, match="line 1"):
        decisions(tmp_path / "two")


def test_a_decision_taken_up_and_then_cut_off_the_log_is_missed(tmp_path):
    _two(tmp_path)
    with writer(tmp_path) as warehouse:
        take_up(warehouse, tmp_path, DAY)
    path = tmp_path / "decisions" / "log.jsonl"
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    with writer(tmp_path) as warehouse, pytest.raises(ClaimcycleError, match="ends after line 1"):
        take_up(warehouse, tmp_path, DAY)


def test_a_night_takes_up_what_stands_before_its_own_line_and_no_line_of_a_night(tmp_path):
    decide(tmp_path, "write_off", "claim-1", {"cents": 500}, "too small to chase", "biller", DAY)
    arrival = note(tmp_path, ARRIVAL, "", {"files": []}, DAY)
    decide(tmp_path, "write_off", "claim-2", {"cents": 700}, "too small to chase", "biller", DAY)
    with writer(tmp_path) as warehouse:
        assert take_up(warehouse, tmp_path, DAY, before=arrival["sequence"]) == 1
        assert warehouse.value("select subject_id from decisions.decision") == "claim-1"
        assert take_up(warehouse, tmp_path, DAY) == 1


def test_the_same_line_of_a_night_is_not_written_twice_in_a_row(tmp_path):
    one = note(tmp_path, ARRIVAL, "", {"files": []}, DAY)
    _two(tmp_path)
    assert note(tmp_path, ARRIVAL, "", {"files": []}, DAY) == one
    assert note(tmp_path, ARRIVAL, "", {"files": []}, LATER)["sequence"] == 4


def test_lines_of_another_log_are_copied_only_where_they_follow(tmp_path):
    _two(tmp_path / "one")
    lines = log_lines(tmp_path / "one")
    copy_lines(tmp_path / "two", lines[:1])
    copy_lines(tmp_path / "two", lines[1:])
    assert log_lines(tmp_path / "two") == lines
    with pytest.raises(ClaimcycleError, match="says something else"):
        copy_lines(tmp_path / "two", lines[1:])
