"""Reconcile: the bank's files become movements; which remittance each deposit belongs to is asked of the views of `bank`."""

from datetime import date
from pathlib import Path

from schemas.errors import Fault
from tasks.bank.reading import read_bank_file
from tasks.step import night_step
from tasks.stores.contents import finish, quarantine, unread
from tasks.stores.home import load_practice
from tasks.stores.vault import get_bytes
from tasks.stores.warehouse import writer


@night_step
def reconcile_bank(home: Path, night: date) -> dict[str, int]:
    """Every bank file received is rows or lies in quarantine, and the night's count of what is reconciled and open is kept.

    Shape: bank.movement, bank.night. Holds: a file is read once, whole or not at all; a practice without [bank] in
    practice.toml has no rows here.
    """
    bank = load_practice(home).bank
    if bank is None:
        return {"bank_files": 0}
    with writer(home) as warehouse:
        read = 0
        for digest, kind in unread(warehouse, ["bank"]):
            try:
                rows = read_bank_file(get_bytes(home, digest), digest, bank.columns, night)
            except Fault as fault:
                quarantine(warehouse, digest, kind, fault, night)
                continue
            warehouse.insert("bank.movement", rows)
            finish(warehouse, digest, kind, "read", night)
            read += 1
        warehouse.execute("delete from bank.night where night = $1", [night])
        warehouse.insert("bank.night", [{"night": night, "file_count": read, "reconciled_count": 0, "open_count": 0}])
        (counts,) = warehouse.rows(
            """select count(*) filter (where state = 'reconciled') as reconciled_count, count(*) filter (where remedy is not null) as open_count
               from bank.reassociation"""
        )
        warehouse.execute(
            "update bank.night set reconciled_count = $1, open_count = $2 where night = $3", [*counts.values(), night]
        )
    return {"bank_files": read, "reconciled": counts["reconciled_count"], "open": counts["open_count"]}
