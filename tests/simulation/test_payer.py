"""The synthetic payer as a whole: envelopes, acknowledgments, files, determinism."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.simulation.payer import PayerState, answer
from tasks.simulation.payer_envelope import read_interchanges
from tasks.simulation.payer_reader import read_claims
from tasks.simulation.payer_scenario import Acknowledgments, Files, Rejection
from tasks.simulation.payer_writer import money

from .payer_runs import SEED, all_835, all_clps, run, scenario, statuses
from .payer_texts import DAY, ClaimText, LineText, files_of, judge, text_270, text_837p


def two_sets() -> bytes:
    first = [ClaimText("P1"), ClaimText("P2", dependent=True, payer="MEDCR", member="M2")]
    return text_837p(first, [ClaimText("P3", member="M3")])


def last(rows: list[list[str]], name: str) -> list[str]:
    return [row for row in rows if row[0] == name][-1]


def test_a_claim_is_taken_forwarded_accepted_and_paid_in_this_order():
    nights = run(scenario(), {0: {"a": two_sets()}}, nights=4)
    assert [sorted({name.split("-")[2].removesuffix(".x12") for name in out}) for out in nights] == [
        ["277ca", "999", "ta1"],
        ["277ca"],
        ["835"],
        [],
    ]
    answers = statuses(nights)
    assert {answers[number][0] for number in ("P1", "P2", "P3")} <= {"A0:16:PR", "A1:19:PR"}
    assert [answers[number][1] for number in ("P1", "P2", "P3")] == ["A2:20:PR"] * 3
    assert sorted(clp.head[1] for clp in all_clps(nights)) == ["P1", "P2", "P3"]


def test_the_payer_claim_number_of_the_277ca_comes_back_in_the_835():
    nights = run(scenario(), {0: {"a": text_837p([ClaimText("P1")])}}, nights=4)
    (accepted,) = files_of(nights[1], "277ca")
    assert last(accepted, "REF")[1] == "D9"
    number = next(row[2] for row in accepted if row[:2] == ["REF", "1K"])
    assert [clp.head[7] for clp in all_clps(nights)] == [number]


def test_each_payer_gets_its_own_835_with_its_own_trn():
    nights = run(scenario(), {0: {"a": two_sets()}}, nights=4)
    files = all_835(nights)
    assert sorted(last(rows, "N1")[1] for rows in files) == ["PE", "PE"]
    assert sorted(next(row for row in rows if row[0] == "N1")[4] for rows in files) == ["BCNE1", "MEDCR"]
    assert len({tuple(last(rows, "TRN")) for rows in files}) == 2


def test_two_billing_providers_get_two_transaction_sets_in_one_file():
    claims = [ClaimText("P1"), ClaimText("P2", npi="1999999976", member="M2")]
    (rows,) = all_835(run(scenario(), {0: {"a": text_837p(claims)}}, nights=4))
    assert [row[4] for row in rows if row[:2] == ["N1", "PE"]] == ["1999999976", "1999999984"]


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000), numbers=st.permutations(["a", "b", "c"]))
def test_same_input_gives_same_bytes_and_leaves_the_old_state_alone(seed, numbers):
    files = {n: text_837p([ClaimText(f"P{i}", member=f"M{i}")], number=i) for i, n in enumerate("abc", 1)}
    state = PayerState()
    one = answer(state, scenario(), seed, DAY, files)
    two = answer(state, scenario(), seed, DAY, {n: files[n] for n in numbers})
    assert one[1] == two[1]
    assert one[0].to_json() == two[0].to_json()
    assert state == PayerState()
    assert PayerState.from_json(one[0].to_json()) == one[0]


@pytest.mark.parametrize(
    ("terminator", "separators"), [("\n", "*:"), ("~\r\n", "*:"), ("!", "|>"), ("\x1d", "*:"), ("~\n  ", "+<")]
)
def test_delimiters_are_read_from_the_isa(terminator, separators):
    calm = scenario()
    plain = all_clps(run(calm, {0: {"a": text_837p([ClaimText("P1")])}}, nights=4))
    text = text_837p([ClaimText("P1")], terminator=terminator, separators=separators)
    assert all_clps(run(calm, {0: {"a": text}}, nights=4)) == plain


def test_a_name_that_comes_again_with_the_same_bytes_is_passed_over():
    text = text_837p([ClaimText("P1")])
    assert run(scenario(), {0: {"a": text}, 1: {"a": text}})[1].keys() == run(scenario(), {0: {"a": text}})[1].keys()


def test_an_interchange_number_that_comes_again_is_refused():
    text = text_837p([ClaimText("P1")])
    nights = run(scenario(), {0: {"a": text}, 1: {"b": text}})
    assert [last(rows, "TA1")[4:] for rows in files_of(nights[1], "ta1")] == [["R", "025"]]
    assert len(all_clps(nights)) == 1


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b"IEA*1*000000001~", b"", "023"),
        (b"IEA*1*000000001~", b"IEA*1*000000002~", "001"),
        (b"IEA*1*", b"IEA*2*", "021"),
    ],
)
def test_a_broken_envelope_is_refused_whole(old, new, code):
    nights = run(scenario(), {0: {"a": text_837p([ClaimText("P1")]).replace(old, new)}})
    assert [name.split("-")[2] for out in nights for name in out] == ["ta1.x12"]
    assert last(files_of(nights[0], "ta1")[0], "TA1")[4:] == ["R", code]


def test_bytes_that_are_no_x12_are_not_answered():
    assert run(scenario(), {0: {"a": b"hello", "b": b"", "c": b"ISA" + b"x" * 200}}, nights=2) == [{}, {}]


def test_any_cut_of_an_interchange_is_answered_with_a_refusal_or_with_nothing():
    text = text_837p([ClaimText("P1")])
    for end in range(0, len(text) - 2, 37):
        (out,) = run(scenario(), {0: {"a": text[:end]}}, nights=1)
        assert [name.split("-")[2] for name in out] in ([], ["ta1.x12"])
        assert all(last(rows, "TA1")[4] == "R" for rows in files_of(out, "ta1"))


def test_a_wrong_segment_count_rejects_its_set_and_no_other():
    text = two_sets()
    first = text.index(b"SE*")
    broken = text[:first] + text[first:].replace(b"SE*", b"SE*9", 1)
    nights = run(scenario(), {0: {"a": broken}}, nights=4)
    (rows,) = files_of(nights[0], "999")
    assert [row[1:] for row in rows if row[0] == "IK5"] == [["R", "4"], ["A"]]
    assert last(rows, "AK9")[1:] == ["P", "2", "2", "1"]
    assert [clp.head[1] for clp in all_clps(nights)] == ["P3"]


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        (b"CLM*P1*100.00*", b"CLM*P1*1x0*", ["CLM", "2300", "2", "1x0"]),
        (b"*100*UN", b"*1.234*UN", ["SV1", "2400", "2", "1.234"]),
        (b"472*D8*20251231", b"472*D8*20251331", ["DTP", "2400", "3", "20251331"]),
    ],
)
def test_a_value_that_cannot_be_read_is_named_by_its_place(old, new, place):
    text = text_837p([ClaimText("P1")]).replace(old, new)
    (rows,) = files_of(run(scenario(), {0: {"a": text}}, nights=1)[0], "999")
    segment, element = last(rows, "IK3"), last(rows, "IK4")
    sent = text.decode().split("~")
    assert [segment[1], segment[3], element[1], element[4]] == place
    assert sent[2:][int(segment[2]) - 1].startswith(place[0])
    assert last(rows, "AK9")[1] == "R"


def test_rates_of_one_refuse_everything_at_their_level():
    files = {0: {"a": two_sets()}}
    refused = run(scenario(acknowledgments=Acknowledgments(interchange_reject_rate=1.0)), files)
    assert last(files_of(refused[0], "ta1")[0], "TA1")[4] == "R"
    assert [len(out) for out in refused[:3]] == [1, 0, 0]
    rejected = run(scenario(acknowledgments=Acknowledgments(transaction_reject_rate=1.0)), files)
    (rows,) = files_of(rejected[0], "999")
    assert last(rows, "AK9")[1:] == ["R", "2", "2", "0"]
    assert {"CLM01:P1", "CLM01:P3"} == {row[1] for row in rows if row[0] == "CTX"}
    assert all_835(rejected) == []


@pytest.mark.parametrize(("hop", "answers"), [("clearinghouse", ["A7:562:85"]), ("payer", [None, "A7:562:85"])])
def test_a_claim_that_a_hop_rejects_gets_no_835(hop, answers):
    what = scenario(rejections=(Rejection("A7:562:85", hop, 1.0),))
    nights = run(what, {0: {"a": text_837p([ClaimText("P1")])}})
    given_answers = statuses(nights)["P1"]
    assert len(given_answers) == len(answers)
    assert given_answers[-1] == answers[-1]
    assert all_835(nights) == []


@pytest.mark.parametrize("frequency", ["7", "8"])
@pytest.mark.parametrize("original", ["", "NONESUCH"])
def test_a_change_of_an_unknown_claim_is_rejected(frequency, original):
    nights = run(scenario(), {0: {"a": text_837p([ClaimText("P1", frequency=frequency, original=original)])}})
    assert statuses(nights)["P1"][-1] == "A3:464"
    assert all_835(nights) == []


def test_a_claim_in_review_is_said_to_be_so_and_paid_later():
    words = Acknowledgments(review_rate=1.0, review_nights=3)
    nights = run(scenario(acknowledgments=words), {0: {"a": text_837p([ClaimText("P1")])}}, nights=7)
    assert statuses(nights)["P1"][1:] == ["A2:20:PR", "P2:46:PR"]
    assert [n for n, out in enumerate(nights) if files_of(out, "835")] == [5]  # accepted on night 1, else paid on 2
    assert judge(next(content for name, content in nights[2].items() if "277ca" in name)) == []


def test_a_lost_file_is_never_answered():
    assert not any(run(scenario(files=Files(lost_rate=1.0)), {0: {"a": two_sets(), "b": text_270(["M1"])}}))


def test_delayed_files_come_later_with_the_bytes_of_their_own_night():
    calm = run(scenario(), {0: {"a": two_sets()}}, nights=8)
    late = run(scenario(files=Files(delayed_rate=1.0, delay_nights=3)), {0: {"a": two_sets()}}, nights=8)
    assert late[:3] == [{}, {}, {}]
    assert late[3:6] == calm[:3]


def test_a_repeated_file_comes_again_under_another_name():
    files = Files(repeated_rate=1.0, delay_nights=1)
    nights = run(scenario(files=files), {0: {"a": two_sets()}}, nights=6)
    first = {name: content for out in nights for name, content in out.items() if "again" not in name}
    again = {name: content for out in nights for name, content in out.items() if "again" in name}
    assert {name.replace("-again", ""): content for name, content in again.items()} == first


def test_every_acknowledgment_passes_the_judge():
    what = scenario(rejections=(Rejection("A6:254", "payer", 0.5), Rejection("A3:21", "clearinghouse", 0.3)))
    claims = [ClaimText(f"P{i}", member=f"M{i}", dependent=i % 3 == 0) for i in range(9)]
    claims.append(ClaimText("P9", lines=[LineText(until=DAY)], npi="1999999976"))
    text = text_837p(claims, [ClaimText("PX", frequency="7", original="NO")])
    broken = text_837p([ClaimText("PY")], number=2).replace(b"CLM*PY*100.00", b"CLM*PY*1x")
    rejecting = replace(what, acknowledgments=Acknowledgments(transaction_reject_rate=1.0))
    nights = run(what, {0: {"a": text, "b": broken, "c": text_270(["M1"])}}, nights=3)
    nights += run(rejecting, {0: {"a": text, "c": text_270(["M1"])}}, nights=1)
    judged = {
        name: judge(content) for out in nights for name, content in out.items() if "277ca" in name or "999" in name
    }
    assert len(judged) >= 5
    assert not {name: errors for name, errors in judged.items() if errors}


def test_the_same_claim_sent_again_draws_its_fate_again():
    rates = scenario(rejections=(Rejection("A6:254", "payer", 0.5),))
    files = {n: {f"f{n}": text_837p([ClaimText("P1")], number=n + 1)} for n in range(12)}
    assert {status[:2] for status in statuses(run(rates, files, nights=14))["P1"]} >= {"A2", "A6"}


def test_nights_that_are_skipped_lose_nothing():
    files = {"a": two_sets()}
    state, first = answer(PayerState(), scenario(), SEED, DAY, files)
    state, second = answer(state, scenario(), SEED, DAY + timedelta(days=5), {})
    _, third = answer(state, scenario(), SEED, DAY + timedelta(days=9), {})
    assert len(statuses([first, second])) >= 3
    assert len(all_clps([third])) == 3


@settings(max_examples=150, deadline=None)
@given(place=st.integers(0, 4000), byte=st.integers(0, 255), is_inquiry=st.booleans())
def test_any_changed_byte_is_answered_in_x12_and_never_breaks_the_night(place, byte, is_inquiry):
    text = bytearray(text_270(["M1", "M2D"]) if is_inquiry else two_sets())
    text[place % len(text)] = byte
    for out in run(scenario(), {0: {"a": bytes(text)}}, nights=3):
        for content in out.values():
            rows = content.decode().split("~\n")
            assert rows[0].startswith("ISA")
            assert len(rows[0]) == 105
            assert rows[-2].startswith("IEA")


@settings(max_examples=100)
@given(cents=st.integers(0, 10**12))
def test_money_goes_through_writing_and_reading_unchanged(cents):
    text = text_837p([ClaimText("P1", charge=money(cents))])
    (claim,) = read_claims(read_interchanges(text)[0].groups[0].transactions[0])
    assert claim.charge_cents == cents
    assert money(-cents) == ("-" if cents else "") + money(cents)
