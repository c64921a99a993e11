"""The scenario file of the synthetic payer, and what the sample one makes in 14 nights."""

from collections import Counter
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest

from schemas.errors import Fault
from tasks.simulation.payer import load_scenario

from .payer_runs import all_835, all_clps, run, statuses
from .payer_texts import ClaimText, LineText, files_of, judge, plbs_of, text_270, text_837p, unbalanced

SAMPLE = Path(__file__).parents[2] / "data" / "sample" / "payer.toml"
FIRST = date(2026, 3, 6)
PAYERS = ("MEDCR", "MEDCD", "BCNE1", "AETN2", "UNIT3")
VISITS, TESTS = ("99213", "99214", "99203", "99215"), ("80053", "85025", "71046", "36415", "93000")


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("split_rate", "split_rat", "payments.split_rat"),
        ("[payer.default]", "[payer.fallback]", "payer.default"),
        ('hop = "payer"', 'hop = "bank"', "rejection"),
        ('rule = "duplicate"', 'rule = "mood"', "denial 18"),
        ("truncated_835 =", "torn_835 =", "bad_files"),
        ('clearinghouse_id = "HARBORCH"', "", "clearinghouse_id"),
    ],
)
def test_a_key_that_is_unknown_missing_or_wrong_is_a_fault_that_names_it(tmp_path, old, new, place):
    path = tmp_path / "payer.toml"
    path.write_text(SAMPLE.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(Fault, match=place):
        load_scenario(path)


def test_unknown_payers_get_the_default_terms():
    assert load_scenario(SAMPLE).terms_of("NONESUCH").payer_id == "default"


def test_every_key_of_the_sample_is_commented():
    lines = SAMPLE.read_text(encoding="utf-8").splitlines()
    assert sum(line.startswith("#") or " # " in line for line in lines) > 50


def make_claim(night: int, i: int) -> ClaimText:
    served_on = FIRST + timedelta(days=night - 2 - i % 4)
    if i == 50:
        served_on -= timedelta(days=400)
    lines = [LineText(VISITS[i % 4], f"{120 + i}.50", "1", served_on=served_on)]
    lines += [LineText(TESTS[(i + k) % 5], f"{30 + 7 * k}", f"{k + 2}", served_on=served_on) for k in range(i % 3)]
    if i % 15 == 0:
        lines = [LineText("72148", "950", "1", "AUTH7" if i % 30 else "", served_on)]
    number = f"HF{night:02d}{i:03d}"
    return ClaimText(number, lines, PAYERS[i % 5], f"M{(night * 60 + i) % 400:04d}", dependent=i % 7 == 0)


@cache
def sample_nights() -> tuple[dict[str, bytes], ...]:
    files = {}
    for night in range(14):
        claims = [make_claim(night, i) for i in range(60)]
        sets = [[c for c in claims if c.payer == payer] for payer in PAYERS]
        batches = {f"837-{night}-{i}": text_837p(s, number=night * 10 + i + 1) for i, s in enumerate(sets)}
        asked = text_270([c.member for c in claims], number=5000 + night)
        files[night] = {**batches, f"270-{night}": asked}
    nights = run(load_scenario(SAMPLE), files, nights=14, seed=2026, first=FIRST)
    return tuple({name: content for name, content in out.items() if not name.startswith("bank/")} for out in nights)


def good(name: str) -> bool:
    return "NEVER" not in name and "notice" not in name


def test_after_14_nights_of_the_sample_something_is_at_every_stage():
    nights = [{n: c for n, c in out.items() if good(n)} for out in sample_nights()]
    clps = all_clps(nights)
    answers = statuses(nights)
    firsts = Counter(a[0][:2] for a in answers.values())
    assert {"A0", "A1", "A3", "A7"} <= firsts.keys()
    assert {"A2", "A6", "A7", "P2"} <= {a[-1][:2] for a in answers.values() if len(a) > 1}
    assert {"1", "4", "22"} <= {clp.head[2] for clp in clps}
    reasons = {code for clp in clps for _, code, _ in clp.reasons()}
    assert {"45", "1", "2", "3", "197", "16", "97", "50", "204", "22", "29", "27"} <= reasons
    remarks = {e for clp in clps for row in clp.rows if row[0] in ("MOA", "LQ") for e in row[2:]}
    assert {"MA15", "N54", "M51", "MA130", "N115"} <= remarks
    assert {"WO", "L6", "FB", "CS"} <= {code for rows in all_835(nights) for code, _, _ in plbs_of(rows)}
    assert {row[6] for clp in clps for line in clp.lines for row in line[:1] if len(row) > 6} >= {"HC:99215"}
    paid = {clp.head[1] for clp in clps}
    assert len(paid) > 300
    assert len(answers.keys() - paid) > 50


def test_envelopes_files_and_answers_of_the_sample_go_wrong_in_every_way():
    nights = sample_nights()
    verdicts = Counter(row[4] for out in nights for rows in files_of(out, "ta1") for row in rows if row[0] == "TA1")
    sets = Counter(row[1] for out in nights for rows in files_of(out, "999") for row in rows if row[0] == "IK5")
    eligibility = Counter(row[1] for out in nights for rows in files_of(out, "271") for row in rows if row[0] == "EB")
    assert verdicts["R"] >= 1
    answered = {row[1] for out in nights for rows in files_of(out, "ta1") for row in rows if row[0] == "TA1"}
    assert len(answered) < 14 * 6  # one was lost
    assert sets["R"] >= 1
    assert eligibility["6"] >= 1
    names = [name for out in nights for name in out]
    assert any("again" in name for name in names)
    assert any(name[:8] < f"{FIRST + timedelta(days=n):%Y%m%d}" for n, out in enumerate(nights) for name in out)


def test_bad_files_come_once_on_their_night_and_no_other_file_is_unbalanced():
    nights = sample_nights()
    found = {
        (n, name.split("-", 2)[2]): content
        for n, out in enumerate(nights)
        for name, content in out.items()
        if not good(name)
    }
    assert sorted(found) == [
        (4, "835-NEVER.x12"),
        (5, "notice.x12"),
        (6, "835-NEVER.x12"),
        (7, "277ca-NEVER.x12"),
    ]
    assert not found[4, "835-NEVER.x12"].rstrip().endswith(b"~")
    assert not found[5, "notice.x12"].startswith(b"ISA")
    assert judge(found[6, "835-NEVER.x12"]) == []
    assert judge(found[7, "277ca-NEVER.x12"]) == []
    (rows,) = files_of({"-835": found[6, "835-NEVER.x12"]}, "835")
    assert unbalanced(rows) == ["BPR02 81"]
    regular = [{n: c for n, c in out.items() if good(n)} for out in nights]
    assert [place for rows in all_835(regular) for place in unbalanced(rows)] == []


def test_a_file_of_each_kind_and_payer_of_the_sample_passes_the_judge():
    chosen = {name.split("-", 2)[2]: content for out in sample_nights() for name, content in out.items() if good(name)}
    judged = {n: judge(c) for n, c in chosen.items() if n.startswith(("835", "999", "277ca")) and "again" not in n}
    assert len(judged) >= 12
    assert not {name: errors for name, errors in judged.items() if errors}
