"""What is set aside of a file waits until a person closes it; it is kept as it was."""

from datetime import date

from typer.testing import CliRunner

from flows.cli import app
from schemas.errors import ClaimcycleError
from tasks.stores.decisions import take_up
from tasks.stores.invariants import BAD_INPUT, count_waiting
from tasks.stores.snapshot import publish_snapshot
from tests.remits.homes import RemitHome

NIGHT, NEXT = date(2026, 3, 4), date(2026, 3, 5)
FILE, OTHER = "a" * 64, "b" * 64
PLACE = {"byte_start": 10, "byte_end": 20}
ROW = {
    **{"file_sha256": FILE, "table_name": "encounters", "source_row": 1, "rule_id": "DATE_ORDER", "encounter_id": "E1"},
    **{"column_name": "service_from", "value": "x", "remedy": "correct it at the source", "owner": "front_desk"},
    **{"quarantined_on": NIGHT, **PLACE},
}
EVENT = {
    **{"event_id": "e1", "claim_id": "c1", "claim_version": 1, "event": "remit_paid", "state": "DRAFT", "detail": ""},
    **{"kind": "illegal", "file_sha256": OTHER, "refused_on": NIGHT, **PLACE},
}


def waiting(home):
    return {what: count for what, count in count_waiting(home.held()).items() if count and what in BAD_INPUT}


def test_what_is_set_aside_of_a_file_waits_until_a_person_closes_the_file(tmp_path):
    home = RemitHome(tmp_path / "home")
    warehouse = home.held()
    warehouse.insert("encounters.quarantine", [ROW, {**ROW, "source_row": 2}])
    warehouse.insert("claims.refused_event", [EVENT, {**EVENT, "event_id": "e2", "kind": "late"}])
    warehouse.insert(
        "files.reading", [{"file_sha256": OTHER, "kind": "835", "outcome": "quarantined", "read_on": NIGHT}]
    )
    warehouse.insert(
        "files.fault",
        [
            {
                "file_sha256": OTHER,
                "fault_code": "NOT_X12",
                "byte_start": 0,
                "message": "no ISA",
                "remedy": "ask again",
                "found_on": NIGHT,
            }
        ],
    )
    arrival = {"source": "encounters", "drop_name": "2026-03-04", "file_name": "encounters.csv", "file_sha256": FILE}
    warehouse.insert("files.arrival", [{**arrival, "arrived_on": NIGHT, "is_repeat": False}])
    assert waiting(home) == {"files in quarantine": 1, "encounter rows in quarantine": 2, "events refused": 1}
    home.leave()
    publish_snapshot(home.path, NIGHT)

    def run(*words):
        return CliRunner().invoke(app, ["aside", *words, "--home", str(home.path)])

    listed = run("list").output
    assert "aaaaaaaaaaaa 2026-03-04 encounters.csv: 2 x row DATE_ORDER; correct it at the source" in listed
    assert len(listed.splitlines()) == 3
    unknown = run("close", "c", "--reason", "looked at").exception
    assert isinstance(unknown, ClaimcycleError)
    assert "0 files begin with 'c'" in str(unknown)
    for file in "ab":
        assert run("close", file, "--reason", "sent again and right", "--by", "biller").exit_code == 0
        with home.held().transaction():
            take_up(home.held(), home.path, NEXT)
        assert ("events refused" in waiting(home)) is (file == "a")
        home.leave()
    assert waiting(home) == {}
    later = {**EVENT, "event_id": "e3", "refused_on": date(2026, 3, 6)}
    home.held().insert(
        "claims.refused_event", [later, {**later, "event_id": "e4", "file_sha256": None, "byte_start": None}]
    )
    assert waiting(home) == {"events refused": 2}
    home.leave()
    publish_snapshot(home.path, date(2026, 3, 6))
    assert "c1 2026-03-06 a claim of ours: 1 x event ILLEGAL_MOVE" in run("list").output
    assert home.ask("select count(*) as kept from encounters.quarantine") == [{"kept": 2}]
    assert home.ask("select part, code from reports.bad_input") == [{"part": "answer", "code": "ILLEGAL_MOVE"}] * 2
