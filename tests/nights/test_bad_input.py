"""Bad input goes to quarantine whole, says what, where and what to do, and never stops the others."""

import json
import re
import shutil
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest

from schemas.errors import ClaimcycleError
from tasks.release_files import release_files
from tasks.stores.warehouse import reader, warehouse_path, writer
from tests.nights.running import run_nights

FIRST = date(2026, 3, 2)
LATER = date(2026, 3, 4)


@pytest.fixture
def two_nights(tmp_path):
    home = tmp_path / "home"
    run_nights(home, 2)
    return home


@pytest.fixture(scope="module")
def four_nights(tmp_path_factory):
    home = tmp_path_factory.mktemp("four") / "home"
    run_nights(home, 4)
    return home


@pytest.fixture
def paid_nights(four_nights, tmp_path):
    """A home to which the payer has sent files of every kind."""
    return Path(shutil.copytree(four_nights, tmp_path / "home"))


def _drop(home: Path, name: str, change) -> Path:
    """Make a drop of the third night from the first one's, changed; the manifest tells what then lies there."""
    folder = home / "drops" / name
    shutil.copytree(home / "drops" / "2026-03-02", folder)
    change(folder)
    return folder


def _rewrite_manifest(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    for table in manifest["tables"]:
        content = (folder / table).read_bytes()
        manifest["tables"][table] = {"rows": content.count(b"\n") - 1, "sha256": sha256(content).hexdigest()}
    (folder / "manifest.json").write_text(json.dumps(manifest))


def _quarantined(home: Path) -> dict[str, dict]:
    with reader(warehouse_path(home)) as warehouse:
        return {
            row["fault_code"]: row for row in warehouse.rows("select * from files.quarantined order by found_on desc")
        }


def _accepted(home: Path, night: date) -> int:
    with reader(warehouse_path(home)) as warehouse:
        return warehouse.value(
            "select count(*) from encounters.intake where verdict = 'accepted' and received_on = $1", [night]
        )


def test_an_export_with_an_unknown_header_waits_and_the_next_one_is_read(two_nights):
    def rename_a_column(folder):
        path = folder / "encounters.csv"
        path.write_bytes(path.read_bytes().replace(b"encounter_id", b"visit_number", 1))
        _rewrite_manifest(folder)

    _drop(two_nights, "2026-03-04-again", rename_a_column)
    run_nights(two_nights, 1, LATER)
    fault = _quarantined(two_nights)["UNKNOWN_LAYOUT"]
    assert "encounters" in fault["message"]
    assert fault["remedy"]
    assert _accepted(two_nights, LATER) > 0


def test_a_half_written_export_waits_whole(two_nights):
    def cut(folder):
        path = folder / "service_lines.csv"
        path.write_bytes(path.read_bytes()[:-500])

    _drop(two_nights, "2026-03-04-cut", cut)
    run_nights(two_nights, 1, LATER)
    assert "service_lines.csv" in _quarantined(two_nights)["INCOMPLETE_DROP"]["message"]
    with reader(warehouse_path(two_nights)) as warehouse:
        names = warehouse.rows("select file_name from reports.bad_input where code = 'INCOMPLETE_DROP'")
    assert names == [{"file_name": "drop 2026-03-04-cut"}]
    assert _accepted(two_nights, LATER) > 0


def test_a_drop_without_its_manifest_is_still_being_written(two_nights):
    _drop(two_nights, "2026-03-04-open", lambda folder: (folder / "manifest.json").unlink())
    run_nights(two_nights, 1, LATER)
    with reader(warehouse_path(two_nights)) as warehouse:
        assert warehouse.value("select count(*) from files.arrival where drop_name = '2026-03-04-open'") == 0


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("readme.txt", b"Dear provider, your payment is late.", "NOT_X12"),
        ("empty.x12", b"", "NOT_X12"),
        ("835.x12.part", b"ISA*00*", None),
    ],
)
def test_a_file_that_is_no_x12_waits_and_an_unfinished_one_is_left_alone(two_nights, name, content, code):
    (two_nights / "mailbox/clearway/from_partner" / name).write_bytes(content)
    run_nights(two_nights, 1, LATER)
    found = {row["file_name"]: row["fault_code"] for row in _quarantined(two_nights).values()}
    assert found.get(name) == code
    assert _accepted(two_nights, LATER) > 0


def _send(home: Path, name: str, change) -> None:
    """Put the payer's newest file of a kind into the mailbox again under another name, changed."""
    mailbox = home / "mailbox/clearway/from_partner"
    content = sorted(mailbox.glob(f"*-{name.split('.')[0]}*.x12"))[-1].read_bytes()
    (mailbox / name).write_bytes(change(content))


def _rename_claims(content: bytes) -> bytes:
    """Let a 277CA speak of claims that nobody sent."""
    return content.replace(b"TRN*2*", b"TRN*2*X")


def _refuse_batch(content: bytes) -> bytes:
    """Let a 277CA refuse every batch as a whole, and name no claim."""

    def refused(found: re.Match[bytes]) -> bytes:
        body = re.sub(rb"STC\*[^~]+", b"STC*A3:21:41*20260306*U*1", found[1]).replace(b"*21*1~", b"*21*0~")
        return body + b"SE*%d" % (body.count(b"~") + 1)

    return re.sub(rb"(?<=\n)(ST\*277.*?\n)HL\*3\*.*?\nSE\*\d+", refused, content, flags=re.DOTALL)


@pytest.mark.parametrize(
    ("name", "change", "code", "place"),
    [
        ("835.cut.x12", lambda content: content[: len(content) // 2], "TRUNCATED", "file"),
        (
            "835.off.x12",
            lambda content: re.sub(rb"BPR\*I\*[\d.]+", b"BPR*I*123456.78", re.sub(rb"TRN\*1\*", b"TRN*1*OFF", content)),
            "HELD",
            "payment",
        ),
        ("277ca.x12", _rename_claims, "UNKNOWN_CLAIM", "file"),
        ("277ca.batch.x12", _refuse_batch, "UNKNOWN_CLAIM", "file"),
    ],
)
def test_a_bad_file_of_the_payer_waits_whole_and_the_night_completes(paid_nights, name, change, code, place):
    _send(paid_nights, name, change)
    run_nights(paid_nights, 1, date(2026, 3, 6))
    with reader(warehouse_path(paid_nights)) as warehouse:
        (aside,) = warehouse.rows("select * from reports.bad_input where file_name = $1", [name])
        assert (aside["code"], aside["part"]) == (code, place)
        assert aside["message"]
        assert aside["remedy"]
        assert warehouse.value("select count(*) from ledger.entry where file_sha256 = $1", [aside["file_sha256"]]) == 0
        assert warehouse.value("select count(*) from claims.event where file_sha256 = $1", [aside["file_sha256"]]) == 0
        assert warehouse.value("select violation_count from reports.night order by night desc limit 1") == 0
    assert _accepted(paid_nights, date(2026, 3, 6)) > 0


def test_what_was_released_and_read_no_longer_waits(paid_nights):
    mailbox = paid_nights / "mailbox/clearway/from_partner"
    (mailbox / "notice.x12").write_bytes(b"Our portal is closed tonight.")
    run_nights(paid_nights, 1, date(2026, 3, 6))
    assert release_files.fn(paid_nights, None, "notice.x12", False) == {"released": 1}
    with writer(paid_nights) as warehouse:
        assert warehouse.value("select count(*) from files.quarantined") == 0
    with pytest.raises(ClaimcycleError, match="nothing in quarantine of file other"):
        release_files.fn(paid_nights, None, "other", False)
