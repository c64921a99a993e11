"""Findings of the coding edits: each rule with its severity, what to do next, and who does it.

Source: schemas/contract/intake_checks.csv, whose ids and severities these are.
"""

from typing import Any, NamedTuple

from tasks.coding.case import Case, Line

FindingRow = dict[str, Any]


class Check(NamedTuple):
    """What a rule means for whoever works the list."""

    severity: str
    remedy: str
    owner: str


CHECKS = {
    "D01": Check("hold", "no diagnosis came out: ask the clinician what was treated, then code it", "coder"),
    "D02": Check("hold", "no ICD-10-CM code of the day: pick the full code", "coder"),
    "D04": Check("hold", "this code may not stand first: put the disease or injury before it", "coder"),
    "D05": Check("hold", "diagnosis and age do not go together: check birth date and code", "coder"),
    "D06": Check("hold", "diagnosis and sex do not go together: check registration and code", "coder"),
    "D07": Check("warn", "two codes that exclude each other: keep the one that is true", "coder"),
    "E06": Check("hold", "telehealth place and modifier do not agree: correct one of them", "coder"),
    "E12": Check("hold", "same code twice on a day: add 76, 77, 91 or 59 when true, else delete one", "coder"),
    "E13": Check("hold", "two visits on a day: merge them, or add 25 or 27 when true", "coder"),
    "E19": Check("hold", "new-patient number, but seen within three years: use the established one", "coder"),
    "L01": Check("hold", "code of another system without a CPT or HCPCS number: code the service", "coder"),
    "L02": Check("hold", "no CPT or HCPCS number: recode", "coder"),
    "L03": Check("hold", "modifier unknown or repeated: correct it", "coder"),
    "L04": Check(
        "hold", "a modifier is missing: 25 beside a procedure, LT or RT on a side, GP, GO or GN on therapy", "coder"
    ),
    "L05": Check("hold", "units must be a whole number above zero: correct them", "coder"),
    "L06": Check("hold", "more units than are believed for one line: correct them, or split with a modifier", "coder"),
    "L07": Check(
        "hold", "pair that is not paid together: add a modifier when documented, else drop the second", "coder"
    ),
    "L08": Check("hold", "add-on without its primary procedure: add that or drop this", "coder"),
    "L11": Check("hold", "procedure and age do not go together: check birth date and code", "coder"),
    "L12": Check("hold", "procedure and sex do not go together: check registration and code", "coder"),
    "L14": Check("hold", "drug without NDC: take it from the stock record", "clinician"),
    "L15": Check("hold", "NDC is not eleven figures: pad its parts to 5-4-2", "biller"),
    "L17": Check("hold", "unlisted number without description: say what was done", "coder"),
    "L18": Check("hold", "anesthesia without minutes: add them", "coder"),
    "L20": Check("fix", "not paid by itself: left out here, part of the visit", "biller"),
    "L21": Check("fix", "dental number: left out here, bill it on a dental claim", "biller"),
    "S13": Check(
        "warn", "the product or the giving of it is not charged: ask for the missing charge slip", "clinician"
    ),
    "V13": Check("hold", "laboratory line without CLIA number: add it or send the test out", "biller"),
    "V14": Check("hold", "mammogram without the site's certificate number: add it", "biller"),
}


def finding(case: Case, rule_id: str, column: str, value: str | None = None, line: Line | None = None) -> FindingRow:
    """Give a row of coding.finding."""
    check = CHECKS[rule_id]
    return {
        "encounter_id": case.encounter["encounter_id"],
        "encounter_version": case.encounter["encounter_version"],
        "rule_id": rule_id,
        "line_number": line.number if line else 0,
        "column_name": column,
        "severity": check.severity,
        "value": value,
        "remedy": check.remedy,
        "owner": check.owner,
        "found_on": case.night,
    }
