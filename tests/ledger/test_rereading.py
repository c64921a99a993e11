"""The bytes of an entry are read again by hand; one that does not say its cents is told."""

import pytest

from tasks.ledger.rereading import FROM_ROWS, SEGMENTS, misread
from tasks.ledger.rules import RULES

CAS = b"CAS*CO*45*20*1*97*7.5~"


@pytest.mark.parametrize(
    ("rule_id", "code", "cents", "content", "wrong"),
    [
        ("payment", None, 8000, b"SVC*HC:99213*100*80**1~DTM*472*20260301~", ""),
        ("payment", None, -8000, b"SVC|HC:99213|-100|-80~", ""),
        ("payment", None, 10000, b"SVC*HC:99213*100*80**1~", "SVC does not say its cents"),
        ("payment", None, 8050, b"CLP*A*1*100*80.5*19.5~", ""),
        ("payment", None, 8050, b"NM1*QC*1*80.50~", "segment 'NM1', expected SVC or CLP"),
        ("contractual", "CO-45", 2000, CAS, ""),
        ("denial", "CO-97", 750, CAS, ""),
        ("denial", "CO-97", 2000, CAS, "CAS does not say its cents"),
        ("contractual", "OA-45", 2000, CAS, "CAS does not say its cents"),
        ("takeback", "WO", 2500, b"PLB*1234567893*20261231*L6:X*-1*WO:77*25~", ""),
        ("takeback", "WO", 100, b"PLB*1234567893*20261231*L6:X*-1*WO:77*25~", "PLB does not say its cents"),
        ("replacement_supersedes", "CO-45", 2000, b"CLP*A*1*100*80~", ""),
        ("replacement_supersedes", "CO-45", 2000, CAS, "segment 'CAS', expected CLP"),
        ("reversal", None, -7, b"CLP*A*22*-100*-80~", ""),
        ("reversal", "CO-45", -2000, CAS, ""),
        ("reversal", "CO-45", -2001, CAS, "CAS does not say its cents"),
        ("charge", None, 15600, b'E1,1,"$1,156.00",$156.00', ""),
        ("charge", None, 15601, b"E1,1,156.00", "no field of the row says its cents"),
        ("release", None, 8050, b"CLP*A*1*100*80.5*19.5~", ""),
        ("patient_write_off", "bad_debt", -900, b'{"choice": "{\\"cents\\": 900}"}', ""),
        (
            "patient_write_off",
            "bad_debt",
            -901,
            b'{"choice": "{\\"cents\\": 900}"}',
            "the decision does not say its cents",
        ),
        ("patient_payment", None, 5, b"{not json", "the decision does not say its cents"),
        ("payment", None, 1, b"", "segment '', expected SVC or CLP"),
        ("another", None, 1, b"", "rule another is not known here: add it to tasks/ledger/rereading.py"),
    ],
)
def test_an_entry_is_said_by_its_bytes_or_told(rule_id, code, cents, content, wrong):
    assert misread(rule_id, code, cents, content) == wrong


def test_every_rule_names_the_segments_that_may_say_it():
    assert {rule.rule_id for rule in RULES} == {*SEGMENTS, *FROM_ROWS}
