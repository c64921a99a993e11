"""The 277 that answers a 276 as rows: what the payer says of each claim and line.

Source: schemas/x12/277.toml, which names its own.
"""

from tasks.x12.inquiry_reading import placed
from tasks.x12.records import Row, readings
from tasks.x12.segments import X12File

_OF_STATUS = (
    "category_code", "status_code", "entity_code", "effective_on", "charge_cents", "paid_cents", "finalized_on",
    "payment_on", "payment_number",
)  # fmt: skip


def read_277(x12: X12File, file_sha256: str) -> list[Row]:
    """Give one row per STC of a claim or line in every 277; what answers no claim (a payer's or provider's STC) is none.

    Holds: `trace_number` is TRN02, that of our 276; a line's row has its procedure, a claim's has none.
    Raises: Fault BAD_AMOUNT, BAD_QUANTITY, MISSING_ELEMENT.
    """
    rows: list[Row] = []
    for reading in readings(x12, "277"):
        reading.refuse_unreadable()
        for claim in reading.of("claim"):
            reading.filled(claim, "trace_number", "TRN", 2, "the trace number is missing")
        reading.refuse_empty("status", "STC", "the category code is missing")
        for status in reading.of("status"):
            reading.filled(status, "category_code", "STC", 1, "the category code is missing")
            if status.parents["claim"] >= 0:
                claim = reading.of("claim")[status.parents["claim"]]
                line = reading.under(status, "line")
                rows.append(
                    placed(status, file_sha256)
                    | {"trace_number": claim.values["trace_number"]}
                    | {"payer_claim_number": claim.values["payer_claim_number"]}
                    | {"member_number": reading.under(status, "subscriber").get("id_number")}
                    | {"procedure_code": line.get("procedure_code"), "modifiers": line.get("modifiers")}
                    | {column: status.values[column] for column in _OF_STATUS}
                )
    return rows
