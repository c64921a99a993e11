"""The paper, read by another program: its words and sums are the warehouse's, its bytes are always the same, nothing lies on another."""

import io
import re
from datetime import date

import pypdfium2
import pytest
from pypdf import PdfReader

from schemas.money import dollars
from tasks.patients.paper import ROWS_FIRST, ROWS_NEXT, ROWS_ONLY, Letterhead, draw_statement
from tasks.patients.statements import Statement
from tasks.stores.vault import get_bytes

DAY = date(2026, 3, 2)
HEAD = Letterhead(["Harbor Family Medicine", "1 MAIN ST"], "508-555-0100", ["ORLA SALTFORD", "83 PILOT HILL"], 42)


def statement(count: int) -> Statement:
    money = {"charge_cents": 123_456, "insurance_paid_cents": 100_000, "adjusted_cents": 20_000, "pending_cents": 0}
    lines = [
        {
            "encounter_id": f"HFM-{number:04d}",
            "service_on": DAY,
            **money,
            "patient_paid_cents": 1000,
            "balance_cents": 2456,
            "age_days": number * 7,
        }
        for number in range(count)
    ]
    return Statement("PT-1", DAY, DAY, tuple(lines))


def words(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


@pytest.mark.parametrize("count", [1, ROWS_ONLY, ROWS_ONLY + 1, ROWS_FIRST, ROWS_FIRST + ROWS_NEXT, 80])
def test_every_visit_is_on_the_paper_once_and_the_sums_are_theirs(count):
    made = statement(count)
    text = words(draw_statement(made, HEAD))
    assert sorted(re.findall(r"HFM-\d{4}", text)) == [f"HFM-{n:04d}" for n in range(count)]
    assert text.count("How to pay") == 1
    for cents in (made.amount_cents, *(v for v in made.by_age.values() if v), 123_456 * count):
        assert dollars(cents) in text
    assert sum(made.by_age.values()) == made.amount_cents
    assert f"Page 1 of {len(PdfReader(io.BytesIO(draw_statement(made, HEAD))).pages)}" in text


@pytest.mark.parametrize("count", [ROWS_ONLY, ROWS_FIRST + ROWS_NEXT])
def test_a_full_page_leaves_room_for_what_stands_below(count):
    """White between the sum of the table and the ages: the picture has an empty band there."""
    pdf = draw_statement(statement(count), HEAD)
    document = pypdfium2.PdfDocument(pdf)
    page = document[len(document) - 1]
    picture = page.render(scale=1).to_pil().convert("L")
    rows = [min(picture.crop((0, y, picture.width, y + 1)).tobytes()) for y in range(792)]
    ages = 792 - 248 - 30
    assert min(rows[ages - 8 : ages - 2]) > 250
    assert min(rows[ages + 4 : ages + 30]) < 200


def test_the_same_statement_has_the_same_bytes_and_no_clock():
    pdf = draw_statement(statement(3), HEAD)
    assert draw_statement(statement(3), HEAD) == pdf
    assert PdfReader(io.BytesIO(pdf)).metadata.creation_date_raw == "D:20000101000000+00'00'"


def test_a_name_is_drawn_in_letters_that_the_paper_has():
    head = Letterhead(["Praxis Über"], "1", ["ŁUKASZ O'NEILL-ÑANDÚ ČERNÁ 李"], 1)
    assert "LUKASZ O'NEILL-ÑANDÚ CERNÁ ?" in words(draw_statement(statement(1), head))


def test_the_step_keeps_the_paper_that_its_rows_tell(books):
    books.visit("V", 20_000, DAY)
    books.desk("V", 1000, DAY)
    books.remit("V", {"paid": 12_000, "CO-45": 3000, "PR-1": 5000}, DAY, "T1")
    books.night(DAY)
    row = books.rows("select * from patients.statement")[0]
    line = books.rows("select * from patients.statement_line")[0]
    path = books.home / "statements" / row["file_name"]
    assert path.read_bytes() == get_bytes(books.home, row["file_sha256"])
    assert path.stat().st_mode & 0o777 == 0o600
    text = words(path.read_bytes())
    assert row["amount_cents"] == line["balance_cents"] == 4000
    for name in ("charge", "insurance_paid", "adjusted", "pending", "patient_paid", "balance"):
        assert dollars(line[f"{name}_cents"]) in text, name
    for said in (
        "Harbor Family Medicine",
        "508-555-0100",
        "ORLA SALTFORD",
        "HARBORTON, MA 02109-0001",
        f"{row['statement_number']:06d}",
    ):
        assert said in text
