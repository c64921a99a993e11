"""Questions, requests and receipts of our own come back as they were sent."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.x12.acknowledgment import read_999, read_ta1
from tasks.x12.builder_values import text
from tasks.x12.envelope import read_x12
from tasks.x12.inquiry import write_270
from tasks.x12.inquiry_reading import read_270, read_276
from tasks.x12.receipt import GroupReceipt, InterchangeReceipt, write_999, write_ta1
from tasks.x12.review import read_278
from tasks.x12.review_request import write_278
from tasks.x12.status_inquiry import write_276
from tasks.x12.tables import read_tables

from .accounting import account
from .test_write_receipt import TRANSACTIONS
from .write_questions import BY_PERSON, CHILD_INQUIRY, CHILD_STATUS, GROUP, INQUIRY, REQUEST, STATUS
from .write_rows import ENVELOPE, NIGHT

SHA = "cd" * 32


def read(reader, content, *more):
    return reader(read_x12(content), SHA, *more)


def test_each_inquiry_about_coverage_comes_back():
    rows = read(read_270, write_270(ENVELOPE, [INQUIRY, CHILD_INQUIRY]))
    for inquiry, row in zip((INQUIRY, CHILD_INQUIRY), rows, strict=True):
        is_child = inquiry.dependent_first_name is not None
        assert row["trace_number"] == inquiry.trace_number
        assert (row["payer_number"], row["provider_number"]) == (inquiry.payer_id, inquiry.provider_npi)
        assert row["member_number"] == inquiry.member_id
        assert row["first_name"] == text(inquiry.dependent_first_name or inquiry.subscriber_first_name)
        assert row["birth_on"] == (inquiry.dependent_birth_date if is_child else inquiry.birth_date)
        assert (row["service_start_on"], row["service_end_on"]) == (inquiry.service_on, inquiry.service_on)
        assert row["service_type_codes"] == "30"


def test_each_inquiry_about_a_claim_comes_back():
    rows = read(read_276, write_276(ENVELOPE, [STATUS, CHILD_STATUS]))
    for inquiry, row in zip((STATUS, CHILD_STATUS), rows, strict=True):
        person = inquiry.dependent or inquiry.subscriber
        assert row["trace_number"] == inquiry.trace_number
        assert (row["payer_number"], row["provider_number"]) == (inquiry.payer_id, inquiry.provider_npi)
        assert row["member_number"] == inquiry.subscriber.member_id
        assert (row["last_name"], row["first_name"]) == (text(person.last_name), text(person.first_name))
        assert row["birth_on"] == person.birth_date
        assert (row["payer_claim_number"], row["charge_cents"]) == (inquiry.payer_claim_number, inquiry.charge_cents)
        assert (row["service_start_on"], row["service_end_on"]) == (inquiry.service_from_on, inquiry.service_to_on)


def test_each_request_for_review_comes_back():
    rows = read(read_278, write_278(ENVELOPE, [REQUEST, BY_PERSON]))
    assert [row["level"] for row in rows] == ["event", "service", "service", "event"]
    event, therapy, plain, other = rows
    assert [row["is_answer"] for row in rows] == [False] * 4
    assert (event["trace_number"], other["trace_number"]) == (REQUEST.trace_number, BY_PERSON.trace_number)
    for row in rows:
        assert (row["reviewer_number"], row["requester_number"]) == (
            REQUEST.payer_id,
            REQUEST.requester.npi,
        ) or row is other
        assert row["member_number"] == REQUEST.subscriber.member_id
        assert (row["action_code"], row["reject_codes"]) == (None, "")
    assert event["diagnosis_codes"].split() == list(REQUEST.diagnoses)
    assert (event["service_type_code"], event["facility_code"]) == (REQUEST.service_type_code, REQUEST.place_of_service)
    wanted = REQUEST.services[0]
    assert (therapy["procedure_code"], therapy["modifiers"]) == (wanted.procedure_code, ":".join(wanted.modifiers))
    assert (therapy["units"], therapy["charge_cents"]) == (wanted.units, wanted.charge_cents)
    assert (therapy["service_start_on"], therapy["service_end_on"]) == (wanted.service_from_on, wanted.service_to_on)
    assert therapy["trace_number"] == wanted.trace_number
    assert (plain["procedure_code"], plain["units"]) == (REQUEST.services[1].procedure_code, None)


@settings(max_examples=40, deadline=None)
@given(st.lists(TRANSACTIONS, min_size=1, max_size=4, unique_by=lambda t: t.control_number).map(tuple))
def test_any_receipt_comes_back(transactions):
    rows = read(read_999, write_999(ENVELOPE, [GroupReceipt("HP", 7, "005010X221A1", transactions)]), NIGHT)
    for row, transaction in zip(rows, transactions, strict=True):
        assert row["group_control_number"] == 7
        assert row["transaction_control_number"] == transaction.control_number
        assert row["answer_code"] == transaction.verdict()
        told = [code for e in transaction.errors for code in (e.code, *(element.code for element in e.elements))]
        codes = row["error_codes"].split()
        assert sorted(codes[len(codes) - len(told) :]) == sorted(told)  # written in the order of their positions
        assert set(transaction.codes) <= set(codes[: len(codes) - len(told)])


def test_each_answer_to_an_interchange_comes_back():
    receipts = [
        InterchangeReceipt(3, date(2026, 3, 1), "0100"),
        InterchangeReceipt(4, date(2026, 3, 1), "0100", "R", "006"),
    ]
    rows = read(read_ta1, write_ta1(ENVELOPE, receipts), NIGHT)
    assert [(row["interchange_control_number"], row["answer_code"], row["note_code"]) for row in rows] == [
        (receipt.control_number, receipt.code, receipt.note_code) for receipt in receipts
    ]


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("270", write_270(ENVELOPE, [INQUIRY, CHILD_INQUIRY])),
        ("276", write_276(ENVELOPE, [STATUS, CHILD_STATUS])),
        ("278", write_278(ENVELOPE, [REQUEST, BY_PERSON])),
        ("999", write_999(ENVELOPE, [GROUP])),
    ],
)
def test_nothing_that_we_write_needs_the_table_of_kept_segments(kind, content):
    for tables in read_tables(read_x12(content).transactions, kind):
        assert account(tables).wrong == []
        assert len(tables.rows["segment"]) == 0
