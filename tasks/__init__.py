"""WHAT: the steps of the night in order, each from tables to tables; sciences and stores stand in the folders.

| step | reads | makes |
|---|---|---|
| collect_files | drops, mailboxes | vault, files.file, files.content |
| receive_encounters | vault | encounters.* (Great Expectations gate, quarantine) |
| check_eligibility | encounters, 271 | encounters.inquiry (270), encounters.coverage_answer |
| assign_codes | encounters.encounter | coding.line, coding.diagnosis, coding.finding |
| draft_claims | coding.* | claims.claim, claims.version (held or ready) |
| seal_batches | ready claims | claims.batch, 837P bytes in the vault |
| send_batches | claims.batch | mailbox, claims.delivery |
| read_acknowledgments | TA1 999 277CA | acknowledgments.*, claims.event |
| read_remittances | 835 | remittances.* |
| acknowledge_remittances | 835 as received | 999, TA1: claims.batch, mailbox |
| post_payments | claims, remittances | ledger.entry: the one place where money enters |
| apply_matches | decisions, numbers learned since | ledger.entry: money that waited goes to its claim, or back |
| reconcile_bank | files of the bank, remittances | bank.movement, bank.night |
| compare_payments | remittances, registry/contracts | contracts.comparison: expected against allowed |
| bill_patients | ledger, decisions | patients.*, statements, ledger.entry of decisions |
| work_denials | adjustments | denials.case, denials.action |
| close_night | every view | reports.night |
| publish_reports | analytics.* | snapshot, page |
"""
