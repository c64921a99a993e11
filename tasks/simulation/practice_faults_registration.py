"""Faults that the front desk makes: in patients (P) and coverages (C)."""

from collections.abc import Mapping

from tasks.simulation.practice_case import Case, Spoiler, Spot
from tasks.simulation.practice_people import CHILD, SELF, SPOUSE, Wanted

_DEPENDENT = Wanted(payer_class="commercial", relationship=CHILD, min_age=3, max_age=17)
_SUBSCRIBER = Wanted(payer_class="commercial", relationship=SELF, min_age=26, max_age=60)


def _lose_zero(case: Case) -> Spot:
    return case.spoil_patient("zip", case.visit.patient["zip"].removeprefix("0"))


def _name_placeholder(case: Case) -> Spot:
    field, value = case.draw.choose(
        "placeholder", (("first_name", ""), ("last_name", "TEST"), ("first_name", "BABY"), ("last_name", "X"))
    )
    return case.spoil_patient(field, value)


def _name_digits(case: Case) -> Spot:
    return case.spoil_patient("last_name", case.visit.patient["last_name"] + case.draw.digits("name", 3))


def _lose_birth_date(case: Case) -> Spot:
    return case.spoil_patient("birth_date", case.draw.choose("birth", ("", "1880-02-11")))


def _born_later(case: Case) -> Spot:
    return case.spoil_patient("birth_date", case.day(2))


def _died_before(case: Case) -> Spot:
    return case.spoil_patient("death_date", case.day(-case.draw.number("days dead", 3, 60)))


def _spoil_sex(case: Case) -> Spot:
    return case.spoil_patient("sex", case.draw.choose("bad sex", ("", "X")))


def _spoil_address(case: Case) -> Spot:
    bad = (("address1", ""), ("city", ""), ("zip", "02"), ("state", "ZZ"), ("zip", "90210"))
    return case.spoil_patient(*case.draw.choose("bad address", bad))


def _spell_state(case: Case) -> Spot:
    return case.spoil_patient("state", "Massachusetts")


def _note_number(case: Case) -> Spot:
    # 987-65-4320 to 4329 were set aside for advertising: nobody has them.
    case.visit.encounter["claim_note_code"] = "ADD"
    return case.spoil_encounter("claim_note", f"SSN ON CARD 987-65-432{case.draw.number('figure', 0, 9)}")


def _bill_newborn(case: Case) -> Spot:
    born = case.day(-case.draw.number("days old", 3, 25))
    case.visit.patient["birth_date"] = born
    case.visit.primary.update({"subscriber_birth_date": born, "coverage_start": born})
    return Spot("coverages", "relationship")


def _lose_coverage(case: Case) -> Spot:
    case.visit.tables["coverages"] = []
    return Spot("encounters", "responsible_party")


def _lose_member_id(case: Case) -> Spot:
    return case.spoil_coverage("member_id", "")


def _cut_member_id(case: Case) -> Spot:
    return case.spoil_coverage("member_id", case.visit.primary["member_id"][:-1])


def _start_late(case: Case) -> Spot:
    return case.spoil_coverage("coverage_start", case.day(case.draw.number("start", 5, 40)))


def _end_early(case: Case) -> Spot:
    return case.spoil_coverage("coverage_end", case.day(-case.draw.number("end", 2, 50)))


def _skip_eligibility(case: Case) -> Spot:
    case.visit.primary["eligibility_status"] = ""
    return case.spoil_coverage("eligibility_checked_at", "")


def _answer_inactive(case: Case) -> Spot:
    return case.spoil_coverage("eligibility_status", "inactive")


def _name_unknown_payer(case: Case) -> Spot:
    case.visit.primary["payer_name"] = "Unlisted Plan"
    return case.spoil_coverage("payer_id", f"ZZ{case.draw.digits('payer', 3)}")


def _misfile(case: Case) -> Spot:
    return case.spoil_coverage("claim_filing_code", "MB")


def _lose_subscriber(case: Case) -> Spot:
    field = case.draw.choose("subscriber field", ("subscriber_last_name", "subscriber_birth_date"))
    return case.spoil_coverage(field, "")


def _disagree_birth_date(case: Case) -> Spot:
    year, rest = case.visit.primary["subscriber_birth_date"].split("-", 1)
    return case.spoil_coverage("subscriber_birth_date", f"{int(year) - 1}-{rest.replace('02-29', '02-28')}")


def _double_primary(case: Case) -> Spot:
    rank = case.draw.choose("rank", ("P", "T"))
    case.visit.tables["coverages"].append({**case.visit.primary, "payer_rank": rank, "group_number": "GRP00002"})
    return Spot("coverages", "payer_rank")


def _claim_work_accident(case: Case) -> Spot:
    case.visit.encounter["accident_date"] = case.day(-1)
    return case.spoil_encounter("accident_employment", "true")


def _age_out(_case: Case) -> Spot:
    return Spot("coverages", "relationship")


REGISTRATION: Mapping[str, Spoiler] = {
    "S06": Spoiler(_lose_zero),
    "P01": Spoiler(_name_placeholder, _DEPENDENT),
    "P02": Spoiler(_name_digits, _DEPENDENT),
    "P03": Spoiler(_lose_birth_date, _DEPENDENT),
    "P04": Spoiler(_born_later, _DEPENDENT, lag_days=4),
    "P05": Spoiler(_died_before),
    "P06": Spoiler(_spoil_sex, _DEPENDENT),
    "P07": Spoiler(_spoil_address),
    "P08": Spoiler(_spell_state),
    "P09": Spoiler(_note_number),
    "P11": Spoiler(_bill_newborn, Wanted(payer_class="commercial", relationship=SELF, min_age=2, max_age=4)),
    "C01": Spoiler(_lose_coverage),
    "C02": Spoiler(_lose_member_id),
    "C03": Spoiler(_cut_member_id, Wanted(payer_class="MEDCR")),
    "C04": Spoiler(_start_late),
    "C05": Spoiler(_end_early),
    "C07": Spoiler(_skip_eligibility),
    "C08": Spoiler(_answer_inactive),
    "C09": Spoiler(_name_unknown_payer),
    "C11": Spoiler(_misfile, Wanted(payer_class="commercial", payer_id="BCNE1", min_age=26, max_age=60)),
    "C12": Spoiler(_lose_subscriber, _DEPENDENT),
    "C13": Spoiler(_disagree_birth_date, _SUBSCRIBER),
    "C14": Spoiler(_double_primary),
    "C16": Spoiler(_claim_work_accident, Wanted(payer_class="commercial", relationship=SPOUSE, min_age=26, max_age=60)),
    "C20": Spoiler(_age_out, Wanted(payer_class="commercial", relationship=CHILD, min_age=27, max_age=30)),
}
