"""Questions that share a payer, a provider or a person stand under one hierarchical level."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import TypeVar

from tasks.x12.builder import WriteFault

Question = TypeVar("Question")
Key = TypeVar("Key", bound=Hashable)


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
