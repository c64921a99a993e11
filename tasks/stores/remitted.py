"""Remitted claims and lines find ours, by numbers and never by names, whole nights at a time.

Source: shared rule, billing.md section 2: patient control number, then the payer's number learned before, then member,
date, charge and rendering NPI where exactly one claim has them; lines by REF*6R, then code, modifiers, date and charge
one to one. That a number must not stand against everything else that the remittance says is our own rule.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date

from tasks.stores.warehouse import Warehouse

LATER_PAYER = "later_payer"
"""The rule under which an answer of the payer after ours waits."""

_OPEN_CLAIM = """
create or replace temp table open_claim as
select c.rowid as place, c.remitted_claim_id, c.file_sha256, p.originator_id, c.patient_control_number, c.payer_claim_number, c.member_number,
       c.status_code, sign(c.charge_cents) as charge_sign, abs(c.charge_cents) as charge_cents, c.rendering_npi, c.service_start_on as service_on,
       c.crossover_payer, c.remark_codes, c.claim_id, c.claim_version, c.match_rule, null::varchar as refused_claim_id
from remittances.claim c join remittances.payment p using (payment_id)
"""
_OPEN_SERVICE = """
create or replace temp table open_service as
select s.rowid as place, s.remitted_claim_id, s.position, coalesce(s.submitted_code, s.procedure_code) as procedure_code,
       case when s.submitted_code is null then s.modifiers else coalesce(s.submitted_modifiers, '') end as modifiers,
       s.service_on, abs(s.charge_cents) as charge_cents, s.line_control_number, null::integer as line_number, false as is_by_number
from remittances.service s semi join open_claim o using (remitted_claim_id)
where s.file_sha256 in (select file_sha256 from open_claim)
"""

_REPEATED = """
update open_claim o set match_rule = 'repeated'
from (with several as (
        select payment_id, patient_control_number, payer_claim_number from remittances.claim c semi join open_claim using (remitted_claim_id)
        group by all having count(*) > 1),
      counted as (
        select c.remitted_claim_id, c.status_code, c.remark_codes, sum(case when c.status_code <> '22' then 1 else 0 end) over same as number,
               sum(case when c.status_code = '22' then 1 else 0 end) over named as reversals
        from remittances.claim c join several s on s.payment_id = c.payment_id and s.patient_control_number = c.patient_control_number
         and s.payer_claim_number is not distinct from c.payer_claim_number
        window named as (partition by c.payment_id, c.patient_control_number, c.payer_claim_number),
               same as (partition by c.payment_id, c.patient_control_number, c.payer_claim_number,
                        case when c.payer_claim_number is null then c.charge_cents end order by c.position))
      select remitted_claim_id from counted
      where status_code <> '22' and number > 1 + reversals and not list_contains(string_split(remark_codes, ' '), 'MA15')) again
where again.remitted_claim_id = o.remitted_claim_id
"""
"""Source: billing.md section 5: a second payment of the same payer claim number under the same trace is not to be taken
up; MA15 says that a claim was split (RFI 1076). A reversal in the same payment makes room for one more answer. Without
the payer's number the same claim is the one of the same charge: our own rule."""

_UNKNOWN_STATUS = """
update open_claim set match_rule = 'unknown_status'
where status_code not in ('1', '2', '3', '4', '19', '20', '21', '22', '23', '25', '5', '10', '13', '15', '16', '17', '27')
"""
"""A CLP02 that neither 5010 nor 4010 has does not say what its amounts are."""

_SIGN_OF_CHARGE = """
update open_claim set match_rule = 'sign_of_charge' where charge_sign <> 0 and (status_code = '22') <> (charge_sign < 0)
"""
"""A reversal takes the charge back, and nothing else does. Source: billing.md section 2, CLP02 22 (RFI 1147)."""

_PERHAPS_OF_A_LATER_PAYER = (
    "select 1 from open_claim where claim_id is not null and status_code not in ('1', '19') limit 1"
)
_OF_A_LATER_PAYER = """
update open_claim o set claim_id = null, claim_version = null, match_rule = 'later_payer' from claims.claim k
where k.claim_id = o.claim_id and k.payer_rank = 'P' and o.status_code in ('2', '3', '20', '21')
"""
"""An answer of a secondary or tertiary payer is none to what we asked the primary, though a crossover carries its number:
posted there it would be a credit that nobody has coming. Source: billing.md section 2, CLP02 19 to 21."""
SENT_ON = "(status_code = '19' or crossover_payer is not null or regexp_matches(remark_codes, '\\b(MA18|N89)\\b'))"
"""A primary's answer that sends the claim on to the next payer. Source: billing.md section 2, CLP02 19, NM1*TT, MA18 and N89."""

_REFUSED_BY_A_LATER_PAYER = f"""
update open_claim o set claim_id = null, claim_version = null, match_rule = 'later_payer'
from (with told as (
        select c.claim_id, p.originator_id, c.payer_claim_number, c.status_code, c.crossover_payer, c.remark_codes
        from remittances.claim c join remittances.payment p using (payment_id) where c.claim_id in (select claim_id from open_claim where status_code = '4')
        union all select claim_id, originator_id, payer_claim_number, status_code, crossover_payer, remark_codes from open_claim where claim_id is not null)
      select claim_id, originator_id, payer_claim_number from told group by all
      having bool_or({SENT_ON}) and not bool_or(status_code = '22')) f
join claims.claim k using (claim_id)
where f.claim_id = o.claim_id and k.payer_rank = 'P' and o.status_code = '4'
  and f.originator_id <> o.originator_id and f.payer_claim_number is distinct from o.payer_claim_number
"""
"""The primary has sent the claim on and not taken that back, so a denial (4) of another payer under a number of its own is
the next one's. Source: billing.md sections 2 and 6 (crossover); that originator and number tell the payers apart is our own rule."""
_AGAIN_OF_A_LATER_PAYER = """
update open_claim o set claim_id = null, claim_version = null, match_rule = 'later_payer'
from (select c.payer_claim_number, p.originator_id from remittances.claim c join remittances.payment p using (payment_id) where c.match_rule = 'later_payer'
      union select payer_claim_number, originator_id from open_claim where match_rule = 'later_payer') l
where o.claim_id is not null and l.payer_claim_number = o.payer_claim_number and l.originator_id = o.originator_id
"""
"""What the same payer says of the same claim of its own afterwards (a reversal, a denial) belongs to the answer that waits."""
_WITHOUT_CLAIM = """
update open_service s set line_number = null from open_claim o
where o.remitted_claim_id = s.remitted_claim_id and o.match_rule = 'later_payer'
"""

_BY_CONTROL_NUMBER = """
update open_claim o set claim_id = v.claim_id, claim_version = v.claim_version, match_rule = 'patient_control_number'
from (select v.patient_control_number, v.claim_id, v.claim_version
      from (select * from claims.version where patient_control_number in (select patient_control_number from open_claim where match_rule is null)) v
      semi join claims.batch_claim b on b.claim_id = v.claim_id and b.claim_version = v.claim_version) v
where v.patient_control_number = o.patient_control_number and o.match_rule is null
"""
_BY_PAYER_NUMBER = """
update open_claim o set claim_id = n.claim_id, claim_version = n.claim_version, match_rule = 'payer_claim_number'
from (with wanted as (select remitted_claim_id, payer_claim_number, originator_id from open_claim where match_rule is null and payer_claim_number is not null),
           told as (
             select w.remitted_claim_id, a.claim_id, a.claim_version from wanted w join acknowledgments.claim_answer a using (payer_claim_number)
             where a.claim_id is not null
             union
             select w.remitted_claim_id, c.claim_id, c.claim_version from wanted w join remittances.claim c using (payer_claim_number)
             join remittances.payment p on p.payment_id = c.payment_id and p.originator_id = w.originator_id
             where c.claim_id is not null and p.verdict = 'accepted'
             union
             select w.remitted_claim_id, c.claim_id, c.claim_version from wanted w join open_claim c using (payer_claim_number, originator_id)
             where c.match_rule = 'patient_control_number')
      select remitted_claim_id, min(claim_id) as claim_id, max(claim_version) as claim_version
      from told group by 1 having count(distinct claim_id) = 1) n
where n.remitted_claim_id = o.remitted_claim_id and n.claim_id is distinct from o.refused_claim_id
"""
_ALIKE = """
create or replace temp table alike as
with wanted as (
  select o.remitted_claim_id, o.charge_cents, o.member_number, o.rendering_npi, coalesce(o.service_on, min(s.service_on)) as service_on
  from open_claim o left join open_service s using (remitted_claim_id)
  where o.match_rule is null and o.member_number is not null and o.rendering_npi is not null group by 1, 2, 3, 4, o.service_on)
select w.remitted_claim_id, w.service_on, v.claim_id, v.claim_version
from wanted w
join encounters.coverage x on x.member_id = w.member_number
join claims.claim k on k.encounter_id = x.encounter_id and k.payer_rank = x.payer_rank
join claims.version v on v.claim_id = k.claim_id and v.encounter_version = x.encounter_version and v.total_charge_cents = w.charge_cents
semi join claims.batch_claim b on b.claim_id = v.claim_id and b.claim_version = v.claim_version
join encounters.encounter e on e.encounter_id = k.encounter_id and e.encounter_version = v.encounter_version
join encounters.current_provider d on d.provider_key = coalesce(e.rendering_provider_key, e.billing_provider_key) and d.npi = w.rendering_npi
"""
"""Sent claims with member, charge and rendering NPI of a remitted claim that no number has matched."""

_BY_TUPLE = """
update open_claim o set claim_id = n.claim_id, claim_version = n.claim_version, match_rule = 'member_date_charge_npi'
from (with dated as (
        select a.remitted_claim_id, a.claim_id, a.claim_version from alike a join claims.line l using (claim_id, claim_version)
        group by 1, 2, 3, a.service_on having min(l.service_from_on) = a.service_on)
      select remitted_claim_id, min(claim_id) as claim_id, max(claim_version) as claim_version
      from dated group by 1 having count(distinct claim_id) = 1) n
where n.remitted_claim_id = o.remitted_claim_id
"""

_DOUBTFUL = """
create or replace temp table doubtful as
with bare as (
  select o.*, v.total_charge_cents, v.encounter_version from open_claim o join claims.version v using (claim_id, claim_version)
  where o.match_rule in ('patient_control_number', 'payer_claim_number')
    and not exists (select 1 from open_service s where s.remitted_claim_id = o.remitted_claim_id and s.is_by_number)),
numbered as (
  select b.remitted_claim_id, b.claim_id, s.line_control_number from bare b join open_service s using (remitted_claim_id)
  where s.line_control_number is not null),
others as (select n.remitted_claim_id from numbered n join claims.line l using (line_control_number) where l.claim_id <> n.claim_id),
lines as (
  select b.remitted_claim_id, coalesce(bool_or(s.line_number is not null), false) as has_line, coalesce(b.service_on, min(s.service_on)) as service_on
  from bare b left join open_service s using (remitted_claim_id) group by 1, b.service_on)
select b.remitted_claim_id, b.claim_id from bare b join lines n using (remitted_claim_id)
join claims.claim k on k.claim_id = b.claim_id
left join encounters.coverage x on x.encounter_id = k.encounter_id and x.encounter_version = b.encounter_version and x.payer_rank = k.payer_rank
where b.remitted_claim_id in (select remitted_claim_id from others)
   or (b.charge_cents <> b.total_charge_cents and not n.has_line)
   or (not contains(x.member_id, b.member_number) and not contains(b.member_number, x.member_id))
   or (not n.has_line and n.service_on is not null and not exists (
         select 1 from claims.line l where l.claim_id = b.claim_id and l.claim_version = b.claim_version
         and n.service_on between l.service_from_on and l.service_to_on))
"""
"""Matches by a number where no line is ours by its own number, and a line's number, the charge, the member or the date says otherwise."""

_LINES_BY_NUMBER = """
update open_service s set line_number = l.line_number, is_by_number = true
from open_claim o join claims.line l on l.claim_id = o.claim_id and l.claim_version = o.claim_version
where o.remitted_claim_id = s.remitted_claim_id and s.line_number is null and l.line_control_number = s.line_control_number
"""
_SAYS_THE_SAME = " and l.procedure_code = s.procedure_code and l.charge_cents = s.charge_cents"

_LINES_BY_CONTENT = """
update open_service s set line_number = found.line_number
from (with theirs as (
        select s.place, o.remitted_claim_id, o.claim_id, o.claim_version, {theirs},
               count(*) over same as many, row_number() over (same order by s.position) as number
        from open_service s join open_claim o using (remitted_claim_id) where s.line_number is null and o.claim_id is not null
        window same as (partition by o.remitted_claim_id, {theirs})),
      ours as (
        select o.remitted_claim_id, l.line_number, {ours}, count(*) over same as many, row_number() over (same order by l.line_number) as number
        from (select distinct remitted_claim_id, claim_id, claim_version from theirs) o
        join (select *, service_from_on as service_on from claims.line) l using (claim_id, claim_version)
        anti join open_service t on t.remitted_claim_id = o.remitted_claim_id and t.line_number = l.line_number
        window same as (partition by o.remitted_claim_id, {ours}))
      select t.place, u.line_number from theirs t join ours u using (remitted_claim_id, many, number, {keys}) where {most}) found
where found.place = s.place
"""
"""One to one: as many remitted lines as lines of ours that are alike, paired in order."""

_WHOLE_CONTENT = {
    "theirs": "s.procedure_code, s.modifiers, s.service_on, s.charge_cents",
    "ours": "l.procedure_code, l.modifiers, l.service_on, l.charge_cents",
    "keys": "procedure_code, modifiers, service_on, charge_cents",
    "most": "true",
}
_CODE_AND_CHARGE = {
    "theirs": "s.procedure_code, s.charge_cents",
    "ours": "l.procedure_code, l.charge_cents",
    "keys": "procedure_code, charge_cents",
    "most": "t.many = 1",
}


def match_read(warehouse: Warehouse, payment_ids: Sequence[str], night: date) -> int:
    """Each claim of these payments has ours where numbers say which; give how many have none.

    Shape: remittances.claim, remittances.service. Holds: a claim that its own payment says twice waits, the second time, and so does one of
    unknown status, one whose charge has not the sign of its status, and a later payer's answer under the primary's number.
    """
    since = warehouse.value(
        "select min(read_on) from remittances.payment where payment_id in (select unnest($1))", [list(payment_ids)]
    )
    chosen = f"{_OPEN_CLAIM} where c.read_on >= $2 and c.payment_id in (select unnest($1))"
    with _opened(warehouse, chosen, [list(payment_ids), since]):
        warehouse.execute(_REPEATED)
        warehouse.execute(_UNKNOWN_STATUS)
        warehouse.execute(_SIGN_OF_CHARGE)
        _match(warehouse)
        _keep(warehouse, night)
        return int(warehouse.value("select count(*) from open_claim where claim_id is null"))


def match_waiting(warehouse: Warehouse, night: date) -> list[str]:
    """Claims that waited have ours where a number learned since says which; give their remitted_claim_id."""
    chosen = f"{_OPEN_CLAIM} where c.claim_id is null and c.match_rule is null and p.verdict = 'accepted'"
    with _opened(warehouse, chosen, []):
        _match(warehouse)
        _keep(warehouse, night)
        found = warehouse.rows("select remitted_claim_id from open_claim where claim_id is not null order by 1")
    return [row["remitted_claim_id"] for row in found]


def unmatch(
    warehouse: Warehouse, remitted_claim_id: str, match_rule: str, decision_id: str | None, night: date
) -> None:
    """The remitted claim is none of ours, and waits for the reason that the rule says.

    Shape: remittances.claim, remittances.service.
    """
    with _opened(warehouse, f"{_OPEN_CLAIM} where c.remitted_claim_id = $1", [remitted_claim_id]):
        warehouse.execute("update open_claim set claim_id = null, claim_version = null, match_rule = $1", [match_rule])
        _keep(warehouse, night, decision_id)


def match_by_person(warehouse: Warehouse, remitted_claim_id: str, claim_id: str, decision_id: str, night: date) -> None:
    """The remitted claim is that claim of ours, the version with its charge or else the newest sent.

    Shape: remittances.claim, remittances.service.
    """
    chosen = f"{_OPEN_CLAIM} where c.remitted_claim_id = $1"
    with _opened(warehouse, chosen, [remitted_claim_id]):
        warehouse.execute(
            """update open_claim set claim_id = $1, match_rule = 'person', claim_version =
                 (select arg_max(b.claim_version, (v.total_charge_cents = charge_cents, b.claim_version)) from claims.batch_claim b
                  join claims.version v using (claim_id, claim_version) where b.claim_id = $1)""",
            [claim_id],
        )
        _match_lines(warehouse)
        _keep(warehouse, night, decision_id)


@contextmanager
def _opened(warehouse: Warehouse, chosen: str, parameters: Sequence[object]) -> Iterator[None]:
    """Hold the chosen claims and their lines in tables of their own, for as long as they are worked on."""
    warehouse.execute(chosen, parameters)
    warehouse.execute(_OPEN_SERVICE)
    yield
    for name in ("open_claim", "open_service", "alike", "doubtful"):
        warehouse.execute(f"drop table if exists temp.{name}")


_IS_CLAIM_LEFT = "select 1 from open_claim where match_rule is null limit 1"
_IS_LINE_LEFT = """select 1 from open_service s join open_claim o using (remitted_claim_id)
    where s.line_number is null and o.claim_id is not null limit 1"""


def _match(warehouse: Warehouse) -> None:
    """Try each rule on what the rules before it have left."""
    for by_number in (_BY_CONTROL_NUMBER, _BY_PAYER_NUMBER):
        if warehouse.rows(_IS_CLAIM_LEFT):
            warehouse.execute(by_number)
            _match_lines(warehouse)
            _withdraw_doubtful(warehouse)
    if warehouse.rows(_IS_CLAIM_LEFT):
        warehouse.execute(_ALIKE)
        warehouse.execute(_BY_TUPLE)
        _match_lines(warehouse)
    if warehouse.rows(_PERHAPS_OF_A_LATER_PAYER):
        warehouse.execute(_OF_A_LATER_PAYER)
        warehouse.execute(_REFUSED_BY_A_LATER_PAYER)
        warehouse.execute(_AGAIN_OF_A_LATER_PAYER)
        warehouse.execute(_WITHOUT_CLAIM)


def _withdraw_doubtful(warehouse: Warehouse) -> None:
    warehouse.execute(_DOUBTFUL)
    warehouse.execute(
        "update open_service s set line_number = null from doubtful d where d.remitted_claim_id = s.remitted_claim_id"
    )
    warehouse.execute(
        """update open_claim o set claim_id = null, claim_version = null, match_rule = null, refused_claim_id = d.claim_id
           from doubtful d where d.remitted_claim_id = o.remitted_claim_id"""
    )


def _match_lines(warehouse: Warehouse) -> None:
    """Each line of a matched claim has ours where number or content says which.

    Holds: a number that code and charge belie counts only where no other line of the claim has the line's content.
    """
    for statement in (
        _LINES_BY_NUMBER + _SAYS_THE_SAME,
        _LINES_BY_CONTENT.format(**_WHOLE_CONTENT),
        _LINES_BY_NUMBER,
        _LINES_BY_CONTENT.format(**_CODE_AND_CHARGE),
    ):
        if warehouse.rows(_IS_LINE_LEFT):
            warehouse.execute(statement)


def _keep(warehouse: Warehouse, night: date, decision_id: str | None = None) -> None:
    """Write what was found beside the claims and lines as read.

    Source: measured: an update by rowid touches the rows of the night alone, one by key looks at all.
    """
    warehouse.execute(
        """update remittances.claim c set claim_id = o.claim_id, claim_version = o.claim_version, match_rule = o.match_rule,
             matched_on = case when o.claim_id is not null then $1::date end, decision_id = $2
           from open_claim o where o.place = c.rowid and (o.match_rule is not null or $2 is not null)""",
        [night, decision_id],
    )
    warehouse.execute(
        """update remittances.service s set line_number = o.line_number from open_service o
           where o.place = s.rowid and s.line_number is distinct from o.line_number"""
    )
