"""Whether an encounter, as a whole, is this practice's to claim; and why not."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from tasks.coding.case import NOT_BILLABLE, RULES_VERSION, Case, Line, Row

SYSTEMS = {"SCT": "SNOMED", "CVX": "CVX", "RXN": "RXNORM"}
"""Source systems by procedure qualifier; every other qualifier is HCPCS."""

_STATUS_REASONS = {"cancelled": "cancelled", "no_show": "no_show", "planned": "planned"}
_CLAIM_TYPE_REASONS = {"I": "facility", "D": "dental_only"}
_BESIDE = frozenset({"no_charge", "bundled_in_visit", "pharmacy", "referral", "quality_code"})
_WHOLE_REASONS = {"dental": "dental_only", "pharmacy": "pharmacy_only", "global_maternity": "global_maternity"}


def whole_reason(case: Case) -> str | None:
    """Give the reason why nothing of an encounter is claimed, known before any code is looked at; None where it may be."""
    encounter = case.encounter
    found = _STATUS_REASONS.get(encounter["encounter_status"] or "") or _CLAIM_TYPE_REASONS.get(
        encounter["claim_type"] or ""
    )
    if found:
        return found
    if encounter["responsible_party"] == "self_pay":
        return "self_pay"
    is_free = not any(line["charge_cents"] for line in case.lines)
    if encounter["billable_status"] == NOT_BILLABLE:
        return "no_charge" if is_free else "source_says_not_billable"
    return "no_charge" if is_free and all(system_of(line) != "HCPCS" for line in case.lines) else None


def remaining_reason(lines: Sequence[Line]) -> str:
    """Give the reason of an encounter none of whose lines is billable, from the lines' own reasons."""
    reasons = {line.reason or "" for line in lines}
    if reasons == {"no_charge"}:
        return "no_charge"
    for reason, whole in _WHOLE_REASONS.items():
        if reason in reasons and reasons <= {reason} | _BESIDE:
            return whole
    return "no_billable_line"


def unclaimed_line(row: Row, reason: str) -> Line:
    """Give a line of an encounter that is not claimed as a whole: its code stays as received, its cents stay on it."""
    system = system_of(row)
    code = row["procedure_code"] if system == "HCPCS" else None
    return Line(row, NOT_BILLABLE, reason, code, (), units_of(row), (), system, f"encounter-{reason}", RULES_VERSION)


def system_of(row: Row) -> str:
    """Give the code system of a charge line."""
    return SYSTEMS.get(row["procedure_qualifier"] or "", "HCPCS")


def units_of(row: Row) -> Decimal:
    """Give the units of a charge line, 0 where it has none (check L05 holds it)."""
    return Decimal(row["units"] or 0)


def set_aside(line: Line, reason: str, rule_id: str = "", rule_version: str = RULES_VERSION) -> Line:
    """Give the line as not billable for a reason."""
    return replace(
        line,
        disposition=NOT_BILLABLE,
        reason=reason,
        selector="",
        rule_id=rule_id or line.rule_id,
        rule_version=rule_version if rule_id else line.rule_version,
    )
