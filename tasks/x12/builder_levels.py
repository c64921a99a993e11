"""Questions that share a payer, a provider or a person stand under one hierarchical level."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from tasks.x12.builder import Grammar, WriteFault, terminated
from tasks.x12.builder_envelope import (
    Envelope,
    close_interchange,
    close_transaction,
    open_interchange,
    require_something,
)
from tasks.x12.builder_values import day

Question = TypeVar("Question")
Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Inquiries:
    """A guide of questions: GS01, ST01, BHT01, GS08 and how many questions a transaction set has at the most."""

    function_code: str
    set_code: str
    structure_code: str
    version: str
    most: int


def write_inquiries(
    envelope: Envelope,
    rules: Grammar,
    guide: Inquiries,
    questions: Sequence[Question],
    levels: Callable[[Envelope, Sequence[Question]], Iterable[str]],
) -> bytes:
    """Give one interchange with all questions, in transaction sets that are not too large.

    Raises: Fault (WRITE_*), among them WRITE_MISSING where there is no question.
    """
    require_something(questions, guide.set_code)
    segments = open_interchange(envelope, rules, guide.function_code, guide.version)
    starts = range(0, len(questions), guide.most)
    for number, start in enumerate(starts, start=1):
        control_number = f"{number:04d}"
        originator = f"{envelope.interchange_control_number:09d}{control_number}"
        written = [
            rules["", "ST", ""].write(guide.set_code, control_number, guide.version),
            rules["", "BHT", ""].write(guide.structure_code, "13", originator, day(envelope.night), envelope.time),
            *levels(envelope, questions[start : start + guide.most]),
        ]
        segments += [*written, close_transaction(rules, len(written), control_number)]
    segments += close_interchange(envelope, rules, len(starts))
    return terminated(segments).encode("ascii")


def grouped(questions: Sequence[Question], key: Callable[[Question], Key]) -> list[tuple[Key, list[Question]]]:
    """Give the questions by key, keys and questions in order of arrival."""
    groups: dict[Key, list[Question]] = {}
    for question in questions:
        groups.setdefault(key(question), []).append(question)
    return list(groups.items())


def blamed(segments: Iterator[str], trace_number: str) -> list[str]:
    """Give the segments of one question.

    Raises: Fault whose claim_id is the trace number.
    """
    try:
        return list(segments)
    except WriteFault as fault:
        fault.claim_id = trace_number
        fault.message = f"inquiry {trace_number}: {fault.message}"
        raise
