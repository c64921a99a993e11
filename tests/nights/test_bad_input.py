"""Bad input goes to quarantine whole, says what, where and what to do, and never stops the others."""

import json
import shutil
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest

from tasks.stores.warehouse import reader, warehouse_path
from tests.nights.running import run_nights

FIRST = date(2026, 3, 2)
LATER = date(2026, 3, 4)


@pytest.fixture
def two_nights(tmp_path):
    home = tmp_path / "home"
    run_nights(home, 2)
    return home


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
