"""Work: denials become cases with deadline and amount; cases end when money, a reversal or a new denial answers them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from tasks.claims.lifecycle import Happening, advance, standings
from tasks.denials.cases import correction_event, open_cases
from tasks.denials.settlement import settle_cases
from tasks.denials.taxonomy import load_taxonomy
from tasks.remittance_moves import grouped
from tasks.step import night_step
from tasks.stores.threads import keep_moves, known_events, states_of
from tasks.stores.warehouse import Warehouse, writer

CORRECTABLE = """
select s.case_id, s.claim_id, s.claim_version, s.reason_code, p.accepts_replacement, s.remark_codes
from denials.case_state s join claims.pending_amendment a using (claim_id) join claims.claim c using (claim_id) join encounters.payer p using (payer_id)
join claims.state t using (claim_id)
where s.state = 'open' and s.remedy = 'correct' and t.state in ('DENIED', 'PART_DENIED') order by s.claim_id, s.case_id
"""
"""Open cases whose remedy is a corrected claim and whose encounter the practice has amended since."""


@night_step
def work_denials(home: Path, night: date) -> dict[str, int]:
    """Every denied adjustment is a case; amended encounters of correctable cases go back to draft; answered cases are settled.

    Shape: denials.case, denials.action, claims.event. Holds: an adjustment opens one case, whenever the step runs.
    """
    with writer(home) as warehouse:
        claims = warehouse.rows(
            """select c.*, p.paid_on from remittances.claim c join remittances.payment p using (payment_id)
               where c.matched_on = $1 and c.claim_id is not null and p.verdict = 'accepted'
               order by c.claim_id, p.file_sha256, p.byte_start, c.status_code <> '22', c.position""",
            [night],
        )
        threads: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for claim in claims:
            threads[claim["claim_id"]].append(claim)
        payers = _payers(warehouse)
        told = _Told(
            _rows_of(warehouse, "service", claims),
            _rows_of(warehouse, "adjustment", claims),
            _earlier(warehouse, night),
        )
        worked = [_work(remitted, told, payers[claim_id], night) for claim_id, remitted in threads.items()]
        opened = warehouse.insert("denials.case", [case for _, cases in worked for case in cases])
        acted = warehouse.insert("denials.action", [action for actions, _ in worked for action in actions])
        corrected = _correct(warehouse, night)
    return {"opened": opened, "settled": acted, "corrected": corrected}


@dataclass(frozen=True, slots=True)
class _Told:
    """What tonight's remittances say line by line, and the cases of earlier nights that are not recovered."""

    services: list[dict[str, Any]]
    adjustments: list[dict[str, Any]]
    cases: dict[str, list[dict[str, Any]]]


def _work(
    remitted: Sequence[Mapping[str, Any]], told: _Told, payer: Mapping[str, Any], night: date
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Give the actions on earlier cases that tonight's remittances of one thread are, and the cases they open."""
    named = {claim["remitted_claim_id"] for claim in remitted}
    services = [row for row in told.services if row["remitted_claim_id"] in named]
    adjustments = [row for row in told.adjustments if row["remitted_claim_id"] in named]
    taxonomy = load_taxonomy()
    actions = settle_cases(told.cases[remitted[0]["claim_id"]], remitted, services, adjustments, taxonomy, night)
    cases: list[dict[str, Any]] = []
    for position, claim in enumerate(remitted):
        own_services, own = _own(services, claim), _own(adjustments, claim)
        opened = open_cases(claim, own_services, own, {"paid_on": claim["paid_on"]}, payer, taxonomy, night)
        actions += settle_cases(opened, remitted[position + 1 :], services, adjustments, taxonomy, night)
        cases += opened
    return actions, cases


def _earlier(warehouse: Warehouse, night: date) -> dict[str, list[dict[str, Any]]]:
    """Give the cases opened before tonight that are not recovered, by claim."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for case in warehouse.rows(
        "select * from denials.case_state where state <> 'recovered' and opened_on < $1 order by case_id", [night]
    ):
        found[case["claim_id"]].append(case)
    return found


def _own(rows: Sequence[dict[str, Any]], claim: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [row for row in rows if row["remitted_claim_id"] == claim["remitted_claim_id"]]


def _payers(warehouse: Warehouse) -> dict[str, dict[str, Any]]:
    """Give each claim's payer."""
    return {
        row["claim_id"]: row
        for row in warehouse.rows("select c.claim_id, p.* from claims.claim c join encounters.payer p using (payer_id)")
    }


def _rows_of(warehouse: Warehouse, table: str, claims: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return warehouse.rows(
        f"select * from remittances.{table} where remitted_claim_id in (select unnest($1)) order by byte_start, {table}_id",
        [[c["remitted_claim_id"] for c in claims]],
    )


def _correct(warehouse: Warehouse, night: date) -> int:
    """Send claims whose encounter was amended back to draft: as a replacement, or anew where the payer takes none or never adjudicated.

    Holds: one event for each claim, however many of its cases it answers.
    """
    happenings, actions = [], []
    for cases in grouped(warehouse.rows(CORRECTABLE), "claim_id").values():
        event = correction_event(cases)
        last = max(cases, key=lambda c: c["claim_version"])
        reasons = " ".join(sorted({c["reason_code"] for c in cases}))
        source = f"denial of version {last['claim_version']}"
        happenings.append(Happening(last["claim_id"], last["claim_version"], event, source, reasons))
        actions += [
            {"case_id": c["case_id"], "action": "corrected", "detail": event, "cents": 0, "acted_on": night}
            for c in cases
        ]
    claim_ids = sorted({h.claim_id for h in happenings})
    moved = advance(standings(states_of(warehouse, claim_ids), known_events(warehouse, claim_ids)), happenings, night)
    keep_moves(warehouse, moved)
    warehouse.insert("denials.action", actions)
    return len(moved.events)
