"""What must hold of every posting, whatever the remittances and their order."""

from collections import Counter, defaultdict
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from schemas.errors import Unbalanced
from tasks.denials.answers import said_once
from tasks.ledger.accounts import CASH, load_accounts
from tasks.ledger.components import GROUPS
from tasks.ledger.entries import Leg, Place, Subject, post
from tasks.ledger.posting import post_charge_change, post_charges, post_remitted_claim
from tasks.ledger.rules import CHARGE, RULES

from .remits import EXAMPLES, NIGHT, TAXONOMY, Books, Claim, Line, Remittance, judged, learn, read

PLACE = Place("f" * 64, 1, 2)
REASONS = ("CO-45", "CO-97", "PR-1", "PR-204", "OA-23", "CO-253", "CO-16", "OA-18")

cents = st.integers(min_value=0, max_value=50_000)


@st.composite
def lines(draw, number):
    reasons = draw(st.dictionaries(st.sampled_from(REASONS), st.integers(min_value=1, max_value=20_000), max_size=3))
    paid = draw(st.sampled_from((0, 0, 100, 7_550)))
    return Line(number, paid + sum(reasons.values()), paid, reasons)


@st.composite
def answers(draw, version=1):
    """A balanced answer of one to three lines, sometimes with a claim level reason, sometimes without lines."""
    count = draw(st.integers(min_value=1, max_value=3))
    told = tuple(draw(lines(number)) for number in range(1, count + 1))
    above = draw(st.dictionaries(st.sampled_from(REASONS), st.integers(min_value=1, max_value=900), max_size=1))
    charge = sum(x.charge_cents for x in told)
    paid = sum(x.paid_cents for x in told) - sum(above.values())
    if draw(st.booleans()):
        return Claim(charge, paid, told, above, version=version)
    whole = Counter(above)
    for line in told:
        whole.update(line.reasons)
    return Claim(charge, paid, (), dict(whole), version=version)


def sum_of_lines(answer):
    totals = Counter()
    for line in answer.lines:
        totals.update(line.reasons)
    return dict(totals)


def books_of(remittances):
    books, remittances = Books(), list(remittances)
    learn(remittances)
    for remittance in remittances:
        books.take(remittance)
    return books


def one_each(claims):
    return [Remittance(f"T{n}", (claim,)) for n, claim in enumerate(claims)]


@st.composite
def threads(draw):
    """The remittances of a claim thread: answers of two versions, reversals of some of them, corrections."""
    first, correction, replacement = draw(answers()), draw(answers()), draw(answers(version=2))
    told = [first, first.reversed(), correction]
    if draw(st.booleans()):
        told += [replacement]
    if draw(st.booleans()):
        told += [correction.reversed()]
    return told


@settings(max_examples=EXAMPLES, deadline=None)
@given(threads(), st.randoms(use_true_random=False))
def test_the_order_of_remittances_does_not_change_the_balances(told, random):
    expected = books_of(one_each(told)).balances()
    shuffled = one_each(told)
    random.shuffle(shuffled)
    assert books_of(shuffled).balances() == expected


@settings(max_examples=EXAMPLES, deadline=None)
@given(threads(), st.randoms(use_true_random=False))
def test_a_remittance_that_comes_again_changes_nothing(told, random):
    remittances = one_each(told)
    expected = books_of(remittances).balances()
    repeated = remittances + [random.choice(remittances) for _ in range(3)]
    random.shuffle(repeated)
    assert books_of(repeated).balances() == expected


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(answers(), max_size=4), st.lists(st.tuples(st.sampled_from(("WO", "FB", "L6", "72", "CS")), cents)))
def test_cash_of_a_remittance_is_its_payment(claims, provider):
    named = tuple(Claim(**{**c.__dict__, "claim_id": f"C{n}"}) for n, c in enumerate(claims))
    remittance = Remittance("T", named, tuple(provider))
    books = books_of([remittance])
    assert books.balances().get("cash", 0) == remittance.payment_cents
    assert all(e["trace_number"] == "T" for e in books.entries)


@settings(max_examples=EXAMPLES, deadline=None)
@given(threads())
def test_every_posting_sums_to_zero_and_has_its_own_keys(told):
    books, sums = books_of(one_each(told)), defaultdict(int)
    for entry in books.entries:
        sums[entry["posting_id"]] += entry["amount_cents"]
    assert not any(sums.values())
    assert len({e["entry_id"] for e in books.entries}) == len(books.entries)
    assert {e["account"] for e in books.entries} <= {row["account"] for row in load_accounts()}
    assert {(e["rule_id"], e["rule_version"]) for e in books.entries} <= {(r.rule_id, r.version) for r in RULES}


@settings(max_examples=EXAMPLES, deadline=None)
@given(answers())
def test_a_reversal_leaves_nothing_and_is_no_exception(answer):
    books = books_of(one_each([answer, answer.reversed()]))
    assert books.balances() == {}
    assert not books.exceptions


@settings(max_examples=EXAMPLES, deadline=None)
@given(answers(), answers(version=2))
def test_the_last_answer_alone_is_open_once_the_first_is_reversed(first, second):
    alone = books_of([Remittance("ALONE", (second,))]).balances()
    for order in permutations((first, first.reversed(), second)):
        assert books_of(one_each(order)).balances() == alone


@settings(max_examples=EXAMPLES, deadline=None)
@given(answers(version=1), answers(version=2))
def test_a_version_that_was_paid_nothing_is_superseded_without_a_reversal(first, second):
    unpaid = Claim(first.charge_cents, 0, (), {"CO-16": first.charge_cents})
    alone = books_of([Remittance("ALONE", (second,))]).balances()
    says_something = any(account != "payer_receivable" for account in alone) and alone.get("payer_receivable", 0) < 0
    for order in permutations((unpaid, second)):
        balances = books_of(one_each(order)).balances()
        if says_something:
            assert balances == alone
        else:
            assert balances.get("denied", 0) == alone.get("denied", 0) + unpaid.charge_cents


@settings(max_examples=EXAMPLES, deadline=None)
@given(answers())
def test_a_claim_with_one_changed_amount_is_never_posted_as_if_it_balanced(answer):
    assume(answer.reasons != sum_of_lines(answer))  # one amount can turn this into a CAS said twice, which does balance
    wrong = Claim(**{**answer.__dict__, "paid_cents": answer.paid_cents + 1})
    books = books_of([Remittance("T", (wrong,))])
    assert set(books.balances()) <= {"cash", "suspense"}
    assert [e["code"] for e in books.exceptions] == ["unbalanced_claim"]


@settings(max_examples=EXAMPLES, deadline=None)
@given(answers(), st.booleans())
def test_the_denial_science_counts_the_same_adjustments(answer, repeats):
    if repeats:
        paid = sum(line.paid_cents for line in answer.lines) if answer.lines else answer.paid_cents
        answer = Claim(answer.charge_cents, paid, answer.lines, sum_of_lines(answer) or answer.reasons)
    rows = read(Remittance("T", (answer,)))
    claim, adjustments = rows["claim"][0], rows["adjustment"]
    is_repeated = judged([rows])["posting"][0]["is_repeated"]
    counted = [a["adjustment_id"] for a in adjustments if not (is_repeated and a["service_id"] is None)]
    assert counted == [a["adjustment_id"] for a in said_once(claim, adjustments)]


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(answers(), min_size=1, max_size=4), st.booleans())
def test_a_set_of_claims_is_posted_as_each_of_them_alone(claims, is_changed):
    """What the night inserts from the view is, row for row, what the science makes of the same claim."""
    named = [
        Claim(**{**c.__dict__, "claim_id": f"C{n}", "paid_cents": c.paid_cents + is_changed})
        for n, c in enumerate(claims)
    ]
    named += [
        Claim(100, 60, (), {"CO-45": 40}, claim_id=None, version=None),
        Claim(100, 5, status_code="25", claim_id="P"),
    ]
    found = judged([read(Remittance("T", tuple(named)))], with_entries=True)
    assert all(posting["is_alone"] for posting in found["posting"])
    made = []
    for posting in found["posting"]:
        said = [a for a in found["amount"] if a["posting_id"] == posting["posting_id"]]
        made += post_remitted_claim(posting, said, [], NIGHT).entries
    inserted = {e.pop("entry_id"): e for e in found["entry"] if e.pop("is_alone")}
    assert inserted == {e.pop("entry_id"): e for e in made}


def test_every_entry_names_the_bytes_that_say_its_cents():
    told = Claim(10_000, 7_000, (Line(1, 10_000, 7_000, {"CO-45": 2_000, "PR-1": 1_000}),))
    rows = read(Remittance("T0", (told,)))
    cents_at = {(r["byte_start"], r["byte_end"]): r["amount_cents"] for r in rows["adjustment"]}
    cents_at |= {(r["byte_start"], r["byte_end"]): r["paid_cents"] for r in rows["service"]}
    entries = books_of([Remittance("T0", (told,))]).entries
    assert all(abs(e["amount_cents"]) == cents_at[e["byte_start"], e["byte_end"]] for e in entries)
    assert {e["file_sha256"] for e in entries} == {rows["claim"][0]["file_sha256"]}


def test_a_reversal_names_its_own_bytes_not_those_it_takes_back():
    told = Claim(10_000, 7_000, (Line(1, 10_000, 7_000, {"CO-45": 3_000}),))
    books = books_of([Remittance("T0", (told,))])
    back = books.take(Remittance("T1", (told.reversed(),)))
    file = read(Remittance("T1"))["payment"][0]["file_sha256"]
    assert {e["file_sha256"] for e in back} == {file}
    assert {e["trace_number"] for e in back} == {"T1"}
    assert {e["rule_id"] for e in back} == {"reversal"}
    assert len({e["byte_start"] for e in back}) == 2


@settings(max_examples=EXAMPLES, deadline=None)
@given(answers(), answers(version=2), st.booleans())
def test_a_reversal_that_names_another_version_finds_its_answer_in_any_order(first, second, is_replaced):
    back = first.reversed(version=2)
    told = [first, back, second] if is_replaced else [first, back]
    expected = books_of(one_each(told)).balances()
    for order in permutations(told):
        assert books_of(one_each(order)).balances() == expected


def test_a_reversal_that_names_another_version_is_no_exception():
    told = Claim(100, 70, (Line(1, 100, 70, {"CO-45": 30}),))
    books = books_of(one_each([told, told.reversed(version=2)]))
    assert books.balances() == {}
    assert not books.exceptions


def test_a_reversal_that_met_an_equal_answer_of_another_version_goes_to_its_own_when_that_comes():
    """Found by the order property: the reversal of version 1 came when only the equal answer to version 2 was known."""
    first, other = Claim(50, 40, (), {"CO-45": 10}), Claim(7, 0, (), {"CO-45": 7})
    second = Claim(50, 40, (), {"CO-45": 10}, version=2)
    told = [first, first.reversed(), other, second]
    expected = books_of(one_each(told)).balances()
    for order in permutations(told):
        assert books_of(one_each(order)).balances() == expected


def test_a_second_reversal_of_one_answer_is_an_exception():
    told = Claim(100, 70, (Line(1, 100, 70, {"CO-45": 30}),))
    books = books_of(one_each([told, told.reversed(), told.reversed()]))
    assert [e["code"] for e in books.exceptions] == ["reversal_without_original"]
    assert books.exceptions[0]["difference_cents"] == 100


def test_a_reversal_finds_any_one_of_many_standing_answers():
    told = [Claim(100 + n, 70 + n, (Line(1, 100 + n, 70 + n, {"CO-45": 30}),)) for n in range(8)]
    for answer in told:
        books = books_of(one_each([*told, answer.reversed()]))
        assert not books.exceptions
        assert books.balances()["cash"] == sum(one.paid_cents for one in told) - answer.paid_cents


def test_a_reversal_that_meets_nothing_supersedes_nothing():
    denied = Claim(100, 0, (Line(1, 100, 0, {"CO-16": 100}),))
    stray = Claim(-60, 0, (Line(1, -60, 0, {"CO-45": -60}),), status_code="22", version=2)
    assert books_of(one_each([denied, stray])).balances()["denied"] == 100


def test_keys_are_the_same_on_every_run():
    told = one_each([Claim(100, 70, (Line(1, 100, 70, {"CO-45": 30}),))])
    assert books_of(told).entries == books_of(told).entries


def test_a_charge_change_without_change_has_no_entry():
    line = {"line_number": 1, "charge_cents": 5, "file_sha256": "f", "byte_start": 0, "byte_end": 3}
    claim = {"claim_id": "C", "encounter_id": "V", "claim_version": 2}
    assert post_charge_change(claim, [line], [line], NIGHT) == []


def test_charges_of_two_versions_have_different_keys():
    line = {"line_number": 1, "charge_cents": 5, "file_sha256": "f", "byte_start": 0, "byte_end": 3}
    first, second = ({"claim_id": "C", "encounter_id": "V", "claim_version": n} for n in (1, 2))
    keys = {e["entry_id"] for c in (first, second) for e in post_charges(c, [line], NIGHT)}
    assert len(keys) == 4


def test_a_posting_that_does_not_sum_to_zero_is_refused():
    with pytest.raises(Unbalanced, match="sums to 5 cents"):
        post("p", Subject(NIGHT), [Leg(CASH, 5, PLACE, CHARGE)])


def test_an_empty_posting_is_no_posting():
    assert post("p", Subject(NIGHT), []) == []


def test_every_rule_says_its_source():
    assert all(rule.source and rule.meaning for rule in RULES)
    assert len({rule.rule_id for rule in RULES}) == len(RULES)


def test_taxonomy_kinds_all_have_an_account():
    groups = {reason: meanings[0].group_code.replace("*", "CO") for reason, meanings in TAXONOMY.by_reason.items()}
    told = [Claim(100, 0, (), {f"{group}-{reason}": 100}, claim_id=reason) for reason, group in groups.items()]
    assert len(told) > 100
    assert not books_of([Remittance("T", tuple(told))]).exceptions


def test_what_group_pr_says_and_is_not_posted_is_listed():
    told = (
        Claim(100, 0, (Line(1, 100, 0, {"PR-18": 100}),), {"PR-18": 100}, claim_id="A"),
        Claim(100, 0, (), {"PR-133": 60, "PR-1": 40}, claim_id="B"),
        Claim(100, 0, (), {"OA-18": 100}, claim_id="C"),
        Claim(100, 0, (), {"PR-B13": 100}, claim_id=None, version=None),
    )
    found = judged([read(Remittance("T", told))], with_entries=True)
    listed = [(row["claim_id"], row["code"], row["amount_cents"]) for row in found["unposted"]]
    assert listed == [("A", "PR-18", 100), ("B", "PR-133", 60)]
    assert {row["code"] for row in found["amount"]} == {"PR-1"}


def test_the_taxonomy_names_no_group_that_the_ledger_does_not_tell_apart():
    assert {m.group_code for meanings in TAXONOMY.by_reason.values() for m in meanings} <= set(GROUPS)


def test_whether_a_reason_opens_a_case_does_not_depend_on_remarks():
    for reason, meanings in TAXONOMY.by_reason.items():
        for m in meanings:
            assert m.classification.opens_case == TAXONOMY.classify(m.group_code, reason, ()).opens_case


def test_the_page_on_posting_names_every_rule_account_and_exception():
    page = (Path(__file__).parents[2] / "docs" / "posting.md").read_text(encoding="utf-8")
    exceptions = ("unbalanced_claim", "money_not_expected", "reversal_differs", "reversal_without_original")
    named = [*(rule.rule_id for rule in RULES), *(row["account"] for row in load_accounts()), *exceptions]
    assert [name for name in named if f"`{name}`" not in page] == []
