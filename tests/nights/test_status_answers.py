"""A 277 that answers a question moves the claims it names as the table of moves says; what it finalises waits for the 835."""

import shutil
from datetime import timedelta

import pytest

from tasks.collect_files import collect_files
from tasks.read_acknowledgments import read_acknowledgments
from tasks.stores.invariants import find_violations
from tasks.stores.warehouse import reader, warehouse_path
from tests.nights.conftest import NIGHTS
from tests.nights.running import FIRST_NIGHT

HEAD = (
    "ISA*00*          *00*          *ZZ*CLEARWAY01     *ZZ*HARBORFM01     *260305*0215*^*00501*000900041*0*T*:",
    "GS*HN*CLEARWAY01*HARBORFM01*20260305*0215*41*X*005010X212", "ST*277*0001*005010X212", "BHT*0010*08*17*20260305*0900*DG",
    "HL*1**20*1", "NM1*PR*2*SUMMIT MUTUAL*****PI*UNIT3", "HL*2*1*21*1", "NM1*41*2*PRACTICE*****46*HARBORFM01",
    "HL*3*2*19*1", "NM1*1P*2*PRACTICE*****XX*1999900016",
)  # fmt: skip


def status_file(*answers):
    """Give a 277 with one claim for each (patient control number, payer claim number, category)."""
    body = [*HEAD]
    for number, (ours, theirs, category) in enumerate(answers, 4):
        body += [
            f"HL*{number}*3*22*0",
            "NM1*IL*1*TEST*PATIENT****MI*M1",
            f"TRN*2*S{number}",
            f"STC*{category}:20*20260305**80",
        ]
        body += [f"REF*1K*{theirs}"] if theirs else []
        body += [f"REF*EJ*{ours}"] if ours else []
    return "".join(f"{s}~" for s in (*body, f"SE*{len(body) - 1}*0001", "GE*1*41", "IEA*1*000900041")).encode()


@pytest.fixture
def home(rehearsed, tmp_path):
    return shutil.copytree(rehearsed, tmp_path / "home")


def test_a_claim_pends_is_asked_about_or_is_in_doubt_and_what_is_final_waits(home):
    with reader(warehouse_path(home)) as warehouse:
        accepted = warehouse.rows(
            """select v.patient_control_number, s.claim_id, a.payer_claim_number from claims.state s join claims.version v using (claim_id, claim_version)
               join acknowledgments.claim_answer a on a.claim_id = s.claim_id and a.payer_claim_number is not null and a.category_code = 'A2'
               where s.state = 'ACCEPTED' order by 1"""
        )
        sent = warehouse.rows(
            """select v.patient_control_number, s.claim_id from claims.state s join claims.version v using (claim_id, claim_version)
               where s.state = 'SENT' order by 1"""
        )
    pended, asked, final, by_number = accepted[:4]
    content = status_file(
        (pended["patient_control_number"], "", "P1"), (asked["patient_control_number"], "", "R3"), (final["patient_control_number"], "", "F1"),
        ("", by_number["payer_claim_number"], "P3"), (sent[0]["patient_control_number"], "", "D0"), ("NOTOURS", "", "P1"),
    )  # fmt: skip
    (home / "mailbox/clearway/from_partner/status.x12").write_bytes(content)
    for step in (collect_files, read_acknowledgments):
        step.fn(home, FIRST_NIGHT + timedelta(days=NIGHTS))
    with reader(warehouse_path(home)) as warehouse:
        found = {
            (row["claim_id"], row["event"])
            for row in warehouse.rows(
                "select claim_id, event from claims.event join files.arrival a using (file_sha256) where a.file_name = 'status.x12'"
            )
        }
        outcome = warehouse.value(
            "select r.outcome from files.reading r join files.arrival a using (file_sha256) where a.file_name = 'status.x12'"
        )
        unknown = warehouse.rows(
            "select patient_control_number from acknowledgments.unknown_claim join files.arrival a using (file_sha256) where a.file_name = 'status.x12'"
        )
        assert set(find_violations(warehouse)) <= {"files.unread"}  # the other answers of that night are not read here
    assert outcome == "read"
    assert found == {
        (pended["claim_id"], "status_pending"), (asked["claim_id"], "info_requested"), (by_number["claim_id"], "status_pending"),
        (sent[0]["claim_id"], "status_not_found"),
    }  # fmt: skip
    assert unknown == [{"patient_control_number": "NOTOURS"}]
