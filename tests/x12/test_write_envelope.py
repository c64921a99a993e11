"""What stands in ISA is checked in every kind of file; a qualifier and its value stand only together."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import Fault
from tasks.x12.builder import PAIRED, grammar
from tasks.x12.envelope import read_x12
from tasks.x12.inquiry import write_270
from tasks.x12.professional import write_837p
from tasks.x12.receipt import InterchangeReceipt, write_999, write_ta1
from tasks.x12.review_request import write_278
from tasks.x12.status_inquiry import write_276
from tests.x12.write_questions import CHILD_INQUIRY, GROUP, INQUIRY, REQUEST, STATUS
from tests.x12.write_rows import ENVELOPE, claim

WRITERS = {
    "837P": lambda envelope: write_837p(envelope, [claim()]).content,
    "270": lambda envelope: write_270(envelope, [INQUIRY]),
    "276": lambda envelope: write_276(envelope, [STATUS]),
    "278": lambda envelope: write_278(envelope, [REQUEST]),
    "999": lambda envelope: write_999(envelope, [GROUP]),
    "TA1": lambda envelope: write_ta1(envelope, [InterchangeReceipt(3, date(2026, 3, 1), "0100")]),
}
SPOILED = [
    # field, value, code, place and name of the element
    *(
        (field, f"A{sign}B", "WRITE_CHARACTER", *named)
        for field, *named in (
            ("sender_id", "06", "Sender ID"),
            ("receiver_id", "08", "Receiver ID"),
            ("usage", "15", "Usage Indicator"),
        )
        for sign in ("*", "~", ":", "^", "\n", "\0", "\x1f", "\u00e9", "\u65e5", "`")
    ),
    ("sender_id", "X" * 16, "WRITE_LENGTH", "06", "Sender ID"),
    ("receiver_id", "", "WRITE_MISSING", "08", "Receiver ID"),
    ("time", "A*B", "WRITE_CHARACTER", "10", "Interchange Time"),
    ("time", "215", "WRITE_FORMAT", "10", "Interchange Time"),
    ("time", "2400", "WRITE_FORMAT", "10", "Interchange Time"),
    ("time", "0260", "WRITE_FORMAT", "10", "Interchange Time"),
    ("time", "\u0660215", "WRITE_CHARACTER", "10", "Interchange Time"),
    ("interchange_control_number", -1, "WRITE_FORMAT", "13", "Interchange Control Number"),
    ("usage", "X", "WRITE_CODE", "15", "Usage Indicator"),
    ("usage", "", "WRITE_MISSING", "15", "Usage Indicator"),
]


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize(("field", "value", "code", "place", "name"), SPOILED)
def test_an_envelope_that_is_wrong_is_refused_in_every_kind(kind, field, value, code, place, name):
    if kind == "TA1" and field == "interchange_control_number":
        return  # each receipt takes a number of its own from there on
    with pytest.raises(Fault, match=name) as raised:
        WRITERS[kind](replace(ENVELOPE, **{field: value}))
    assert (raised.value.code, raised.value.segment, raised.value.element) == (code, "ISA", place)
    assert raised.value.remedy.startswith("mend sender, receiver or usage")


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(["sender_id", "receiver_id", "time", "usage"]),
    st.text(max_size=16),
    st.sampled_from(sorted(WRITERS)),
)
def test_any_envelope_is_refused_or_is_read_as_it_was(field, value, kind):
    try:
        content = WRITERS[kind](replace(ENVELOPE, **{field: value}))
    except Fault:
        return
    read = read_x12(content).transactions
    places = {"sender_id": slice(35, 50), "receiver_id": slice(54, 69), "time": slice(76, 80), "usage": slice(102, 103)}
    assert len(read) == 1
    assert content[places[field]].decode("ascii").rstrip() == value.strip()


@pytest.mark.parametrize(
    ("write", "question", "place", "name"),
    [
        (write_270, replace(INQUIRY, member_id=""), "NM109", "Subscriber Identifier is required"),
        (write_270, replace(CHILD_INQUIRY, member_id=" "), "NM109", "Subscriber Identifier is required"),
        (write_278, replace(REQUEST, contact_phone=" "), "PER04", "Communication Number is required"),
    ],
)
def test_a_qualifier_without_its_value_is_refused(write, question, place, name):
    with pytest.raises(Fault, match=name) as raised:
        write(ENVELOPE, [question])
    assert (raised.value.code, raised.value.segment + raised.value.element) == ("WRITE_MISSING", place)
    assert raised.value.claim_id == question.trace_number


@pytest.mark.parametrize("file_name", ["837p.csv", "270.csv", "278.csv"])
def test_neighbours_that_stand_only_together_are_refused_alone(file_name):
    seen = 0
    for (loop, segment_id, _), rule in grammar(file_name).items():
        for at in PAIRED.get(segment_id, ()):
            if at < len(rule.positions) and all(p.parts and not p.is_required for p in rule.positions[at - 1 : at + 1]):
                for alone in (at, at + 1):
                    _is_refused_alone(rule, at, alone)
                    seen += 1
                assert loop
    assert seen


def _is_refused_alone(rule, at, alone):
    values = [_sample(p) if p.is_required else "" for p in rule.positions]
    whole = [
        _sample(p) if n in (at, at + 1) else v for n, (p, v) in enumerate(zip(rule.positions, values, strict=True), 1)
    ]
    assert rule.write(*whole)
    single = [value if n not in (at, at + 1) or n == alone else "" for n, value in enumerate(whole, 1)]
    with pytest.raises(Fault, match=r"is required: .* is filled") as raised:
        rule.write(*single)
    assert raised.value.element == f"{at + (alone == at):02d}"


def _sample(position):
    """Give the shortest value that an element, or the first components of one, may have."""
    values = [
        part.codes[0] if part.codes else "1" * max(part.shortest, 1) for part in position.parts if part.is_required
    ]
    first = position.parts[0]
    return ":".join(values) or (first.codes[0] if first.codes else "1" * max(first.shortest, 1))
