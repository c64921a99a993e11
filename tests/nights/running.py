"""Nights run without Prefect, in this process or in a forked one that kills itself at a chosen effect."""

import os
import signal
import sys
import traceback
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

from flows.nightly import STEPS
from tasks.rehearse_payer import rehearse_payer
from tasks.stores import decisions, mailbox, vault, warehouse
from tasks.stores.practice_home import lay_out_sample
from tasks.stores.warehouse import Warehouse, reader, session, warehouse_path

FIRST_NIGHT = date(2026, 3, 2)
NEVER = -1


def run_nights(home: Path, nights: int, first_night: date = FIRST_NIGHT) -> None:
    """Run the nights one after another with the synthetic payer answering after each."""
    lay_out_sample(home)
    for number in range(nights):
        night = first_night + timedelta(days=number)
        with session(home):
            for step in STEPS[:-1]:
                step.fn(home, night)
        STEPS[-1].fn(home, night)
        rehearse_payer.fn(home, night)


def run_forked(home: Path, nights: int, kill_at: int = NEVER) -> int:
    """Run the nights in a forked process that sends itself SIGKILL at its n-th effect; give how the process ended.

    An effect is a statement, an insert, a commit, or a file made: the kill falls before or after it in turn.
    """
    child = os.fork()
    if child == 0:
        try:
            _count_effects(home, kill_at)
            run_nights(home, nights)
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def effects_of(home: Path) -> int:
    """Give how many effects the last forked run counted."""
    return int((home / "effects").read_text())


def _count_effects(home: Path, kill_at: int) -> None:
    home.mkdir(parents=True, exist_ok=True)
    seen = 0

    def counted(function):
        def effect(*args, **kwargs):
            nonlocal seen
            seen += 1
            if seen == kill_at and kill_at % 2:
                os.kill(os.getpid(), signal.SIGKILL)
            result = function(*args, **kwargs)
            if seen == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)
            if kill_at == NEVER:
                (home / "effects").write_text(str(seen))
            return result

        return effect

    Warehouse.insert = counted(Warehouse.insert)
    Warehouse.execute = counted(Warehouse.execute)
    for module in (vault, mailbox, sys.modules["tasks.rehearse_payer"]):
        module.write_once = counted(module.write_once)
    decisions._append = counted(decisions._append)
    warehouse.duckdb = _CommitCounting(warehouse.duckdb, counted)


class _CommitCounting:
    """DuckDB whose connections count their commits as effects."""

    def __init__(self, duckdb, counted):
        self._duckdb, self._counted = duckdb, counted

    def connect(self, *args, **kwargs):
        return _Connection(self._duckdb.connect(*args, **kwargs), self._counted)

    def __getattr__(self, name):
        return getattr(self._duckdb, name)


class _Connection:
    def __init__(self, connection, counted):
        self._connection, self._commit = connection, counted(connection.execute)

    def execute(self, sql, *args):
        return self._commit(sql, *args) if sql == "commit" else self._connection.execute(sql, *args)

    def __getattr__(self, name):
        return getattr(self._connection, name)

    def __enter__(self):
        return self

    def __exit__(self, *raised):
        self._connection.close()


def hashes_of(home: Path) -> dict[str, str]:
    """Give a hash of each table, of each file that left the practice, and of the log."""
    with reader(warehouse_path(home)) as opened:
        found = opened.table_hashes()
    for path in [*sorted((home / "mailbox").rglob("*")), home / "decisions" / "log.jsonl"]:
        if path.is_file():
            found[str(path.relative_to(home))] = sha256(path.read_bytes()).hexdigest()
    return found
