"""Judges that live in an environment of their own (`make judges`), asked by way of a subprocess."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-lfh" / "bin" / "python"
SCRIPT = Path(__file__).with_name("judges_apart.py")

needs_judges = pytest.mark.skipif(
    not (ROOT / ".venv-lfh" / "installed").is_file(), reason="no .venv-lfh: `make judges` makes it from PyPI"
)


def verdicts(judge: str, contents: Sequence[bytes]) -> list[list[str]]:
    """Give the errors that a judge finds in each file: none where it accepts it."""
    with TemporaryDirectory() as folder:
        names = [Path(folder) / f"{number}.x12" for number in range(len(contents))]
        for name, content in zip(names, contents, strict=True):
            name.write_bytes(content)
        together = [names] if judge == "lfh" else [[name] for name in names]  # bots finds its grammar once a process
        printed = "".join(_printed(judge, batch) for batch in together)
    found = [line.removeprefix("verdict ") for line in printed.splitlines() if line.startswith("verdict ")]
    return [json.loads(line) for line in found]


def _printed(judge: str, names: Sequence[Path]) -> str:
    return subprocess.run([PYTHON, SCRIPT, judge, *names], capture_output=True, text=True, check=True).stdout
