"""pyx12's x12n_document: every segment walked through the guide's map, every element checked."""

import logging
from io import StringIO
from pathlib import Path

import pyx12.params
import pyx12.x12n_document

from tests.compare.dumb import figures_of
from tests.compare.peers.report import Reading, report


def read(path: Path) -> Reading:
    """Read the file as published; an invalid file is one complaint."""
    logging.disable(logging.CRITICAL)
    walked: list[list[str]] = []
    is_valid = pyx12.x12n_document.x12n_document(
        pyx12.params.ParamsBase(),
        str(path),
        None,
        None,
        fd_json=StringIO(),
        callback=lambda segment, *_: walked.append(segment.format("", "*", ":").split("*")),
    )
    return figures_of(walked), int(not is_valid)


if __name__ == "__main__":
    report(read)
