"""One interchange with one functional group around transaction sets."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tasks.x12.builder import Element, Grammar, WriteFault, refuse
from tasks.x12.builder_values import day, exact, text

_SENDER = Element("06", "Interchange Sender ID", True, "AN", 1, 15, ())
_RECEIVER = Element("08", "Interchange Receiver ID", True, "AN", 1, 15, ())
_TIME = Element("10", "Interchange Time", True, "TM", 4, 4, ())
_NUMBER = Element("13", "Interchange Control Number", True, "ID", 9, 9, ())
_USAGE = Element("15", "Usage Indicator", True, "ID", 1, 1, ("P", "T"))
"""Elements of ISA that hold what the envelope says. Source: contract, 837p_element_feeds.csv; blanks that fill up are ours."""

_is_time_of_day = re.compile(r"(?:[01][0-9]|2[0-3])[0-5][0-9]").fullmatch


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who sends to whom, under which numbers, on which night: HHMM, usage T (test) or P (production)."""

    sender_id: str
    sender_name: str
    contact_name: str
    contact_phone: str
    receiver_id: str
    receiver_name: str
    interchange_control_number: int
    group_control_number: int
    night: date
    time: str = "0215"
    usage: str = "T"


def require_something(given: Sequence[object], set_code: str) -> None:
    """Pass what is to be written where it is anything at all.

    Raises: Fault (WRITE_MISSING): an envelope around no transaction set says nothing, and is never written.
    """
    if not given:
        refuse("WRITE_MISSING", "ST", "01", f"there is nothing to be said: a {set_code} of nothing is not written")


def open_interchange(envelope: Envelope, grammar: Grammar, function_code: str, version: str) -> list[str]:
    """Give ISA and GS, without terminators; a TA1 is asked for, but not for an answer (999)."""
    sender, receiver = exact(envelope.sender_id), exact(envelope.receiver_id)
    group = str(envelope.group_control_number)
    today = day(envelope.night)
    isa = interchange_header(envelope, asks_answer=function_code != "FA")
    gs = grammar["", "GS", ""].write(function_code, sender, receiver, today, envelope.time, group, "X", version)
    return [isa, gs]


def interchange_header(envelope: Envelope, asks_answer: bool) -> str:
    """Give ISA, without terminator.

    Holds: it has its fixed width.
    Raises: Fault (WRITE_*) that names the element which does not fit.
    """
    sender, receiver, usage = exact(envelope.sender_id), exact(envelope.receiver_id), exact(envelope.usage)
    number = f"{envelope.interchange_control_number:09d}"
    told = ((_SENDER, sender), (_RECEIVER, receiver), (_TIME, envelope.time), (_NUMBER, number), (_USAGE, usage))
    try:
        for element, value in told:
            element.check("ISA", value)
        if not _is_time_of_day(envelope.time):
            refuse("WRITE_FORMAT", "ISA", "10", "Interchange Time is no time of day (HHMM)")
    except WriteFault as fault:
        fault.remedy = "mend sender, receiver or usage where the practice and its partners are set"
        raise
    today = day(envelope.night)
    isa = (
        "00", " " * 10, "00", " " * 10, "ZZ", f"{sender:15}", "ZZ", f"{receiver:15}", today[2:], envelope.time,
        "^", "00501", number, "1" if asks_answer else "0", usage, ":",
    )  # fmt: skip
    return "*".join(("ISA", *isa))


def close_interchange(envelope: Envelope, grammar: Grammar, transactions: int) -> list[str]:
    """Give GE and IEA, without terminators."""
    group = grammar["", "GE", ""].write(str(transactions), str(envelope.group_control_number))
    return [group, grammar["", "IEA", ""].write("1", f"{envelope.interchange_control_number:09d}")]


def close_transaction(grammar: Grammar, segments: int, transaction_control_number: str) -> str:
    """Give SE; the count is of the segments from ST to SE, both included."""
    return grammar["", "SE", ""].write(str(segments + 1), transaction_control_number)


def submitter_and_receiver(envelope: Envelope, grammar: Grammar) -> Sequence[str]:
    """Give loops 1000A and 1000B."""
    name, contact = text(envelope.sender_name), text(envelope.contact_name)
    return (
        grammar["1000A", "NM1", ""].write("41", "2", name, "", "", "", "", "46", exact(envelope.sender_id)),
        grammar["1000A", "PER", ""].write("IC", contact, "TE", exact(envelope.contact_phone)),
        grammar["1000B", "NM1", ""].write(
            "40", "2", text(envelope.receiver_name), "", "", "", "", "46", exact(envelope.receiver_id)
        ),
    )
