"""The synthetic payer's own writer: segments, envelopes, and the answers about a file (TA1, 999)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tasks.simulation.payer_envelope import Group, Interchange, Problem, Transaction
from tasks.simulation.payer_reader import Party
from tasks.simulation.payer_state import Partner

TIME = "0600"
FORBIDDEN = str.maketrans("*:~^", "    ", "\r\n")


@dataclass(frozen=True)
class Sheet:
    """What heads every file of a night: to whom, on which day, under which interchange number."""

    partner: Partner
    night: date
    control_number: int


@dataclass(frozen=True)
class SetVerdict:
    """What a 999 says of one transaction set: its errors, and the first place that is wrong."""

    transaction: Transaction
    error_codes: tuple[str, ...]
    problem: Problem | None = None
    business_number: str = ""


def segment(*elements: str | int) -> str:
    """Join elements to a segment without its terminator; empty ones at the end fall away."""
    texts = [str(e) for e in elements]
    while texts and not texts[-1]:
        texts.pop()
    return "*".join(texts)


def plain(text: str) -> str:
    """Take the delimiters out of a text that comes from elsewhere."""
    return text.translate(FORBIDDEN)


def composite(parts: Sequence[str]) -> str:
    """Join the components of a composite element."""
    return ":".join(plain(p) for p in parts).rstrip(":")


def day(value: date) -> str:
    """Write a date as CCYYMMDD."""
    return f"{value:%Y%m%d}"


def money(cents: int) -> str:
    """Write cents as X12 wants a decimal number: no needless zeros, the sign first."""
    whole, rest = divmod(abs(cents), 100)
    text = f"{whole}.{rest:02d}".rstrip("0").rstrip(".") if rest else str(whole)
    return f"-{text}" if cents < 0 else text


def name_segment(entity_code: str, party: Party, qualifier_code: str, number: str) -> str:
    """Write an NM1 of this party under another entity code."""
    names = [plain(t) for t in (party.last_name, party.first_name, party.middle_name)]
    known_as = (qualifier_code, number) if number else ()
    return segment("NM1", entity_code, party.kind_code or "1", *names, "", plain(party.suffix), *known_as)


def transaction_set(kind_code: str, version: str, place: int, body: Sequence[str]) -> list[str]:
    """Put ST and SE around a body; an empty version leaves ST03 out, as the 835 wants it."""
    control = f"{place:04d}"
    head = segment("ST", kind_code, control, version)
    return [head, *body, segment("SE", len(body) + 2, control)]


def write_file(sheet: Sheet, kind_code: str, version: str, sets: Sequence[Sequence[str]]) -> bytes:
    """Put one functional group of finished transaction sets in an interchange."""
    number = sheet.control_number
    ids = (plain(sheet.partner.our_group_id), plain(sheet.partner.their_group_id))
    group = [segment("GS", kind_code, *ids, day(sheet.night), TIME, number, "X", version)]
    group += [s for transaction in sets for s in transaction]
    group.append(segment("GE", len(sets), number))
    return _bytes(_interchange(sheet, group, 1))


def write_ta1(sheet: Sheet, received: Interchange, error_code: str) -> bytes:
    """Say that an interchange was taken (000) or refused."""
    head = received.header
    verdict = "A" if error_code == "000" else "R"
    return _bytes(_interchange(sheet, [segment("TA1", *(plain(head[i]) for i in (13, 9, 10)), verdict, error_code)], 0))


def write_999(sheet: Sheet, group: Group, verdicts: Sequence[SetVerdict]) -> bytes:
    """Say which transaction sets of a group were taken.

    Source: ASC X12N 005010X231A1; AK901 P where some sets were taken and some not.
    """
    body = [segment("AK1", plain(group.kind_code), plain(group.control_number), plain(group.version))]
    for verdict in verdicts:
        body += _set_answer(verdict)
    taken = sum(not v.error_codes for v in verdicts) if not group.error_codes else 0
    code = "A" if taken == len(verdicts) and not group.error_codes else "P" if taken else "R"
    body.append(segment("AK9", code, len(verdicts), len(verdicts), taken, *group.error_codes))
    return write_file(sheet, "FA", "005010X231A1", [transaction_set("999", "005010X231A1", 1, body)])


def _set_answer(verdict: SetVerdict) -> list[str]:
    transaction, problem = verdict.transaction, verdict.problem
    named = (transaction.kind_code, transaction.control_number, transaction.version)
    lines = [segment("AK2", *(plain(text) for text in named))]
    if problem is not None:
        code = problem.segment_error_code
        lines.append(segment("IK3", problem.segment_code, problem.position, problem.loop, code))
        if verdict.business_number:
            lines.append(segment("CTX", f"CLM01:{plain(verdict.business_number)}"))
        if problem.element_position:
            place = (problem.element_position, problem.element_number, problem.element_error_code)
            lines.append(segment("IK4", *place, plain(problem.value)))
    lines.append(segment("IK5", "R" if verdict.error_codes else "A", *verdict.error_codes[:5]))
    return lines


def _interchange(sheet: Sheet, body: Sequence[str], group_count: int) -> list[str]:
    partner, number = sheet.partner, f"{sheet.control_number:09d}"
    ours = (f"{plain(partner.our_qualifier_code):<2}", f"{plain(partner.our_id):<15}")
    theirs = (f"{plain(partner.their_qualifier_code):<2}", f"{plain(partner.their_id):<15}")
    usage_code = f"{plain(partner.usage_code):<1}"
    blank = ("00", " " * 10)
    when = (f"{sheet.night:%y%m%d}", TIME)
    head = "*".join(("ISA", *blank, *blank, *ours, *theirs, *when, "^", "00501", number, "0", usage_code, ":"))
    return [head, *body, segment("IEA", group_count, number)]


def _bytes(segments: Sequence[str]) -> bytes:
    return "".join(f"{s}~\n" for s in segments).encode("utf-8")
