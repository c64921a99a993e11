"""Pricing as a set: the statements that take tonight's remitted lines from what was allowed to what was expected and a verdict.

They stand in pricing.sql and run in order; each makes a temporary table, the last holds rows of contracts.comparison.

Units: cents; amounts are exact decimals, rounded half up: the fee of a unit to the cent before any rule, the line after the last.
Source: the formula is 42 CFR 414 as CMS restates it with its relative value files: (work x GPCI + practice x GPCI +
malpractice x GPCI) x conversion factor. No statement on rounding was seen: CMS's fee schedule files are whole cents. Rules name
their sources in schemas/contracts/rules.csv.
"""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

MACROS = (
    "create or replace temp macro dollars_of(cents) as printf('%d.%02d', cents // 100, cents % 100)",
    r"create or replace temp macro plain_of(number) as regexp_replace(number::decimal(15,4)::varchar, '\.?0+$', '')",
)
"""Cents and decimals as people read them, for the text that says how an amount was computed."""


@cache
def statements() -> Mapping[str, str]:
    """Give the statements by the temporary table that each makes, in order."""
    text = files(__name__.rpartition(".")[0]).joinpath("pricing.sql").read_text(encoding="utf-8")
    found = re.findall(r"^create or replace temp table (\w+) as\n.*?(?=;\n)", text, flags=re.MULTILINE | re.DOTALL)
    bodies = re.findall(r"^create or replace temp table \w+ as\n.*?(?=;\n)", text, flags=re.MULTILINE | re.DOTALL)
    return MappingProxyType(dict(zip(found, bodies, strict=True)))
