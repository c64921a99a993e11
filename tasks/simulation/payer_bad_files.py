"""Files that no payer should send, so that a night's quarantine can be seen; each once, and only if the scenario asks.

Holds: they speak of claims that were never sent, so no true money hangs on them.
"""

from collections.abc import Callable
from datetime import timedelta

from tasks.simulation.payer_adjudication import Adjustment, ClaimDecision, LineDecision
from tasks.simulation.payer_night import Night
from tasks.simulation.payer_reader import Claim, Line, Party
from tasks.simulation.payer_remittance import VERSION, Remit, Remittance, remittance_set
from tasks.simulation.payer_state import Batch, Record
from tasks.simulation.payer_status import ClaimStatus, write_277ca
from tasks.simulation.payer_writer import Sheet, write_file

PAYER = Party("PR", "2", "NEVERLAND HEALTH", number_qualifier_code="PI", number="NEVER")
NUMBER = "NEVERSENT"


def make_bad_files(run: Night) -> None:
    """Put tonight's bad files in the outbox."""
    for kind, offset in sorted(run.scenario.files.bad_files.items()):
        if run.nights_since_first >= offset and kind not in run.state.bad_files_made:
            run.state.bad_files_made[kind] = run.night.isoformat()
            sheet = run.sheet()
            label, content = MAKERS[kind](run, sheet)
            run.outbox[run.file_name(sheet, label)] = content


def _truncated_835(run: Night, sheet: Sheet) -> tuple[str, bytes]:
    content = _whole_835(run, sheet)
    return "835-NEVER", content[: content.index(b"SVC*") + 9]


def _unbalanced_835(run: Night, sheet: Sheet) -> tuple[str, bytes]:
    return "835-NEVER", _whole_835(run, sheet).replace(b"BPR*I*80*", b"BPR*I*81*")


def _not_x12(_run: Night, _sheet: Sheet) -> tuple[str, bytes]:
    return "notice", b"Our portal is closed for maintenance tonight. Please do not reply to this file.\n"


def _unknown_claim_277ca(run: Night, sheet: Sheet) -> tuple[str, bytes]:
    record = _record(run)
    return "277ca-NEVER", write_277ca(sheet, PAYER, {record.batch: [ClaimStatus(record, "A2:20:PR")]})


MAKERS: dict[str, Callable[[Night, Sheet], tuple[str, bytes]]] = {
    "truncated_835": _truncated_835,
    "not_x12": _not_x12,
    "unbalanced_835": _unbalanced_835,
    "unknown_claim_277ca": _unknown_claim_277ca,
}


def _whole_835(run: Night, sheet: Sheet) -> bytes:
    record = _record(run)
    line, reasons = record.claim.lines[0], (Adjustment("CO", "45", 2_000),)
    days = (line.service_from_on, line.service_to_on)
    decided = LineDecision(line.line_number, line.procedure, (), "1", 10_000, 8_000, 8_000, reasons, (), *days)
    decision = ClaimDecision("1", 10_000, 8_000, (), (), (decided,))
    remits = (Remit(record.claim, record.batch, record.payer_claim_number, decision),)
    trace_number = f"NEVER{run.night:%y%j}{sheet.control_number:05d}"
    remittance = Remittance(PAYER, "1999999999", record.claim.billing, "", trace_number, remits, ())
    return write_file(sheet, "HP", VERSION, [remittance_set(sheet, 1, remittance)])


def _record(run: Night) -> Record:
    served_on = run.night - timedelta(days=10)
    line = Line("1", ("HC", "99213"), 10_000, "1", served_on, served_on)
    person = Party("IL", "1", "NOBODY", "NONE", number_qualifier_code="MI", number="NEVER0001")
    provider = Party("85", "2", "NEVERLAND PRACTICE", number_qualifier_code="XX", number="1999999984")
    numbers = ("", "", "")
    parties = (provider, "", person, Party(), Party())
    claim = Claim(NUMBER, 10_000, "11", "1", "P", "12", "NEVER", PAYER.last_name, *parties, *numbers, (), (line,))
    batch = Batch(NUMBER, served_on, Party("41", "2", "NEVERLAND PRACTICE", number="NEVER"))
    return Record(f"{run.night:%y%j}999999", claim, batch, NUMBER)
