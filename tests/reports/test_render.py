"""What render_report holds without a browser: the same bytes, nothing unnamed, nothing unescaped."""

import re
from contextlib import closing
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.reports.charts import columns, stacked_bars
from tasks.reports.drawing import Series
from tasks.reports.figures import show_value, sort_key, with_dollar_sign
from tasks.reports.flow import WORDS, draw_flow
from tasks.reports.page import render_report, report_queries
from tasks.reports.sections import TABLES
from tasks.reports.tables import Column, Table, fill
from tests.reports.story import AS_OF, Story, sections_of, ten_claims

PRACTICE = "Harbor Family Medicine"


def told_by(story: Story) -> dict:
    with closing(story.connection):
        return sections_of(story, report_queries())


@pytest.fixture(scope="module")
def sections():
    return told_by(ten_claims())


def test_same_rows_same_bytes(sections):
    again = dict(reversed(told_by(ten_claims()).items()))
    assert render_report(PRACTICE, AS_OF, sections) == render_report(PRACTICE, AS_OF, again)


def test_a_warehouse_without_a_row_has_a_page():
    page = render_report(PRACTICE, AS_OF, told_by(Story()))
    assert "No claim yet." in page
    assert "n/a" in page


def test_a_page_without_sections_is_a_page():
    assert "Billing night of" in render_report(PRACTICE, AS_OF, {})


def test_every_table_has_a_section_that_is_asked_for(sections):
    assert {table.section for table in TABLES} <= set(sections)
    for table in TABLES:
        fields = {c.field for c in table.columns if not c.field.startswith("shown") and c.kind != "verdict"}
        assert all(fields <= set(row) for row in sections[table.section]), table.section


def test_nothing_a_person_could_be_known_by_is_asked_for():
    asked = " ".join(report_queries().values())
    assert not re.search(r"\b(value|first_name|last_name|birth_date|member_id|address1|patient_key|drop_name)\b", asked)
    assert "a.file_name" not in asked


def test_values_of_failed_rows_stay_out(sections):
    assert "DOE" not in render_report(PRACTICE, AS_OF, sections)


def test_the_policy_lets_only_this_style_and_this_script_run(sections):
    page = render_report(PRACTICE, AS_OF, sections)
    assert "unsafe-inline" not in page
    assert " style=" not in page
    assert not re.search(r"(src|href)=\"(?!#|data:,)", page)
    assert page.count("'sha256-") == 2


def test_a_broken_check_is_said_at_the_top(sections):
    broken = {
        **sections,
        "invariants": [{"invariant": "ledger.unbalanced", "rows": 2}, {"invariant": "encounters.lost", "rows": 0}],
    }
    page = render_report(PRACTICE, AS_OF, broken)
    assert "1 of 2 checks broken" in page
    assert '<td class="verdict broken">broken</td>' in page


def test_a_worklist_cut_short_says_so():
    filled = fill(Table("held", "Held", (Column("n", "N", "count"),)), [{"n": 1, "total_count": 900}])
    assert (len(filled.rows), filled.total) == (1, 900)
    page = render_report(PRACTICE, AS_OF, {"held": [{"encounter_id": "e1", "total_count": 1234}]})
    assert "the first 1 of 1,234" in page


HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"'&"


def test_what_a_file_says_never_becomes_markup(sections):
    ours = {"unit", "parts_unit", "kpi", "bucket", "stage", "parent"}
    hostile = {
        name: [{k: HOSTILE if isinstance(v, str) and k not in ours else v for k, v in row.items()} for row in rows]
        for name, rows in sections.items()
    }
    page = render_report(HOSTILE, AS_OF, hostile)
    assert "<script>alert" not in page
    assert "<img" not in page
    assert page.count("<script>") == 1


@given(st.integers(-(10**15), 10**15))
def test_cents_are_written_to_the_cent(cents):
    text = show_value(cents, "cents")
    assert int(text.replace(",", "").replace(".", "")) == cents
    assert with_dollar_sign(cents).replace("$", "") == text
    assert show_value(Decimal(cents).quantize(Decimal("0.0001")), "cents") == text


@pytest.mark.parametrize(
    ("value", "kind", "text", "key"),
    [
        (Decimal("0.1234"), "rate", "12.3%", "0.1234"),
        (Decimal("1.0000"), "rate", "100.0%", "1.0000"),
        (None, "rate", "n/a", ""),
        (Decimal("1234.5000"), "days", "1,234.5", "1234.5000"),
        (1234567, "count", "1,234,567", "1234567"),
        (date(2026, 7, 1), "date", "2026-07-01", "2026-07-01"),
        ("front_desk", "words", "front desk", "front_desk"),
        (True, "flag", "yes", "1"),
        ("", "text", "", ""),
    ],
)
def test_values_are_written_for_people_and_sorted_by_what_they_are(value, kind, text, key):
    assert (show_value(value, kind), sort_key(value, kind)) == (text, key)


PARTS = (Series("a_cents", "a", "good"), Series("b_cents", "b", "bad"))
amounts = st.lists(st.tuples(st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9)), min_size=1, max_size=8)


@given(amounts)
def test_bars_and_columns_stay_inside_their_picture(pairs):
    rows = [{"night": date(2026, 7, i + 1), "a_cents": a, "b_cents": b} for i, (a, b) in enumerate(pairs)]
    for drawn in (stacked_bars("k", "t", rows, "night", PARTS), columns("k", "t", rows, "night", PARTS)):
        width, height = (float(n) for n in re.search(r'class="chart[^"]*" viewBox="0 0 (\S+) (\S+)"', drawn).groups())
        for x, y, w, h in re.findall(r'<rect class="\w+" x="(\S+)" y="(\S+)" width="(\S+)" height="(\S+)"', drawn):
            assert 0 <= float(x) <= float(x) + float(w) <= width + 0.1
            assert 0 <= float(y) <= float(y) + float(h) <= height + 0.1


def test_every_stage_has_its_words(sections):
    assert [row["stage"] for row in sections["funnel"]] == list(WORDS)


def test_every_stage_that_holds_something_has_its_band(sections):
    drawn = draw_flow(sections["funnel"])
    assert drawn.count('class="band') == sum(1 for row in sections["funnel"] if row["encounters"]) - 1
    for parent in ("received", "sent", "accepted"):
        children = [row["encounters"] for row in sections["funnel"] if row["parent"] == parent]
        stage = next(row for row in sections["funnel"] if row["stage"] == parent)
        assert f"{WORDS[parent][0]}: {sum(children)}" in drawn
        assert sum(children) == stage["encounters"]
