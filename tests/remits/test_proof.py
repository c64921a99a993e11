"""Every shape of 835, many of each: cash is BPR02 to the cent, and the ledger's rows are what their bytes say."""

import re
from collections import defaultdict

import pytest

from .homes import RemitHome
from .proof import cash_differences, many_remittances, sized


@pytest.fixture(scope="module")
def answered(tmp_path_factory):
    home = RemitHome(tmp_path_factory.mktemp("proof") / "home")
    many_remittances(home, worlds=sized("REMIT_WORLDS", 5), repeats=sized("REMIT_REPEATS", 1))
    return home


def test_every_payment_is_accepted(answered):
    assert answered.ask("select verdict, verdict_reason from remittances.payment where verdict <> 'accepted'") == []


def test_the_cash_of_every_trace_is_its_payment(answered):
    assert cash_differences(answered) == []
    assert answered.ask("select * from ledger.unbalanced") == []


def test_every_claim_is_found_and_no_exception_is_made(answered):
    assert (
        answered.ask("select patient_control_number, status_code from remittances.claim where claim_id is null") == []
    )
    assert answered.ask("select exception_code, message, claim_id from ledger.exception") == []
    assert answered.ask("select account from ledger.balance where account in ('suspense', 'unapplied')") == []
    unpaired = "select procedure_code from remittances.service where line_number is null"
    assert answered.ask(unpaired) == []


SAID_AT = {
    "payment": {"SVC": (3,), "CLP": (4,)},
    "unmatched": {"CLP": (4,)},
    "reversal": {"SVC": (3,), "CLP": (4,), "CAS": (3, 6, 9, 12, 15, 18)},
    **{key: {"CAS": (3, 6, 9, 12, 15, 18)} for key in ("contractual", "patient_share", "denial", "prior_payer")},
    **{
        key: {"PLB": (4, 6, 8, 10, 12, 14)}
        for key in ("interest", "takeback", "forward_balance", "provider_adjustment")
    },
}
"""Where in which segment each rule's cents stand. Our own transfers and releases say in sums what other rows say in bytes."""
OUR_OWN = {"replacement_supersedes", "release"}


def cents(text):
    """Read an amount as a child would."""
    sign, whole, part = re.fullmatch(r"(-?)(\d*)\.?(\d*)", text).groups()
    return int(f"{sign}{whole or 0}{part:0<2}")


def test_every_row_of_the_ledger_is_what_its_bytes_say(answered):
    """Split by hand: the range begins with a segment that may say the rule's cents, ends behind a terminator, and says them."""
    contents = {}
    wrong = defaultdict(int)
    rows = answered.ask("select * from ledger.entry where trace_number is not null")
    assert rows
    for row in rows:
        digest = row["file_sha256"]
        if digest not in contents:
            contents[digest] = (answered.path / "vault" / digest[:2] / digest).read_text("ascii")
        text = contents[digest][row["byte_start"] : row["byte_end"]]
        elements = text.split("~")[0].split("*")
        is_whole = contents[digest][row["byte_start"] - 1] == "~" and text.endswith("~")
        if row["rule_id"] in OUR_OWN:
            wrong[row["rule_id"]] += not is_whole or elements[0] != "CLP"
            continue
        places = SAID_AT[row["rule_id"]].get(elements[0], ())
        said = {abs(cents(elements[place])) for place in places if place < len(elements) and elements[place]}
        wrong[row["rule_id"]] += not is_whole or abs(row["amount_cents"]) not in said
    assert not {rule: n for rule, n in wrong.items() if n}
    assert set(wrong) >= set(SAID_AT) - {"unmatched"}
