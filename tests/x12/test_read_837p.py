"""Every field of the contract that reaches an 837P comes back from it: read(write(rows)) = rows."""

import json
from datetime import date
from decimal import Decimal, InvalidOperation

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import Fault
from tasks.x12.builder import WriteFault
from tasks.x12.builder_values import text
from tasks.x12.envelope import read_x12
from tasks.x12.professional import write_837p
from tasks.x12.professional_reading import read_837p
from tasks.x12.tables import read_tables

from .accounting import account
from .contract_rows import SOUND, columns, contract_claims
from .read_back import Back
from .test_write_property import claims
from .what_is_sent import (
    NO_FIELD,
    sent_coverage,
    sent_encounter,
    sent_patient,
    sent_provider,
    sent_roles,
    sent_source,
    sent_version,
)
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
        found = loaded(value)
        return found if isinstance(found, str) else plain(found)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items() if plain(item) is not None} or None
    if isinstance(value, list | tuple):
        return [plain(item) for item in value] or None
    if isinstance(value, str):
        return text(value) or None
    return None if value is False else value


def loaded(value):
    try:
        return json.loads(value, parse_float=Decimal)
    except ValueError:
        return text(value)


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


def differences(ours, theirs):
    """Give the filled columns that did not come back as they went in."""
    for column, value in ours.items():
        wanted, found = plain(value), plain(theirs.get(column))
        if wanted is not None and not is_same(wanted, found):
            yield column, wanted, found


def found_wrong(rows, back):
    """Give everything that did not come back as it went in."""
    payers = {coverage["payer_rank"]: coverage["payer_id"] for coverage in rows.coverages}
    (destination,) = [coverage for coverage in rows.coverages if coverage["payer_rank"] == rows.payer_rank]

    def look(field, ours, theirs):
        ours = {k: v for k, v in ours.items() if k not in NO_FIELD.get(field, ()) and not k.endswith("_key")}
        for found in differences(ours, theirs):
            yield (field, *found)

    yield from look("version", sent_version(rows), back.version())
    yield from look("encounter", sent_encounter(rows, destination), back.encounter())
    yield from look("patient", sent_patient(rows, destination), back.patient())
    if list(rows.diagnoses) != back.diagnoses("ABK", "ABF"):
        yield "diagnoses", back.diagnoses("ABK", "ABF")
    coverages = back.coverages()
    for coverage in rows.coverages:
        yield from look("coverages", sent_coverage(rows, coverage), coverages[coverage["payer_rank"]])
    for number, line in enumerate(rows.lines):
        yield from look("lines", line, back.line(back.lines[number]))
        source = sent_source(rows, rows.service_lines[line["source_line_number"]])
        for column in ("line_prior_auths", "line_referrals"):
            owners = {rank: None if rank == rows.payer_rank else payer for rank, payer in payers.items()}
            told = plain(source.get(column)) or []
            source[column] = [[owners[rank], number] for rank, number in told]
        yield from look("service_lines", source, back.source_line(back.lines[number]))
    yield from wrong_decisions(rows, back, payers)
    yield from wrong_providers(rows, back, look, destination)


def wrong_decisions(rows, back, payers):
    """Give what differs in prior payers' lines and adjustments and in attachments, as whole rows."""
    lines, adjustments = back.decisions()
    numbers = {None: None} | {line["source_line_number"]: line["line_number"] for line in rows.lines}
    procedures = {line["source_line_number"]: line["procedure_code"] for line in rows.lines}
    attached = [row | {"line_number": numbers[row["line_number"]]} for row in rows.attachments]
    for row in attached:
        row["control_number"] = None if row["transmission"] == "AA" else row["control_number"]
    ours = [
        row | {"payer_id": payers[row["payer_rank"]], "line_number": numbers[row["line_number"]]}
        for row in rows.cob_lines
    ]
    for row, decided in zip(ours, rows.cob_lines, strict=True):
        billed = {"qualifier": "HC", "code": procedures[decided["line_number"]]}
        row["adjudicated_procedure"] = row.get("adjudicated_procedure") or billed
        row["bundled_into_line"] = numbers[row.get("bundled_into_line")]
    theirs = [row for row in rows.cob_adjustments if row["amount_cents"]]
    theirs = [
        row | {"payer_id": payers[row["payer_rank"]], "line_number": numbers[row["line_number"]]} for row in theirs
    ]
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


def wrong_providers(rows, back, look, destination):
    wanted, found = sent_roles(rows), {(column, number): row for column, number, row in back.providers()}
    if wanted.keys() != found.keys():
        yield "roles", sorted(map(str, wanted.keys() ^ found.keys()))
    for column, number in wanted.keys() & found.keys():
        ours = sent_provider(rows, column, wanted[column, number], destination)
        yield from ((column, *wrong) for wrong in look("providers", ours, found[column, number]))


@pytest.mark.parametrize("number", range(len(everything())))
def test_every_field_of_the_fullest_claims_comes_back(number):
    ((rows, back),) = backs([everything()[number]])
    assert list(found_wrong(rows, back)) == []


@settings(max_examples=30, deadline=None)
@given(st.lists(claims(), min_size=1, max_size=4, unique_by=lambda rows: rows.version["claim_id"]))
def test_what_was_written_is_read(batch):
    for rows, back in backs(batch):
        assert list(found_wrong(rows, back)) == []


def test_any_columns_of_the_contract_come_back_or_are_refused():
    outcomes = []

    @settings(max_examples=400, deadline=None)
    @given(contract_claims())
    def hold(rows):
        outcomes.append("refused")
        try:
            ((_, back),) = backs([rows])
        except WriteFault:
            return
        outcomes[-1] = "written"
        assert list(found_wrong(rows, back)) == []

    hold()
    assert outcomes.count("written") > len(outcomes) / 2


def test_nothing_that_we_write_needs_the_table_of_kept_segments():
    x12 = read_x12(written(*everything()))
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


def _sent_columns():
    """Give, by contract table, the columns that the fullest claims hold against what came back."""
    found = {table: set() for table in ("encounters", "patients", "coverages", "service_lines", "providers")}
    for rows in everything():
        (destination,) = [coverage for coverage in rows.coverages if coverage["payer_rank"] == rows.payer_rank]
        found["encounters"] |= sent_encounter(rows, destination).keys()
        found["patients"] |= sent_patient(rows, destination).keys()
        found["coverages"] |= {c for coverage in rows.coverages for c in sent_coverage(rows, coverage)}
        found["service_lines"] |= {c for source in rows.service_lines.values() for c in sent_source(rows, source)}
        for (role, _), key in sent_roles(rows).items():
            found["providers"] |= sent_provider(rows, role, key, destination).keys()
    return found


def test_every_column_of_the_contract_is_drawn_and_is_held_against_what_was_read():
    found = _sent_columns()
    assert {table: columns(table).keys() - found[table] for table in found} == {
        # a third cause has no room; the payer's own numbers stand before the encounter's
        "encounters": {"accident_other", "prior_auth_number", "referral_number"},
        "patients": {"country_subdivision"},  # told as the state of an address abroad
        "coverages": set(),
        "service_lines": set(),
        "providers": set(),
    }
    assert [table for table in found if columns(table).keys() - SOUND[table].keys()] == []
