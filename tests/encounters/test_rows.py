import csv
import io
import json
from hashlib import sha256
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import Fault
from tasks.encounters.rows import BadRow, check_manifest, read_rows

HEADER = ("encounter_id", "line_number", "charge")
VALUE = st.text(st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\u2028\u2029\x85"), max_size=8)


def _csv(rows, line_end="\n"):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator=line_end)
    writer.writerow(HEADER)
    writer.writerows(rows)
    return out.getvalue().encode()


def _texts(frame):
    return [
        tuple(None if value != value else value for value in row) for row in frame[list(HEADER)].itertuples(index=False)
    ]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(VALUE, VALUE, VALUE), max_size=8), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_what_is_written_is_read_and_each_byte_range_is_its_row(rows, line_end, has_mark):
    content = (b"\xef\xbb\xbf" if has_mark else b"") + _csv(rows, line_end)
    frame, bad = read_rows(content, "service_lines", HEADER)
    assert _texts(frame) == [tuple(value or None for value in row) for row in rows]
    assert [(b.rule_id, b.source_row) for b in bad] == ([("S05", 0)] if has_mark else [])
    for number, row in enumerate(frame.itertuples(), 1):
        raw = content[row.byte_start : row.byte_end]
        again, none_bad = read_rows(b",".join(name.encode() for name in HEADER) + b"\n" + raw, "service_lines", HEADER)
        assert (_texts(again), none_bad, row.source_row) == ([_texts(frame)[number - 1]], [], number)


BROKEN = [
    ("too few fields", b"E-1,1", "E-1"),
    ("too many fields", b"E-1,1,5.00,x", "E-1"),
    ("a stray quote", b'E-1,1",5.00', "E-1"),
    ("text after a quote", b'E-1,"1"x,5.00', "E-1"),
    ("an open quote", b'E-1,"1,5.00', "E-1"),
    ("a quoted line break", b'E-1,"1\n2",5.00', "E-1"),
    ("a name where the key should be", b"Doe John,1", ""),
]


@pytest.mark.parametrize(("case", "raw", "key"), BROKEN)
def test_a_broken_row_is_named_and_its_neighbours_are_read(case, raw, key):
    content = b"encounter_id,line_number,charge\nE-0,1,1.00\n" + raw + b"\nE-2,1,2.00\n"
    frame, bad = read_rows(content, "service_lines", HEADER)
    start = content.index(raw)
    assert bad == [BadRow(2, start, start + len(raw), "S04", "service_lines", key)], case
    assert _texts(frame) == [("E-0", "1", "1.00"), ("E-2", "1", "2.00")]
    assert list(frame["source_row"]) == [1, 3]


def test_two_stray_quotes_far_apart_do_not_swallow_the_rows_between():
    between = b"".join(b"E-%d,1,1.00\n" % number for number in range(100))
    frame, bad = read_rows(
        b'encounter_id,line_number,charge\nA,"1,1\n' + between + b'B,1",1\n', "service_lines", HEADER
    )
    assert len(frame) == 100
    assert [row.source_row for row in bad] == [1, 102]


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=120))
def test_any_bytes_under_the_header_are_rows_or_bad_rows_and_never_both(tail):
    content = b"encounter_id,line_number,charge\n" + tail
    frame, bad = read_rows(content, "service_lines", HEADER)
    spans = sorted(
        [
            *zip(frame["byte_start"], frame["byte_end"], strict=True),
            *((b.byte_start, b.byte_end) for b in bad if b.source_row),
        ]
    )
    covered = b"".join(content[start:end] for start, end in spans)
    assert covered.replace(b"\n", b"").replace(b"\r", b"") == tail.replace(b"\n", b"").replace(b"\r", b"")
    assert all(first[1] <= second[0] for first, second in pairwise(spans))
    numbers = sorted([*frame["source_row"], *(b.source_row for b in bad if b.source_row)])
    assert numbers == list(range(1, len(numbers) + 1))


def test_bytes_that_are_not_utf8_are_replaced_and_named_once():
    frame, bad = read_rows(b"encounter_id,line_number,charge\nE-1,1,P\xe9rez\n", "service_lines", HEADER)
    assert frame["charge"].iat[0] == "P\ufffdrez"
    assert [(b.rule_id, b.source_row) for b in bad] == [("S05", 0)]


@pytest.mark.parametrize(
    ("header", "told"),
    [
        (b"encounter_id,line_number", "missing charge"),
        (b"encounter_id,line_number,charge,colour", "extra colour"),
        (b"encounter_id,charge,line_number", "column 2"),
        (b"encounter_id,line_number,Jane Doe", "missing charge"),
        (b"", "no header"),
        (b"encounter_id,encounter_id,charge", "distinct"),
    ],
)
def test_another_header_is_a_fault_that_names_columns_and_no_values(header, told):
    with pytest.raises(Fault) as raised:
        read_rows(header + b"\nE-1,1,5.00\n", "service_lines", HEADER)
    assert raised.value.code == "UNKNOWN_LAYOUT"
    assert told in str(raised.value)
    assert "Jane" not in str(raised.value)


def _manifest(content, rows, **changes):
    said = {"rows": rows, "sha256": sha256(content).hexdigest()}
    return json.dumps({"tables": {"service_lines.csv": said | changes}}).encode()


def test_a_complete_drop_passes():
    content = _csv([("E-1", "1", "5.00"), ("E-2", "1", "6.00")])
    check_manifest(_manifest(content, 2), {"service_lines.csv": content})


@pytest.mark.parametrize(
    ("manifest", "files", "told"),
    [
        (lambda c: _manifest(c, 3), lambda c: {"service_lines.csv": c}, "2 rows, the manifest says 3"),
        (lambda c: _manifest(c, 2, sha256="0" * 64), lambda c: {"service_lines.csv": c}, "SHA-256"),
        (lambda c: _manifest(c, 2), lambda c: {}, "is missing"),
        (lambda c: _manifest(c, 2), lambda c: {"service_lines.csv": c, "more.csv": c}, "not in the manifest"),
        (lambda c: b"{", lambda c: {"service_lines.csv": c}, "not the manifest"),
        (lambda c: b'{"tables": []}', lambda c: {"service_lines.csv": c}, "not the manifest"),
    ],
)
def test_a_drop_that_is_not_as_promised_is_a_fault(manifest, files, told):
    content = _csv([("E-1", "1", "5.00"), ("E-2", "1", "6.00")])
    with pytest.raises(Fault, match="INCOMPLETE_DROP") as raised:
        check_manifest(manifest(content), files(content))
    assert told in str(raised.value)
