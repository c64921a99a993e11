"""`claims remits`: remittances posted outside the night, by the night's own steps."""

import getpass
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from flows.options import parse_day, say
from schemas.money import dollars

app = typer.Typer(help="Post remittances outside the night.", no_args_is_help=True)
WAITS = 3
"""Exit status of what is done while something waits for a person."""


PAYMENTS = """
with entry as (
  select p.payment_id, count(*) as entries from remittances.payment p join ledger.entry e
    on e.file_sha256 = p.file_sha256 and e.trace_number = p.trace_number and e.byte_start >= p.byte_start and e.byte_end <= p.byte_end
  where p.file_sha256 = $1 group by 1),
claim as (
  select c.payment_id, count(*) as claims, count(c.claim_id) as matched, count(case when g.action = 'suspend' then 1 end) as suspended
  from remittances.claim c left join ledger.posting g on g.posting_id = c.remitted_claim_id where c.file_sha256 = $1 group by 1)
select p.payment_id, p.trace_number, p.payer_id, p.payment_cents, p.verdict, p.verdict_reason, coalesce(c.claims, 0) as claims,
       coalesce(c.matched, 0) as matched, coalesce(c.suspended, 0) as suspended, coalesce(e.entries, 0) as entries
from remittances.payment p left join claim c using (payment_id) left join entry e using (payment_id)
where p.file_sha256 = $1 order by p.byte_start
"""
ENTRIES = """
select e.account, e.amount_cents, e.claim_id, e.line_number, e.code, e.rule_id, e.byte_start, e.byte_end
from remittances.payment p join ledger.entry e
  on e.file_sha256 = p.file_sha256 and e.trace_number = p.trace_number and e.byte_start >= p.byte_start and e.byte_end <= p.byte_end
where p.payment_id = $1 order by e.byte_start, e.posting_id, e.entry_id
"""


@app.command()
def post(
    files: Annotated[list[Path], typer.Argument(help="Files with 835s.")],
    home: Annotated[Path, typer.Option("--home", help="The practice's folder.", envvar="CLAIMS_HOME")] = Path("data"),
    day: Annotated[
        date | None,
        typer.Option("--date", parser=parse_day, metavar="YYYY-MM-DD", help="Business date; today by default."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show every entry it would make, leave no trace.")] = False,
) -> None:
    """Post remittances now: into the vault, read, judged, matched and posted as a night does.

    Exit status 3: it is done, and something of these files waits for a person. The analysts' snapshot follows with the next night.
    """
    from tasks.stores.home import load_practice
    from tasks.stores.rehearsal_copy import trial_home
    from tasks.stores.warehouse import session

    practice = load_practice(home)
    night = day or _today(practice.timezone)
    with trial_home(home) if dry_run else nullcontext(home) as folder, session(folder) as warehouse:
        digests = _run(folder, files, night)
        if not dry_run:
            _note(home, digests, night)
        is_waiting = False
        for name, digest in digests.items():
            is_waiting |= _tell(warehouse, name, digest, dry_run)
    if dry_run:
        say("nothing was kept: this was a trial")
    if is_waiting:
        raise typer.Exit(WAITS)


def _note(home: Path, digests: Mapping[str, str], night: date) -> None:
    """Note in the decision log that a person posted these files: vault and log alone tell what was done."""
    from tasks.stores.decisions import decide

    for name, digest in digests.items():
        choice = {"file_name": Path(name).name}
        decide(home, "post_remittance", digest, choice, "posted outside the night", getpass.getuser(), night)


def _run(home: Path, files: Sequence[Path], night: date) -> dict[str, str]:
    """Run the night's steps on these files, and on what else was still unread; give each file's SHA-256."""
    from flows.posting import post_unread
    from tasks.take_files import take_files

    digests = take_files(home, files, night)
    post_unread(home, night)
    return digests


def _tell(warehouse: Any, name: str, digest: str, with_entries: bool) -> bool:
    """Say what became of a file, payment by payment; give whether something of it waits."""
    faults = warehouse.rows(
        "select fault_code, byte_start, message, remedy from files.quarantined where file_sha256 = $1", [digest]
    )
    for fault in faults[:1]:
        say(
            f"{name}: set aside, {fault['fault_code']} at byte {fault['byte_start']}: {fault['message']}; {fault['remedy']}"
        )
    is_waiting = bool(faults)
    for payment in warehouse.rows(PAYMENTS, [digest]):
        exceptions = warehouse.rows(
            "select exception_code, message from ledger.exception where payment_id = $1 order by all",
            [payment["payment_id"]],
        )
        say(f"{name}: {_payment(payment, len(exceptions))}")
        for exception in exceptions:
            say(f"    {exception['exception_code']}: {exception['message']}")
        for entry in warehouse.rows(ENTRIES, [payment["payment_id"]]) if with_entries else ():
            say(f"    {_entry(entry)}")
        is_open = payment["verdict"] == "held" or (
            payment["verdict"] == "accepted" and payment["claims"] > payment["matched"]
        )
        is_waiting |= is_open or bool(exceptions)
    return is_waiting


def _payment(payment: Mapping[str, Any], exceptions: int) -> str:
    said = f"trace {payment['trace_number']}, payer {payment['payer_id']}, BPR02 {dollars(payment['payment_cents'])}, "
    if payment["verdict"] != "accepted":
        return f"{said}{payment['verdict']}: {payment['verdict_reason']}"
    unmatched = payment["claims"] - payment["matched"]
    return (
        f"{said}{payment['matched']} claims matched, {unmatched} unmatched, {payment['suspended']} in suspense, "
        f"{payment['entries']} entries, {exceptions} exceptions"
    )


def _entry(entry: Mapping[str, Any]) -> str:
    parts = [f"{dollars(entry['amount_cents']):>12}", f"{entry['account']:<20}", f"{entry['rule_id']:<18}"]
    parts += [f"bytes {entry['byte_start']}-{entry['byte_end']}"]
    parts += [f"claim {entry['claim_id']}"] if entry["claim_id"] else []
    parts += [f"line {entry['line_number']}"] if entry["line_number"] else []
    return "  ".join([*parts, *([entry["code"]] if entry["code"] else [])])


def _today(timezone: str) -> date:
    """Give today's date in the practice's zone."""
    from zoneinfo import ZoneInfo

    return datetime.now(UTC).astimezone(ZoneInfo(timezone)).date()
