"""The bank's files of the synthetic payer: what it pays, in time or not, the same by seed; our reader finds every cent."""

from datetime import timedelta

import pytest

from tasks.bank.reading import read_bank_file
from tasks.simulation.payer_scenario import Bank
from tasks.simulation.payer_writer import money

from .payer_runs import all_835, run, scenario
from .payer_texts import DAY, ClaimText, text_837p

NIGHTS = 20


def nights_of(bank: Bank | None, seed: int = 7) -> list[dict[str, bytes]]:
    claims = [ClaimText(f"P{n}", payer=payer, member=f"M{n}") for n, payer in enumerate(("BCNE1", "MEDCR") * 2)]
    sent = {n: {f"f{n}": text_837p([claim], number=n + 1)} for n, claim in enumerate(claims)}
    return run(scenario(bank=bank), sent, NIGHTS, seed)


def bank_files(nights: list[dict[str, bytes]]) -> dict[str, bytes]:
    return {name: content for out in nights for name, content in out.items() if name.startswith("bank/")}


def movements(nights: list[dict[str, bytes]]) -> list[dict]:
    return [row for content in bank_files(nights).values() for row in read_bank_file(content, "f" * 64, {}, DAY)]


def paid(nights: list[dict[str, bytes]]) -> list[tuple[str, str, str]]:
    heads = [{row[0]: row for row in rows if row[0] in ("BPR", "TRN")} for rows in all_835(nights)]
    return sorted((h["TRN"][2], h["TRN"][3], h["BPR"][2]) for h in heads if h["BPR"][4] == "ACH")


def shown(nights: list[dict[str, bytes]]) -> list[tuple[str, str, str]]:
    return sorted((m["trace_number"], m["originator_id"], money(m["amount_cents"])) for m in movements(nights))


def test_without_a_bank_it_makes_no_bank_files():
    assert bank_files(nights_of(None)) == {}


@pytest.mark.parametrize("bai2_payers", [(), ("MEDCR",), ("BCNE1", "MEDCR")])
def test_every_payment_comes_once_with_its_trace_and_cents_in_either_format(bai2_payers):
    nights = nights_of(Bank(bai2_payers=bai2_payers))
    assert len(paid(nights)) == 4
    assert shown(nights) == paid(nights)
    assert {m["format"] for m in movements(nights)} == {
        "bai2" if p in bai2_payers else "ach" for p in ("BCNE1", "MEDCR")
    }


def test_deposits_settle_after_their_835_and_never_on_a_weekend():
    settled = [m["settled_on"] for m in movements(nights_of(Bank()))]
    assert all(day.weekday() < 5 for day in settled)
    late = [m["settled_on"] for m in movements(nights_of(Bank(late_rate=1.0, late_nights=7)))]
    assert late == [day + timedelta(days=7) for day in settled]


def test_deposits_are_missing_doubled_or_short_as_the_rates_say():
    plain = paid(nights_of(Bank()))
    assert shown(nights_of(Bank(missing_rate=1.0))) == []
    assert shown(nights_of(Bank(duplicated_rate=1.0))) == sorted(plain * 2)
    short = movements(nights_of(Bank(differing_rate=1.0, differing_cents=5)))
    whole = movements(nights_of(Bank()))
    assert [m["amount_cents"] + 5 for m in short] == [m["amount_cents"] for m in whole]


def test_the_same_seed_gives_the_same_bank_files_and_another_draws_otherwise():
    rates = Bank(missing_rate=0.5, duplicated_rate=0.5)
    assert bank_files(nights_of(rates)) == bank_files(nights_of(rates))
    assert len({tuple(shown(nights_of(rates, seed))) for seed in range(4)}) > 1
