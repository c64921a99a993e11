"""Every shape of 835, many of each: cash is BPR02 to the cent, and the ledger's rows are what their bytes say."""

import pytest

from .homes import RemitHome
from .proof import cash_differences, many_remittances, sized


@pytest.fixture(scope="module")
def answered(tmp_path_factory):
    home = RemitHome(tmp_path_factory.mktemp("proof") / "home")
    many_remittances(home, worlds=sized("REMIT_WORLDS", 8), repeats=sized("REMIT_REPEATS", 1))
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
