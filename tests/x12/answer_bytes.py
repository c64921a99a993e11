"""Tiny acknowledgments and eligibility answers of our own making; every text in them is invented."""

import re
from pathlib import Path

from .remittance_bytes import ISA

SCHEMA = Path(__file__).parents[2] / "schemas" / "warehouse"


def file_of(group_code, version, *segments, set_code=None):
    """Give one interchange with one transaction of these segments (ST and SE are added)."""
    codes = {"FA": "999", "HN": "277", "HB": "271"}
    parts = [f"ST*{set_code or codes[group_code]}*0001*{version}", *segments, f"SE*{len(segments) + 2}*0001"]
    group = f"GS*{group_code}*PAYER*PRACTICE*20260301*0215*9*X*{version}"
    return (ISA + "".join(f"{part}~" for part in [group, *parts, "GE*1*9", "IEA*1*000000101"])).encode()


def columns(file, table):
    """Give the columns of a table as its SQL declares them, with whether a value is required."""
    text = (SCHEMA / file).read_text()
    body = re.search(rf"create table if not exists {re.escape(table)} \((.*?)\n\);", text, re.DOTALL)[1]
    lines = [
        line.strip() for line in body.splitlines() if line.strip() and not line.strip().startswith(("primary", "--"))
    ]
    return {line.split()[0]: "not null" in line or "primary key" in line for line in lines}
