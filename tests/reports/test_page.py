"""The report page in a real headless Chromium: it loads alone, says what the warehouse says, sorts and filters."""

import os
import shutil
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tasks.reports.page import render_report, report_queries
from tests.reports.story import AS_OF, Story, sections_of, ten_claims

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install -e .[dev]")

CHROMIUM = next(
    (
        path
        for path in ("/usr/bin/chromium", shutil.which("chromium"), shutil.which("google-chrome"))
        if path and os.access(path, os.X_OK)
    ),
    None,
)
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: apt-get install -y chromium")


@pytest.fixture(scope="module")
def story() -> Iterator[Story]:
    made = ten_claims()
    yield made
    made.connection.close()


@pytest.fixture(scope="module")
def address(story, tmp_path_factory) -> str:
    path: Path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(
        render_report("Harbor Family Medicine", AS_OF, sections_of(story, report_queries())), encoding="utf-8"
    )
    return path.as_uri()


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield launched
        launched.close()


@pytest.fixture
def page(browser, address):
    opened = browser.new_page(viewport={"width": 1280, "height": 900})
    opened.goto(address)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def still(browser, address):
    """Give the page for tests that only read it."""
    opened = browser.new_page(viewport={"width": 1280, "height": 900})
    opened.goto(address)
    yield opened
    opened.close()


def column(page, section: str, heading: str) -> list[str]:
    at = page.locator(f"table[data-section={section}] thead th").all_text_contents().index(heading)
    return page.locator(f"table[data-section={section}] tbody tr:visible td:nth-child({at + 1})").all_text_contents()


def test_loads_without_an_error_and_asks_for_nothing(browser, address):
    page = browser.new_page()
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address, wait_until="networkidle")
    page.locator("table[data-section=denial_reasons] thead button").first.click()
    page.close()
    assert said == []
    assert asked == [address]


TILES = {
    # tile: the same figure asked of the tables, not of the view the page was made from
    "charged": "select -sum(amount_cents) from ledger.entry where account = 'charges'",
    "paid": "select sum(amount_cents) from ledger.entry where account = 'cash' and claim_id is not null and trace_number is not null",
    "adjusted": "select sum(amount_cents) from ledger.entry where account = 'contractual'",
    "open": "select sum(amount_cents) from ledger.entry where account in ('payer_receivable', 'denied')",
    "net_collection_rate": """select sum(case when account = 'cash' then amount_cents end) /
                              -sum(case when account in ('charges', 'contractual') then amount_cents end) from ledger.entry where claim_id is not null""",
    "denial_rate": "select 3 / 7",
    "clean_claim_rate": "select 1 - count(distinct claim_id) / (select count(*) from claims.claim) from claims.event where to_state in ('HELD', 'REJECTED')",
    "first_pass_rate": "select 2 / 7",
    "days_in_ar": "select 59000 * 90 / 54000",
}


@pytest.mark.parametrize("kpi", TILES)
def test_a_tile_says_what_the_warehouse_says(still, story, kpi):
    value = float(story.connection.execute(TILES[kpi]).fetchall()[0][0])
    written = {"days_in_ar": f"{value:,.1f}"}.get(
        kpi, f"{value * 100:.1f}%" if "rate" in kpi else f"${value / 100:,.2f}"
    )
    assert still.locator(f"[data-kpi={kpi}] .figure").inner_text() == written


def test_every_tile_is_checked(still):
    assert [tile.get_attribute("data-kpi") for tile in still.locator("[data-kpi]").all()] != []
    assert {tile.get_attribute("data-kpi") for tile in still.locator("[data-kpi]").all()} == set(TILES)


def test_a_table_sorts_by_number_and_by_word(page):
    heading = page.locator("table[data-section=denial_reasons] th", has_text="Denied $")
    heading.locator("button").click()
    assert column(page, "denial_reasons", "Denied $") == ["40.00", "50.00", "50.00", "80.00", "200.00"]
    assert heading.get_attribute("aria-sort") == "ascending"
    heading.locator("button").click()
    assert column(page, "denial_reasons", "Denied $") == ["200.00", "80.00", "50.00", "50.00", "40.00"]
    assert heading.get_attribute("aria-sort") == "descending"
    page.locator("table[data-section=denial_reasons] th", has_text="Code").locator("button").click()
    assert column(page, "denial_reasons", "Code") == ["CO-16", "CO-18", "CO-197", "CO-29", "CO-50"]
    assert heading.get_attribute("aria-sort") == "none"


def test_a_table_sorts_by_keyboard(page):
    page.locator("table[data-section=denial_reasons] th button", has_text="Denied $").focus()
    page.keyboard.press("Enter")
    assert column(page, "denial_reasons", "Denied $")[0] == "40.00"
    page.keyboard.press("Space")
    assert column(page, "denial_reasons", "Denied $")[0] == "200.00"


def test_absent_values_sort_last(page):
    page.locator("summary", has_text="How each figure").click()
    heading = page.locator("table[data-section=kpi] th button", has_text="Denominator")
    for _ in range(2):
        heading.click()
        assert column(page, "kpi", "Denominator")[-6:] == ["n/a"] * 6


def test_a_table_filters_by_words(page):
    page.locator("summary", has_text="How each figure").click()
    box = page.get_by_label("Filter: Every measure")
    box.fill("HFMA denial rate")
    assert column(page, "kpi", "Measure") == ["Denial rate", "Denial rate by charge"]
    assert page.locator("#table-kpi output").inner_text() == "2 of 23 rows"
    box.fill("no such words")
    assert column(page, "kpi", "Measure") == []
    box.fill("")
    assert len(column(page, "kpi", "Measure")) == 23


def test_worklists_carry_ids_and_no_person(still):
    assert column(still, "worklist", "Control number") == ["PCNC2V1", "PCNC4V1"]
    assert column(still, "held", "Encounter") == ["e6"]
    assert column(still, "overdue", "Claim") == ["c8"]
    assert "DOE" not in still.content()


def test_a_check_that_holds_is_said_at_the_top(still):
    assert still.locator(".status .good").first.inner_text().startswith("All ")
    assert set(column(still, "invariants", "Verdict")) == {"holds"}


@pytest.mark.parametrize("width", [1280, 800, 390])
def test_the_page_never_scrolls_sideways(still, width):
    still.set_viewport_size({"width": width, "height": 900})
    assert still.evaluate("document.documentElement.scrollWidth") <= width


CONTRAST = """() => {
  const seen = color => color.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(c => c / 255).map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = e => { for (; e; e = e.parentElement) { const c = seen(getComputedStyle(e).backgroundColor); if (c.length === 3 || c[3] > 0) return c; } };
  const texts = [...document.querySelectorAll('p, dd, dt, th, td, a, h1, h2, h3, li, summary, caption, label')];
  return texts.filter(e => e.checkVisibility() && e.className !== 'skip').map(e => {
    const [a, b] = [light(seen(getComputedStyle(e).color)), light(behind(e))].sort((x, y) => y - x);
    return [(a + 0.05) / (b + 0.05), e.tagName + '.' + e.className];
  }).filter(([ratio]) => ratio < 4.5);
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(still, scheme):
    still.emulate_media(color_scheme=scheme)
    assert still.evaluate(CONTRAST) == []


def test_a_screen_reader_can_name_tables_and_pictures(still):
    assert still.locator("table:not(:has(caption))").count() == 0
    assert still.locator("thead th:not([scope=col])").count() == 0
    assert still.locator("svg[role=img]").count() >= 6
    assert still.locator("svg[role=img]:not(:has(> title)), svg[role=img]:not(:has(> desc))").count() == 0
    ids = still.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))


def test_printing_opens_what_is_folded_and_closes_it_again(page):
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator("details[open]").count() == 0


def test_without_scripts_everything_is_still_there_to_read(browser, address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    assert page.locator("table[data-section=denial_reasons] tbody tr").count() == 5
    assert page.locator("input, button").count() == 0
    context.close()


def test_the_picture_of_the_page_is_not_blank(still):
    assert len(set(pixel_bytes(still.screenshot()))) > 100


def pixel_bytes(png: bytes) -> bytes:
    """Give the filtered bytes of a PNG's pixels: a blank page has a handful of values, a drawn one hundreds."""
    at, packed = 8, b""
    while at < len(png):
        size, kind = struct.unpack(">I4s", png[at : at + 8])
        packed += png[at + 8 : at + 8 + size] if kind == b"IDAT" else b""
        at += size + 12
    return zlib.decompress(packed)
