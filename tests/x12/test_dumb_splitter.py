"""The splitter that contradicts the reader is right itself: on generated files, golden files and odd separators."""

import json
from pathlib import Path

import pytest

from tests.bench.make_835 import Recipe, Supply
from tests.bench.make_837 import interchanges
from tests.compare.dumb import figures_of, segments_of

from .remittance_bytes import BALANCED

GOLDEN = sorted((Path(__file__).parent / "golden").glob("835*.x12"))


def test_it_counts_what_was_generated():
    ((content, truth),) = Supply(Recipe(claims=50, different_claims=60)).file()
    figures = figures_of(segments_of(content))
    assert figures.pop("transactions") == truth.payments
    assert figures == {name: getattr(truth, name) for name in figures}
    ((content, truth),) = interchanges(claims=20)
    figures = figures_of(segments_of(content))
    assert [figures[n] for n in ("claims", "lines", "charged_cents")] == [
        truth.claims,
        truth.lines,
        truth.charged_cents,
    ]


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_it_counts_golden_files(path):
    figures = figures_of(segments_of(path.read_bytes()))
    (said,) = json.loads(path.with_suffix(".json").read_text())
    assert figures["plb"] == said["provider_adjustments"]
    for name in ("claims", "lines", "adjustments", "charged_cents", "paid_cents", "adjusted_cents", "payment_cents"):
        assert figures[name] == said[name], name


@pytest.mark.parametrize(
    "signs", [(b"|", b"^", b"!"), (b"*", b":", b"\n"), (b"\x1d", b"\x1f", b"\x1c"), (b"*", b":", b"~\r\n")]
)
def test_it_finds_the_separators(signs):
    content = BALANCED
    for old, new in zip((b"*", b":", b"~"), signs, strict=True):
        content = content.replace(old, new)
    assert figures_of(segments_of(content)) == figures_of(segments_of(BALANCED))
    assert figures_of(segments_of(b"\xef\xbb\xbf" + content + BALANCED))["claims"] == 6
