"""Does an 835 add up: differences in cents and how many are zero; nothing is corrected.

Source: 005010X221A1 section 1.10.2 (X12 RFI 1604, 1429) for transaction, claim and line; patient: RFI 2548;
charge: no source, the field's habit.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import cast

Row = Mapping[str, object]
Rows = Mapping[str, Sequence[Row]]
Verdicts = dict[str, dict[str, int]]

_REVERSAL = "22"


def balance(rows: Rows) -> Verdicts:
    """Give, per rule, how many transactions, claims or lines balance and how many do not.

    Holds: an amount that could not be read (None) never balances; reversals and interest need no case of their own.
    """
    return {
        "transaction": _verdict(transaction_differences(rows)),
        "claim": _verdict(claim_differences(rows)),
        "line": _verdict(line_differences(rows)),
        "charge": _verdict(charge_differences(rows)),
        "patient": _verdict(patient_differences(rows)),
    }


def transaction_differences(rows: Rows) -> list[int | None]:
    """Give BPR02 less the sum of CLP04 plus the sum of PLB, per transaction, in cents."""
    paid = _sums(rows["claim"], "payment_id", "paid_cents")
    withheld = _sums(rows["provider_adjustment"], "payment_id", "amount_cents")
    return [
        _total(
            _cents(row, "payment_cents"), _negative(paid.get(row["payment_id"], 0)), withheld.get(row["payment_id"], 0)
        )
        for row in rows["payment"]
    ]


def claim_differences(rows: Rows) -> list[int | None]:
    """Give CLP03 less every CAS less CLP04, per claim, in cents."""
    return _adjusted_differences(rows, rows["claim"], "remitted_claim_id")


def line_differences(rows: Rows) -> list[int | None]:
    """Give SVC02 less the line's CAS less SVC03, per line, in cents."""
    return _adjusted_differences(rows, rows["service"], "service_id")


def charge_differences(rows: Rows) -> list[int | None]:
    """Give CLP03 less the sum of SVC02, per claim that has lines, in cents."""
    charged = _sums(rows["service"], "remitted_claim_id", "charge_cents")
    itemised = [row for row in rows["claim"] if row["remitted_claim_id"] in charged]
    return [_total(_cents(row, "charge_cents"), _negative(charged[row["remitted_claim_id"]])) for row in itemised]


def patient_differences(rows: Rows) -> list[int | None]:
    """Give CLP05 less the sum of PR adjustments, per claim, in cents; a reversal may also say zero or turn the sign."""
    patient = [row for row in rows["adjustment"] if row["group_code"] == "PR"]
    owed = _sums(patient, "remitted_claim_id", "amount_cents")
    return [_patient_difference(row, owed.get(row["remitted_claim_id"], 0)) for row in rows["claim"]]


def _patient_difference(row: Row, owed: int | None) -> int | None:
    stated = _cents(row, "patient_cents")
    if row["status_code"] == _REVERSAL and stated in (0, _negative(owed)):
        return 0
    return _total(stated, _negative(owed))


def _adjusted_differences(rows: Rows, charged: Sequence[Row], key: str) -> list[int | None]:
    adjusted = _sums(rows["adjustment"], key, "amount_cents")
    return [
        _total(_cents(row, "charge_cents"), _negative(adjusted.get(row[key], 0)), _negative(_cents(row, "paid_cents")))
        for row in charged
    ]


def _cents(row: Row, column: str) -> int | None:
    return cast("int | None", row[column])


def _negative(cents: int | None) -> int | None:
    return None if cents is None else -cents


def _total(*amounts: int | None) -> int | None:
    """Give the sum, None where any amount is unknown."""
    known = [cents for cents in amounts if cents is not None]
    return sum(known) if len(known) == len(amounts) else None


def _sums(rows: Iterable[Row], key: str, column: str) -> dict[object, int | None]:
    """Give the sum of a column per key; None where any amount is unknown."""
    sums: dict[object, int | None] = {}
    for row in rows:
        sums[row[key]] = _total(sums.get(row[key], 0), _cents(row, column))
    return sums


def _verdict(differences: list[int | None]) -> dict[str, int]:
    balanced = differences.count(0)
    return {"balanced": balanced, "unbalanced": len(differences) - balanced}
