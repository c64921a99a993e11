"""TA1, 999 (and 997) and 277CA as rows of schemas/warehouse/50_acknowledgments.sql; batch and claim are matched later.

Source: schemas/x12/ta1.toml, 999.toml and 277ca.toml, which name theirs.
"""

from datetime import date

from tasks.x12.records import Reading, Record, Row, readings
from tasks.x12.segments import X12File
from tasks.x12.structure import refuse_unanswered, sound_readings

_ANSWERS = "A E M P R W X"


def read_ta1(x12: X12File, file_sha256: str, night: date) -> list[Row]:
    """Give one row per TA1.

    Raises: Fault BAD_NUMBER, BAD_CODE.
    """
    return [
        {
            "file_sha256": file_sha256,
            "byte_start": answer.byte_start,
            "byte_end": answer.byte_end,
            "interchange_control_number": reading.number(answer, "interchange_control_number", "TA1", 1),
            "answer_code": reading.coded(answer, "answer_code", "TA1", 4, "A E R"),
            "note_code": answer.text("note_code"),
            "batch_id": None,
            "read_on": night,
        }
        for reading in readings(x12, "TA1")
        for answer in reading.records("interchange_answer")
    ]


def read_999(x12: X12File, file_sha256: str, night: date) -> list[Row]:
    """Give one row per AK2 of every 999 and 997.

    Holds: a 999 without any AK2 is one row with transaction_control_number '': its AK9 speaks for the whole group.
    Raises: Fault BAD_NUMBER, BAD_CODE, MISSING_SEGMENT, ORPHAN_SEGMENT.
    """
    rows: list[Row] = []
    for reading in readings(x12, "999", "997"):
        for orphan in reading.orphans:
            reading.refuse_segment("ORPHAN_SEGMENT", "it stands under no AK2", orphan)
        answers: dict[int, list[Record]] = {}
        for answer in reading.records("transaction_answer"):
            answers.setdefault(answer.parents["group_answer"], []).append(answer)
        for group in reading.records("group_answer"):
            rows += _answers(reading, group, answers.get(group.number, []))
    rows.sort(key=_place)
    return [{"file_sha256": file_sha256} | row | {"batch_id": None, "read_on": night} for row in rows]


def _place(row: Row) -> int:
    return int(str(row["byte_start"]))


def _answers(reading: Reading, group: Record, answers: list[Record]) -> list[Row]:
    """Give the rows of one 999."""
    heads, trailers = reading.segments(group, "AK1"), reading.segments(group, "AK9")
    heads = [head for head in heads if not answers or head < answers[0].segment]
    if not heads or not trailers:
        reading.refuse("MISSING_SEGMENT", "expected AK1 and AK9", group, "ST")
        return []
    number = reading.number(group, "group_control_number", "AK1", 2)
    group_code = reading.coded(group, "answer_code", "AK9", 1, _ANSWERS)
    if answers:
        return [_answer(reading, answer, number) for answer in answers]
    return [
        {
            "byte_start": reading.segment(heads[0]).byte_start,
            "byte_end": reading.segment(trailers[0]).byte_end,
            "group_control_number": number,
            "transaction_control_number": "",
            "answer_code": group_code,
            "error_codes": group.text("error_codes"),
        }
    ]


def _answer(reading: Reading, answer: Record, group_number: int) -> Row:
    """Give the row of one AK2 loop, up to its IK5 (997: AK5)."""
    ends = reading.segments(answer, "IK5", "AK5")
    if len(ends) != 1:
        reading.refuse("MISSING_SEGMENT", "expected exactly one IK5 for an AK2", answer, "AK2")
    end = reading.segment(ends[0] if ends else answer.last_segment)
    return {
        "byte_start": answer.byte_start,
        "byte_end": end.byte_end,
        "group_control_number": group_number,
        "transaction_control_number": answer.text("transaction_control_number"),
        "answer_code": reading.coded(answer, "answer_code", end.tag, 1, _ANSWERS),
        "error_codes": " ".join(filter(None, (answer.text("error_codes"), answer.text("detail_codes")))),
    }


def read_277ca(x12: X12File, file_sha256: str, night: date) -> list[Row]:
    """Give one row per STC at claim level (2200D) of every 277CA; STC of lines and of the batch are not rows.

    Raises: Fault BAD_LEVEL, BAD_SEGMENT, ORPHAN_SEGMENT, MISSING_SEGMENT, MISSING_ELEMENT, BAD_AMOUNT, BAD_QUANTITY.
    """
    rows: list[Row] = []
    for reading in sound_readings(x12, "277CA"):
        refuse_unanswered(reading)
        hops = [source.text("entity_code") for source in reading.records("source")]
        claims = reading.records("claim")
        for claim in claims:
            reading.filled(claim, "patient_control_number", "TRN", 2, "the patient control number is missing")
        reading.refuse_empty("status", "STC", "the category code is missing")
        for status in reading.records("status"):
            if status.parents["claim"] >= 0 and status.parents["line"] < 0:
                source = status.parents["source"]
                row = _status(reading, status, claims[status.parents["claim"]])
                rows.append(row | {"hop": hops[source] if source >= 0 else ""})
    ours = {"claim_id": None, "claim_version": None, "read_on": night}
    return [{"file_sha256": file_sha256} | row | ours for row in rows]


def _status(reading: Reading, status: Record, claim: Record) -> Row:
    """Give the row of one STC."""
    return {
        "byte_start": status.byte_start,
        "byte_end": status.byte_end,
        "patient_control_number": claim.text("patient_control_number"),
        "payer_claim_number": claim.values["payer_claim_number"],
        "category_code": reading.filled(status, "category_code", "STC", 1, "the category code is missing"),
        "status_code": status.text("status_code"),
        "entity_code": status.values["entity_code"],
        "charge_cents": reading.cents(status, "charge_cents", "STC", 4),
        "effective_on": status.values["effective_on"],
    }
