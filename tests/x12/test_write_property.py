"""Any sound rows are accepted by the judge and read back as they went in; any text keeps its place."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import Fault
from tasks.encounters.contract import fields
from tasks.x12.judge import judge
from tasks.x12.professional import write_837p
from tasks.x12.professional_line import EXTRA, ORDINARY
from tests.x12.test_write_refused import CASES as REFUSED
from tests.x12.write_everything import everything
from tests.x12.write_rows import COVERAGE, ENVELOPE, SECOND, cents, claim, line, of, split

DAYS = st.dates(date(2025, 1, 1), date(2026, 12, 31))
NAMES = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=35)
NUMBERS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=2, max_size=20)
CODES = st.from_regex(r"[0-9]{5}|[A-V][0-9]{4}", fullmatch=True)
DIAGNOSES = st.from_regex(r"[A-TV-Z][0-9][0-9A-Z]{1,5}", fullmatch=True).filter(str.isascii)
TEXTS = st.text(min_size=1, max_size=80) | st.text("AZaz09 *:^~\r\n'`\"-é#@ßø", min_size=1, max_size=80)
UNITS = st.decimals("0.001", "99999.999", places=3)


@st.composite
def service_lines(draw, diagnoses):
    """Give the claim's lines, each with what the first of two payers decided on it."""
    rows = []
    for number in range(1, draw(st.integers(1, 6)) + 1):
        first_on = draw(DAYS)
        pointers = draw(st.lists(st.integers(1, diagnoses), min_size=1, max_size=4, unique=True))
        modifiers = draw(st.lists(st.sampled_from(["25", "59", "GA", "TC", "26", "76"]), max_size=4, unique=True))
        rows.append(
            line(
                number,
                draw(st.integers(0, 10_000_000)),
                procedure_code=draw(CODES),
                modifiers=":".join(modifiers),
                units=draw(UNITS),
                diagnosis_pointers=":".join(map(str, pointers)),
                service_from_on=first_on,
                service_to_on=draw(st.dates(first_on, date(2027, 1, 31))),
            )
        )
    return rows


@st.composite
def claims(draw):
    """Give a claim to the first or to the second payer, of a subscriber or of a dependent."""
    diagnoses = draw(st.lists(DIAGNOSES, min_size=1, max_size=12, unique=True))
    lines = draw(service_lines(len(diagnoses)))
    person = {
        "member_id": draw(NUMBERS),
        "subscriber_last_name": draw(NAMES),
        "relationship": draw(st.sampled_from(["18", "19"])),
    }
    rows = claim(
        draw(NUMBERS),
        lines,
        {"patient_control_number": draw(NUMBERS)},
        {"patient_amount_paid_cents": draw(st.none() | st.integers(1, 100_000))},
        {"first_name": draw(NAMES), "birth_date": draw(st.dates(date(1930, 1, 1), date(2025, 1, 1)))},
        diagnoses=diagnoses,
        coverages=[COVERAGE | person, SECOND],
    )
    if draw(st.booleans()):
        return rows
    decided = _decided(draw, lines)
    paid_cents = sum(row["paid_amount_cents"] for row in decided["cob_lines"])
    coverages = [rows.coverages[0] | {"prior_paid_amount_cents": paid_cents}, SECOND]
    return replace(rows, payer_rank="S", coverages=coverages, **decided)


def _decided(draw, lines):
    cob_lines, cob_adjustments = [], []
    for row in lines:
        paid = draw(st.integers(0, row["charge_cents"]))
        rest = row["charge_cents"] - paid
        at = {"payer_rank": "P", "line_number": row["line_number"]}
        cob_lines.append(at | {"paid_amount_cents": paid, "paid_units": row["units"], "adjudication_date": draw(DAYS)})
        share = draw(st.integers(0, rest))
        for group, reason, part in (("CO", "45", rest - share), ("PR", "2", share)):
            cob_adjustments.append(at | {"group_code": group, "reason_code": reason, "amount_cents": part})
    return {"cob_lines": cob_lines, "cob_adjustments": cob_adjustments}


@settings(max_examples=40, deadline=None)
@given(st.lists(claims(), min_size=1, max_size=4, unique_by=lambda rows: rows.version["claim_id"]))
def test_what_goes_in_is_judged_good_and_comes_back(batch):
    written = write_837p(ENVELOPE, batch)
    assert judge(written.content).errors == ()
    spans = {span.claim_id: span for span in written.spans}
    assert len(spans) == len(batch)
    for rows in batch:
        span = spans[rows.version["claim_id"]]
        _compare(rows, split(written.content[span.byte_start : span.byte_end]))
    assert sum(cents(s[2]) for s in of(split(written.content), "CLM")) == sum(
        rows.version["total_charge_cents"] for rows in batch
    )


def _compare(rows, segments):
    """Hold the segments of one claim against its rows."""
    assert segments[0][1] == rows.version["patient_control_number"]
    assert cents(segments[0][2]) == rows.version["total_charge_cents"]
    assert [part.split(":")[1] for part in of(segments, "HI")[0][1:]] == list(rows.diagnoses)
    paid = [cents(s[2]) for s in of(segments, "AMT", "F5")]
    assert paid == [c for c in [rows.encounter["patient_amount_paid_cents"]] if c]
    starts = [i for i, segment in enumerate(segments) if segment[0] == "LX"] + [len(segments)]
    assert len(starts) == len(rows.lines) + 1
    for row, start, end in zip(rows.lines, starts, starts[1:], strict=False):
        assert segments[start] == ["LX", str(row["line_number"])]
        _compare_line(rows, row, segments[start:end])


def _compare_line(rows, row, segments):
    (service,) = of(segments, "SV1")
    assert service[1] == ":".join(["HC", row["procedure_code"], *filter(None, row["modifiers"].split(":"))])
    assert cents(service[2]) == row["charge_cents"]
    assert Decimal(service[4]) == row["units"]
    assert service[7] == row["diagnosis_pointers"]
    (when,) = of(segments, "DTP", "472")
    days = when[3].split("-")
    assert [days[0], days[-1]] == [f"{row['service_from_on']:%Y%m%d}", f"{row['service_to_on']:%Y%m%d}"]
    assert of(segments, "REF", "6R")[0][2] == row["line_control_number"]
    decided = [(d["paid_amount_cents"]) for d in rows.cob_lines if d["line_number"] == row["line_number"]]
    assert [cents(s[2]) for s in of(segments, "SVD")] == decided
    explained = sum(cents(s[2]) for s in of(segments, "SVD")) + sum(
        cents(amount) for s in of(segments, "CAS") for amount in s[3::3]
    )
    assert explained == (row["charge_cents"] if decided else 0)


def _outcome(batch):
    try:
        return write_837p(ENVELOPE, batch)
    except Fault as fault:
        return fault.code, fault.segment, fault.element, fault.message


def _filled(rows):
    """Give the rows without their empty columns, as the step that seals takes them from the warehouse."""

    def slim(row):
        return {column: value for column, value in row.items() if value is not None}

    return replace(
        rows,
        encounter=slim(rows.encounter),
        patient=slim(rows.patient),
        service_lines={number: slim(row) for number, row in rows.service_lines.items()},
        providers={key: slim(row) for key, row in rows.providers.items()},
        **{name: [slim(row) for row in getattr(rows, name)] for name in ROWS},
    )


ROWS = ("coverages", "cob_lines", "cob_adjustments", "attachments")


def test_an_empty_column_and_none_at_all_are_the_same():
    for rows in [*everything(), *(case[1] for case in REFUSED)]:
        assert _outcome([_filled(rows)]) == _outcome([rows])


@settings(max_examples=60, deadline=None)
@given(claims())
def test_rows_with_every_column_of_the_contract_give_the_same_bytes(rows):
    columns = dict.fromkeys(field.column for field in fields("service_lines"))
    wide = replace(rows, service_lines={number: columns | row for number, row in rows.service_lines.items()})
    assert _outcome([wide]) == _outcome([rows]) == _outcome([_filled(wide)])


def test_the_columns_of_a_line_are_those_of_the_contract():
    ours = {*ORDINARY, *EXTRA.names}
    theirs = {field.column for field in fields("service_lines")}
    coded = {
        "procedure_code",
        "charge_cents",
        "units",
        "date_from",
        "date_to",
        "line_id",
        "line_number",
        "encounter_id",
    }
    numbered = {f"{name}_{n}" for name in ("modifier", "dx_pointer") for n in range(1, 5)}
    assert theirs - ours == coded | numbered  # which the coded line has instead
    assert ours <= theirs


def test_a_delimiter_in_an_identifier_never_begins_another_element():
    for delimiter in "*:^~":
        for column in ("member_id", "group_number", "payer_id"):
            given = {column: f"AB{delimiter}CD", "claim_filing_code": None, "group_name": None}
            code, segment, *_ = _outcome([claim(coverage=given)])
            assert (code, segment) in (("WRITE_CHARACTER", "NM1"), ("WRITE_CHARACTER", "SBR"))
        assert _outcome([claim(lines=[line(1, procedure_code=f"99{delimiter}13")])])[0] == "WRITE_CHARACTER"
        assert _outcome([claim(version={"patient_control_number": f"A{delimiter}5"})])[0] == "WRITE_CHARACTER"
        assert _outcome([claim(lines=[line(1, line_control_number=f"A{delimiter}")])])[0] == "WRITE_CHARACTER"


def test_digits_of_other_scripts_are_refused():
    assert _outcome([claim(diagnoses=["J\u0663\u06639"])])[0] == "WRITE_FORMAT"
    assert _outcome([claim(lines=[line(1, diagnosis_pointers="\u0661")])])[0] == "WRITE_CHARACTER"


@settings(max_examples=150, deadline=None)
@given(TEXTS, st.sampled_from(["claim_note", "member_id", "payer_name", "last_name"]))
def test_no_text_can_add_a_segment_or_pass_the_judge_wrongly(value, column):
    rows = claim(
        encounter={"claim_note": value} if column == "claim_note" else {"claim_note": "NOTE"},
        patient={column: value},
        coverage={column: value, "relationship": "19"},
    )
    try:
        written = write_837p(ENVELOPE, [rows])
    except Fault:
        return
    assert judge(written.content).errors == ()
    ordinary = write_837p(ENVELOPE, [claim(encounter={"claim_note": "NOTE"}, coverage={"relationship": "19"})])
    has_note = bool(of(split(written.content), "NTE"))
    assert len(split(written.content)) == len(split(ordinary.content)) - (not has_note)
