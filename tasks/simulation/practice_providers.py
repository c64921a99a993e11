"""The providers of the synthetic practice: one group, its clinicians, its places, and who refers to it."""

from collections.abc import Mapping

from tasks.simulation.practice_layout import Row

GROUP_KEY = "HFM-GROUP"
HOSPITAL_KEY = "HFM-FAC-HOSPITAL"
IMAGING_KEY = "HFM-FAC-IMAGING"
REFERRING_KEYS = ("HFM-REF-1", "HFM-REF-2")
CLIA_NUMBER = "22D9999901"

CLINICIAN_KEYS: Mapping[str, tuple[str, ...]] = {
    "family": ("HFM-DR-1", "HFM-DR-2", "HFM-DR-3", "HFM-NP-1"),
    "gastroenterology": ("HFM-GI-1",),
    "radiology": ("HFM-RA-1",),
    "therapy": ("HFM-PT-1",),
}


def check_digit(nine_digits: str) -> str:
    """Give the tenth digit of an NPI.

    Source: CMS, NPI check digit: the Luhn formula over the prefix 80840 and the number.
    """
    total = 0
    for place, figure in enumerate(reversed("80840" + nine_digits)):
        doubled = int(figure) * (2 if place % 2 == 0 else 1)
        total += doubled // 10 + doubled % 10
    return str(-total % 10)


def make_npi(number: int) -> str:
    """Give a well-formed NPI for a small number; the range 1999900xx is ours for synthetic providers."""
    nine = f"1999900{number:02d}"
    return nine + check_digit(nine)


def _place(address1: str, city: str, zip9: str) -> Row:
    return {"address1": address1, "city": city, "state": "MA", "zip9": zip9}


def _organisation(key: str, number: int, name: str, taxonomy: str, place: Row) -> Row:
    return {
        "provider_key": key,
        "entity_type": "2",
        "last_or_org_name": name,
        "npi": make_npi(number),
        "taxonomy": taxonomy,
        **place,
    }


def _clinician(key: str, number: int, name: tuple[str, str], taxonomy: str) -> Row:
    return {
        "provider_key": key,
        "entity_type": "1",
        "last_or_org_name": name[0],
        "first_name": name[1],
        "npi": make_npi(number),
        "taxonomy": taxonomy,
    }


_GROUP_CONTACT = {
    "tax_id": "990000017",
    "tax_id_type": "EI",
    "contact_name": "BILLING OFFICE",
    "phone": "5085550100",
}

PROVIDERS: Mapping[str, Row] = {
    row["provider_key"]: row
    for row in (
        _organisation(
            GROUP_KEY, 1, "HARBOR FAMILY MEDICINE", "261QP2300X", _place("100 HARBOR WAY", "HARBORTON", "021090001")
        )
        | _GROUP_CONTACT,
        _organisation(
            HOSPITAL_KEY,
            2,
            "HARBOR GENERAL HOSPITAL",
            "282N00000X",
            _place("1 LIGHTHOUSE ROAD", "HARBORTON", "021140002"),
        ),
        _organisation(
            IMAGING_KEY, 3, "HARBOR IMAGING SUITE", "261QR0200X", _place("12 BEACON SQUARE", "TIDEFIELD", "010600003")
        ),
        _clinician("HFM-DR-1", 11, ("VANTREE", "ODALYS"), "207Q00000X"),
        _clinician("HFM-DR-2", 12, ("MERROWBY", "ANSEL"), "207Q00000X"),
        _clinician("HFM-DR-3", 13, ("QUILLON", "TAMSIN"), "207R00000X"),
        _clinician("HFM-NP-1", 14, ("ASHGROVE", "PERRIN"), "363LF0000X"),
        _clinician("HFM-GI-1", 15, ("STROUDLEY", "IMARA"), "207RG0100X"),
        _clinician("HFM-RA-1", 16, ("FENWILLOW", "CASSIUS"), "2085R0202X"),
        _clinician("HFM-PT-1", 17, ("HOLLOWMERE", "JORAH"), "225100000X"),
        _clinician("HFM-REF-1", 21, ("TARNSWORTH", "BELIA"), "207RC0000X"),
        _clinician("HFM-REF-2", 22, ("WYNDALE", "EDRIC"), "207X00000X"),
    )
}
