"""Columns of several sources, parents that a row has not, and the bytes of rows: plain and compiled, from a file whose rows
differ, also where bytes of it were rewritten or taken out before it was read."""

import pytest

from tasks.x12.compiling import PAYS_FROM_BYTES
from tasks.x12.remittance import read_remittances

from .remittance_bytes import file_835

NAMES = ("NM1*QC*1*A*B****MI*QC1~", "NM1*IL*1*A*B****MI*IL2~", "NM1*QC*1*A*B****MI*QC3~NM1*IL*1*A*B****MI*IL3~", "")
MEMBERS = ["QC1", "IL2", "IL3", None]
"""NM109 of the insured (IL) comes before that of the patient (QC)."""

CLAIMS = [
    (f"CLP*C{n}*1*100*40*0*12*N{n}~CAS*CO*45*10~{name}SVC*HC:99213*90*40~CAS*CO*45*50~",)
    for n, name in enumerate(NAMES)
]


def tables_of(content):
    pieces = [piece.tables for piece in read_remittances([content], None) if piece.tables]
    return {name: [row for piece in pieces for row in piece[name].to_pylist()] for name in pieces[0]}


PLAIN_AND_COMPILED = pytest.mark.parametrize("is_large", [False, True], ids=["plain", "compiled"])
ARRIVED = {
    "as it is": lambda content: content,
    "in Latin-1": lambda content: content.replace(b"*A*B*", b"*\xc9MILE\xe9*B*"),
    "wrapped": lambda content: b"\r\n".join(content[at : at + 80] for at in range(0, len(content), 80)),
}


def times_for(is_large):
    return PAYS_FROM_BYTES // len("".join(map("".join, CLAIMS))) + 1 if is_large else 1


@PLAIN_AND_COMPILED
def test_each_row_has_its_own_first_filled_source_and_its_own_parents(is_large):
    times = times_for(is_large)
    content = file_835(*CLAIMS * times)
    found = tables_of(content)
    assert [row["member_number"] for row in found["claim"]] == MEMBERS * times
    for name, starts, last in (("claim", b"CLP*", b"CAS*CO*45*50~"), ("adjustment", b"CAS*", b"~")):
        for row in found[name]:
            segment = content[row["byte_start"] : row["byte_end"]]
            assert (segment.startswith(starts), segment.endswith(last)) == (True, True)
    lines = [row["byte_start"] for row in found["service"]]
    expected = [parent for line in lines for parent in (None, line)]
    assert [row["service_start"] for row in found["adjustment"]] == expected


@PLAIN_AND_COMPILED
@pytest.mark.parametrize("arrived", ARRIVED)
def test_the_bytes_of_a_row_are_those_of_the_file_as_it_arrived(arrived, is_large):
    content = ARRIVED[arrived](file_835(*CLAIMS * times_for(is_large)))
    ends = {"claim": (b"CLP*C", b"CAS*CO*45*50~"), "service": (b"SVC*HC:99213*90*40~", b"CAS*CO*45*50~")}
    for name, (starts, last) in {**ends, "adjustment": (b"CAS*CO*45*", b"0~")}.items():
        rows = tables_of(content)[name]
        assert rows
        for row in rows:
            said = content[row["byte_start"] : row["byte_end"]].replace(b"\r\n", b"")
            assert (said[: len(starts)], said[-len(last) :]) == (starts, last), row
            assert content[row["byte_end"] - 1 : row["byte_end"]] == b"~"
