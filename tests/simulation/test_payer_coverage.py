"""The synthetic payer's 271."""

from datetime import timedelta

import pytest

from tasks.simulation.payer_scenario import Eligibility

from .payer_runs import run, scenario, terms
from .payer_texts import DAY, ClaimText, LineText, files_of, text_270, text_837p


def answer_270(what, text: bytes) -> list[list[str]]:
    (rows,) = files_of(run(what, {0: {"q": text}}, nights=1)[0], "271")
    return rows


def test_every_question_is_answered_in_order_with_its_trace():
    rows = answer_270(scenario(), text_270(["M1", "M2D", "M3"]))
    assert [row[1:] for row in rows if row[0] == "TRN"] == [["2", f"T{i}", "9PRACTICE1"] for i in (1, 2, 3)]
    assert [row[1:] for row in rows if row[0] == "HL"] == [
        ["1", "", "20", "1"],
        ["2", "1", "21", "1"],
        ["3", "2", "22", "0"],
        ["4", "2", "22", "1"],
        ["5", "4", "23", "0"],
        ["6", "2", "22", "0"],
    ]
    assert ["BHT", "0022", "11", "Q900", "20260105", "0600"] in rows
    assert rows[-3][1] == str(len(rows) - 4)


def test_a_covered_member_learns_amounts_and_which_codes_need_an_authorization():
    what = scenario(terms={"default": terms("default"), "BCNE1": terms("BCNE1", deductible_cents=30000)})
    benefits = [row[1:] for row in answer_270(what, text_270(["M1"])) if row[0] == "EB"]
    assert benefits[0][:3] == ["1", "IND", "30"]
    assert ["A", "IND", "30", "", "", "", "", "0.2"] in benefits
    assert ["B", "IND", "98", "", "", "27", "25"] in benefits
    assert ["C", "IND", "30", "", "", "23", "300"] in benefits
    assert ["C", "IND", "30", "", "", "29", "300"] in benefits
    assert [(row[10], row[12]) for row in benefits if len(row) > 12] == [("Y", "HC:70553")]


@pytest.mark.parametrize(("code", "verdict"), [("70553", "Y"), ("99213", "N")])
def test_a_question_about_a_code_is_answered_for_that_code(code, verdict):
    rows = answer_270(scenario(), text_270(["M1"], question=f"EQ**HC:{code}"))
    assert [(row[11], row[13]) for row in rows if row[0] == "EB" and len(row) > 13] == [(verdict, f"HC:{code}")]


@pytest.mark.parametrize(("served_on", "left"), [(DAY, "240"), (DAY - timedelta(days=5), "300")])
def test_the_deductible_that_claims_of_the_year_used_is_gone_from_the_answer(served_on, left):
    what = scenario(terms={"default": terms("default", deductible_cents=30000)})
    claim = ClaimText("P1", lines=[LineText("71046", "100", served_on=served_on)], member="M1")
    files = {0: {"c": text_837p([claim])}, 3: {"q": text_270(["M1", "M2"])}}
    (rows,) = files_of(run(what, files)[3], "271")
    assert [row[7] for row in rows if row[:2] == ["EB", "C"] and row[6] == "29"] == [left, "300"]


def test_inactive_members_have_only_eb_6():
    rows = answer_270(scenario(eligibility=Eligibility(inactive_rate=1.0)), text_270(["M1"]))
    assert [row[1:] for row in rows if row[0] == "EB"] == [["6", "", "30"]]


def test_unknown_members_have_a_reason_and_no_benefit():
    rows = answer_270(scenario(eligibility=Eligibility(not_found_rate=1.0)), text_270(["M1", ""]))
    assert [row[1:] for row in rows if row[0] == "AAA"] == [["N", "", "75", "C"], ["N", "", "72", "C"]]
    assert not [row for row in rows if row[0] in ("EB", "MSG")]


def test_a_members_fate_does_not_depend_on_the_other_members():
    what = scenario(eligibility=Eligibility(inactive_rate=0.5))
    alone = {m: answer_270(what, text_270([m])) for m in ("M1", "M2", "M3", "M4", "M5", "M6")}
    inactive = {m for m, rows in alone.items() if any(row[:2] == ["EB", "6"] for row in rows)}
    together = answer_270(what, text_270(sorted(alone)))
    assert 0 < len(inactive) < 6
    assert sum(row[:2] == ["EB", "6"] for row in together) == len(inactive)
