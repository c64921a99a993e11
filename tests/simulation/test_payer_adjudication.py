"""The synthetic payer's decisions: amounts, denials, cures; all of them balanced."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.simulation.payer_adjudication import Facts, decide_claim, reverse_decision, split_decision
from tasks.simulation.payer_envelope import read_interchanges
from tasks.simulation.payer_reader import Claim, read_claims
from tasks.simulation.payer_scenario import Denial, Eligibility, Payments, share_of

from .payer_runs import RULES, all_clps, run, scenario, terms
from .payer_texts import DAY, ClaimText, LineText, reasons_of, text_837p


def read(text: ClaimText) -> Claim:
    (interchange,) = read_interchanges(text_837p([text]))
    (claim,) = read_claims(interchange.groups[0].transactions[0])
    return claim


def facts(**changes: object) -> Facts:
    plain = Facts(terms("BCNE1"), scenario(), 7, "P1", DAY, 0)
    return replace(plain, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cents", "percent", "share"),
    [(100, 50.0, 50), (101, 50.0, 51), (99, 62.5, 62), (100, 62.5, 63), (0, 80.0, 0), (333, 33.33, 111), (1, 49.99, 0)],
)
def test_a_share_is_rounded_half_up(cents, percent, share):
    assert share_of(cents, percent) == share


def test_the_reader_keeps_what_the_claim_says():
    lines = [
        LineText(number="7.1"),
        LineText("70553", "900.5", "7.2", "AUTH9", modifiers="26:TC", units="2", until=DAY),
    ]
    claim = read(ClaimText("P1", lines=lines, dependent=True, frequency="7", original="ORIG1", payer="MEDCR"))
    assert (claim.patient_control_number, claim.charge_cents, claim.place_code) == ("P1", 100050, "11")
    assert (claim.frequency_code, claim.original_number, claim.payer_id) == ("7", "ORIG1", "MEDCR")
    assert (claim.subscriber.first_name, claim.patient.first_name) == ("ANNE", "BEN")
    assert (claim.billing.number, claim.rendering.number, claim.tax_number) == ("1999999984", "1999999992", "990000009")
    first, second = claim.lines
    assert (first.line_number, first.procedure, first.charge_cents) == ("7.1", ("HC", "99213"), 10000)
    assert (second.procedure, second.units, second.authorization_number) == (("HC", "70553", "26", "TC"), "2", "AUTH9")
    assert (second.service_from_on, second.service_to_on) == (DAY - timedelta(days=5), DAY)


def test_other_payers_of_a_claim_are_not_taken_for_its_payer():
    other = b"SBR*S*18*******CI~NM1*IL*1*OTHER*ONE****MI*ZZZ~NM1*PR*2*SECOND*****PI*OTHER1~REF*F8*THEIRS~LX*1"
    text = text_837p([ClaimText("P1")]).replace(b"LX*1", other)
    (claim,) = read_claims(read_interchanges(text)[0].groups[0].transactions[0])
    assert (claim.payer_id, claim.subscriber.number, claim.original_number) == ("BCNE1", "MBR0001", "")


def test_a_visit_has_a_copay_and_other_services_a_deductible_and_coinsurance():
    claim = read(ClaimText("P1", lines=[LineText(charge="100"), LineText("71046", "200", "L2")]))
    decision = decide_claim(claim, facts(deductible_left_cents=2000))
    visit, film = ([(a.group_code, a.reason_code, a.amount_cents) for a in d.adjustments] for d in decision.lines)
    assert visit == [("CO", "45", 4000), ("PR", "3", 2500)]
    assert film == [("CO", "45", 8000), ("PR", "1", 2000), ("PR", "2", 2000)]
    assert [d.paid_cents for d in decision.lines] == [3500, 8000]
    assert (decision.status_code, decision.patient_cents, decision.deductible_cents) == ("1", 6500, 2000)


def test_the_deductible_is_used_up_once_per_member_and_year_and_given_back_by_a_reversal():
    what = scenario(
        terms={"default": terms("default", deductible_cents=10000)},
        payments=Payments(reversal_rate=1.0, reversal_lag_nights=1, correction_percent=100.0),
    )
    old = DAY - timedelta(days=40)
    claims = [ClaimText(f"P{i}", lines=[LineText("71046", "100", served_on=old - timedelta(days=i))]) for i in range(3)]
    nights = run(what, {0: {"a": text_837p(claims)}}, nights=3)
    first = [sum(a for _, code, a in clp.reasons() if code == "1") for clp in all_clps(nights)]
    assert first == [6000, 4000, 0]
    both = all_clps(run(what, {0: {"a": text_837p(claims)}}, nights=5))
    assert sum(a for clp in both for _, code, a in clp.reasons() if code == "1") == 10000


def test_a_code_that_needs_an_authorization_is_denied_without_and_paid_with_one():
    lines = [LineText(), LineText("70553", "900", "L2")]
    (bare,) = all_clps(run(scenario(), {0: {"a": text_837p([ClaimText("P1", lines=lines)])}}))
    assert bare.head[2] == "1"
    assert reasons_of(bare.lines[1]) == [("CO", "197", 90000)]
    assert ["LQ", "HE", "N54"] in bare.lines[1]
    for place in ("claim", "line"):
        given_lines = [LineText(), LineText("70553", "900", "L2", "AUTH1" if place == "line" else "")]
        claim = ClaimText("P1", lines=given_lines, authorization="AUTH1" if place == "claim" else "")
        (paid,) = all_clps(run(scenario(), {0: {"a": text_837p([claim])}}))
        assert "197" not in {code for _, code, _ in paid.reasons()}


def test_a_claim_whose_lines_are_all_denied_has_status_4():
    (clp,) = all_clps(run(scenario(), {0: {"a": text_837p([ClaimText("P1", lines=[LineText("70553", "900")])])}}))
    assert clp.head[2:5] == ["4", "900", "0"]


@pytest.mark.parametrize(
    ("claim", "changes", "reason"),
    [
        (ClaimText("P1", lines=[LineText(served_on=DAY - timedelta(days=366))]), {}, "29"),
        (ClaimText("P1", lines=[LineText(served_on=DAY - timedelta(days=365))]), {}, ""),
        (ClaimText("P1"), {"eligibility": Eligibility(inactive_rate=1.0)}, "27"),
        (ClaimText("P1"), {"denials": (Denial("22", "CO", "claim", ("N598",), 1.0),)}, "22"),
        (ClaimText("P1"), {"denials": (Denial("16", "CO", "claim", ("N290", "MA130"), 1.0),)}, "16"),
    ],
)
def test_a_whole_claim_is_denied_on_the_claim_with_remarks_in_the_moa(claim, changes, reason):
    what = scenario(**changes)
    (clp,) = all_clps(run(what, {0: {"a": text_837p([claim])}}))
    if not reason:
        assert clp.head[2] == "1"
        return
    assert (clp.head[2], clp.lines, clp.reasons()) == ("4", [], [("CO", reason, 10000)])
    remarks = next((d.remark_codes for d in what.denials if d.reason_code == reason), ())
    assert [row[3:] for row in clp.rows if row[0] == "MOA"] == ([list(remarks)] if remarks else [])


def test_an_equal_second_claim_is_a_duplicate_unless_the_first_was_unprocessable():
    files = {n: {f"f{n}": text_837p([ClaimText(f"P{n}")], number=n + 1)} for n in range(2)}
    first, second = all_clps(run(scenario(), files))
    assert (first.head[2], second.reasons()) == ("1", [("CO", "18", 10000)])
    unprocessable = (*RULES, Denial("16", "CO", "claim", ("MA130",), 1.0))
    assert [clp.reasons()[0][1] for clp in all_clps(run(scenario(denials=unprocessable), files))] == ["16", "16"]


def test_another_modifier_day_or_member_is_no_duplicate():
    others = [
        ClaimText("P1"),
        ClaimText("P2", lines=[LineText(modifiers="76")]),
        ClaimText("P3", member="M2"),
        ClaimText("P4", lines=[LineText(served_on=DAY)]),
        ClaimText("P5", dependent=True),
    ]
    assert {clp.head[2] for clp in all_clps(run(scenario(), {0: {"a": text_837p(others)}}))} == {"1"}


def test_recoded_and_bundled_lines_name_the_submitted_code():
    what = scenario(
        payments=Payments(recode_rate=1.0), recodes={"99215": "99214"}, bundles={"80050": ("80053", "85025")}
    )
    lines = [LineText("99215", "300", "A"), LineText("85025", "40", "B"), LineText("80053", "60", "C")]
    (clp,) = all_clps(run(what, {0: {"a": text_837p([ClaimText("P1", lines=lines)])}}))
    assert [(line[0][1], line[0][6]) for line in clp.lines] == [
        ("HC:99214", "HC:99215"),
        ("HC:80050", "HC:85025"),
        ("HC:80050", "HC:80053"),
    ]
    assert reasons_of(clp.lines[1]) == [("CO", "97", 4000)]
    assert [row[2] for line in clp.lines for row in line if row[:2] == ["REF", "6R"]] == ["A", "B", "C"]


def test_a_secondary_payer_pays_what_the_first_left_to_the_patient():
    prior = ("SVD*MEDCR*50*HC:99213**1", "CAS*CO*45*20", "CAS*PR*1*10**2*20", "DTP*573*D8*20260101")
    claim = ClaimText("P1", lines=[LineText(prior=prior)], sequence="S")
    (clp,) = all_clps(run(scenario(), {0: {"a": text_837p([claim])}}))
    assert clp.head[2:6] == ["2", "100", "30", ""]
    assert clp.reasons() == [("OA", "23", 7000)]


@settings(max_examples=60, deadline=None)
@given(
    charges=st.lists(st.integers(0, 500_000), min_size=1, max_size=6),
    percents=st.tuples(st.integers(0, 10_000), st.integers(0, 10_000)),
    left=st.integers(0, 300_000),
    key=st.text("abc", max_size=4),
)
def test_every_decision_balances_and_its_reversal_is_its_exact_negative(charges, percents, left, key):
    codes = ["99213", "71046", "70553", "99215", "80053", "85025"]
    lines = [LineText(code, f"{c / 100:.2f}", f"L{i}") for i, (c, code) in enumerate(zip(charges, codes, strict=False))]
    drawn = (*RULES, Denial("50", "CO", "line", (), 0.4), Denial("22", "CO", "claim", (), 0.1))
    what = scenario(denials=drawn, recodes={"99215": "99214"}, bundles={"80050": ("80053", "85025")})
    what = replace(what, payments=Payments(interest_rate=0.5, recode_rate=0.5))
    priced = terms("BCNE1", allowed_percent=percents[0] / 100, coinsurance_percent=percents[1] / 100)
    claim = read(ClaimText("P1", lines=lines))
    decision = decide_claim(claim, facts(terms=priced, scenario=what, draw_key=key, deductible_left_cents=left))
    halves = split_decision(decision) if len(decision.lines) > 1 else ()
    for one in (decision, *halves):
        assert one.charge_cents - sum(a.amount_cents for a in one.all_adjustments) == one.paid_cents
        assert all(d.charge_cents - sum(a.amount_cents for a in d.adjustments) == d.paid_cents >= 0 for d in one.lines)
        back = reverse_decision(one)
        assert [-a.amount_cents for a in back.all_adjustments] == [a.amount_cents for a in one.all_adjustments]
        assert (back.charge_cents, back.paid_cents, back.interest_cents) == (
            -one.charge_cents,
            -one.paid_cents,
            -one.interest_cents,
        )
    assert sum(h.paid_cents for h in halves) == (decision.paid_cents if halves else 0)
    assert decision.deductible_cents <= left
