"""A home to try things on: a copy of the warehouse and what of the vault is still to be read, gone when the trial ends."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tasks.stores.contents import unread
from tasks.stores.warehouse import locked, session, warehouse_path


@contextmanager
def trial_home(home: Path) -> Iterator[Path]:
    """Give a folder in which steps may run without a trace in the home.

    Holds: the home is not written; nobody else writes while it is copied. The copy takes the room of the warehouse, beside it.
    """
    with TemporaryDirectory(prefix=".trial-", dir=home) as folder:
        trial = Path(folder)
        warehouse_path(trial).parent.mkdir(mode=0o700)
        with locked(home):
            if warehouse_path(home).exists():
                shutil.copyfile(warehouse_path(home), warehouse_path(trial))
        with session(trial) as warehouse:
            waiting = [digest for digest, _ in unread(warehouse, ["835"])]
        for digest in waiting:
            place = trial / "vault" / digest[:2] / digest
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to((home / "vault" / digest[:2] / digest).absolute())
        yield trial
