"""Any order, repetition and split of the files over nights gives the same books."""

from collections import Counter
from random import Random

import pytest

from .homes import RemitHome
from .making import TAG, tagged
from .proof import files_of, nights, sized
from .stories import STORIES, make_world

NIGHTS = 3


def arranged(world, rng):
    """Give the world's payments dealt over nights and files at random, some of them again, as lists of parts by night."""
    told = [*world.payments, *rng.sample(world.payments, 2)]
    rng.shuffle(told)
    parts = []
    while told:
        size = rng.choice((1, 1, 2, 3))
        part = list({id(p): p for p in told[:size]}.values())
        parts.append(part)
        told = told[size:]
    dealt = [[] for _ in range(NIGHTS)]
    for part in parts:
        dealt[rng.randrange(NIGHTS)].append(part)
    return dealt


def books(home, tags):
    """Give the balances of each tag's claims, and what is beside claims by trace's tag."""
    found = {tag: Counter() for tag in tags}
    rows = home.ask(
        "select claim_id, account, code, left(coalesce(claim_id, trace_number), 7) as tag, sum(amount_cents)::bigint as cents from ledger.entry group by all"
    )
    for row in rows:
        name = row["claim_id"] and row["claim_id"].replace(row["tag"], TAG)
        found[row["tag"]][name, row["account"], row["code"]] += row["cents"]
    return {tag: {key: cents for key, cents in balances.items() if cents} for tag, balances in found.items()}


@pytest.mark.parametrize("seed", range(3, 3 + sized("REMIT_SEEDS", 1)))
def test_any_order_repetition_and_split_gives_the_same_books(tmp_path, seed):
    """Each arrangement is a world of its own in one home; the first is the payer's own order, a file and a payment a night."""
    world = make_world(seed, NIGHTS, STORIES)
    rng, home = Random(seed), RemitHome(tmp_path / "home")
    tags = [tagged(number) for number in range(1, sized("REMIT_ORDERS", 6) + 1)]
    home.send(world.claims, tags)
    dealt = [[[[p]] for p in world.payments], *(arranged(world, rng) for _ in tags[1:])]
    for place, night in enumerate(nights(NIGHTS)):
        files = []
        for number, (tag, parts) in enumerate(zip(tags, dealt, strict=True), 1):
            files += files_of(world, parts[place], tag, first=number * 1000 + place * 100)
        rng.shuffle(files)
        home.arrive(night, files)
        home.run(night)
    found = books(home, tags)
    expected = found[tags[0]]
    assert expected
    for tag, parts in zip(tags, dealt, strict=True):
        told = [[[p.trace for p in part] for part in night] for night in parts]
        different = {key for key in {*found[tag], *expected} if found[tag].get(key) != expected.get(key)}
        assert not different, (seed, tag, told, {key: (expected.get(key), found[tag].get(key)) for key in different})
