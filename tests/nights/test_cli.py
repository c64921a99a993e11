"""The `claims` command over a home with nights behind it."""

import json
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from flows.cli import app, main
from flows.summary import print_summary
from schemas.money import cents_of
from tasks.stores.practice_home import lay_out_sample

ROOT = Path(__file__).parents[2]
COMMANDS = (
    "nightly",
    "backfill",
    "census",
    "explain",
    "x12",
    "sql",
    "doctor",
    "aside",
    "practice",
    "payer",
    "ledger",
    "suspense",
    "remits",
    "replay",
    "unmatched",
    "patients",
    "bank",
    "contracts",
)


def _run(*arguments):
    return CliRunner().invoke(app, [str(a) for a in arguments])


def test_help_names_every_command_and_the_readme_too():
    told = CliRunner(env={"COLUMNS": "80"}).invoke(app, ["--help"]).output
    listed = [line.split()[1] for line in told[told.index("Commands") :].splitlines() if line.startswith("│")]
    assert sorted(listed) == sorted(COMMANDS)  # each in one line
    readme = (ROOT / "README.md").read_text()
    for command in COMMANDS:
        assert command in told
        assert f"claims {command}" in readme
        assert _run(command, "--help").exit_code == 0


def test_census_ties(rehearsed):
    done = _run("census", "--home", rehearsed)
    assert done.exit_code == 0
    assert "everything ties" in done.output


@pytest.mark.parametrize(
    ("kind", "sql"),
    [
        ("claim", "select claim_id as id from denials.case order by 1 limit 1"),
        ("claim", "select patient_control_number as id from claims.version order by 1 desc limit 1"),
        ("encounter", "select encounter_id as id from encounters.encounter order by 1 limit 1"),
        ("file", "select file_sha256 as id from remittances.payment order by 1 limit 1"),
        ("entry", "select entry_id as id from ledger.entry order by 1 limit 1"),
        ("denial", "select case_id as id from denials.case order by 1 limit 1"),
        ("payment", "select trace_number as id from ledger.takeback_link where link = 'deferred' order by 1 limit 1"),
        ("deposit", "select deposit_id as id from bank.deposit order by 1 limit 1"),
    ],
)
def test_explain_tells_the_life_of(kind, sql, rehearsed, asked):
    done = _run("explain", asked.value(sql), "--home", rehearsed)
    assert done.exit_code == 0, done.output
    assert done.output.startswith(kind)


def test_explain_shows_the_bytes_of_a_claim_and_no_name(rehearsed, asked):
    row = asked.rows(
        "select k.claim_id, p.last_name from denials.case d join claims.claim k using (claim_id) join encounters.current_encounter e using (encounter_id)"
        " join encounters.current_patient p using (patient_key) order by 1 limit 1"
    )[0]
    told = _run("explain", row["claim_id"], "--home", rehearsed).output
    assert "CLP*" in told
    assert "CLM*" in told
    assert row["last_name"].upper() not in told.upper()


@pytest.mark.parametrize(
    ("wrong", "next_step"),
    [
        ("explain nothing-of-that-name --home HOME", "`claims sql` finds them"),
        ("explain", "claims explain --help"),
        ("census --home NOWHERE", "run `claims nightly` first"),
        ("census --date 2026-13-01 --home HOME", "write YYYY-MM-DD"),
        ("census --date 2025-01-01 --home HOME", "name one of 2026-03-09, 2026-03-10, 2026-03-11"),
        ("nightly --home NOWHERE", "copy data/sample/practice.toml there"),
        ("nightly --nights 0 --home HOME", "claims nightly --help"),
        ("nightly --encounters NOWHERE", "name the folder that holds encounters.csv"),
        ("nightly --encounters EMPTY --home HOME", "name another --home"),
        ("backfill --since 2026-03-02 --home HOME", "claims backfill --help"),
        ("backfill --since 2026-03-03 --until 2026-03-02 --home HOME", "swap them"),
        ("backfill --since 2026-03-02 --until 2026-03-02 --step none --home HOME", "one of: collect_files"),
        ("payer answer --home NOWHERE", "name another --home"),
        ("practice make NOWHERE --plan NOWHERE", "check that it is there"),
        ("none", "claims --help"),
    ],
)
def test_what_is_wrong_is_one_line_with_the_next_step(wrong, next_step, rehearsed, tmp_path, monkeypatch, capfd):
    (tmp_path / "empty").mkdir()
    places = {"HOME": str(rehearsed), "NOWHERE": str(tmp_path / "nowhere"), "EMPTY": str(tmp_path / "empty")}
    status, said = _end_of([places.get(word, word) for word in wrong.split()], monkeypatch, capfd)
    assert status == 2
    assert said.count("\n") == 0
    assert next_step in said
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize(
    "query",
    [
        "",
        "selec 1",
        "select * from nothing",
        "delete from claims.claim",
        "create table scratch (a integer)",
        "copy (select 1) to 'OUTSIDE'",
        "select * from read_csv('OUTSIDE')",
        "attach 'OUTSIDE'",
    ],
)
def test_a_query_that_fails_or_writes_or_looks_outside_is_one_line(query, rehearsed, tmp_path, monkeypatch, capfd):
    outside = tmp_path / "outside.csv"
    arguments = ["sql", query.replace("OUTSIDE", str(outside)), "--home", str(rehearsed)]
    status, said = _end_of(arguments, monkeypatch, capfd)
    assert status == 2
    assert said.count("\n") == 0
    assert "information_schema.tables" in said
    assert not outside.exists()


def _end_of(arguments, monkeypatch, capfd):
    """Run `claims` and give its exit status and what it says on the error stream."""
    monkeypatch.setattr(sys, "argv", ["claims", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code, capfd.readouterr().err.strip()


def test_an_answer_is_printed_as_it_is(rehearsed):
    assert ":x: [red]a" in _run("sql", "select ':x: [red]a' as text", "--home", rehearsed).output


def test_the_summary_says_what_waits_and_its_dollars_add_up(rehearsed):
    with StringIO() as written:
        assert print_summary(Console(file=written, width=200), rehearsed)  # bad input waits
        lines = written.getvalue().splitlines()
    every = next(line for line in lines if line.startswith("│ all") and line.count("│") > 5)
    charge, *others = (cents_of(cell.strip().replace(",", "")) for cell in every.split("│")[3:-1])
    assert charge == sum(others)
    for code in ("TRUNCATED", "NOT_X12", "UNKNOWN_CLAIM", "HELD"):
        assert any(f"│ {code}" in line for line in lines)


def test_x12_summary_counts_and_faults_decide_the_exit_status(rehearsed, tmp_path):
    remittance = sorted((rehearsed / "mailbox/clearway/from_partner").glob("*835*"))[0]
    good = _run("x12", "summary", remittance, "--json")
    assert good.exit_code == 0
    assert json.loads(good.output.splitlines()[0])["kind"] == "835"
    bad = tmp_path / "bad.x12"
    bad.write_bytes(remittance.read_bytes()[:-40])
    assert _run("x12", "summary", bad, "--json").exit_code == 1


def test_sql_reads_the_snapshot(rehearsed):
    done = _run("sql", "select count(*) as nights from reports.night", "--home", rehearsed)
    assert done.exit_code == 0
    assert "10" in done.output


def test_doctor_is_content_with_a_home_that_ran(rehearsed):
    assert _run("doctor", "--home", rehearsed).exit_code == 0


def test_doctor_says_what_is_missing(tmp_path):
    done = _run("doctor", "--home", tmp_path)
    assert done.exit_code == 1
    assert "practice.toml" in done.output


def test_the_command_runs_a_night_with_prefect_embedded(tmp_path):
    home = tmp_path / "home"
    lay_out_sample(home)
    command = [str(Path(sys.executable).with_name("claims")), "nightly", "--home", str(home), "--date", "2026-03-02"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "Encounters by outcome" in done.stdout
    assert "nanobind" not in done.stderr
    assert (home / "reports" / "report.html").exists()
    again = subprocess.run(
        [*command[:1], "backfill", "--since", "2026-03-02", "--until", "2026-03-02", "--dry-run", "--home", str(home)],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert again.returncode == 0, again.stderr[-3000:]
    assert "would run collect_files" in again.stdout
