"""Seals: the ledger's entries are hashed posting by posting, and the postings of a night in a chain, so that tampering shows.

A posting's hash is over its entries in the order of their ids, every filled column by name; a seal's is over its
postings' hashes and the seal before. What one can recompute one can forge: whoever rewrites the whole chain is found
only by a seal hash that was kept elsewhere (`claims ledger verify --head`).
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from schemas.keys import key_of
from tasks.stores.warehouse import Warehouse

_ENTRIES_AT_ONCE = 2_000_000
_CURRENT = "sealing_posting"
_SAID = ("seal_number", "posted_on", "posting_count", "entry_count", "entries_hash", "previous_hash")


def seal_days(warehouse: Warehouse) -> int:
    """Every posting of the ledger is sealed; give how many seals were added: one for each day that has unsealed postings.

    Shape: ledger.posting_seal, ledger.day_seal. Holds: the same whenever it is run; a day that is posted to again gets
    one more seal, an older one is never written again.
    """
    days = [row["posted_on"] for row in warehouse.rows("select posted_on from ledger.unsealed_day order by 1")]
    for day in days:
        number = 1 + int(warehouse.value("select coalesce(max(seal_number), 0) from ledger.day_seal"))
        _recompute(warehouse, "where e.posted_on = $1", [day])
        warehouse.execute(
            f"""insert into ledger.posting_seal (posting_id, seal_number, posted_on, entry_count, entries_hash)
                select c.posting_id, $1, $2, c.entry_count, c.entries_hash from {_CURRENT} c
                anti join ledger.posting_seal s using (posting_id)""",
            [number, day],
        )
        _add_seal(warehouse, number, day)
    return len(days)


def _add_seal(warehouse: Warehouse, number: int, day: date) -> None:
    (total,) = _totals(warehouse, "where seal_number = $1", [number]) or [{"posting_count": 0, "entry_count": 0}]
    if not total["posting_count"]:
        return
    before = warehouse.value("select seal_hash from ledger.day_seal where seal_number = $1", [number - 1])
    row = {**total, "seal_number": number, "posted_on": day, "previous_hash": before or ""}
    warehouse.insert("ledger.day_seal", [{**row, "seal_hash": _seal_hash(row)}])


def _totals(warehouse: Warehouse, where: str, parameters: Sequence[object]) -> list[dict[str, Any]]:
    """Give count and hash of the posting hashes of each seal; in parts by their first digits, so that none is large."""
    return warehouse.rows(
        f"""select seal_number, sum(postings)::bigint as posting_count, sum(entries)::bigint as entry_count,
                   sha256(string_agg(part_hash, '' order by part)) as entries_hash
            from (select seal_number, left(entries_hash, 2) as part, count(*) as postings, sum(entry_count) as entries,
                         sha256(string_agg(posting_id || ' ' || posted_on || ' ' || entry_count || ' ' || entries_hash, chr(10) order by posting_id)) as part_hash
                  from ledger.posting_seal {where} group by 1, 2)
            group by 1 order by 1""",
        parameters,
    )


def _seal_hash(row: dict[str, Any]) -> str:
    return key_of(*(row[name] for name in _SAID))


def _recompute(warehouse: Warehouse, where: str, parameters: Sequence[object]) -> None:
    """The table of this name has every posting as its entries are now: days, count, hash, and what it is off balance."""
    text = _text_of_an_entry(warehouse)
    count = int(warehouse.value(f"select count(*) from ledger.entry e {where}", parameters))
    parts = max(1, -(-count // _ENTRIES_AT_ONCE))
    warehouse.execute(
        f"""create or replace temp table {_CURRENT} (
              posting_id varchar, posted_on date, entry_count bigint, difference_cents bigint, entries_hash varchar)"""
    )
    for part in range(parts):
        only = f"{where or 'where true'} and hash(e.posting_id) % {parts} = {part}"
        warehouse.execute(
            f"""insert into {_CURRENT} select posting_id, min(posted_on), count(*), sum(amount_cents)::bigint,
                       sha256(string_agg(entry, chr(10) order by entry_id))
                from (select e.posting_id, e.posted_on, e.entry_id, e.amount_cents, {text} as entry from ledger.entry e {only})
                group by posting_id""",
            parameters,
        )


def _text_of_an_entry(warehouse: Warehouse) -> str:
    """Give SQL for all filled columns of an entry by name, texts with their length, so that no two entries read the same.

    Holds: a column that is added later and empty in old entries leaves their text as it was.
    """
    columns = warehouse.rows(
        "select column_name, data_type from duckdb_columns() where schema_name = 'ledger' and table_name = 'entry' order by column_name"
    )
    told = [
        f"'{name}' || length(e.{name}) || '=' || e.{name}" if kind == "VARCHAR" else f"'{name}=' || e.{name}"
        for name, kind in ((c["column_name"], c["data_type"]) for c in columns)
    ]
    return f"concat_ws(chr(31), {', '.join(told)})"


def find_tampering(warehouse: Warehouse, head: str = "") -> list[dict[str, Any]]:
    """Give what is not as it was sealed, worst first: posted_on, posting_id and what is wrong; nothing where all is whole.

    Shape: `head` is the seal_hash of a seal that was noted elsewhere. Holds: entries that no seal covers yet are told
    by `count_unsealed`, they are no tampering; every posting sums to zero.
    """
    _recompute(warehouse, "", [])
    found = _broken_chain(warehouse, head)
    found += warehouse.rows(
        f"""select coalesce(s.posted_on, c.posted_on) as posted_on, coalesce(s.posting_id, c.posting_id) as posting_id,
                   case when c.posting_id is null then 'its entries are gone'
                        when c.entry_count < s.entry_count then (s.entry_count - c.entry_count) || ' of its entries are gone'
                        when c.entry_count > s.entry_count then (c.entry_count - s.entry_count) || ' entries were added to it'
                        else 'an entry of it was changed' end as what
            from ledger.posting_seal s left join {_CURRENT} c using (posting_id)
            where c.posting_id is null or c.entry_count <> s.entry_count or c.entries_hash <> s.entries_hash or c.posted_on <> s.posted_on
            union all
            select posted_on, posting_id, 'it sums to ' || difference_cents || ' cents, not to zero' from {_CURRENT} where difference_cents <> 0
            union all
            select min(posted_on), min(posting_id), 'the entry ' || entry_id || ' is there twice' from ledger.entry group by entry_id having count(*) > 1
            union all
            select p.posted_on, p.posting_id, 'the remitted claim was posted, and has no entry' from ledger.posting p anti join {_CURRENT} c using (posting_id)
            where p.paid_cents <> 0 and p.status_code <> '22'
            order by 1, 2, 3"""
    )
    return found


def _broken_chain(warehouse: Warehouse, head: str) -> list[dict[str, Any]]:
    """Give the seals that do not follow from the one before or from their postings' hashes."""
    found = []
    totals = {row["seal_number"]: row for row in _totals(warehouse, "", [])}
    previous, expected = "", 1
    seals = warehouse.rows("select * from ledger.day_seal order by seal_number")
    for seal in seals:
        number, total = seal["seal_number"], totals.pop(seal["seal_number"], {})
        wrong = [name for name in ("posting_count", "entry_count", "entries_hash") if total.get(name) != seal[name]]
        if number != expected or seal["previous_hash"] != previous:
            found.append(_broken(seal, "it does not follow the seal before it: a seal was taken away, added or moved"))
        elif seal["seal_hash"] != _seal_hash(seal):
            found.append(_broken(seal, "it was changed"))
        elif wrong:
            found.append(_broken(seal, f"its postings are not those that it sealed ({', '.join(wrong)})"))
        previous, expected = seal["seal_hash"], number + 1
    for number in totals:
        found.append({"posted_on": None, "posting_id": None, "what": f"seal {number} is gone, its postings are there"})
    if head and head not in {seal["seal_hash"] for seal in seals}:
        found.append(
            {"posted_on": None, "posting_id": None, "what": f"no seal has the hash {head}: the chain is another"}
        )
    return found


def _broken(seal: dict[str, Any], what: str) -> dict[str, Any]:
    return {"posted_on": seal["posted_on"], "posting_id": None, "what": f"seal {seal['seal_number']}: {what}"}


def count_unsealed(warehouse: Warehouse) -> int:
    """Give how many entries were posted since the last seal."""
    return int(warehouse.value("select coalesce(sum(entries), 0) from ledger.unsealed_day"))


def last_seal(warehouse: Warehouse) -> dict[str, Any] | None:
    """Give the newest seal, None where there is none."""
    found = warehouse.rows("select * from ledger.day_seal order by seal_number desc limit 1")
    return found[0] if found else None
