"""Claims of an 835 that balance by construction, as templates: bytes with a place for the claim's number, and their truth.

All names and numbers are invented. Units: cents.
"""

from dataclasses import dataclass, fields
from random import Random

NUMBER = b"#########"
"""Stands in a template where the claim's nine digits go, so that every claim has its own number and the same length."""

_GROUPS = ("CO", "CO", "CO", "CO", "PR", "PR", "OA", "PI")
_REASONS = {"CO": ("45", "253", "97", "59"), "PR": ("1", "2", "3"), "OA": ("23", "94"), "PI": ("45", "59")}
_PROCEDURES = ("99213", "99214", "99203", "85025", "80053", "93000", "36415", "71046", "97110", "G0439")
_MODIFIERS = ("", "", "", ":25", ":59", ":25:59")
_REMARKS = ("M15", "N130", "N19", "MA01", "N381")
_FAMILY_NAMES = ("ALDERBY", "BRACKNOR", "CINDERHOLT", "DUNMERE", "ESKWOOD", "FARROWGATE", "GLENTHORPE", "HOLLOWBECK")
_GIVEN_NAMES = ("SOREN", "MARIT", "TEODOR", "ILSE", "RAFE", "NELL", "OSKAR", "WREN")
_MOST_LINE_ADJUSTMENTS = 12
_MOST_TRIPLES = 6
_SIX_TRIPLES_EACH = 50
"""One line in so many has at least seven adjustments of one group, so that a CAS is full and a second one begins."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What a file holds, known before it is written."""

    interchanges: int = 0
    payments: int = 0
    claims: int = 0
    lines: int = 0
    adjustments: int = 0
    plb: int = 0
    charged_cents: int = 0
    paid_cents: int = 0
    adjusted_cents: int = 0
    patient_cents: int = 0
    plb_cents: int = 0
    payment_cents: int = 0
    segments: int = 0

    def __add__(self, other: "Truth") -> "Truth":
        return Truth(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(Truth)))


@dataclass(frozen=True, slots=True)
class Shape:
    """How claims look on average."""

    lines: float = 3.5
    adjustments: float = 7.6
    reversals: float = 0.02
    denials: float = 0.05
    claim_level: float = 0.1


@dataclass(frozen=True, slots=True)
class Adjustment:
    group_code: str
    reason_code: str
    cents: int
    quantity: str


@dataclass(frozen=True, slots=True)
class Line:
    charge_cents: int
    adjustments: tuple[Adjustment, ...]
    procedure: str
    units: int
    day: int
    remark: str


@dataclass(frozen=True, slots=True)
class Template:
    """One claim, or a reversal and its correction: bytes and truth."""

    content: bytes
    truth: Truth
    segments: int


def templates(shape: Shape, count: int, seed: int) -> list[Template]:
    """Give `count` different templates; the same seed gives the same ones."""
    rng = Random(seed)
    return [_template(shape, rng) for _ in range(count)]


def dollars(cents: int) -> str:
    """Give an amount as payers write it: no trailing zeros, no point without cents."""
    sign, whole = "-" if cents < 0 else "", abs(cents)
    return sign + (f"{whole // 100}.{whole % 100:02d}".rstrip("0") if whole % 100 else str(whole // 100))


def _template(shape: Shape, rng: Random) -> Template:
    """Give one claim; some are taken back and paid anew."""
    lines = [_line(shape, rng) for _ in range(_line_count(shape.lines, rng))]
    if rng.random() < shape.denials:
        lines = [_denied(line) for line in lines]
    claim_level = _claim_level(lines, rng) if rng.random() < shape.claim_level else ()
    patient = _patient(rng)
    parts = [(_status(lines, rng), lines, claim_level)]
    if rng.random() < shape.reversals:
        parts.insert(0, ("22", [_negated_line(line) for line in lines], tuple(_negated(a) for a in claim_level)))
    segments = [segment for part in parts for segment in _claim(*part, patient)]
    truth = sum((_truth(part_lines, level) for _, part_lines, level in parts), Truth())
    return Template("".join(f"{segment}~" for segment in segments).encode(), truth, len(segments))


def _line_count(mean: float, rng: Random) -> int:
    """Give at least one line; between 1 and twice the mean less one, evenly."""
    return round(rng.uniform(0.5, 2 * mean - 0.5))


def _line(shape: Shape, rng: Random) -> Line:
    charge = rng.randrange(2000, 60000)
    chance = _mean_of_a_line(shape) / _MOST_LINE_ADJUSTMENTS
    count = sum(rng.random() < chance for _ in range(_MOST_LINE_ADJUSTMENTS))
    groups = [rng.choice(_GROUPS) for _ in range(count)]
    if rng.randrange(_SIX_TRIPLES_EACH) == 0:
        groups = ["CO"] * (_MOST_TRIPLES + 1)
    adjustments = _adjustments(charge, sorted(groups), rng)
    procedure = rng.choice(_PROCEDURES) + rng.choice(_MODIFIERS)
    remark = rng.choice(_REMARKS) if rng.random() < 0.15 else ""
    return Line(charge, adjustments, procedure, rng.choice((1, 1, 1, 2, 3)), rng.randrange(1, 29), remark)


def _mean_of_a_line(shape: Shape) -> float:
    """Give how many adjustments an ordinary line has on average, so that all claims together meet the shape's mean."""
    line = (shape.adjustments - shape.claim_level) / shape.lines
    undenied = (line - shape.denials) / (1 - shape.denials)
    full_lines = 1 / _SIX_TRIPLES_EACH
    return (undenied - (_MOST_TRIPLES + 1) * full_lines) / (1 - full_lines)


def _adjustments(charge: int, groups: list[str], rng: Random) -> tuple[Adjustment, ...]:
    """Give adjustments that together stay under the charge; a tenth of them say a quantity."""
    most = charge // (len(groups) + 1)
    quantities = ["1" if rng.random() < 0.1 else "" for _ in groups]
    return tuple(
        Adjustment(group, rng.choice(_REASONS[group]), rng.randrange(1, most), quantity)
        for group, quantity in zip(groups, quantities, strict=True)
    )


def _denied(line: Line) -> Line:
    """Give the line with nothing paid."""
    return Line(
        line.charge_cents, (Adjustment("CO", "16", line.charge_cents, ""),), line.procedure, 1, line.day, "N130"
    )


def _claim_level(lines: list[Line], rng: Random) -> tuple[Adjustment, ...]:
    """Give one adjustment of the claim as a whole, no more than its lines were paid."""
    paid = sum(_paid(line) for line in lines)
    return (Adjustment("OA", "23", rng.randrange(1, paid), ""),) if paid > 1 else ()


def _negated(adjustment: Adjustment) -> Adjustment:
    return Adjustment(adjustment.group_code, adjustment.reason_code, -adjustment.cents, adjustment.quantity)


def _negated_line(line: Line) -> Line:
    """Give the line as its reversal says it."""
    adjustments = tuple(_negated(adjustment) for adjustment in line.adjustments)
    return Line(-line.charge_cents, adjustments, line.procedure, line.units, line.day, "")


def _paid(line: Line) -> int:
    return line.charge_cents - sum(adjustment.cents for adjustment in line.adjustments)


def _status(lines: list[Line], rng: Random) -> str:
    return rng.choice(("1", "1", "1", "2", "19")) if any(_paid(line) for line in lines) else "4"


def _patient(rng: Random) -> str:
    names = f"{rng.choice(_FAMILY_NAMES)}*{rng.choice(_GIVEN_NAMES)}"
    return f"NM1*QC*1*{names}****MI*W{rng.randrange(10**8):08d}"


def _truth(lines: list[Line], claim_level: tuple[Adjustment, ...]) -> Truth:
    """Give the truth of one claim."""
    adjustments = [*claim_level, *(adjustment for line in lines for adjustment in line.adjustments)]
    charged = sum(line.charge_cents for line in lines)
    adjusted = sum(adjustment.cents for adjustment in adjustments)
    return Truth(
        claims=1,
        lines=len(lines),
        adjustments=len(adjustments),
        charged_cents=charged,
        paid_cents=charged - adjusted,
        adjusted_cents=adjusted,
        patient_cents=sum(adjustment.cents for adjustment in adjustments if adjustment.group_code == "PR"),
    )


def _claim(status: str, lines: list[Line], claim_level: tuple[Adjustment, ...], patient: str) -> list[str]:
    """Give the segments of one claim."""
    truth, number = _truth(lines, claim_level), NUMBER.decode()
    amounts = "*".join(dollars(c) for c in (truth.charged_cents, truth.paid_cents, truth.patient_cents))
    first = min(line.day for line in lines)
    return [
        f"CLP*C{number}*{status}*{amounts}*12*{number}01*11*1",
        *_cas(claim_level),
        patient,
        "NM1*82*1*QUILLFEATHER*ANSEL****XX*1234567893",
        "REF*1L*GROUP77",
        f"DTM*232*202602{first:02d}",
        f"AMT*AU*{dollars(sum(_allowed(line) for line in lines))}",
        *(segment for place, line in enumerate(lines, 1) for segment in _service(line, f"{number}{place}")),
    ]


def _allowed(line: Line) -> int:
    """Give the charge less what nobody owes."""
    return line.charge_cents - sum(a.cents for a in line.adjustments if a.group_code in ("CO", "PI"))


def _service(line: Line, control_number: str) -> list[str]:
    """Give the segments of one line."""
    return [
        f"SVC*HC:{line.procedure}*{dollars(line.charge_cents)}*{dollars(_paid(line))}**{line.units}",
        f"DTM*472*202602{line.day:02d}",
        *_cas(line.adjustments),
        f"REF*6R*{control_number}",
        f"AMT*B6*{dollars(_allowed(line))}",
        *([f"LQ*HE*{line.remark}"] if line.remark else []),
    ]


def _cas(adjustments: tuple[Adjustment, ...]) -> list[str]:
    """Give the CAS segments: one for up to six adjustments of a group."""
    groups = dict.fromkeys(adjustment.group_code for adjustment in adjustments)
    members = {group: [a for a in adjustments if a.group_code == group] for group in groups}
    full = [(group, part[n : n + _MOST_TRIPLES]) for group, part in members.items() for n in range(0, len(part), 6)]
    return [f"CAS*{group}{''.join(_triple(a) for a in part)}".rstrip("*") for group, part in full]


def _triple(adjustment: Adjustment) -> str:
    return f"*{adjustment.reason_code}*{dollars(adjustment.cents)}*{adjustment.quantity}"
