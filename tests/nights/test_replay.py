"""Vault and log alone give the same warehouse again, on any number of threads, as of any night."""

import json
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.cli import app
from flows.nightly import STEPS
from flows.replay import replay
from schemas.errors import ClaimcycleError, HomeFault
from tasks.rehearse_payer import rehearse_payer
from tasks.release_files import release_files, reopen_steps
from tasks.stores.decisions import decide, log_lines
from tasks.stores.heads import find_contradictions
from tasks.stores.home import load_practice
from tasks.stores.journal import SEAL
from tasks.stores.mailbox import DirectoryMailbox, open_mailbox
from tasks.stores.practice_home import lay_out_sample
from tasks.stores.replay import differing_seals, other_editions
from tasks.stores.snapshot import ask
from tasks.stores.warehouse import reader, session, warehouse_path

FIRST = date(2026, 3, 28)
MONTH_END = date(2026, 3, 31)
YEAR_LATER = date(2027, 4, 1)


def _run(home: Path, night: date) -> None:
    with session(home):
        for step in STEPS[:-1]:
            step.fn(home, night)
    rehearse_payer.fn(home, night)


def _asked(home: Path, query: str) -> list[dict]:
    with reader(warehouse_path(home)) as warehouse:
        return warehouse.rows(query)


def _hashes(home: Path) -> dict[str, str]:
    with reader(warehouse_path(home)) as warehouse:
        return warehouse.table_hashes()


def _lay_out(home: Path) -> None:
    """The sample practice with one of its drops."""
    lay_out_sample(home)
    for folder in sorted((home / "drops").iterdir())[1:]:
        shutil.rmtree(folder)


def _send_badly(home: Path, night: date) -> None:
    """Run the night with a mailbox that refuses the first file of claims and cannot tell what became of the second."""
    outcomes = iter([("failed", "refused"), ("unknown", "cut off")])
    deliver = DirectoryMailbox.deliver

    def deliver_badly(mailbox, name, content):
        bad = next(outcomes, None) if name.startswith("837P") else None
        return bad or deliver(mailbox, name, content)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DirectoryMailbox, "deliver", deliver_badly)
        _run(home, night)


def _post_by_hand(home: Path, night: date) -> None:
    """Post the newest remittance before a night collects it, as if it had come by another way."""
    path = sorted((home / "mailbox/clearway/from_partner").glob("*-835-*.x12"))[-1].rename(home / "835.x12")
    done = CliRunner().invoke(app, ["remits", "post", str(path), "--home", str(home), "--date", str(night)])
    assert done.exit_code in (0, 3), done.output


def _release_and_run_again(home: Path, night: date) -> None:
    """Do what `claims backfill --file` does: a file in quarantine is looked at again, in the night that took it."""
    release_files.fn(home, None, "notice.x12", False)
    reopen_steps.fn(home, night, night, [step.name for step in STEPS])
    _run(home, night)


@pytest.fixture(scope="module")
def month_end():
    """What is kept of the home as its nights go by: table hashes and measures after the last night of March."""
    return {}


@pytest.fixture(scope="module")
def practice(tmp_path_factory, month_end):
    """Six nights: bad deliveries, a new fee, a decision, a release, the end of a month, and a night a year later."""
    home = tmp_path_factory.mktemp("practice") / "home"
    _lay_out(home)
    _send_badly(home, FIRST)
    _run(home, FIRST + timedelta(days=1))
    fees = home / "registry" / "fees.csv"
    fees.write_text(fees.read_text().replace("99213,", "99213,1", 1))
    decide(home, "note", "claim-1", {"seen": True}, "asked by phone", "biller", FIRST)
    _run(home, FIRST + timedelta(days=2))
    _post_by_hand(home, FIRST + timedelta(days=2))
    _run(home, MONTH_END)
    month_end["hashes"], month_end["kpis"] = _hashes(home), _asked(home, "from analytics.kpi order by position")
    (home / "mailbox/clearway/from_partner/notice.x12").write_bytes(b"Our portal is closed tonight.")
    _run(home, MONTH_END + timedelta(days=1))
    _release_and_run_again(home, MONTH_END + timedelta(days=1))
    decide(home, "note", "claim-2", {"seen": True}, "not yet taken up", "biller", YEAR_LATER)
    _run(home, YEAR_LATER)
    return home


def _replay(home, into, as_of=None, threads=None):
    return replay(home, into, as_of, threads, lambda *_: None)


def _alone(practice: Path, folder: Path) -> Path:
    """Copy vault and log, and nothing else."""
    for name in ("vault", "decisions"):
        shutil.copytree(practice / name, folder / name)
    return folder


def test_vault_and_log_alone_give_the_same_tables_on_two_threads_as_on_one(practice, tmp_path, monkeypatch):
    def refuse(*_):
        raise AssertionError("a mailbox was opened")

    for module in ("collect_files", "stores.outbox"):
        monkeypatch.setattr(f"tasks.{module}.open_mailbox", refuse)
    found = _replay(_alone(practice, tmp_path / "alone"), tmp_path / "into", threads=2)
    assert found.is_equal
    assert found.seals[0] > 5
    kept, made = _hashes(practice), _hashes(tmp_path / "into")
    assert {name for name in {*kept, *made} if kept.get(name) != made.get(name)} == set()
    assert log_lines(tmp_path / "into") == log_lines(practice)
    assert not (tmp_path / "into" / "mailbox").exists()


def test_the_practice_lived_through_what_a_replay_must_know(practice):
    outcomes = {row["outcome"] for row in _asked(practice, "select outcome from claims.delivery")}
    assert outcomes == {"delivered", "failed", "unknown"}
    assert len(_asked(practice, "from decisions.decision where kind = 'note'")) == 2
    kinds = [line["kind"] for line in log_lines(practice)]
    assert kinds.count("night.settings") == 2
    told = ("arrival", "delivery", "post", "release", "reopen", "seal", "step")
    assert {f"night.{kind}" for kind in told} <= set(kinds)
    with reader(warehouse_path(practice)) as warehouse:
        assert find_contradictions(warehouse, log_lines(practice)) == []


@pytest.fixture(scope="module")
def as_of_month_end(practice, tmp_path_factory):
    into = tmp_path_factory.mktemp("as_of") / "into"
    return into, _replay(practice, into, as_of=MONTH_END, threads=1)


def test_as_of_a_night_the_books_are_as_they_were_when_it_ended(as_of_month_end, month_end):
    into, found = as_of_month_end
    assert _hashes(into) == month_end["hashes"]
    assert found.last_night == MONTH_END
    assert ask(into, "select max(night) as night from reports.night") == [{"night": MONTH_END}]


def test_a_year_later_every_measure_of_a_closed_month_is_the_same_to_the_cent(practice, as_of_month_end, month_end):
    into, found = as_of_month_end
    assert _asked(into, "from analytics.kpi order by position") == month_end["kpis"]
    assert found.kpis == (4 * len(month_end["kpis"]), [])
    kept = _asked(practice, "from reports.kpi_month where month_on = '2026-03-01'")
    names = ("kpi", "value", "numerator", "denominator", "window_from_on", "window_to_on", "definition_version")
    assert sorted(tuple(row[n] for n in names) for row in kept) == sorted(
        tuple(row[n] for n in names) for row in month_end["kpis"]
    )
    paid = {row["kpi"]: row["value"] for row in month_end["kpis"]}["paid"]
    assert paid > 0
    assert _asked(practice, "select value from analytics.kpi where kpi = 'paid'")[0]["value"] != paid


def test_a_closed_month_is_one_that_a_night_of_a_later_month_follows(practice):
    months = _asked(practice, "select distinct month_on, window_to_on from reports.kpi_month order by 1")
    assert [(row["month_on"], row["window_to_on"]) for row in months] == [
        (date(2026, 3, 1), MONTH_END),
        (date(2026, 4, 1), MONTH_END + timedelta(days=1)),
    ]


def test_a_log_of_an_edition_that_named_no_seals_gives_the_same_ledger(practice, month_end, tmp_path):
    home = _alone(practice, tmp_path / "home")
    lines = log_lines(home)
    (home / "decisions" / "log.jsonl").unlink()
    for line in (line for line in lines if line["kind"] != SEAL):
        said = json.loads(line["choice"]), line["reason"], line["made_by"], date.fromisoformat(line["made_on"])
        decide(home, line["kind"], line["subject_id"], *said)
    _replay(home, tmp_path / "into", as_of=MONTH_END)
    made, ledger = _hashes(tmp_path / "into"), [name for name in month_end["hashes"] if name.startswith("ledger.")]
    assert {name: made[name] for name in ledger} == {name: month_end["hashes"][name] for name in ledger}
    with reader(warehouse_path(tmp_path / "into")) as warehouse:
        assert find_contradictions(warehouse, log_lines(tmp_path / "into")) == []


def test_nothing_is_sent_or_fetched_from_a_home_that_a_replay_made(as_of_month_end):
    into, _ = as_of_month_end
    partner = load_practice(into).partners[0]
    with pytest.raises(HomeFault, match="nothing is sent or fetched"):
        open_mailbox(into, partner)
    with pytest.raises(HomeFault, match="nothing is sent or fetched"):
        _run(into, YEAR_LATER)


def _copy_of(practice: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Give a home of vault and log alone, and one file of its vault that the log names."""
    arrival = next(line for line in log_lines(practice) if line["kind"] == "night.arrival")
    digest = json.loads(arrival["choice"])["files"][0]["file_sha256"]
    return _alone(practice, tmp_path / "home"), tmp_path / "home" / "vault" / digest[:2] / digest


@pytest.mark.parametrize(
    ("harm", "said"), [(Path.unlink, "missing"), (lambda path: path.write_bytes(path.read_bytes() + b" "), "changed")]
)
def test_a_file_of_the_vault_that_is_missing_or_changed_is_named(practice, tmp_path, harm, said):
    home, path = _copy_of(practice, tmp_path)
    harm(path)
    with pytest.raises(ClaimcycleError, match=f"{path.name[:12]} .*{said}.*; restore"):
        _replay(home, tmp_path / "into")


def test_a_sealed_file_that_the_vault_has_no_more_is_told(practice, as_of_month_end, tmp_path):
    home, _ = _copy_of(practice, tmp_path)
    batch = _asked(practice, "from claims.batch order by interchange_control_number limit 1")[0]
    (home / "vault" / batch["file_sha256"][:2] / batch["file_sha256"]).unlink()
    with reader(warehouse_path(as_of_month_end[0])) as warehouse:
        count, missing = differing_seals(home, warehouse)
    assert count > 5
    assert [said.split(":")[0] for said in missing] == [batch["file_name"]]


def test_a_table_that_was_changed_by_hand_is_told_and_the_command_ends_with_1(practice, tmp_path):
    home, _ = _copy_of(practice, tmp_path)
    log = home / "decisions" / "log.jsonl"
    lines = log.read_text().splitlines(keepends=True)
    log.write_text("".join(lines[: next(n for n, line in enumerate(lines, 1) if '"night.step"' in line)]))
    _replay(home, tmp_path / "first")
    shutil.copytree(tmp_path / "first" / "warehouse", home / "warehouse", symlinks=True)
    with session(home) as warehouse:
        warehouse.execute("update files.file set byte_count = byte_count + 1")
    result = CliRunner().invoke(app, ["replay", "--home", str(home), "--into", str(tmp_path / "second")])
    assert result.exit_code == 1
    assert [line.split(":")[0].strip() for line in result.output.splitlines() if "differs" in line] == ["differs"]
    assert "files.file: 10 rows, not all alike" in result.output


def test_nights_that_another_edition_ran_are_told(practice, monkeypatch):
    assert other_editions(log_lines(practice)) == []
    monkeypatch.setattr("tasks.stores.replay.edition", lambda: "a later one")
    assert other_editions(log_lines(practice)) == [str(FIRST), str(FIRST + timedelta(days=2))]


@pytest.mark.parametrize(
    ("as_of", "is_full", "said"), [(date(2026, 1, 1), False, "the first is 2026-03-28"), (None, True, "is not empty")]
)
def test_what_cannot_be_replayed_says_why(practice, tmp_path, as_of, is_full, said):
    if is_full:
        (tmp_path / "something").touch()
    with pytest.raises(ClaimcycleError, match=said):
        _replay(practice, tmp_path, as_of=as_of)


def test_a_home_whose_log_tells_of_no_night_says_so(tmp_path):
    with pytest.raises(ClaimcycleError, match="tells of no night"):
        _replay(tmp_path / "home", tmp_path / "into")
