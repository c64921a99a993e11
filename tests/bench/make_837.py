"""Synthetic 837Ps of any size for the speed of reading: `python -m tests.bench.make_837 --help`.

As make_835: a few thousand different claims, given out again under new numbers. All names and numbers are invented.
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import chain, count, islice
from pathlib import Path
from random import Random

from tests.bench.balanced_claims import NUMBER, dollars

_LEVEL = b"@@"
_DIAGNOSES = ("J069", "R05", "E119", "I10", "M545", "F411", "Z0000")
_PROCEDURES = ("99213", "99214", "99203", "85025", "80053", "93000", "36415", "71046", "97110")
_FAMILY_NAMES = ("ALDERBY", "BRACKNOR", "CINDERHOLT", "DUNMERE", "ESKWOOD", "FARROWGATE")
_GIVEN_NAMES = ("SOREN", "MARIT", "TEODOR", "ILSE", "RAFE", "NELL")
_MOST_PER_TRANSACTION = 2000
_DIFFERENT = 2000


@dataclass(frozen=True, slots=True)
class Truth837:
    """What an 837P holds, known before it is written."""

    interchanges: int = 0
    claims: int = 0
    lines: int = 0
    charged_cents: int = 0

    def __add__(self, other: "Truth837") -> "Truth837":
        return Truth837(
            self.interchanges + other.interchanges,
            self.claims + other.claims,
            self.lines + other.lines,
            self.charged_cents + other.charged_cents,
        )


@dataclass(frozen=True, slots=True)
class Template837:
    content: bytes
    truth: Truth837
    segments: int


def interchanges(
    size: int = 0, claims: int = 0, lines: float = 3.5, seed: int = 837
) -> Iterator[tuple[bytes, Truth837]]:
    """Give interchanges of one 837P each until there are so many claims, or about so many bytes."""
    rng = Random(seed)
    made = [_template(lines, rng) for _ in range(_DIFFERENT)]
    bytes_per_claim = sum(len(template.content) for template in made) // len(made)
    supply = chain.from_iterable(rng.sample(made, len(made)) for _ in count())
    left, numbers = max(claims, size // bytes_per_claim), count(1)
    for control in count(1):
        part = list(islice(supply, min(left, _MOST_PER_TRANSACTION)))
        yield _interchange(part, control, numbers)
        left -= len(part)
        if not left:
            return


def write_837(path: Path, size: int = 0, claims: int = 0, lines: float = 3.5, seed: int = 837) -> Truth837:
    """Write one file and give what it holds."""
    total = Truth837()
    with path.open("wb") as file:
        for content, truth in interchanges(size, claims, lines, seed):
            file.write(content)
            total += truth
    return total


def _template(lines: float, rng: Random) -> Template837:
    """Give the subscriber level and the claim of one patient."""
    charges = [rng.randrange(2000, 60000) for _ in range(round(rng.uniform(0.5, 2 * lines - 0.5)))]
    level, number = _LEVEL.decode(), NUMBER.decode()
    segments = [
        f"HL*{level}*1*22*0",
        "SBR*P*18*******CI",
        f"NM1*IL*1*{rng.choice(_FAMILY_NAMES)}*{rng.choice(_GIVEN_NAMES)}****MI*U{rng.randrange(10**8):08d}",
        f"N3*{rng.randrange(1, 999)} GULL COURT",
        "N4*TIDEFIELD*MA*01060",
        f"DMG*D8*19{rng.randrange(40, 99)}07{rng.randrange(1, 29):02d}*{rng.choice('FM')}",
        "NM1*PR*2*SUMMIT MUTUAL*****PI*UNIT3",
        f"CLM*C{number}*{dollars(sum(charges))}***11:B:1*Y*A*Y*Y",
        f"HI*ABK:{rng.choice(_DIAGNOSES)}*ABF:{rng.choice(_DIAGNOSES)}",
        "NM1*82*1*QUILLFEATHER*ANSEL****XX*1234567893",
        "PRV*PE*PXC*207Q00000X",
        *(segment for place, charge in enumerate(charges, 1) for segment in _line(place, charge, rng)),
    ]
    content = "".join(f"{segment}~" for segment in segments).encode()
    return Template837(content, Truth837(0, 1, len(charges), sum(charges)), len(segments))


def _line(place: int, charge: int, rng: Random) -> list[str]:
    return [
        f"LX*{place}",
        f"SV1*HC:{rng.choice(_PROCEDURES)}*{dollars(charge)}*UN*{rng.choice('1123')}***1",
        f"DTP*472*D8*202602{rng.randrange(1, 29):02d}",
        f"REF*6R*{NUMBER.decode()}L{place:02d}",
    ]


def _interchange(claims: list[Template837], control: int, numbers: Iterator[int]) -> tuple[bytes, Truth837]:
    """Give one interchange with one 837P of these claims."""
    head = _head(control)
    body = b"".join(
        claim.content.replace(NUMBER, b"%09d" % next(numbers)).replace(_LEVEL, b"%d" % level)
        for level, claim in enumerate(claims, 2)
    )
    segments = len(head) - 2 + sum(claim.segments for claim in claims) + 1
    tail = [f"SE*{segments}*0001", f"GE*1*{control}", f"IEA*1*{control:09d}"]
    content = "".join(f"{s}~" for s in head).encode() + body + "".join(f"{s}~" for s in tail).encode()
    return content, sum((claim.truth for claim in claims), Truth837(interchanges=1))


def _head(control: int) -> list[str]:
    """Give ISA and GS, then what stands before the first subscriber."""
    return [
        "ISA*00*          *00*          *ZZ*HARBORPM       *ZZ*CLEARHS        "
        f"*260302*0215*^*00501*{control:09d}*0*T*:",
        f"GS*HC*HARBORPM*CLEARHS*20260302*0215*{control}*X*005010X222A1",
        "ST*837*0001*005010X222A1",
        f"BHT*0019*00*{control:09d}0001*20260302*0215*CH",
        "NM1*41*2*HARBOR FAMILY MEDICINE*****46*HARBORPM",
        "PER*IC*BILLING OFFICE*TE*5085550100",
        "NM1*40*2*CLEARING HOUSE*****46*CLEARHS",
        "HL*1**20*1",
        "PRV*BI*PXC*261QP2300X",
        "NM1*85*2*HARBOR FAMILY MEDICINE*****XX*1999900016",
        "N3*100 HARBOR WAY",
        "N4*HARBORTON*MA*021090001",
        "REF*EI*990000017",
    ]


def main() -> None:
    """Write what the command line asks for and print its truth."""
    parser = argparse.ArgumentParser(description="Write a synthetic 837P; print what it holds as JSON.")
    parser.add_argument("path", type=Path)
    parser.add_argument("--megabytes", type=float, default=0.0)
    parser.add_argument("--claims", type=int, default=0)
    parser.add_argument("--lines", type=float, default=3.5, help="mean lines of a claim")
    parser.add_argument("--seed", type=int, default=837)
    asked = parser.parse_args()
    truth = write_837(asked.path, round(asked.megabytes * 1e6), asked.claims, asked.lines, asked.seed)
    print(json.dumps(asdict(truth)))


if __name__ == "__main__":
    main()
