"""The kinds of visit a small family practice has: codes, diagnoses, place and clinician for each.

CPT and HCPCS numbers only. Codes and pairs were checked against the 2024-07 Medicare files and the 2026-04 ICD-10-CM
(tests/simulation/test_practice_coding.py does so again where those files are at hand).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from tasks.simulation.practice_draw import Draw
from tasks.simulation.practice_layout import Row
from tasks.simulation.practice_people import Person
from tasks.simulation.practice_providers import CLIA_NUMBER, HOSPITAL_KEY, IMAGING_KEY, REFERRING_KEYS

_CHRONIC = ("I10", "E119", "E785", "E039", "K219", "E559", "G4733", "F411", "M5450")
_ACUTE = ("J069", "J029", "J209", "N390", "M25561", "R1013", "L309", "H6691", "R0789")
_CHILD_ACUTE = ("J069", "J029", "H6691", "L309", "R1013")


@dataclass(frozen=True)
class Setting:
    """For whom and when a visit is drawn."""

    draw: Draw
    person: Person
    on: date
    is_new: bool

    @property
    def age(self) -> int:
        """The patient's age on the day."""
        return self.person.age(self.on)

    @property
    def is_medicare(self) -> bool:
        """Whether Medicare is the first payer."""
        return self.person.payer_class == "MEDCR"


@dataclass(frozen=True)
class Service:
    """One line before it has a number and a charge.

    Units: `units` as billed; `pointers` count diagnoses from 1.
    """

    procedure_code: str
    units: int = 1
    modifiers: tuple[str, ...] = ()
    pointers: tuple[int, ...] = (1,)
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Draft:
    """What was done in a visit: lines, diagnoses, who, where, and the encounter's own fields that follow from it.

    Shape: `report_type` is that of the report sent beside the claim (PWK01), empty where none is.
    """

    services: tuple[Service, ...]
    diagnoses: tuple[str, ...]
    role: str = "family"
    place_of_service: str = "11"
    fields: Mapping[str, str] = field(default_factory=dict)
    report_type: str = ""


@dataclass(frozen=True)
class Kind:
    """One kind of visit: how common it is, who comes for it, and how it is drawn.

    Holds: a kind with `first_visit_only` is drawn once per patient (a yearly service).
    """

    weight: float
    make: Callable[[Setting], Draft]
    payer_classes: frozenset[str] = frozenset({"MEDCR", "MEDCD", "commercial", "self_pay"})
    min_age: int = 0
    max_age: int = 120
    first_visit_only: bool = False


def _problems(at: Setting) -> tuple[str, ...]:
    """One to three diagnoses, none of which excludes another."""
    if at.age < 18:
        return (at.draw.choose("child's problem", _CHILD_ACUTE),)
    chronic = at.draw.pick("chronic", _CHRONIC, at.draw.number("chronic count", 0, 2))
    acute = at.draw.choose("acute", _ACUTE)
    return (acute, *chronic) if at.draw.fraction("has acute") < 0.5 or not chronic else tuple(chronic)


def _visit_code(at: Setting) -> str:
    if at.is_new:
        return at.draw.weigh("new level", {"99202": 2.0, "99203": 5.0, "99204": 3.0})
    return at.draw.weigh("level", {"99212": 1.0, "99213": 5.0, "99214": 4.0, "99215": 0.5})


def _visit(at: Setting, diagnoses: tuple[str, ...], *modifiers: str) -> Service:
    return Service(_visit_code(at), 1, modifiers, tuple(range(1, len(diagnoses) + 1)))


def _refer(at: Setting) -> Row:
    return {"referring_provider_key": at.draw.choose("referring", REFERRING_KEYS)}


def _refer_medicare(at: Setting) -> Row:
    return _refer(at) if at.is_medicare else {}


def _make_office(at: Setting) -> Draft:
    diagnoses = _problems(at)
    return Draft((_visit(at, diagnoses),), diagnoses)


def _make_telehealth(at: Setting) -> Draft:
    diagnoses = _problems(at)
    return Draft((_visit(at, diagnoses, "95"),), diagnoses, place_of_service="10")


def _make_labs(at: Setting) -> Draft:
    diagnoses = ("E119", *(code for code in _problems(at) if code != "E119"))
    tests = at.draw.pick("tests", ("80053", "85025", "83036", "81002", "80061", "84443"), at.draw.number("tests", 1, 2))
    lines = (_visit(at, diagnoses), Service("36415"), *(Service(code) for code in tests))
    return Draft(lines, diagnoses, fields={"clia_number": CLIA_NUMBER, **_refer_medicare(at)})


def _make_heart(at: Setting) -> Draft:
    diagnoses = ("R0789", "I10")
    return Draft((_visit(at, diagnoses, "25"), Service("93000")), diagnoses, fields=_refer_medicare(at))


def _make_breathing(at: Setting) -> Draft:
    diagnoses = ("J45909",)
    return Draft((_visit(at, diagnoses, "25"), Service("94010")), diagnoses, fields=_refer_medicare(at))


def _make_chest_film(at: Setting) -> Draft:
    diagnoses = ("J209",)
    return Draft((_visit(at, diagnoses), Service("71046")), diagnoses, fields=_refer_medicare(at))


# HCPCS code: units, 11-digit NDC (invented labeler 99999), quantity in mL, single-dose vial, reason.
_DRUGS = {
    "J1885": (2, "99999000101", "1", True, "M5450"),
    "J3420": (1, "99999000202", "1", False, "D519"),
    "J0696": (4, "99999000301", "2.1", True, "N390"),
    "J1100": (4, "99999000402", "1", False, "L309"),
    "J3301": (4, "99999000503", "1", False, "M25561"),
}


def _make_injection(at: Setting) -> Draft:
    code = at.draw.choose("drug", tuple(_DRUGS))
    units, ndc, quantity, is_single_dose, reason = _DRUGS[code]
    drug = {"drug_qualifier": "N4", "ndc": ndc, "ndc_units": quantity, "ndc_unit_type": "ML"}
    modifiers = ("JZ",) if is_single_dose and at.is_medicare else ()
    lines = (_visit(at, (reason,), "25"), Service("96372"), Service(code, units, modifiers, (1,), drug))
    return Draft(lines, (reason,))


def _make_vaccine(at: Setting) -> Draft:
    if at.is_medicare:
        return Draft((Service("G0008"), Service("90662")), ("Z23",))
    product = at.draw.choose("vaccine", ("90656", "90715") if at.age < 50 else ("90656", "90715", "90750", "90677"))
    return Draft((Service("90471"), Service(product)), ("Z23",))


# Last age of the band: code for a new patient, code for an established one.
_PREVENTIVE_CODES = {4: ("99382", "99392"), 11: ("99383", "99393"), 17: ("99384", "99394"), 39: ("99385", "99395"),
                     64: ("99386", "99396")}  # fmt: skip


def _preventive_code(at: Setting) -> str:
    band = next(last_age for last_age in _PREVENTIVE_CODES if at.age <= last_age)
    new, established = _PREVENTIVE_CODES[band]
    return new if at.is_new else established


def _make_preventive(at: Setting) -> Draft:
    reason = "Z00129" if at.age < 18 else "Z0000"
    if at.is_medicare:
        return Draft((Service("G0439"),), (reason,))
    if at.draw.fraction("with vaccine") < 0.5:
        return Draft((Service(_preventive_code(at)),), (reason,))
    vaccine = (Service("90471", pointers=(2,)), Service("90656", pointers=(2,)))
    return Draft((Service(_preventive_code(at), 1, ("25",)), *vaccine), (reason, "Z23"))


def _make_therapy(at: Setting) -> Draft:
    lines = (Service("97110", at.draw.number("units", 1, 3), ("GP",)), Service("97112", 1, ("GP",)))
    return Draft(lines, ("M5450",), "therapy", fields=_refer(at))


def _make_imaging(at: Setting) -> Draft:
    code = at.draw.choose("study", ("70553", "73721", "72148"))
    reason = {"70553": "R519", "73721": "M25561", "72148": "M5416"}[code]
    side = ("RT",) if code == "73721" else ()
    fields = {"service_facility_key": IMAGING_KEY, "prior_auth_number": _authorization(at), **_refer(at)}
    report_type = "RR" if at.draw.fraction("with report") < 0.3 else ""
    return Draft((Service(code, 1, side),), (reason,), "radiology", fields=fields, report_type=report_type)


def _make_colonoscopy(at: Setting) -> Draft:
    fields = {"service_facility_key": HOSPITAL_KEY, "prior_auth_number": _authorization(at), **_refer(at)}
    reason = at.draw.choose("reason", ("K625", "R194"))
    return Draft((Service("45378"),), (reason,), "gastroenterology", "22", fields)


def _authorization(at: Setting) -> str:
    return f"AU{at.draw.digits('authorization', 8)}"


def _make_hospital(at: Setting) -> Draft:
    admitted_on = at.on - timedelta(days=at.draw.number("days in hospital", 1, 4))
    fields = {"service_facility_key": HOSPITAL_KEY, "admission_date": admitted_on.isoformat()}
    code = at.draw.choose("hospital level", ("99231", "99232", "99233"))
    return Draft((Service(code, 1, (), (1, 2)),), ("J189", "I10"), "family", "21", fields)


_AUTHORIZED = frozenset({"commercial"})

KINDS: Mapping[str, Kind] = {
    "office": Kind(44, _make_office),
    "telehealth": Kind(7, _make_telehealth, min_age=5),
    "labs": Kind(13, _make_labs, min_age=25),
    "heart": Kind(5, _make_heart, min_age=35),
    "breathing": Kind(3, _make_breathing, min_age=8),
    "chest_film": Kind(3, _make_chest_film, min_age=10),
    "injection": Kind(8, _make_injection, min_age=19),
    "vaccine": Kind(12, _make_vaccine, first_visit_only=True),
    "preventive": Kind(24, _make_preventive, first_visit_only=True),
    "therapy": Kind(5, _make_therapy, min_age=19),
    "imaging": Kind(6, _make_imaging, _AUTHORIZED, min_age=19),
    "colonoscopy": Kind(3.5, _make_colonoscopy, _AUTHORIZED, min_age=40),
    "hospital": Kind(2, _make_hospital, min_age=50),
}


def draw_kind(draw: Draw, person: Person, on: date, is_first_visit: bool) -> str:
    """Give a kind of visit that fits the patient, each as likely as its weight."""
    age = person.age(on)
    fitting = {
        name: kind.weight
        for name, kind in KINDS.items()
        if person.payer_class in kind.payer_classes
        and kind.min_age <= age <= kind.max_age
        and (is_first_visit or not kind.first_visit_only)
    }
    return draw.weigh("kind", fitting)
