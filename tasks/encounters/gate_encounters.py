"""What an encounter row can break, seen with its lines, coverages, patient and providers."""

import numpy as np
import pandas as pd

from tasks.encounters.contract import fields
from tasks.encounters.frames import (
    Drop,
    Flaws,
    Mask,
    any_by,
    cents,
    day_numbers,
    distinct_rows,
    equals,
    fits,
    has,
    is_in,
    lacks,
    look_up,
    misfits,
    occurs,
    where,
)
from tasks.encounters.mends import is_control_number, mend_diagnosis
from tasks.encounters.values import parse_column

DIAGNOSES = tuple(f"dx_{number}" for number in range(1, 13))
SSN = r"(?s).*(^|[^0-9])[0-9]{3}-[0-9]{2}-[0-9]{4}($|[^0-9]).*"
TELEHEALTH_PLACES = ("02", "10")
TELEHEALTH_MODIFIERS = ("93", "95", "FQ", "GQ", "GT")
MODIFIERS = ("modifier_1", "modifier_2", "modifier_3", "modifier_4")

_ICD10CM = r"[A-Z][0-9][0-9AB][A-Z0-9]{0,4}"
_CLIA = r"[0-9]{2}D[0-9]{7}"
_TAXONOMY = r"[0-9A-Z]{9}X"
_RANK_ORDER = "PSTABCDEFGH"
# Payers that pay before a health plan does: workers' compensation, auto, liability, veterans.
_ACCIDENT_PAYERS = ("AM", "LM", "VA", "WC")
_STAY_PLACES = ("21", "31", "51", "61")
# Places run by somebody else, so that the claim must say where. No published list: ours, by the meaning of the codes.
_FACILITY_PLACES = (
    "19", "21", "22", "23", "24", "26", "31", "32", "34", "51", "52", "53", "55", "56", "61", "62", "65",
)  # fmt: skip
_BEFORE_SERVICE = (
    "accident_date", "onset_date", "last_menstrual_period", "initial_treatment_date", "acute_manifestation_date",
    "last_xray_date", "last_seen_date",
)  # fmt: skip
_REPEAT_MODIFIERS = ("59", "76", "77", "91", "XE", "XP", "XS", "XU")
_MAMMOGRAMS = ("77063", "77065", "77066", "77067", "G0279")
_MOST_LINES = 50
# Days from service to export after which a charge counts as late; our own figure, the check names none.
_LATE_CHARGE_DAYS = 30
_NEWBORN_DAYS = 30
# Source: schemas/contract/intake_checks.csv, T02.
_LAST_FILING_DAYS = 14


def encounter_flaws(drop: Drop) -> Flaws:
    """Give the flaws of every encounter row."""
    return {
        **_identity_flaws(drop),
        **_status_flaws(drop),
        **_date_flaws(drop),
        **_money_flaws(drop),
        **_consent_flaws(drop),
        **_patient_flaws(drop),
        **_payer_flaws(drop),
        **_filing_flaws(drop),
        **_provider_flaws(drop),
        **_place_flaws(drop),
        **_diagnosis_flaws(drop),
    }


def is_billable(drop: Drop) -> Mask:
    """Where the practice wants an encounter billed."""
    return is_in(drop.encounters["billable_status"], ("billable",))


def has_lines(drop: Drop, rows: Mask) -> Mask:
    """Where an encounter has at least one of the marked service lines."""
    return any_by(drop.encounters["encounter_id"], drop.tables["service_lines"], rows)


def procedure_numbers(lines: pd.DataFrame) -> pd.Series:
    """Give the CPT numbers of lines as figures, NaN for letters, other code sets and missing codes."""
    is_hc = lines["procedure_qualifier"].isna() | lines["procedure_qualifier"].eq("HC")
    return pd.to_numeric(
        lines["procedure_code"].where(is_hc & lines["procedure_code"].str.len().eq(5)), errors="coerce"
    )


def primary(drop: Drop, column: str) -> pd.Series:
    """Give a column of each encounter's primary coverage."""
    coverages = drop.tables["coverages"]
    return look_up(drop.encounters["encounter_id"], coverages[coverages["payer_rank"].eq("P")], "encounter_id", column)


def _identity_flaws(drop: Drop) -> Flaws:
    e = drop.encounters
    number = e["patient_control_number"]
    shared = e.drop_duplicates(["patient_control_number", "encounter_id"])["patient_control_number"].dropna()
    reused = is_in(number, list(shared[shared.duplicated()]))
    return {
        "S10": {"encounter_version": distinct_rows(e, "encounters", ["encounter_id"])},
        "E12": {"encounter_id": _repeats_another(drop)},
        "E14": {"patient_control_number": where(number, lambda text: not is_control_number(text)) | reused},
        "E20": {"original_claim_number": is_in(e["claim_frequency"], ("7", "8")) & lacks(e["original_claim_number"])},
        "A06": {"referral_number": equals(e["prior_auth_number"], e["referral_number"])},
    }


def _repeats_another(drop: Drop) -> Mask:
    """Mark encounters with a line that an earlier encounter of the drop has: same patient, provider, day and code."""
    e = drop.encounters
    lines = drop.tables["service_lines"]
    lines = lines[~np.logical_or.reduce([is_in(lines[name], _REPEAT_MODIFIERS) for name in MODIFIERS])]
    visits = e.loc[is_billable(drop), ["encounter_id", "patient_key", "rendering_provider_key", "billing_provider_key"]]
    visits = visits.drop_duplicates("encounter_id").assign(position=lambda frame: frame.index)
    provider = visits["rendering_provider_key"].fillna(visits["billing_provider_key"])
    keyed = lines.merge(visits.assign(provider=provider), on="encounter_id")
    key = ["patient_key", "provider", "date_from", "procedure_code"]
    keyed = keyed.dropna(subset=key)
    earliest = keyed.groupby(key)["position"].transform("min")
    return is_in(e["encounter_id"], list(keyed.loc[keyed["position"] > earliest, "encounter_id"].unique()))


def _status_flaws(drop: Drop) -> Flaws:
    e, lines = drop.encounters, drop.tables["service_lines"]
    billable = is_billable(drop)
    keeps_notes = occurs(e["source_system"], e.loc[has(e["note_signed_at"]), "source_system"])
    counts = lines["encounter_id"].value_counts()
    line_count = e["encounter_id"].map(counts).fillna(0).to_numpy()
    return {
        "S09": {"encounter_id": billable & (line_count == 0)},
        "E01": {
            "encounter_status": billable & has(e["encounter_status"]) & ~is_in(e["encounter_status"], ("finished",)),
            "note_signed_at": billable & keeps_notes & lacks(e["note_signed_at"]),
            "billable_status": is_in(e["billable_status"], ("hold",)),
        },
        "E11": {"encounter_id": line_count > _MOST_LINES},
    }


def _date_flaws(drop: Drop) -> Flaws:
    e = drop.encounters
    served, until = day_numbers(e["date_of_service_from"]), day_numbers(e["date_of_service_to"])
    tonight = drop.night.toordinal()
    has_accident = np.logical_or.reduce(
        [is_in(e[f"accident_{kind}"], ("true",)) for kind in ("auto", "employment", "other")]
    )
    return {
        "E02": {"date_of_service_from": served > tonight, "date_of_service_to": until > tonight},
        "E04": {"date_of_service_to": until < served},
        "E07": {"admission_date": is_in(e["place_of_service"], _STAY_PLACES) & lacks(e["admission_date"])},
        "E08": {
            "accident_date": has_accident & lacks(e["accident_date"]),
            "accident_state": is_in(e["accident_auto"], ("true",)) & lacks(e["accident_state"]),
        },
        "E09": {name: day_numbers(e[name]) > served for name in _BEFORE_SERVICE},
        "T03": {"date_of_service_from": tonight - served > _LATE_CHARGE_DAYS},
    }


def _money_flaws(drop: Drop) -> Flaws:
    e, lines = drop.encounters, drop.tables["service_lines"]
    total, paid = cents(e["total_charge"]), cents(e["patient_amount_paid"])
    charged = pd.Series(cents(lines["charge"])).fillna(0).groupby(lines["encounter_id"]).sum()
    of_lines = e["encounter_id"].map(charged).fillna(0).to_numpy()
    return {
        "E10": {"total_charge": lacks(e["total_charge"]) | (~np.isnan(total) & (total != of_lines))},
        "E15": {"patient_amount_paid": (paid > total) | (paid < 0)},
    }


def _consent_flaws(drop: Drop) -> Flaws:
    e = drop.encounters
    sets = {field.name: field.values for field in fields("encounters")}
    names = ("assignment_code", "benefits_assigned", "release_of_information")
    consents = {name: ~is_in(e[name], sets[name]) for name in names}
    return {"E16": {**consents, "provider_signature_on_file": lacks(e["provider_signature_on_file"])}}


def _patient_flaws(drop: Drop) -> Flaws:
    e, patients = drop.encounters, drop.tables["patients"]
    served = day_numbers(e["date_of_service_from"])
    born = day_numbers(look_up(e["patient_key"], patients, "patient_key", "birth_date"))
    died = day_numbers(look_up(e["patient_key"], patients, "patient_key", "death_date"))
    is_newborn = (served - born >= 0) & (served - born < _NEWBORN_DAYS)
    return {
        "P01": {"patient_key": has(e["patient_key"]) & ~occurs(e["patient_key"], patients["patient_key"])},
        "P04": {"patients.birth_date": born > served},
        "P05": {"patients.death_date": served > died},
        "P09": {"claim_note": fits(e["claim_note"], SSN)},
        "P11": {"coverages.relationship": is_newborn & fits(primary(drop, "relationship"), "18")},
    }


def _payer_flaws(drop: Drop) -> Flaws:
    e, coverages = drop.encounters, drop.tables["coverages"]
    is_insured = is_in(e["responsible_party"], ("insurance",))
    ranks = coverages.dropna(subset=["payer_rank"]).groupby("encounter_id")["payer_rank"].agg("".join)
    said = e["encounter_id"].map(ranks)
    in_order = np.array([not isinstance(text, str) or _are_ranks_right(text) for text in said], dtype=np.bool_)
    filing = primary(drop, "claim_filing_code")
    pays_late = has(filing) & ~is_in(filing, _ACCIDENT_PAYERS)
    return {
        "C01": {"responsible_party": is_insured & ~occurs(e["encounter_id"], coverages["encounter_id"])},
        "C14": {"coverages.payer_rank": is_insured & ~in_order},
        "C16": {name: is_in(e[name], ("true",)) & pays_late for name in ("accident_employment", "accident_auto")},
    }


def _filing_flaws(drop: Drop) -> Flaws:
    """Mark encounters whose first payer's filing limit ends within days; a limit that is past is the claim's affair (T01)."""
    limits = {payer_id: int(payer.get("filing_limit_days") or 0) for payer_id, payer in drop.payers.items()}
    allowed = np.array([limits.get(payer_id) or np.nan for payer_id in primary(drop, "payer_id")], dtype=np.float64)
    left = day_numbers(drop.encounters["date_of_service_from"]) + allowed - drop.night.toordinal()
    return {"T02": {"date_of_service_from": (left >= 0) & (left < _LAST_FILING_DAYS)}}


def _are_ranks_right(ranks: str) -> bool:
    """Whether ranks are P, then S, then T and so on, each once; U (unknown) may stand beside them."""
    known = sorted(ranks.replace("U", ""), key=_RANK_ORDER.find)
    return bool(known) and "".join(known) == _RANK_ORDER[: len(known)]


def _provider_flaws(drop: Drop) -> Flaws:
    e, providers = drop.encounters, drop.tables["providers"]
    rendering, billing = e["rendering_provider_key"], e["billing_provider_key"]
    renders_itself = equals(rendering, billing)
    rendering_entity = look_up(rendering, providers, "provider_key", "entity_type")
    billing_entity = look_up(billing, providers, "provider_key", "entity_type")
    taxonomy = look_up(billing, providers, "provider_key", "taxonomy")
    is_medicaid = is_in(primary(drop, "claim_filing_code"), ("MC",))
    return {
        "V01": {"billing_provider_key": lacks(billing) | _is_unknown(billing, providers)},
        "V04": {"rendering_provider_key": renders_itself & fits(rendering_entity, "1")},
        "V04_hold": {"rendering_provider_key": fits(rendering_entity, "2")},
        "V05": {"providers.taxonomy": misfits(taxonomy, _TAXONOMY) | (is_medicaid & has(billing) & lacks(taxonomy))},
        "V07": {name: _is_unknown(e[name], providers) for name in ("pay_to_key", "pay_to_plan_key")},
        "V09": {
            "rendering_provider_key": _is_unknown(rendering, providers) | (lacks(rendering) & fits(billing_entity, "2"))
        },
        "V10": {
            "referring_provider_key": _is_unknown(e["referring_provider_key"], providers) | _lacks_referral(drop),
            "pcp_key": _is_unknown(e["pcp_key"], providers),
        },
        "V12": {
            "supervising_provider_key": _is_unknown(e["supervising_provider_key"], providers) | _lacks_supervisor(drop)
        },
        "V15": {"service_facility_key": _is_unknown(e["service_facility_key"], providers) | _lacks_facility(e)},
    }


def _is_unknown(keys: pd.Series, providers: pd.DataFrame) -> Mask:
    return has(keys) & ~occurs(keys, providers["provider_key"])


def _lacks_referral(drop: Drop) -> Mask:
    """Mark Medicare encounters with imaging, laboratory, therapy or equipment lines that nobody ordered.

    Source: our own reading of check V10 as ranges of CPT and HCPCS numbers; no CMS list was checked.
    """
    e, lines = drop.encounters, drop.tables["service_lines"]
    number = procedure_numbers(lines)
    ordered = number.between(70010, 79999) | number.between(80047, 89398) | number.between(97010, 97799)
    ordered |= lines["procedure_code"].str.fullmatch(r"[EKL][0-9]{4}").fillna(False)
    unordered = ordered.to_numpy() & lacks(lines["ordering_provider_key"]) & lacks(lines["line_referring_key"])
    is_medicare = is_in(primary(drop, "claim_filing_code"), ("MB",))
    return is_medicare & lacks(e["referring_provider_key"]) & has_lines(drop, unordered)


def _lacks_supervisor(drop: Drop) -> Mask:
    """Mark encounters with a resident's line (modifier GC or GE) and no supervising provider."""
    lines = drop.tables["service_lines"]
    by_resident = np.logical_or.reduce([is_in(lines[name], ("GC", "GE")) for name in MODIFIERS])
    unsupervised = has_lines(drop, by_resident & lacks(lines["line_supervising_key"]))
    return lacks(drop.encounters["supervising_provider_key"]) & unsupervised


def _lacks_facility(encounters: pd.DataFrame) -> Mask:
    return is_in(encounters["place_of_service"], _FACILITY_PLACES) & lacks(encounters["service_facility_key"])


def _place_flaws(drop: Drop) -> Flaws:
    e, lines = drop.encounters, drop.tables["service_lines"]
    number = procedure_numbers(lines)
    modifiers = [is_in(lines[name], TELEHEALTH_MODIFIERS) for name in MODIFIERS]
    says_remote = has_lines(drop, np.logical_or.reduce(modifiers))
    is_remote = is_in(e["place_of_service"], TELEHEALTH_PLACES)
    is_hc = has_lines(drop, has(lines["procedure_code"]) & ~is_in(lines["procedure_qualifier"], ("SCT", "CVX", "RXN")))
    reads_only = np.logical_or.reduce([is_in(lines[name], ("26",)) for name in MODIFIERS])
    lab = number.between(80047, 89398).to_numpy() & ~reads_only
    lab &= lacks(lines["line_clia"]) & lacks(lines["referring_clia"])
    film = is_in(lines["procedure_code"], _MAMMOGRAMS) & lacks(lines["line_mammography_cert"])
    clia = e["clia_number"]
    return {
        "E06": {"place_of_service": is_hc & has(e["place_of_service"]) & (is_remote != says_remote)},
        "V13": {"clia_number": misfits(clia, _CLIA) | (lacks(clia) & has_lines(drop, lab))},
        "V14": {"mammography_cert": lacks(e["mammography_cert"]) & has_lines(drop, film)},
    }


def _diagnosis_flaws(drop: Drop) -> Flaws:
    e = drop.encounters
    is_icd = is_in(e["dx_version"], ("10",))
    used = [name for name in DIAGNOSES if e[name].notna().any()]
    codes = {name: parse_column(e[name].where(is_icd), mend_diagnosis) for name in used}
    codes = {name: code.mask(e[name].isna() | ~is_icd) for name, code in codes.items()}
    return {
        "D02": {
            "dx_version": ~is_in(e["dx_version"], ("10", "SCT")),
            **{name: misfits(code, _ICD10CM) for name, code in codes.items()},
        },
        "D03": {name: has(code) & ~equals(code, e[name]) for name, code in codes.items()},
        "D09": _list_repeats(e, codes),
    }


def _list_repeats(encounters: pd.DataFrame, codes: dict[str, pd.Series]) -> dict[str, Mask]:
    """Mark diagnoses that stand before in the list, or after an empty place."""
    listed = pd.DataFrame({name: code.fillna(encounters[name]) for name, code in codes.items()})
    marked = {}
    for name in codes:
        places = DIAGNOSES[: DIAGNOSES.index(name)]
        earlier = listed[[place for place in places if place in listed]]
        repeats = earlier.eq(listed[name], axis=0).any(axis=1)
        follows_gap = earlier.iloc[:, 1:].notna().sum(axis=1) < len(places) - 1
        marked[name] = has(listed[name]) & (repeats | follows_gap).to_numpy(dtype=np.bool_)
    return marked
