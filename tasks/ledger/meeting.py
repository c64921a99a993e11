"""What a posting made of the answers of its claim, for whoever says where the claim then stands."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tasks.ledger.accounts import CASH, DENIED, PATIENT_RECEIVABLE
from tasks.ledger.entries import Row
from tasks.ledger.reversal import Standing, Stored, standing_of


@dataclass(frozen=True, slots=True)
class Meeting:
    """Did a posting move a cent, did it bring a reversal to what it takes back, and which answer stands last.

    Shape: `left` has posting_id, claim_version and the sums of ledger.posting, no remarks; None where nothing met, no
    answer stands, or a reversal stands that met none.
    """

    is_silent: bool
    is_met: bool
    left: Row | None


def meeting_of(earlier: Sequence[Row], made: Sequence[Row], released: Sequence[str] = ()) -> Meeting:
    """Give what the entries of a posting make of those before it.

    Holds: answers or reversals that stood stand no more; money that left suspense for its reversal is such an answer; a
    reversal that differs from the answers that stand takes them back as far as it says. Units: cents.
    """
    then, now = standing_of(earlier), standing_of([*earlier, *made])
    is_met = len(now.answers) < len(then.answers) or len(now.reversals) < len(then.reversals)
    differs = bool(then.answers) and len(now.reversals) > len(then.reversals)
    if not (is_met or differs or released):
        return Meeting(not made, False, None)
    return Meeting(not made, True, _last(now))


def standing_answer(entries: Sequence[Row]) -> Row | None:
    """Give the answer that stands last, as Meeting has it."""
    return _last(standing_of(entries))


def _last(standing: Standing) -> Row | None:
    last = None if standing.reversals else max(standing.answers, key=_recency, default=None)
    return None if last is None else _said_by(last)


def _recency(answer: Stored) -> tuple[int, str, str]:
    entry = answer.entries[0]
    return answer.claim_version or 0, str(entry["posted_on"]), str(entry["posting_id"])


def _said_by(answer: Stored) -> Row:
    cents: Counter[str] = Counter()
    for entry in answer.entries:
        cents[entry["account"]] += entry["amount_cents"]
    return {
        "posting_id": answer.entries[0]["posting_id"],
        "claim_version": answer.claim_version or 0,
        "status_code": "1",
        "paid_cents": cents[CASH],
        "patient_cents": cents[PATIENT_RECEIVABLE],
        "refused_cents": cents[DENIED],
        "refused_codes": " ".join(sorted({entry["code"] for entry in answer.entries if entry["account"] == DENIED})),
        "undecided_cents": 0,
        "remark_codes": "",
    }
