"""linuxforhealth-x12's pydantic models: one typed object per transaction, counted by what it writes back."""

from pathlib import Path

from linuxforhealth.x12.io import X12ModelReader

from tests.compare.dumb import figures_of
from tests.compare.peers.report import Reading, report


def read(path: Path) -> Reading:
    with X12ModelReader(str(path)) as reader:
        written = [part.strip() for model in reader.models() for part in model.x12().split("~")]
    return figures_of([part.split("*") for part in written if part]), 0


if __name__ == "__main__":
    report(read)
