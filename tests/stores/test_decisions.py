"""The decision log is added to and never changed; a night takes it up once."""

from datetime import date

import pytest

from schemas.errors import ClaimcycleError
from tasks.stores.decisions import decide, decisions, take_up
from tasks.stores.warehouse import writer

DAY = date(2026, 3, 2)


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
