"""Claims of ours and 835s that speak of them, written as text by hand: nothing here shares a line with our reader or writer.

A world is made from a seed: claims, and payments in the order in which a payer would send them. Every number that must be
its own carries the world's tag, so that the same world stands in one home many times.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

TAG = "T000000"
NPI, PAYEE = "1992999999", "1234567893"
DAY = "20260210"

Reasons = Sequence[tuple[str, str, int]]


def tagged(number: int) -> str:
    """Give the tag of a world; its digits leave room, so that one digit changed is hardly another world's."""
    return f"T{number * 37 % 1_000_000:06d}"


@dataclass(frozen=True, slots=True)
class Line:
    """A service line of ours."""

    number: int
    code: str
    modifiers: str
    charge_cents: int
    day: str
    control: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A version of a claim of ours, as it was sent."""

    control: str
    member: str
    lines: tuple[Line, ...]
    answered_as: str
    payer_rank: str = "P"
    version: int = 1

    @property
    def number(self) -> str:
        """Give CLM01 of this version."""
        return self.control if self.version == 1 else f"{self.control}V{self.version}"

    @property
    def charge_cents(self) -> int:
        return sum(line.charge_cents for line in self.lines)


@dataclass(frozen=True, slots=True)
class Clp:
    """A claim loop as text, and what it pays."""

    segments: tuple[str, ...]
    paid_cents: int
    is_reversal: bool = False


@dataclass(frozen=True, slots=True)
class Plb:
    """One provider adjustment."""

    code: str
    reference: str
    cents: int


@dataclass(slots=True)
class Payment:
    """One 835 transaction."""

    trace: str
    day: int = 3
    clps: list[Clp] = field(default_factory=list)
    plbs: list[Plb] = field(default_factory=list)

    @property
    def net_cents(self) -> int:
        return sum(c.paid_cents for c in self.clps) - sum(p.cents for p in self.plbs)

    def segments(self) -> list[str]:
        """Give ST to SE."""
        method = "ACH" if self.net_cents else "NON"
        body = [
            "ST*835*0001",
            f"BPR*{'I' if self.net_cents else 'H'}*{dollars(self.net_cents)}*C*{method}*CCP*01*011000015*DA*77"
            f"*1000000001**01*011000028*DA*88*202603{self.day:02d}",
            f"TRN*1*{self.trace}*1000000001",
            "REF*EV*PRACTICE",
            f"DTM*405*202603{self.day:02d}",
            "N1*PR*HARBOR TEST PLAN",
            "N3*1 TEST STREET",
            "N4*BOSTON*MA*02110",
            "REF*2U*HTP01",
            "PER*BL*DESK*TE*6175550100",
            f"N1*PE*TEST PRACTICE*XX*{PAYEE}",
        ]
        if self.clps:
            body.append("LX*1")
        body += [segment for clp in self.clps for segment in clp.segments]
        for start in range(0, len(self.plbs), 6):
            pairs = "".join(
                f"*{p.code}{':' + p.reference if p.reference else ''}*{dollars(p.cents)}"
                for p in self.plbs[start : start + 6]
            )
            body.append(f"PLB*{PAYEE}*20261231{pairs}")
        return [*body, f"SE*{len(body) + 1}*0001"]


@dataclass(slots=True)
class World:
    """Claims of ours and the payments that speak of them, oldest first; by story, the claims it is told of."""

    claims: list[Claim]
    payments: list[Payment]
    told: dict[str, list[str]]


def dollars(cents: int) -> str:
    """Write cents as payers do: no needless zeros."""
    sign, whole, part = "-" if cents < 0 else "", *divmod(abs(cents), 100)
    if not part:
        return f"{sign}{whole}"
    return f"{sign}{whole or ''}.{part:02d}".rstrip("0")


def interchange(payments: Sequence[Payment], number: int) -> list[str]:
    """Give an interchange with one group of these payments, as segments; control numbers are the file's own."""
    head = [
        f"ISA*00*          *00*          *ZZ*PAYER          *ZZ*PRACTICE       *260301*0215*^*00501*{number:09d}*0*T*:",
        f"GS*HP*PAYER*PRACTICE*20260301*0215*{number}*X*005010X221A1",
    ]
    body = []
    for place, payment in enumerate(payments, 1):
        made = payment.segments()
        made[0] = f"ST*835*{place:04d}"
        made[-1] = made[-1].rsplit("*", 1)[0] + f"*{place:04d}"
        body += made
    return [*head, *body, f"GE*{len(payments)}*{number}", f"IEA*1*{number:09d}"]


def written(segments: Sequence[str]) -> bytes:
    """Give the bytes."""
    return ("~".join(segments) + "~").encode()


def retagged(content: bytes, tag: str) -> bytes:
    """Give the same file of another world."""
    return content.replace(TAG.encode(), tag.encode())


def cas(group_reasons: Reasons) -> list[str]:
    """Give CAS segments: one per group, up to six triples in each, a quantity now and then left in between."""
    found = []
    for group in dict.fromkeys(group for group, _, _ in group_reasons):
        own = [(reason, cents) for g, reason, cents in group_reasons if g == group]
        for start in range(0, len(own), 6):
            triples = [f"{reason}*{dollars(cents)}" for reason, cents in own[start : start + 6]]
            found.append(f"CAS*{group}*" + "**".join(triples) + ("*1" if len(triples) == 1 and cents_odd(own) else ""))
    return found


def cents_odd(own: Sequence[tuple[str, int]]) -> bool:
    return own[0][1] % 2 == 1


def spread(rng: Random, cents: int, parts: int) -> list[int]:
    """Divide an amount at random into so many parts that are none of them zero where that can be."""
    cuts = sorted(rng.randrange(1, max(cents, 2)) for _ in range(parts - 1))
    return [b - a for a, b in zip([0, *cuts], [*cuts, cents], strict=True)]
