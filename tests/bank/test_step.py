"""A night with files of the bank: read once, set aside whole where at fault, and what a person decides is taken up."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.cli import app
from tasks.collect_files import collect_files
from tasks.reconcile_bank import reconcile_bank
from tasks.release_files import release_files
from tasks.stores.practice_home import lay_out_sample
from tasks.stores.snapshot import publish_snapshot
from tasks.stores.warehouse import reader, warehouse_path, writer
from tests.bank.test_reassociation import era
from tests.bank.texts import Eft, ach, bai2

NIGHT, NEXT = date(2026, 3, 1), date(2026, 3, 2)
PAID = era("T1", 12345, on=-2, payer_name="BLUE HARBOR", trace_type="1", read_on=NIGHT, byte_start=0)


@pytest.fixture(scope="module")
def made_home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made") / "home"
    lay_out_sample(folder)
    shutil.rmtree(folder / "drops")
    (folder / "bank").mkdir()
    with writer(folder) as warehouse:
        warehouse.insert("remittances.payment", [PAID])
    return folder


@pytest.fixture
def home(made_home, tmp_path):
    """A home before its first drop, with one remittance read."""
    return Path(shutil.copytree(made_home, tmp_path / "home"))


def night(home, on):
    collected, reconciled = collect_files.fn(home, on), reconcile_bank.fn(home, on)
    return collected["files_of_bank"], reconciled


def ask(home, sql):
    with reader(warehouse_path(home)) as warehouse:
        return warehouse.rows(sql)


def test_a_bank_file_is_read_once_and_its_deposit_finds_the_remittance(home):
    (home / "bank" / "0301.ach").write_bytes(ach([("260227", "HCCLAIMPMT", [Eft(12345, "T1")])]))
    (home / "bank" / "0302.ach.part").write_bytes(b"101 half")
    assert night(home, NIGHT) == (1, {"bank_files": 1, "reconciled": 1, "open": 0})
    assert night(home, NEXT) == (0, {"bank_files": 0, "reconciled": 1, "open": 0})
    (row,) = ask(home, "select * from bank.reassociation")
    assert (row["state"], row["rule"], row["bank_byte_start"]) == ("reconciled", "trace", 190)
    assert [r["file_count"] for r in ask(home, "select * from bank.night order by night")] == [1, 0]


def test_a_bank_file_at_fault_is_set_aside_whole_and_the_others_are_read(home):
    (home / "bank" / "good.bai").write_bytes(bai2(["16,165,12345,,B1,,PAYMENT\n88,TRN*1*T1*1990000001"]))
    (home / "bank" / "off.bai").write_bytes(bai2(["16,165,777,,B1,,PAYMENT"], cents=1))
    assert night(home, NIGHT) == (2, {"bank_files": 1, "reconciled": 1, "open": 0})
    (fault,) = ask(home, "select * from reports.bad_input")
    assert (fault["file_name"], fault["code"]) == ("off.bai", "CONTROL_TOTAL")
    assert "adds up to 5777" in fault["message"]
    assert "ask the bank" in fault["remedy"]
    assert ask(home, "select * from files.unread") == []


def test_a_portals_csv_is_read_after_its_columns_are_named(home):
    (home / "bank" / "portal.csv").write_bytes(b"Day,Cents in,Memo\n2026-02-27,123.45,TRN*1*T1*1990000001\n")
    assert night(home, NIGHT)[1]["bank_files"] == 0
    (fault,) = ask(home, "select * from files.quarantined")
    assert "[bank.csv] in practice.toml" in fault["remedy"]
    with (home / "practice.toml").open("a") as settings:
        settings.write('\n[bank.csv]\nsettled_on = "Day"\namount = "Cents in"\ntext = "Memo"\n')
    release_files.fn(home, None, "portal.csv", False)
    assert night(home, NEXT)[1] == {"bank_files": 1, "reconciled": 1, "open": 0}


def test_a_practice_without_a_bank_goes_on_as_before(home):
    text = (home / "practice.toml").read_text()
    (home / "practice.toml").write_text(text.replace('[bank]\ndrops = "bank"\n', ""))
    (home / "bank" / "0301.ach").write_bytes(ach([("260227", "HCCLAIMPMT", [Eft(12345, "T1")])]))
    collect_files.fn(home, NIGHT)
    assert reconcile_bank.fn(home, NIGHT) == {"bank_files": 0}
    assert ask(home, "select * from bank.reassociation") == []
    assert ask(home, "select * from files.file where kind = 'bank'") == []


def test_what_a_person_decides_is_taken_up_by_the_next_night(home):
    (home / "bank" / "0301.ach").write_bytes(ach([("260227", "HCCLAIMPMT", [Eft(12000, "WRONG")])]))
    night(home, NIGHT)
    publish_snapshot(home, NIGHT)
    (deposit,) = ask(home, "select deposit_id from bank.deposit")

    def run(*arguments):
        return CliRunner().invoke(app, ["bank", *arguments, "--home", str(home)])

    assert "WRONG" in run("list", "--all").output
    assert "names no remittance" in str(run("match", deposit["deposit_id"][:12], "T9", "--reason", "x").exception)
    done = run("match", deposit["deposit_id"][:12], "T1", "--reason", "the payer told us", "--by", "biller")
    assert "the next night takes it up" in done.output
    night(home, NEXT)
    (row,) = ask(home, "select state, difference_cents, decision_id from bank.reassociation")
    assert (row["state"], row["difference_cents"]) == ("difference_accepted", -345)
    assert ask(home, "select made_by from decisions.decision") == [{"made_by": "biller"}]
    assert row["decision_id"]
    run("unmatch", deposit["deposit_id"], "--reason", "it was another's")
    collect_files.fn(home, date(2026, 3, 3))
    states = ask(home, "select state from bank.reassociation order by 1")
    assert [r["state"] for r in states] == ["in_transit", "waiting"]
