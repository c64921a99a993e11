"""pyx12's X12Reader: tokens with envelope checks."""

from pathlib import Path

from pyx12.x12file import X12Reader

from tests.compare.dumb import figures_of
from tests.compare.peers.report import Reading, report


def read(path: Path) -> Reading:
    with X12Reader(str(path)) as reader:
        segments = [segment.format("", "*", ":").split("*") for segment in reader]
        return figures_of(segments), len(reader.pop_errors())


if __name__ == "__main__":
    report(read)
