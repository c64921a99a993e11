"""What the synthetic payer underpaid, by its own record, is what the nights found: each line, and no other."""

import csv
import json

from typer.testing import CliRunner

from flows.cli import app
from schemas.errors import ClaimcycleError
from tasks.simulation.payer_scenario import load_scenario
from tasks.stores.practice_home import lay_out_sample
from tasks.stores.vault import get_bytes


def _truth(rehearsed, asked):
    """Give (control number of the line, cents allowed) to the cause, of what the payer says it cut and we have read."""
    memory = json.loads((rehearsed / "simulation" / "CLEARWAY.json").read_text())
    said = json.loads(memory["state"])["shortfalls"]
    read = {
        tuple(row.values())
        for row in asked.rows(
            "select s.line_control_number, s.allowed_cents from remittances.service s join contracts.comparison using (service_id)"
        )
    }
    return {key: cut["cause"] for cut in said if (key := (cut["line_number"], cut["allowed_cents"])) in read}


def _found(asked, *verdicts):
    found = asked.rows(
        """select l.line_control_number, k.allowed_cents from contracts.comparison k join claims.line l using (claim_id, claim_version, line_number)
           where k.payer_id = 'BCNE1' and k.verdict in (select unnest($1))""",
        [list(verdicts)],
    )
    return {tuple(row.values()) for row in found}


def test_exactly_what_the_payer_cut_is_found(asked, rehearsed):
    contracted = {
        row["line_control_number"]
        for row in asked.rows(
            "select line_control_number from claims.line join claims.claim using (claim_id) where payer_id = 'BCNE1'"
        )
    }
    truth = {key: cause for key, cause in _truth(rehearsed, asked).items() if key[0] in contracted}
    assert {"underpaid", "correction"} <= set(truth.values())
    assert _found(asked, "underpaid") == {key for key, cause in truth.items() if cause != "recode"}
    assert _found(asked, "downcoded") == {key for key, cause in truth.items() if cause == "recode"}
    assert _found(asked, "above") == set()


def test_history_raises_no_false_alarm(asked, rehearsed):
    flagged = asked.rows(
        """select s.line_control_number, k.allowed_cents from contracts.comparison k join remittances.service s using (service_id)
           where k.basis = 'history' and k.verdict in ('underpaid', 'downcoded')"""
    )
    assert asked.value("select count(*) from contracts.comparison where basis = 'history'") > 0
    assert {tuple(row.values()) for row in flagged} <= set(_truth(rehearsed, asked))


def test_some_came_back_and_what_stands_is_listed(asked):
    assert (
        asked.value(
            "select count(*) from contracts.recovery where recovered_cents > 0 and final_verdict = 'as_expected'"
        )
        > 0
    )
    open_ids = {row["service_id"] for row in asked.rows("select service_id from contracts.underpayment")}
    mended = {row["first_service_id"] for row in asked.rows("select first_service_id from contracts.recovery")}
    assert open_ids
    assert not open_ids & mended


def test_every_line_of_a_posted_payment_has_a_verdict(asked):
    lines = asked.value(
        "select count(*) from remittances.service s join remittances.claim c using (remitted_claim_id) join ledger.posting_run using (payment_id)"
    )
    assert asked.value("select count(*) from contracts.comparison") == lines


def test_the_payer_pays_by_the_contract_that_the_practice_holds(rehearsed):
    with (rehearsed / "registry" / "contracts" / "blue_harbor.csv").open(newline="") as stream:
        contract = {row["procedure_code"]: round(float(row["allowed"]) * 100) for row in csv.DictReader(stream)}
    assert dict(load_scenario(rehearsed / "payer.toml").terms_of("BCNE1").fees_cents) == contract


def _run(*arguments):
    return CliRunner().invoke(app, [str(a) for a in arguments])


def test_the_command_lists_each_line_with_what_was_expected_and_its_bytes(asked, rehearsed):
    done = _run("contracts", "underpaid", "--home", rehearsed)
    assert done.exit_code == 0, done.output
    lines = asked.rows("select * from contracts.underpayment")
    assert f"paid too little: {len(lines)}" in done.output
    for line in lines:
        content = get_bytes(rehearsed, line["file_sha256"])[line["byte_start"] : line["byte_end"]]
        assert content.startswith(f"SVC*HC:{line['procedure_code']}".encode())
        assert line["file_sha256"][:12] in done.output
    assert "paid too little: none" in _run("contracts", "underpaid", "--payer", "MEDCD", "--home", rehearsed).output


def test_a_schedule_is_loaded_by_command_and_refused_where_it_is_another_kind(tmp_path):
    home = tmp_path / "home"
    lay_out_sample(home)
    kept = home / "registry" / "contracts" / "blue_harbor.csv"
    again = ("contracts", "load", kept, "--effective", "2026-01-01", "--home", home)
    assert _run(*again, "--kind", "fees").exit_code == 0
    assert (home / "registry/contracts/fees_2026-01-01_blue_harbor.csv").read_bytes() == kept.read_bytes()
    refused = _run(*again, "--kind", "rvu")
    assert isinstance(refused.exception, ClaimcycleError)
    assert "holds fees, not rvu" in str(refused.exception)
