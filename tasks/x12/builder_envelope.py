"""One interchange with one functional group around transaction sets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tasks.x12.builder import Grammar, refuse
from tasks.x12.builder_values import day, exact, text


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


def open_interchange(envelope: Envelope, grammar: Grammar, function_code: str, version: str) -> list[str]:
    """Give ISA and GS, without terminators; a TA1 is asked for, but not for an answer (999)."""
    sender, receiver = exact(envelope.sender_id), exact(envelope.receiver_id)
    group = str(envelope.group_control_number)
    today = day(envelope.night)
    gs = grammar["", "GS", ""].write(function_code, sender, receiver, today, envelope.time, group, "X", version)
    return [interchange_header(envelope, asks_answer=function_code != "FA"), gs]


def interchange_header(envelope: Envelope, asks_answer: bool) -> str:
    """Give ISA, without terminator.

    Holds: it has its fixed width.
    Raises: Fault (WRITE_LENGTH) for a number or an id that does not fit.
    """
    sender, receiver = exact(envelope.sender_id), exact(envelope.receiver_id)
    number = f"{envelope.interchange_control_number:09d}"
    widths = {"06": (sender, 15), "08": (receiver, 15), "10": (envelope.time, 4), "13": (number, 9)}
    for place, (value, width) in widths.items():
        if len(value) > width or not value.isascii():
            refuse("WRITE_LENGTH", "ISA", place, f"Interchange header element is wider than {width}")
    today = day(envelope.night)
    isa = (
        "00", " " * 10, "00", " " * 10, "ZZ", f"{sender:15}", "ZZ", f"{receiver:15}", today[2:], envelope.time,
        "^", "00501", number, "1" if asks_answer else "0", envelope.usage, ":",
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
