"""Found: a practice's home for an export of another program, with the registry that the project makes for it."""

from pathlib import Path

from schemas.errors import HomeFault
from tasks.encounters.registry import make_registry, registry_files
from tasks.encounters.rows import read_rows
from tasks.encounters.synthea import is_synthea
from tasks.stores.home import load_practice
from tasks.stores.practice_home import export_files, lay_out_export

TENANT = "export"


def found_export_home(home: Path, export: Path) -> None:
    """The folder is a home for that export; a folder that is one already stays as it is.

    Raises: HomeFault when the export's headers are none that we know, or the folder is the home of something else.
    """
    if (home / "practice.toml").exists():
        drops = load_practice(home).drops
        if drops.resolve() != export.resolve():
            raise HomeFault(f"{home} is the home of {drops}; name another --home for {export}")
        return
    frames = {
        name.removesuffix(".csv"): read_rows(content, name, None)[0] for name, content in export_files(export).items()
    }
    if not is_synthea({stem: tuple(frame.columns) for stem, frame in frames.items()}):
        raise HomeFault(
            f"{export}: headers of no export we know; a canonical export needs a home of its own, see docs/operations.md"
        )
    lay_out_export(home, export, "synthea_csv", registry_files(make_registry(frames, TENANT)))
