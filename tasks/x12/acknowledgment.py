"""TA1, 999 (and 997) and 277CA as rows of schemas/warehouse/50_acknowledgments.sql; batch and claim are matched later.

Source: 005010X231A1, 005010X230 and 005010X214 as told by schemas and public files; guide texts were not at hand.
"""

from datetime import date

from tasks.x12.segments import Segment, Transaction, X12File, loops
from tasks.x12.values import Reading, first, text_of

Row = dict[str, object]

_ANSWERS = "A E M P R W X"
_NO_CLAIM_LEVELS = frozenset({"20", "21", "19"})


def read_ta1(x12: X12File, file_sha256: str, night: date) -> list[Row]:
    """Give one row per TA1.

    Raises: Fault BAD_NUMBER, BAD_CODE.
    """
    reading = Reading()
    rows: list[Row] = []
    for transaction in x12.transactions:
        if transaction.kind == "TA1":
            ta1 = transaction.segments[0]
            rows.append(
                _placed(file_sha256, ta1, ta1)
                | {
                    "interchange_control_number": reading.number(ta1, 1),
                    "answer_code": reading.coded(ta1, 4, "A E R"),
                    "note_code": ta1.element(5),
                    "batch_id": None,
                    "read_on": night,
                }
            )
    reading.raise_first()
    return rows


def read_999(x12: X12File, file_sha256: str, night: date) -> list[Row]:
    """Give one row per AK2 of every 999 and 997.

    Holds: a 999 without any AK2 is one row with transaction_control_number '': its AK9 speaks for the whole group.
    Raises: Fault BAD_NUMBER, BAD_CODE, MISSING_SEGMENT, ORPHAN_SEGMENT.
    """
    reading = Reading()
    rows: list[Row] = []
    for transaction in x12.transactions:
        if transaction.kind in ("999", "997"):
            rows += _answered_transactions(transaction, reading, file_sha256, night)
    reading.raise_first()
    return rows


def read_277ca(x12: X12File, file_sha256: str, night: date) -> list[Row]:
    """Give one row per STC at claim level (2200D) of every 277CA; STC of lines and of the batch are not rows.

    Raises: Fault BAD_AMOUNT, BAD_CODE, MISSING_ELEMENT.
    """
    reading = Reading()
    rows: list[Row] = []
    for transaction in x12.transactions:
        if transaction.kind == "277CA":
            rows += _answered_claims(transaction, reading, file_sha256, night)
    reading.raise_first()
    return rows


def _placed(file_sha256: str, head: Segment, last: Segment) -> Row:
    return {"file_sha256": file_sha256, "byte_start": head.byte_start, "byte_end": last.byte_end}


def _answered_transactions(transaction: Transaction, reading: Reading, file_sha256: str, night: date) -> list[Row]:
    """Give the rows of one 999."""
    header, *answers = loops(transaction.segments[:-1], {"AK2"})
    group, trailer = first(header, "AK1"), first(transaction.segments, "AK9")
    for segment in header:
        if segment.tag in ("IK5", "AK5"):
            reading.refuse("ORPHAN_SEGMENT", "it stands under no AK2", segment)
    if not group or not trailer:
        reading.refuse("MISSING_SEGMENT", "expected AK1 and AK9", transaction.segments[0])
        return []
    group_number = reading.number(group, 2)
    group_code = reading.coded(trailer, 1, _ANSWERS)
    if not answers:
        row = _placed(file_sha256, group, trailer) | {"transaction_control_number": "", "answer_code": group_code}
        return [_answer(row, group_number, _codes(trailer, range(5, 10)), night)]
    return [_answered_transaction(loop, group_number, reading, file_sha256, night) for loop in answers]


def _answered_transaction(
    loop: tuple[Segment, ...], group_number: int, reading: Reading, file_sha256: str, night: date
) -> Row:
    """Give the row of one AK2 loop, up to its IK5 (997: AK5)."""
    ends = [segment for segment in loop if segment.tag in ("IK5", "AK5")]
    if len(ends) != 1:
        reading.refuse("MISSING_SEGMENT", "expected exactly one IK5 for an AK2", loop[0])
    end = ends[0] if ends else loop[-1]
    details = {"IK3": (4,), "AK3": (4,), "IK4": (3,), "AK4": (3,)}
    codes = _codes(end, range(2, 7))
    codes += [code for segment in loop for code in _codes(segment, details.get(segment.tag, ()))]
    row = _placed(file_sha256, loop[0], end) | {
        "transaction_control_number": loop[0].element(2),
        "answer_code": reading.coded(end, 1, _ANSWERS),
    }
    return _answer(row, group_number, codes, night)


def _answer(row: Row, group_number: int, codes: list[str], night: date) -> Row:
    numbered = {"group_control_number": group_number, "error_codes": " ".join(codes), "batch_id": None}
    return row | numbered | {"read_on": night}


def _codes(segment: Segment, places: range | tuple[int, ...]) -> list[str]:
    return [segment.element(place) for place in places if segment.element(place)]


def _answered_claims(transaction: Transaction, reading: Reading, file_sha256: str, night: date) -> list[Row]:
    """Give the rows of one 277CA: hop from the source level, claims from the levels below."""
    rows: list[Row] = []
    hop = ""
    for level in loops(transaction.segments, {"HL", "SE"}):
        if not level or level[0].tag != "HL":
            continue
        if level[0].element(3) == "20":
            hop = text_of(first(level, "NM1"), 1) or ""
        if level[0].element(3) not in _NO_CLAIM_LEVELS:
            _, *claims = loops(level, {"TRN"})
            for claim in claims:
                if claim[0].element(1) == "2":
                    rows += _claim_answers(transaction, claim, hop, reading, file_sha256, night)
    return rows


def _claim_answers(
    transaction: Transaction, loop: tuple[Segment, ...], hop: str, reading: Reading, file_sha256: str, night: date
) -> list[Row]:
    """Give one row per STC that stands before the first line of a claim."""
    claim, *_ = loops(loop, {"SVC"})
    if not claim[0].element(2):
        reading.refuse("MISSING_ELEMENT", "the patient control number is missing", claim[0], 2)
    payer_claim_number = text_of(first(claim, "REF", "1K"), 2)
    rows: list[Row] = []
    for stc in claim:
        if stc.tag != "STC":
            continue
        category_code = transaction.component(stc, 1, 1)
        if not category_code:
            reading.refuse("MISSING_ELEMENT", "the category code is missing", stc, 1)
        rows.append(
            _placed(file_sha256, stc, stc)
            | {
                "patient_control_number": claim[0].element(2),
                "payer_claim_number": payer_claim_number,
                "category_code": category_code,
                "status_code": transaction.component(stc, 1, 2),
                "entity_code": transaction.component(stc, 1, 3) or None,
                "charge_cents": reading.optional_cents(stc, 4),
                "effective_on": reading.on(stc, 2),
                "hop": hop,
                "claim_id": None,
                "claim_version": None,
                "read_on": night,
            }
        )
    return rows
