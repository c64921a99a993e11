"""The measures of the ten claims (tests/reports/story.py), each worked by hand."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from decimal import Decimal

import pytest

from tests.reports.story import AS_OF, Story, day, sections_of, ten_claims


@pytest.fixture(scope="module")
def story() -> Iterator[Story]:
    made = ten_claims()
    yield made
    made.connection.close()


def by(story: Story, view: str, *keys: str) -> dict:
    return {
        tuple(row[k] for k in keys) if len(keys) > 1 else row[keys[0]]: row
        for row in story.rows(f"select * from analytics.{view}")
    }


@pytest.fixture(scope="module")
def measures(story) -> dict:
    return by(story, "kpi", "kpi")


def test_the_story_breaks_no_check(story):
    assert [row for row in sections_of(story, {})["invariants"] if row["rows"]] == []


KPIS = [
    # kpi, numerator, denominator, value
    ("charged", 86000, None, 86000),
    ("paid", 21500, None, 21500),  # 6000 + 4000 + 9000 + 2500
    ("patient_paid", 500, None, 500),  # c8
    ("adjusted", 5000, None, 5000),
    ("patient", 500, None, 500),  # 1000 of c1 less the 500 that c8's patient paid ahead
    ("open", 58500, None, 58500),  # 86000 - 22000 - 5000 - 500
    ("net_collection_rate", 22000, 81000, "0.2716"),
    ("net_collection_rate_mature", 6000, 7000, "0.8571"),  # February alone ended 120 days before July 15
    ("gross_collection_rate", 22000, 86000, "0.2558"),
    ("days_in_ar", 59000, 600, "98.3333"),  # (58500 + 500) over (56000 - 2000) / 90
    ("days_in_ar_gross", 59000, "622.2222", "94.8214"),
    ("aged_ar_over_90", 20000, 52000, "0.3846"),  # c2 of c2 c4 c5 c7 c8 c9; c6 was never sent, c10 is a credit
    ("aged_ar_over_90_from_bill", 20000, 52000, "0.3846"),
    ("denial_rate", 3, 7, "0.4286"),  # c2 c3 c7; c4 is a duplicate, c9 was taken back
    ("denial_rate_charges", 40000, 64000, "0.6250"),
    ("denial_overturn_rate", 1, 2, "0.5000"),  # c3 won back, c7 upheld
    ("clean_claim_rate", 7, 10, "0.7000"),  # not c2 and c6 (held), not c5 (rejected)
    ("acceptance_rate_clearinghouse", 4, 5, "0.8000"),  # c3 version 2 has no word of it
    ("acceptance_rate_payer", 8, 10, "0.8000"),  # not c5 (rejected), not c8 (no word yet)
    ("first_pass_rate", 2, 7, "0.2857"),  # c1 c10
    ("claim_lag", None, 9, 1),  # 10 7 2 1 1 2 1 1 1
    ("payer_lag", None, 7, 10),  # 10 20 9 9 27 17 10
    ("overdue_rate", 1, 9, "0.1111"),  # c8
]


@pytest.mark.parametrize(("kpi", "numerator", "denominator", "value"), KPIS, ids=[k[0] for k in KPIS])
def test_measure(measures, kpi, numerator, denominator, value):
    row = measures[kpi]
    expected = [None if figure is None else Decimal(figure) for figure in (numerator, denominator, value)]
    assert [row["numerator"], row["denominator"], row["value"]] == expected
    assert row["window_to_on"] == AS_OF
    assert row["window_from_on"] <= AS_OF
    assert row["definition"]
    assert row["source"]


def test_every_measure_is_worked_by_hand(measures):
    assert set(measures) == {k[0] for k in KPIS}


def test_open_and_credits_by_age_add_up_to_the_ledger(story):
    rows = by(story, "ar_aging", "payer_id", "bucket")
    assert len(rows) == 10
    shown = {key: (row["claims"], row["open_cents"], row["credit_cents"]) for key, row in rows.items() if row["claims"]}
    assert shown == {
        ("P1", "0-30"): (1, 12000, 0),
        ("P1", "31-60"): (2, 9000, 0),
        ("P1", ">120"): (1, 20000, 0),
        ("P2", "0-30"): (3, 18000, 0),
        ("P2", "61-90"): (1, 0, -500),
    }
    assert rows["P2", "0-30"]["unsent_cents"] == 7000
    assert rows["P1", "31-60"]["denied_cents"] == 5000
    total = sum(row["open_cents"] + row["credit_cents"] for row in rows.values())
    assert (
        total == story.rows("select sum(payer_open_cents + denied_cents) as open from ledger.claim_balance")[0]["open"]
    )


EDGES = [
    (-3, "0-30"),
    (30, "0-30"),
    (31, "31-60"),
    (60, "31-60"),
    (61, "61-90"),
    (90, "61-90"),
    (91, "91-120"),
    (120, "91-120"),
    (121, ">120"),
]


@pytest.fixture(scope="module")
def one_claim() -> Iterator[Story]:
    made = Story()
    made.add("claims.claim", claim_id="c1", encounter_id="e1", payer_rank="P", payer_id="P1")
    made.version("c1", 1, "03-01", 100)
    made.post("c1", "03-01", 100, "payer_receivable", "charges")
    yield made
    made.connection.close()


@pytest.mark.parametrize(("days", "bucket"), EDGES)
def test_bucket_edges(one_claim, days, bucket):
    one_claim.connection.execute("delete from reports.night")
    one_claim.close(date.fromordinal(day("03-01").toordinal() + days))
    assert [r["bucket"] for r in one_claim.rows("select * from analytics.ar_aging where open_cents > 0")] == [bucket]


def test_denials_by_payer_and_month_of_first_remittance(story):
    rows = by(story, "denial_rate", "payer_id", "month_on")
    assert {key: (row["numerator"], row["denominator"]) for key, row in rows.items()} == {
        ("P1", day("03-01")): (0, 1),
        ("P1", day("04-01")): (1, 1),
        ("P1", day("06-01")): (1, 2),
        ("P2", day("05-01")): (0, 1),
        ("P2", day("07-01")): (1, 2),
    }
    june = rows["P1", day("06-01")]
    assert (june["denied_charge_cents"], june["remitted_charge_cents"], june["denied_cents"]) == (15000, 19000, 5000)
    assert (june["window_from_on"], june["window_to_on"]) == (day("06-01"), day("06-30"))
    assert rows["P2", day("07-01")]["window_to_on"] == AS_OF


def test_denial_reasons_show_what_the_rate_leaves_out(story):
    rows = by(story, "denial_reasons", "code")
    assert {
        code: (r["cents"], r["open_cents"], r["recovered_cents"], r["uncounted_cases"]) for code, r in rows.items()
    } == {
        "CO-197": (20000, 20000, 0, 0),
        "CO-50": (5000, 0, 0, 0),
        "CO-29": (4000, 0, 0, 1),
        "CO-18": (8000, 8000, 0, 1),
        "CO-16": (5000, 0, 4000, 0),
    }


def test_collection_by_month_of_service(story):
    rows = by(story, "net_collection_rate", "month_on")
    assert {
        month.month: (r["numerator"], r["denominator"], r["value"], r["is_mature"]) for month, r in rows.items()
    } == {
        2: (6000, 7000, Decimal("0.8571"), True),
        3: (0, 20000, Decimal("0.0000"), False),
        4: (2500, 2000, Decimal("1.2500"), False),
        6: (13000, 30000, Decimal("0.4333"), False),
        7: (500, 22000, Decimal("0.0227"), False),
    }


def test_days_in_receivable_by_payer(story):
    rows = by(story, "days_in_ar", "payer_id", "measure")
    assert {key: (r["numerator"], r["value"]) for key, r in rows.items()} == {
        (None, "net"): (59000, Decimal("98.3333")),
        (None, "gross"): (59000, Decimal("94.8214")),
        ("P1", "net"): (42000, Decimal("126.0000")),
        ("P1", "gross"): (42000, Decimal("121.9355")),
        ("P2", "net"): (17000, Decimal("63.7500")),
        ("P2", "gross"): (17000, Decimal("61.2000")),
    }
    assert {r["window_days"] for r in rows.values()} == {90}


def test_hops_are_kept_apart(story):
    rows = story.rows(
        "select payer_id, hop, sum(numerator)::int as n, sum(denominator)::int as d from analytics.acceptance_rate group by all"
    )
    assert {(r["payer_id"], r["hop"]): (r["n"], r["d"]) for r in rows} == {
        ("P1", "PR"): (4, 5),
        ("P2", "AY"): (4, 5),
        ("P2", "PR"): (4, 5),
    }


def test_lag_by_payer(story):
    rows = by(story, "payer_lag", "payer_id")
    assert {p: (r["claims"], r["median_days"], r["p90_days"], r["longest_days"]) for p, r in rows.items()} == {
        "P1": (4, Decimal("18.5"), Decimal("24.9"), 27),
        "P2": (3, Decimal("9"), Decimal("9.8"), 10),
        None: (7, Decimal("10"), Decimal("22.8"), 27),
    }


def test_cash_of_all_days_is_the_ledgers_cash(story):
    rows = by(story, "cash_by_day", "posted_on")
    assert rows[day("07-10")]["claim_cents"] == 4000
    assert rows[day("07-02")]["patient_cents"] == 500
    assert rows[AS_OF]["other_cents"] == 100
    assert all(r["cash_cents"] == r["claim_cents"] + r["patient_cents"] + r["other_cents"] for r in rows.values())
    assert sum(r["cash_cents"] for r in rows.values()) == 22100


def test_stages_of_one_parent_add_up_to_it(story):
    rows = by(story, "claim_funnel", "stage")
    assert {stage: r["encounters"] for stage, r in rows.items() if r["encounters"]} == {
        "received": 12, "sent": 9, "held": 1, "not_billable": 1, "rejected_at_gate": 1, "accepted": 7, "unanswered": 1, "rejected_by_payer": 1,
        "paid": 3, "partly_denied": 1, "denied": 2, "reversed": 1,
    }  # fmt: skip
    for parent in ("received", "sent", "accepted"):
        children = [r for r in rows.values() if r["parent"] == parent]
        assert sum(r["encounters"] for r in children) == rows[parent]["encounters"]
        assert sum(r["charge_cents"] for r in children) == rows[parent]["charge_cents"]


def test_payers_add_up_to_the_practice(story, measures):
    rows = by(story, "payer_summary", "payer_id")
    for field, kpi in (
        ("charged_cents", "charged"),
        ("paid_cents", "paid"),
        ("adjusted_cents", "adjusted"),
        ("open_cents", "open"),
    ):
        assert sum(r[field] for r in rows.values()) == measures[kpi]["value"]
    assert (rows["P1"]["denied_claims"], rows["P1"]["remitted_claims"], rows["P1"]["denial_rate"]) == (
        2,
        4,
        Decimal("0.5000"),
    )
    parts = ("paid", "patient_paid", "adjusted", "prior_payer", "written_off", "suspended", "patient", "open")
    for r in rows.values():
        assert r["charged_cents"] == sum(r[f"{part}_cents"] for part in parts)


def test_an_earlier_payers_part_and_suspended_money_stand_apart():
    s = Story()
    s.claim("c1", "P2", "06-01", "06-02", 10000)
    s.post("c1", "06-10", 7000, "prior_payer", "payer_receivable", "T1")
    s.post("c1", "06-10", 2000, "cash", "payer_receivable", "T1")
    s.post("c1", "06-11", 500, "cash", "suspense", "T2")
    s.close(AS_OF)
    with closing(s.connection):
        (payer,) = s.rows("select * from analytics.payer_summary")
        (cohort,) = s.rows("select * from analytics.net_collection_rate")
    assert (payer["paid_cents"], payer["prior_payer_cents"], payer["suspended_cents"], payer["open_cents"]) == (
        2500,
        7000,
        -500,
        1000,
    )
    assert (cohort["numerator"], cohort["denominator"]) == (2500, 3000)


def test_a_night_shows_what_happened_in_it(story):
    rows = by(story, "night_trend", "night")
    first, before = rows[date(2026, 2, 20)], rows[day("07-14")]
    assert (first["sent_count"], first["sent_cents"]) == (1, 10000)
    assert (before["newly_held_count"], before["paid_cents"]) == (1, 0)


def test_overdue_counts_from_the_answer_day(story):
    assert [
        (r["claim_id"], r["expected_on"], r["days_late"], r["open_cents"])
        for r in story.rows("select * from analytics.overdue")
    ] == [("c8", day("07-13"), 2, 3000)]


def test_a_resubmission_does_not_reset_the_first_answer(story):
    assert by(story, "first_remittance", "claim_id")["c3"]["remitted_on"] == day("07-01")


def test_a_claim_split_over_two_remittances_passes_first():
    s = Story()
    s.claim("c1", "P1", "06-01", "06-02", 10000)
    s.send("c1", 1, "06-02")
    s.hear("c1", 1, "PR", "A2", "06-03")
    s.remit("c1", 1, "06-10", "remit_split_part", 6000, paid=6000)
    s.remit("c1", 1, "06-12", "remit_paid", 4000, paid=4000)
    s.close(AS_OF)
    with closing(s.connection):
        assert [(r["numerator"], r["denominator"]) for r in s.rows("select * from analytics.first_pass_rate")] == [
            (1, 1)
        ]


@pytest.fixture(scope="module")
def nothing() -> Iterator[Story]:
    made = Story()
    yield made
    made.connection.close()


def test_nothing_to_divide_by_is_null_not_an_error(nothing):
    views = nothing.rows("select view_name from duckdb_views() where schema_name = 'analytics'")
    assert len(views) > 15
    for view in views:
        nothing.rows(f"select * from analytics.{view['view_name']}")
    nothing.close(AS_OF)
    kpis = nothing.rows("select unit, value from analytics.kpi")
    assert len(kpis) == len(KPIS)
    assert {row["value"] for row in kpis if row["unit"] != "cents"} == {None}
    assert {row["value"] for row in kpis if row["unit"] == "cents"} == {Decimal(0)}


def test_every_view_says_its_grain(nothing):
    views = nothing.rows("select view_name, comment from duckdb_views() where schema_name = 'analytics'")
    assert [v["view_name"] for v in views if not v["comment"] or "one row" not in v["comment"]] == []
