"""What service lines, prior payers' lines and attachments can break."""

import numpy as np
import pandas as pd

from tasks.encounters.frames import (
    Drop,
    Flaws,
    Mask,
    cents,
    day_numbers,
    equals,
    fits,
    has,
    is_in,
    lacks,
    look_up,
    misfits,
    occurs,
)
from tasks.encounters.gate_encounters import DIAGNOSES, MODIFIERS, SSN, procedure_numbers
from tasks.encounters.values import parse_column, parse_decimal

POINTERS = ("dx_pointer_1", "dx_pointer_2", "dx_pointer_3", "dx_pointer_4")

_SOURCE_CODES = ("SCT", "CVX", "RXN")
_HCPCS = r"[0-9]{4}[0-9A-Z]|[A-Z][0-9]{4}"
_OTHER_CODE_SET = r"[0-9]{6,18}|[0-9]{1,7}-[0-9]"
_MODIFIER = r"[A-Z0-9]{2}"
_REPORTING_ONLY = r"[0-9]{4}F"
_DRUG = r"J[0-9]{4}"
_MOST_LINE_DAYS = 31
_PHYSICAL_STATUS = ("P1", "P2", "P3", "P4", "P5", "P6")


def line_flaws(drop: Drop) -> Flaws:
    """Give the flaws of every service line; code patterns count only for HCPCS lines."""
    parts = (_place_and_date_flaws, _code_flaws, _amount_flaws, _drug_flaws, _key_flaws)
    return {rule: columns for find in parts for rule, columns in find(drop).items()}


def _is_hcpcs(lines: pd.DataFrame) -> Mask:
    return lacks(lines["procedure_qualifier"]) | is_in(lines["procedure_qualifier"], ("HC",))


def _is_second(frame: pd.DataFrame, keys: list[str]) -> Mask:
    """Mark every row of a key that stands twice: one of them would be lost."""
    is_keyed = np.logical_and.reduce([has(frame[key]) for key in keys])
    return np.asarray(is_keyed & frame.duplicated(keys, keep=False).to_numpy(), dtype=np.bool_)


def _place_and_date_flaws(drop: Drop) -> Flaws:
    s = drop.tables["service_lines"]
    first, last = day_numbers(s["date_from"]), day_numbers(s["date_to"])
    return {
        "S10": {"line_number": _is_second(s, ["encounter_id", "line_number"])},
        "P09": {"line_note": fits(s["line_note"], SSN)},
        "E02": {"date_from": first > drop.night.toordinal(), "date_to": last > drop.night.toordinal()},
        "E04": {"date_to": (last < first) | (last - first > _MOST_LINE_DAYS)},
        "L13": _pointer_flaws(drop),
    }


def _pointer_flaws(drop: Drop) -> dict[str, Mask]:
    """Mark pointers at no diagnosis; only an HCPCS line must have one."""
    s, e = drop.tables["service_lines"], drop.encounters
    filled = {
        (encounter_id, str(number))
        for number, name in enumerate(DIAGNOSES, 1)
        for encounter_id in e.loc[e[name].notna(), "encounter_id"]
    }
    known = s["encounter_id"].isin(e["encounter_id"].dropna().unique()).to_numpy()
    points = {
        name: np.array([pair in filled for pair in zip(s["encounter_id"], s[name], strict=True)], dtype=np.bool_)
        for name in POINTERS
    }
    flaws = {name: known & has(s[name]) & ~points[name] for name in POINTERS}
    flaws["dx_pointer_1"] |= _is_hcpcs(s) & lacks(s["dx_pointer_1"])
    return flaws


def _code_flaws(drop: Drop) -> Flaws:
    s = drop.tables["service_lines"]
    code, is_hc = s["procedure_code"], _is_hcpcs(s)
    lost_zero = is_hc & fits(code, r"[0-9]{3,4}")
    other_set = is_hc & fits(code, _OTHER_CODE_SET)
    qualifier = s["procedure_qualifier"]
    is_anesthesia = procedure_numbers(s).between(100, 1999).to_numpy()
    has_status = np.logical_or.reduce([is_in(s[name], _PHYSICAL_STATUS) for name in MODIFIERS])
    return {
        "S06": {"procedure_code": lost_zero, "ndc": fits(s["ndc"], r"[0-9]{10}")},
        "L01": {
            "procedure_code": other_set,
            "procedure_qualifier": has(qualifier) & ~is_in(qualifier, ("HC", "ER", "IV", "WK", *_SOURCE_CODES)),
        },
        "L02": {"procedure_code": lacks(code) | (is_hc & misfits(code, _HCPCS) & ~lost_zero & ~other_set)},
        "L03": _modifier_flaws(s),
        "L18": {
            "unit_type": is_anesthesia & ~is_in(s["unit_type"], ("MJ",)),
            "modifier_1": is_anesthesia & ~has_status,
        },
    }


def _modifier_flaws(lines: pd.DataFrame) -> dict[str, Mask]:
    """Mark modifiers that are no two characters, repeat one before, or follow an empty place."""
    flaws = {}
    for position, name in enumerate(MODIFIERS):
        earlier = MODIFIERS[:position]
        repeats = [equals(lines[name], lines[before]) for before in earlier]
        gaps = [lacks(lines[before]) for before in earlier]
        out_of_order = np.logical_or.reduce([*repeats, *gaps]) if earlier else np.zeros(len(lines), np.bool_)
        flaws[name] = has(lines[name]) & (~fits(lines[name], _MODIFIER) | out_of_order)
    return flaws


def _amount_flaws(drop: Drop) -> Flaws:
    s = drop.tables["service_lines"]
    charge, is_hc = cents(s["charge"]), _is_hcpcs(s)
    must_charge = is_hc & ~fits(s["procedure_code"], _REPORTING_ONLY)
    units = np.array(
        [np.nan if u is None else float(u) for u in parse_column(s["units"], parse_decimal)], dtype=np.float64
    )
    return {
        "L05": {
            "units": lacks(s["units"]) | (units <= 0) | (is_hc & (units % 1 > 0)),
            "unit_type": ~is_in(s["unit_type"], ("UN", "MJ")),
        },
        "L09": {"charge": lacks(s["charge"]) | (charge < 0) | (must_charge & (charge == 0))},
    }


def _drug_flaws(drop: Drop) -> Flaws:
    s = drop.tables["service_lines"]
    coverages = drop.tables["coverages"]
    first = coverages[coverages["payer_rank"].eq("P")]
    is_medicaid = is_in(look_up(s["encounter_id"], first, "encounter_id", "claim_filing_code"), ("MC",))
    is_drug = _is_hcpcs(s) & fits(s["procedure_code"], _DRUG)
    unit = s["ndc_unit_type"]
    return {
        "L14": {
            "ndc": is_medicaid & is_drug & lacks(s["ndc"]),
            "ndc_units": has(s["ndc"]) & lacks(s["ndc_units"]),
            "ndc_unit_type": has(s["ndc"]) & ~is_in(unit, ("F2", "GR", "ME", "ML", "UN")),
        },
        "L15": {"ndc": misfits(s["ndc"], r"[0-9]{11}")},
    }


def _key_flaws(drop: Drop) -> Flaws:
    """Give the lines whose own providers are not in the drop."""
    s, known = drop.tables["service_lines"], drop.tables["providers"]["provider_key"]
    roles = {
        "V09": ("line_rendering_key",),
        "V10": ("ordering_provider_key", "line_referring_key", "line_pcp_key", "purchased_service_provider_key"),
        "V12": ("line_supervising_key",),
        "V15": ("line_service_facility_key",),
    }
    return {rule: {name: has(s[name]) & ~occurs(s[name], known) for name in names} for rule, names in roles.items()}


def cob_line_flaws(drop: Drop) -> Flaws:
    """Give the flaws of the lines that an earlier payer adjudicated."""
    c = drop.tables["cob_lines"]
    coverages = drop.tables["coverages"]
    key = ["encounter_id", "payer_rank"]
    has_payer = _stands_in(c, coverages, key)
    claim_dated = coverages.loc[has(coverages["prior_adjudication_date"])]
    is_dated = has(c["adjudication_date"]) | _stands_in(c, claim_dated, key)
    return {
        "S10": {"line_number": _is_second(c, [*key, "line_number"])},
        "B02": {
            "paid_amount": lacks(c["paid_amount"]) | _is_unbalanced(drop),
            "paid_units": lacks(c["paid_units"]),
            "adjudicated_procedure": lacks(c["adjudicated_procedure"]),
        },
        "B03": {"adjudication_date": ~is_dated, "payer_rank": has(c["payer_rank"]) & ~has_payer},
    }


def _is_unbalanced(drop: Drop) -> Mask:
    """Mark prior payers' lines where charge is not paid + adjustments to the cent.

    Source: billing rules handed to the project, 6: paid + adjustments = billed, per line (a Medicare rule since 2006).
    """
    c, lines, adjustments = (drop.tables[name] for name in ("cob_lines", "service_lines", "cob_adjustments"))
    place = ["encounter_id", "payer_rank", "line_number"]
    adjusted = adjustments.assign(cents=cents(adjustments["amount"])).groupby(place)["cents"].sum()
    charged = lines.assign(cents=cents(lines["charge"])).drop_duplicates(["encounter_id", "line_number"])
    charges = dict(
        zip(zip(charged["encounter_id"], charged["line_number"], strict=True), charged["cents"], strict=True)
    )
    rows = zip(c["encounter_id"], c["payer_rank"], c["line_number"], cents(c["paid_amount"]), strict=True)
    return np.array(
        [charges.get((e, n)) != paid + adjusted.get((e, r, n), 0.0) for e, r, n, paid in rows], dtype=np.bool_
    )


def cob_adjustment_flaws(drop: Drop) -> Flaws:
    """Give the flaws of earlier payers' adjustments; one of a line belongs to that payer's decision on it."""
    c, decided, coverages = (drop.tables[name] for name in ("cob_adjustments", "cob_lines", "coverages"))
    return {
        "B02": {
            "amount": lacks(c["amount"]),
            "reason_code": lacks(c["reason_code"]),
            "line_number": has(c["line_number"])
            & ~_stands_in(c, decided, ["encounter_id", "payer_rank", "line_number"]),
            "payer_rank": has(c["payer_rank"]) & ~_stands_in(c, coverages, ["encounter_id", "payer_rank"]),
        }
    }


def _stands_in(rows: pd.DataFrame, others: pd.DataFrame, key: list[str]) -> Mask:
    found = pd.MultiIndex.from_frame(rows[key]).isin(pd.MultiIndex.from_frame(others[key]))
    return np.asarray(found, dtype=np.bool_)
