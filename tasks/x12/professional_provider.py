"""Names, addresses, identifiers and contacts, and the provider loops 2310 and 2420 made of them."""

from collections.abc import Sequence
from functools import cache, lru_cache

from tasks.x12.builder import refuse
from tasks.x12.builder_values import Row, exact, text
from tasks.x12.professional_rows import RULES, Beside, ClaimRows, check_beside

CLAIM_KEYS = (
    "billing_provider_key", "referring_provider_key", "pcp_key", "rendering_provider_key", "supervising_provider_key",
    "service_facility_key",
)  # fmt: skip
SECONDARY_IDS = {"0B": "license_number", "1G": "upin", "G2": "commercial_number", "LU": "location_number"}
_DOMESTIC = ("", "US", "USA")
BESIDE = {"phone_ext": Beside("phone", "PER", "04", "Communication Number")}
_REACHED_BY = {"TE": "phone", "EX": "phone_ext", "FX": "fax", "EM": "email"}


def name(loop: str, entity_code: str, row: Row) -> str:
    """Give NM1 of a provider with its NPI."""
    npi = exact(row.get("npi"))
    return RULES[loop, "NM1", entity_code].write(
        entity_code, exact(row.get("entity_type")), text(row.get("last_or_org_name")), text(row.get("first_name")),
        text(row.get("middle_name")), "", text(row.get("suffix")), "XX" if npi else "", npi,
    )  # fmt: skip


def address(loop: str, row: Row, prefix: str = "", postal_column: str = "zip") -> list[str]:
    """Give N3 and N4 from the address columns of a row.

    Holds: state and ZIP code stand for US addresses, the country for others; the state of a country other than Canada
    is its subdivision (N407).
    Raises: Fault (WRITE_MISSING).
    """
    street, more, *place = map(row.get, _address_columns(prefix, postal_column))
    return [RULES[loop, "N3", ""].write(text(street), text(more)), _place(loop, *place)]


@cache
def _address_columns(prefix: str, postal_column: str) -> tuple[str, ...]:
    names = "address1", "address2", "city", "state", postal_column, "country", "country_subdivision"
    return tuple(f"{prefix}{name}" for name in names)


@lru_cache(maxsize=65_536)
def _place(
    loop: str, city: str | None, state: str | None, postal: str | None, country: str | None, subdivision: str | None
) -> str:
    """Give N4; equal places are written once."""
    country, state, subdivision = (exact(code).upper() for code in (country, state, subdivision))
    if state and subdivision and state != subdivision:
        refuse("WRITE_USAGE", "N4", "07", f"loop {loop}: Country Subdivision Code differs from the state: empty one")
    state = state or subdivision
    is_domestic = country in _DOMESTIC
    postal = exact(postal).replace("-", "").replace(" ", "").upper()
    if is_domestic and not (state and postal):
        refuse("WRITE_MISSING", "N4", "03" if state else "02", f"loop {loop}: a US address needs state and ZIP code")
    place = ("", postal, country, "", "", state)
    if is_domestic or country == "CA":
        place = (state, postal, "" if is_domestic else country, "", "", "")
    return RULES[loop, "N4", ""].write(text(city), *place)


def has_address(row: Row, prefix: str = "", postal_column: str = "zip") -> bool:
    """Say whether the row has any part of an address but its country: what is missing of it is then refused."""
    street, more, city, state, postal, _, _ = _address_columns(prefix, postal_column)
    return any(map(row.get, (street, more, city, state, postal)))


def secondary_ids(loop: str, row: Row) -> list[str]:
    """Give REF for each identifier that the provider row has filled and this loop knows."""
    found = []
    for code, column in SECONDARY_IDS.items():
        if row.get(column) and (loop, "REF", code) in RULES:
            found.append(RULES[loop, "REF", code].write(code, exact(row[column])))
    return found


def contacts(loop: str, row: Row) -> list[str]:
    """Give PER with the telephone, extension, fax and e-mail that the loop takes, in as many segments as it allows."""
    rule = RULES[loop, "PER", ""]
    usable = {code for place in (2, 4) for code in rule.positions[place].parts[0].codes}
    check_beside(row, BESIDE)
    pairs = [(code, exact(row[column])) for code, column in _REACHED_BY.items() if code in usable and row.get(column)]
    size = (len(rule.positions) - 2) // 2
    groups = [pairs[at : at + size] for at in range(0, len(pairs), size)]
    contact = text(row.get("contact_name"))
    return [rule.write("IC", contact, *(part for pair in group for part in pair)) for group in groups[: rule.most]]


def specialty(loop: str, provider_code: str, row: Row) -> list[str]:
    """Give PRV where the provider has a taxonomy code."""
    taxonomy = exact(row.get("taxonomy"))
    return [RULES[loop, "PRV", ""].write(provider_code, "PXC", taxonomy)] if taxonomy else []


def claim_providers(claim: ClaimRows) -> list[str]:
    """Give loops 2310A to 2310D.

    Shape: made of the providers that CLAIM_KEYS name, and of nothing else of the claim.
    Holds: rendering is omitted when it is the billing provider, the facility when it is the billing provider or has its
    NPI and street, the primary care provider without a referring one or when it is the same.
    Source: domain notes, section 3 (supervising equals rendering); the other rules from general knowledge of the guide.
    """
    billing = claim.provider("billing_provider_key") or {}
    referring, primary_care = claim.provider("referring_provider_key"), claim.provider("pcp_key")
    rendering, supervising = claim.provider("rendering_provider_key"), claim.provider("supervising_provider_key")
    facility = claim.provider("service_facility_key")
    written = _person("2310A", "DN", referring) if referring else []
    if referring and primary_care and primary_care is not referring:
        written += _person("2310A", "P3", primary_care)
    if rendering and not is_same(rendering, billing):
        written += _rendering("2310B", rendering)
    if facility and not is_same_place(facility, billing):
        written += _facility("2310C", facility)
    if supervising and not is_same(supervising, rendering or billing):
        written += _person("2310D", "DQ", supervising)
    return written


def line_providers(claim: ClaimRows, source: Row) -> list[str]:
    """Give loops 2420A to 2420F.

    Holds: a line names a provider only where it is not the claim's; the ordering provider only where it is not the
    one that renders.
    """
    keys = claim.encounter
    renders = source.get("line_rendering_key") or keys.get("rendering_provider_key") or keys.get("billing_provider_key")
    written: list[str] = []
    if rendering := _different(claim, source, "line_rendering_key", "rendering_provider_key"):
        written += _rendering("2420A", rendering)
    if purchased := claim.provider("purchased_service_provider_key", source):
        written += [_purchased(purchased), *secondary_ids("2420B", purchased)]
    if facility := _different(claim, source, "line_service_facility_key", "service_facility_key"):
        written += _facility("2420C", facility)
    if supervising := _different(claim, source, "line_supervising_key", "supervising_provider_key"):
        written += _person("2420D", "DQ", supervising)
    if source.get("ordering_provider_key") != renders and (ordering := claim.provider("ordering_provider_key", source)):
        written += _ordering(ordering)
    if referring := _different(claim, source, "line_referring_key", "referring_provider_key"):
        written += _person("2420F", "DN", referring)
    if referring and (primary_care := _different(claim, source, "line_pcp_key", "pcp_key")):
        written += _person("2420F", "P3", primary_care)
    return written


def is_same(provider: Row, other: Row) -> bool:
    """Say whether two rows are the same provider: by key, or by NPI."""
    return provider["provider_key"] == other.get("provider_key") or bool(
        provider.get("npi") and provider["npi"] == other.get("npi")
    )


def is_same_place(facility: Row, billing: Row) -> bool:
    """Say whether a facility is the billing provider's own place: the same key, or the same NPI and street."""
    columns: Sequence[str] = ("npi", "address1", "address2", "city", "state")
    is_alike = all(text(facility.get(column)) == text(billing.get(column)) for column in columns)
    return facility["provider_key"] == billing.get("provider_key") or is_alike


def _different(claim: ClaimRows, source: Row, line_column: str, claim_column: str) -> Row | None:
    if source.get(line_column) == claim.encounter.get(claim_column):
        return None
    return claim.provider(line_column, source)


def _person(loop: str, entity_code: str, row: Row) -> list[str]:
    return [name(loop, entity_code, row), *secondary_ids(loop, row)]


def _rendering(loop: str, row: Row) -> list[str]:
    return [name(loop, "82", row), *specialty(loop, "PE", row), *secondary_ids(loop, row)]


def _facility(loop: str, row: Row) -> list[str]:
    contact = contacts(loop, row) if (loop, "PER", "") in RULES else []
    return [name(loop, "77", row), *address(loop, row, "", "zip9"), *secondary_ids(loop, row), *contact]


def _ordering(row: Row) -> list[str]:
    place = address("2420E", row, "", "zip9") if has_address(row, "", "zip9") else []
    return [name("2420E", "DK", row), *place, *secondary_ids("2420E", row), *contacts("2420E", row)]


def _purchased(row: Row) -> str:
    npi = exact(row.get("npi"))
    unused = ("",) * 5
    return RULES["2420B", "NM1", ""].write("QB", exact(row.get("entity_type")), *unused, "XX" if npi else "", npi)
