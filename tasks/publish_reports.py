"""Publish: a consistent snapshot for analysts, and the report page made from it."""

from datetime import date
from pathlib import Path

from tasks.reports.page import render_report, report_queries
from tasks.step import step
from tasks.stores.home import load_practice
from tasks.stores.snapshot import publish_snapshot
from tasks.stores.vault import write_over
from tasks.stores.warehouse import reader


@step
def publish_reports(home: Path, night: date) -> dict[str, int]:
    """Analysts' `current.duckdb` is the warehouse as this night left it, and the page says the same in pictures.

    Holds: the page is made from the snapshot alone; the same snapshot gives the same bytes.
    """
    snapshot = publish_snapshot(home, night)
    with reader(snapshot) as warehouse:
        sections = {name: warehouse.rows(sql) for name, sql in report_queries().items()}
    page = render_report(load_practice(home).name, night, sections)
    write_over(home / "reports" / "report.html", page.encode())
    return {"snapshot_bytes": snapshot.stat().st_size, "page_bytes": len(page)}
