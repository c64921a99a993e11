"""Every field of the contract that reaches an 837P comes back from it: read(write(rows)) = rows."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import Fault
from tasks.x12.builder_values import text
from tasks.x12.envelope import read_x12
from tasks.x12.professional import write_837p
from tasks.x12.professional_reading import read_837p
from tasks.x12.tables import read_tables

from .accounting import account
from .read_back import Back
from .test_write_property import claims
from .write_everything import everything
from .write_rows import ENVELOPE

SHA = "ab" * 32


def written(*batch):
    return write_837p(ENVELOPE, batch).content


def backs(batch):
    """Write claims, read them, and give each with what came back, matched by its first byte."""
    sealed = write_837p(ENVELOPE, batch)
    tables = read_837p(read_x12(sealed.content), SHA)
    by_byte = {row["byte_start"]: row for row in tables["claim"]}
    starts = {span.claim_id: span.byte_start for span in sealed.spans}
    assert len(by_byte) == len(batch)
    return [(rows, Back(tables, by_byte[starts[rows.version["claim_id"]]])) for rows in batch]


def plain(value):
    """Give a value of the contract, or one that was read, in one form: JSON loaded, empty things None, numbers exact."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        return plain(json.loads(value, parse_float=Decimal))
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items() if plain(item) is not None} or None
    if isinstance(value, list | tuple):
        return [plain(item) for item in value] or None
    if isinstance(value, str):
        return text(value) or None
    return None if value is False else value


def is_same(ours, theirs):
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return ours.keys() == theirs.keys() and all(is_same(ours[key], theirs[key]) for key in ours)
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(is_same, ours, theirs))
    if ours == theirs or {type(ours), type(theirs)} & {bool, type(None), list, dict, date}:
        return ours == theirs
    try:
        return not {type(ours), type(theirs)} <= {str} and Decimal(str(ours)) == Decimal(str(theirs))
    except InvalidOperation:
        return False


def differences(ours, theirs, changed):
    """Give the columns that did not come back; `changed` gives the claim without a column, to tell whether it reached."""
    for column, value in ours.items():
        wanted, found = plain(value), plain(theirs.get(column))
        if wanted is None or is_same(wanted, found) or (column in _POSTAL and _postal(wanted) == found):
            continue
        if has_reached(changed, column):
            yield column, wanted, found


_POSTAL = ("zip", "zip9", "subscriber_zip", "payer_zip")


def _postal(value):
    return value.replace(" ", "").replace("-", "")


def has_reached(changed, column):
    whole, without = changed(column)
    try:
        return written(without) != written(whole)
    except Fault:
        return True


def without_row(rows, field, column, key=None):
    """Give a claim and the same without a column of one of its rows."""
    value = getattr(rows, field)
    if key is None:
        return rows, replace(rows, **{field: {**value, column: None}})
    changed = {**value[key], column: None}
    if isinstance(value, dict):
        return rows, replace(rows, **{field: {**value, key: changed}})
    return rows, replace(rows, **{field: [*value[:key], changed, *value[key + 1 :]]})


OUTSIDE = {
    "encounter": {"encounter_id", "encounter_version", "patient_key"},
    "version": {"claim_id", "claim_version"},
    "lines": {"claim_id", "claim_version", "source_line_number"},
    "patient": {"patient_key"},
    "providers": {"provider_key"},
}
"""Columns that name rows and are no fields of a claim; keys of providers are compared by their providers."""


def found_wrong(rows, back):
    """Give everything that did not come back as it went in."""
    payers = {coverage["payer_rank"]: coverage["payer_id"] for coverage in rows.coverages}

    def look(field, ours, theirs, key=None):
        ours = {k: v for k, v in ours.items() if k not in OUTSIDE.get(field, ()) and not k.endswith("_key")}
        for found in differences(ours, theirs, lambda column: without_row(rows, field, column, key)):
            yield (field, key, *found)

    yield from look("version", rows.version, back.version())
    yield from look("encounter", rows.encounter, back.encounter())
    yield from look("patient", rows.patient, back.patient())
    if list(rows.diagnoses) != back.diagnoses("ABK", "ABF"):
        yield "diagnoses", back.diagnoses("ABK", "ABF")
    coverages = back.coverages()
    for number, coverage in enumerate(rows.coverages):
        yield from look("coverages", coverage, coverages[coverage["payer_rank"]], number)
    for number, line in enumerate(rows.lines):
        yield from look("lines", line, back.line(back.lines[number]), number)
        source = dict(rows.service_lines[line["source_line_number"]])
        for column in ("line_prior_auths", "line_referrals"):
            owners = {rank: None if rank == rows.payer_rank else payer for rank, payer in payers.items()}
            told = plain(source.get(column)) or []
            source[column] = [[owners[rank], number] for rank, number in told]
        yield from look("service_lines", source, back.source_line(back.lines[number]), line["source_line_number"])
    yield from wrong_decisions(rows, back, payers)
    yield from wrong_providers(rows, back, look)


def wrong_decisions(rows, back, payers):
    """Give what differs in prior payers' lines and adjustments and in attachments, as whole rows."""
    lines, adjustments = back.decisions()
    attached = [dict(row) for row in rows.attachments]
    for row in attached:
        row["control_number"] = None if row["transmission"] == "AA" else row["control_number"]
    ours = [row | {"payer_id": payers[row["payer_rank"]]} for row in rows.cob_lines]
    for row in ours:
        procedure = {line["line_number"]: line["procedure_code"] for line in rows.lines}[row["line_number"]]
        row["adjudicated_procedure"] = row.get("adjudicated_procedure") or {"qualifier": "HC", "code": procedure}
    theirs = [row for row in rows.cob_adjustments if row["amount_cents"]]
    theirs = [row | {"payer_id": payers[row["payer_rank"]]} for row in theirs]
    for name, wanted, found in (("cob_lines", ours, lines), ("cob_adjustments", theirs, adjustments)):
        yield from wrong_rows(name, wanted, found, ("line_number", "payer_id", "group_code", "reason_code"))
    yield from wrong_rows("attachments", attached, back.attachments(), ("line_number", "report_type"))


def wrong_rows(name, wanted, found, order):
    def place(row):
        return [str(row.get(column) or "") for column in order]

    if len(wanted) != len(found):
        yield name, len(wanted), len(found)
    for ours, theirs in zip(sorted(wanted, key=place), sorted(found, key=place), strict=False):
        columns = ours.keys() & theirs.keys()
        for column in columns:
            sent, read = plain(ours[column]), plain(theirs[column])
            if isinstance(read, dict) and isinstance(sent, dict):
                read = {key: value for key, value in read.items() if key in sent}
            if not is_same(sent, read):
                yield name, column, sent, read


def wrong_providers(rows, back, look):
    for column, line_number, found in back.providers():
        source = rows.encounter
        if line_number is not None:
            (line,) = [line for line in rows.lines if line["line_number"] == line_number]
            source = rows.service_lines[line["source_line_number"]]
        row = rows.providers[source[column]]
        yield from ((column, *wrong) for wrong in look("providers", row, found, row["provider_key"]))


@pytest.mark.parametrize("number", range(len(everything())))
def test_every_field_that_reached_the_bytes_comes_back(number):
    ((rows, back),) = backs([everything()[number]])
    assert list(found_wrong(rows, back)) == []


@settings(max_examples=30, deadline=None)
@given(st.lists(claims(), min_size=1, max_size=4, unique_by=lambda rows: rows.version["claim_id"]))
def test_what_was_written_is_read(batch):
    for rows, back in backs(batch):
        assert list(found_wrong(rows, back)) == []


def test_nothing_that_we_write_needs_the_table_of_kept_segments():
    x12 = read_x12(
        written(*[replace(c, version={**c.version, "claim_id": str(n)}) for n, c in enumerate(everything())])
    )
    (tables,) = read_tables(x12.transactions, "837P")
    assert account(tables).wrong == []
    assert len(tables.rows["segment"]) == 0
    assert not [c for rows in tables.rows.values() for c, values in rows.values.items() if values.is_bad.any() and c]


@pytest.mark.parametrize(("second", "before"), [("SV1*HC:99214*5*UN*1***1~", "DTP*472*"), ("AMT*F5*1~", "HI*")])
def test_money_for_which_there_is_no_second_place_is_a_fault(second, before):
    content = written(everything()[0]).replace(f"~{before}".encode(), f"~{second}{before}".encode(), 1)
    with pytest.raises(Fault) as caught:
        read_837p(read_x12(content), SHA)
    assert caught.value.code == "ORPHAN_SEGMENT"
    assert content[caught.value.byte_start :].startswith(second.encode())
