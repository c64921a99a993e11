"""The tables of docs/x12.md and of the code are the same, and the code uses no other code."""

import re
from pathlib import Path

import pytest

from tasks.x12.index import COUNTED
from tasks.x12.remittance_checks import NOTES
from tasks.x12.rulings import REMEDIES, TOLERATED, fault

ROOT = Path(__file__).parents[2]
WRITERS = ("professional", "builder", "inquiry", "judge", "rulings", "receipt", "review_request", "status_inquiry")
READERS = [path for path in (ROOT / "tasks" / "x12").glob("*.py") if not path.stem.startswith(WRITERS)]


def table(heading):
    text = (ROOT / "docs" / "x12.md").read_text(encoding="utf-8")
    section = text.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in section.splitlines()
        if line.startswith("| `")
    ]
    return {row[0].strip("` "): row for row in rows}


def source():
    return "".join(path.read_text(encoding="utf-8") for path in READERS)


def test_the_page_tells_what_is_tolerated():
    told = table("Tolerated")
    assert {code: row[1] for code, row in told.items()} == dict(TOLERATED)
    assert all(row[2] for row in told.values())


def test_the_page_tells_every_fault_with_its_next_step():
    told = table("Faults")
    assert {code: row[3].rstrip(" |") for code, row in told.items()} == dict(REMEDIES)


def test_every_code_of_the_readers_is_in_a_table_and_every_row_is_used():
    used = (
        set(re.findall(r'(?:tolerances\["|_tolerate\(")([A-Z0-9_]+)"', source()))
        | {"GE01", "IEA01"}
        | set(COUNTED.values())
        | {"UNREAD", "COMPONENT_SEPARATOR"}
    )
    assert used == set(TOLERATED)
    refused = set(re.findall(r'(?:fault|refuse|refuse_segment)\(\s*"([A-Z0-9_]+)"', source()))
    assert refused | {code for code, _ in NOTES.values()} == set(REMEDIES)


@pytest.mark.parametrize("code", REMEDIES)
def test_a_fault_ends_with_the_next_step(code):
    assert str(fault(code, "what", 12, "CLP", 4)) == f"{code} at byte 12, CLP04: what; {REMEDIES[code]}"
