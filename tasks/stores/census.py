"""The census: every encounter and claim counted once, with cents, stage against stage."""

from dataclasses import dataclass
from typing import Any

from tasks.stores.invariants import find_violations
from tasks.stores.warehouse import Warehouse

OUTCOMES = """
select outcome, coalesce(reason, rule_id, '') as reason, coalesce(owner, '') as owner, count(*) as encounters, sum(charge_cents)::bigint as charge_cents
from encounters.outcome group by all order by outcome, encounters desc, reason
"""
STATES = """
select s.state, count(*) as claims, sum(v.total_charge_cents)::bigint as charge_cents,
       coalesce(sum(b.paid_cents), 0)::bigint as payer_paid_cents, coalesce(sum(b.patient_paid_cents), 0)::bigint as patient_paid_cents,
       coalesce(sum(b.contractual_cents), 0)::bigint as adjusted_cents, coalesce(sum(b.prior_payer_cents), 0)::bigint as earlier_payer_cents,
       coalesce(sum(b.written_off_cents), 0)::bigint as written_off_cents, coalesce(sum(b.waiting_cents), 0)::bigint as in_suspense_cents,
       coalesce(sum(b.patient_cents), 0)::bigint as patient_owes_cents, coalesce(sum(b.payer_open_cents + b.denied_cents), 0)::bigint as open_cents
from claims.state s join claims.current_version v using (claim_id) left join ledger.claim_balance b using (claim_id) group by 1 order by 1
"""
"""Holds: in each row the charge is the sum of the other cents: what became of each dollar charged."""
TIES = """
select 'encounters received = sum of outcomes' as tie, (select count(distinct encounter_id) from encounters.intake) as expected, (select count(*) from encounters.outcome where outcome is not null) as found
union all
select 'cents received = cents of outcomes', (select sum(charge_cents) from (select arg_max(charge_cents, (verdict = 'accepted', encounter_version, received_on)) as charge_cents from encounters.intake where verdict <> 'repeated' group by encounter_id)),
       (select sum(charge_cents) from encounters.outcome)
union all
select 'cents accepted = cents coded', (select sum(s.charge_cents) from encounters.service_line s semi join coding.encounter using (encounter_id, encounter_version)),
       (select sum(billable_cents + unbillable_cents) from coding.encounter)
union all
select 'billable cents coded = cents claimed', (select sum(billable_cents) from coding.encounter c semi join claims.current_version v on v.encounter_version = c.encounter_version
         and v.claim_id in (select claim_id from claims.claim k where k.encounter_id = c.encounter_id) where c.disposition = 'billable'), (select sum(total_charge_cents) from claims.current_version)
union all
select 'cents claimed = cents in the ledger', (select sum(total_charge_cents) from claims.current_version), (select -sum(amount_cents) from ledger.entry where account = 'charges')
union all
select 'cents paid (BPR02) = cash in the ledger', (select coalesce(sum(payment_cents), 0) from remittances.payment where verdict = 'accepted'),
       (select coalesce(sum(amount_cents), 0) from ledger.entry where account = 'cash' and trace_number is not null)
union all
select 'debits = credits', 0, (select coalesce(sum(amount_cents), 0) from ledger.entry)
"""


@dataclass(frozen=True, slots=True)
class Census:
    """The counts of every stage, whether each ties to the one before, and the views that should be empty."""

    outcomes: list[dict[str, Any]]
    states: list[dict[str, Any]]
    ties: list[dict[str, Any]]
    violations: dict[str, int]
    nights: list[dict[str, Any]]

    @property
    def money(self) -> dict[str, int]:
        """What became of every cent charged, over all claims; the first is the sum of the others."""
        names = [name for name in (self.states[0] if self.states else {}) if name.endswith("_cents")]
        return {name: sum(state[name] for state in self.states) for name in names}

    @property
    def is_tied(self) -> bool:
        """True when every stage ties and no invariant is broken."""
        return not self.violations and all((t["expected"] or 0) == (t["found"] or 0) for t in self.ties)


def take_census(warehouse: Warehouse) -> Census:
    """Count encounters and claims as the snapshot has them, the closing rows of its nights beside."""
    return Census(
        outcomes=warehouse.rows(OUTCOMES),
        states=warehouse.rows(STATES),
        ties=warehouse.rows(TIES),
        violations=find_violations(warehouse),
        nights=warehouse.rows("select * from reports.night order by night"),
    )
