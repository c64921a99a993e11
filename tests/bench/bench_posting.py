"""Remittances from bytes to posted ledger, against the insert of the same rows from Arrow: `python -m tests.bench.bench_posting`.

For each size: an 835 of so many claims, and a warehouse in which so many claims wait for it, charged and accepted. Ours
reads the file and posts it, by the night's own steps; the floor inserts the rows that ours has made, from Arrow, into the
same tables of a warehouse that waits the same way. Each in a process of its own, in turn, medians. The night is 5,000
claims for a warehouse in which ten million others wait.
"""

import argparse
import json
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path

import duckdb
import pyarrow as pa

from tasks.stores.seals import find_tampering, seal_days
from tasks.stores.vault import FileBytes
from tasks.stores.warehouse import CONFIG, Warehouse, session, warehouse_path, writer
from tasks.x12.remittance import read_remittances as read
from tests.bench import ours
from tests.bench.make_835 import Recipe, write_835
from tests.bench.measure import memory_kept
from tests.bench.table import Reached, Row, demands

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".bench" / "posting"
NIGHT = date(2026, 3, 3)
EARLIER = "date '2026-02-20'"
CLAIMS_PER_PAYMENT = 10_000
ROWS_AT_ONCE = 250_000
MUST_TIMES, MUST_BYTES, MUST_SECONDS = 3, 8e9, 10
MOST_INSERTED = 1_000_000
"""Claims up to which the floor is measured: its one transaction takes 18 GB for a million."""
MADE = (*(f"remittances.{name}" for name in ours.KEYS), "ledger.posting", "ledger.entry")
"""Tables whose rows ours makes and the floor inserts."""


def main() -> None:
    """Measure and print, or do the one part that a process of its own was started for."""
    asked = _asked()
    if asked.part:
        json.dump(PARTS[asked.part](asked.home, asked.of), sys.stdout)
        return
    with memory_kept():
        result = {f"{claims:,} claims": measured(claims, 0, asked.rounds) for claims in asked.claims}
        if asked.others:
            result[f"a night of 5,000 beside {asked.others:,}"] = measured(5000, asked.others, asked.rounds)
    (FOLDER / "result.json").write_text(json.dumps(result, indent=1))
    print(printed(result))


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure posting beside the insert of the same rows.")
    parser.add_argument("--claims", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--others", type=int, default=0, help="claims that wait in the warehouse of the night of 5,000")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--part", choices=sorted(PARTS))
    parser.add_argument("--home", type=Path)
    parser.add_argument("--of", type=Path)
    return parser.parse_args()


def measured(claims: int, others: int, rounds: int) -> dict[str, float]:
    """Give the medians of one size: seconds of each part, and the largest peak of ours."""
    waiting = FOLDER / f"{claims}_{others}"
    if not (waiting / "done").exists():
        prepare(waiting, claims, others)
    runs: list[dict[str, float]] = []
    for _ in range(rounds):
        home, floor = FOLDER / "ours", FOLDER / "floor"
        _copy(waiting, home)
        one = _spoken("ours", home, waiting)
        if not others and claims <= MOST_INSERTED:  # the night is held against a clock
            _copy(waiting, floor)
            one |= {f"floor_{name}": value for name, value in _spoken("floor", floor, home).items()}
            shutil.rmtree(floor)
            one |= _spoken("seals", home, home)
        shutil.rmtree(home)
        runs.append(one)
        print(claims, others, one, file=sys.stderr, flush=True)
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}


def _copy(waiting: Path, home: Path) -> None:
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(waiting, home)


def _spoken(part: str, home: Path, of: Path) -> dict[str, float]:
    program = [sys.executable, "-m", "tests.bench.bench_posting", "--part", part, "--home", home, "--of", of]
    done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    return json.loads(done.stdout)


def post(home: Path, _of: Path) -> dict[str, float]:
    """Read and post what waits, as the night does; hold what was made against the truth of the file."""
    from tasks.post_payments import post_payments
    from tasks.read_remittances import read_remittances

    ours.warm_up()
    started, cpu = time.perf_counter(), time.process_time()
    with session(home) as warehouse:
        read_remittances.fn(home, NIGHT)
        read_at = time.perf_counter()
        post_payments.fn(home, NIGHT)
        posted_at = time.perf_counter()
        warehouse.execute("checkpoint")
    done_at, cpu = time.perf_counter(), time.process_time() - cpu
    _hold_against_truth(home)
    return {
        "seconds": done_at - started,
        "read_seconds": read_at - started,
        "post_seconds": posted_at - read_at,
        "cpu_seconds": cpu,
        "peak_bytes": _peak_bytes(),
    }


def _hold_against_truth(home: Path) -> None:
    truth = json.loads((home / "truth.json").read_text())
    with session(home) as warehouse:
        cash = warehouse.value(
            "select sum(amount_cents) from ledger.entry where account = 'cash' and trace_number is not null"
        )
        moved = warehouse.value("select count(distinct claim_id) from claims.event where happened_on = $1", [NIGHT])
        unbalanced = warehouse.value("select count(*) from ledger.unbalanced") if truth["claims"] <= 100_000 else 0
    assert (cash, unbalanced) == (truth["payment_cents"], 0), "what was posted is not what the file pays"
    assert moved == truth["wait"], "a claim did not move"


def insert(home: Path, of: Path) -> dict[str, float]:
    """Insert the rows that ours made in `of`; only the inserts are timed, reading them back as Arrow is not."""
    source = duckdb.connect(str(warehouse_path(of)), read_only=True, config=CONFIG)
    spent, rows = Spent(), 0
    truth = json.loads((home / "truth.json").read_text())
    with session(home) as warehouse:
        warehouse.execute("begin")
        for table in MADE:
            only = "where trace_number is not null" if table == "ledger.entry" else ""
            for batch in source.sql(f"select * from {table} {only}").to_arrow_reader(ROWS_AT_ONCE):
                part = pa.Table.from_batches([batch])
                with spent:
                    _insert(warehouse, table, part)
                rows += part.num_rows
        with spent:
            warehouse.execute("commit")
            warehouse.execute("checkpoint")
    assert rows > truth["claims"]
    return {"seconds": spent.seconds, "cpu_seconds": spent.cpu_seconds, "rows": rows, "peak_bytes": _peak_bytes()}


class Spent:
    """Sums the seconds of its blocks, by the clock and by the processor."""

    def __init__(self) -> None:
        self.seconds = self.cpu_seconds = 0.0

    def __enter__(self) -> None:
        self._at = time.perf_counter(), time.process_time()

    def __exit__(self, *_: object) -> None:
        self.seconds += time.perf_counter() - self._at[0]
        self.cpu_seconds += time.process_time() - self._at[1]


def _insert(warehouse: Warehouse, table: str, part: pa.Table) -> None:
    warehouse._connection.register("floor_rows", part)
    warehouse.execute(f"insert into {table} select * from floor_rows")
    warehouse._connection.unregister("floor_rows")


def _peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def seal(home: Path, _of: Path) -> dict[str, float]:
    """Seal what was posted, then verify all of it."""
    started = time.perf_counter()
    with session(home) as warehouse:
        seal_days(warehouse)
        sealed_at = time.perf_counter()
        assert not find_tampering(warehouse), "the books are not as they were sealed"
        verified_at = time.perf_counter()
    return {
        "seal_seconds": sealed_at - started,
        "verify_seconds": verified_at - sealed_at,
        "seal_peak_bytes": _peak_bytes(),
    }


PARTS = {"ours": post, "floor": insert, "seals": seal}


def prepare(home: Path, claims: int, others: int) -> None:
    """Make a home whose vault has an 835 of so many claims, and whose warehouse has them waiting, beside so many others."""
    shutil.rmtree(home, ignore_errors=True)
    (home / "vault").mkdir(parents=True)
    made = home / "made.835"
    truth = write_835(made, Recipe(claims=claims, claims_per_transaction=CLAIMS_PER_PAYMENT))
    digest = sha256(made.read_bytes()).hexdigest()
    kept = home / "vault" / digest[:2] / digest
    kept.parent.mkdir(parents=True, exist_ok=True)
    made.rename(kept)
    with writer(home) as warehouse:
        _receive(warehouse, digest, kept.stat().st_size)
        _read_lines(warehouse, kept)
        if others:
            warehouse.execute(
                f"""insert into told select 'P', 'X' || lpad(i::varchar, 9, '0'), 1, 'X' || lpad(i::varchar, 9, '0') || '1', '99213', 12000 + i % 5000
                    from range({others}) t(i)"""
            )
        for statement in WAITING:
            warehouse.execute(statement)
        wait = warehouse.value("select count(*) from claims.claim") - others
        warehouse.execute("drop table told")
    with session(home) as warehouse:
        warehouse.execute("checkpoint")
    said = {"claims": truth.claims, "payment_cents": truth.payment_cents, "wait": wait}
    (home / "truth.json").write_text(json.dumps(said))
    (home / "done").touch()


def _receive(warehouse: Warehouse, digest: str, size: int) -> None:
    warehouse.execute(f"insert into files.file values ('{digest}', 'x12', {size}, {EARLIER})")
    warehouse.execute(f"insert into files.content values ('{digest}', '835', 1)")
    warehouse.execute(f"insert into files.arrival values ('BENCH', '', 'made.835', '{digest}', {EARLIER}, false)")


def _read_lines(warehouse: Warehouse, path: Path) -> None:
    """Every line that the file tells of is a row of `told`, once."""
    warehouse.execute(
        "create temp table told (payer_rank varchar, number varchar, line_number integer, control varchar, code varchar, cents bigint)"
    )
    for piece in read([FileBytes(path)], ["0" * 64], 1):
        if not piece.tables:
            continue
        warehouse._connection.register("piece_claim", piece.tables["claim"])
        warehouse._connection.register("piece_service", piece.tables["service"])
        warehouse.execute(
            """insert into told select case c.status_code when '2' then 'S' else 'P' end,
                      c.patient_control_number, s.position + 1, s.line_control_number, s.procedure_code, abs(s.charge_cents)
               from piece_claim c join piece_service s using (remitted_claim_id) where c.status_code <> '22'"""
        )


CLAIM = "left(sha256(number), 32)"
BYTES = "repeat('e', 64), line_number * 100, line_number * 100 + 90"
WAITING = (
    f"insert into claims.claim select distinct {CLAIM}, 'T', 'E' || number, payer_rank, 'P1', {EARLIER} from told",
    f"""insert into claims.version select {CLAIM}, 1, 1, number, '1', null, sum(cents), '', {EARLIER}
        from told group by number""",
    f"""insert into claims.line
        select {CLAIM}, 1, line_number, line_number, control, code, '', 1, cents, '1', {EARLIER}, {EARLIER} from told""",
    f"insert into claims.batch_claim select 'B', {CLAIM}, 1, '0001', 0, 1 from told group by number",
    f"""insert into claims.event select left(sha256(number || n), 32), {CLAIM}, 1, n, 'e', '', 's',
        case n when 3 then 'ACCEPTED' else 's' end, null, null, null, '', {EARLIER}
        from (select distinct number from told), range(1, 4) t(n)""",
    f"""insert into ledger.entry select p.id || line_number || side.letter, p.id, side.account, cents * side.sign,
        {CLAIM}, 1, 'E' || number, line_number, null, null, {BYTES}, 'charge', '1', {EARLIER}
        from (select *, left(sha256(number || 'charge'), 32) as id from told) p,
        (values ('d', 'payer_receivable', 1), ('c', 'charges', -1)) side (letter, account, sign)""",
    f"insert into ledger.charge_run select {CLAIM}, 1, {EARLIER}, {EARLIER} from told group by number",
)
"""Claims that wait for a remittance: sent, accepted and charged. Their three events stand for what a claim has by then."""


MEASURED = (
    ("seconds", 1), ("read_seconds", 1), ("post_seconds", 1), ("floor_seconds", 1), ("floor_rows", 1e6),
    ("peak_bytes", 1e6), ("floor_peak_bytes", 1e6), ("seal_seconds", 1), ("verify_seconds", 1), ("seal_peak_bytes", 1e6),
)  # fmt: skip
"""What the second table tells, and what it is divided by."""


def _rows(result: dict[str, dict[str, float]]) -> Iterator[Row]:
    for name, one in result.items():
        if name.startswith("a night"):
            night = Reached(one["seconds"])
            yield Row(name, "835 to posted ledger", MUST_SECONDS, night, at_least=False, unit=" s")
        elif "floor_seconds" in one:
            times = Reached(*(one[kind] / one[f"floor_{kind}"] for kind in ("seconds", "cpu_seconds")))
            yield Row(f"{name}, 835 to posted ledger", "the insert from Arrow", MUST_TIMES, times, at_least=False)
            peak = Reached(one["peak_bytes"] / 1e9)
            yield Row(f"{name}, peak memory", "", MUST_BYTES / 1e9, peak, at_least=False, unit=" GB")


def printed(result: dict[str, dict[str, float]]) -> str:
    """Give both tables in markdown."""
    lines = demands(_rows(result))
    heads = "seconds | reading | posting | the insert, s | million rows | peak MB | its peak MB | sealing, s | verifying, s | peak MB"
    lines += ["", f"| measured | {heads} |", "|---" * (len(MEASURED) + 1) + "|"]
    for name, one in result.items():
        told = [f"{one[what] / unit:,.1f}" if what in one else "" for what, unit in MEASURED]
        lines.append(f"| {' | '.join([name, *told])} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
