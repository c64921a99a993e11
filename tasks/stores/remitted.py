"""Remitted claims and lines find ours, by numbers and never by names.

Source: shared rule, billing.md section 2: patient control number, then the payer's number learned before; lines by
REF*6R, then code and charge where exactly one line of the claim has them.
"""

from tasks.stores.warehouse import Warehouse


def match_claims(warehouse: Warehouse, file_sha256: str) -> None:
    """Each claim of the file has ours: by the control number of a version that was sent, else by the payer's number.

    Holds: a payer's number counts only where it was told for exactly one claim.
    """
    warehouse.execute(
        """update remittances.claim c
           set claim_id = v.claim_id, claim_version = v.claim_version, match_rule = 'patient_control_number'
           from (select v.patient_control_number, v.claim_id, v.claim_version from claims.version v
                 semi join claims.batch_claim b on b.claim_id = v.claim_id and b.claim_version = v.claim_version) v
           where v.patient_control_number = c.patient_control_number and c.file_sha256 = $1""",
        [file_sha256],
    )
    warehouse.execute(
        """update remittances.claim c
           set claim_id = n.claim_id, claim_version = n.claim_version, match_rule = 'payer_claim_number'
           from (select payer_claim_number, min(claim_id) as claim_id, max(claim_version) as claim_version from (
                   select payer_claim_number, claim_id, claim_version from acknowledgments.claim_answer where claim_id is not null
                   union select payer_claim_number, claim_id, claim_version from remittances.claim
                   where claim_id is not null and file_sha256 <> $1)
                 group by 1 having count(distinct claim_id) = 1) n
           where n.payer_claim_number = c.payer_claim_number and c.claim_id is null and c.file_sha256 = $1""",
        [file_sha256],
    )


def match_lines(warehouse: Warehouse, file_sha256: str) -> None:
    """Each line of a matched claim has ours: by its control number, else by code and charge."""
    ours = """from remittances.claim c join claims.line l on l.claim_id = c.claim_id and l.claim_version = c.claim_version
              where c.remitted_claim_id = s.remitted_claim_id and c.file_sha256 = $1 and s.file_sha256 = $1"""
    warehouse.execute(
        f"""update remittances.service s set line_number = l.line_number {ours}
            and l.line_control_number = s.line_control_number""",
        [file_sha256],
    )
    warehouse.execute(
        """update remittances.service s set line_number = found.line_number
           from (select s.service_id, min(l.line_number) as line_number
                 from remittances.service s join remittances.claim c using (remitted_claim_id)
                 join claims.line l on l.claim_id = c.claim_id and l.claim_version = c.claim_version
                 where s.file_sha256 = $1 and s.line_number is null
                   and l.procedure_code = coalesce(s.submitted_code, s.procedure_code) and l.charge_cents = abs(s.charge_cents)
                 group by 1 having count(*) = 1) found
           where found.service_id = s.service_id""",
        [file_sha256],
    )
