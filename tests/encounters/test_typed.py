"""What a drop becomes: accepted rows with every fix, quarantine, findings, and one intake row per encounter row."""

import re
from collections import Counter
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.warehouse import statements
from tasks.encounters.contract import TABLES
from tasks.encounters.gate_frames import gate_frames
from tasks.encounters.hashes import content_hashes
from tasks.encounters.rows import BadRow
from tasks.encounters.typed import judge_drop
from tasks.stores.gate import validate_in_sql
from tasks.stores.warehouse import Warehouse
from tasks.x12.professional_rows import RANKS
from tests.encounters.clean_drop import FILES, NIGHT, PAYERS, clean_drop, spoiled, to_frames


def _judge(drop, bad_rows=(), known=None):
    frames = to_frames(drop)
    gated = gate_frames(frames, PAYERS, NIGHT)
    verdicts = {table: validate_in_sql(frame, table) for table, frame in gated.items() if len(frame)}
    return judge_drop(frames, bad_rows, verdicts, PAYERS, FILES, NIGHT, known)


def _outcomes(judged):
    return [(row["encounter_id"], row["verdict"]) for row in judged.intake]


def _fixed(table, row, changes, line=0):
    """Judge a spoiled drop that is fixed and give the typed row and its findings."""
    judged = _judge(spoiled(table, row, changes))
    assert {outcome for _, outcome in _outcomes(judged)} == {"accepted"}
    singular = {
        "encounters": "encounter",
        "patients": "patient",
        "coverages": "coverage",
        "service_lines": "service_line",
    }
    return judged.accepted[singular[table]][row], [f for f in judged.finding if f["severity"] == "fix"]


@pytest.fixture(scope="module")
def warehouse():
    with duckdb.connect(":memory:") as connection:
        made = Warehouse(connection)
        for statement in statements():
            if re.match("create (schema if|table if not exists encounters)", statement):
                made.execute(statement)
        yield made


def test_a_clean_drop_is_accepted_whole_and_fits_the_warehouse(warehouse):
    judged = _judge(clean_drop())
    assert _outcomes(judged) == [("E-1", "accepted"), ("E-2", "accepted")]
    assert (judged.quarantine, judged.finding) == ([], [])
    for table, rows in judged.accepted.items():
        kept = warehouse.rows(f"select * from encounters.{table} limit 0") or rows
        assert warehouse.insert(f"encounters.{table}", rows) == len(rows) == len(kept)
    assert warehouse.insert("encounters.intake", judged.intake) == 2
    assert warehouse.value("select sum(charge_cents) from encounters.service_line") == 30000


def test_rows_have_exactly_the_warehouses_columns(warehouse):
    drop = spoiled("encounters", 0, {"dx_1": "e11.9", "admission_date": "1/2/26"})
    drop["patients"][1]["zip"] = "2109"
    judged = _judge(drop)
    rows = {
        **_judge(clean_drop()).accepted,
        "quarantine": judged.quarantine,
        "finding": judged.finding,
        "intake": judged.intake,
    }
    for table, found in rows.items():
        columns = {r["column_name"] for r in warehouse.rows(f"describe encounters.{table}")}
        assert all(set(row) == columns for row in found), table
        assert found, table
        warehouse.insert(f"encounters.{table}", found)


def test_payments_at_the_desk_go_with_their_encounter_and_with_no_other(warehouse):
    frames = to_frames(spoiled("encounters", 1, {"total_charge": "many"}))
    paid = {"encounter_id": ["E-1", "E-1", "E-2", "E-9"], "paid": ["12.50", "7.50", "1.00", "1.00"]}
    lineage = {"source_row": [3, 7, 8, 9], "byte_start": [40, 90, 95, 99], "byte_end": [50, 95, 99, 120]}
    frames["desk_payments"] = pd.DataFrame({**paid, **lineage, "source_table": "transactions"})
    gated = gate_frames(frames, PAYERS, NIGHT)
    verdicts = {table: validate_in_sql(frame, table) for table, frame in gated.items() if len(frame)}
    digests = {**FILES, "transactions": "f" * 64}
    judged = judge_drop(frames, (), verdicts, PAYERS, digests, NIGHT)
    assert _outcomes(judged) == [("E-1", "accepted"), ("E-2", "rejected")]
    rows = judged.accepted["desk_payment"]
    assert [(r["encounter_id"], r["paid_cents"], r["byte_start"]) for r in rows] == [
        ("E-1", 1250, 40),
        ("E-1", 750, 90),
    ]
    assert {r["file_sha256"] for r in rows} == {"f" * 64}
    columns = {r["column_name"] for r in warehouse.rows("describe encounters.desk_payment")}
    assert {name for row in rows for name in row} == columns
    again = judge_drop(frames, (), verdicts, PAYERS, digests, NIGHT, content_hashes(frames))
    assert again.accepted["desk_payment"] == []


def test_values_have_their_types():
    judged = _judge(spoiled("patients", 0, {"weight_lb": "181.5", "pregnant": "false"}))
    encounter, patient = judged.accepted["encounter"][0], judged.accepted["patient"][0]
    assert encounter["total_charge_cents"] == 15000
    assert encounter["note_signed_at"] == datetime(2026, 3, 6, 18)
    assert encounter["date_of_service_from"] == date(2026, 3, 6)
    assert (encounter["encounter_version"], encounter["provider_signature_on_file"], encounter["dx_3"]) == (
        1,
        True,
        None,
    )
    assert (patient["weight_lb"], patient["pregnant"]) == (Decimal("181.5"), False)
    assert judged.accepted["service_line"][0]["units"] == Decimal(1)
    assert judged.accepted["service_line"][2]["encounter_version"] == 1
    assert (encounter["file_sha256"], encounter["source_row"], encounter["byte_end"], encounter["received_on"]) == (
        FILES["encounters"], 1, 9, NIGHT,
    )  # fmt: skip


def test_a_time_with_an_offset_is_kept_as_utc():
    row, _ = _fixed("encounters", 0, {"note_signed_at": "2026-03-06T18:00:00-05:00"})
    assert row["note_signed_at"] == datetime(2026, 3, 6, 23)


def test_defaults_of_the_contract_are_filled():
    drop = spoiled("encounters", 0, {"date_of_service_to": "", "claim_frequency": ""})
    drop["service_lines"][0] |= {"procedure_qualifier": "", "date_to": ""}
    drop["coverages"][0]["payer_name"] = ""
    judged = _judge(drop)
    encounter, line, coverage = (judged.accepted[name][0] for name in ("encounter", "service_line", "coverage"))
    assert (encounter["date_of_service_to"], encounter["claim_frequency"]) == (date(2026, 3, 6), "1")
    assert (line["procedure_qualifier"], line["date_to"], coverage["payer_name"]) == ("HC", date(2026, 3, 6), "Plan A")
    assert judged.finding == []


# fmt: off
FIXES = [
    ("S08", "encounters", {"total_charge": "$150.00"}, {"total_charge_cents": 15000}),
    ("S08", "service_lines", {"charge": "$100"}, {"charge_cents": 10000}),
    ("P02", "patients", {"last_name": "ALDERBY335"}, {"last_name": "ALDERBY", "suffix": None}),
    ("P02", "patients", {"last_name": "ALDERBY III"}, {"last_name": "ALDERBY", "suffix": "III"}),
    ("P02", "patients", {"first_name": "T\u00d3BIN"}, {"first_name": "TOBIN"}),
    ("P08", "patients", {"state": "massachusetts"}, {"state": "MA"}),
    ("P08", "coverages", {"subscriber_state": "ma"}, {"subscriber_state": "MA"}),
    ("X01", "patients", {"address1": "5 Stra\u00dfe*B"}, {"address1": "5 Strasse B"}),
    ("X01", "patients", {"zip": "02109-0001"}, {"zip": "021090001"}),
    ("X01", "patients", {"phone": "+1 508-555-0100"}, {"phone": "5085550100"}),
    ("D03", "encounters", {"dx_1": "e11.9"}, {"dx_1": "E119"}),
    ("D03", "encounters", {"dx_2": "IlO"}, {"dx_2": "I10"}),
    ("D09", "encounters", {"dx_2": "E11.9", "dx_3": "I10"}, {"dx_1": "E119", "dx_2": "I10", "dx_3": None}),
    ("V04", "encounters", {"rendering_provider_key": "SOLO", "billing_provider_key": "SOLO"}, {"rendering_provider_key": None}),
]
# fmt: on


@pytest.mark.parametrize(("rule", "table", "changes", "fixed"), FIXES)
def test_a_fix_is_really_made_and_the_finding_shows_the_original(rule, table, changes, fixed):
    row, findings = _fixed(table, 0, changes)
    assert {name: row[name] for name in fixed} == fixed
    shown = {f["value"] for f in findings if f["rule_id"] == rule}
    assert shown <= set(changes.values())
    assert shown


def test_pointers_follow_the_diagnoses_when_a_repeat_is_dropped():
    drop = spoiled("encounters", 0, {"dx_2": "E11.9", "dx_3": "I10", "dx_4": "J069"})
    drop["service_lines"][0] |= {"dx_pointer_1": "2", "dx_pointer_2": "1", "dx_pointer_3": "4", "dx_pointer_4": "3"}
    judged = _judge(drop)
    assert [judged.accepted["encounter"][0][f"dx_{n}"] for n in range(1, 5)] == ["E119", "I10", "J069", None]
    line = judged.accepted["service_line"][0]
    assert [line[f"dx_pointer_{n}"] for n in range(1, 5)] == [1, 3, 2, None]


@given(st.lists(st.sampled_from(["E119", "e11.9", "I10", "J069", ""]), min_size=1, max_size=5), st.integers(1, 6))
@settings(max_examples=8, deadline=None)
def test_whatever_the_diagnoses_a_pointer_points_at_the_same_code_as_before(codes, pointer):
    changes = {f"dx_{n}": code for n, code in enumerate(codes, 1)}
    drop = spoiled("encounters", 0, {"dx_2": "", **changes})
    drop["service_lines"][0]["dx_pointer_1"] = str(pointer)
    judged = _judge(drop)
    row, line = judged.accepted["encounter"][0], judged.accepted["service_line"][0]
    kept = [row[f"dx_{n}"] for n in range(1, 13)]
    before = changes.get(f"dx_{pointer}", "").upper().replace(".", "")
    if before:
        assert kept[line["dx_pointer_1"] - 1] == before
    assert len([code for code in kept if code]) == len({code for code in kept if code})


def test_control_numbers_are_made_where_unfit_or_shared_and_left_to_the_claim_where_absent():
    drop = clean_drop()
    drop["encounters"][0]["patient_control_number"] = "A 1"
    first, second = (row["patient_control_number"] for row in _judge(drop).accepted["encounter"])
    assert second is None
    assert len(first) == 16
    drop["encounters"][0]["patient_control_number"] = "HFM1"
    drop["encounters"][1]["patient_control_number"] = "HFM1"
    shared = [row["patient_control_number"] for row in _judge(drop).accepted["encounter"]]
    assert shared[0] == first
    assert len({*shared, "HFM1"}) == 3
    drop["encounters"][1]["patient_control_number"] = "HFM2"
    assert [row["patient_control_number"] for row in _judge(drop).accepted["encounter"]] == ["HFM1", "HFM2"]


def test_a_missing_charge_counts_as_nothing_and_is_held():
    judged = _judge(spoiled("service_lines", 0, {"charge": ""}))
    assert judged.accepted["service_line"][0]["charge_cents"] == 0
    assert ("L09", "hold", 1) in {(f["rule_id"], f["severity"], f["line_number"]) for f in judged.finding}
    assert judged.intake[0]["charge_cents"] == 5000


REJECTIONS = [
    ("encounters", 0, {"admission_date": "03/04/26"}, "S07", "encounters", "admission_date"),
    ("coverages", 0, {"coverage_start": "2024"}, "S07", "coverages", "coverage_start"),
    ("service_lines", 1, {"units": "many"}, "S04", "service_lines", "units"),
    ("attachments", 0, {"transmission": "??"}, "S04", "attachments", "transmission"),
    ("patients", 0, {"birth_date": "5/4/80"}, "S07", "patients", "birth_date"),
]


@pytest.mark.parametrize(("table", "row", "changes", "rule", "where", "column"), REJECTIONS)
def test_a_rejected_row_keeps_its_whole_encounter_out(table, row, changes, rule, where, column):
    judged = _judge(spoiled(table, row, changes))
    assert _outcomes(judged) == [("E-1", "rejected"), ("E-2", "accepted")]
    assert {r["encounter_id"] for name in ("encounter", "coverage", "service_line") for r in judged.accepted[name]} == {
        "E-2"
    }
    place = {(q["rule_id"], q["table_name"], q["column_name"], q["source_row"]) for q in judged.quarantine}
    assert (rule, where, column, row + 1) in place
    assert {q["rule_id"] for q in judged.quarantine if q["encounter_id"] == "E-1"} == {rule}
    assert not [f for f in judged.finding if f["encounter_id"] == "E-1"]


def test_a_rejected_patient_or_provider_rejects_all_who_need_it():
    judged = _judge(spoiled("providers", 1, {"entity_type": "3"}))
    assert _outcomes(judged) == [("E-1", "rejected"), ("E-2", "rejected")]
    assert [row["provider_key"] for row in judged.accepted["provider"]] == ["GROUP", "SOLO"]
    named = {
        (q["encounter_id"], q["column_name"], q["value"]) for q in judged.quarantine if q["table_name"] == "encounters"
    }
    assert named == {("E-1", "provider_key", None), ("E-2", "provider_key", None)}


def test_a_hold_on_a_patient_or_provider_is_found_on_every_encounter_that_needs_it():
    judged = _judge(spoiled("providers", 1, {"npi": ""}))
    assert {(f["encounter_id"], f["column_name"]) for f in judged.finding} == {
        ("E-1", "providers.DR.npi"),
        ("E-2", "providers.DR.npi"),
    }


def test_what_is_not_to_be_billed_is_not_held():
    changes = {"billable_status": "not_billable", "encounter_status": "cancelled", "dx_1": "", "place_of_service": ""}
    judged = _judge(spoiled("encounters", 0, changes))
    assert _outcomes(judged)[0] == ("E-1", "accepted")
    assert judged.finding == []


def test_orphans_lie_in_quarantine_and_reject_nobody():
    drop = clean_drop()
    drop["service_lines"].append({**drop["service_lines"][0], "encounter_id": "E-9"})
    judged = _judge(drop)
    assert [outcome for _, outcome in _outcomes(judged)] == ["accepted", "accepted"]
    assert [(q["rule_id"], q["table_name"], q["source_row"], q["encounter_id"]) for q in judged.quarantine] == [
        ("S09", "service_lines", 5, "E-9")
    ]


def test_of_two_coverages_of_one_rank_one_is_kept_and_held_and_one_waits():
    drop = clean_drop()
    drop["coverages"].append({**drop["coverages"][0], "group_number": "2"})
    judged = _judge(drop)
    assert len(judged.accepted["coverage"]) == 2
    assert [(q["rule_id"], q["source_row"]) for q in judged.quarantine] == [("C14", 3)]
    assert "C14" in {f["rule_id"] for f in judged.finding if f["severity"] == "hold"}


def test_the_same_content_again_is_repeated_and_another_content_is_rejected():
    first = _judge(clean_drop())
    known = {(row["encounter_id"], row["encounter_version"]): row["content_sha256"] for row in first.intake}
    drop = spoiled("service_lines", 3, {"charge": "51.00"})
    drop["encounters"][1]["total_charge"] = "151.00"
    judged = _judge(drop, known=known)
    assert _outcomes(judged) == [("E-1", "repeated"), ("E-2", "rejected")]
    assert [(q["rule_id"], q["encounter_id"]) for q in judged.quarantine] == [("S10", "E-2")]
    assert judged.accepted["encounter"] == []
    assert judged.finding == []
    drop["encounters"][1]["encounter_version"] = "2"
    assert _outcomes(_judge(drop, known=known))[1] == ("E-2", "accepted")


def test_the_same_row_twice_is_accepted_once_and_two_contents_of_one_version_never():
    drop = clean_drop()
    drop["encounters"].append(dict(drop["encounters"][0]))
    assert _outcomes(_judge(drop)) == [("E-1", "accepted"), ("E-2", "accepted"), ("E-1", "repeated")]
    drop["encounters"][2]["dx_2"] = "I119"
    assert _outcomes(_judge(drop)) == [("E-1", "rejected"), ("E-2", "accepted"), ("E-1", "rejected")]


def test_the_order_of_rows_does_not_change_the_content():
    drop = clean_drop()
    before = content_hashes(to_frames(drop))
    for table in TABLES:
        drop[table].reverse()
    assert content_hashes(to_frames(drop)) == before
    drop["coverages"][0]["group_number"] = "G1"
    after = content_hashes(to_frames(drop))
    assert {key for key in before if before[key] != after[key]} == {("E-2", 1)}


BROKEN = BadRow(3, 50, 60, "S04", "service_lines", "E-1")


@pytest.mark.parametrize(
    ("bad", "outcomes", "encounter_id"),
    [
        (BROKEN, ["rejected", "accepted"], "E-1"),
        (replace(BROKEN, key=""), ["accepted", "accepted"], None),
        (replace(BROKEN, table="service_lines.csv"), ["rejected", "accepted"], "E-1"),
        (replace(BROKEN, table="patients", key="P-2"), ["accepted", "rejected"], None),
        (replace(BROKEN, table="encounters", key="E-3"), ["accepted", "accepted", "rejected"], "E-3"),
        (replace(BROKEN, table="encounters", key=""), ["accepted", "accepted", "rejected"], "row 3"),
        (replace(BROKEN, source_row=0, rule_id="S05", key=""), ["accepted", "accepted"], None),
    ],
)
def test_a_broken_row_is_kept_out_with_what_it_belongs_to(bad, outcomes, encounter_id):
    judged = _judge(clean_drop(), [bad])
    assert [outcome for _, outcome in _outcomes(judged)] == outcomes
    row = judged.quarantine[0]
    assert (row["rule_id"], row["encounter_id"], row["byte_start"], row["value"]) == (
        bad.rule_id,
        encounter_id,
        50,
        None,
    )


TABLE_ROWS = st.sampled_from([(table, row) for table in TABLES for row in range(len(clean_drop()[table]))])
TEXTS = st.sampled_from(["", "X", "0", "-1", "E-1", "E-2", "2026-03-06", "03/04/26", "$1.00", "\ufffd", "P", "true"])


@given(st.lists(st.tuples(TABLE_ROWS, st.integers(0, 60), TEXTS), min_size=1, max_size=6))
@settings(max_examples=12, deadline=None)
def test_whatever_the_faults_nothing_falls_out(warehouse, changes):
    drop = clean_drop()
    for (table, row), place, text in changes:
        names = list(drop[table][row])
        drop[table][row][names[place % len(names)]] = text
    judged = _judge(drop)
    outcomes = _outcomes(judged)
    assert len(outcomes) == 2
    accepted = {name for name, outcome in outcomes if outcome == "accepted"}
    assert {row["encounter_id"] for row in judged.accepted["encounter"]} == accepted
    waiting = {row["encounter_id"] for row in judged.quarantine}
    assert {name for name, outcome in outcomes if outcome == "rejected"} <= waiting
    lines = Counter(row["encounter_id"] for row in judged.accepted["service_line"])
    cents = Counter()
    for row in judged.accepted["service_line"]:
        cents[row["encounter_id"]] += row["charge_cents"]
    for row in judged.intake:
        if row["verdict"] == "accepted":
            assert (row["line_count"], row["charge_cents"]) == (lines[row["encounter_id"]], cents[row["encounter_id"]])
    _fits(warehouse, judged)


def _fits(warehouse, judged):
    """Every row goes into the real tables, none of them twice."""
    tables = {**judged.accepted, "quarantine": judged.quarantine, "finding": judged.finding, "intake": judged.intake}
    for table, rows in tables.items():
        warehouse.execute(f"delete from encounters.{table}")
        assert warehouse.insert(f"encounters.{table}", rows) == len(rows), table


def test_a_claim_goes_to_the_first_payer_that_decided_nothing_in_the_order_in_which_they_pay(warehouse):
    (view,) = [statement for statement in statements() if "replace view encounters.billed_coverage" in statement]
    assert f"'{RANKS}'" in view
    warehouse.execute(view)
    (row,) = [row for row in _judge(clean_drop()).accepted["coverage"] if row["payer_rank"] == "P"][:1]
    of = {"encounter_id": "E-RANKS", "source_row": 9}
    for number, rank in enumerate("ATSP"):
        paid = 100 if rank == "P" else None
        warehouse.insert(
            "encounters.coverage",
            [row | of | {"payer_rank": rank, "prior_paid_amount_cents": paid, "file_sha256": f"{number}"}],
        )
    assert warehouse.value("select payer_rank from encounters.billed_coverage where encounter_id = 'E-RANKS'") == "S"
