"""Small tables behind a registry made for an export that has none: taxonomy, payer classes, limits, fees.

Source: taxonomy numbers of the NUCC set from general knowledge, unreviewed; the limits and fees are our own inventions, Medicare's
365 days to file apart (one calendar year from the date of service, 42 CFR 424.44).
"""

from typing import NamedTuple

TAXONOMY_CODES = {
    "GENERAL PRACTICE": "208D00000X",
    "FAMILY PRACTICE": "207Q00000X",
    "INTERNAL MEDICINE": "207R00000X",
    "PEDIATRIC MEDICINE": "208000000X",
    "OBSTETRICS/GYNECOLOGY": "207V00000X",
    "EMERGENCY MEDICINE": "207P00000X",
    "CARDIOVASCULAR DISEASE (CARDIOLOGY)": "207RC0000X",
    "GENERAL SURGERY": "208600000X",
    "PSYCHIATRY": "2084P0800X",
    "NURSE PRACTITIONER": "363L00000X",
    "PHYSICIAN ASSISTANT": "363A00000X",
    "PHYSICAL THERAPY": "225100000X",
}
"""By specialty as an export words it, in capitals; any other is taken for general practice."""

GROUP_TAXONOMY_CODE = "193200000X"
FACILITY_TAXONOMY_CODE = "261Q00000X"

CLAIM_FILING_CODES = {
    "MEDICARE": "MB",
    "MEDICAID": "MC",
    "DUAL ELIGIBLE": "16",
    "BLUE CROSS BLUE SHIELD": "BL",
    "ANTHEM": "BL",
}
"""SBR09 by payer name in capitals; other government payers are OF, all others CI."""

OTHER_FILING_CODES = {"GOVERNMENT": "OF"}


class Limits(NamedTuple):
    """Days that a payer gives, and whether it takes a replacement claim."""

    filing_days: int
    corrected_days: int
    appeal_days: int
    takes_replacement: bool
    answer_days: int


LIMITS = {
    "MB": Limits(365, 365, 120, False, 14),
    "MC": Limits(365, 365, 90, True, 21),
}
OTHER_LIMITS = Limits(365, 180, 180, True, 21)

AUTHORIZED_CODES = ("45378", "45385", "70553", "71250", "72148", "73721")
"""Numbers that our invented commercial payers want authorized beforehand."""

AUTHORIZING_FILING_CODES = frozenset({"BL", "CI"})

ZIP_CODES = {
    "AL": "35203", "AK": "99501", "AZ": "85004", "AR": "72201", "CA": "95814", "CO": "80202", "CT": "06103", "DE": "19901",
    "DC": "20001", "FL": "32301", "GA": "30303", "HI": "96813", "ID": "83702", "IL": "62701", "IN": "46204", "IA": "50309",
    "KS": "66603", "KY": "40601", "LA": "70802", "ME": "04330", "MD": "21401", "MA": "02108", "MI": "48933", "MN": "55102",
    "MS": "39201", "MO": "65101", "MT": "59601", "NE": "68508", "NV": "89701", "NH": "03301", "NJ": "08608", "NM": "87501",
    "NY": "12207", "NC": "27601", "ND": "58501", "OH": "43215", "OK": "73102", "OR": "97301", "PA": "17101", "RI": "02903",
    "SC": "29201", "SD": "57501", "TN": "37219", "TX": "78701", "UT": "84111", "VT": "05602", "VA": "23219", "WA": "98501",
    "WV": "25301", "WI": "53703", "WY": "82001", "PR": "00901",
}  # fmt: skip
"""A ZIP code of each state's capital, for an organisation whose own is missing."""

UNKNOWN_EXTENSION = "9998"
"""The last four figures where only five are known."""

FEES = {
    "10060": 24500, "11042": 21000, "11981": 32000, "11982": 34000, "11983": 48000, "12001": 26000, "19083": 98000, "36415": 1500,
    "44950": 185000, "45378": 98000, "45380": 112000, "45385": 126000, "55250": 89000, "55700": 52000, "58300": 24500, "58301": 21000,
    "58600": 96000, "59400": 420000, "59510": 465000, "67028": 29500, "70553": 92000, "71046": 8500, "71250": 42000, "72148": 88000,
    "73600": 7800, "73721": 88000, "76801": 31000, "76805": 34000, "77049": 95000, "77067": 31000, "77080": 12500, "77412": 64000,
    "77427": 46000, "80048": 2800, "80053": 3600, "81001": 1400, "81002": 1200, "81025": 2600, "81420": 145000, "82105": 6200,
    "82270": 1800, "85025": 3200, "85027": 2600, "85060": 5200, "86361": 9800, "86580": 2800, "86592": 1900, "86762": 5400,
    "86787": 5200, "86804": 5800, "86850": 3600, "86900": 1500, "87070": 3400, "87086": 3200, "87340": 4100, "87389": 9200,
    "87491": 12500, "87536": 29500, "87591": 12500, "87653": 12800, "88142": 7600, "90471": 3800, "90472": 2200, "90632": 11800,
    "90633": 6200, "90647": 5400, "90649": 32500, "90651": 34500, "90656": 4200, "90658": 4200, "90670": 32000, "90681": 21500,
    "90700": 5600, "90707": 13800, "90713": 6800, "90714": 6400, "90715": 7800, "90716": 24500, "90732": 19500, "90734": 21500,
    "90736": 33500, "90744": 6200, "90746": 11500, "90750": 29500, "90791": 32000, "90834": 21500, "90935": 21000, "92004": 26500,
    "92014": 21500, "92020": 6800, "92134": 9800, "92250": 9200, "92507": 16500, "92551": 3200, "93000": 4800, "93306": 62000,
    "94010": 8200, "95115": 2800, "95816": 92000, "96127": 1500, "96160": 1200, "96372": 4200, "97110": 7200, "97530": 8200,
    "99202": 15500, "99203": 23500, "99204": 34500, "99212": 12200, "99213": 19200, "99214": 26800, "99282": 24500, "99283": 41500,
    "99284": 64500, "99341": 16500, "99342": 24500, "99344": 38500, "99347": 16500, "99348": 24500, "99349": 36500, "99381": 24500,
    "99382": 25500, "99383": 26500, "99384": 29500, "99385": 29500, "99386": 33500, "99387": 36500, "99391": 21500, "99392": 22500,
    "99393": 22500, "99394": 24500, "99395": 25500, "99396": 27500, "99397": 29500, "G0136": 4200, "H0010": 38500, "H0049": 4200,
    "J1050": 65, "J7296": 118500, "J7297": 98500, "J7298": 124500, "J7307": 118500,
}  # fmt: skip
"""Our own fee in cents of each number that the crosswalk can give and of a few more."""
