"""Whom a payer is asked about: the patient himself, also where he is not the subscriber; and whom its answer is taken for."""

import shutil
from datetime import date, timedelta

import pytest

from tasks.check_eligibility import check_eligibility
from tasks.simulation.payer_scenario import Eligibility
from tasks.stores.invariants import count_waiting
from tasks.stores.practice_home import lay_out_sample
from tasks.stores.vault import get_bytes
from tasks.stores.warehouse import session
from tasks.x12.eligibility_answer import read_271
from tasks.x12.envelope import read_x12
from tasks.x12.inquiry_reading import read_270
from tests.simulation.payer_runs import run, scenario

NIGHT = date(2026, 3, 4)
FILE = {"file_sha256": "a" * 64, "source_row": 1, "byte_start": 0, "byte_end": 1, "received_on": NIGHT}
PEOPLE = {"parent": ("Tobin", "18"), "child": ("Soren", "19"), "spouse": ("Odalys", "01"), "ward": ("Juno", "G8")}


def _encounter(key, relationship, **coverage):
    common = {"encounter_id": key, "encounter_version": 1, **FILE}
    visit = {
        **common, "patient_key": key, "date_of_service_from": date(2026, 3, 2), "billing_provider_key": "B",
        "responsible_party": "insurance", "encounter_status": "finished", "billable_status": "billable",
    }  # fmt: skip
    policy = {
        **common, "payer_rank": "P", "payer_id": "BCNE1", "member_id": "ABC123456789", "relationship": relationship,
        "subscriber_last_name": "Alderby", "subscriber_first_name": "Tobin", "subscriber_birth_date": date(1977, 3, 20),
        "subscriber_sex": "M", **coverage,
    }  # fmt: skip
    coded = {
        "encounter_id": key, "encounter_version": 1, "disposition": "billable", "billable_cents": 1, "unbillable_cents": 0,
        "coded_on": NIGHT,
    }  # fmt: skip
    return visit, policy, coded


def _patient(key, first_name):
    names = {"last_name": "Alderby", "first_name": first_name, "birth_date": date(2014, 7, 5), "sex": "F"}
    return {"patient_key": key, **names, **FILE, "file_sha256": f"{key:0>64}"}


@pytest.fixture
def home(tmp_path):
    """A home with one family under one member id, each with a visit nobody asked about yet."""
    path = tmp_path / "home"
    lay_out_sample(path)
    shutil.rmtree(path / "drops")
    with session(path) as warehouse:
        payer = {
            "payer_id": "BCNE1", "payer_name": "Blue Harbor", "claim_filing_code": "BL", "filing_limit_days": 365,
            "corrected_limit_days": 365, "appeal_limit_days": 180, "accepts_replacement": True, "expected_answer_days": 7,
            "partner_id": "CLEARWAY",
        }  # fmt: skip
        provider = {"provider_key": "B", "entity_type": "2", "last_or_org_name": "Harbor Family", "npi": "1999900016"}
        warehouse.insert("encounters.payer", [payer])
        warehouse.insert("encounters.provider", [{**provider, **FILE}])
        warehouse.insert("encounters.patient", [_patient(key, name) for key, (name, _) in PEOPLE.items()])
        _add(warehouse, [_encounter(key, relationship) for key, (_, relationship) in PEOPLE.items()])
    return path


def _add(warehouse, encounters):
    visits, policies, coded = zip(*encounters, strict=True)
    warehouse.insert("encounters.encounter", list(visits))
    warehouse.insert("encounters.coverage", list(policies))
    warehouse.insert("coding.encounter", list(coded))


def _asked(home):
    """Give the bytes of the 270 and its trace numbers by encounter."""
    with session(home) as warehouse:
        rows = warehouse.rows(
            "select i.*, b.file_sha256, b.claim_count from encounters.inquiry i join claims.batch b using (batch_id)"
        )
        assert [row["claim_count"] for row in rows] == [len(rows)] * len(rows)
        return get_bytes(home, rows[0]["file_sha256"]), {row["encounter_id"]: row["trace_number"] for row in rows}


def test_each_of_a_family_is_asked_about_by_his_own_name(home):
    assert check_eligibility.fn(home, NIGHT) == {"answered": 0, "asked": 4, "not_writable": 0}
    content, traces = _asked(home)
    rows = {row["trace_number"]: row for row in read_270(read_x12(content), "b" * 64)}
    for key, (name, _) in PEOPLE.items():
        row = rows[traces[key]]
        born = date(1977, 3, 20) if key == "parent" else date(2014, 7, 5)
        assert (row["first_name"], row["birth_on"], row["member_number"]) == (name.upper(), born, "ABC123456789")
    segments = [segment.split("*") for segment in content.decode().split("~")]
    assert sorted(s[2] for s in segments if s[0] == "INS") == ["01", "19", "34"]
    assert [s[3] for s in segments if s[0] == "HL"].count("23") == 3


def test_the_synthetic_payer_answers_a_dependent_in_his_own_loop_under_our_trace(home):
    check_eligibility.fn(home, NIGHT)
    content, traces = _asked(home)
    for rates, status in (({}, "active"), ({"inactive_rate": 1.0}, "inactive"), ({"not_found_rate": 1.0}, "not_found")):
        files = run(scenario(eligibility=Eligibility(**rates)), {0: {"q": content}}, nights=1)[0]
        (answer,) = [given for name, given in files.items() if "271" in name]
        rows = read_271(read_x12(answer), "c" * 64, NIGHT)
        assert {row["trace_number"]: row["status"] for row in rows} == dict.fromkeys(traces.values(), status)
        child = next(row for row in rows if row["trace_number"] == traces["child"])
        loop = answer[child["byte_start"] : child["byte_end"]]
        assert loop.split(b"*")[3] == b"23"
        assert b"NM1*03*1*ALDERBY*SOREN" in loop


def test_the_answer_about_one_of_a_family_is_nobody_elses(home):
    check_eligibility.fn(home, NIGHT)
    _, traces = _asked(home)
    answers = [
        {
            "trace_number": trace, "file_sha256": "c" * 64, "byte_start": 0, "byte_end": 1, "answered_on": NIGHT,
            "status": "inactive" if key == "child" else "active",
        }
        for key, trace in traces.items()
    ]  # fmt: skip
    with session(home) as warehouse:
        warehouse.insert("encounters.coverage_answer", answers)
        _add(warehouse, [_encounter("later", "19")])
        warehouse.execute("update encounters.encounter set patient_key = 'child' where encounter_id = 'later'")
        told = warehouse.rows("select encounter_id from claims.edit where rule_id = 'C08' order by 1")
    assert [row["encounter_id"] for row in told] == ["child", "later"]


def test_what_cannot_be_asked_keeps_nothing_from_being_asked_and_is_counted_each_night(home):
    with session(home) as warehouse:
        _add(warehouse, [_encounter("stranger", "19"), _encounter("nameless", "18", subscriber_last_name="李")])
    assert check_eligibility.fn(home, NIGHT) == {"answered": 0, "asked": 4, "not_writable": 2}
    assert set(_asked(home)[1]) == set(PEOPLE)
    later = NIGHT + timedelta(days=1)
    assert check_eligibility.fn(home, later) == {"answered": 0, "asked": 0, "not_writable": 2}
    with session(home) as warehouse:
        assert count_waiting(warehouse)["encounters whose coverage cannot be asked about"] == 2
        assert warehouse.value("select count(*) from claims.batch") == 1
        warehouse.insert("encounters.patient", [_patient("stranger", "Perrin")])
    last = later + timedelta(days=1)
    assert check_eligibility.fn(home, last) == {"answered": 0, "asked": 1, "not_writable": 1}
