"""Each 835 that came is answered once: its 999 lies in the partner's mailbox, says what the night made of it, and pyx12 accepts it."""

import pytest

from tasks.stores.vault import get_bytes
from tasks.x12.judge import judge
from tests.nights.running import FIRST_NIGHT, run_nights


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


def test_a_file_cut_short_is_refused_by_both_and_what_is_no_835_is_not_answered(asked, answers):
    cut = asked.value("select file_sha256 from files.fault where fault_code = 'TRUNCATED' order by 1 limit 1")
    assert [(a["kind"], a["answer_codes"]) for a in answers if a["file_sha256"] == cut] == [
        ("999", "R"),
        ("TA1", "R:023"),
    ]
    other = asked.rows(
        "select r.kind, r.batch_id from acknowledgments.receipt r join files.fault f using (file_sha256) where f.fault_code = 'NOT_X12'"
    )
    assert other == [{"kind": "none", "batch_id": None}]


def test_control_numbers_are_never_used_twice(asked):
    assert asked.rows("select group_control_number from claims.batch group by 1 having count(*) > 1") == []
    assert asked.rows("select interchange_control_number from claims.batch group by 1 having count(*) > 1") == []


def test_a_partner_may_have_it_switched_off(tmp_path):
    home = tmp_path / "home"
    run_nights(home, 0)
    settings = home / "practice.toml"
    settings.write_text(settings.read_text().replace("simulated = true", "simulated = true\nacknowledge_835 = false"))
    inbox = home / "mailbox/clearway/from_partner"
    inbox.mkdir(parents=True)
    (inbox / "cut.x12").write_bytes(b"")
    run_nights(home, 1, FIRST_NIGHT)
    assert not list((home / "mailbox/clearway/to_partner").glob("999*"))
