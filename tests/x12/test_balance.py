"""The verdicts: each rule with its smallest balanced and unbalanced case, reversals without a case of their own, and amounts
that cannot be read in sums that are right without them."""

import pytest

from tasks.x12.balance import balance
from tasks.x12.envelope import read_x12
from tasks.x12.remittance import read_remittance

from .remittance_bytes import BALANCED, NIGHT, file_835

RULES = ("transaction", "claim", "line", "charge", "patient")


def unbalanced(content):
    verdicts = balance(read_remittance(read_x12(content), "f" * 64, NIGHT).parts)
    return {rule for rule in RULES if verdicts[rule]["unbalanced"]}


def test_a_balanced_file_with_reversal_interest_takeback_and_forward_balance():
    verdicts = balance(read_remittance(read_x12(BALANCED), "f" * 64, NIGHT).parts)
    assert verdicts == {
        "transaction": {"balanced": 1, "unbalanced": 0},
        "claim": {"balanced": 3, "unbalanced": 0},
        "line": {"balanced": 3, "unbalanced": 0},
        "charge": {"balanced": 2, "unbalanced": 0},
        "patient": {"balanced": 3, "unbalanced": 0},
    }


CASES = [
    # old, new, rules that fail
    (b"BPR*I*171.5*", b"BPR*I*171.51*", {"transaction"}),
    (b"*FB:TRACE0*-10~", b"*FB:TRACE0*10~", {"transaction"}),
    (b"CLP*AAA1*1*200*120.5*", b"CLP*AAA1*1*200*120.4*", {"transaction", "claim"}),
    (b"CLP*AAA1*1*200*", b"CLP*AAA1*1*201*", {"claim", "charge"}),
    (b"CAS*CO*45*4.5~", b"CAS*CO*45*4.49~", {"claim"}),
    (b"CAS*CO*45*20**253", b"CAS*CO*45*19**253", {"claim", "line"}),
    (b"CAS*PR*1*15.5~", b"CAS*CO*1*15.5~", {"patient"}),
    (b"*120.5*45*12", b"*120.5*44*12", {"patient"}),
    (b"SVC*HC:85025*50*25*", b"SVC*HC:85025*51*26*", {"charge"}),
    (b"SVC*HC:85025*50*25*", b"SVC*HC:85025*50*26*", {"line"}),
    (b"CLP*BBB2*22*-80*-60*0*", b"CLP*BBB2*22*-80*-60*1*", {"patient"}),
    (b"CAS*CO*45*-20~", b"CAS*CO*45*20~", {"claim", "line"}),
    (b"CAS*CO*16*90~", b"", {"claim"}),
    (b"CLP*CCC3*4*90*0*", b"CLP*CCC3*4*90*x*", {"transaction", "claim"}),
    (b"BPR*I*171.5*", b"BPR*I*x*", {"transaction"}),
    (b"CLP*AAA1*1*200*120.5*45*", b"CLP*AAA1*1*200*120.5*0*", {"patient"}),
    (b"CLP*AAA1*1*200*120.5*45*", b"CLP*AAA1*1*200*120.5*-45*", {"patient"}),
]


@pytest.mark.parametrize(("old", "new", "failing"), CASES)
def test_each_rule_fails_for_what_it_is_about(old, new, failing):
    assert old in BALANCED
    assert unbalanced(BALANCED.replace(old, new)) == failing


UNREADABLE = [
    # what is changed, so that all adds up without the amount that cannot be read; rules that fail
    ({b"BPR*I*171.5*": b"BPR*I*x*", b"*WO:ICN9*-100*": b"*WO:ICN9*71.5*"}, {"transaction"}),
    ({b"BPR*I*171.5*": b"BPR*I*71.5*", b"*WO:ICN9*-100*": b"*WO:ICN9*x*"}, {"transaction"}),
    ({b"CLP*CCC3*4*90*": b"CLP*CCC3*4*x*", b"CAS*CO*16*90~": b"CAS*CO*16*0~"}, {"claim"}),
    ({b"CLP*CCC3*4*90*": b"CLP*CCC3*4*0*", b"CAS*CO*16*90~": b"CAS*CO*16*x~"}, {"claim"}),
    ({b"CLP*CCC3*4*90*": b"CLP*CCC3*4*0*", b"CAS*CO*16*90~": b"CAS*CO*16~"}, {"claim"}),
    ({b"CLP*CCC3*4*90*0**": b"CLP*CCC3*4*90*0*x*"}, {"patient"}),
    ({b"CLP*AAA1*1*200*120.5*45*": b"CLP*AAA1*1*200*120.5*15.5*", b"CAS*PR*2*29.5~": b"CAS*PR*2*x~"},
     {"claim", "line", "patient"}),
    ({b"CLP*BBB2*22*-80*": b"CLP*BBB2*22*-60*", b"SVC*HC:99212*-80*": b"SVC*HC:99212*-60*", b"*-20~": b"*x~"},
     {"claim", "line"}),
    ({b"CLP*AAA1*1*200*": b"CLP*AAA1*1*150*", b"SVC*HC:85025*50*25*": b"SVC*HC:85025*x*-25*"},
     {"claim", "charge", "line"}),
    ({b"CLP*BBB2*22*-80*": b"CLP*BBB2*22*x*", b"SVC*HC:99212*-80*": b"SVC*HC:99212*0*"}, {"claim", "charge", "line"}),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "failing"), UNREADABLE)
def test_an_amount_that_cannot_be_read_never_balances(changes, failing):
    content = BALANCED
    for old, new in changes.items():
        assert content.count(old) == 1
        content = content.replace(old, new)
    assert unbalanced(content) == failing


def test_claim_adjustments_that_repeat_the_lines_are_seen():
    claim = ("CLP*A*1*100*60*40~", "CAS*PR*2*40~", "SVC*HC:99213*100*60~", "CAS*PR*2*40~")
    assert unbalanced(file_835(claim)) == {"transaction", "claim", "patient"}


@pytest.mark.parametrize(("stated", "failing"), [("0", set()), ("40", set()), ("-40", set()), ("39", {"patient"})])
def test_a_reversal_may_say_no_patient_amount_or_either_sign(stated, failing):
    claim = (f"CLP*A*22*-100*-60*{stated}~", "CAS*PR*2*-40~")
    assert unbalanced(file_835(claim)) == {"transaction"} | failing
