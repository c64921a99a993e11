"""The eligibility answer (271) of the synthetic payer.

Source: ASC X12N 005010X279A1 from general knowledge: no map of it is at hand, so nothing but our own tests judges it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from tasks.simulation.payer_envelope import Transaction, element
from tasks.simulation.payer_reader import Inquiry, Party
from tasks.simulation.payer_scenario import Scenario, Terms, hits
from tasks.simulation.payer_writer import Sheet, composite, day, money, name_segment, plain, segment, transaction_set

VERSION = "005010X279A1"


@dataclass(frozen=True)
class CoverageFacts:
    """What the payer knows of its members.

    Units: `deductibles` are cents used, by payer, member and year.
    """

    scenario: Scenario
    seed: int
    deductibles: Mapping[str, int]


def is_known(scenario: Scenario, seed: int, member_number: str) -> bool:
    """Say whether the payer has this member at all; stable per member."""
    return bool(member_number) and not hits(seed, member_number, "not found", scenario.eligibility.not_found_rate)


def is_covered(scenario: Scenario, seed: int, member_number: str) -> bool:
    """Say whether the member's coverage is active; stable per member."""
    return not hits(seed, member_number, "inactive", scenario.eligibility.inactive_rate)


def deductible_key(payer_id: str, member_number: str, year: int) -> str:
    """Give the key under which the used deductible of a member's year is kept."""
    return f"{payer_id}|{member_number}|{year}"


def coverage_set(
    sheet: Sheet, place: int, asked: Transaction, inquiries: Sequence[Inquiry], facts: CoverageFacts
) -> list[str]:
    """Answer all questions of one 270 in one 271."""
    head = next((s for s in asked.segments if s[0] == "BHT"), [])
    lines = [segment("BHT", "0022", "11", plain(element(head, 3)), day(sheet.night), "0600")]
    level, source_level, receiver_level = 0, 0, 0
    source, receiver = Party(), Party()
    for inquiry in inquiries:
        if inquiry.payer != source:
            level, source, receiver = level + 1, inquiry.payer, Party()
            source_level = level
            lines += [segment("HL", level, "", "20", 1), _echo("PR", source)]
        if inquiry.provider != receiver:
            level, receiver = level + 1, inquiry.provider
            receiver_level = level
            lines += [segment("HL", level, source_level, "21", 1), _echo("1P", receiver)]
        person = _person(sheet, level + 1, receiver_level, inquiry, facts)
        level += 1 if inquiry.dependent == Party() else 2
        lines += person
    return transaction_set("271", VERSION, place, lines)


def _person(sheet: Sheet, level: int, parent: int, inquiry: Inquiry, facts: CoverageFacts) -> list[str]:
    traces = [segment("TRN", 2, *(plain(e) for e in trace[2:])) for trace in inquiry.traces]
    if inquiry.dependent == Party():
        head = [segment("HL", level, parent, "22", 0), *traces, _echo("IL", inquiry.subscriber)]
    else:
        head = [segment("HL", level, parent, "22", 1), _echo("IL", inquiry.subscriber)]
        head += [segment("HL", level + 1, level, "23", 0), *traces, _echo("03", inquiry.dependent)]
    birth = [segment(*(plain(e) for e in inquiry.demographics))] if inquiry.demographics else []
    member = inquiry.subscriber.number
    if not is_known(facts.scenario, facts.seed, member):
        return [*head, segment("AAA", "N", "", "75" if member else "72", "C"), *birth]
    asked_on = [segment(*(plain(e) for e in when)) for when in inquiry.dates]
    terms = facts.scenario.terms_of(inquiry.payer.number)
    if not is_covered(facts.scenario, facts.seed, member):
        ended = segment("DTP", "347", "D8", f"{sheet.night.year - 1}1231")
        return [*head, *birth, ended, *asked_on, *_inactive(inquiry)]
    began = segment("DTP", "346", "D8", f"{sheet.night.year}0101")
    return [*head, *birth, began, *asked_on, *_active(sheet.night, inquiry, terms, facts)]


def _echo(entity_code: str, party: Party) -> str:
    return name_segment(entity_code, party, plain(party.number_qualifier_code), plain(party.number))


def _inactive(inquiry: Inquiry) -> list[str]:
    return [segment("EB", 6, "", service) for service in _service_types(inquiry)]


def _active(night: date, inquiry: Inquiry, terms: Terms, facts: CoverageFacts) -> list[str]:
    key = deductible_key(inquiry.payer.number, inquiry.subscriber.number, night.year)
    left = max(0, terms.deductible_cents - facts.deductibles.get(key, 0))
    lines = [segment("EB", 1, "IND", service, "", "STANDARD PLAN") for service in _service_types(inquiry)]
    lines += [
        segment("EB", "A", "IND", "30", "", "", "", "", _decimal(terms.coinsurance_percent)),
        segment("EB", "B", "IND", "98", "", "", "27", money(terms.copay_cents)),
        segment("EB", "C", "IND", "30", "", "", "23", money(terms.deductible_cents)),
        segment("EB", "C", "IND", "30", "", "", "29", money(left)),
    ]
    asked = [element(q, 2).replace(">", ":").split(":") for q in inquiry.questions if element(q, 2)]
    codes = [parts[1] for parts in asked if len(parts) > 1] or list(facts.scenario.authorization_required)
    return lines + [_authorization(code, code in facts.scenario.authorization_required) for code in codes]


def _authorization(code: str, is_required: bool) -> str:
    return segment("EB", 1, "IND", *[""] * 8, "Y" if is_required else "N", "", composite(("HC", code)))


def _decimal(percent: float) -> str:
    return money(round(percent))  # EB08 is a fraction: 20 percent is 0.2, as 20 cents are 0.2 dollars


def _service_types(inquiry: Inquiry) -> list[str]:
    return [plain(element(q, 1)) for q in inquiry.questions if element(q, 1)] or ["30"]
