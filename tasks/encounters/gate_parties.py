"""What rows of patients, coverages and providers can break."""

import re
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd

from tasks.encounters.contract import fields
from tasks.encounters.frames import (
    Drop,
    Flaws,
    Mask,
    cents,
    day_numbers,
    distinct_rows,
    equals,
    fits,
    has,
    is_in,
    lacks,
    look_up,
    mended,
    occurs,
    where,
)
from tasks.encounters.mends import mend_name, mend_state, part_suffix
from tasks.encounters.places import STATE_CODES, is_zip_in_state
from tasks.encounters.values import parse_column

_OLDEST_DAYS = 125 * 365.25
_NO_NAMES = r"(?i)(.*\s)?(test|baby|babyboy|babygirl|newborn|unknown|dummy)(\s.*)?"
_SELF = ("18",)
_RELATIONSHIPS = ("18", "01", "19", "20", "21", "39", "40", "53", "G8")
_MEDICARE_SECONDARY = ("12", "13", "14", "15", "16", "41", "42", "43", "47")
_SCIENTIFIC = r"[0-9](\.[0-9]+)?[Ee]\+?[0-9]+"
# Days before service within which eligibility counts as checked; our own figure, the check names none.
_ELIGIBILITY_DAYS = 30
_GROWN_UP_DAYS = 26 * 365.25
_PO_BOX = r"(?i).*\b(p\.?\s*o\.?\s*box|post office box)\b.*"


def patient_flaws(drop: Drop) -> Flaws:
    """Give the flaws of every patient row."""
    p = drop.tables["patients"]
    tonight = drop.night.toordinal()
    born = day_numbers(p["birth_date"])
    names = {f.name: mended(p, "patients", f) for f in fields("patients") if f.name in {"last_name", "first_name"}}
    is_namesake = p.assign(**names).duplicated(["last_name", "first_name", "birth_date", "sex"], keep=False).to_numpy()
    other_key = p.drop_duplicates("patient_key").index
    is_known = np.isin(p.index, other_key) & has(p["last_name"]) & has(p["birth_date"])
    return {
        "S06": {"zip": fits(p["zip"], r"[0-9]{4}|[0-9]{8}")},
        "S10": {"patient_key": distinct_rows(p, "patients", ["patient_key"])},
        "P01": {
            name: (name_after.str.len().fillna(0) < 2).to_numpy() | fits(name_after, _NO_NAMES)
            for name, name_after in names.items()
        },
        "P03": {"birth_date": lacks(p["birth_date"]) | (born > tonight) | (tonight - born > _OLDEST_DAYS)},
        "P07": _address_flaws(p),
        "P10": {"patient_key": is_namesake & is_known & _has_namesake(p, names)},
    }


def _has_namesake(patients: pd.DataFrame, names: dict[str, pd.Series]) -> Mask:
    """Mark patients whose name, birth date and sex another key has too."""
    told = patients[["patient_key", "birth_date", "sex"]].assign(**names).dropna()
    keys = told.groupby(["last_name", "first_name", "birth_date", "sex"])["patient_key"].transform("nunique")
    return np.isin(patients.index, keys[keys > 1].index)


def _address_flaws(patients: pd.DataFrame) -> dict[str, Mask]:
    is_domestic = lacks(patients["country"]) | is_in(patients["country"], ("US", "USA"))
    state = parse_column(patients["state"], mend_state)
    zip_code = patients["zip"].str.replace("-", "")
    has_shape = fits(zip_code, r"[0-9]{5}([0-9]{4})?") & ~fits(zip_code, r"0{5}.*")
    lost_zero = fits(patients["zip"], r"[0-9]{4}|[0-9]{8}")
    is_state = is_in(state, list(STATE_CODES.values()))
    pairs = zip(zip_code, state, has_shape & is_state, strict=True)
    lies_there = np.array([not known or is_zip_in_state(code, place) for code, place, known in pairs], dtype=np.bool_)
    return {
        "address1": lacks(patients["address1"]),
        "city": (patients["city"].str.len().fillna(0) < 2).to_numpy(),
        "state": is_domestic & ~is_state,
        "zip": is_domestic & ~lost_zero & (~has_shape | ~lies_there),
    }


def coverage_flaws(drop: Drop) -> Flaws:
    """Give the flaws of every coverage row."""
    return {**_policy_flaws(drop), **_period_flaws(drop), **_subscriber_flaws(drop), **_prior_payer_flaws(drop)}


def _policy_flaws(drop: Drop) -> Flaws:
    c = drop.tables["coverages"]
    filing = c["claim_filing_code"]
    registered = {payer_id: str(payer["claim_filing_code"]) for payer_id, payer in drop.payers.items()}
    agreed = c["payer_id"].map(registered)
    is_registered = is_in(c["payer_id"], list(registered))
    is_property = is_in(filing, ("AM", "LM", "WC"))
    is_second = has(c["payer_rank"]) & ~is_in(c["payer_rank"], ("P",))
    sets = {field.name: field.values for field in fields("coverages")}
    return {
        "S06": {"member_id": fits(c["member_id"], _SCIENTIFIC)},
        "P09": {
            "member_id": fits(c["member_id"], r"[0-9]{3}-[0-9]{2}-[0-9]{4}")
            | equals(c["member_id"], c["subscriber_ssn"])
        },
        "C03": {"member_id": _misfits_payer(drop)},
        "C09": {"payer_id": ~is_registered},
        "C11": {"claim_filing_code": lacks(filing) | (is_registered & (filing != agreed).to_numpy())},
        "C14": {"payer_rank": has(c["payer_rank"]) & c.duplicated(["encounter_id", "payer_rank"]).to_numpy()},
        "C15": {
            "insurance_type_code": is_in(filing, ("MA", "MB"))
            & is_second
            & ~is_in(c["insurance_type_code"], _MEDICARE_SECONDARY)
        },
        "C17": {"pc_claim_number": is_property & lacks(c["pc_claim_number"])},
        "E16": {name: ~is_in(c[name], sets[name]) for name in ("benefits_assigned", "release_of_information")},
    }


def _misfits_payer(drop: Drop) -> Mask:
    """Mark member ids that are not of their payer's pattern; a payer without a pattern takes any of 2 to 80 characters."""
    c = drop.tables["coverages"]
    patterns = {
        payer_id: re.compile(str(p["member_id_pattern"] or "(?s).{2,80}")) for payer_id, p in drop.payers.items()
    }
    pairs = zip(c["payer_id"], c["member_id"], strict=True)
    known = [
        (payer_id in patterns and isinstance(member_id, str), payer_id, member_id) for payer_id, member_id in pairs
    ]
    return np.array(
        [checks and not patterns[payer_id].fullmatch(text) for checks, payer_id, text in known], dtype=np.bool_
    )


def _period_flaws(drop: Drop) -> Flaws:
    c = drop.tables["coverages"]
    served = day_numbers(look_up(c["encounter_id"], drop.encounters, "encounter_id", "date_of_service_from"))
    starts, ends = day_numbers(c["coverage_start"]), day_numbers(c["coverage_end"])
    checked = day_numbers(c["eligibility_checked_at"])
    return {
        "C04": {"coverage_start": lacks(c["coverage_start"]) | (starts > served)},
        "C05": {"coverage_end": ends < served},
        "C07": {"eligibility_checked_at": lacks(c["eligibility_checked_at"]) | (served - checked > _ELIGIBILITY_DAYS)},
    }


def _subscriber_flaws(drop: Drop) -> Flaws:
    c, patients = drop.tables["coverages"], drop.tables["patients"]
    patient_key = look_up(c["encounter_id"], drop.encounters, "encounter_id", "patient_key")
    served = day_numbers(look_up(c["encounter_id"], drop.encounters, "encounter_id", "date_of_service_from"))
    find = partial(look_up, patient_key, patients, "patient_key")
    is_self = is_in(c["relationship"], _SELF)
    is_other = has(c["relationship"]) & ~is_self
    is_person = ~is_in(c["subscriber_entity"], ("2",))
    born = day_numbers(find("birth_date"))
    return {
        "C12": {
            "relationship": ~is_in(c["relationship"], _RELATIONSHIPS),
            "subscriber_entity": lacks(c["subscriber_entity"]),
            "subscriber_last_name": is_other & lacks(c["subscriber_last_name"]),
            "subscriber_first_name": is_other & is_person & lacks(c["subscriber_first_name"]),
            "subscriber_birth_date": is_other & is_person & lacks(c["subscriber_birth_date"]),
        },
        "C13": {
            "subscriber_last_name": is_self & _differs(c["subscriber_last_name"], find("last_name")),
            "subscriber_first_name": is_self & _differs(c["subscriber_first_name"], find("first_name")),
            "subscriber_birth_date": is_self & _differs(c["subscriber_birth_date"], find("birth_date")),
        },
        "C20": {"relationship": is_in(c["relationship"], ("19",)) & (served - born >= _GROWN_UP_DAYS)},
    }


def _differs(said: pd.Series, known: pd.Series) -> Mask:
    """Mark what the coverage says otherwise than the patient row; an unknown patient value differs from nothing."""

    def plain(text: str) -> str:
        return re.sub(r"[^0-9A-Z]", "", part_suffix(mend_name(text))[0].upper()) or re.sub(r"[^0-9]", "", text)

    one, other = parse_column(said, plain), parse_column(known, plain)
    return has(known) & ~equals(one, other)


def _prior_payer_flaws(drop: Drop) -> Flaws:
    """Give the flaws of payers that are said to have paid already."""
    c = drop.tables["coverages"]
    has_answer = has(c["prior_paid_amount"]) | has(c["prior_claim_number"]) | has(c["prior_adjudication_date"])
    by_line, adjusted = set(_pairs(drop.tables["cob_lines"])), set(_pairs(drop.tables["cob_adjustments"]))
    has_lines = np.array([key in by_line for key in _pairs(c)], dtype=np.bool_)
    has_rows = has_lines | np.array([key in adjusted for key in _pairs(c)], dtype=np.bool_)
    by_claim = has_rows & ~has_lines
    return {
        "B01": {"prior_paid_amount": has_answer & ~has_rows},
        "B02": {"prior_paid_amount": (has_rows & _is_unbalanced_claim(drop)) | (has_lines & _differs_from_lines(drop))},
        "B03": {"prior_adjudication_date": by_claim & lacks(c["prior_adjudication_date"])},
    }


def _pairs(frame: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(frame["encounter_id"], frame["payer_rank"], strict=True))


def _is_unbalanced_claim(drop: Drop) -> Mask:
    """Mark coverages whose paid amount and adjustments, of claim and lines, do not make the encounter's total."""
    c = drop.tables["coverages"]
    total = cents(look_up(c["encounter_id"], drop.encounters, "encounter_id", "total_charge"))
    return np.asarray(total != _paid(c) + _sums(c, drop.tables["cob_adjustments"], "amount"), dtype=np.bool_)


def _differs_from_lines(drop: Drop) -> Mask:
    """Mark coverages whose paid amount is not what its lines were paid less what the claim as a whole was adjusted."""
    c, adjustments = drop.tables["coverages"], drop.tables["cob_adjustments"]
    of_claim = adjustments[lacks(adjustments["line_number"])]
    expected = _sums(c, drop.tables["cob_lines"], "paid_amount") - _sums(c, of_claim, "amount")
    return np.asarray(_paid(c) != expected, dtype=np.bool_)


def _paid(coverages: pd.DataFrame) -> npt.NDArray[np.float64]:
    return np.nan_to_num(cents(coverages["prior_paid_amount"]))


def _sums(coverages: pd.DataFrame, rows: pd.DataFrame, column: str) -> npt.NDArray[np.float64]:
    """Give the cents that these rows of each coverage's payer add up to."""
    sums = rows.assign(cents=cents(rows[column])).groupby(["encounter_id", "payer_rank"])["cents"].sum()
    return np.array([sums.get(key, 0.0) for key in _pairs(coverages)], dtype=np.float64)


def provider_flaws(drop: Drop) -> Flaws:
    """Give the flaws of every provider row; the billing provider's address and tax number count only for it."""
    p = drop.tables["providers"]
    is_billing = occurs(p["provider_key"], drop.encounters["billing_provider_key"])
    lines = drop.tables["service_lines"]
    is_place = occurs(p["provider_key"], drop.encounters["service_facility_key"]) | occurs(
        p["provider_key"], lines["line_service_facility_key"]
    )
    is_person_number = is_in(p["tax_id_type"], ("SY",)) & is_in(p["entity_type"], ("2",))
    return {
        "S10": {"provider_key": distinct_rows(p, "providers", ["provider_key"])},
        "V01": {"npi": lacks(p["npi"]), "last_or_org_name": lacks(p["last_or_org_name"])},
        "V02": {"npi": where(p["npi"], lambda npi: not is_npi(npi))},
        "V06": {
            "tax_id": is_billing & ~fits(p["tax_id"], r"[0-9]{9}"),
            "tax_id_type": is_billing & (~is_in(p["tax_id_type"], ("EI", "SY")) | is_person_number),
        },
        "V07": {
            "address1": is_billing & (lacks(p["address1"]) | fits(p["address1"], _PO_BOX)),
            "city": is_billing & lacks(p["city"]),
            "state": is_billing & lacks(p["state"]),
            "zip9": (is_billing | is_place) & ~fits(p["zip9"].str.replace("-", ""), r"[0-9]{9}"),
        },
    }


def is_npi(text: str) -> bool:
    """Whether ten figures are an NPI: the first is 1 or 2 and the last is the check digit.

    Source: CMS, NPI check digit: the Luhn formula over the prefix 80840 and the number; 1 and 2 are the only first figures given.
    """
    if not re.fullmatch(r"[12][0-9]{9}", text):
        return False
    figures = [int(figure) for figure in reversed("80840" + text)]
    return (sum(figures[0::2]) + sum(sum(divmod(2 * figure, 10)) for figure in figures[1::2])) % 10 == 0
