"""What fuzzing found: kept as files, smallest first, and told at the end of `make fuzz`.

A finding becomes a regression test by copying its file to tests/regressions/x12; the name says what it was made of.
"""

import re
import sys
from hashlib import sha256
from pathlib import Path

from tests.fuzz.honesty import wrong_with

HOME = Path(__file__).parents[2] / ".fuzz"
FOLDER = HOME / "findings"
LOG = HOME / "log"


def keep(content: bytes, seed: str, damages: int, wrong: str, folder: Path = FOLDER) -> None:
    """Write the input to a file, unless a smaller one of its sort is there already."""
    folder.mkdir(parents=True, exist_ok=True)
    sort = sha256(re.sub(r"-?\d+", "#", wrong).encode()).hexdigest()[:8]
    origin = f"{seed or 'bytes'}--{damages}--"
    known = list(folder.glob(f"*--{sort}.x12"))
    if known and known[0].stat().st_size <= len(content):
        return
    for path in known:
        path.unlink()
    (folder / f"{origin}{sort}.x12").write_bytes(content)


def replay(path: Path) -> str:
    """Say what is wrong with a kept input now."""
    seed, damages, _ = path.stem.split("--")
    return wrong_with(path.read_bytes(), "" if seed == "bytes" else seed, int(damages))


def main() -> int:
    """Print how far the fuzzer came and every finding; exit status 1 where there is one."""
    said = re.findall(
        r"^(?:#\d+.*cov: \d+ ft: \d+ corp: \S+|stat::number_of_executed_units.*)", LOG.read_text(), re.MULTILINE
    )
    print(*said[-2:], sep="\n")
    found = sorted(FOLDER.glob("*.x12"), key=lambda path: path.stat().st_size)
    for path in found:
        print(f"{path}: {path.stat().st_size} bytes: {replay(path)}")
    print(f"{len(found)} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
