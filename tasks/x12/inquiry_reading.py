"""Questions as rows: the 270 about coverage, the 276 about claims; ours as they were sent, or those of others.

Source: schemas/x12/270.toml and 276.toml, which name theirs.
"""

from tasks.x12.records import Reading, Record, Row, by_parent
from tasks.x12.segments import X12File
from tasks.x12.structure import sound_readings

_ASKED_ON = ("291", "307", "472", "346")
"""What DTP01 of a 270 may call the day asked about, the first that stands. Source: public files."""

_SERVED_ON = ("472",)


def read_270(x12: X12File, file_sha256: str) -> list[Row]:
    """Give one row per EQ of every 270, with its trace number (TRN02 where TRN01 is 1) and the person asked about.

    Raises: Fault BAD_LEVEL, BAD_SEGMENT, ORPHAN_SEGMENT, BAD_CODE, BAD_QUANTITY.
    """
    rows: list[Row] = []
    for reading in sound_readings(x12, "270"):
        reading.refuse_rows("benefit", "no question has a benefit (EB)")
        for trace in reading.of("trace"):
            reading.coded(trace, "type_code", "TRN", 1, "1")
        levels = ("subscriber", "dependent")
        traces = by_parent((r for r in reading.of("trace") if r.text("type_code") == "1"), *levels)
        dates = by_parent(reading.of("date"), *levels)
        for inquiry in reading.of("inquiry"):
            level = next(
                ((name, inquiry.parents[name]) for name in levels[::-1] if inquiry.parents[name] >= 0), ("", -1)
            )
            asked = next(iter(traces.get(level, [])), None)
            rows.append(
                placed(inquiry, file_sha256)
                | {"trace_number": asked.text("trace_number") if asked else ""}
                | _people(reading, inquiry)
                | {"service_type_codes": inquiry.text("service_type_codes")}
                | {"procedure_code": inquiry.values["procedure_code"]}
                | _days(dates.get(level, []), _ASKED_ON)
            )
    return rows


def read_276(x12: X12File, file_sha256: str) -> list[Row]:
    """Give one row per claim (TRN) of every 276, with what tells the claim; lines asked about are not rows.

    Raises: Fault BAD_LEVEL, BAD_SEGMENT, ORPHAN_SEGMENT, MISSING_ELEMENT, BAD_AMOUNT, BAD_QUANTITY.
    """
    rows: list[Row] = []
    for reading in sound_readings(x12, "276"):
        whole = [r for r in reading.of("date") if r.parents["line"] < 0]
        dates = by_parent(whole, "claim")
        for claim in reading.of("claim"):
            trace = reading.filled(claim, "trace_number", "TRN", 2, "the trace number is missing")
            rows.append(
                placed(claim, file_sha256)
                | {"trace_number": trace}
                | _people(reading, claim)
                | {"payer_claim_number": claim.values["payer_claim_number"]}
                | {"charge_cents": claim.values["charge_cents"]}
                | _days(dates.get(claim.key, []), _SERVED_ON)
            )
    return rows


def placed(record: Record, file_sha256: str) -> Row:
    """Give the file and the bytes of a record."""
    return {"file_sha256": file_sha256, "byte_start": record.byte_start, "byte_end": record.byte_end}


def _people(reading: Reading, record: Record) -> Row:
    """Give payer, provider, member and the person whom a record is about."""
    person = reading.under(record, "subscriber", "dependent")
    return {
        "payer_number": reading.under(record, "source").get("id_number"),
        "provider_number": reading.under(record, "receiver", "provider").get("id_number"),
        "member_number": reading.under(record, "subscriber").get("id_number"),
        "last_name": person.get("last_or_org_name"),
        "first_name": person.get("first_name"),
        "birth_on": person.get("birth_on"),
        "sex_code": person.get("sex_code"),
    }


def _days(dates: list[Record], codes: tuple[str, ...]) -> Row:
    """Give first and last day of the first of these codes that stands."""
    found = [date for code in codes for date in dates if date.text("qualifier_code") == code]
    columns = {"service_start_on": "start_on", "service_end_on": "end_on"}
    return {ours: found[0].values[theirs] if found else None for ours, theirs in columns.items()}
