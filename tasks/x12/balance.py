"""Does an 835 add up: differences in cents and how many are zero; nothing is corrected.

Source: 005010X221A1 section 1.10.2 (X12 RFI 1604, 1429) for transaction, claim and line; patient: RFI 2548;
charge: no source, the field's habit.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from tasks.x12 import relations
from tasks.x12.columns import Array, Rows
from tasks.x12.tables import Tables

Verdicts = dict[str, dict[str, int]]

_REVERSAL, _PATIENT = "22", "PR"


def balance(parts: Sequence[Tables]) -> Verdicts:
    """Give, per rule, how many transactions, claims or lines balance and how many do not.

    Holds: an amount that could not be read never balances; reversals and interest need no case of their own.
    """
    verdicts = {rule: {"balanced": 0, "unbalanced": 0} for rule in RULES}
    for tables in parts:
        for rule, differences in RULES.items():
            cents, is_known = differences(tables)
            balanced = int(np.count_nonzero(is_known & (cents == 0)))
            verdicts[rule]["balanced"] += balanced
            verdicts[rule]["unbalanced"] += len(cents) - balanced
    return verdicts


def transaction_differences(tables: Tables) -> tuple[Array, Array]:
    """Give BPR02 less the sum of CLP04 plus the sum of PLB, per transaction, in cents, and whether all is known."""
    payments = tables.rows["payment"]
    stated, is_stated = _cents(payments, "payment_cents")
    paid, is_paid = _sums(tables, "claim", "payment", "paid_cents", len(payments))
    withheld, is_withheld = _sums(tables, "provider_adjustment", "payment", "amount_cents", len(payments))
    return stated - paid + withheld, is_stated & is_paid & is_withheld


def claim_differences(tables: Tables) -> tuple[Array, Array]:
    """Give CLP03 less every CAS less CLP04, per claim."""
    return _adjusted_differences(tables, "claim")


def line_differences(tables: Tables) -> tuple[Array, Array]:
    """Give SVC02 less the line's CAS less SVC03, per line."""
    return _adjusted_differences(tables, "service")


def charge_differences(tables: Tables) -> tuple[Array, Array]:
    """Give CLP03 less the sum of SVC02, per claim that has lines."""
    claims, services = tables.rows["claim"], tables.rows["service"]
    charged, is_charged = _cents(claims, "charge_cents")
    lines, is_line = _sums(tables, "service", "claim", "charge_cents", len(claims))
    has_lines = np.bincount(services.parent("claim"), minlength=len(claims)) > 0
    return (charged - lines)[has_lines], (is_charged & is_line)[has_lines]


def patient_differences(tables: Tables) -> tuple[Array, Array]:
    """Give CLP05 less the sum of PR adjustments, per claim; a reversal may also say zero or turn the sign."""
    claims, adjustments = tables.rows["claim"], tables.rows["adjustment"]
    stated, is_stated = _cents(claims, "patient_cents")
    owed, is_owed = _sums(
        tables,
        "adjustment",
        "claim",
        "amount_cents",
        len(claims),
        tables.says(adjustments.values["group_code"], _PATIENT),
    )
    is_reversal = tables.says(claims.values["status_code"], _REVERSAL)
    is_told = is_reversal & ((stated == 0) | (stated == -owed))
    return np.where(is_told, 0, stated - owed), is_stated & is_owed


RULES: Mapping[str, Callable[[Tables], tuple[Array, Array]]] = {
    "transaction": transaction_differences,
    "claim": claim_differences,
    "line": line_differences,
    "charge": charge_differences,
    "patient": patient_differences,
}
"""Rules by name."""


def _adjusted_differences(tables: Tables, name: str) -> tuple[Array, Array]:
    rows = tables.rows[name]
    charged, is_charged = _cents(rows, "charge_cents")
    paid, is_paid = _cents(rows, "paid_cents")
    adjusted, is_adjusted = _sums(tables, "adjustment", name, "amount_cents", len(rows))
    return charged - adjusted - paid, is_charged & is_adjusted & is_paid


def _cents(rows: Rows, column: str) -> tuple[Array, Array]:
    """Give amounts, and whether each is known; an empty one is zero where the guide allows it to be empty."""
    values = rows.values[column]
    is_required = column in ("payment_cents", "amount_cents") or (
        rows.table.name == "claim" and column != "patient_cents"
    )
    return rows.cents(column), values.is_filled if is_required else ~values.is_bad


def _sums(
    tables: Tables, name: str, parent: str, column: str, count: int, is_meant: Array | None = None
) -> tuple[Array, Array]:
    """Give the sum of a column for each of `count` parents, and whether all of it is known."""
    rows = tables.rows[name]
    cents, is_known = _cents(rows, column)
    parents = rows.parent(parent) if is_meant is None else np.where(is_meant, rows.parent(parent), -1)
    sums, unknown = np.zeros(count, np.int64), np.zeros(count, np.int64)
    tables.index.fitting(relations).sums(parents, cents, is_known, sums, unknown)
    return sums, unknown == 0
