"""TA1, 999 (and 997) and 277CA as rows of schemas/warehouse/50_acknowledgments.sql; batch and claim are matched later.

Source: schemas/x12/ta1.toml, 999.toml and 277ca.toml, which name theirs.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import date

from tasks.x12.group_answer import ANSWERS, TAKEN, refusal_of
from tasks.x12.records import Reading, Record, Row, readings
from tasks.x12.rulings import fault
from tasks.x12.segments import X12File
from tasks.x12.structure import refuse_unanswered, sound_readings

_LEVELS = ("provider", "receiver", "source", "transaction")
_TAKEN_ON = frozenset({"A0", "A1", "A2", "A5"})
"""Category codes that forward, acknowledge, accept or split. Source: X12 external code list 507."""


def tolerated_answers(x12: X12File, kind: str) -> Counter[str]:
    """Count what is tolerated of the TA1 of a file, or of its 999 and 997; nothing is of another kind.

    Raises: as read_ta1 and read_999.
    """
    tolerances: Counter[str] = Counter()
    if kind == "TA1":
        _interchange_answers(x12, tolerances)
    elif kind in ("999", "997"):
        _set_answers(x12, tolerances)
    return +tolerances


def read_ta1(x12: X12File, file_sha256: str, night: date) -> list[Row]:
    """Give one row per TA1.

    Holds: of one interchange a file gives one answer; what is accepted has no note.
    Raises: Fault BAD_NUMBER, BAD_CODE, CONTRADICTION.
    """
    rows = _interchange_answers(x12, Counter())
    return [{"file_sha256": file_sha256} | row | {"batch_id": None, "read_on": night} for row in rows]


def _interchange_answers(x12: X12File, tolerances: Counter[str]) -> list[Row]:
    """Give the rows of every TA1 as far as it tells them."""
    rows = [
        _interchange_answer(reading, answer, tolerances)
        for reading in readings(x12, "TA1")
        for answer in reading.records("interchange_answer")
    ]
    said: dict[object, object] = {}
    for row in sorted(rows, key=_place):
        code = row["answer_code"]
        if said.setdefault(row["interchange_control_number"], code) != code:
            raise fault("CONTRADICTION", "another TA1 answers its interchange otherwise", _place(row), "TA1", 4)
    return rows


def _interchange_answer(reading: Reading, answer: Record, tolerances: Counter[str]) -> Row:
    """Give the row of one TA1. Source: TA105 is 000 where there is no error, by public descriptions of it."""
    row: Row = {
        "byte_start": answer.byte_start,
        "byte_end": answer.byte_end,
        "interchange_control_number": reading.number(answer, "interchange_control_number", "TA1", 1),
        "answer_code": reading.coded(answer, "answer_code", "TA1", 4, "A E R"),
        "note_code": answer.text("note_code"),
    }
    has_note = bool(answer.text("note_code").strip("0"))
    if row["answer_code"] == "A" and has_note:
        reading.refuse("CONTRADICTION", "it accepts and names an error", answer, "TA1", 5)
    tolerances["TA105"] += row["answer_code"] != "A" and not has_note
    return row


def read_999(x12: X12File, file_sha256: str, night: date) -> list[Row]:
    """Give one row per AK2 of every 999 and 997.

    Holds: a 999 without any AK2 is one row with transaction_control_number '': its AK9 speaks for the whole group. A set is
    accepted by its IK5 and by AK9, never by one alone; a group that AK901 refuses has no set that is accepted.
    Raises: Fault BAD_NUMBER, BAD_CODE, MISSING_SEGMENT, MISSING_ELEMENT, ORPHAN_SEGMENT, CONTRADICTION.
    """
    rows = _set_answers(x12, Counter())
    return [{"file_sha256": file_sha256} | row | {"batch_id": None, "read_on": night} for row in rows]


def _set_answers(x12: X12File, tolerances: Counter[str]) -> list[Row]:
    """Give the rows of every 999 and 997 as far as it tells them, in the order of the file."""
    rows: list[Row] = []
    for reading in readings(x12, "999", "997"):
        for orphan in reading.orphans:
            reading.refuse_segment("ORPHAN_SEGMENT", "it stands under no AK2", orphan)
        answers: dict[int, list[Record]] = {}
        for answer in reading.records("transaction_answer"):
            answers.setdefault(answer.parents["group_answer"], []).append(answer)
        for group in reading.records("group_answer"):
            rows += _answers(reading, group, answers.get(group.number, []), tolerances)
    rows.sort(key=_place)
    _refuse_contradicted(rows)
    return rows


def _place(row: Row) -> int:
    return int(str(row["byte_start"]))


def _refuse_contradicted(rows: Iterable[Row]) -> None:
    """Raise a Fault where a set, or its group as a whole, is accepted here and refused there in the same file."""
    said: dict[tuple[object, object], bool] = {}
    of_group: dict[object, set[bool]] = {}
    for row in rows:
        group, name = row["group_control_number"], row["transaction_control_number"]
        is_taken = row["answer_code"] in TAKEN
        before = of_group.setdefault(group, set()) if name == "" else {said.get((group, name)), said.get((group, ""))}
        if (not is_taken) in before:
            raise fault("CONTRADICTION", "another AK2 or AK9 answers its set otherwise", _place(row), "AK2", 2)
        said[group, name] = is_taken
        of_group.setdefault(group, set()).add(is_taken)


def _answers(reading: Reading, group: Record, answers: Sequence[Record], tolerances: Counter[str]) -> list[Row]:
    """Give the rows of one 999."""
    heads, trailers = reading.segments(group, "AK1"), reading.segments(group, "AK9")
    ordered = [*heads, *reading.segments(group, "AK2"), *trailers]
    if len(heads) != 1 or len(trailers) != 1 or ordered != sorted(ordered):
        reading.refuse("MISSING_SEGMENT", "expected one AK1, then every AK2, then one AK9", group, "ST")
        return []
    number = reading.number(group, "group_control_number", "AK1", 2)
    code = reading.coded(group, "answer_code", "AK9", 1, f"{ANSWERS} P")
    rows = [_answer(reading, answer, number) for answer in answers]
    refusal = refusal_of(reading, group, [str(row["answer_code"]) for row in rows], tolerances)
    reasons, end = group.text("error_codes"), reading.segment(trailers[0]).byte_end
    if not rows:
        start = reading.segment(heads[0]).byte_start
        whole = {"group_control_number": number, "transaction_control_number": ""}
        return [{"byte_start": start, "byte_end": end} | whole | {"answer_code": code, "error_codes": reasons}]
    return [_refused(row, refusal, reasons, end) if refusal and row["answer_code"] in TAKEN else row for row in rows]


def _refused(row: Row, code: str, reasons: str, byte_end: int) -> Row:
    """Give the row of a set that IK5 accepts in a group that AK9 refuses: AK9 is what it was read from, too."""
    return row | {
        "byte_end": byte_end,
        "answer_code": code,
        "error_codes": " ".join(filter(None, (str(row["error_codes"]), reasons))),
    }


def _answer(reading: Reading, answer: Record, group_number: int) -> Row:
    """Give the row of one AK2 loop, up to its IK5 (997: AK5)."""
    ends = reading.segments(answer, "IK5", "AK5")
    if len(ends) != 1:
        reading.refuse("MISSING_SEGMENT", "expected exactly one IK5 for an AK2", answer, "AK2")
    end = reading.segment(ends[0] if ends else answer.last_segment)
    missing = "the control number of the set is missing"
    return {
        "byte_start": answer.byte_start,
        "byte_end": end.byte_end,
        "group_control_number": group_number,
        "transaction_control_number": reading.filled(answer, "transaction_control_number", "AK2", 2, missing),
        "answer_code": reading.coded(answer, "answer_code", end.tag, 1, ANSWERS),
        "error_codes": " ".join(filter(None, (answer.text("error_codes"), answer.text("detail_codes")))),
    }


def read_277ca(x12: X12File, file_sha256: str, night: date) -> list[Row]:
    """Give one row per STC at claim level (2200D) of every 277CA, and per STC that refuses a batch or provider of no claim.

    Shape: the latter has patient_control_number '', for it names nobody's claim; other STC of batches and those of lines are no rows.
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
        with_claims = {(level, claim.parents[level]) for claim in claims for level in _LEVELS}
        for status in reading.records("status"):
            number, source = status.parents["claim"], status.parents["source"]
            if status.parents["line"] < 0 and (number >= 0 or _refuses_all(status, with_claims)):
                row = _status(reading, status, claims[number] if number >= 0 else None)
                rows.append(row | {"hop": hops[source] if source >= 0 else ""})
    ours = {"claim_id": None, "claim_version": None, "read_on": night}
    return [{"file_sha256": file_sha256} | row | ours for row in rows]


def _refuses_all(status: Record, with_claims: Collection[tuple[str, int]]) -> bool:
    """Tell whether a status of no claim refuses all that is under its level, where no claim speaks for itself."""
    level = next(name for name in _LEVELS if status.parents[name] >= 0)
    return (level, status.parents[level]) not in with_claims and status.text("category_code") not in _TAKEN_ON


def _status(reading: Reading, status: Record, claim: Record | None) -> Row:
    """Give the row of one STC."""
    return {
        "byte_start": status.byte_start,
        "byte_end": status.byte_end,
        "patient_control_number": claim.text("patient_control_number") if claim else "",
        "payer_claim_number": claim.values["payer_claim_number"] if claim else None,
        "category_code": reading.filled(status, "category_code", "STC", 1, "the category code is missing"),
        "status_code": status.text("status_code"),
        "entity_code": status.values["entity_code"],
        "charge_cents": reading.cents(status, "charge_cents", "STC", 4),
        "effective_on": status.values["effective_on"],
    }
