"""The FIX rules: what a value becomes before it is kept. A finding shows the original; nothing is mended in silence."""

import re
import unicodedata
from base64 import b32encode
from hashlib import sha256

from tasks.encounters.contract import Field
from tasks.encounters.places import STATE_CODES
from tasks.encounters.values import Parser

# Letters and marks that Unicode does not take apart by itself.
_LETTERS = str.maketrans(
    {
        "\u00df": "ss", "\u00c6": "AE", "\u00e6": "ae", "\u00d8": "O", "\u00f8": "o", "\u0141": "L", "\u0142": "l",
        "\u0110": "D", "\u0111": "d", "\u0152": "OE", "\u0153": "oe", "\u00de": "TH", "\u00fe": "th", "\u0131": "i",
        "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2010": "-", "\u2013": "-", "\u2014": "-", "\u2026": "...",
    }
)  # fmt: skip
# X12 basic and extended sets without * : ~ ^, the delimiters of our interchanges.
_OUTSIDE_TEXT = re.compile(r"[^A-Za-z0-9 !\"&'()+,\-./;?=%@\[\]_{}\\|<>#$`]")
_OUTSIDE_NAME = re.compile(r"[^A-Za-z .'\-]")
_SUFFIX = re.compile(r"(?P<name>.+?),? +(?P<suffix>JR|SR|II|III|IV)\.?", re.IGNORECASE)
_CONTROL_NUMBER = re.compile(r"[A-Z0-9]{1,20}")
_NAMES = re.compile(r"(subscriber_)?(last|first|middle)_name")
_FREE_TEXT = frozenset(
    {
        "address1", "address2", "city", "claim_note", "contact_name", "group_name", "last_or_org_name", "line_description",
        "line_note", "payer_address1", "payer_address2", "payer_city", "payer_name", "pc_contact_name", "subscriber_address1",
        "subscriber_address2", "subscriber_city", "subscriber_suffix", "suffix", "third_party_note",
    }
)  # fmt: skip


def _ascii(text: str) -> str:
    """Give the nearest plain letters; what has none stays out of ASCII."""
    taken_apart = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return "".join(letter for letter in taken_apart if not unicodedata.combining(letter))


def _squeeze(text: str) -> str:
    return " ".join(text.split())


def mend_text(text: str) -> str:
    """Give the text in the X12 extended set without delimiters, one space at a time (check X01)."""
    return _squeeze(_OUTSIDE_TEXT.sub(" ", _ascii(text)))


def mend_name(text: str) -> str:
    """Give a person's name in letters, spaces, hyphens, apostrophes and points alone (check P02)."""
    return _squeeze(_OUTSIDE_NAME.sub("", _ascii(text)))


def part_suffix(last_name: str) -> tuple[str, str]:
    """Give a last name and the generation suffix that stood in it, empty where none did (check P02)."""
    parted = _SUFFIX.fullmatch(last_name)
    return (parted["name"], parted["suffix"].upper()) if parted else (last_name, "")


def mend_state(text: str) -> str:
    """Give the two-letter code of a state written in full or in lower case; anything else as it is (check P08)."""
    upper = _squeeze(text).upper()
    return STATE_CODES.get(upper, upper if upper in STATE_CODES.values() else text)


def mend_zip(text: str) -> str:
    """Give a ZIP code without its hyphen (check X01); anything that is not 5 or 9 figures with one stays as it is."""
    return text.replace("-", "") if re.fullmatch(r"[0-9]{5}-([0-9]{4})?", text) else text


def mend_phone(text: str) -> str:
    """Give the ten figures of a North American number (check X01); anything else as it is."""
    figures = re.sub(r"[^0-9]", "", text).removeprefix("1")
    return figures if len(figures) == 10 else text


def mend_diagnosis(text: str) -> str:
    """Give an ICD-10-CM code without dot, in upper case, with the letter O or I put right where only a figure can stand (check D03).

    Source: ICD-10-CM codes are a letter, a figure, then letters or figures; so the first two places cannot be mistaken.
    """
    code = text.upper().replace(".", "").replace(" ", "")
    if len(code) < 3:
        return code
    first = {"0": "O", "1": "I"}.get(code[0], code[0])
    second = {"O": "0", "I": "1", "L": "1"}.get(code[1], code[1])
    third = {"O": "0", "I": "1"}.get(code[2], code[2])
    return first + second + third + code[3:]


def is_control_number(text: str) -> bool:
    """Whether a patient control number can go into CLM01 and come back: 1 to 20 letters and figures."""
    return _CONTROL_NUMBER.fullmatch(text) is not None


def derive_control_number(tenant_id: str, encounter_id: str, version: str) -> str:
    """Give 16 letters and figures that only this version of this encounter has (check E14)."""
    digest = sha256(f"{tenant_id}\0{encounter_id}\0{version}".encode()).digest()
    return b32encode(digest[:10]).decode("ascii")


def mend_of(table: str, field: Field) -> tuple[str, Parser] | None:
    """Give the FIX rule of a field and what it does to a value; None where there is none.

    Holds: amounts (S08), diagnoses (D03, D09) and control numbers (E14) are mended where they are typed.
    """
    if _NAMES.fullmatch(field.name) and table in {"patients", "coverages"}:
        return "P02", mend_name
    if field.name == "state" or field.name.endswith("_state"):
        return "P08", mend_state
    if field.name in {"zip", "zip9"} or field.name.endswith("_zip"):
        return "X01", mend_zip
    if field.name in {"phone", "fax", "pc_contact_phone"}:
        return "X01", mend_phone
    if field.name in _FREE_TEXT or (table == "providers" and _NAMES.fullmatch(field.name)):
        return "X01", mend_text
    return None
