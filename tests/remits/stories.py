"""What payers do to claims, told in 835s: each story gives the claim loops and provider adjustments of successive payments."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

from .making import DAY, NPI, TAG, Claim, Clp, Line, Payment, Plb, Reasons, World, cas, dollars, spread

CODES = ("99213", "99214", "85025", "71046", "20610", "J1030")
PLB_CODES = (
    *("50", "72", "90", "AH", "AM", "AP", "B2", "B3", "BD", "BN", "C5", "CR", "CS", "CT", "CV", "CW", "DM", "E3", "FB"),
    *("FC", "GO", "HM", "IP", "IR", "IS", "J1", "L3", "L6", "LE", "LS", "OA", "OB", "PI", "PL", "RA", "RE", "SL", "TL"),
    *("WO", "WU"),
)

Cycles = list[list[Clp | Plb]]
Answer = tuple[Line, int, Reasons]


class Teller:
    """Makes claims of ours and tells what a payer says of them."""

    def __init__(self, rng: Random) -> None:
        self.rng, self.claims, self.number = rng, [], 0

    def claim(self, most: int = 4, payer_rank: str = "P") -> Claim:
        """Give a new claim of ours."""
        self.number += 1
        n, rng = self.number, self.rng
        lines = tuple(
            Line(
                k,
                rng.choice(CODES),
                rng.choice(("", "", "25", "26:59")),
                rng.randrange(200, 60_000),
                f"202602{rng.randrange(1, 20):02d}",
                f"{TAG}L{n}N{k}",
            )
            for k in range(1, rng.randrange(1, most + 1) + 1)
        )
        made = Claim(f"{TAG}C{n}", f"M{TAG}{n}", lines, f"{TAG}I{n}", payer_rank)
        self.claims.append(made)
        return made

    def paid(self, line: Line, share: float | None = None) -> Answer:
        """Give a line that is paid in part, the rest contractual and the patient's."""
        paid = int(line.charge_cents * (self.rng.choice((0.4, 0.6, 0.8)) if share is None else share))
        contractual, patient = spread(self.rng, line.charge_cents - paid, 2)
        reasons = [("CO", "45", contractual), ("PR", self.rng.choice("123"), patient)]
        if self.rng.random() < 0.2:
            reasons.append(("CO", "253", 0))
        return line, paid, [r for r in reasons if r[2]]

    def refused(self, line: Line, reason: str = "") -> Answer:
        """Give a line that is paid nothing."""
        return line, 0, [("CO", reason or self.rng.choice(("16", "50", "97", "197", "29")), line.charge_cents)]

    def clp(
        self,
        claim: Claim,
        answers: Sequence[Answer],
        status: str = "1",
        above: Reasons = (),
        icn: str = "",
        more: Sequence[str] = (),
        sign: int = 1,
        procedures: Sequence[str] = (),
        control: str = "",
        charge: int | None = None,
        numbered: bool = True,
    ) -> Clp:
        """Give a claim loop that balances where the answers do."""
        charge = sum(line.charge_cents for line, _, _ in answers) if charge is None else charge
        paid = sum(p for _, p, _ in answers) - sum(c for _, _, c in above)
        if not answers:
            paid = charge - sum(c for _, _, c in above)
        patient = sum(c for _, _, rs in answers for g, _, c in rs if g == "PR") + sum(
            c for g, _, c in above if g == "PR"
        )
        shown = "" if sign < 0 or not patient else dollars(patient)
        segments = [
            f"CLP*{control or claim.control}*{status}*{dollars(sign * charge)}*{dollars(sign * paid)}*{shown}*12*{icn or claim.answered_as}*11*1"
        ]
        segments += cas([(g, r, sign * c) for g, r, c in above])
        segments += [f"NM1*QC*1*TEST*PATIENT****MI*{claim.member}", *(m for m in more if m.startswith("NM1"))]
        segments += [f"NM1*82*1*TEST*DOCTOR****XX*{NPI}", *(m for m in more if m.startswith(("MOA", "REF")))]
        segments += [f"DTM*232*{min(line.day for line in claim.lines)}", f"DTM*050*{DAY}"]
        segments += [m for m in more if m.startswith("AMT")]
        for place, (line, line_paid, reasons) in enumerate(answers):
            told = ":".join(filter(None, ("HC", line.code, line.modifiers)))
            said = procedures[place] if place < len(procedures) and procedures[place] else ""
            tail = f"**1*{told}*1" if said else "**1"
            segments.append(f"SVC*{said or told}*{dollars(sign * line.charge_cents)}*{dollars(sign * line_paid)}{tail}")
            segments += [f"DTM*472*{line.day}", *cas([(g, r, sign * c) for g, r, c in reasons])]
            if numbered:
                segments.append(f"REF*6R*{line.control}")
            if sign > 0 and line_paid:
                segments.append(f"AMT*B6*{dollars(line_paid + sum(c for g, _, c in reasons if g == 'PR'))}")
            if any(r == "16" for _, r, _ in reasons) and sign > 0:
                segments.append("LQ*HE*N290")
        return Clp(tuple(segments), sign * paid, sign < 0)

    def all_paid(self, claim: Claim) -> list[Answer]:
        return [self.paid(line) for line in claim.lines]


def payment(t: Teller) -> Cycles:
    claim = t.claim()
    return [[t.clp(claim, t.all_paid(claim))]]


def contractual_only(t: Teller) -> Cycles:
    claim = t.claim()
    return [[t.clp(claim, [(line, 0, [("CO", "45", line.charge_cents)]) for line in claim.lines])]]


def patient_only(t: Teller) -> Cycles:
    claim = t.claim()
    return [[t.clp(claim, [(line, 0, [("PR", "1", line.charge_cents)]) for line in claim.lines])]]


def denied_as_4(t: Teller) -> Cycles:
    claim = t.claim()
    return [[t.clp(claim, [t.refused(line) for line in claim.lines], status="4")]]


def denied_by_zero_pay(t: Teller) -> Cycles:
    claim = t.claim()
    return [[t.clp(claim, [t.refused(line) for line in claim.lines])]]


def partly_denied(t: Teller) -> Cycles:
    claim = t.claim(most=5)
    return [[t.clp(claim, [t.refused(x) if x.number % 2 else t.paid(x) for x in claim.lines])]]


def reversal(t: Teller) -> Cycles:
    claim = t.claim()
    said = t.all_paid(claim)
    return [[t.clp(claim, said)], [t.clp(claim, said, status="22", sign=-1)]]


def correction(t: Teller) -> Cycles:
    """A reversal and the correction in the same payment, or the correction in a later one."""
    claim = t.claim()
    said = t.all_paid(claim)
    back = t.clp(claim, said, status="22", sign=-1)
    again = t.clp(claim, t.all_paid(claim), icn=f"{claim.answered_as}R")
    first = [t.clp(claim, said)]
    return [first, [back, again]] if t.rng.random() < 0.5 else [first, [back], [again]]


def correction_before_reversal(t: Teller) -> Cycles:
    claim = t.claim()
    said = t.all_paid(claim)
    again = t.clp(claim, t.all_paid(claim), icn=f"{claim.answered_as}R")
    return [[t.clp(claim, said)], [again], [t.clp(claim, said, status="22", sign=-1)]]


def denied_then_paid(t: Teller) -> Cycles:
    claim = t.claim()
    said = [t.refused(line) for line in claim.lines]
    return [
        [t.clp(claim, said, status="4")],
        [t.clp(claim, said, status="22", sign=-1), t.clp(claim, t.all_paid(claim))],
    ]


def supplemental(t: Teller) -> Cycles:
    """More money for a claim that was paid: B13 says what was paid before, and posts nothing."""
    claim = t.claim()
    extra = [(x, 150, [("OA", "B13", x.charge_cents - 150)]) for x in claim.lines]
    return [[t.clp(claim, t.all_paid(claim))], [t.clp(claim, extra, icn=f"{claim.answered_as}S")]]


def split(t: Teller) -> Cycles:
    claim = t.claim()
    while len(claim.lines) < 2:
        claim = t.claim(most=6)
    halves = claim.lines[: len(claim.lines) // 2], claim.lines[len(claim.lines) // 2 :]
    one, two = (
        t.clp(claim, [t.paid(x) for x in half], icn=f"{claim.answered_as}{k}", more=["MOA***MA15"])
        for k, half in enumerate(halves)
    )
    return [[one, two]] if t.rng.random() < 0.5 else [[one], [two]]


def bundled(t: Teller) -> Cycles:
    """The payer pays one line under a code of its own and calls the others part of it."""
    claim = t.claim(most=3)
    said = [t.paid(claim.lines[0]), *(t.refused(x, "97") for x in claim.lines[1:])]
    return [[t.clp(claim, said, procedures=["HC:80053"] * len(claim.lines))]]


def recoded(t: Teller) -> Cycles:
    claim = t.claim()
    return [[t.clp(claim, t.all_paid(claim), procedures=["HC:99212"])]]


def crossover(t: Teller) -> Cycles:
    status = t.rng.choice(("19", "20", "21"))
    claim = t.claim(payer_rank={"19": "P", "20": "S", "21": "T"}[status])
    more = ["NM1*TT*2*NEXT PLAN*****PI*NXT01", f"MOA***{t.rng.choice(('MA18', 'N89'))}"]
    return [[t.clp(claim, t.all_paid(claim), status=status, more=more)]]


def secondary(t: Teller) -> Cycles:
    status = t.rng.choice("23")
    claim = t.claim(payer_rank={"2": "S", "3": "T"}[status])
    said = []
    for line in claim.lines:
        before, paid = spread(t.rng, line.charge_cents, 2)
        said.append((line, paid, [("OA", "23", before)] if before else []))
    return [[t.clp(claim, said, status=status)]]


def forwarded_away(t: Teller) -> Cycles:
    claim = t.claim()
    return [[t.clp(claim, [], status="23", above=[("OA", "109", claim.charge_cents)], charge=claim.charge_cents)]]


def predetermination(t: Teller) -> Cycles:
    claim = t.claim()
    said = [(x, 0, [("OA", "101", x.charge_cents)]) for x in claim.lines]
    return [[t.clp(claim, said, status="25")]]


def claim_level(t: Teller) -> Cycles:
    claim = t.claim()
    above = [("CO", "45", claim.charge_cents // 3), ("PR", "1", claim.charge_cents // 5)]
    return [[t.clp(claim, [], above=above, charge=claim.charge_cents)]]


def claim_level_beside_lines(t: Teller) -> Cycles:
    claim = t.claim()
    return [[t.clp(claim, [t.paid(x, 0.8) for x in claim.lines], above=[("CO", "253", 1), ("PR", "3", 7)])]]


def repeated_at_both_levels(t: Teller) -> Cycles:
    """Claim level CAS say the lines' again; only the lines' count."""
    claim = t.claim()
    said = t.all_paid(claim)
    totals: dict[tuple[str, str], int] = {}
    for _, _, reasons in said:
        for group, reason, cents in reasons:
            totals[group, reason] = totals.get((group, reason), 0) + cents
    made = t.clp(claim, said)
    above = cas([(g, r, c) for (g, r), c in totals.items()])
    return [[replace(made, segments=(made.segments[0], *above, *made.segments[1:]))]]


def negative_adjustment(t: Teller) -> Cycles:
    claim = t.claim()
    return [[t.clp(claim, [(x, x.charge_cents + 321, [("CO", "94", -321)]) for x in claim.lines])]]


def many_lines(t: Teller) -> Cycles:
    claim = t.claim(most=40)
    return [[t.clp(claim, t.all_paid(claim))]]


def many_reasons(t: Teller) -> Cycles:
    claim = t.claim(most=2)
    said = []
    for x in claim.lines:
        parts = [p for p in spread(t.rng, x.charge_cents, 9) if p]
        said.append(
            (
                x,
                parts[0],
                [
                    ("OA", r, c)
                    for r, c in zip(["94", "131", "144", "16", "50", "96", "4", "11"], parts[1:], strict=False)
                ],
            )
        )
    return [[t.clp(claim, said)]]


def takeback(t: Teller) -> Cycles:
    """A reversal whose money is not taken at once: WO gives it back now and takes it later."""
    claim = t.claim()
    said = t.all_paid(claim)
    back = t.clp(claim, said, status="22", sign=-1)
    reference = f"{claim.control} {claim.answered_as}"
    return [
        [t.clp(claim, said)],
        [back, Plb("WO", reference, back.paid_cents)],
        [Plb("WO", reference, -back.paid_cents)],
    ]


def refund_acknowledged(t: Teller) -> Cycles:
    claim = t.claim()
    cents = t.rng.randrange(100, 9_000)
    return [[Plb("WO", f"{claim.control} {claim.answered_as}", cents), Plb("72", claim.control, -cents)]]


def interest(t: Teller) -> Cycles:
    claim = t.claim()
    cents = t.rng.randrange(1, 900)
    return [[t.clp(claim, t.all_paid(claim), more=[f"AMT*I*{dollars(cents)}"]), Plb("L6", claim.answered_as, -cents)]]


def capitation(t: Teller) -> Cycles:
    return [[Plb(t.rng.choice(("CT", "CV", "CR")), "", -t.rng.randrange(1_000, 90_000))]]


def every_provider_code(t: Teller) -> Cycles:
    pairs = [Plb(code, "", sign * t.rng.randrange(1, 500)) for code in PLB_CODES for sign in (1, -1)]
    return [[Plb("LS", "", -60_000), *pairs]]


def known_by_payer_number(t: Teller) -> Cycles:
    """The payer cuts our number in the reversal; its own number was told with the payment."""
    claim = t.claim()
    said = t.all_paid(claim)
    back = t.clp(claim, said, status="22", sign=-1, control=claim.control[2:])
    nameless = tuple(s for s in back.segments if not s.startswith("NM1*82"))
    return [[t.clp(claim, said)], [replace(back, segments=nameless)]]


def known_by_its_content(t: Teller) -> Cycles:
    claim = t.claim()
    return [[t.clp(claim, t.all_paid(claim), control="LOST", numbered=False)]]


def without_line_numbers(t: Teller) -> Cycles:
    claim = t.claim()
    return [[t.clp(claim, t.all_paid(claim), numbered=False)]]


STORIES: tuple[Callable[[Teller], Cycles], ...] = (
    payment, contractual_only, patient_only, denied_as_4, denied_by_zero_pay, partly_denied, reversal, correction,
    correction_before_reversal, denied_then_paid, supplemental, split, bundled, recoded, crossover, secondary,
    forwarded_away, predetermination, claim_level, claim_level_beside_lines, repeated_at_both_levels, negative_adjustment,
    many_lines, many_reasons, takeback, refund_acknowledged, interest, capitation, every_provider_code,
    known_by_payer_number, known_by_its_content, without_line_numbers,
)  # fmt: skip
"""Every shape that issue 4 names."""


def make_world(seed: int, payments: int, stories: Sequence[Callable[[Teller], Cycles]]) -> World:
    """Give the world of a seed: the stories dealt over so many payments, each story's cycles in their order.

    Holds: BPR02 is claims less PLB and never below zero: what is missing goes forward with FB (RFI 222) to the next payment.
    """
    rng = Random(seed)
    teller = Teller(rng)
    made = [Payment(f"{TAG}P{n}", 3 + n) for n in range(payments)]
    told = {}
    for story in stories:
        before = len(teller.claims)
        cycles = story(teller)
        told[story.__name__] = [claim.control for claim in teller.claims[before:]]
        places = sorted(rng.randrange(payments) for _ in cycles)
        for place, cycle in zip(places, cycles, strict=True):
            made[place].clps += [part for part in cycle if isinstance(part, Clp)]
            made[place].plbs += [part for part in cycle if isinstance(part, Plb)]
    owed, first = 0, ""
    for one in made:
        if owed:
            one.plbs.append(Plb("FB", first, owed))
        owed = max(-one.net_cents, 0)
        if owed:
            one.plbs.append(Plb("FB", one.trace, -owed))
            first = first or one.trace
        else:
            first = ""
    return World(teller.claims, made, told)
