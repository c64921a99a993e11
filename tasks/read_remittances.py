"""Remit: 835s become rows with a verdict; claims are matched by numbers only."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from schemas.errors import Fault
from schemas.money import dollars
from tasks.step import night_step
from tasks.stores.contents import finish_all, quarantine, unread
from tasks.stores.remitted import match_read
from tasks.stores.vault import open_content
from tasks.stores.verdicts import NEW, keep_verdicts, same_trace_payments, unjudged_payments
from tasks.stores.warehouse import Warehouse, session
from tasks.x12 import remittance

_THREADS = 2
"""One reads ahead while the other writes."""

_TOGETHER_BYTES = 16_000_000
"""Small files are read and kept together up to this size: thousands cost little, and a crash loses no more than that."""

_NO_PAYMENT = {
    "H": "is a notice without money",
    "P": "announces a payment that is still to come",
    "X": "leaves it open whether and how it is paid",
}
"""What some of the BPR01 say under which no payment is posted; H is a notice, and fine where it has no money."""

_PAYMENTS = ("I", "C")
"""BPR01 that are posted. Source: billing.md section 2; the meanings are those of X12 element 305."""


@night_step
def read_remittances(home: Path, night: date) -> dict[str, int]:
    """Every 835 received is rows; each payment is accepted, held with the reason, or known as repeated.

    Shape: remittances.*. Holds: a file is kept whole or not at all; nothing is corrected; nothing is matched by name.
    """
    with session(home) as warehouse:
        digests = [digest for digest, _ in unread(warehouse, ["835"])]
        for together in _groups(home, digests):
            _read(warehouse, home, together, night)
        with warehouse.transaction():
            counts = _judge(warehouse, night)
    return {"files": len(digests), **counts}


def _groups(home: Path, digests: Sequence[str]) -> Iterator[list[str]]:
    """Give the files in parts of bounded size; a large one is a part of its own."""
    together: list[str] = []
    size = 0
    for digest in digests:
        own = len(open_content(home, digest))
        if together and size + own > _TOGETHER_BYTES:
            yield together
            together, size = [], 0
        together.append(digest)
        size += own
    if together:
        yield together


class _AtFault(Exception):
    """Files of a part that are not to be used, with the first fault of each."""

    def __init__(self, faults: Mapping[str, Fault]) -> None:
        super().__init__()
        self.faults = faults


def _read(warehouse: Warehouse, home: Path, digests: Sequence[str], night: date) -> None:
    """Keep the rows of these files in one transaction; one at fault is set aside whole and the others are read again."""
    try:
        with warehouse.transaction():
            _load(warehouse, home, digests, night)
            finish_all(warehouse, digests, "835", "read", night)
    except _AtFault as found:
        with warehouse.transaction():
            for digest, fault in found.faults.items():
                quarantine(warehouse, digest, "835", fault, night)
        sound = [digest for digest in digests if digest not in found.faults]
        if sound:
            _read(warehouse, home, sound, night)


def _load(warehouse: Warehouse, home: Path, digests: Sequence[str], night: date) -> None:
    """Bring the rows of 835s into the warehouse piece by piece, what was tolerated noted beside them.

    Raises: _AtFault with all files that have a fault; the caller's transaction then forgets the pieces.
    """
    ours: Mapping[str, Mapping[str, object]] = {
        "payment": {"verdict": NEW, "read_on": night},
        "claim": {"read_on": night},
    }
    faulty: dict[str, Fault] = {}
    is_sound = True
    tolerated: list[dict[str, object]] = []
    contents = [open_content(home, digest) for digest in digests]
    ended = 0
    for piece in remittance.read_remittances(contents, digests, _THREADS):
        is_sound = is_sound and not piece.faulty
        for name, table in piece.tables.items() if is_sound else ():
            warehouse.insert_table(f"remittances.{name}", table, ours.get(name, {}))
        ended += len(piece.ended)
        for number, tolerances, faults in piece.ended:
            if faults:
                faulty[digests[number]] = faults[0]
            named = {"file_sha256": digests[number]}
            tolerated += [named | {"tolerated": t, "occurrences": n} for t, n in tolerances.items()]
    assert ended == len(digests), "a file was not read to its end"
    if faulty:
        raise _AtFault(faulty)
    warehouse.insert("files.tolerance", tolerated)


def _judge(warehouse: Warehouse, night: date) -> dict[str, int]:
    """Give every payment that was read its verdict and its claims their match."""
    fresh = unjudged_payments(warehouse)
    if not fresh:
        return {"payments": 0, "held": 0, "repeated": 0, "unmatched": 0}
    verdicts = _verdicts(fresh, same_trace_payments(warehouse))
    keep_verdicts(warehouse, verdicts)
    unmatched = match_read(warehouse, [payment["payment_id"] for payment in fresh], night)
    given = [v["verdict"] for v in verdicts]
    said = {"held": given.count("held"), "repeated": given.count("repeated")}
    return {"payments": len(fresh), **said, "unmatched": unmatched}


def _verdicts(fresh: Sequence[Mapping[str, Any]], told: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Give each new payment its verdict beside those of the same trace number and originator, in order of arrival."""
    contents = {row["payment_id"]: row["content"] for row in told}
    earlier: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for row in told:
        if row["verdict"] != NEW:
            earlier[row["trace_number"], row["originator_id"]].append(row)
    verdicts = []
    for payment in fresh:
        known = earlier[payment["trace_number"], payment["originator_id"]]
        content = contents.get(payment["payment_id"])
        verdict, reason = _verdict(payment, content, known)
        known.append({**payment, "content": content, "verdict": verdict})
        verdicts.append({"payment_id": payment["payment_id"], "verdict": verdict, "verdict_reason": reason})
    return verdicts


def _verdict(
    payment: Mapping[str, Any], content: str | None, known: Sequence[Mapping[str, Any]]
) -> tuple[str, str | None]:
    """Give the verdict of a payment: what says again what was said is a repeat, held or not; what is no payment waits."""
    for other in known:
        if other["content"] == content:
            return "repeated", f"the same payment as in {_place(other)}: nothing to do"
    refused = _refusal(payment)
    if refused:
        return "held", refused
    for other in known:
        if other["verdict"] == "accepted":
            return "held", f"{_place(other)} has this trace number with other content: ask the payer which is right"
    return "accepted", None


def _place(payment: Mapping[str, Any]) -> str:
    return f"file {payment['file_sha256'][:12]}, byte {payment['byte_start']}"


def _refusal(payment: Mapping[str, Any]) -> str | None:
    """Give why a payment cannot be posted, None where it can."""
    handling, cents = payment["handling_code"], payment["payment_cents"]
    if payment["difference_cents"]:
        return (
            f"BPR02 differs by {dollars(payment['difference_cents'])} from its claims less its PLB: "
            "ask the payer for a corrected 835"
        )
    if handling not in _PAYMENTS and (cents or handling != "H"):
        why = _NO_PAYMENT.get(handling, "is no payment with its remittance (I, C)")
        return f"BPR01 {handling} {why}: ask the payer for the 835 of the payment"
    if cents < 0 or (cents and payment["credit_debit_code"] != "C"):
        return (
            f"BPR02 {dollars(cents)} with BPR03 {payment['credit_debit_code']} is money taken, not paid: ask the payer"
        )
    return None
