"""Work: denials become cases with deadline and amount; cases end when money, a reversal or a new denial answers them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from tasks.claims.lifecycle import Happening, advance, standings
from tasks.denials.cases import open_cases, settle_cases
from tasks.denials.taxonomy import load_taxonomy
from tasks.step import step
from tasks.stores.threads import keep_moves, known_events, states_of
from tasks.stores.warehouse import Warehouse, writer

CORRECTABLE = """
select s.case_id, s.claim_id, s.claim_version, s.reason_code, p.accepts_replacement, s.remark_codes
from denials.case_state s join claims.pending_amendment a using (claim_id) join claims.claim c using (claim_id) join encounters.payer p using (payer_id)
join claims.state t using (claim_id)
where s.state = 'open' and s.remedy = 'correct' and t.state in ('DENIED', 'PART_DENIED') order by s.claim_id, s.case_id
"""
"""Open cases whose remedy is a corrected claim and whose encounter the practice has amended since."""


@step
def work_denials(home: Path, night: date) -> dict[str, int]:
    """Every denied adjustment is a case; amended encounters of correctable cases go back to draft; answered cases are settled.

    Shape: denials.case, denials.action, claims.event. Holds: an adjustment opens one case, whenever the step runs.
    """
    with writer(home) as warehouse:
        claims = warehouse.rows(
            """select c.*, p.paid_on from remittances.claim c join remittances.payment p using (payment_id)
               where c.read_on = $1 and c.claim_id is not null and p.verdict = 'accepted' order by c.read_on, c.file_sha256, c.byte_start""",
            [night],
        )
        opened, acted = _open_and_settle(warehouse, claims, night)
        corrected = _correct(warehouse, night)
    return {"opened": opened, "settled": acted, "corrected": corrected}


def _open_and_settle(warehouse: Warehouse, claims: Sequence[Mapping[str, Any]], night: date) -> tuple[int, int]:
    """Settle the cases that tonight's remittances answer, then open those they make."""
    services = _by_claim(warehouse, "service", claims)
    adjustments = _by_claim(warehouse, "adjustment", claims)
    payers = {p["payer_id"]: p for p in warehouse.rows("select * from encounters.payer")}
    threads = {c["claim_id"]: c["payer_id"] for c in warehouse.rows("select claim_id, payer_id from claims.claim")}
    opened = acted = 0
    for claim in claims:
        at = claim["remitted_claim_id"]
        unsettled = warehouse.rows(
            "select * from denials.case_state where claim_id = $1 and state in ('open', 'corrected') order by case_id", [claim["claim_id"]]
        )
        acted += warehouse.insert("denials.action", settle_cases(unsettled, claim, services[at], adjustments[at], load_taxonomy(), night))
        payer = payers[threads[claim["claim_id"]]]
        cases = open_cases(claim, services[at], adjustments[at], {"paid_on": claim["paid_on"]}, payer, load_taxonomy(), night)
        opened += warehouse.insert("denials.case", cases)
    return opened, acted


def _correct(warehouse: Warehouse, night: date) -> int:
    """Send claims whose encounter was amended back to draft: as a replacement, or anew where the payer takes none or never adjudicated."""
    happenings, actions = [], []
    for case in warehouse.rows(CORRECTABLE):
        anew = not case["accepts_replacement"] or "MA130" in case["remark_codes"].split()
        event = "worked_as_new" if anew else "worked_as_corrected"
        happenings.append(Happening(case["claim_id"], case["claim_version"], event, f"denial of version {case['claim_version']}", case["reason_code"]))
        actions.append({"case_id": case["case_id"], "action": "corrected", "detail": event, "cents": 0, "acted_on": night})
    claim_ids = sorted({h.claim_id for h in happenings})
    moved = advance(standings(states_of(warehouse, claim_ids), known_events(warehouse, claim_ids)), happenings, night)
    keep_moves(warehouse, moved)
    warehouse.insert("denials.action", actions)
    return len(moved.events)


def _by_claim(warehouse: Warehouse, table: str, claims: Sequence[Mapping[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    rows = warehouse.rows(
        f"select * from remittances.{table} where remitted_claim_id in (select unnest($1)) order by byte_start, {table}_id",
        [[c["remitted_claim_id"] for c in claims]],
    )
    for row in rows:
        found[row["remitted_claim_id"]].append(row)
    return found
