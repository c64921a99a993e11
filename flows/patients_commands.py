"""`claims patients`: what patients owe and are owed, and what people decide on it; the next night carries decisions out."""

import getpass
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from flows.options import DEFAULT_HOME, By, Day, Home, Reason, console, snapshot_rows
from schemas.errors import ClaimcycleError
from schemas.money import cents_of, dollars

app = typer.Typer(help="What patients owe, statements, write-offs, refunds.", no_args_is_help=True)


def _cents(text: str) -> int:
    try:
        return cents_of(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no amount; write dollars and cents as 12.34") from None


Amount = Annotated[int, typer.Argument(parser=_cents, metavar="AMOUNT", help="Dollars and cents, as 12.34.")]
Proposal = Annotated[str, typer.Argument(help="Its id, or the first digits.")]

LISTS = {
    "balances": (
        "What patients owe",
        """select encounter_id as encounter, patient_key as patient, service_on, charge_cents, insurance_paid_cents, adjusted_cents, pending_cents,
                  patient_paid_cents, written_off_cents, balance_cents from patients.encounter_balance where balance_cents <> 0
           order by balance_cents desc, encounter_id""",
    ),
    "credits": (
        "Credit balances",
        """select holder, subject_id as id, payer_id as payer, credit_cents, approved_cents, requested_cents, refundable_cents, arose_on, came_by, next_step
           from patients.credit order by next_step = 'wait_for_payer', arose_on, credit_cents desc, subject_id""",
    ),
    "clock": (
        "Medicare overpayments by the day they must be returned",
        """select claim_id as claim, payer_id as payer, credit_cents, approved_cents, identified_on, paused_days, due_on, days_left, state
           from patients.medicare_clock order by due_on, claim_id""",
    ),
    "proposed": (
        "Write-offs and refunds that wait for a second person",
        """select left(proposal_id, 12) as proposal, kind, holder, subject_id as id, reason_code as reason, amount_cents, evidence,
                  coalesce(nullif(proposed_by, ''), 'the night') as proposed_by, proposed_on from patients.standing where state = 'open'
           order by proposed_on, proposal_id""",
    ),
    "refused": (
        "Decisions that were refused",
        "select kind, subject_id as id, message, decided_on from patients.decided where verdict = 'refused' order by taken_up_on, decision_id",
    ),
}
"""The lists, each with its title and query on the snapshot."""


@app.command()
def balances(home: Home = DEFAULT_HOME) -> None:
    """Encounters whose patient owes something, or has paid ahead."""
    _print("balances", home)


@app.command()
def credits(home: Home = DEFAULT_HOME) -> None:
    """Money above what is owed: whose, how it came, what to do."""
    _print("credits", home)


@app.command()
def clock(home: Home = DEFAULT_HOME) -> None:
    """Medicare overpayments and the 60 days to return them."""
    _print("clock", home)


@app.command()
def proposed(home: Home = DEFAULT_HOME) -> None:
    """Write-offs and refunds that wait for approval, and decisions that were refused."""
    _print("proposed", home)
    _print("refused", home)


@app.command()
def statements(home: Home = DEFAULT_HOME, night: Day = None) -> None:
    """Statements made, with the paths of their PDF; nothing is sent."""
    from flows.tables import print_table

    rows = snapshot_rows(
        home,
        "select * from patients.statement where made_on = coalesce($1, made_on) order by statement_number",
        night,
    )
    shown = [
        {
            "number": f"{row['statement_number']:06d}",
            "patient": row["patient_key"],
            "made_on": row["made_on"],
            "due_on": row["due_on"],
            "amount_cents": row["amount_cents"],
            "path": str(home / "statements" / row["file_name"]),
        }
        for row in rows
    ]
    print_table(console, "Statements", shown)
    console.print(f"{len(rows)} statements, {dollars(sum(row['amount_cents'] for row in rows))}")


@app.command()
def propose(
    encounter: str,
    amount: Amount,
    reason: Reason,
    code: Annotated[str, typer.Option(help="small_balance, bad_debt, hardship or courtesy.")] = "small_balance",
    by: By = None,
    home: Home = DEFAULT_HOME,
    day: Day = None,
) -> None:
    """Propose to give up a balance of an encounter's patient; another person approves."""
    _decide(home, "propose_write_off", encounter, {"amount_cents": amount, "reason_code": code}, reason, by, day)


@app.command()
def refund(
    identifier: Annotated[str, typer.Argument(help="Encounter (patient's money) or claim (payer's).")],
    amount: Amount,
    reason: Reason,
    holder: Annotated[str, typer.Option(help="patient or payer.")] = "patient",
    by: By = None,
    home: Home = DEFAULT_HOME,
    day: Day = None,
) -> None:
    """Ask that a credit be given back; another person approves."""
    _decide(home, "refund", identifier, {"amount_cents": amount, "holder": holder}, reason, by, day)


@app.command()
def approve(proposal: Proposal, reason: Reason, by: By = None, home: Home = DEFAULT_HOME, day: Day = None) -> None:
    """Approve a write-off or a refund that another person, or the night, has proposed."""
    found = _proposal(home, proposal)
    choice = {"amount_cents": found["amount_cents"]}
    _decide(home, f"approve_{found['kind']}", found["proposal_id"], choice, reason, by, day)


@app.command()
def refuse(proposal: Proposal, reason: Reason, by: By = None, home: Home = DEFAULT_HOME, day: Day = None) -> None:
    """Refuse a write-off or a refund: it is not proposed again for the same cents."""
    found = _proposal(home, proposal)
    _decide(home, f"refuse_{found['kind']}", found["proposal_id"], {}, reason, by, day)


@app.command()
def undo(proposal: Proposal, reason: Reason, by: By = None, home: Home = DEFAULT_HOME, day: Day = None) -> None:
    """Take an approved write-off back: the balance stands again."""
    found = _proposal(home, proposal)
    _decide(home, "undo_write_off", found["proposal_id"], {"amount_cents": found["amount_cents"]}, reason, by, day)


@app.command()
def paid(
    proposal: Proposal,
    reference: Annotated[str, typer.Argument(help="Number of the check or transfer.")],
    reason: Reason = "paid",
    by: By = None,
    home: Home = DEFAULT_HOME,
    day: Day = None,
) -> None:
    """An approved refund has left the practice."""
    found = _proposal(home, proposal)
    choice = {"amount_cents": found["amount_cents"], "reference": reference}
    _decide(home, "pay_refund", found["proposal_id"], choice, reason, by, day)


@app.command()
def pay(
    encounter: str,
    amount: Amount,
    reason: Reason = "paid on a statement",
    by: By = None,
    home: Home = DEFAULT_HOME,
    day: Day = None,
) -> None:
    """A patient paid something for an encounter after the visit."""
    _decide(home, "patient_payment", encounter, {"amount_cents": amount}, reason, by, day)


@app.command()
def investigate(claim: str, reason: Reason, by: By = None, home: Home = DEFAULT_HOME, day: Day = None) -> None:
    """A good-faith investigation of a Medicare credit begins: the clock pauses."""
    _decide(home, "investigate_credit", claim, {}, reason, by, day)


@app.command()
def conclude(claim: str, reason: Reason, by: By = None, home: Home = DEFAULT_HOME, day: Day = None) -> None:
    """The investigation is over: the clock goes on."""
    _decide(home, "conclude_investigation", claim, {}, reason, by, day)


def _print(name: str, home: Path) -> None:
    from flows.tables import print_table

    title, sql = LISTS[name]
    rows = snapshot_rows(home, sql)
    print_table(console, title, rows)
    if not rows:
        console.print(f"{title}: none")


def _proposal(home: Path, prefix: str) -> Mapping[str, Any]:
    """Give the proposal of the snapshot, or of a decision that no night has taken up yet.

    Raises: ClaimcycleError when none or several begin with these digits.
    """
    from tasks.stores.decisions import decisions

    found = snapshot_rows(
        home, "select proposal_id, kind, amount_cents from patients.proposal where starts_with(proposal_id, $1)", prefix
    )
    known = {row["proposal_id"] for row in found}
    for row in decisions(home):
        kind = {"propose_write_off": "write_off", "refund": "refund"}.get(row["kind"])
        if kind and row["decision_id"].startswith(prefix) and row["decision_id"] not in known:
            found.append({"proposal_id": row["decision_id"], "kind": kind, "amount_cents": _said_cents(row["choice"])})
    if len(found) != 1:
        said = "no proposal begins" if not found else f"{len(found)} proposals begin"
        raise ClaimcycleError(f"{said} with {prefix!r}; `claims patients proposed` lists them")
    return found[0]


def _said_cents(choice: str) -> int:
    import json

    return int(json.loads(choice)["amount_cents"])


def _decide(
    home: Path,
    kind: str,
    subject_id: str,
    choice: Mapping[str, Any],
    reason: str,
    by: str | None,
    day: date | None,
) -> None:
    from tasks.stores.decisions import decide

    decision_id = decide(home, kind, subject_id, choice, reason, by or getpass.getuser(), day or _today(home))
    console.print(f"decision {decision_id[:12]} ({kind}) is in the log; the next night carries it out", soft_wrap=True)


def _today(home: Path) -> date:
    """Give today's date in the practice's zone."""
    from zoneinfo import ZoneInfo

    from tasks.stores.home import load_practice

    return datetime.now(UTC).astimezone(ZoneInfo(load_practice(home).timezone)).date()
