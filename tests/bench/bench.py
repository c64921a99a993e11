"""Everything side by side in one run: `make bench`. Prints the table of docs/performance.md and writes it as JSON.

Every work runs in a process of its own, once a round, so that a busy minute of the machine hits all of them; medians.
Figures are held against the truth of the files: a reader that loses a row has no speed.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.bench.make_835 import Recipe, write_835, write_folder
from tests.bench.make_837 import write_837
from tests.bench.measure import memory_kept
from tests.bench.table import printed
from tests.bench.write_837p import CLAIMS

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".bench"
MEGABYTE = 10**6
FILE_BYTES = 20_000
VALIDATOR_MEGABYTES = 1
SUMMARY_MEGABYTES = 0.002
NOTHING_WRONG = {"unbalanced": 0, "invalid": 0, "misplaced": 0}
"""What no file has that the bench makes."""


@dataclass(frozen=True, slots=True)
class Work:
    """A row of the measurements: which function reads which file, in whose environment; `once` is not done again each round."""

    name: str
    module: str
    function: str
    file: str
    once: bool = False


WORKS = (
    Work("read the bytes", "works", "read_bytes", "835"),
    Work("count one sign", "works", "count_one_sign", "835"),
    Work("linuxforhealth-x12", "peers", "linuxforhealth_segments", "835"),
    Work("openx12", "peers", "openx12", "835"),
    Work("pyx12", "peers", "pyx12_validator", "835_validator"),
    Work("read", "works", "read_one", "835"),
    Work("read, two threads", "works", "read_two_threads", "835"),
    Work("read, two processes", "halves", "read_two_processes", "835"),
    Work("read, many files", "works", "read_folder", "835_folder"),
    Work("insert from Arrow", "works", "insert_from_arrow", "835"),
    Work("to DuckDB", "works", "to_database", "835"),
    Work("balance", "works", "balance", "835"),
    Work("linuxforhealth-x12, 837P", "peers", "linuxforhealth_segments", "837"),
    Work("read 837P", "works", "read_837", "837"),
    Work("count 837P", "works", "count_837", "837"),
    Work("write 837P", "write_837p", "write_claims", "claims"),
    Work("read, large", "works", "read_in_pieces", "835_large", once=True),
)


def main() -> None:
    """Make the files, run all rounds, print the table."""
    asked = _asked()
    works = [work for work in WORKS if not asked.only or work.name in asked.only]
    files = _made(asked, works)
    runs: dict[str, list[Mapping]] = defaultdict(list)
    with memory_kept() as is_kept:
        print("the host takes no memory back" if is_kept else "the host may take memory back", file=sys.stderr)
        for number in range(asked.rounds):
            start = number % len(works)
            _run_round([*works[start:], *works[:start]], files, asked.peers, runs)
    result = {name: _median(found) for name, found in runs.items()}
    for name, one in result.items():
        file = next((files[work.file] for work in works if work.name == name), {"bytes": 0, "truth": {}})
        one |= {"bytes": file["bytes"], "claims": file["truth"].get("claims", 0)}
    machine = {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()}
    (FOLDER / "result.json").write_text(
        json.dumps({"rounds": asked.rounds, "machine": machine, "works": result}, indent=1)
    )
    print(printed(result, asked.rounds))


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure ours, peers and floors side by side.")
    parser.add_argument("--peers", type=Path, required=True, help="the Python of the environment that holds the peers")
    parser.add_argument("--megabytes", type=float, default=100)
    parser.add_argument("--large-megabytes", type=float, default=2200, help="past 2^31 bytes, where offsets break")
    parser.add_argument("--files", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="*", default=[], help="names of the works to measure; all where none is named")
    return parser.parse_args()


def _made(asked: argparse.Namespace, works: Iterable[Work]) -> Mapping[str, dict]:
    """Write the files of these works that are not there yet; give path, size and truth of each by name."""
    FOLDER.mkdir(exist_ok=True)
    sizes = {
        "835": asked.megabytes,
        "835_validator": min(VALIDATOR_MEGABYTES, asked.megabytes),
        "835_large": asked.large_megabytes,
        "835_summary": SUMMARY_MEGABYTES,
        "837": asked.megabytes,
    }
    wanted = {work.file for work in works} | {"835_summary"}
    files = {name: _file(name[:3], size) for name, size in sizes.items() if name in wanted}
    if "claims" in wanted:
        files["claims"] = {"path": FOLDER, "bytes": 0, "truth": _rows_truth()}
    return files | ({"835_folder": _folder(asked.files)} if "835_folder" in wanted else {})


def _file(kind: str, megabytes: float) -> dict:
    path = FOLDER / f"{megabytes:g}.{kind}"
    said = path.with_suffix(f".{kind}.json")
    if not said.exists():
        size = round(megabytes * MEGABYTE)
        truth = write_835(path, Recipe(size=size)) if kind == "835" else write_837(path, size)
        said.write_text(json.dumps(asdict(truth)))
    return {"path": path, "bytes": path.stat().st_size, "truth": json.loads(said.read_text())}


def _rows_truth() -> dict[str, int]:
    """Give what the rows hold that 837P is written of; they are made anew by each run of that work."""
    said = FOLDER / f"{CLAIMS}.claims.json"
    if not said.exists():
        said.write_text(json.dumps(_spoken([sys.executable, "-m", "tests.bench.write_837p"])))
    return json.loads(said.read_text())


def _folder(files: int) -> dict:
    path = FOLDER / f"{files}_files"
    said = path.with_suffix(".json")
    if not said.exists():
        said.write_text(json.dumps(asdict(write_folder(path, Recipe(size=FILE_BYTES), files))))
    size = sum(file.stat().st_size for file in path.iterdir())
    return {"path": path, "bytes": size, "truth": json.loads(said.read_text())}


def _run_round(works: Iterable[Work], files: Mapping[str, dict], peers: Path, runs: dict[str, list[Mapping]]) -> None:
    """Run every work once, in this order, and the command from a cold start."""
    for work in works:
        if work.once and runs[work.name]:
            continue
        python = peers if work.module == "peers" else Path(sys.executable)
        program = [python, "-m", "tests.bench.measure", work.module, work.function, files[work.file]["path"]]
        said = checked(_spoken(program), files[work.file], work.name)
        print(f"{work.name}: {said['seconds']:.3f} s", file=sys.stderr, flush=True)
        runs[work.name].append(said)
        _clean()
    program = [sys.executable, "-m", "tests.bench.cold_start", files["835_summary"]["path"]]
    runs["summary, cold"].append(checked(_spoken(program), files["835_summary"], "summary, cold"))


def _spoken(program: list) -> dict:
    done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{program}\n{done.stderr}")
    return json.loads(done.stdout)


def checked(said: dict, file: Mapping, name: str) -> dict:
    """Give what a work said once its figures are those of the file; none at all, or one that the file's truth does not know, ends the bench."""
    expected = file["truth"] | {"bytes": file["bytes"]} | NOTHING_WRONG
    wrong = {key: value for key, value in said["figures"].items() if (key, value) not in expected.items()}
    if wrong or not said["figures"]:
        known = {key: expected.get(key, "not known") for key in wrong}
        sys.exit(
            f"{name}: {wrong or 'no figures'}, in the file {known}; a truth of an older bench goes with make clean"
        )
    return said


def _clean() -> None:
    """Take away the databases that a work left."""
    for path in FOLDER.glob("tmp*"):
        shutil.rmtree(path)


def _median(runs: Sequence[Mapping]) -> dict:
    """Give the medians of a work's runs, how many they are, and its quickest."""
    names = ("seconds", "cpu_seconds", "prepared_seconds", "peak_bytes")
    medians = {name: statistics.median(one[name] for one in runs) for name in names if name in runs[0]}
    return medians | {"runs": len(runs), "quickest_seconds": min(one["seconds"] for one in runs)}


if __name__ == "__main__":
    main()
