"""A practice's home whose claims were sent and whose 835s arrive, without the nights that led there."""

import shutil
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from tasks.apply_matches import apply_matches
from tasks.post_payments import post_payments
from tasks.read_remittances import read_remittances
from tasks.stores.warehouse import Warehouse, session, warehouse_path

from .making import NPI, TAG, Claim

SENT_ON = date(2026, 3, 1)


@cache
def _empty_home() -> Path:
    """Give a home whose warehouse is made and empty; making one takes a second, copying it none."""
    folder = TemporaryDirectory()
    _KEPT.append(folder)
    with session(Path(folder.name)):
        return Path(folder.name)


_KEPT: list[TemporaryDirectory[str]] = []
"""Folders that live as long as the tests."""


def iso(day: str) -> date:
    return date(int(day[:4]), int(day[4:6]), int(day[6:]))


class RemitHome:
    """A home with claims and arrivals of its own; claims are named by their control number, so that books are read by eye."""

    def __init__(self, path: Path) -> None:
        self.path, self._held = path, ExitStack()
        self._open: Warehouse | None = None
        warehouse_path(path).parent.mkdir(parents=True)
        shutil.copyfile(warehouse_path(_empty_home()), warehouse_path(path))

    def held(self) -> Warehouse:
        """Give the warehouse, open until `leave`: opening it for each thing asked costs more than asking."""
        if self._open is None:
            self._open = self._held.enter_context(session(self.path))
        return self._open

    def leave(self) -> None:
        """Close the warehouse, so that a command may open it."""
        self._held.close()
        self._open = None

    def send(self, claims: Sequence[Claim], tags: Iterable[str] = (TAG,)) -> None:
        """These claims were sent, once for each tag."""
        self.send_all((claims, tag) for tag in tags)

    def send_all(self, sent: Iterable[tuple[Sequence[Claim], str]]) -> None:
        """Claims of many worlds were sent, each world under its tag."""
        rows = rows_of_sent(sent)
        warehouse = self.held()
        with warehouse.transaction():
            if not warehouse.rows("select 1 from encounters.provider"):
                rows["encounters.provider"].append(_row("encounters.provider", provider_key="DOC", npi=NPI))
            for table, found in rows.items():
                warehouse.insert(table, found)

    def arrive(self, night: date, contents: Sequence[bytes]) -> list[str]:
        """These files lie in the vault and are registered, in this order."""
        files, arrivals, kinds = [], [], []
        warehouse = self.held()
        with warehouse.transaction():
            known = {row["file_sha256"] for row in warehouse.rows("select file_sha256 from files.file")}
            for number, content in enumerate(contents):
                digest = sha256(content).hexdigest()
                place = self.path / "vault" / digest[:2] / digest
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)
                arrival = {"source": "payer", "drop_name": "", "file_name": f"{night}-{number:06d}.835"}
                arrivals.append(arrival | {"file_sha256": digest, "arrived_on": night, "is_repeat": digest in known})
                if digest not in known:
                    known.add(digest)
                    files.append(
                        {"file_sha256": digest, "kind": "x12", "byte_count": len(content), "first_seen_on": night}
                    )
                    kinds.append({"file_sha256": digest, "kind": "835", "transaction_count": 1})
            warehouse.insert("files.file", files)
            warehouse.insert("files.arrival", arrivals)
            warehouse.insert("files.content", kinds)
        return [row["file_sha256"] for row in arrivals]

    def run(self, night: date) -> dict[str, int]:
        """The steps of the night that have to do with money are done."""
        counts: dict[str, int] = {}
        self.held()
        for step in (read_remittances, post_payments, apply_matches):
            counts |= step.fn(self.path, night)
        return counts

    def ask(self, sql: str, parameters: Sequence[object] = ()) -> list[dict]:
        """Give the rows of a question."""
        return self.held().rows(sql, list(parameters))

    def balances(self) -> dict[tuple, int]:
        """Give the cents of every claim, account and code that has any."""
        found = self.ask(
            "select claim_id, account, code, sum(amount_cents)::bigint as cents from ledger.entry group by all having cents <> 0"
        )
        return {(row["claim_id"], row["account"], row["code"]): row["cents"] for row in found}


def rows_of_sent(sent: Iterable[tuple[Sequence[Claim], str]]) -> dict[str, list[dict]]:
    """Give the rows of claims that were sent, by table."""
    rows = defaultdict(list)
    for claims, tag in sent:
        for claim in claims:
            _add_claim(rows, claim, lambda text, tag=tag: text.replace(TAG, tag))
    return rows


def _row(table: str, **values: object) -> dict[str, object]:
    places = {"file_sha256": "f" * 64, "source_row": 1, "byte_start": 0, "byte_end": 1, "received_on": SENT_ON}
    return places | values if table.startswith("encounters.") else values


def _add_claim(rows: dict[str, list], claim: Claim, named) -> None:
    claim_id, visit = named(claim.control), named("V" + claim.control)
    version = {"claim_id": claim_id, "claim_version": claim.version}
    seen = {"encounter_id": visit, "encounter_version": claim.version}
    if claim.version == 1:
        rows["claims.claim"].append(
            {
                "claim_id": claim_id,
                "tenant_id": "T",
                "encounter_id": visit,
                "payer_rank": claim.payer_rank,
                "payer_id": "HTP01",
                "opened_on": SENT_ON,
            }
        )
    rows["claims.version"].append(
        {**version, "encounter_version": claim.version, "patient_control_number": named(claim.number),
         "frequency_code": "1" if claim.version == 1 else "7",
         "total_charge_cents": claim.charge_cents, "content_sha256": "", "drafted_on": SENT_ON}
    )  # fmt: skip
    rows["claims.line"] += [
        {**version, "line_number": line.number, "source_line_number": line.number, "line_control_number": named(line.control),
         "procedure_code": line.code, "modifiers": line.modifiers, "units": 1, "charge_cents": line.charge_cents,
         "diagnosis_pointers": "1", "service_from_on": iso(line.day), "service_to_on": iso(line.day)}
        for line in claim.lines
    ]  # fmt: skip
    rows["claims.batch_claim"].append(
        {**version, "batch_id": "B", "transaction_control_number": "1", "byte_start": 0, "byte_end": 1}
    )
    rows["claims.event"].append(
        {**version, "event_id": named(claim.number), "sequence": 1, "event": "sent", "guard": "", "from_state": "START",
         "to_state": "ACCEPTED", "detail": "", "happened_on": SENT_ON}
    )  # fmt: skip
    rows["encounters.encounter"].append(_row("encounters.encounter", **seen, rendering_provider_key="DOC"))
    rows["encounters.coverage"].append(
        _row("encounters.coverage", **seen, payer_rank=claim.payer_rank, member_id=named(claim.member))
    )
