"""An answer that contradicts itself moves no claim as accepted; a request for more moves the claim that it asks about."""

import shutil
from datetime import timedelta

import pytest

from tasks.collect_files import collect_files
from tasks.read_acknowledgments import read_acknowledgments
from tasks.stores.warehouse import reader, warehouse_path
from tests.nights.conftest import NIGHTS
from tests.nights.running import FIRST_NIGHT

ISA = "ISA*00*          *00*          *ZZ*CLEARWAY01     *ZZ*HARBORFM01     *260305*0215*^*00501*000900041*0*T*:"
SENT = """select b.interchange_control_number, b.group_control_number, c.transaction_control_number, c.claim_id, v.patient_control_number
    from claims.batch b join claims.batch_claim c using (batch_id)
    join claims.state s using (claim_id, claim_version) join claims.version v using (claim_id, claim_version)
    where s.state = 'SENT' order by 3, 4"""


@pytest.fixture
def home(rehearsed, tmp_path):
    return shutil.copytree(rehearsed, tmp_path / "home")


def interchange(group_code, set_code, guide, *segments):
    body = [f"ST*{set_code}*0001*{guide}", *segments, f"SE*{len(segments) + 2}*0001"]
    group = [f"GS*{group_code}*CLEARWAY01*HARBORFM01*20260305*0215*41*X*{guide}", *body, "GE*1*41"]
    return "".join(f"{segment}~" for segment in (ISA, *group, "IEA*1*000900041")).encode()


def outcome_of(home, content):
    """Read a file the night after; give what became of it, the faults and leniencies noted, and the moves that it made."""
    inbox = home / "mailbox/clearway/from_partner"
    for other in inbox.iterdir():
        other.unlink()  # the answers that the synthetic payer left for that night
    (inbox / "answer.x12").write_bytes(content)
    for step in (collect_files, read_acknowledgments):
        step.fn(home, FIRST_NIGHT + timedelta(days=NIGHTS))
    asked = (
        ("files.reading", "outcome"),
        ("files.fault", "fault_code"),
        ("files.tolerance", "tolerated"),
        ("claims.event", "event"),
    )
    with reader(warehouse_path(home)) as warehouse:
        return tuple(
            {
                row["said"]
                for row in warehouse.rows(
                    f"select {column} as said from {table} join files.arrival a using (file_sha256) where a.file_name = 'answer.x12'"
                )
            }
            for table, column in asked
        )


def sent_by(home):
    with reader(warehouse_path(home)) as warehouse:
        return warehouse.rows(SENT)[0]


@pytest.mark.parametrize(
    ("code", "end", "outcome"),
    [
        ("A", "AK9*A*1*1*1", ({"read"}, set(), set(), {"ack999_accepted"})),
        ("A", "AK9*P*2*2*0", ({"quarantined"}, {"CONTRADICTION"}, set(), set())),
        ("R", "AK9*A*1*1*1", ({"quarantined"}, {"CONTRADICTION"}, set(), set())),
        ("A", "AK9*R*1*1*0*5", ({"read"}, set(), {"AK9"}, {"ack999_rejected"})),
    ],
)
def test_what_ak9_does_not_accept_moves_no_claim_as_accepted(home, code, end, outcome):
    sent = sent_by(home)
    answer = (
        f"AK1*HC*{sent['group_control_number']}",
        f"AK2*837*{sent['transaction_control_number']}",
        f"IK5*{code}",
    )
    assert outcome_of(home, interchange("FA", "999", "005010X231A1", *answer, end)) == outcome


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        (["A*000"], ({"read"}, set(), set(), {"ta1_accepted"})),
        (["A*001"], ({"quarantined"}, {"CONTRADICTION"}, set(), set())),
        (["A*000", "R*006"], ({"quarantined"}, {"CONTRADICTION"}, set(), set())),
        (["R*000"], ({"read"}, set(), {"TA105"}, {"ta1_rejected"})),
    ],
)
def test_two_answers_to_one_interchange_move_no_claim(home, told, outcome):
    number = sent_by(home)["interchange_control_number"]
    answers = "".join(f"TA1*{number:09d}*260304*0215*{answer}~" for answer in told)
    assert outcome_of(home, f"{ISA}~{answers}IEA*0*000900041~".encode()) == outcome


def test_a_request_for_more_moves_the_claim_that_it_asks_about(home):
    sent = sent_by(home)
    levels = (
        "BHT*0085*08*R17*20260305*0215*RQ", "HL*1**20*1", "NM1*PR*2*SUMMIT MUTUAL*****PI*UNIT3", "HL*2*1*21*1",
        "NM1*41*2*PRACTICE*****46*HARBORFM01", "HL*3*2*19*1", "NM1*1P*2*PRACTICE*****XX*1999900016", "HL*4*3*PT*0",
        "NM1*QC*1*TEST*PATIENT****MI*M1",
    )  # fmt: skip
    asked = ("TRN*1*ICN1", "STC*R4:19*20260305**80", f"REF*EJ*{sent['patient_control_number']}")
    content = interchange("HN", "277", "005010X213", *levels, *asked)
    assert outcome_of(home, content) == ({"read"}, set(), set(), {"info_requested"})
