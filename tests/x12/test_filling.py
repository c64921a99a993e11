"""Columns of several sources, and parents that a row has not: plain and compiled, from a file whose rows differ."""

import pytest

from tasks.x12.compiling import PAYS_FROM_BYTES
from tasks.x12.remittance import read_remittances

from .remittance_bytes import file_835

NAMES = ("NM1*QC*1*A*B****MI*QC1~", "NM1*IL*1*A*B****MI*IL2~", "NM1*QC*1*A*B****MI*QC3~NM1*IL*1*A*B****MI*IL3~", "")
MEMBERS = ["QC1", "IL2", "IL3", None]
"""NM109 of the insured (IL) comes before that of the patient (QC)."""


def tables_of(content):
    pieces = [piece.tables for piece in read_remittances([content], None) if piece.tables]
    return {name: [row for piece in pieces for row in piece[name].to_pylist()] for name in pieces[0]}


@pytest.mark.parametrize("is_large", [False, True], ids=["plain", "compiled"])
def test_each_row_has_its_own_first_filled_source_and_its_own_parents(is_large):
    claims = [
        (f"CLP*C{n}*1*100*40*0*12*N{n}~CAS*CO*45*10~{name}SVC*HC:99213*90*40~CAS*CO*45*50~",)
        for n, name in enumerate(NAMES)
    ]
    times = PAYS_FROM_BYTES // len("".join(map("".join, claims))) + 1 if is_large else 1
    content = file_835(*claims * times)
    found = tables_of(content)
    assert [row["member_number"] for row in found["claim"]] == MEMBERS * times
    for name, starts, last in (("claim", b"CLP*", b"CAS*CO*45*50~"), ("adjustment", b"CAS*", b"~")):
        for row in found[name]:
            segment = content[row["byte_start"] : row["byte_end"]]
            assert (segment.startswith(starts), segment.endswith(last)) == (True, True)
    lines = [row["byte_start"] for row in found["service"]]
    expected = [parent for line in lines for parent in (None, line)]
    assert [row["service_start"] for row in found["adjustment"]] == expected
