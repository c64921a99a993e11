"""Damage: after any cut, flip, insertion or repetition an 835 says the same money, or somebody is told.

Told means a Fault, a failed verdict, or a tolerance that the sound file does not need (SE01 above all).
Limits, because nothing in the file checks them: codes and identifiers (reason, remark, claim and trace numbers, status,
procedure), dates, units, AMT*B6, BPR01, BPR03, the reason of a PLB, how one sum divides among the reasons of a PLB or
of one group of adjustments (a cut can join *-100*FB:X*-10 to *-110), and a file that ends exactly between two interchanges.
"""

from collections import Counter

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from schemas.errors import Fault
from tasks.x12.balance import balance
from tasks.x12.envelope import read_x12
from tasks.x12.remittance import read_remittance

from .remittance_bytes import BALANCED, NIGHT

SIGNS = [bytes([byte]) for byte in b"0123456789*~:^-. \r\n\t\0\x1aACEHILOPRSTVX\xef\xff"]
PLACES = st.integers(0, len(BALANCED) - 1)


def money(rows):
    """Give all money that the file says, without order; lines of zero are no money."""
    return (
        sorted(row["payment_cents"] for row in rows["payment"]),
        sorted((row["charge_cents"], row["paid_cents"], row["patient_cents"]) for row in rows["claim"]),
        sorted(
            (row["charge_cents"], row["paid_cents"])
            for row in rows["service"]
            if row["charge_cents"] or row["paid_cents"]
        ),
        sorted((row["group_code"], row["amount_cents"]) for row in rows["adjustment"] if row["amount_cents"]),
        sorted(row["amount_cents"] for row in rows["provider_adjustment"]),
    )


def joined(rows):
    """Give how many adjustments of claims and providers there are, and their sums by group."""
    sums = Counter()
    for row in rows["adjustment"]:
        sums[row["group_code"]] += row["amount_cents"]
    sums["PLB"] = sum(row["amount_cents"] for row in rows["provider_adjustment"])
    return len(rows["adjustment"]) + len(rows["provider_adjustment"]), sums


def has_joined_two(content):
    """Tell whether two amounts of one group, or of a PLB, have become one of the same sum, and no other money has changed."""
    rows = read_remittance(read_x12(content), "f" * 64, NIGHT).rows
    (count, sums), (sound_count, sound_sums) = joined(rows), SOUND_JOINED
    return (count, sums) == (sound_count - 1, sound_sums) and money(rows)[:3] == SOUND[:3]


SOUND_ROWS = read_remittance(read_x12(BALANCED), "f" * 64, NIGHT).rows
SOUND, SOUND_JOINED = money(SOUND_ROWS), joined(SOUND_ROWS)


def is_told(content):
    """Tell whether a Fault, a verdict or a tolerance speaks; None where the money is the same."""
    try:
        x12 = read_x12(content)
    except Fault:
        return True
    remittance = read_remittance(x12, "f" * 64, NIGHT)
    if remittance.faults:
        return True
    if money(remittance.rows) == SOUND:
        return None
    verdicts = balance(remittance.parts)
    return any(verdict["unbalanced"] for verdict in verdicts.values()) or bool(x12.tolerances or remittance.tolerances)


def test_the_sound_file_needs_no_tolerance():
    assert is_told(BALANCED) is None
    assert not read_x12(BALANCED).tolerances


@pytest.mark.parametrize("start", range(0, len(BALANCED), 100))
def test_no_single_byte_may_be_cut_unnoticed(start):
    for place in range(start, min(start + 100, len(BALANCED))):
        assert is_told(BALANCED[:place] + BALANCED[place + 1 :]) is not False, place


@pytest.mark.parametrize("start", range(0, len(BALANCED), 100))
def test_a_file_cut_anywhere_is_a_fault_or_whole(start):
    whole = BALANCED.index(b"IEA*1")
    for place in range(start, min(start + 100, len(BALANCED))):
        told = is_told(BALANCED[:place])
        assert told is True or (told is None and place > whole), place


@given(PLACES, st.sampled_from(SIGNS))
@example(BALANCED.index(b"*-60*0*") + 5, b"6")
@settings(deadline=None, max_examples=400)
def test_no_byte_may_be_flipped_unnoticed(place, sign):
    assert is_told(BALANCED[:place] + sign + BALANCED[place + 1 :]) is not False


@given(PLACES, st.lists(st.sampled_from(SIGNS), min_size=1, max_size=4).map(b"".join))
@example(BALANCED.index(b"CAS*CO*45*-2") + 4, b"\0")
@settings(deadline=None, max_examples=400)
def test_no_bytes_may_be_inserted_unnoticed(place, signs):
    assert is_told(BALANCED[:place] + signs + BALANCED[place:]) is not False


@given(PLACES, st.integers(1, 600))
@example(BALANCED.index(b"00*FB:TRACE0*-"), len(b"00*FB:TRACE0*-"))
@example(BALANCED.index(b"**253*"), len(b"**253*"))
@settings(deadline=None, max_examples=300)
def test_no_piece_may_be_cut_unnoticed(place, length):
    content = BALANCED[:place] + BALANCED[place + length :]
    assert is_told(content) is not False or has_joined_two(content)


@given(PLACES, st.integers(1, 600))
@settings(deadline=None, max_examples=300)
def test_no_piece_may_be_repeated_unnoticed(place, length):
    assert is_told(BALANCED[: place + length] + BALANCED[place:]) is not False


def test_no_run_of_segments_may_be_cut_or_repeated_unnoticed():
    ends = [place + 1 for place, byte in enumerate(BALANCED) if byte == ord("~")]
    for number, start in enumerate([0, *ends[:-1]]):
        for end in ends[number : number + 8]:
            assert is_told(BALANCED[:start] + BALANCED[end:]) is not False, (start, end)
            assert is_told(BALANCED[:end] + BALANCED[start:]) is not False, (start, end)
