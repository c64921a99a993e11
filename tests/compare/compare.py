"""Who keeps what of the same files: `make compare` prints a table in markdown for docs/x12.md.

The files are the public corpus where it lies beside the repository, else our golden files and a few generated ones.
Every engine reads them as published, in a process of its own, and is held against a dumb splitter.
"""

import argparse
import csv
import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.make_835 import Recipe, write_folder
from tests.compare.dumb import FIGURES, figures_of, segments_of

ROOT = Path(__file__).parents[2]
CORPUS = ROOT.parent / "shared" / "x12" / "corpus"
GOLDEN = ROOT / "tests" / "x12" / "golden"
PEERS = {
    "pyx12 4.0.0, tokens (X12Reader)": "pyx12_reader",
    "pyx12 4.0.0, validator (x12n_document)": "pyx12_validator",
    "linuxforhealth-x12 0.57.0, tokens": "linuxforhealth_segments",
    "linuxforhealth-x12 0.57.0, models": "linuxforhealth_models",
    "openx12 0.2.1": "openx12_reader",
    "edi-835-parser 1.8.0": "edi_835_parser_reader",
}
OURS = "claimcycle"
_HEADINGS = {
    "transactions": "transactions",
    "claims": "claims",
    "lines": "lines",
    "adjustments": "CAS triples",
    "plb": "PLB pairs",
    "charged_cents": "charged",
    "paid_cents": "paid",
    "adjusted_cents": "adjusted",
    "plb_cents": "PLB",
    "payment_cents": "payments",
}

_FATES = {
    "right": "all right",
    "faulty": "right, with a fault",
    "told": "other figures, said so",
    "silent": "other figures, not a word",
    "refused": "refused or died",
}
"""What an engine may do with a file; where ours finds a fault the file is quarantined, right figures or not."""


@dataclass(frozen=True, slots=True)
class Said:
    """What an engine says of one file; `figures` is empty where it refused or died."""

    figures: Mapping[str, int] = field(default_factory=dict)
    complaints: int = 0
    error: str = ""


Answers = Mapping[Path, Said]


def true_figures(path: Path) -> dict[str, int]:
    return figures_of(segments_of(path.read_bytes()))


def ask(python: Path, module: str, files: Iterable[Path]) -> Answers:
    """Let an engine read the files in its own environment."""
    program = [python, "-m", f"tests.compare.{module}", *files]
    done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=True)
    said = [json.loads(line) for line in done.stdout.splitlines()]
    return {
        Path(one["file"]): Said(one.get("figures", {}), one.get("complaints", 0), one.get("error", "")) for one in said
    }


def files_of(folder: Path) -> list[Path]:
    """Give the corpus where it is there, else golden files and ten generated ones written to `folder`."""
    if (CORPUS / "INDEX.csv").exists():
        with (CORPUS / "INDEX.csv").open(encoding="utf-8") as index:
            return [CORPUS / row["file"] for row in csv.DictReader(index)]
    write_folder(folder, Recipe(size=20_000), 10)
    return sorted([*GOLDEN.glob("*.x12"), *folder.iterdir()])


def table(answers: Mapping[str, Answers], truth: Mapping[Path, Mapping[str, int]], figures: Iterable[str]) -> str:
    """Give one line per engine: what it did with the files, then what it kept of each figure."""
    columns = list(figures)
    lines = ["| | " + " | ".join([*_FATES.values(), *(_HEADINGS[name] for name in columns)]) + " |"]
    lines.append("|---" * (len(_FATES) + len(columns) + 1) + "|")
    whole = {name: sum(true[name] for true in truth.values()) for name in columns}
    lines.append(
        "| in the files | " + " | ".join([str(len(truth)), *[""] * (len(_FATES) - 1), *_shown(whole, columns)]) + " |"
    )
    for engine, said in answers.items():
        kept = _kept([said[path] for path in truth], columns)
        lines.append(f"| {engine} | " + " | ".join([*_fates(said, truth, columns), *_shown(kept, columns)]) + " |")
    return "\n".join(lines)


def _fates(said: Answers, truth: Mapping[Path, Mapping[str, int]], columns: list[str]) -> list[str]:
    """Count the files by what the engine did with them."""
    fates = [_fate(said[path], true, columns) for path, true in truth.items()]
    return [str(fates.count(fate)) for fate in _FATES]


def _kept(said: list[Said], columns: list[str]) -> dict[str, int]:
    """Add up what an engine says, without the figures that none of its answers has."""
    answers = [one.figures for one in said if one.figures]
    known = [name for name in columns if not answers or any(name in figures for figures in answers)]
    return {name: sum(figures.get(name, 0) for figures in answers) for name in known}


def _fate(said: Said, true: Mapping[str, int], columns: list[str]) -> str:
    """Hold what the engine says against the file, in the figures it has at all."""
    if said.error:
        return "refused"
    if all(said.figures[name] == true[name] for name in columns if name in said.figures):
        return "faulty" if said.complaints else "right"
    return "told" if said.complaints else "silent"


def _shown(figures: Mapping[str, int], columns: list[str]) -> list[str]:
    shown = {
        name: f"{value / 100:,.2f}" if name.endswith("_cents") else f"{value:,}" for name, value in figures.items()
    }
    return [shown.get(name, "not said") for name in columns]


def silently_other(answers: Mapping[str, Answers], truth: Mapping[Path, Mapping[str, int]]) -> list[str]:
    """Name, per engine, the files that were read otherwise without a word, with the first figure that differs."""
    found = []
    for engine, said in answers.items():
        for path, true in truth.items():
            if _fate(said[path], true, list(FIGURES)) == "silent":
                name = next(n for n in reversed(FIGURES) if said[path].figures.get(n, true[n]) != true[n])
                found.append(f"- {engine}: {path.name}: {name} {said[path].figures[name]}, in the file {true[name]}")
    return found


def main() -> None:
    """Print both tables and the list."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", type=Path, help="the Python of the environment that holds the peers")
    peers = parser.parse_args().peers
    with TemporaryDirectory() as folder:
        files = files_of(Path(folder))
        truth = {path: true_figures(path) for path in files}
        answers = {name: ask(peers, f"peers.{module}", files) for name, module in PEERS.items()}
        answers[OURS] = ask(Path(sys.executable), "ours", files)
        kinds = {path: kind_of(path) for path in files}
    for kind, figures in (("835", _HEADINGS), ("837", ("claims", "lines", "charged_cents")), ("", ("transactions",))):
        part = {path: true for path, true in truth.items() if kinds[path] == kind}
        if not part:
            continue
        print(f"\n{len(part)} files with an {kind}:\n" if kind else f"\n{len(part)} files of other kinds:\n")
        print(table(answers, part, figures))
    print("\nOther figures, not a word:\n")
    print("\n".join(silently_other(answers, truth)))


def kind_of(path: Path) -> str:
    """Give 835 or 837 where the file has one (835 where it has both), else nothing."""
    kinds = {
        segment[1] for segment in segments_of(path.read_bytes()) if segment[0].upper() == "ST" and len(segment) > 1
    }
    return next((kind for kind in ("835", "837") if kind in kinds), "")


if __name__ == "__main__":
    main()
