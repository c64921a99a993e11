"""Open the practice's folder, laying it out first where it is new."""

from pathlib import Path

from schemas.errors import HomeFault
from tasks.found_home import found_export_home
from tasks.stores.home import Practice, load_practice
from tasks.stores.practice_home import lay_out_sample

DEFAULT_HOME = Path("data")


def open_home(home: Path, export: Path | None) -> tuple[Path, Practice]:
    """Give the folder and what its practice.toml says; the default folder without one becomes the sample practice's.

    Raises: HomeFault when a folder that a user named has no practice.toml.
    """
    if export is not None:
        if not export.is_dir():
            raise HomeFault(f"{export} is no folder; name the folder that holds encounters.csv")
        folder = home / "exports" / export.resolve().name if home == DEFAULT_HOME else home
        found_export_home(folder, export)
        return folder, load_practice(folder)
    if home == DEFAULT_HOME:
        lay_out_sample(home)
    return home, load_practice(home)
