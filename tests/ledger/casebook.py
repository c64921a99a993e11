"""The words of a case become claims of ours and the bytes of an 835; docs/posting.md lists the words."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from schemas.money import cents_of
from tests.remits.making import DAY, NPI, TAG, Claim, Clp, Line, Payment, Plb, dollars, interchange, written

FOLDER = Path(__file__).parent.parent / "cases"
REASON = re.compile(r"[A-Z]{2}-\w+")
CODES = {1: "99213", 2: "85025", 3: "71046", 4: "20610"}
SENT_WORDS = {"charges", "charges become", "sent again", "claim", "rank", "member", "patient pays", "payer tells"}
PAYMENT_WORDS = {"remittance", "pays", "claims", "provider", "handling", "credit", "payer", "again in another file", "same file again"}  # fmt: skip
CLAIM_WORDS = {
    *("of", "version", "status", "charge", "paid", "patient", "lines", "remarks", "forwarded to", "interest", "coverage"),
    *("number", "payer number", "member", "doctor", "corrected member", "references"),
}  # fmt: skip
LINE_WORDS = {
    *("line", "charge", "paid", "code", "modifiers", "sent", "date", "units", "sent units", "number", "remarks", "allowed")
}  # fmt: skip
EXPECTED_WORDS = {"entries", "moves", "rules", "verdict", "reason", "matched", "balance"}
"""What must come of it; all other words of a step are what comes in."""

CORRECTED = "NM1*74*1******C*{}"
"""The member as the payer corrects it."""

Words = Mapping[str, Any]


def load(path: Path) -> dict[str, Any]:
    """Give a case as text: nothing is read as a number."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)


def cases_of(folder: str) -> dict[str, dict[str, Any]]:
    """Give the cases of a folder by name."""
    return {path.stem: load(path) for path in sorted((FOLDER / folder).glob("*.yaml"))}


def ours(name: str) -> str:
    """Give a number of this case's own."""
    return f"{TAG}{name}"


@dataclass
class Telling:
    """A case as it is told: the claims that were sent so far, by name and version, and the payments."""

    sent: dict[tuple[str, int], Claim] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    payments: dict[str, Payment] = field(default_factory=dict)
    number: int = 0

    def claims_of(self, step: Words) -> list[Claim]:
        """Give the versions that a step sends; the next one where the claim is known."""
        _only(step, SENT_WORDS | PAYMENT_WORDS | EXPECTED_WORDS)
        words = {"charges", "charges become", "sent again"} & set(step)
        if not words:
            return []
        name = step.get("claim", "A")
        version = 1 + max((v for n, v in self.sent if n == name), default=0)
        assert (version == 1) == (words == {"charges"}), (
            "the case itself: charges first, then charges become or sent again"
        )
        assert step.get("sent again", "7") in ("7", "8")
        before = self.sent.get((name, version - 1))
        number = ours(name) if version == 1 else f"{ours(name)}V{version}"
        charges = step[words.pop()]
        lines = before.lines if isinstance(charges, str) else [_our_line(int(n), said) for n, said in charges.items()]
        lines = tuple(Line(x.number, x.code, x.modifiers, x.charge_cents, x.day, f"{number}L{x.number}") for x in lines)
        member, rank = step.get("member", "M" + name), step.get("rank", "P")
        made = Claim(ours(name), before.member if before else ours(member), lines, ours("ICN1"), before.payer_rank if before else rank, version)  # fmt: skip
        self.sent[name, version] = made
        return [made]

    def file_of(self, step: Words) -> bytes | None:
        """Give the bytes that a step brings; None where it brings none."""
        if "same file again" in step:
            return self.files[step["same file again"]]
        if "again in another file" in step:
            payment = self.payments[step["again in another file"]]
        elif "remittance" in step:
            payment = self._payment(step)
            self.payments[step["remittance"]] = payment
        else:
            return None
        self.number += 1
        content = written(interchange([payment], self.number))
        self.files[step.get("remittance", "")] = content
        return content

    def _payment(self, step: Words) -> Payment:
        plbs = [_plb(name, cents_of(said)) for name, said in step.get("provider", {}).items()]
        clps = [self._clp(said) for said in step.get("claims", [])]
        payment = Said(ours(step["remittance"]), clps=clps, plbs=plbs)
        payment.pays, payment.credit = cents_of(step["pays"]), step.get("credit", "C")
        payment.handling = step.get("handling", "I" if payment.pays else "H")
        payment.originator = "2000000002" if step.get("payer") == "another" else "1000000001"
        assert step.get("payer", "another") == "another"
        return payment

    def _clp(self, said: Words) -> Clp:
        """Give a claim loop in the order of the guide."""
        _only(said, CLAIM_WORDS | EXPECTED_WORDS)
        own = self.sent.get((said.get("of", "A"), int(said.get("version", "1"))))
        lines = said.get("lines", [])
        number = ours(said["number"]) if "number" in said else own.number if own else ours("NOBODY")
        status, charge, paid = said.get("status", "1"), cents_of(said["charge"]), cents_of(said["paid"])
        share = sum(_cents(v) for part in (said, *lines) for k, v in part.items() if k.startswith("PR-"))
        patient = cents_of(said["patient"]) if "patient" in said else 0 if status == "22" else share
        head = f"CLP*{number}*{status}*{dollars(charge)}*{dollars(paid)}*{dollars(patient) if patient else ''}*12"
        head += f"*{ours(said.get('payer number', 'ICN1'))}*11*1"
        member = ours(said["member"]) if "member" in said else own.member if own else ours("NOBODY")
        found = [head, *_cas(said), f"NM1*QC*1*TEST*PATIENT****MI*{member}"]
        if "corrected member" in said:
            found.append(CORRECTED.format(said["corrected member"]))
        if "forwarded to" in said:
            found.append(f"NM1*TT*2*NEXT PLAN*****PI*{said['forwarded to']}")
        if said.get("doctor", NPI) != "none":
            found.append(f"NM1*82*1*TEST*DOCTOR****XX*{said.get('doctor', NPI)}")
        if "remarks" in said:
            found.append("MOA***" + "*".join(said["remarks"].split()))
        found += [f"REF*{code}*{number}" for code, number in said.get("references", {}).items()]
        found += [f"AMT*{code}*{dollars(cents_of(said[k]))}" for k, code in (("interest", "I"), ("coverage", "AU")) if k in said]  # fmt: skip
        for line in lines:
            found += _svc(line, own)
        return Clp(tuple(found), paid)


@dataclass(slots=True)
class Said(Payment):
    """A payment whose BPR and TRN03 are as the case says, right or wrong."""

    pays: int = 0
    handling: str = "I"
    credit: str = "C"
    originator: str = ""

    def segments(self) -> list[str]:
        """Give ST to SE."""
        made = Payment.segments(self)
        made[1] = "*".join(["BPR", self.handling, dollars(self.pays), self.credit, *made[1].split("*")[4:]])
        made[2] = made[2].replace("1000000001", self.originator)
        return made


def _our_line(number: int, said: str | Words) -> Line:
    words = {"charge": said} if isinstance(said, str) else said
    _only(words, {"charge", "code", "modifiers", "date"})
    code = words.get("code", CODES.get(number, "99499"))
    return Line(number, code, words.get("modifiers", ""), cents_of(words["charge"]), words.get("date", DAY), "")


def _plb(name: str, cents: int) -> Plb:
    """Give a provider adjustment; the numbers behind its code are of this case."""
    code, *reference = name.split()
    return Plb(code, " ".join(map(ours, reference)), cents)


def _svc(said: Words, own: Claim | None) -> Iterable[str]:
    _only(said, LINE_WORDS | EXPECTED_WORDS)
    line = next((x for x in own.lines if str(x.number) == said["line"]), None) if own else None
    number = "none" if line is None else line.control
    if "number" in said:
        number = f"{own.number}L{said['number']}" if said["number"].isdigit() else said["number"]
    code = said.get("code", line.code if line else "99499")
    modifiers = said.get("modifiers", line.modifiers if line and "code" not in said else "")
    told = ":".join(filter(None, ("HC", code, "" if modifiers == "none" else modifiers)))
    sent = "HC:" + said["sent"] if "sent" in said else ""
    tail = f"**{said.get('units', '1')}*{sent}*{said.get('sent units', '')}".rstrip("*")
    yield f"SVC*{told}*{dollars(cents_of(said['charge']))}*{dollars(cents_of(said['paid']))}{tail}"
    yield f"DTM*472*{said.get('date', line.day if line else DAY)}"
    yield from _cas(said)
    if number != "none":
        yield f"REF*6R*{number}"
    if "allowed" in said:
        yield f"AMT*B6*{dollars(cents_of(said['allowed']))}"
    yield from (f"LQ*HE*{code}" for code in said.get("remarks", "").split())


def _cas(said: Words) -> list[str]:
    """Give one CAS per group with up to six triples; `20.00 x 2` has a quantity."""
    found: list[str] = []
    by_group: dict[str, list[str]] = {}
    for code, value in said.items():
        if REASON.fullmatch(code):
            group, reason = code.split("-")
            quantity = value.partition(" x ")[2]
            by_group.setdefault(group, []).append(f"{reason}*{dollars(_cents(value))}*{quantity}")
    for group, triples in by_group.items():
        for start in range(0, len(triples), 6):
            found.append(f"CAS*{group}*" + "*".join(triples[start : start + 6]).rstrip("*"))
    return found


def _cents(value: str) -> int:
    return cents_of(value.partition(" x ")[0])


def _only(said: Words, words: set[str]) -> None:
    unknown = [word for word in said if word not in words and not REASON.fullmatch(word)]
    assert not unknown, f"no word of a case: {unknown}"


def tag_of(number: int) -> str:
    """Give the tag of a told case, as long as making.TAG."""
    return f"T{number:06d}"


def told(case: Words, tag: str) -> list[tuple[Sequence[Claim], bytes | None, Words]]:
    """Give what each step of a case sends and what it brings, under its tag."""
    telling = Telling()
    found = []
    for step in case["steps"]:
        claims = telling.claims_of(step)
        content = telling.file_of(step)
        found.append((claims, content.replace(TAG.encode(), tag.encode()) if content else None, step))
    return found
