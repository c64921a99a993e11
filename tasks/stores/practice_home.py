"""Practice homes: the sample practice's folder, or one made for an export of another program."""

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from schemas.errors import HomeFault
from tasks.stores.vault import write_over

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample"
"""The committed sample practice; in an installed wheel it lies beside the packages."""

EXPORT_TOML = """\
[practice]
tenant_id = "export"
name = "Practice of the export"
timezone = "America/New_York"
submitter_id = "CLAIMCYCLE"
submitter_name = "CLAIMCYCLE BILLING"
contact_name = "BILLING OFFICE"
contact_phone = "5550100100"

[encounters]
layout = "{layout}"
drops = "{drops}"

[bank]
drops = "bank"

[[partner]]
partner_id = "CLEARWAY"
receiver_id = "CLEARWAY01"
receiver_name = "CLEARWAY EXCHANGE"
mailbox = "directory"
folder = "mailbox/clearway"
simulated = true
scenario = "payer.toml"
seed = 7
"""


def lay_out_sample(home: Path) -> None:
    """The folder holds the sample practice's own files; what is there already stays.

    Holds: drops are read where they lie, so the sample is not copied twice.
    """
    if (home / "practice.toml").exists():
        return
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    for source in (SAMPLE / "registry", SAMPLE / "drops"):
        shutil.copytree(source, home / source.name, dirs_exist_ok=True)
    for name in ("payer.toml", "practice.toml"):
        shutil.copyfile(SAMPLE / name, home / name)
    _make_private(home, ("registry", "drops", "payer.toml", "practice.toml"))


def lay_out_export(home: Path, export: Path, layout: str, registry: Mapping[str, bytes]) -> None:
    """The folder is a practice's home for that export: settings, the registry made for it, the synthetic payer's scenario."""
    if (home / "practice.toml").exists():
        return
    for path, content in registry.items():
        write_over(home / path, content)
    shutil.copyfile(SAMPLE / "payer.toml", home / "payer.toml")
    write_over(home / "practice.toml", EXPORT_TOML.format(layout=layout, drops=export.resolve()).encode())
    _make_private(home, (*{Path(path).parts[0] for path in registry}, "payer.toml", "practice.toml"))


def export_files(export: Path) -> dict[str, bytes]:
    """Give the CSV files of an export folder.

    Raises: HomeFault when there is none.
    """
    files = {p.name: p.read_bytes() for p in sorted(export.glob("*.csv"))}
    if not files:
        raise HomeFault(f"{export} holds no CSV file; name the folder that holds encounters.csv")
    return files


def _make_private(home: Path, made: Iterable[str]) -> None:
    """What was made in the home is for its owner alone, files 0600 and folders 0700; what lies beside it stays as it is."""
    home.chmod(0o700)
    for name in made:
        for path in (home / name, *(home / name).rglob("*")):
            path.chmod(0o700 if path.is_dir() else 0o600)
