"""Seal: bytes, hash, control numbers, parse-back and judge in one transaction; nothing leaves before that."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from schemas.errors import ClaimcycleError
from schemas.money import cents_of
from tasks.claims.lifecycle import Happening, advance, standings
from tasks.step import night_step
from tasks.stores import home as homes
from tasks.stores.outbox import Sealed, register_batch, take_control_numbers
from tasks.stores.threads import keep_moves, known_events, states_of
from tasks.stores.warehouse import Warehouse, writer
from tasks.x12.builder import WriteFault
from tasks.x12.envelope import read_x12
from tasks.x12.judge import judge
from tasks.x12.professional import ClaimRows, ClaimSpan, Envelope, Written, write_837p

Refused = tuple[ClaimRows, str]
"""A claim that cannot be sealed, with the reason."""

TRANSLATED = ("SCT", "CVX", "RXN")
"""Procedure qualifiers of an export that coding translates: SNOMED CT, CVX, RxNorm."""

READY = """
select v.*, c.encounter_id, c.payer_rank, c.payer_id from claims.current_version v
join claims.claim c using (claim_id) join claims.state s using (claim_id)
where s.state = 'READY' order by c.payer_id, v.patient_control_number
"""


@night_step
def seal_batches(home: Path, night: date) -> dict[str, int]:
    """Every READY claim is sealed in a batch of its payer, or held with the reason why it cannot be written.

    Shape: claims.batch, claims.batch_claim, claims.event. Holds: numbers are burnt when taken; sealed bytes never change.
    """
    practice = homes.load_practice(home)
    with writer(home) as warehouse:
        by_payer: dict[str, list[ClaimRows]] = defaultdict(list)
        for payer_id, claim in _claim_rows(warehouse, warehouse.rows(READY)):
            by_payer[payer_id].append(claim)
        sealed = [
            _seal(warehouse, home, practice, payer_id, claims, night) for payer_id, claims in sorted(by_payer.items())
        ]
    return {"batches": sum(1 for count in sealed if count), "claims": sum(sealed)}


def _seal(
    warehouse: Warehouse,
    home: Path,
    practice: homes.Practice,
    payer_id: str,
    claims: Sequence[ClaimRows],
    night: date,
) -> int:
    """Seal the claims of one payer that can be written and that the judge accepts; hold the others."""
    partner = practice.partner(
        str(warehouse.value("select partner_id from encounters.payer where payer_id = $1", [payer_id]))
    )
    interchange, group = take_control_numbers(warehouse)
    envelope = Envelope(
        **practice.parties(partner), interchange_control_number=interchange, group_control_number=group, night=night
    )
    written, good, refused = _write(envelope, claims)
    _hold(warehouse, refused, night)
    if written is None:
        return 0
    total = sum(claim.version["total_charge_cents"] for claim in good)
    _read_back(written, len(good), total)
    sealed = Sealed(
        "837P", partner.partner_id, payer_id, interchange, group, written.content, len(good), total, judge="accepted"
    )
    batch_id, digest = register_batch(warehouse, home, sealed, night)
    warehouse.insert("claims.batch_claim", [{"batch_id": batch_id, **span._asdict()} for span in written.spans])
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


def _write(envelope: Envelope, claims: Sequence[ClaimRows]) -> tuple[Written | None, list[ClaimRows], list[Refused]]:
    """Write the claims that can be written and that the judge accepts; give the others with the reason.

    Holds: what is given as written was judged as it is, all claims together.
    """
    good, refused = list(claims), list[Refused]()
    written: Written | None = None
    while good and written is None:
        try:
            written = write_837p(envelope, good)
        except WriteFault as fault:
            if not fault.claim_id:
                raise
            reasons = [_refusal(envelope, claim) for claim in good]
            if not any(reasons):
                raise
            refused += [(claim, reason) for claim, reason in zip(good, reasons, strict=True) if reason]
            good = [claim for claim, reason in zip(good, reasons, strict=True) if not reason]
    if written is None or judge(written.content).accepted:
        return written, good, refused
    verdicts = [(claim, judge(write_837p(envelope, [claim]).content)) for claim in good]
    worse = [(claim, "; ".join(verdict.errors[:3])) for claim, verdict in verdicts if not verdict.accepted]
    if not worse:
        raise ClaimcycleError(
            f"{len(good)} claims pass the judge alone and not together; report this with the night's date"
        )
    again = _write(envelope, [claim for claim, verdict in verdicts if verdict.accepted])
    return again[0], again[1], [*refused, *worse, *again[2]]


def _refusal(envelope: Envelope, claim: ClaimRows) -> str:
    """Say why a claim cannot be written; nothing where it can: what refuses a claim is never another one."""
    try:
        write_837p(envelope, [claim])
    except WriteFault as fault:
        return str(fault)
    return ""


def _read_back(written: Written, claim_count: int, total_charge_cents: int) -> None:
    """Read the bytes back with our own reader and compare claims and cents.

    Raises: ClaimcycleError when the bytes do not say what the rows say: nothing is sealed.
    """
    x12 = read_x12(written.content)
    charges = [cents_of(s.elements[1]) for t in x12.transactions for s in t.segments if s.tag == "CLM"]
    if (len(charges), sum(charges)) != (claim_count, total_charge_cents):
        raise ClaimcycleError(
            f"a batch of {claim_count} claims read back as {len(charges)}; nothing was sealed; report this with the night's date"
        )


def _hold(warehouse: Warehouse, refused: Sequence[Refused], night: date) -> None:
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
    if not ready:
        return []
    warehouse.execute("create or replace temp table ready as " + READY)
    gathered = {
        table: _grouped(
            warehouse.filled_rows(
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
    patients = {p["patient_key"]: p for p in warehouse.filled_rows("select * from encounters.current_patient")}
    providers = {p["provider_key"]: p for p in warehouse.filled_rows("select * from encounters.current_provider")}
    found = []
    for row in ready:
        at = row["encounter_id"], row["encounter_version"]
        encounter = gathered["encounters.encounter"][at][0]
        claim = ClaimRows(
            version=row,
            lines=lines[row["claim_id"]],
            encounter=encounter,
            service_lines={s["line_number"]: _as_coded(s) for s in gathered["encounters.service_line"][at]},
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


def _as_coded(source: dict[str, Any]) -> dict[str, Any]:
    """Give a source line as its coded line is: codes of other systems were translated to CPT or HCPCS (HC)."""
    return source | {"procedure_qualifier": "HC"} if source.get("procedure_qualifier") in TRANSLATED else source


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
