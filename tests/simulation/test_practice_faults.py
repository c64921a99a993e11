"""Every fault is where faults.csv says, is the fault its check describes, and is dealt at its stated rate."""

import re
from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.simulation.practice import load_plan, make_practice
from tasks.simulation.practice_faults import SPOILERS, check_severities, deal_faults
from tasks.simulation.practice_providers import check_digit
from tests.simulation.practice_rows import SAMPLE, faults_of, found_in, sample_clean, sample_faults, sample_found


def e(name, test):
    return lambda found: test(found.encounter[name])


def p(name, test):
    return lambda found: test(found.patient[name])


def c(name, test):
    return lambda found: test(found.coverages[0][name])


def line(test):
    return lambda found: any(test(row) for row in found.lines)


def billing(name, test):
    return lambda found: test(found.provider("billing")[name])


def empty(text):
    return text == ""


def total(found):
    return sum(Decimal(row["charge"]) for row in found.lines)


def twin(found):
    """The encounter that a second one was made from: its id without the 9 in front of the number."""
    stem, number = found.encounter_id.rsplit("-", 1)
    return sample_found()[found.drop, f"{stem}-{number.removeprefix('9')}"]


def before(found):
    """The same encounter in the drop of the night before."""
    return sample_found()[date.fromordinal(found.drop.toordinal() - 1), found.encounter_id]


def age(found):
    return (found.service_on() - date.fromisoformat(found.patient["birth_date"])).days // 365.25


def lag(found):
    return (found.drop - found.service_on()).days


def fails_npi(text):
    return text[0] not in "12" or check_digit(text[:9]) != text[9]


def cut(found, number):
    return sum(Decimal(row["amount"]) for row in found.cob_adjustments if row["line_number"] == number)


def unbalanced(found):
    if not found.cob_lines:
        return False
    paid = {row["line_number"]: Decimal(row["paid_amount"]) for row in found.cob_lines}
    return any(Decimal(r["charge"]) != paid[r["line_number"]] + cut(found, r["line_number"]) for r in found.lines)


def pointer_is_bad(found):
    text = found.lines[0]["dx_pointer_1"]
    return not text or not 1 <= int(text) <= len(found.diagnoses())


def repeats(values):
    return len(values) != len(set(values))


def says_half_of_accident(found):
    told = found.encounter
    is_auto, is_other = told["accident_auto"] == "true", told["accident_other"] == "true"
    return (is_auto and not told["accident_state"]) or (is_other and not told["accident_date"])


VERDICTS = {
    "S06": p("zip", lambda x: len(x) in (4, 8)),
    "S07": e("date_of_service_from", lambda x: re.fullmatch(r"\d\d/\d\d/\d\d", x)),
    "S08": line(lambda x: x["charge"].startswith("$")),
    "S09": lambda found: not found.encounter or not found.lines,
    "S10": lambda f: (
        f.encounter != before(f).encounter
        and f.encounter["encounter_version"] == before(f).encounter["encounter_version"]
    ),
    "P01": lambda f: (
        "" in (f.patient["first_name"], f.patient["last_name"])
        or {"TEST", "BABY", "X"} & {f.patient["first_name"], f.patient["last_name"]}
    ),
    "P02": p("last_name", lambda x: re.search(r"\d", x)),
    "P03": p("birth_date", lambda x: x == "" or x < "1900"),
    "P04": lambda f: f.encounter["date_of_service_from"] < f.patient["birth_date"] <= f.drop.isoformat(),
    "P05": lambda f: "" < f.patient["death_date"] < f.encounter["date_of_service_from"],
    "P06": p("sex", lambda x: x not in ("M", "F", "U")),
    "P07": lambda f: (
        "" in (f.patient["address1"], f.patient["city"])
        or f.patient["zip"] in ("02", "90210")
        or f.patient["state"] == "ZZ"
    ),
    "P08": p("state", lambda x: x == "Massachusetts"),
    "P09": e("claim_note", lambda x: re.search(r"\b\d{3}-\d\d-\d{4}\b", x)),
    "P11": lambda f: age(f) == 0 and f.coverages[0]["relationship"] == "18",
    "C01": lambda f: f.encounter["responsible_party"] == "insurance" and not f.coverages,
    "C02": c("member_id", empty),
    "C03": lambda f: f.coverages[0]["payer_id"] == "MEDCR" and len(f.coverages[0]["member_id"]) == 10,
    "C04": lambda f: f.coverages[0]["coverage_start"] > f.encounter["date_of_service_from"],
    "C05": lambda f: "" < f.coverages[0]["coverage_end"] < f.encounter["date_of_service_from"],
    "C07": c("eligibility_checked_at", empty),
    "C08": c("eligibility_status", lambda x: x == "inactive"),
    "C09": c("payer_id", lambda x: x.startswith("ZZ")),
    "C11": lambda f: (f.coverages[0]["payer_id"], f.coverages[0]["claim_filing_code"]) == ("BCNE1", "MB"),
    "C12": lambda f: (
        f.coverages[0]["relationship"] != "18"
        and "" in (f.coverages[0]["subscriber_last_name"], f.coverages[0]["subscriber_birth_date"])
    ),
    "C13": lambda f: (
        f.coverages[0]["relationship"] == "18" and f.coverages[0]["subscriber_birth_date"] != f.patient["birth_date"]
    ),
    "C14": lambda f: sorted(row["payer_rank"] for row in f.coverages) in (["P", "P"], ["P", "T"]),
    "C16": e("accident_employment", lambda x: x == "true"),
    "C20": lambda f: f.coverages[0]["relationship"] == "19" and age(f) >= 26,
    "V01": billing("npi", empty),
    "V02": lambda f: fails_npi(f.provider("rendering")["npi"]),
    "V04": lambda f: f.encounter["rendering_provider_key"] == f.encounter["billing_provider_key"],
    "V05": billing("taxonomy", empty),
    "V06": billing("tax_id", lambda x: len(x) != 9),
    "V07": lambda f: "PO BOX" in f.provider("billing")["address1"] or len(f.provider("billing")["zip9"]) != 9,
    "V09": e("rendering_provider_key", empty),
    "V10": lambda f: (
        f.coverages[0]["payer_id"] == "MEDCR" and "71046" in f.codes() and not f.encounter["referring_provider_key"]
    ),
    "V13": lambda f: "36415" in f.codes() and not f.encounter["clia_number"],
    "V15": lambda f: f.encounter["place_of_service"] == "22" and not f.encounter["service_facility_key"],
    "E01": lambda f: f.encounter["encounter_status"] == "finished" and not f.encounter["note_signed_at"],
    "E02": lambda f: f.service_on() > f.drop,
    "E04": lambda f: f.encounter["date_of_service_to"] < f.encounter["date_of_service_from"],
    "E05": e("place_of_service", lambda x: x in ("", "OFFICE", "98")),
    "E06": lambda f: f.encounter["place_of_service"] == "10" and not f.lines[0]["modifier_1"],
    "E07": lambda f: f.encounter["place_of_service"] == "21" and not f.encounter["admission_date"],
    "E08": says_half_of_accident,
    "E09": lambda f: f.encounter["onset_date"] > f.encounter["date_of_service_from"],
    "E10": lambda f: Decimal(f.encounter["total_charge"]) != total(f),
    "E12": lambda f: f.codes() == twin(f).codes() and f.encounter["patient_key"] == twin(f).encounter["patient_key"],
    "E13": lambda f: f.codes() != twin(f).codes() and f.encounter["patient_key"] == twin(f).encounter["patient_key"],
    "E14": e("patient_control_number", lambda x: " " in x or len(x) > 20),
    "E15": lambda f: not 0 <= Decimal(f.encounter["patient_amount_paid"] or 0) <= total(f),
    "E16": e("benefits_assigned", empty),
    "E17": e("claim_type", lambda x: x == "I"),
    "E20": lambda f: f.encounter["claim_frequency"] in "78" and not f.encounter["original_claim_number"],
    "T01": lambda f: f.coverages[0]["payer_id"] == "UNIT3" and lag(f) > 90,
    "T02": lambda f: f.coverages[0]["payer_id"] == "UNIT3" and 90 - 14 < lag(f) <= 90,
    "A01": lambda f: {"70553", "73721", "72148", "45378"} & set(f.codes()) and not f.encounter["prior_auth_number"],
    "A06": lambda f: f.encounter["prior_auth_number"] == f.encounter["referral_number"] != "",
    "B01": lambda f: f.coverages[0]["prior_paid_amount"] and len(f.coverages) == 2 and not f.cob_lines,
    "B02": unbalanced,
    "B03": lambda f: any(row["adjudication_date"] == "" for row in f.cob_lines),
    "D01": lambda f: not f.diagnoses(),
    "D02": e("dx_1", lambda x: x in ("E11", "J45", "M54", "I25", "K21")),
    "D03": e("dx_1", lambda x: "." in x or x != x.upper()),
    "D04": e("dx_1", lambda x: x[0] in "VWXY"),
    "D05": lambda f: f.encounter["dx_1"] == "Z00129" and age(f) >= 18,
    "D06": lambda f: f.encounter["dx_1"] == "N946" and f.patient["sex"] == "M",
    "D07": lambda f: {"E119", "E109"} <= set(f.diagnoses()),
    "D09": lambda f: repeats(f.diagnoses()),
    "L01": line(lambda x: len(x["procedure_code"]) > 5),
    "L02": line(lambda x: x["procedure_code"] in ("99201", "99241")),
    "L03": line(lambda x: x["modifier_1"] == "ZQ" or x["modifier_1"] == x["modifier_2"] != ""),
    "L04": line(lambda x: x["procedure_code"] == "97110" and x["modifier_1"] != "GP"),
    "L05": line(lambda x: x["units"] in ("0", "-1", "1.5")),
    "L06": line(lambda x: x["procedure_code"] == "93000" and int(x["units"]) > 3),
    "L07": lambda f: "96372" in f.codes() and all(row["modifier_1"] != "25" for row in f.lines),
    "L08": lambda f: "90472" in f.codes() and "90471" not in f.codes(),
    "L09": line(lambda x: x["charge"] == "0.00"),
    "L11": lambda f: "99393" in f.codes() and age(f) > 11,
    "L13": pointer_is_bad,
    "L14": line(lambda x: x["procedure_code"][0] == "J" and not x["ndc"]),
    "L15": line(lambda x: x["ndc"] and not re.fullmatch(r"\d{11}", x["ndc"])),
    "L17": line(lambda x: x["procedure_code"] == "J3490" and not x["line_description"]),
    "L20": lambda f: "99000" in f.codes(),
    "L21": line(lambda x: x["procedure_code"][0] == "D"),
    "X01": lambda f: (
        not (f.patient["address1"] + f.encounter["claim_note"]).isascii() or set("~*") & set(f.encounter["claim_note"])
    ),
    "X02": lambda f: len(f.patient["city"]) > 30 or len(f.patient["address1"]) > 55,
}


def test_every_fault_has_a_verdict_here_and_a_check_in_the_contract():
    assert set(VERDICTS) == set(SPOILERS)
    assert set(SPOILERS) <= set(check_severities())


def test_every_fault_of_the_plan_is_in_the_sample():
    plan = load_plan(SAMPLE / "plan.toml")
    assert {row["check_id"] for row in sample_faults().values()} == set(plan.fault_rates) == set(SPOILERS)


@pytest.mark.parametrize("check_id", sorted(VERDICTS))
def test_fault_lies_where_the_truth_says(check_id):
    found = sample_found()
    rows = {key: row for key, row in sample_faults().items() if row["check_id"] == check_id}
    assert rows
    for key in rows:
        assert VERDICTS[check_id](found[key])


@pytest.mark.parametrize("check_id", sorted(set(VERDICTS) - {"S10", "E12", "E13"}))
def test_no_other_encounter_has_the_fault(check_id):
    """S10, E12 and E13 are facts about two encounters: their verdicts ask for the other one."""
    clean = [found for found in sample_clean() if found.lines and found.coverages]
    assert [found.encounter_id for found in clean if VERDICTS[check_id](found)] == []


def test_mended_encounters_are_without_their_fault_in_the_later_drop():
    found = sample_found()
    faults = {row["encounter_id"]: row["check_id"] for row in sample_faults().values()}
    mended = [f for f in found.values() if f.encounter_id in faults and f.encounter.get("encounter_version") == "2"]
    assert len(mended) >= 20
    for later in mended:
        assert not VERDICTS[faults[later.encounter_id]](later)


def test_rates_hold_in_a_larger_practice():
    rates = {"P02": 0.01, "E10": 0.03, "D09": 0.004, "A01": 0.02, "L15": 0.0007}
    plan = replace(load_plan(SAMPLE / "plan.toml"), nights=30, encounters_per_night=50, fault_rates=rates)
    files = dict(make_practice(plan))
    first_versions = {f.encounter_id for f in found_in(files).values()}
    dealt = Counter(row["check_id"] for row in faults_of(files).values())
    assert len(first_versions) > 1400
    for check_id, rate in rates.items():
        assert abs(dealt[check_id] - rate * len(first_versions)) <= 1


@given(
    total=st.integers(1, 3000),
    rates=st.dictionaries(st.sampled_from(sorted(SPOILERS)), st.floats(0, 0.05), max_size=15),
    seed=st.integers(0, 5),
)
def test_deal_gives_each_fault_its_share_give_or_take_one(total, rates, seed):
    deal = deal_faults(rates, total, seed)
    dealt = Counter(deal.fault_of(number) for number in range(total))
    for check_id, rate in rates.items():
        assert abs(dealt[check_id] - rate * total) <= 1.000001
        assert dealt[check_id] >= 1 or rate < 1 / total + 1e-9
