"""Each 835 that came is answered once: its 999 lies in the partner's mailbox, says what the night made of it, and pyx12 accepts it."""

import os
import shutil
import signal
import traceback
from datetime import timedelta

import pytest

from tasks.acknowledge_remittances import acknowledge_remittances
from tasks.collect_files import collect_files
from tasks.read_remittances import read_remittances
from tasks.stores.practice_home import lay_out_sample
from tasks.stores.vault import get_bytes
from tasks.stores.warehouse import reader, warehouse_path, writer
from tasks.x12.judge import judge
from tests.nights.running import FIRST_NIGHT, NEVER, _count_effects, effects_of, hashes_of
from tests.x12.remittance_bytes import BALANCED
from tests.x12.test_answering import in_groups


@pytest.fixture
def answers(asked):
    return asked.rows(
        """select r.*, b.file_name, b.file_sha256 as answer_sha256, b.judge, d.outcome as delivery
           from acknowledgments.receipt r join claims.batch b using (batch_id) left join claims.delivery d using (batch_id) order by all"""
    )


def test_every_file_of_remittances_has_one_answer_that_lies_with_the_partner(asked, answers, rehearsed):
    received = {row["file_sha256"] for row in asked.rows("select file_sha256 from files.content where kind = '835'")}
    told = [a["file_sha256"] for a in answers if a["kind"] == "999" and a["outcome"] == "read"]
    assert sorted(told) == sorted(received)
    for answer in answers:
        content = get_bytes(rehearsed, answer["answer_sha256"])
        assert (rehearsed / "mailbox/clearway/to_partner" / answer["file_name"]).read_bytes() == content
        assert answer["delivery"] == "delivered"
        assert answer["kind"] == "TA1" or judge(content).accepted
    assert {a["answer_codes"] for a in answers if a["kind"] == "999" and a["outcome"] == "read"} == {"A"}


def test_a_file_cut_short_is_refused_by_its_ta1_alone_and_what_is_no_835_is_not_answered(asked, answers):
    cut = asked.value("select file_sha256 from files.fault where fault_code = 'TRUNCATED' order by 1 limit 1")
    assert [(a["kind"], a["answer_codes"]) for a in answers if a["file_sha256"] == cut] == [("TA1", "R:023")]
    other = asked.rows(
        "select r.kind, r.batch_id from acknowledgments.receipt r join files.fault f using (file_sha256) where f.fault_code = 'NOT_X12'"
    )
    assert other == [{"kind": "none", "batch_id": None}]


def test_control_numbers_are_never_used_twice(asked):
    assert asked.rows("select group_control_number from claims.batch group by 1 having count(*) > 1") == []
    assert asked.rows("select interchange_control_number from claims.batch group by 1 having count(*) > 1") == []


def _received(home, night, setting="", content=BALANCED):
    """Give a home whose partner left an 835, after the steps of a night that collect, read and answer it."""
    if not home.exists():
        lay_out_sample(home)
        shutil.rmtree(home / "drops")
        settings = home / "practice.toml"
        settings.write_text(settings.read_text() + setting)
        inbox = home / "mailbox/clearway/from_partner"
        inbox.mkdir(parents=True)
        (inbox / "835.x12").write_bytes(content)
    for step in (collect_files, read_remittances, acknowledge_remittances):
        step.fn(home, night)
    return home


@pytest.mark.parametrize(("setting", "kinds"), [("true", ["999"]), ("false", ["none"])])
def test_a_partner_may_have_it_switched_off(tmp_path, setting, kinds):
    home = _received(tmp_path / "home", FIRST_NIGHT, f"acknowledge_835 = {setting}\n")
    _received(home, FIRST_NIGHT + timedelta(days=1))
    with reader(warehouse_path(home)) as warehouse:
        assert [row["kind"] for row in warehouse.rows("select kind from acknowledgments.receipt")] == kinds
    assert len(list((home / "mailbox/clearway/to_partner").glob("999*"))) == kinds.count("999")


def test_what_of_a_file_cannot_be_answered_is_noted_with_the_rest_answered(tmp_path):
    content = in_groups([], [(b"*102*X", b"*1020000001*X"), (b"GE*1*102", b"GE*1*1020000001")])
    home = _received(tmp_path / "home", FIRST_NIGHT, content=content)
    with reader(warehouse_path(home)) as warehouse:
        rows = warehouse.rows("select kind, answer_codes, note from acknowledgments.receipt")
    note = "no 999 of group 2 in interchange 1: its GS01 or GS06 fits no element of one"
    assert [(row["kind"], row["note"]) for row in rows] == [("999", note)]
    assert len(list((home / "mailbox/clearway/to_partner").glob("999*"))) == 1


def test_a_file_set_aside_and_read_later_is_answered_anew(tmp_path):
    home = _received(tmp_path / "home", FIRST_NIGHT)
    with writer(home) as warehouse:  # as if an earlier edition of the reader had refused it
        warehouse.execute("update acknowledgments.receipt set outcome = 'quarantined', answer_codes = 'R'")
    _received(home, FIRST_NIGHT + timedelta(days=1))
    with reader(warehouse_path(home)) as warehouse:
        told = warehouse.rows("select outcome, answer_codes from acknowledgments.receipt order by 1")
    assert told == [{"outcome": "quarantined", "answer_codes": "R"}, {"outcome": "read", "answer_codes": "A"}]


def test_what_was_read_before_this_step_was_there_is_not_answered(tmp_path):
    home = _received(tmp_path / "home", FIRST_NIGHT)
    with writer(home) as warehouse:
        warehouse.execute("delete from acknowledgments.receipt")
        warehouse.execute("delete from reports.step where step = 'acknowledge_remittances'")
    _received(home, FIRST_NIGHT + timedelta(days=1))
    with reader(warehouse_path(home)) as warehouse:
        assert warehouse.rows("select * from acknowledgments.receipt") == []


def _killed(home, kill_at):
    """Run the step in a forked process that kills itself at its n-th effect; give how it ended."""
    child = os.fork()
    if child == 0:
        try:
            _count_effects(home, kill_at)
            acknowledge_remittances.fn(home, FIRST_NIGHT)
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_the_step_killed_at_any_effect_and_run_again_sends_the_same_bytes_once(tmp_path):
    begun = tmp_path / "begun"
    lay_out_sample(begun)
    shutil.rmtree(begun / "drops")
    inbox = begun / "mailbox/clearway/from_partner"
    inbox.mkdir(parents=True)
    (inbox / "835.x12").write_bytes(BALANCED.replace(b"*0*T*:~", b"*1*T*:~"))
    (inbox / "cut.x12").write_bytes(BALANCED.replace(b"TRACE1", b"TRACE2")[:-30])
    for step in (collect_files, read_remittances):
        step.fn(begun, FIRST_NIGHT)
    unharmed = shutil.copytree(begun, tmp_path / "unharmed")
    assert _killed(unharmed, NEVER) == 0
    truth, total = hashes_of(unharmed), effects_of(unharmed)
    assert (
        len([name for name in truth if name.startswith("mailbox/clearway/to_partner/")]) == 3
    )  # a 999 and a TA1 for the sound one, a TA1 for the other
    points = range(1, total + 1, int(os.environ.get("CRASH_STEP", "7")))
    assert len(points) > 5
    for point in points:
        home = shutil.copytree(begun, tmp_path / f"killed{point}")
        assert _killed(home, point) == -signal.SIGKILL, point
        assert _killed(home, NEVER) == 0, point
        assert hashes_of(home) == truth, point
