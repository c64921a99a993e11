"""Two weeks of the sample practice: every stage is real, everything ties, something is at every stage."""

import csv
from decimal import Decimal

import pytest

from tasks.ledger.rereading import misread
from tasks.stores.census import take_census
from tasks.stores.decisions import log_lines
from tasks.stores.heads import find_contradictions
from tasks.stores.invariants import invariant_counts
from tasks.stores.journal import SEAL
from tasks.stores.rereading import misread_entries
from tasks.stores.seals import count_unsealed, find_tampering
from tasks.stores.vault import get_bytes
from tasks.x12.judge import judge


def test_every_stage_ties_to_the_one_before(asked):
    census = take_census(asked)
    assert [t["tie"] for t in census.ties if (t["expected"] or 0) != (t["found"] or 0)] == []
    assert census.is_tied


def test_every_view_that_must_be_empty_is_looked_at_and_empty(asked):
    counts = invariant_counts(asked)
    wanted = {
        "encounters.lost",
        "claims.sent_twice",
        "claims.illegal_state",
        "ledger.unbalanced",
        "remittances.unposted_cents",
    }
    assert wanted <= set(counts)
    assert {name: count for name, count in counts.items() if count} == {}


@pytest.mark.parametrize("outcome", ["billed", "held", "not_billable", "rejected"])
def test_encounters_have_every_outcome(asked, outcome):
    assert asked.value("select count(*) from encounters.outcome where outcome = $1", [outcome]) > 0


def test_each_encounter_of_the_drops_has_exactly_one_outcome(asked, rehearsed):
    exported = set()
    for path in rehearsed.glob("drops/*/encounters.csv"):
        with path.open(newline="") as stream:
            exported |= {row["encounter_id"] for row in csv.DictReader(stream)}
    outcomes = [
        row["encounter_id"]
        for row in asked.rows("select encounter_id from encounters.outcome where outcome is not null")
    ]
    assert sorted(outcomes) == sorted(exported)


@pytest.mark.parametrize(
    "event",
    [
        "ta1_accepted", "ack999_accepted", "ack277_received", "ack277_accepted", "ack277_rejected", "remit_paid", "remit_partial",
        "remit_denied", "remit_reversal", "status_pending", "worked_as_corrected", "edits_failed", "data_changed",
    ],
)  # fmt: skip
def test_claims_live_through(asked, event):
    assert asked.value("select count(*) from claims.event where event = $1", [event]) > 0


@pytest.mark.parametrize("state", ["ACCEPTED", "REJECTED", "PAID", "DENIED", "REVERSED", "PENDED", "HELD"])
def test_something_is_at_every_stage_at_the_end(asked, state):
    assert asked.value("select count(*) from claims.state where state = $1", [state]) > 0


def test_what_became_of_each_dollar_charged_adds_up_in_every_state_and_over_all(asked):
    census = take_census(asked)
    for row in (*census.states, census.money):
        cents = {name: value for name, value in row.items() if name.endswith("_cents")}
        assert cents.pop("charge_cents") == sum(cents.values()), row
    assert census.money["patient_paid_cents"] > 0
    assert census.money["charge_cents"] == -asked.value(
        "select sum(amount_cents) from ledger.entry where account = 'charges'"
    )


def test_a_denied_claim_is_corrected_replaced_and_paid(asked):
    paid = asked.rows(
        """select v.claim_id, v.original_claim_number, b.file_sha256, b.batch_id from claims.version v
           join claims.batch_claim using (claim_id, claim_version) join claims.batch b using (batch_id)
           join claims.event e on e.claim_id = v.claim_id and e.claim_version = v.claim_version and e.event = 'remit_paid'
           where v.frequency_code = '7'"""
    )
    assert paid
    case = asked.rows("select * from denials.case_state where claim_id = $1", [paid[0]["claim_id"]])
    assert [c["state"] for c in case] == ["recovered"]
    first = asked.rows(
        "select payer_claim_number from remittances.claim where claim_id = $1 and claim_version = 1 and status_code <> '22'",
        [paid[0]["claim_id"]],
    )
    assert paid[0]["original_claim_number"] in {row["payer_claim_number"] for row in first}
    balance = asked.rows("select * from ledger.claim_balance where claim_id = $1", [paid[0]["claim_id"]])[0]
    assert (balance["payer_open_cents"], balance["denied_cents"]) == (0, 0)
    assert balance["paid_cents"] > 0


def test_a_rejected_claim_goes_again_as_an_original(asked):
    again = asked.value(
        """select count(*) from claims.event r join claims.version v on v.claim_id = r.claim_id and v.claim_version > r.claim_version
           join claims.batch_claim b on b.claim_id = v.claim_id and b.claim_version = v.claim_version
           where r.event = 'ack277_rejected' and v.frequency_code = '1'"""
    )
    rejected = asked.value("select count(*) from claims.state where state = 'REJECTED'")
    assert again + rejected > 0


def test_every_sealed_837p_passes_the_judge_and_names_its_claims(asked, rehearsed):
    for batch in asked.rows(
        "select * from claims.batch where kind = '837P' order by interchange_control_number limit 6"
    ):
        content = get_bytes(rehearsed, batch["file_sha256"])
        assert judge(content).accepted
        for claim in asked.rows(
            "select * from claims.batch_claim b join claims.version v using (claim_id, claim_version) where batch_id = $1",
            [batch["batch_id"]],
        ):
            said = content[claim["byte_start"] : claim["byte_end"]].decode()
            assert said.startswith(f"CLM*{claim['patient_control_number']}*")


def test_control_numbers_are_used_once(asked):
    assert asked.value("select count(*) - count(distinct interchange_control_number) from claims.batch") == 0
    assert asked.value("select count(*) - count(distinct patient_control_number) from claims.version") == 0


def test_every_ledger_row_from_a_remittance_stands_in_the_bytes_it_names(asked, rehearsed):
    contents = {}
    rows = asked.rows(
        "select * from ledger.entry where account = 'cash' and trace_number is not null order by entry_id limit 300"
    )
    assert rows
    for row in rows:
        content = contents.setdefault(row["file_sha256"], get_bytes(rehearsed, row["file_sha256"]))
        said = content[row["byte_start"] : row["byte_end"]].decode().strip()
        assert said.split("*")[0] in {"CLP", "SVC", "PLB"}
        amounts = {
            abs(Decimal(e))
            for e in said.rstrip("~").replace("~", "*").replace(":", "*").split("*")
            if e.replace(".", "").replace("-", "").isdigit()
        }
        assert Decimal(abs(row["amount_cents"])) / 100 in amounts


def test_cash_of_each_payment_is_its_bpr02(asked):
    off = asked.rows(
        """select p.trace_number from remittances.payment p left join ledger.deposit d using (payment_id)
           where p.verdict = 'accepted' and p.payment_cents <> coalesce(d.cash_cents, 0)"""
    )
    assert off == []


def test_bad_files_of_the_payer_wait_with_a_reason_and_a_remedy(asked):
    waiting = asked.rows("select fault_code, message, remedy from files.quarantined")
    assert {"TRUNCATED", "NOT_X12", "UNKNOWN_CLAIM"} <= {row["fault_code"] for row in waiting}
    assert asked.value("select count(*) from remittances.held") > 0
    aside = asked.rows("select * from reports.bad_input")
    assert {"TRUNCATED", "NOT_X12", "UNKNOWN_CLAIM", "HELD"} == {row["code"] for row in aside}
    assert all(row["file_name"] and row["message"] and row["remedy"] for row in aside)


def test_files_are_private(rehearsed):
    kept = [p for folder in ("vault", "warehouse", "mailbox", "reports") for p in (rehearsed / folder).rglob("*")]
    assert kept
    assert [p for p in kept if not p.is_symlink() and p.stat().st_mode & 0o077] == []


def test_analysts_read_the_snapshot_while_the_night_writes(rehearsed):
    from tasks.stores.snapshot import current_snapshot
    from tasks.stores.warehouse import reader, writer

    with writer(rehearsed) as busy, reader(current_snapshot(rehearsed)) as analyst:
        busy.execute("create temp table scratch (a integer)")
        assert analyst.value("select count(*) from reports.night") == 10


def test_the_ledger_is_as_it_was_sealed_night_by_night(asked, rehearsed):
    assert asked.value("select count(*) from ledger.day_seal") > 5
    lines = log_lines(rehearsed)
    assert sum(line["kind"] == SEAL for line in lines) > 5
    assert find_contradictions(asked, lines) == []
    assert (find_tampering(asked), count_unsealed(asked)) == ([], 0)


def test_the_bytes_that_every_entry_names_say_its_cents(asked, rehearsed):
    assert list(misread_entries(asked, rehearsed, misread)) == []
    assert asked.value("select count(*) from ledger.entry") > 4000
