"""Coverage-guided fuzzing of `summarize` with atheris: `make fuzz SECONDS=1800`.

An input is either raw bytes or a tape that says which sound file to damage and how; libFuzzer mutates both kinds.
"""

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["tasks.x12", "schemas.money", "schemas.errors"]):
    from tests.fuzz.honesty import wrong_with

from tests.fuzz.damage import Tape, damage
from tests.fuzz.findings import keep
from tests.fuzz.seeds import seeds

ROOT = Path(__file__).parents[2]
CORPUS = ROOT / ".fuzz" / "corpus"
PUBLIC = ROOT.parent / "shared" / "x12" / "corpus"
MOST_BYTES = 3000
"""Longer inputs find no more and cost more: the plain kernels look at every byte."""

SEEDS = seeds()
NAMES = list(SEEDS)
RAW, DAMAGED = b"R", b"D"


def test_one_input(data: bytes) -> None:
    """Make a file of the input, ask whether our reading of it is honest, and keep it where it is not."""
    content, seed, damages = made_of(data)
    if wrong := wrong_with(content, seed, damages):
        keep(content, seed, damages, wrong)


def made_of(data: bytes) -> tuple[bytes, str, int]:
    """Give the file, the sound file it was made of ('' for raw bytes) and how often that was damaged."""
    if data[:1] != DAMAGED:
        return data[1:], "", 0
    tape = Tape(data[1:])
    name = NAMES[tape.number(len(NAMES))]
    content, damages = damage(SEEDS[name], tape)
    return content, name, damages


def plant() -> None:
    """Write first inputs: sound files, public ones too where they lie beside the repository, and a tape for each of ours."""
    CORPUS.mkdir(parents=True, exist_ok=True)
    for number, (name, content) in enumerate(SEEDS.items()):
        if len(content) < MOST_BYTES:
            (CORPUS / f"raw-{name}").write_bytes(RAW + content)
        (CORPUS / f"tape-{name}").write_bytes(DAMAGED + number.to_bytes(2, "big") + bytes(16))
    for number, path in enumerate(sorted(path for path in PUBLIC.rglob("*") if path.is_file())):
        if path.stat().st_size < MOST_BYTES:
            (CORPUS / f"public-{number}").write_bytes(RAW + path.read_bytes())


def main() -> None:
    """Run libFuzzer for as long as the command line says."""
    plant()
    options = [f"-max_len={MOST_BYTES}", "-print_final_stats=1", "-rss_limit_mb=4096", "-timeout=20", "-reload=0"]
    atheris.Setup([*sys.argv, *options, str(CORPUS)], test_one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
