"""The synthetic practice: from a plan to every file of its home folder, the same bytes each time.

Holds: encounters, patients and faults are drawn from (seed, key), so no draw depends on another's order.
"""

from collections.abc import Iterator
from pathlib import Path

from tasks.simulation.practice_layout import LAYOUT, Row, write_csv, write_drop
from tasks.simulation.practice_nights import make_nights
from tasks.simulation.practice_plan import PracticePlan, load_plan
from tasks.simulation.practice_registry import PARTNER_ID, write_registries
from tasks.simulation.practice_visits import SOURCE_SYSTEM

__all__ = ["PracticePlan", "load_plan", "make_practice", "write_practice"]

_FAULT_FIELDS = ("drop", "encounter_id", "check_id", "table", "field")
_AMENDMENT_FIELDS = ("drop", "encounter_id", "encounter_version", "change")


def _practice_toml(plan: PracticePlan) -> bytes:
    text = f"""# The synthetic practice's own settings. Made by `claims practice make` from plan.toml: do not edit.
[practice]
tenant_id = "{plan.tenant_id}"
name = "Harbor Family Medicine"
timezone = "America/New_York"
first_night = {plan.first_night.isoformat()}
nights = {plan.nights}
submitter_id = "HARBORFM01"
submitter_name = "HARBOR FAMILY MEDICINE"
contact_name = "BILLING OFFICE"
contact_phone = "5085550100"

[encounters]
layout = "{LAYOUT}"
drops = "drops"

[bank]
drops = "bank"

[[partner]]
partner_id = "{PARTNER_ID}"
receiver_id = "CLEARWAY01"
receiver_name = "Clearway Exchange"
mailbox = "directory"
folder = "mailbox/clearway"
simulated = true
scenario = "payer.toml"
seed = 7
"""
    return text.encode()


def make_practice(plan: PracticePlan) -> Iterator[tuple[str, bytes]]:
    """Give every file of the home folder as (relative path, bytes), except the hand-written plan.toml and payer.toml.

    Shape: practice.toml, registry/*.csv, drops/YYYY-MM-DD/*, then the truth: faults.csv and amendments.csv.
    Holds: the same plan gives the same paths and bytes in the same order; one night at a time is in memory.
    """
    yield "practice.toml", _practice_toml(plan)
    yield from write_registries().items()
    faults: list[Row] = []
    amendments: list[Row] = []
    for night in make_nights(plan):
        for name, content in write_drop(plan.tenant_id, SOURCE_SYSTEM, night.on, night.tables).items():
            yield f"drops/{night.on.isoformat()}/{name}", content
        faults += night.faults
        amendments += night.amendments
    yield "faults.csv", write_csv(_FAULT_FIELDS, faults)
    yield "amendments.csv", write_csv(_AMENDMENT_FIELDS, amendments)


def write_practice(plan: PracticePlan, folder: Path) -> list[Path]:
    """Write every file of the plan under a folder, readable by its owner alone, and give their paths.

    Holds: files have mode 0600 and folders 0700; a file that was there is replaced.
    """
    written = []
    for name, content in make_practice(plan):
        path = folder / name
        for parent in reversed(path.relative_to(folder).parents):
            _make_folder(folder / parent)
        path.touch(mode=0o600)
        path.chmod(0o600)
        path.write_bytes(content)
        written.append(path)
    return written


def _make_folder(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
