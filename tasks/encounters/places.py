"""States, the ZIP codes that lie in them, and places of service, as tables.

Source: general knowledge of the USPS state codes and three-digit ZIP prefixes (no USPS file was at hand); place of service
numbers are those of the CMS set, without its texts.
"""

_STATES = """
AL Alabama 350-369|AK Alaska 995-999|AZ Arizona 850-865|AR Arkansas 716-729 755|CA California 900-961|CO Colorado 800-816
CT Connecticut 060-069|DE Delaware 197-199|DC District of Columbia 200 202-205 569|FL Florida 320-339 341-349|GA Georgia 300-319 398-399
HI Hawaii 967-968|ID Idaho 832-838|IL Illinois 600-629|IN Indiana 460-479|IA Iowa 500-528|KS Kansas 660-679|KY Kentucky 400-427
LA Louisiana 700-714|ME Maine 039-049|MD Maryland 206-219|MA Massachusetts 010-027 055|MI Michigan 480-499|MN Minnesota 550-567
MS Mississippi 386-397|MO Missouri 630-658|MT Montana 590-599|NE Nebraska 680-693|NV Nevada 889-898|NH New Hampshire 030-038
NJ New Jersey 070-089|NM New Mexico 870-884|NY New York 005 063 100-149|NC North Carolina 270-289|ND North Dakota 580-588
OH Ohio 430-459|OK Oklahoma 730-732 734-749|OR Oregon 970-979|PA Pennsylvania 150-196|RI Rhode Island 028-029|SC South Carolina 290-299
SD South Dakota 570-577|TN Tennessee 370-385|TX Texas 733 750-799 885|UT Utah 840-847|VT Vermont 050-054 056-059
VA Virginia 201 220-246|WA Washington 980-994|WV West Virginia 247-268|WI Wisconsin 530-549|WY Wyoming 820-831 834
PR Puerto Rico 006-007 009|VI Virgin Islands 008|GU Guam 969|AS American Samoa 967|MP Northern Mariana Islands 969
AA Armed Forces Americas 340|AE Armed Forces Europe 090-098|AP Armed Forces Pacific 962-966
"""


def _read_states() -> tuple[dict[str, str], dict[str, frozenset[str]]]:
    codes, prefixes = {}, {}
    for line in _STATES.strip().replace("\n", "|").split("|"):
        code, *words = line.split()
        codes[" ".join(word for word in words if not word[0].isdigit()).upper()] = code
        spans = [word.partition("-") for word in words if word[0].isdigit()]
        prefixes[code] = frozenset(
            f"{number:03d}" for first, _, last in spans for number in range(int(first), int(last or first) + 1)
        )
    return codes, prefixes


STATE_CODES, ZIP_PREFIXES = _read_states()

PLACES_OF_SERVICE: tuple[str, ...] = tuple(
    f"{number:02d}"
    for number in (*range(1, 28), 31, 32, 33, 34, 41, 42, *range(49, 63), 65, 66, 71, 72, 81, 99)
    if number not in (28, 59)
)


def is_zip_in_state(zip_code: str, state: str) -> bool:
    """Whether a ZIP code lies in a state; a state that is not in the table has no ZIP codes."""
    return zip_code[:3] in ZIP_PREFIXES.get(state, frozenset())
