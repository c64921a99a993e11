"""What the proof of whole remittances asks of a home: cash by trace, the same books, and the bytes behind every row."""

import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from random import Random

from .homes import RemitHome
from .making import Payment, World, interchange, retagged, tagged, written
from .stories import STORIES, make_world

FIRST = date(2026, 3, 4)


def sized(name: str, usual: int) -> int:
    """Give how many of a thing to make: few by default, as many as the environment says in `make soak`."""
    return int(os.environ.get(name, usual))


def nights(count: int) -> Iterator[date]:
    return (FIRST + timedelta(days=n) for n in range(count))


def files_of(world: World, parts: Iterable[Sequence[Payment]], tag: str, first: int = 1) -> list[bytes]:
    """Give a file for each part of a world's payments."""
    return [retagged(written(interchange(part, number)), tag) for number, part in enumerate(parts, first)]


def some_world(seed: int, payments: int = 3, stories: int = 10) -> World:
    rng = Random(seed)
    return make_world(seed, payments, rng.sample(STORIES, stories))


def cash_differences(home: RemitHome) -> list[dict]:
    """Give the accepted payments whose trace has other ledger cash than BPR02; empty is right.

    Here a trace is one payment's: every world has its own.
    """
    return home.ask(
        """select p.trace_number, p.payment_cents, coalesce(e.cents, 0) as cents from remittances.payment p
           left join (select trace_number, sum(amount_cents) as cents from ledger.entry where account = 'cash' group by 1) e using (trace_number)
           where p.verdict = 'accepted' and coalesce(e.cents, 0) <> p.payment_cents"""
    )


def many_remittances(home: RemitHome, worlds: int, repeats: int) -> None:
    """Send and answer so many worlds, each so often, over a few nights: every shape is among them."""
    made = [make_world(0, 4, STORIES), *(some_world(seed) for seed in range(1, worlds))]
    number = 0
    for night in nights(repeats):
        sent = []
        files = []
        for world in made:
            number += 1
            sent.append((world.claims, tagged(number)))
            files += files_of(world, [[p] for p in world.payments], tagged(number), first=number * 10)
        home.send_all(sent)
        home.arrive(night, files)
        home.run(night)
