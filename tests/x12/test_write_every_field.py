"""Every element of the guide that the contract feeds is written by some claim, and the judge accepts them all."""

import csv
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
import pyx12.params
import pyx12.x12n_document

from schemas.errors import Fault
from tasks.x12.judge import judge
from tasks.x12.professional import write_837p
from tests.x12.write_everything import RICH, SOURCE, everything
from tests.x12.write_rows import COVERAGE, ENVELOPE, SECOND, claim, line

TABLE = Path(__file__).parents[2] / "schemas" / "x12" / "837p.csv"
FEEDS = Path(__file__).parents[3] / "shared" / "contract" / "837p_element_feeds.csv"
NOT_REACHED = {
    # the submitter is an organisation with one telephone number
    *(f"1000A NM1 {e}" for e in ("04", "05")),
    *(f"1000A PER {e}" for e in ("05", "06", "07", "08")),
    # the contract has no column for an extension of these telephone numbers
    *(f"{loop} PER {e}" for loop in ("2010BA", "2010CA") for e in ("05", "06")),
    # the contract's provider rows do not say to which payer an identifier belongs
    *(f"{loop} REF 04-{n}" for loop in ("2420A", "2420B", "2420C", "2420D", "2420E", "2420F") for n in (1, 2)),
}


NECESSITY = "Durable Medical Equipment Certificate of Medical Necessity Indicator"
ENVELOPE_LOOPS = ("ISA_LOOP", "GS_LOOP", "ST_LOOP", "HEADER", "FOOTER")


def _written(content: bytes) -> set[tuple[str, str, str, str]]:
    """Give (loop, segment, segment name, element) of all that stands in the bytes, as pyx12's walk of its map places it."""
    found: set[tuple[str, str, str, str]] = set()

    def note(segment, _source, node, _valid):
        loop = node.get_path().split("/")[-2]
        name, *elements = segment.format().rstrip("~").split("*")
        for number, element in enumerate(elements, start=1):
            key = "" if loop in ENVELOPE_LOOPS else loop, name, node.name
            found.update((*key, f"{number:02d}") for _ in element[:1])
            found.update((*key, f"{number:02d}-{n}") for n, part in enumerate(element.split(":"), start=1) if part)

    assert judge(content).accepted  # and pyx12 is prepared
    parameters = pyx12.params.params()
    pyx12.x12n_document.x12n_document(parameters, StringIO(content.decode("ascii")), None, None, callback=note)
    return found


def test_every_element_of_the_table_stands_in_the_bytes_in_its_loop_but_those_named():
    with TABLE.open(encoding="utf-8") as rows:
        wanted = {(r["loop"], r["segment"], r["segment_name"], r["element"]) for r in csv.DictReader(rows)}
    content = write_837p(ENVELOPE, everything()).content
    missing = wanted - _written(content)
    # pyx12 takes a certificate of medical necessity for a line's paper
    misplaced = {("2400", "PWK", NECESSITY, element) for element in ("01", "02")}
    assert misplaced <= missing
    assert b"~PWK*CT*AD~" in content
    assert {f"{loop} {segment} {element}" for loop, segment, _, element in missing - misplaced} == NOT_REACHED


def test_the_fullest_claims_pass_the_judge_one_by_one_and_together():
    claims = everything()
    for batch in [[c] for c in claims] + [claims]:
        verdict = judge(write_837p(ENVELOPE, batch).content)
        assert verdict.errors == ()
        assert verdict.accepted


@pytest.mark.skipif(not FEEDS.is_file(), reason="the contract's element list is not at hand (../shared)")
def test_the_table_is_the_contracts_list_of_elements():
    def elements(path, prefixed):
        with path.open(encoding="utf-8") as rows:
            for r in csv.DictReader(rows):
                if r["segment"] in ("ISA", "TA1", "CUR"):  # written by hand, not ours to send, foreign currency
                    continue
                place = r["element"][len(r["segment"]) :] if prefixed else r["element"]
                place = "-".join(str(int(part)) for part in place.split("-"))
                codes = [code for code in r["codes"].split() if not code.startswith("ext:")]
                yield r["loop"], r["segment"], place, r["usage"], r["type"], r["min"], r["max"], tuple(codes)

    assert sorted(elements(TABLE, False)) == sorted(elements(FEEDS, True))


QUALIFIES_ANOTHER = {
    "test_date_qual", "line_note_code", "drug_qualifier", "ndc_units", "ndc_unit_type", "rx_number_qual", "rx_number",
    "purchased_service_amount_cents", "line_pcp_key",
}  # fmt: skip


@pytest.mark.parametrize("column", sorted(SOURCE.keys() - QUALIFIES_ANOTHER - {"unit_type", "procedure_qualifier"}))
def test_no_field_of_a_line_is_passed_over(column):
    alone = claim(lines=[line(1)], service_lines={1: {column: SOURCE[column]}}, providers=RICH)
    plain = replace(alone, service_lines={1: {}})
    coverages = [COVERAGE, SECOND]
    try:
        written = write_837p(ENVELOPE, [replace(alone, coverages=coverages)])
    except Fault:  # it was looked at and wants another field beside it
        return
    assert written.content != write_837p(ENVELOPE, [replace(plain, coverages=coverages)]).content
