"""The report page: one HTML file that needs no network, made from the rows of the snapshot."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from tasks.reports.charts import WIDE, columns, day_ranges, rate_bars, stacked_bars
from tasks.reports.drawing import Series
from tasks.reports.figures import show_value, with_dollar_sign
from tasks.reports.flow import draw_flow
from tasks.reports.queries import REPORT_QUERIES
from tasks.reports.sections import TABLES
from tasks.reports.tables import fill

Row = Mapping[str, Any]
ReportData = Mapping[str, Sequence[Row]]
"""Rows by section: those of report_queries()."""

TILES = (
    ("charged", "paid", "adjusted", "open"),
    ("net_collection_rate", "days_in_ar", "denial_rate", "clean_claim_rate", "first_pass_rate"),
)

MONEY = (
    Series("paid_cents", "paid by payers", "good"),
    Series("patient_paid_cents", "paid by patients", "copay"),
    Series("adjusted_cents", "adjusted by contract", "idle"),
    Series("prior_payer_cents", "settled by an earlier payer", "prior"),
    Series("written_off_cents", "written off", "lost"),
    Series("patient_cents", "patients owe", "patient"),
    Series("unanswered_cents", "waiting for payers", "flow"),
    Series("denied_cents", "denied, still open", "bad"),
)
AGES = tuple(
    Series(bucket, f"{bucket} days", f"age{i}")
    for i, bucket in enumerate(("0-30", "31-60", "61-90", "91-120", ">120"), 1)
)
CASH = (
    Series("claim_cents", "payers, on claims", "good"),
    Series("patient_cents", "patients", "copay"),
    Series("other_cents", "payers, beside claims", "idle"),
)
DENIALS = (
    Series("open_cents", "open", "bad"),
    Series("recovered_cents", "recovered", "good"),
    Series("other_cents", "closed otherwise", "idle"),
)


def report_queries() -> Mapping[str, str]:
    """Give the query of each section; its rows are what render_report takes."""
    return REPORT_QUERIES


def render_report(practice: str, night: date, sections: ReportData) -> str:
    """Give the page of this night as one HTML text.

    Shape: `sections` as ReportData; a section that is missing is shown as empty.
    Holds: the same rows give the same text; no field is shown that a table or chart does not name; nothing is fetched.
    """
    data: dict[str, list[Row]] = {name: list(rows) for name, rows in sections.items()}
    data["kpi"] = [_with_shown_figures(row) for row in data.get("kpi", [])]
    data["invariants"] = [
        {**row, "verdict": "broken" if row["rows"] else "holds"} for row in data.get("invariants", [])
    ]
    style, script = _source("report.css"), _source("report.js")
    page = _template().render(
        practice=practice,
        night=night,
        long_night=f"{night:%B} {night.day}, {night.year}",
        style=Markup(style),
        script=Markup(script),
        style_hash=_policy_hash(style),
        script_hash=_policy_hash(script),
        tiles=_tiles(data["kpi"]),
        broken=[row for row in data["invariants"] if row["rows"]],
        waiting_count=sum(int(row["count"]) for row in data.get("waiting", [])),
        charts=_charts(data),
        tables={table.section: fill(table, data.get(table.section, [])) for table in TABLES},
    )
    return str(page)


def _with_shown_figures(row: Row) -> Row:
    """Add the texts of value, numerator and denominator, each in its own unit."""
    parts = {name: _shown(row[name], row["parts_unit"]) for name in ("numerator", "denominator")}
    return {
        **row,
        "shown": _shown(row["value"], row["unit"]),
        **{f"shown_{name}": words for name, words in parts.items()},
    }


def _shown(value: object, unit: str) -> str:
    return with_dollar_sign(value) if unit == "cents" and value is not None else show_value(value, unit)


def _tiles(measures: Sequence[Row]) -> list[list[dict[str, Any]]]:
    known = {row["kpi"]: row for row in measures}
    return [[_tile(known[name]) for name in names if name in known] for names in TILES]


def _tile(measure: Row) -> dict[str, Any]:
    made_of = f"{measure['shown_numerator']} of {measure['shown_denominator']}"
    if measure["unit"] == "days":
        made_of = f"{measure['shown_numerator']} at {measure['shown_denominator']} a day"
    return {**measure, "made_of": "" if measure["unit"] == "cents" else made_of}


def _charts(data: Mapping[str, Sequence[Row]]) -> dict[str, Markup]:
    """Draw every picture of the page; one without rows is empty."""
    payers = [{**row, "unanswered_cents": row["open_cents"] - row["denied_cents"]} for row in data.get("payers", [])]
    whole = [{"payer": "All payers", **{s.field: sum(row[s.field] for row in payers) for s in MONEY}}] if payers else []
    remitted = [row for row in payers if row["remitted_claims"]]
    denials = [_with_rest(row) for row in data.get("denials_by_category", [])]
    made_of = ("denied_claims", "remitted_claims")
    return {
        "flow": draw_flow(data.get("funnel", [])),
        "money": stacked_bars("money", "Where the charges are", whole, "payer", MONEY, WIDE),
        "payers": stacked_bars("payers-money", "Where the charges of each payer are", payers, "payer", MONEY),
        "aging": stacked_bars("aging-bars", "A/R by payer and age", _aged(data.get("aging", [])), "payer", AGES),
        "denials": stacked_bars("denial-bars", "Denied by category", denials, "category", DENIALS),
        "rates": rate_bars("rate-bars", "Denial rate by payer", remitted, "payer", "denial_rate", made_of),
        "cash": columns("cash-columns", "Cash by night", data.get("cash", []), "posted_on", CASH),
        "lag": day_ranges("lag-ranges", "Days from sending to first remittance", data.get("lag", []), "payer"),
    }


def _with_rest(row: Row) -> Row:
    return {**row, "other_cents": row["cents"] - row["open_cents"] - row["recovered_cents"]}


def _aged(rows: Sequence[Row]) -> list[Row]:
    """Give one row per payer with the open cents of each bucket, most open first."""
    payers: dict[str, dict[str, Any]] = {}
    for row in rows:
        payers.setdefault(row["payer"], {"payer": row["payer"], **{s.field: 0 for s in AGES}})[row["bucket"]] += row[
            "open_cents"
        ]
    return sorted(payers.values(), key=lambda p: (-sum(p[s.field] for s in AGES), p["payer"]))


@cache
def _source(name: str) -> str:
    return files("schemas.page").joinpath(name).read_text(encoding="utf-8")


def _policy_hash(source: str) -> str:
    """Give the hash by which the page's own policy lets this text run, and nothing else."""
    return f"sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}"


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(_source("report.html.j2"))
