"""Every row of a damaged 835 names the bytes that say it: its segment begins there and holds the row's amounts."""

import random
from decimal import Decimal, InvalidOperation

import pytest

from schemas.errors import Fault
from tasks.x12.envelope import read_x12
from tasks.x12.remittance import read_remittance
from tests.fuzz.damage import Tape, damage
from tests.fuzz.seeds import seeds

from .remittance_bytes import NIGHT

SEED = 20261126
REMITTANCES = [name for name in seeds() if name.startswith("835")]
AMOUNTS = {
    "payment": ("ST", {}),
    "claim": ("CLP", {"charge_cents": 3, "paid_cents": 4, "patient_cents": 5}),
    "service": ("SVC", {"charge_cents": 2, "paid_cents": 3}),
    "adjustment": ("CAS", {"amount_cents": 0}),
    "provider_adjustment": ("PLB", {"amount_cents": 0}),
}


def wrong_rows(content):
    """Give the rows whose bytes do not say what they say, of every transaction without a fault in the file."""
    try:
        x12 = read_x12(content)
    except Fault:
        return []
    remittance = read_remittance(x12, "f" * 64, NIGHT)
    if remittance.faults:
        return []
    spans = [(t.byte_start, t.byte_end, t.delimiters) for t in x12.transactions]
    return [
        (table, row)
        for table, (tag, amounts) in AMOUNTS.items()
        for row in remittance.rows[table]
        if not is_said(content, row, tag, places_of(row, amounts), spans)
    ]


def places_of(row, amounts):
    """Give the element of each amount; those of triples and pairs depend on their number."""
    if "triple" in row:
        return {"amount_cents": 3 * row["triple"]}
    return {"amount_cents": 2 * row["pair"] + 2} if "pair" in row else amounts


def is_said(content, row, tag, places, spans):
    start, end = row["byte_start"], row["byte_end"]
    delimiters = next((signs for first, last, signs in spans if first <= start < end <= last), None)
    if not delimiters:
        return False
    segment = content[start:end].decode("latin-1").split(delimiters.segment)[0]
    elements = segment.replace("\r", "").replace("\n", "").rstrip(" \t").split(delimiters.element)
    return elements[0].upper() == tag and all(cents(elements, at) == row[name] for name, at in places.items())


def cents(elements, at):
    try:
        return int(Decimal((elements[at] if at < len(elements) else "") or "0") * 100)
    except InvalidOperation:
        return None


@pytest.mark.parametrize("name", REMITTANCES)
def test_rows_of_a_sound_file_name_their_bytes(name):
    assert wrong_rows(seeds()[name]) == []


@pytest.mark.parametrize("name", REMITTANCES)
def test_rows_of_a_damaged_file_name_their_bytes(name):
    rng = random.Random(f"{SEED} {name}")
    for number in range(200):
        content, _ = damage(seeds()[name], Tape(rng.randbytes(64)))
        assert wrong_rows(content) == [], f"number {number}\n{content!r}"
