"""Compare: what each posted line was allowed against what the payer owes by contract, or by its own history."""

from datetime import date
from pathlib import Path

from tasks.contracts.pricing import MACROS, statements
from tasks.contracts.schedules import read_schedule
from tasks.contracts.tables import shipped_tables
from tasks.step import night_step
from tasks.stores.fee_schedules import load_schedules, replace_rows
from tasks.stores.warehouse import Warehouse, writer


@night_step
def compare_payments(home: Path, night: date) -> dict[str, int]:
    """Every line of a posted payment has its verdict, with what was expected, how that was computed, and the bytes.

    Shape: contracts.*. Holds: a line is judged once, by the contracts of the night that posted it, and again only where it has
    been found to be ours since; nothing moves money.
    """
    with writer(home) as warehouse:
        for table, rows in shipped_tables().items():
            replace_rows(warehouse, table, rows)
        loaded = load_schedules(warehouse, home, read_schedule, night)
        counts = _compare(warehouse, night)
    return {"files": loaded, **counts}


NOW_OURS = """
delete from contracts.comparison where reason in ('claim_not_ours', 'line_not_ours') and service_id in (
  select s.service_id from remittances.service s join remittances.claim c using (remitted_claim_id)
  where c.claim_id is not null and (s.line_number is not null or reason = 'claim_not_ours'))
"""


def _compare(warehouse: Warehouse, night: date) -> dict[str, int]:
    """Judge the lines that have no verdict; give how many, and how many of them were paid too little."""
    warehouse.execute(NOW_OURS)
    made = statements()
    for statement in (*MACROS, *made.values()):
        warehouse.execute(statement)
    warehouse.execute("insert into contracts.comparison by name select *, $1 as compared_on from judged_line", [night])
    told = warehouse.rows(
        """select count(*) as lines, count(*) filter (where verdict = 'underpaid') as underpaid, count(*) filter (where verdict = 'downcoded') as downcoded
           from contracts.comparison where compared_on = $1""",
        [night],
    )
    for name in made:
        warehouse.execute(f"drop table {name}")
    return dict(told[0])
