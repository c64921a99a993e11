"""Who keeps what is told by one measure for all: ours is held to every figure, and quarantined is not all right."""

import sys
from pathlib import Path

import pytest

from tests.compare import ours
from tests.compare.compare import Said, ask, silently_other, table, true_figures
from tests.compare.dumb import FIGURES

from .remittance_bytes import BALANCED

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.x12"))
TRUE = {"claims": 2, "paid_cents": 500}
FATES = (
    (Said(TRUE), "| 1 | 0 | 0 | 0 | 0 | 2 | 5.00 |"),
    (Said(TRUE, complaints=1), "| 0 | 1 | 0 | 0 | 0 | 2 | 5.00 |"),
    (Said(TRUE | {"claims": 1}, complaints=1), "| 0 | 0 | 1 | 0 | 0 | 1 | 5.00 |"),
    (Said(TRUE | {"claims": 1}), "| 0 | 0 | 0 | 1 | 0 | 1 | 5.00 |"),
    (Said({"claims": 2}), "| 1 | 0 | 0 | 0 | 0 | 2 | not said |"),
    (Said(error="ValueError"), "| 0 | 0 | 0 | 0 | 1 | 0 | 0.00 |"),
)


@pytest.mark.parametrize(("said", "row"), FATES)
def test_a_file_has_one_fate(said, row):
    path = Path("a.835")
    told = table({"engine": {path: said}}, {path: TRUE}, TRUE).splitlines()
    assert told[-1] == f"| engine {row}"


def test_a_figure_that_an_engine_does_not_have_is_no_silent_error():
    true = dict.fromkeys(FIGURES, 1)
    said = {"engine": {Path("a.835"): Said({"claims": 1}), Path("b.835"): Said({"claims": 2})}}
    assert silently_other(said, dict.fromkeys(said["engine"], true)) == ["- engine: b.835: claims 2, in the file 1"]


def test_ours_says_every_figure_of_every_golden_file():
    for path, said in ask(Path(sys.executable), "ours", GOLDEN).items():
        assert said.figures.keys() == set(FIGURES)
        assert said.complaints or said.figures == true_figures(path), path.name


def test_ours_says_what_was_withheld_where_the_file_has_a_fault(tmp_path):
    path = tmp_path / "a.835"
    path.write_bytes(BALANCED.replace(b"CLP*", b"CLP**", 1))
    figures, faults = ours.read(path)
    assert faults
    assert figures["plb_cents"] == true_figures(path)["plb_cents"] == -11_100
