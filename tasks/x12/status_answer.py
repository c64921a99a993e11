"""The 277 that answers a 276, or asks for more about a claim (277RFI), as rows: what the payer says of each claim and line.

Source: schemas/x12/277.toml and 277rfi.toml, which name their own.
"""

from datetime import date

from tasks.x12.inquiry_reading import placed
from tasks.x12.records import Record, Row, by_parent
from tasks.x12.segments import X12File
from tasks.x12.structure import refuse_unanswered, sound_readings

_OF_ANSWER = (
    "file_sha256", "byte_start", "byte_end", "payer_claim_number", "category_code", "entity_code", "charge_cents", "effective_on",
)  # fmt: skip
_OF_STATUS = (
    "category_code", "status_code", "entity_code", "effective_on", "charge_cents", "paid_cents", "finalized_on",
    "payment_on", "payment_number",
)  # fmt: skip


def read_277(x12: X12File, file_sha256: str) -> list[Row]:
    """Give one row per STC of a claim or line in every 277 and 277RFI; what answers no claim (a payer's or provider's) is none.

    Holds: `trace_number` is TRN02, that of our 276 (277RFI: the payer's of the claim); `is_of_line` tells a line's row, which
    need not have a procedure, from a claim's; the patient control number (REF*EJ) is there where the payer repeats it.
    Raises: Fault BAD_LEVEL, BAD_SEGMENT, ORPHAN_SEGMENT, MISSING_SEGMENT, MISSING_ELEMENT, BAD_CODE, BAD_AMOUNT, BAD_QUANTITY.
    """
    rows: list[Row] = []
    for reading in sound_readings(x12, "277", "277RFI"):
        refuse_unanswered(reading)
        for claim in reading.of("claim"):
            reading.filled(claim, "trace_number", "TRN", 2, "the trace number is missing")
        reading.refuse_empty("status", "STC", "the category code is missing")
        ours = by_parent((r for r in reading.of("reference") if r.text("qualifier_code") == "EJ"), "claim")
        for status in reading.of("status"):
            reading.filled(status, "category_code", "STC", 1, "the category code is missing")
            if status.parents["claim"] >= 0:
                claim = reading.of("claim")[status.parents["claim"]]
                line = reading.under(status, "line")
                rows.append(
                    placed(status, file_sha256)
                    | {"trace_number": claim.values["trace_number"]}
                    | {"payer_claim_number": claim.values["payer_claim_number"]}
                    | {"patient_control_number": _first_number(ours.get(claim.key, []))}
                    | {"member_number": reading.under(status, "subscriber").get("id_number")}
                    | {"procedure_code": line.get("procedure_code"), "modifiers": line.get("modifiers")}
                    | {"is_of_line": status.parents["line"] >= 0}
                    | {column: status.values[column] for column in _OF_STATUS}
                )
    return rows


def _first_number(references: list[Record]) -> str | None:
    return references[0].text("number") if references else None


def read_claim_answers(x12: X12File, file_sha256: str, night: date) -> list[Row]:
    """Give what a 277 or 277RFI says of whole claims, in the shape of a 277CA's rows; what it says of lines is none.

    Shape: acknowledgments.claim_answer. Holds: an empty patient control number is to be found by the payer's number.
    Raises: as read_277.
    """
    return [
        {column: row[column] for column in _OF_ANSWER}
        | {"patient_control_number": row["patient_control_number"] or "", "status_code": row["status_code"] or ""}
        | {"hop": "PR", "claim_id": None, "claim_version": None, "read_on": night}
        for row in read_277(x12, file_sha256)
        if not row["is_of_line"]
    ]
