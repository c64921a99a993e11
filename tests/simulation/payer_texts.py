"""Canned 837P and 270 texts for the tests of the synthetic payer, and small readers of its answers; all invented."""

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

DAY = date(2026, 1, 5)


@dataclass
class LineText:
    code: str = "99213"
    charge: str = "100"
    number: str = "L1"
    authorization: str = ""
    served_on: date = DAY - timedelta(days=5)
    units: str = "1"
    modifiers: str = ""
    until: date | None = None
    prior: tuple[str, ...] = ()

    def segments(self, place: int) -> list[str]:
        when = f"D8*{self.served_on:%Y%m%d}"
        if self.until:
            when = f"RD8*{self.served_on:%Y%m%d}-{self.until:%Y%m%d}"
        procedure = f"HC:{self.code}" + (f":{self.modifiers}" if self.modifiers else "")
        rows = [f"LX*{place}", f"SV1*{procedure}*{self.charge}*UN*{self.units}***1", f"DTP*472*{when}"]
        rows += [f"REF*G1*{self.authorization}"] if self.authorization else []
        rows += [f"REF*6R*{self.number}"] if self.number else []
        return [*rows, *self.prior]


@dataclass
class ClaimText:
    number: str
    lines: list[LineText] = field(default_factory=lambda: [LineText()])
    payer: str = "BCNE1"
    member: str = "MBR0001"
    frequency: str = "1"
    original: str = ""
    dependent: bool = False
    rendering: bool = True
    authorization: str = ""
    charge: str = ""
    filing: str = "CI"
    npi: str = "1999999984"
    sequence: str = "P"

    def segments(self, level: int, parent: int) -> list[str]:
        rows = [f"HL*{level}*{parent}*22*{int(self.dependent)}"]
        rows.append(f"SBR*{self.sequence}*{'' if self.dependent else 18}*******{self.filing}")
        rows += [f"NM1*IL*1*TESTER*ANNE****MI*{self.member}", "N3*2 ELM ST", "N4*SPRINGFIELD*IL*627010001"]
        rows += ["DMG*D8*19800101*F", f"NM1*PR*2*PAYER {self.payer}*****PI*{self.payer}"]
        if self.dependent:
            rows += [f"HL*{level + 1}*{level}*23*0", "PAT*19", "NM1*QC*1*TESTER*BEN"]
            rows += ["N3*2 ELM ST", "N4*SPRINGFIELD*IL*627010001", "DMG*D8*20150101*M"]
        charge = self.charge or f"{sum(float(line.charge) for line in self.lines):.2f}"
        rows.append(f"CLM*{self.number}*{charge}***11:B:{self.frequency}*Y*A*Y*Y")
        rows += [f"REF*G1*{self.authorization}"] if self.authorization else []
        rows += [f"REF*F8*{self.original}"] if self.original else []
        rows += [f"REF*D9*TRACE{self.number}", "HI*ABK:J069"]
        rows += ["NM1*82*1*HEALER*HAL****XX*1999999992"] if self.rendering else []
        return rows + [s for place, line in enumerate(self.lines, 1) for s in line.segments(place)]


def text_837p(*sets: Sequence[ClaimText], number: int = 1, terminator: str = "~", separators: str = "*:") -> bytes:
    """An interchange of one group; every argument is the claims of one ST."""
    body: list[str] = []
    for place, claims in enumerate(sets, 1):
        rows = [f"BHT*0019*00*B{number}-{place}*20260105*0600*CH", "NM1*41*2*TEST PRACTICE*****46*PRACT1"]
        rows += ["PER*IC*ANY*TE*5555550111", "NM1*40*2*CLEARING*****46*HARBORCH"]
        level, parent, npi = 0, 0, ""
        for claim in claims:
            if claim.npi != npi:
                level, npi = level + 1, claim.npi
                parent = level
                rows += [f"HL*{level}**20*1", f"NM1*85*2*TEST PRACTICE*****XX*{npi}", "N3*1 OAK ST"]
                rows += ["N4*SPRINGFIELD*IL*627010001", "REF*EI*990000009"]
            rows += claim.segments(level + 1, parent)
            level += 2 if claim.dependent else 1
        body += _set("837", "005010X222A1", place, rows)
    return _interchange("HC", "005010X222A1", body, len(sets), number, terminator, separators)


def text_270(members: Sequence[str], number: int = 900, payer: str = "BCNE1", question: str = "EQ*30") -> bytes:
    """One 270 with one 2000C for each member; a member that ends in D asks for a dependent."""
    rows = [f"BHT*0022*13*Q{number}*20260105*0600", "HL*1**20*1", f"NM1*PR*2*PAYER {payer}*****PI*{payer}"]
    rows += ["HL*2*1*21*1", "NM1*1P*2*TEST PRACTICE*****XX*1999999984"]
    level = 2
    for place, member in enumerate(members, 1):
        level, is_dependent = level + 1, member.endswith("D")
        trace = f"TRN*1*T{place}*9PRACTICE1"
        about = ["DMG*D8*19800101*F", "DTP*291*D8*20260105", question]
        head = [f"HL*{level}*2*22*{int(is_dependent)}"]
        name = f"NM1*IL*1*TESTER*ANNE****MI*{member}"
        if is_dependent:
            rows += [*head, name, f"HL*{level + 1}*{level}*23*0", trace, "NM1*03*1*TESTER*BEN", *about]
            level += 1
        else:
            rows += [*head, trace, name, *about]
    return _interchange("HS", "005010X279A1", _set("270", "005010X279A1", 1, rows), 1, number, "~", "*:")


def _set(kind: str, version: str, place: int, rows: list[str]) -> list[str]:
    return [f"ST*{kind}*{place:04d}*{version}", *rows, f"SE*{len(rows) + 2}*{place:04d}"]


def _interchange(
    kind: str, version: str, body: list[str], count: int, number: int, terminator: str, separators: str
) -> bytes:
    ids = f"ZZ*{'PRACT1':<15}*ZZ*{'HARBORCH':<15}"
    head = f"ISA*00*{' ' * 10}*00*{' ' * 10}*{ids}*260105*0600*^*00501*{number:09d}*1*T*:"
    rows = [head, f"GS*{kind}*PRACT1*HARBORCH*20260105*0600*{number}*X*{version}", *body]
    rows += [f"GE*{count}*{number}", f"IEA*1*{number:09d}"]
    text = "".join(row + terminator for row in rows)
    return text.translate(str.maketrans("*:", separators)).encode()


def rows_of(content: bytes) -> list[list[str]]:
    return [row.strip().split("*") for row in content.decode().split("~") if row.strip()]


def files_of(files: dict[str, bytes], kind: str) -> list[list[list[str]]]:
    return [rows_of(content) for name, content in files.items() if f"-{kind}" in name]


def cents(text: str) -> int:
    return round(float(text or 0) * 100)


@dataclass
class Clp:
    """One CLP of an 835 with the segments below it."""

    rows: list[list[str]]

    @property
    def head(self) -> list[str]:
        return self.rows[0]

    @property
    def claim_rows(self) -> list[list[str]]:
        first = next((i for i, row in enumerate(self.rows) if row[0] == "SVC"), len(self.rows))
        return self.rows[:first]

    @property
    def lines(self) -> list[list[list[str]]]:
        starts = [i for i, row in enumerate(self.rows) if row[0] == "SVC"]
        return [self.rows[a:b] for a, b in pairwise([*starts, len(self.rows)])]

    def reasons(self) -> list[tuple[str, str, int]]:
        return reasons_of(self.rows)


def reasons_of(rows: Sequence[list[str]]) -> list[tuple[str, str, int]]:
    cas = [row for row in rows if row[0] == "CAS"]
    return [(row[1], row[i], cents(row[i + 1])) for row in cas for i in range(2, len(row), 3)]


def clps_of(rows: list[list[str]]) -> list[Clp]:
    found: list[Clp] = []
    for row in rows:
        if row[0] == "CLP":
            found.append(Clp([]))
        if row[0] in ("PLB", "SE"):
            found.append(Clp([]))
        if found:
            found[-1].rows.append(row)
    return [clp for clp in found if clp.rows and clp.rows[0][0] == "CLP"]


def plbs_of(rows: list[list[str]]) -> list[tuple[str, str, int]]:
    plbs = [row for row in rows if row[0] == "PLB"]
    return [(*row[i].split(":", 1), cents(row[i + 1])) for row in plbs for i in range(3, len(row), 2)]  # type: ignore[misc]


def judge(content: bytes) -> list[str]:
    """What pyx12 says is wrong: an empty list where the file passes its map."""
    import pyx12.params
    import pyx12.x12n_document

    param = pyx12.params.params()
    param.set("exclude_external_codes", "remark_code")
    found = io.StringIO()
    is_valid = pyx12.x12n_document.x12n_document(
        param, io.StringIO(content.decode()), fd_997=None, fd_html=None, fd_json=found
    )
    if is_valid:
        return []
    return _errors(json.loads(found.getvalue())) or ["invalid, and pyx12 does not say why"]


def _errors(node: object) -> list[str]:
    if isinstance(node, list):
        return [error for item in node for error in _errors(item)]
    if not isinstance(node, dict):
        return []
    own = [str(e) for e in node.get("errors", [])]
    where = f"{node.get('seg_id', node.get('segment_id', ''))} line {node.get('line', '')}"
    nested = [e for key, value in node.items() if key != "errors" for e in _errors(value)]
    return [f"{where}: {e}" for e in own] + nested


def unbalanced(rows: list[list[str]]) -> list[str]:
    """Places of an 835 that do not balance at line, claim or transaction level (domain notes, section 2)."""
    wrong: list[str] = []
    for transaction in _transactions(rows):
        clps = clps_of(transaction)
        for clp in clps:
            wrong += _unbalanced_claim(clp)
        paid = sum(cents(clp.head[4]) for clp in clps) - sum(amount for _, _, amount in plbs_of(transaction))
        bpr = next(row for row in transaction if row[0] == "BPR")
        if cents(bpr[2]) != paid or cents(bpr[2]) < 0:
            wrong.append(f"BPR02 {bpr[2]}")
    return wrong


def _unbalanced_claim(clp: Clp) -> list[str]:
    wrong = [
        f"SVC of {clp.head[1]}"
        for line in clp.lines
        if cents(line[0][2]) - sum(a for _, _, a in reasons_of(line)) != cents(line[0][3])
    ]
    charge, paid = cents(clp.head[3]), cents(clp.head[4])
    if charge - sum(a for _, _, a in clp.reasons()) != paid:
        wrong.append(f"CLP of {clp.head[1]}")
    if clp.lines and charge != sum(cents(line[0][2]) for line in clp.lines):
        wrong.append(f"CLP03 of {clp.head[1]}")
    if clp.head[2] != "22" and cents(clp.head[5]) != sum(a for group, _, a in clp.reasons() if group == "PR"):
        wrong.append(f"CLP05 of {clp.head[1]}")
    return wrong


def _transactions(rows: list[list[str]]) -> list[list[list[str]]]:
    starts = [i for i, row in enumerate(rows) if row[0] == "ST"]
    return [rows[a:b] for a, b in pairwise([*starts, len(rows)])]
