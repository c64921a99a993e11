"""Seal: bytes, hash, control numbers, parse-back and judge in one transaction; nothing leaves before that."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from schemas.errors import ClaimcycleError, Fault
from schemas.keys import key_of
from schemas.money import cents_of
from tasks.claims.lifecycle import Happening, advance, standings
from tasks.step import step
from tasks.stores import home as homes
from tasks.stores.threads import keep_moves, known_events, states_of
from tasks.stores.vault import put_bytes
from tasks.stores.warehouse import Warehouse, writer
from tasks.x12.envelope import read_x12
from tasks.x12.judge import judge
from tasks.x12.professional import ClaimRows, ClaimSpan, Envelope, Written, write_837p

READY = """
select v.*, c.encounter_id, c.payer_rank, c.payer_id from claims.current_version v
join claims.claim c using (claim_id) join claims.state s using (claim_id)
where s.state = 'READY' order by c.payer_id, v.patient_control_number
"""


@step
def seal_batches(home: Path, night: date) -> dict[str, int]:
    """Every READY claim is sealed in a batch of its payer, or held with the reason why it cannot be written.

    Shape: claims.batch, claims.batch_claim, claims.event. Holds: numbers are burnt when taken; sealed bytes never change.
    """
    practice = homes.load_practice(home)
    with writer(home) as warehouse:
        by_payer: dict[str, list[ClaimRows]] = defaultdict(list)
        for payer_id, claim in _claim_rows(warehouse, warehouse.rows(READY)):
            by_payer[payer_id].append(claim)
        partners = {
            p["payer_id"]: practice.partner(p["partner_id"]) for p in warehouse.rows("select * from encounters.payer")
        }
        sealed = [
            _seal(warehouse, home, practice, partners[payer_id], payer_id, claims, night)
            for payer_id, claims in sorted(by_payer.items())
        ]
    return {"batches": sum(1 for count in sealed if count), "claims": sum(sealed)}


def _seal(
    warehouse: Warehouse,
    home: Path,
    practice: homes.Practice,
    partner: homes.Partner,
    payer_id: str,
    claims: Sequence[ClaimRows],
    night: date,
) -> int:
    """Seal the claims of one payer that can be written and that the judge accepts; hold the others."""
    interchange, group = warehouse.take_numbers("interchange", 1)[0], warehouse.take_numbers("group", 1)[0]
    envelope = Envelope(
        sender_id=practice.submitter_id,
        sender_name=practice.submitter_name,
        contact_name=practice.contact_name,
        contact_phone=practice.contact_phone,
        receiver_id=partner.receiver_id,
        receiver_name=partner.receiver_name,
        interchange_control_number=interchange,
        group_control_number=group,
        night=night,
    )
    good, refused = _writable(envelope, claims)
    _hold(warehouse, refused, night)
    if not good:
        return 0
    written = write_837p(envelope, good)
    _prove(written, good)
    digest = put_bytes(home, written.content)
    batch_id = key_of("batch", partner.partner_id, interchange)
    warehouse.insert(
        "files.file",
        [{"file_sha256": digest, "kind": "x12", "byte_count": len(written.content), "first_seen_on": night}],
    )
    warehouse.insert(
        "claims.batch",
        [
            {
                "batch_id": batch_id,
                "kind": "837P",
                "partner_id": partner.partner_id,
                "payer_id": payer_id,
                "interchange_control_number": interchange,
                "group_control_number": group,
                "file_name": f"837P_{payer_id}_{interchange:09d}.x12",
                "file_sha256": digest,
                "claim_count": len(good),
                "total_charge_cents": sum(c.version["total_charge_cents"] for c in good),
                "judge": "accepted",
                "sealed_on": night,
            }
        ],
    )
    spans = [
        {
            "batch_id": batch_id,
            "claim_id": s.claim_id,
            "claim_version": s.claim_version,
            "transaction_control_number": s.transaction_control_number,
            "byte_start": s.byte_start,
            "byte_end": s.byte_end,
        }
        for s in written.spans
    ]
    warehouse.insert("claims.batch_claim", spans)
    _move(warehouse, [_sealed(span, batch_id, digest) for span in written.spans], night)
    return len(good)


def _sealed(span: ClaimSpan, batch_id: str, digest: str) -> Happening:
    return Happening(
        span.claim_id,
        span.claim_version,
        "sealed_in_batch",
        batch_id,
        file_sha256=digest,
        byte_start=span.byte_start,
        byte_end=span.byte_end,
    )


def _writable(envelope: Envelope, claims: Sequence[ClaimRows]) -> tuple[list[ClaimRows], list[tuple[ClaimRows, str]]]:
    """Split claims into those that write and pass the judge together, and those that do not, with the reason."""
    good: list[ClaimRows] = []
    refused: list[tuple[ClaimRows, str]] = []
    for claim in claims:
        try:
            write_837p(envelope, [claim])
            good.append(claim)
        except Fault as fault:
            refused.append((claim, str(fault)))
    if good and not judge(write_837p(envelope, good).content).accepted:
        for claim in list(good):
            verdict = judge(write_837p(envelope, [claim]).content)
            if not verdict.accepted:
                good.remove(claim)
                refused.append((claim, "; ".join(verdict.errors[:3])))
    return good, refused


def _prove(written: Written, claims: Sequence[ClaimRows]) -> None:
    """Read the sealed bytes back and compare claims and cents; judge the whole.

    Raises: ClaimcycleError when the bytes do not say what the rows say: nothing is sealed.
    """
    x12 = read_x12(written.content)
    charges = [s.elements[1] for t in x12.transactions for s in t.segments if s.tag == "CLM"]
    wanted = sum(c.version["total_charge_cents"] for c in claims)
    if (
        len(charges) != len(claims)
        or sum(cents_of(c) for c in charges) != wanted
        or not judge(written.content).accepted
    ):
        raise ClaimcycleError(
            f"a batch of {len(claims)} claims did not read back as written; nothing was sealed; report this with the night's date"
        )


def _hold(warehouse: Warehouse, refused: Sequence[tuple[ClaimRows, str]], night: date) -> None:
    """Hold claims that cannot be sealed, each with its reason as a finding."""
    findings = [
        {
            "encounter_id": claim.encounter["encounter_id"],
            "encounter_version": claim.encounter["encounter_version"],
            "rule_id": "X02",
            "line_number": 0,
            "column_name": "837P",
            "severity": "hold",
            "value": None,
            "remedy": f"the 837P cannot be written: {reason}"[:300],
            "owner": "biller",
            "found_on": night,
        }
        for claim, reason in refused
    ]
    warehouse.insert("coding.finding", findings)
    _move(
        warehouse,
        [Happening(c.version["claim_id"], c.version["claim_version"], "hold_set", "837P", "X02") for c, _ in refused],
        night,
    )


def _claim_rows(warehouse: Warehouse, ready: Sequence[Mapping[str, Any]]) -> list[tuple[str, ClaimRows]]:
    """Gather what the writer needs for each ready claim, with its payer."""
    keys = [[row["encounter_id"], row["encounter_version"]] for row in ready]
    if not keys:
        return []
    warehouse.execute("create or replace temp table ready as " + READY)
    gathered = {
        table: _grouped(
            warehouse.rows(
                f"select t.* from {table} t semi join ready r using (encounter_id, encounter_version) order by all"
            )
        )
        for table in (
            "encounters.encounter",
            "encounters.service_line",
            "encounters.coverage",
            "encounters.cob_line",
            "encounters.cob_adjustment",
            "encounters.attachment",
            "coding.diagnosis",
        )
    }
    lines = defaultdict(list)
    for line in warehouse.rows(
        "select l.* from claims.line l semi join ready r using (claim_id, claim_version) order by claim_id, line_number"
    ):
        lines[line["claim_id"]].append(line)
    patients = {p["patient_key"]: p for p in warehouse.rows("select * from encounters.current_patient")}
    providers = {p["provider_key"]: p for p in warehouse.rows("select * from encounters.current_provider")}
    found = []
    for row in ready:
        at = row["encounter_id"], row["encounter_version"]
        encounter = gathered["encounters.encounter"][at][0]
        claim = ClaimRows(
            version=row,
            lines=lines[row["claim_id"]],
            encounter=encounter,
            service_lines={s["line_number"]: s for s in gathered["encounters.service_line"][at]},
            patient=patients[encounter["patient_key"]],
            coverages=gathered["encounters.coverage"][at],
            payer_rank=row["payer_rank"],
            providers=providers,
            diagnoses=[
                d["icd10cm_code"] for d in sorted(gathered["coding.diagnosis"][at], key=lambda d: d["position"])
            ],
            cob_lines=gathered["encounters.cob_line"][at],
            cob_adjustments=gathered["encounters.cob_adjustment"][at],
            attachments=gathered["encounters.attachment"][at],
        )
        found.append((row["payer_id"], claim))
    return found


def _grouped(rows: Sequence[dict[str, Any]]) -> dict[tuple[str, int], list[dict[str, Any]]]:
    found: dict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row["encounter_id"], row["encounter_version"]].append(row)
    return found


def _move(warehouse: Warehouse, happenings: Sequence[Happening], night: date) -> None:
    claim_ids = sorted({h.claim_id for h in happenings})
    keep_moves(
        warehouse,
        advance(standings(states_of(warehouse, claim_ids), known_events(warehouse, claim_ids)), happenings, night),
    )
