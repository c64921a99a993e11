"""linuxforhealth-x12's segment reader: tokens only."""

from pathlib import Path

from linuxforhealth.x12.io import X12SegmentReader

from tests.compare.dumb import figures_of
from tests.compare.peers.report import Reading, report


def read(path: Path) -> Reading:
    with X12SegmentReader(str(path)) as reader:
        return figures_of([segment for _, segment in reader.segments()]), 0


if __name__ == "__main__":
    report(read)
