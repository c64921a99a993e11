"""The order in which the claims of one payment are posted."""

import pytest

from tasks.ledger.posting import in_posting_order


def _claim(position, status, number, charge, paid):
    return {
        "claim_id": "CLAIM",
        "claim_version": 1,
        "posting_id": str(position),
        "position": position,
        "status_code": status,
        "payer_claim_number": number,
        "charge_cents": charge,
        "paid_cents": paid,
    }


@pytest.mark.parametrize(
    ("told", "stands", "posted"),
    [
        ("correction, then the reversal of an earlier file's claim", False, [2, 1]),
        ("original, correction and reversal, all in one payment", False, [1, 3, 2]),
        ("original, correction and reversal, all in one payment", True, [3, 1, 2]),
        ("a claim without a payer claim number is no original", False, [2, 1]),
    ],
)
def test_reversals_come_first_but_after_their_own_original(told, stands, posted):
    payments = {
        "correction, then the reversal of an earlier file's claim": [_claim(1, "1", "B", 100, 70), _claim(2, "22", "A", -100, -80)],
        "original, correction and reversal, all in one payment": [
            _claim(1, "1", "A", 100, 80), _claim(2, "1", "B", 100, 70), _claim(3, "22", "A", -100, -80),
        ],
        "a claim without a payer claim number is no original": [_claim(1, "1", None, 100, 80), _claim(2, "22", None, -100, -80)],
    }  # fmt: skip
    place = {"entry_id": "E", "posting_id": "P", "claim_version": 1, "line_number": None, "code": None}
    stored = {**place, "account": "cash", "amount_cents": 80, "rule_id": "payment", "file_sha256": "F"}
    known = {"CLAIM": [stored]} if stands else {}
    back = {"amount_id": "A", "debit": "cash", "credit": "payer_receivable", "amount_cents": -80, "said_start": 0}
    back |= {"said_end": 1, "file_sha256": "F", "rule_id": "payment", "line_number": None, "code": None}
    said = {str(c["position"]): [back] for c in payments[told] if c["status_code"] == "22"}
    assert [c["position"] for c in in_posting_order(payments[told], said, known)] == posted
