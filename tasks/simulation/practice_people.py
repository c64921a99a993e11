"""The patients of the synthetic practice and what covers them. Every name is invented; no person is meant."""

from dataclasses import dataclass
from datetime import date, timedelta

from tasks.simulation.practice_draw import Draw
from tasks.simulation.practice_layout import Row
from tasks.simulation.practice_registry import COMMERCIAL, PAYERS

SELF, SPOUSE, CHILD = "18", "01", "19"
_MBI_LETTERS = "ACDEFGHJKMNPQRTUVWXY"

_LAST_HEADS = ("ALDER", "BRAN", "CORR", "DUN", "ELM", "FARN", "GRAY", "HAZEL", "IVER", "KELD", "LOR", "MARSH", "NETH",
               "OAK", "PELL", "QUIN", "ROWAN", "SALT", "THORN", "WICK")  # fmt: skip
_LAST_TAILS = ("BY", "COMBE", "DELL", "FORD", "GATE", "HOLT", "LOW", "MERE", "STEAD", "WORTH")
_FIRST_NAMES = {
    "F": ("ADALIE", "BRISA", "CORINA", "DELPHA", "ELOWEN", "FENNA", "GRETEL", "HALIA", "ISOLDE", "JUNIA", "KERRA",
          "LYRA", "MARIT", "NERYS", "ORLA", "PETRA", "ROSALIN", "SELA", "TILDA", "VESPER"),
    "M": ("ALARIC", "BASIL", "CORWIN", "DARIO", "EMERIC", "FLORIN", "GARETH", "HOLLIS", "IVO", "JASPER", "KENRIC",
          "LEANDER", "MALO", "NICO", "OSRIC", "PIERS", "ROLAND", "SOREN", "TOBIN", "WARIN"),
}  # fmt: skip
_STREETS = ("ANCHOR STREET", "BREAKWATER ROAD", "CAPSTAN LANE", "DOCK STREET", "FERRY AVENUE", "GULL COURT",
            "KEEL STREET", "MOORING ROAD", "PILOT HILL", "TILLER LANE")  # fmt: skip
# Invented towns on ZIP codes that begin with 0, so that a spreadsheet can do its harm.
_TOWNS = (("HARBORTON", "02109"), ("NORTH HARBOR", "02114"), ("TIDEFIELD", "01060"), ("MILLBRIDGE", "01201"),
          ("SALTMARSH", "02360"), ("QUARRY END", "01930"))  # fmt: skip

_CLASS_WEIGHTS = {"MEDCR": 26.0, "MEDCD": 16.0, "commercial": 53.0, "self_pay": 5.0}
_AGE_BANDS = {"MEDCR": (66, 90), "MEDCD": (2, 60), "commercial": (2, 63), "self_pay": (19, 60)}
_COMMERCIAL_WEIGHTS = dict(zip(COMMERCIAL, (5.0, 3.0, 3.0), strict=True))


@dataclass(frozen=True)
class Wanted:
    """What a visit asks of its patient; the defaults ask nothing."""

    payer_class: str = ""
    payer_id: str = ""
    relationship: str = ""
    min_age: int = 0
    max_age: int = 120
    sex: str = ""
    has_secondary: bool = False


@dataclass(frozen=True)
class Person:
    """One patient: the export's row, and the coverages that a visit's rows are made from.

    Holds: `policies` are in rank order, each a coverages row without its visit's fields.
    """

    row: Row
    birth_on: date
    payer_class: str
    policies: tuple[Row, ...]

    @property
    def key(self) -> str:
        """The patient's key in the practice's system."""
        return self.row["patient_key"]

    @property
    def sex(self) -> str:
        """The administrative sex, M or F."""
        return self.row["sex"]

    def age(self, on: date) -> int:
        """Give the age in whole years on a date."""
        return on.year - self.birth_on.year - ((on.month, on.day) < (self.birth_on.month, self.birth_on.day))


def _last_name(draw: Draw, purpose: str) -> str:
    return draw.choose(f"{purpose}/head", _LAST_HEADS) + draw.choose(f"{purpose}/tail", _LAST_TAILS)


def _address(draw: Draw) -> Row:
    city, zip5 = draw.choose("town", _TOWNS)
    has_plus_four = draw.fraction("plus four") < 0.4
    return {
        "address1": f"{draw.number('house', 1, 398)} {draw.choose('street', _STREETS)}",
        "address2": f"APT {draw.number('flat', 1, 40)}" if draw.fraction("has flat") < 0.2 else "",
        "city": city,
        "state": "MA",
        "zip": zip5 + draw.digits("zip4", 4) if has_plus_four else zip5,
    }


def make_member_id(draw: Draw, payer_id: str) -> str:
    """Give a member id that the payer's pattern in registry/payers.csv accepts."""
    if payer_id == "MEDCR":
        letters = [draw.choose(f"mbi/{place}", _MBI_LETTERS) for place in range(6)]
        figures = draw.digits("mbi", 4)
        return f"{draw.number('mbi/first', 1, 9)}{letters[0]}{letters[1]}{figures[0]}{letters[2]}{letters[3]}" + (
            f"{figures[1]}{letters[4]}{letters[5]}{figures[2:]}"
        )
    prefix, count = {"MEDCD": ("", 12), "BCNE1": ("HBB", 9), "AETN2": ("W", 9), "UNIT3": ("U", 8)}[payer_id]
    return prefix + draw.digits(f"member/{payer_id}", count)


def _subscriber(row: Row) -> Row:
    """Give the subscriber fields of a coverage for a patient who is the subscriber."""
    names = {name: row[name] for name in ("last_name", "first_name", "sex", "birth_date")}
    address = {name: row[name] for name in ("address1", "address2", "city", "state", "zip")}
    return {f"subscriber_{name}": value for name, value in (names | address).items()}


def _relative(draw: Draw, row: Row, birth_on: date, relationship: str) -> Row:
    """Give the subscriber fields of a coverage that a parent or a spouse holds."""
    years = draw.number("parent's age", 24, 38) if relationship == CHILD else draw.number("spouse's age", -4, 4)
    sex = draw.choose("subscriber's sex", ("F", "M"))
    born = birth_on - timedelta(days=365 * years + draw.number("subscriber's day", 1, 300))
    names = {
        "first_name": draw.choose("subscriber's name", [n for n in _FIRST_NAMES[sex] if n != row["first_name"]]),
        "sex": sex,
        "birth_date": born.isoformat(),
    }
    return _subscriber({**row, **names})


def _policy(draw: Draw, payer_id: str, rank: str, relationship: str, subscriber: Row) -> Row:
    payer = PAYERS[payer_id]
    group = f"GRP{draw.digits(f'group/{payer_id}', 5)}" if payer_id in COMMERCIAL else ""
    return {
        "payer_rank": rank,
        "payer_id": payer_id,
        "payer_name": payer.payer_name,
        "claim_filing_code": payer.claim_filing_code,
        "group_number": group,
        "relationship": relationship,
        "member_id": make_member_id(draw, payer_id),
        "subscriber_entity": "1",
        "benefits_assigned": "Y",
        "release_of_information": "Y",
        "coverage_start": f"{draw.number(f'start/{payer_id}', 2023, 2025)}-01-01",
        **subscriber,
    }


def _draw_relationship(draw: Draw, payer_class: str, age: int) -> str:
    if payer_class != "commercial":
        return SELF
    if age < 18 or (age < 25 and draw.fraction("on parent's plan") < 0.6):
        return CHILD
    return SPOUSE if draw.fraction("on spouse's plan") < 0.12 else SELF


def _policies(draw: Draw, row: Row, birth_on: date, payer_class: str, age: int, wanted: Wanted) -> tuple[Row, ...]:
    if payer_class == "self_pay":
        return ()
    drawn = draw.weigh("payer", _COMMERCIAL_WEIGHTS) if payer_class == "commercial" else payer_class
    payer_id = wanted.payer_id or drawn
    relationship = wanted.relationship or _draw_relationship(draw, payer_class, age)
    holder = _subscriber(row) if relationship == SELF else _relative(draw, row, birth_on, relationship)
    first = _policy(draw, payer_id, "P", relationship, holder)
    if payer_class != "MEDCR" or not (wanted.has_secondary or draw.fraction("has secondary") < 0.4):
        return (first,)
    second_id = draw.weigh("second payer", {"BCNE1": 3.0, "MEDCD": 1.0})
    return (first, _policy(draw, second_id, "S", SELF, _subscriber(row)))


def make_person(seed: int, key: str, first_night: date, wanted: Wanted) -> Person:
    """Give the patient of a key, as wanted.

    Holds: the same seed, key, night and wish give the same person; the first policy is the primary one.
    """
    draw = Draw(seed, f"patient/{key}")
    payer_class = wanted.payer_class or draw.weigh("class", _CLASS_WEIGHTS)
    low, high = _AGE_BANDS[payer_class]
    age = draw.number("age", max(low, wanted.min_age), min(high, wanted.max_age))
    birth_on = date(first_night.year - age - 1, 12, 31) - timedelta(days=draw.number("birthday", 0, 270))
    sex = wanted.sex or draw.choose("sex", ("F", "M"))
    row = {
        "patient_key": key,
        "last_name": _last_name(draw, "last"),
        "first_name": draw.choose("first", _FIRST_NAMES[sex]),
        "middle_name": draw.choose("middle", "ABCDEFGHJKLMNPRSTW") if draw.fraction("has middle") < 0.3 else "",
        "birth_date": birth_on.isoformat(),
        "sex": sex,
        **_address(draw),
        "phone": f"508555{draw.number('phone', 101, 199):04d}",
        "medical_record_number": f"MR{key.removeprefix('PT-')}",
    }
    return Person(row, birth_on, payer_class, _policies(draw, row, birth_on, payer_class, age, wanted))
