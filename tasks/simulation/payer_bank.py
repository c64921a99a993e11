"""What the practice's bank tells of the synthetic payer's money: each deposit in time, late, twice, of another amount, or never.

Holds: deposits are drawn by (seed, trace number), so no order changes what happens to one; the files' writers share nothing
with the reader of tasks/bank, so that a misreading cannot cancel out.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from tasks.simulation.payer_night import Night
from tasks.simulation.payer_remittance import ROUTING_NUMBER, Remittance
from tasks.simulation.payer_scenario import hits
from tasks.simulation.payer_state import Deposit

FOLDER = "bank/"
"""Names of the bank's files begin so: they are left in the bank's drop, not in the partner's mailbox."""
ACCOUNT_NUMBER = "100200300"
_BANK_NAME, _OPERATOR = "HARBOR SAVINGS BANK", "999999992"
_SATURDAY = 5


def send_money(run: Night, remittance: Remittance) -> None:
    """Write in the calendar when the bank will show what this remittance pays; nothing where it pays nothing."""
    bank, trace = run.scenario.bank, remittance.trace_number
    if bank is None or remittance.paid_cents <= 0 or hits(run.seed, trace, "deposit missing", bank.missing_rate):
        return
    cents = remittance.paid_cents
    if cents > bank.differing_cents and hits(run.seed, trace, "deposit differs", bank.differing_rate):
        cents -= bank.differing_cents
    is_late = hits(run.seed, trace, "deposit late", bank.late_rate)
    due_on = run.later(bank.lag_nights + (bank.late_nights if is_late else 0))
    payer = remittance.payer
    deposit = Deposit(due_on, payer.number, payer.last_name, remittance.originator_number, trace, cents)
    run.state.deposits.append(deposit)
    if hits(run.seed, trace, "deposit twice", bank.duplicated_rate):
        run.state.deposits.append(replace(deposit, due_on=due_on + timedelta(days=1)))


def make_bank_files(run: Night) -> None:
    """Put the bank's files of the day in the outbox: an ACH file, and a BAI2 statement for the payers told there; none on weekends."""
    bank = run.scenario.bank
    if bank is None or run.night.weekday() >= _SATURDAY:
        return
    due = sorted((d for d in run.state.deposits if d.due_on <= run.night), key=lambda d: (d.trace_number, d.due_on))
    run.state.deposits = [d for d in run.state.deposits if d.due_on > run.night]
    in_statement = [d for d in due if d.payer_id in bank.bai2_payers]
    in_ach = [d for d in due if d.payer_id not in bank.bai2_payers]
    if in_ach:
        run.outbox[f"{FOLDER}{run.night:%Y%m%d}-received.ach"] = write_ach(run.night, in_ach)
    if in_statement:
        run.outbox[f"{FOLDER}{run.night:%Y%m%d}-statement.bai"] = write_bai2(run.night, in_statement)


def write_ach(night: date, deposits: Sequence[Deposit]) -> bytes:
    """Write a Nacha file with one CCD+ batch for each deposit: record 7 carries the TRN of its 835."""
    day, routing = f"{night:%y%m%d}", int(ROUTING_NUMBER[:8])
    head = f"101 {_OPERATOR}{'1' + _OPERATOR}{day}0600A094101{_BANK_NAME:<23}{'ACH OPERATOR':<23}{'':8}"
    records = [head]
    for number, deposit in enumerate(deposits, 1):
        cents, company = deposit.amount_cents, f"{deposit.originator_number[:10]:<10}"
        segment = f"TRN*1*{deposit.trace_number}*{deposit.originator_number}\\"
        entry = f"622{ROUTING_NUMBER}{ACCOUNT_NUMBER:<17}{cents:010d}{'':15}{'HARBOR FAMILY MEDICINE':<22}  1"
        records += [
            f"5220{deposit.payer_name[:16]:<16}{'':20}{company}CCDHCCLAIMPMT{day}{day}   1{routing:08d}{number:07d}",
            f"{entry}{routing:08d}{number:07d}",
            f"705{segment:<80}0001{number:07d}",
            f"8220{2:06d}{routing:010d}{0:012d}{cents:012d}{company}{'':25}{routing:08d}{number:07d}",
        ]
    count, blocks = len(deposits), -(-(len(records) + 1) // 10)
    total = sum(d.amount_cents for d in deposits)
    records.append(f"9{count:06d}{blocks:06d}{2 * count:08d}{routing * count % 10**10:010d}{0:012d}{total:012d}{'':39}")
    records += ["9" * 94] * (10 * blocks - len(records))
    return "".join(f"{record}\r\n" for record in records).encode("ascii")


def write_bai2(night: date, deposits: Sequence[Deposit]) -> bytes:
    """Write a BAI2 statement of one account: type 165 for each deposit, its TRN in the continuation."""
    day, total = f"{night:%y%m%d}", sum(d.amount_cents for d in deposits)
    lines = [f"01,HARBORBK,HARBORFM,{day},0600,1,,,2/", f"02,HARBORFM,HARBORBK,1,{day},,USD,2/"]
    lines.append(f"03,{ACCOUNT_NUMBER},USD,100,{total},{len(deposits)},/")
    for number, deposit in enumerate(deposits, 1):
        lines.append(f"16,165,{deposit.amount_cents},0,{day}{number:04d},,{deposit.payer_name.replace('/', ' ')}")
        lines.append(f"88,HCCLAIMPMT TRN*1*{deposit.trace_number}*{deposit.originator_number}")
    count = 2 * len(deposits) + 2
    lines += [f"49,{2 * total},{count}/", f"98,{2 * total},1,{count + 2}/", f"99,{2 * total},1,{count + 4}/"]
    return "".join(f"{line}\n" for line in lines).encode("ascii")
