"""What a posting made of the answers of its claim, for whoever says where the claim then stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tasks.ledger.entries import Row
from tasks.ledger.reversal import Standing, Stored, standing_of, stored_answers
from tasks.ledger.rules import UNMATCHED_REVERSAL


class Answer(NamedTuple):
    """An answer that stands: the version that it speaks of, and where its first amount was said."""

    claim_version: int
    file_sha256: str
    byte_start: int


@dataclass(frozen=True, slots=True)
class Meeting:
    """Did a posting move a cent, did an answer stand before it, did it bring a reversal to what that takes back, and what stands then.

    Shape: `standing` are the answers that stand; none where nothing met, and behind a reversal that differs.
    """

    is_silent: bool
    was_answered: bool
    is_met: bool
    standing: tuple[Answer, ...]


def meeting_of(earlier: Sequence[Row], made: Sequence[Row], released: Sequence[str] = ()) -> Meeting:
    """Give what the entries of a posting make of those before it.

    Holds: answers or reversals that stood stand no more; money that left suspense for its reversal is such an answer; a
    reversal that differs from the answers that stand takes them back as far as it says.
    """
    entries = [*earlier, *made]
    then, now = standing_of(earlier), standing_of(entries)
    is_met = len(now.answers) < len(then.answers) or len(now.reversals) < len(then.reversals) or bool(released)
    differs = not is_met and bool(then.answers) and len(now.reversals) > len(then.reversals)
    standing = _answers(now, entries) if is_met else ()
    return Meeting(not made, bool(then.answers), is_met or differs, standing)


def standing_answers(entries: Sequence[Row]) -> tuple[Answer, ...]:
    """Give the answers that stand of all that a claim's remittances made."""
    return _answers(standing_of(entries), entries)


def _answers(standing: Standing, entries: Sequence[Row]) -> tuple[Answer, ...]:
    return tuple(_answer(_original(answer, entries)) for answer in standing.answers)


def _original(answer: Stored, entries: Sequence[Row]) -> Stored:
    """Give the answer itself; of a reversal that a person took back, the answer that it had met."""
    if answer.entries[0]["rule_id"] != UNMATCHED_REVERSAL.rule_id:
        return answer
    same = (one for one in stored_answers(entries) if one.totals == answer.totals)
    return next((one for one in same if one.entries[0]["rule_id"] != UNMATCHED_REVERSAL.rule_id), answer)


def _answer(stored: Stored) -> Answer:
    entry = stored.entries[0]
    return Answer(stored.claim_version or 0, entry["file_sha256"], entry["byte_start"])
