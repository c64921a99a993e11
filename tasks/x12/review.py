"""The 278 as rows: what was asked to be authorized, and in an answer what was decided.

Source: schemas/x12/278.toml, which names its own.
"""

from tasks.x12.inquiry_reading import placed
from tasks.x12.records import Reading, Record, Row, by_parent
from tasks.x12.segments import X12File
from tasks.x12.structure import sound_readings

_ANSWERS = frozenset({"11"})
"""BHT02 of an answer; 13 is a request. Source: public files."""

_LEVELS = ("subscriber", "dependent", "provider", "event", "service")
_OF_REVIEW = ("request_category_code", "certification_type_code", "service_type_code", "facility_code")
_OF_SERVICE = ("procedure_code", "modifiers", "charge_cents", "units")
_OF_DECISION = ("action_code", "certification_number", "reason_codes")


def read_278(x12: X12File, file_sha256: str) -> list[Row]:
    """Give one row per level of every 278 that has a review (UM), a decision (HCR) or a procedure.

    Holds: `is_answer` tells requests from answers; the decision of a level is its own, None where it has none;
    `reject_codes` are its AAA03.
    Raises: Fault BAD_LEVEL, BAD_SEGMENT, ORPHAN_SEGMENT, BAD_CODE, BAD_AMOUNT, BAD_QUANTITY.
    """
    rows: list[Row] = []
    for reading in sound_readings(x12, "278"):
        parts = {name: by_parent(reading.of(name), *_LEVELS) for name in _PARTS}
        levels = [level for name in _LEVELS for level in reading.of(name)]
        for level in sorted(levels, key=lambda level: level.segment):
            found = {name: groups.get(level.key, []) for name, groups in parts.items()}
            for second in (*found["review"][1:], *found["decision"][1:]):
                message = "a second one in one level: another level is missing"
                reading.refuse_segment("ORPHAN_SEGMENT", message, reading.segment(second.segment))
            if not str(level.values.get("revenue_code") or 0).isdigit():
                reading.refuse("BAD_CODE", "expected a revenue code of digits", level, "SV2", 1)
            if found["review"] or found["decision"] or level.values.get("procedure_code"):
                rows.append(placed(level, file_sha256) | _row(reading, level, found))
    return rows


_PARTS = ("review", "decision", "trace", "rejection", "diagnosis", "date")


def _row(reading: Reading, level: Record, found: dict[str, list[Record]]) -> Row:
    heading = reading.of("transaction")[level.transaction].values
    first = {name: records[0].values if records else {} for name, records in found.items()}
    member = level.values if level.table == "subscriber" else reading.under(level, "subscriber")
    return {
        "is_answer": heading["purpose_code"] in _ANSWERS,
        "reference_number": heading["reference_number"],
        "level": level.table,
        "trace_number": first["trace"].get("trace_number"),
        "reviewer_number": reading.under(level, "reviewer").get("id_number"),
        "requester_number": reading.under(level, "requester").get("id_number"),
        "member_number": member.get("id_number"),
        "service_start_on": first["date"].get("start_on"),
        "service_end_on": first["date"].get("end_on"),
        "diagnosis_codes": " ".join(record.text("diagnosis_code") for record in found["diagnosis"]),
        "reject_codes": " ".join(record.text("reject_code") for record in found["rejection"]),
        **{column: first["review"].get(column) for column in _OF_REVIEW},
        **{column: level.values.get(column) for column in _OF_SERVICE},
        **{column: first["decision"].get(column) for column in _OF_DECISION},
    }
