"""`claims unmatched`: remitted claims that match none of ours, and what a person decides on them; the next night carries it out."""

import getpass
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from flows.options import DEFAULT_HOME, By, Day, Home, Reason, say, snapshot_rows
from schemas.errors import ClaimcycleError

app = typer.Typer(help="Remitted claims that match none of ours.", no_args_is_help=True)


DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be decided, do nothing.")]
Remitted = Annotated[str, typer.Argument(metavar="REMITTED_CLAIM", help="Its id, or digits that only it begins with.")]


@app.command("list")
def show(home: Home = DEFAULT_HOME) -> None:
    """What waits: amounts, and claims of ours that are alike, with why they are not certain."""
    from schemas.money import dollars

    candidates: dict[str, list[dict[str, Any]]] = {}
    for row in snapshot_rows(home, "select * from remittances.candidate"):
        candidates.setdefault(row["remitted_claim_id"], []).append(row)
    waiting = snapshot_rows(home, "select * from remittances.waiting_claim")
    for row in waiting:
        say(
            f"{row['remitted_claim_id']}  paid {dollars(row['paid_cents'])} of {dollars(row['charge_cents'])}, "
            f"trace {row['trace_number']}, CLP02 {row['status_code']}, since {row['read_on']}: {row['reason']}"
        )
        for other in candidates.get(row["remitted_claim_id"], []):
            say(
                f"    perhaps claim {other['claim_id']} ({other['patient_control_number']}, "
                f"{dollars(other['total_charge_cents'])}): differs in {other['differs_in']}"
            )
    cents = sum(row["paid_cents"] for row in waiting)
    say(f"{len(waiting)} remitted claims wait, {dollars(cents)} paid" if waiting else "nothing waits")


@app.command()
def match(
    remitted_claim: Remitted,
    claim: Annotated[
        str, typer.Argument(metavar="CLAIM", help="Our claim: its id, or digits that only it begins with.")
    ],
    reason: Reason,
    home: Home = DEFAULT_HOME,
    by: By = None,
    day: Day = None,
    dry_run: DryRun = False,
) -> None:
    """The remitted claim is that claim of ours: its money goes there with the next night."""
    remitted = _remitted(home, remitted_claim)
    if remitted["claim_id"]:
        raise ClaimcycleError(
            f"{_short(remitted)} is matched to {remitted['claim_id'][:12]} already; `claims unmatched unmatch` takes it back"
        )
    found = snapshot_rows(
        home, "select distinct claim_id from claims.batch_claim where starts_with(claim_id, $1) limit 2", claim
    )
    if len(found) != 1:
        said = "no claim that was sent begins" if not found else "several claims begin"
        raise ClaimcycleError(f"{said} with {claim!r}; `claims unmatched list` shows candidates")
    choice = {"claim_id": found[0]["claim_id"]}
    _decide(home, "match_claim", remitted, choice, reason, by, day, dry_run)


@app.command()
def unmatch(
    remitted_claim: Remitted,
    reason: Reason,
    home: Home = DEFAULT_HOME,
    by: By = None,
    day: Day = None,
    dry_run: DryRun = False,
) -> None:
    """The remitted claim is not that claim of ours: its money waits again with the next night."""
    remitted = _remitted(home, remitted_claim)
    if not remitted["claim_id"]:
        raise ClaimcycleError(f"{_short(remitted)} is matched to no claim; `claims unmatched list` shows what waits")
    _decide(home, "unmatch_claim", remitted, {}, reason, by, day, dry_run)


def _remitted(home: Path, prefix: str) -> Mapping[str, Any]:
    """Give the posted remitted claim that is meant.

    Raises: ClaimcycleError where none or several are, or where a decision on it waits for the next night.
    """
    from tasks.stores.decisions import decisions

    found = snapshot_rows(
        home,
        """select c.remitted_claim_id, c.claim_id, c.paid_cents from remittances.claim c join remittances.payment p using (payment_id)
           where p.verdict = 'accepted' and starts_with(c.remitted_claim_id, $1) limit 2""",
        prefix,
    )
    if len(found) != 1:
        said = "no posted remitted claim begins" if not found else "several remitted claims begin"
        raise ClaimcycleError(f"{said} with {prefix!r}; `claims unmatched list` shows those that wait")
    taken_up = {row["decision_id"] for row in snapshot_rows(home, "select decision_id from remittances.decided_match")}
    for row in decisions(home):
        is_open = row["kind"] in ("match_claim", "unmatch_claim") and row["decision_id"] not in taken_up
        if is_open and row["subject_id"] == found[0]["remitted_claim_id"]:
            raise ClaimcycleError(
                f"{_short(found[0])} has a decision that waits for a night; run `claims nightly` first"
            )
    return found[0]


def _short(remitted: Mapping[str, Any]) -> str:
    return f"remitted claim {remitted['remitted_claim_id']}"


def _decide(
    home: Path,
    kind: str,
    remitted: Mapping[str, Any],
    choice: Mapping[str, Any],
    reason: str,
    by: str | None,
    day: date | None,
    dry_run: bool,
) -> None:
    from schemas.money import dollars
    from tasks.stores.decisions import decide

    target = f" to claim {choice['claim_id']}" if choice else ""
    said = f"{kind.split('_')[0]} {_short(remitted)}, {dollars(remitted['paid_cents'])} paid,{target or ' its money waits again'}"
    if dry_run:
        say(f"would {said}")
        return
    made_on = day or _today(home)
    decision_id = decide(home, kind, remitted["remitted_claim_id"], choice, reason, by or getpass.getuser(), made_on)
    say(f"decision {decision_id[:12]}: {said}; the next night carries it out")


def _today(home: Path) -> date:
    """Give today's date in the practice's zone."""
    from zoneinfo import ZoneInfo

    from tasks.stores.home import load_practice

    return datetime.now(UTC).astimezone(ZoneInfo(load_practice(home).timezone)).date()
