"""Bank files by hand for the tests: NACHA records counted column by column, BAI2 lines with their totals."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Eft:
    cents: int
    trace: str = ""
    originator: str = "1990000001"
    code: str = "22"
    number: int = 1

    @property
    def addenda(self) -> str:
        return f"TRN*1*{self.trace}*{self.originator}\\" if self.trace else ""


RDFI = "99999999"


def ach(batches: Sequence[tuple[str, str, Sequence[Eft]]], end: str = "\n") -> bytes:
    """A NACHA file; each batch is (effective day YYMMDD, entry description, entries)."""
    lines = [
        "101"
        + " 999999992"
        + "1999999999"
        + "2603020900A"
        + "094101"
        + "HARBOR BANK".ljust(23)
        + "ACH OPERATOR".ljust(23)
        + " " * 8
    ]
    totals = [0, 0, 0, 0]
    for number, (day, description, entries) in enumerate(batches, 1):
        lines.append(
            "5200"
            + "HARBOR PLAN".ljust(16)
            + " " * 20
            + "1990000001"
            + "CCD"
            + description.ljust(10)
            + " " * 6
            + day
            + "   1"
            + "12345678"
            + f"{number:07d}"
        )
        batch = [0, 0, 0, 0]
        for eft in entries:
            indicator = "1" if eft.addenda else "0"
            lines.append(
                f"6{eft.code}{RDFI}2"
                + "100200300".ljust(17)
                + f"{eft.cents:010d}"
                + " " * 15
                + "HARBOR FAMILY MEDICINE"
                + "  "
                + indicator
                + f"12345678{eft.number:07d}"
            )
            batch[0] += 1
            batch[1] += int(RDFI)
            batch[2 if eft.code[1] in "6789" else 3] += eft.cents
            if eft.addenda:
                lines.append("705" + eft.addenda.ljust(80) + "0001" + f"{eft.number:07d}")
                batch[0] += 1
        lines.append(
            "8200"
            + f"{batch[0]:06d}{batch[1] % 10**10:010d}{batch[2]:012d}{batch[3]:012d}"
            + "1990000001"
            + " " * 25
            + "12345678"
            + f"{number:07d}"
        )
        totals = [a + b for a, b in zip(totals, batch, strict=True)]
    blocks = -(-(len(lines) + 1) // 10)
    lines.append(
        f"9{len(batches):06d}{blocks:06d}{totals[0]:08d}{totals[1] % 10**10:010d}{totals[2]:012d}{totals[3]:012d}"
        + " " * 39
    )
    lines += ["9" * 94] * (blocks * 10 - len(lines))
    assert {len(line) for line in lines} == {94}
    return "".join(line + end for line in lines).encode()


def bai2(details: Sequence[str], day: str = "260302", cents: int | None = None) -> bytes:
    """A BAI2 statement of one account; each detail is one or more lines, 16 and 88."""
    lines = [line for detail in details for line in detail.split("\n")]
    amounts = sum(int(line.split(",")[2] or 0) for line in lines if line.startswith("16"))
    total = amounts + 5000 if cents is None else cents
    count = len(lines) + 2
    return "\n".join(
        [
            f"01,HARBORBK,HARBORFM,{day},0600,1,,,2/",
            f"02,HARBORFM,HARBORBK,1,{day},,USD,2/",
            "03,100200300,USD,015,5000,,/",
            *lines,
            f"49,{total},{count}/",
            f"98,{total},1,{count + 2}/",
            f"99,{total},1,{count + 4}/\n",
        ]
    ).encode()
