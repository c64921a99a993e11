"""Synthetic 835s of any size that balance, and what they hold: `python -m tests.bench.make_835 --help`.

A few thousand different claims are made once and given out again under new claim numbers, so that writing runs at the
speed of the disk and a file of gigabytes needs no memory. The same recipe gives the same bytes.
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import chain, count, islice
from pathlib import Path
from random import Random

from tests.bench.balanced_claims import NUMBER, Shape, Template, Truth, dollars, templates

_DAY = "20260301"
_ENVELOPE_SEGMENTS = 4
"""ISA, GS, GE and IEA."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What to make: so many claims, or about so many bytes where `claims` is 0."""

    size: int = 0
    claims: int = 0
    claims_per_transaction: int = 800
    transactions_per_interchange: int = 3
    plb: float = 0.5
    shape: Shape = field(default_factory=Shape)
    different_claims: int = 4000
    seed: int = 835


class Supply:
    """Claims without end, and numbers for claims and envelopes that never come twice."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self.rng = Random(recipe.seed)
        made = templates(recipe.shape, recipe.different_claims, recipe.seed)
        self.bytes_per_claim = sum(len(template.content) for template in made) // len(made)
        self.claims = chain.from_iterable(self.rng.sample(made, len(made)) for _ in count())
        self.claim_numbers = count(1)
        self.control_numbers = count(1)

    def file(self) -> Iterator[tuple[bytes, Truth]]:
        """Give the interchanges of one file, each with its truth."""
        size, claims = self.recipe.size, self.recipe.claims
        most = self.recipe.claims_per_transaction * self.recipe.transactions_per_interchange
        wanted = most
        while wanted == most and (wanted := min(most, max(claims, size // self.bytes_per_claim))):
            content, truth = self.interchange(wanted)
            yield content, truth
            size, claims = size - len(content), claims - wanted

    def interchange(self, wanted: int) -> tuple[bytes, Truth]:
        """Give one interchange with one group of so many templates (a reversal and its correction are one)."""
        claims, control = list(islice(self.claims, wanted)), next(self.control_numbers)
        step = self.recipe.claims_per_transaction
        parts = [claims[start : start + step] for start in range(0, len(claims), step)]
        made = [self._transaction(part, control, place) for place, part in enumerate(parts, 1)]
        head = (
            "ISA*00*          *00*          *ZZ*PAYER          *ZZ*PRACTICE       "
            f"*260301*0215*^*00501*{control:09d}*0*T*:~GS*HP*PAYER*PRACTICE*{_DAY}*0215*{control}*X*005010X221A1~"
        )
        tail = f"GE*{len(made)}*{control}~IEA*1*{control:09d}~"
        truth = sum((part for _, part in made), Truth(interchanges=1, segments=_ENVELOPE_SEGMENTS))
        return head.encode() + b"".join(content for content, _ in made) + tail.encode(), truth

    def _transaction(self, claims: list[Template], control: int, place: int) -> tuple[bytes, Truth]:
        """Give one 835 of these claims, with the PLB that it needs and sometimes one more."""
        truth = sum((claim.truth for claim in claims), Truth(payments=1))
        plb = _provider_adjustments(truth.paid_cents, self.rng.random() < self.recipe.plb, self.rng)
        withheld = sum(cents for _, cents in plb)
        payment = truth.paid_cents - withheld
        head = _head(payment, control, place)
        tail = [f"PLB*1234567893*20261231{''.join(f'*{r}*{dollars(c)}' for r, c in plb)}"] if plb else []
        segments = len(head) + len(tail) + sum(claim.segments for claim in claims) + 1
        truth += Truth(plb=len(plb), plb_cents=withheld, payment_cents=payment, segments=segments)
        body = b"".join(claim.content.replace(NUMBER, b"%09d" % next(self.claim_numbers)) for claim in claims)
        return _joined(head) + body + _joined([*tail, f"SE*{segments}*{place:04d}"]), truth


def write_835(path: Path, recipe: Recipe) -> Truth:
    """Write one file, an interchange at a time, and give what it holds."""
    return _write(path, Supply(recipe))


def write_folder(folder: Path, recipe: Recipe, files: int) -> Truth:
    """Write `files` files of this recipe, each with its own numbers and claims, and give what they hold together."""
    folder.mkdir(parents=True, exist_ok=True)
    supply = Supply(recipe)
    return sum((_write(folder / f"{number:05d}.835", supply) for number in range(1, files + 1)), Truth())


def _write(path: Path, supply: Supply) -> Truth:
    total = Truth()
    with path.open("wb") as file:
        for content, truth in supply.file():
            file.write(content)
            total += truth
    return total


def _joined(segments: list[str]) -> bytes:
    return "".join(f"{segment}~" for segment in segments).encode()


def _provider_adjustments(paid: int, is_wanted: bool, rng: Random) -> list[tuple[str, int]]:
    """Give reasons and cents; a payment is never negative: what is owed to the payer is carried forward (FB)."""
    takeback, interest = rng.randrange(1, 5000), rng.randrange(1, 300)
    chosen = [(f"WO:{rng.randrange(10**6):06d}", takeback), ("L6:INTEREST", -interest)] if is_wanted else []
    short = paid - sum(cents for _, cents in chosen)
    return chosen if short >= 0 else [*chosen, ("FB:FORWARD", short)]


def _head(payment: int, control: int, place: int) -> list[str]:
    """Give the segments before the claims."""
    handling, method = (
        ("I", "ACH*CCP*01*011000015*DA*77*1512345678**01*011000028*DA*88") if payment else ("H", "NON" + "*" * 11)
    )
    return [
        f"ST*835*{place:04d}",
        f"BPR*{handling}*{dollars(payment)}*C*{method}*20260303",
        f"TRN*1*EFT{control:09d}{place:04d}*1512345678",
        "REF*EV*PRACTICE",
        "DTM*405*20260302",
        "N1*PR*HARBOR TEST PLAN",
        "N3*1 TEST STREET",
        "N4*BOSTON*MA*02110",
        "REF*2U*HTP01",
        "PER*BL*TEST DESK*TE*6175550100",
        "N1*PE*TEST PRACTICE*XX*1234567893",
        "REF*TJ*123456789",
        "LX*1",
    ]


def main() -> None:
    """Write what the command line asks for and print its truth."""
    parser = argparse.ArgumentParser(description="Write a synthetic 835 that balances; print what it holds as JSON.")
    parser.add_argument("path", type=Path, help="a file, or a folder where --files is given")
    parser.add_argument("--megabytes", type=float, default=0.0)
    parser.add_argument("--claims", type=int, default=0)
    parser.add_argument("--lines", type=float, default=Shape().lines, help="mean lines of a claim")
    parser.add_argument("--adjustments", type=float, default=Shape().adjustments, help="mean CAS triples of a claim")
    parser.add_argument("--claims-per-transaction", type=int, default=800)
    parser.add_argument("--transactions-per-interchange", type=int, default=3)
    parser.add_argument("--files", type=int, default=0, help="write so many files of this size, one interchange each")
    parser.add_argument("--seed", type=int, default=835)
    asked = parser.parse_args()
    recipe = Recipe(
        size=round(asked.megabytes * 1e6),
        claims=asked.claims,
        claims_per_transaction=asked.claims_per_transaction,
        transactions_per_interchange=asked.transactions_per_interchange,
        shape=Shape(lines=asked.lines, adjustments=asked.adjustments),
        seed=asked.seed,
    )
    truth = write_folder(asked.path, recipe, asked.files) if asked.files else write_835(asked.path, recipe)
    print(json.dumps(asdict(truth)))


if __name__ == "__main__":
    main()
