"""Many cases in one home, a night for each step: what came of each, in the words that cases use."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from schemas.money import cents_of
from tests.remits.homes import SENT_ON, RemitHome, rows_of_sent
from tests.remits.making import TAG

from .casebook import CORRECTED, Words, tag_of, told

FIRST_NIGHT = date(2026, 3, 4)
WIDTH = len(TAG)
MINE = f"left(coalesce(claim_id, trace_number), {WIDTH})"

_EXCEPTIONS = f"""
select e.*, left(p.trace_number, {WIDTH}) as tag from ledger.exception e join remittances.payment p using (payment_id)
order by found_on, exception_id
"""
_CHAINS = f"""
select c.*, l.tag from ledger.chain c
join (select chain_id, left(min(trace_number), {WIDTH}) as tag from ledger.chain_link group by 1) l using (chain_id)
order by kind desc, subject, open_cents
"""
_SHARES = f"""
select left(c.patient_control_number, {WIDTH}) as tag, d.* from remittances.patient_share_difference d
join remittances.claim c using (remitted_claim_id) order by remitted_claim_id
"""
_CLAIMS = """
select c.*, p.condition, p.difference_cents from remittances.claim c
left join ledger.posting p on p.posting_id = c.remitted_claim_id order by c.payment_id, position
"""

Books = dict[str, Any]


def run(path: Path, cases: Sequence[Words]) -> list[Books | None]:
    """Give the books of each case; None where its words make no claim or no 835."""
    tellings: dict[str, list[Any]] = {}
    for number, case in enumerate(cases):
        try:
            tellings[tag_of(number)] = told(case, tag_of(number))
        except (AssertionError, KeyError, ValueError, AttributeError):
            continue
    home = RemitHome(path)
    try:
        for step in range(max(map(len, tellings.values()))):
            night = FIRST_NIGHT + timedelta(days=step)
            now = {tag: steps[step] for tag, steps in tellings.items() if step < len(steps)}
            _send(home, now)
            home.arrive(night, [content for _, content, _ in now.values() if content])
            home.run(night)
        read = _read(home)
    finally:
        home.leave()
    return [read[tag_of(n)] if tag_of(n) in tellings else None for n in range(len(cases))]


def run_by_name(path: Path, told_by_name: Mapping[str, Words]) -> dict[str, Books | None]:
    """Give the books of each case by its name, as `run` does."""
    return dict(zip(told_by_name, run(path, list(told_by_name.values())), strict=True))


def _send(home: RemitHome, now: Mapping[str, Any]) -> None:
    """What the steps of a night say was sent is in the warehouse, and what else the practice has heard."""
    sent = [(claims, tag) for tag, (claims, _, _) in now.items()]
    rows = rows_of_sent(sent)
    for row in rows["claims.version"]:
        row["frequency_code"] = now[row["claim_id"][:WIDTH]][2].get("sent again", row["frequency_code"])
    at_desk = {f"V{tag}{step.get('claim', 'A')}": cents_of(step["patient pays"]) for tag, (_, _, step) in now.items() if "patient pays" in step}  # fmt: skip
    for row in rows["encounters.encounter"]:
        row["patient_amount_paid_cents"] = at_desk.get(row["encounter_id"], 0)
    last = {row["claim_id"]: row["last"] for row in home.ask("select claim_id, max(sequence) as last from claims.event group by 1")}  # fmt: skip
    for row in rows["claims.event"]:
        row["sequence"] = 1 + last.get(row["claim_id"], 0)
    place = {"file_sha256": "f" * 64, "source_row": 1, "byte_start": 0, "byte_end": 1, "received_on": SENT_ON}
    rows["encounters.service_line"] = [
        {**place, "encounter_id": "V" + row["claim_id"], "encounter_version": row["claim_version"], "line_number": row["line_number"]}
        for row in rows["claims.line"]
    ]  # fmt: skip
    rows["acknowledgments.claim_answer"] = [
        {"file_sha256": "e" * 64, "byte_start": n, "byte_end": n + 1, "patient_control_number": f"{tag}A", "claim_id": f"{tag}A",
         "claim_version": 1, "payer_claim_number": tag + step["payer tells"], "category_code": "A2", "status_code": "20", "hop": "PR",
         "read_on": SENT_ON}
        for n, (tag, (_, _, step)) in enumerate(now.items()) if "payer tells" in step
    ]  # fmt: skip
    warehouse = home.held()
    home.send_all([])
    with warehouse.transaction():
        for table, found in rows.items():
            warehouse.insert(table, found)


def _read(home: RemitHome) -> dict[str, Books]:
    """Give the books of every tag."""
    found: dict[str, Books] = defaultdict(
        lambda: (
            {
                name: defaultdict(list) for name in ("entries", "rules", "moves", "payments", "claims")
            }  # by number of the step
            | {"balances": defaultdict(int), "exceptions": [], "chains": [], "shares": [], "state": "ACCEPTED"}
        )
    )
    for row in home.ask(f"select *, {MINE} as tag from ledger.entry order by entry_id"):
        books, step = found[row["tag"]], _step(row["posted_on"])
        books["entries"][step].append(_entry(row))
        books["rules"][step].append(row["rule_id"])
        books["balances"][row["account"]] += row["amount_cents"]
    for row in home.ask("select * from claims.event where event <> 'sent' order by claim_id, sequence"):
        said = f"{_whose(row)}{row['event']} to {row['to_state']}, {row['detail']}"
        found[row["claim_id"][:WIDTH]]["moves"][_step(row["happened_on"])].append(said)
        if _whose(row) == "":
            found[row["claim_id"][:WIDTH]]["state"] = row["to_state"]
    for row in home.ask("select * from claims.refused_event order by claim_id, event_id"):
        said = f"{_whose(row)}{row['event']} refused in {row['state']}, {row['detail']}"
        found[row["claim_id"][:WIDTH]]["moves"][_step(row["refused_on"])].append(said)
    _read_remitted(home, found)
    for row in home.ask(_EXCEPTIONS):
        found[row["tag"]]["exceptions"].append(f"{row['exception_code']} {plain(row['difference_cents'])}")
    for row in home.ask(_CHAINS):
        subject = (row["subject"] or "of nothing named").replace(row["tag"], "")
        tail = " unexplained" if row["is_unexplained"] else ""
        found[row["tag"]]["chains"].append(f"{row['kind']} {subject} {plain(row['open_cents'])}{tail}")
    for row in home.ask(_SHARES):
        found[row["tag"]]["shares"].append(f"said {plain(row['patient_cents'])}, adjusted {plain(row['share_cents'])}")
    for row in home.ask(f"select *, {MINE} as tag from ledger.unposted_share order by posted_on, byte_start"):
        found[row["tag"]]["shares"].append(f"not posted {plain(row['amount_cents'])} {row['code']}")
    return found


def _read_remitted(home: RemitHome, found: dict[str, Books]) -> None:
    services = defaultdict(list)
    for row in home.ask("select * from remittances.service order by byte_start"):
        services[row["remitted_claim_id"]].append(row)
    kept = defaultdict(list)
    for row in home.ask("select * from remittances.segment where remitted_claim_id is not null order by byte_start"):
        if row["segment_code"] == "REF" or row["content"].startswith("NM1*74"):
            kept[row["remitted_claim_id"]].append(row["content"])
    places = {}
    for row in home.ask("select * from remittances.payment order by file_sha256, byte_start"):
        tag, step = row["trace_number"][:WIDTH], _step(row["read_on"])
        places[row["payment_id"]] = tag, step
        found[tag]["payments"][step].append(row)
    for row in home.ask(_CLAIMS):
        tag, step = places[row["payment_id"]]
        found[tag]["claims"][step].append(
            {**row, "lines": services[row["remitted_claim_id"]], "kept": kept[row["remitted_claim_id"]]}
        )


def _step(night: date) -> int:
    return (night - FIRST_NIGHT).days


def _whose(row: Mapping[str, Any]) -> str:
    name = row["claim_id"][WIDTH:]
    return "" if name == "A" else f"{name} "


def _entry(row: Mapping[str, Any]) -> str:
    parts = [row["account"], plain(row["amount_cents"])]
    parts += [f"line {row['line_number']}"] if row["line_number"] else []
    parts += [row["code"]] if row["code"] else []
    parts += [f"of {row['claim_id'][WIDTH:]}"] if row["claim_id"] and row["claim_id"][WIDTH:] != "A" else []
    return " ".join(parts)


def plain(cents: int) -> str:
    """Write cents as cases do."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def differences(case: Words, books: Books | None) -> list[str]:
    """Give what of the books is not as the case says, in words; nothing where all is."""
    if books is None:
        return ["the words make no 835"]
    found: list[str] = []
    for number, step in enumerate(case["steps"]):
        where = f"step {number + 1}"
        for word in ("entries", "moves"):
            if word in step:
                _compare(found, f"{where} {word}", sorted(step[word]), sorted(books[word][number]))
        if "rules" in step:
            _compare(found, f"{where} rules", sorted(step["rules"]), sorted(set(books["rules"][number])))
        _compare_payment(found, where, step, books["payments"][number], books["claims"][number])
    balances = {name: plain(cents) for name, cents in books["balances"].items() if cents}
    _compare(found, "balances", {k: v for k, v in case["balances"].items() if cents_of(v)}, balances)
    for word in ("exceptions", "chains", "shares"):
        _compare(found, word, case.get(word, []), books[word])
    if "state" in case:
        _compare(found, "state", case["state"], books["state"])
    return found


def _compare_payment(found: list[str], where: str, step: Words, payments: Sequence[Any], claims: Sequence[Any]) -> None:
    is_told = bool({"remittance", "again in another file"} & set(step))
    if not _compare(found, f"{where} payments", int(is_told), len(payments)) or not is_told:
        return
    verdict, reason = payments[0]["verdict"], payments[0]["verdict_reason"] or ""
    _compare(found, f"{where} verdict", step.get("verdict", "accepted"), verdict)
    if step.get("reason", "") not in reason or (reason and "reason" not in step):
        found.append(f"{where} reason: {reason}")
    trace = step.get("remittance", step.get("again in another file"))
    _compare(found, f"{where} trace", trace, payments[0]["trace_number"][WIDTH:])
    told_claims = step.get("claims", [])
    if "claims" in step and _compare(found, f"{where} claims", len(told_claims), len(claims)):
        for said, row in zip(told_claims, claims, strict=True):
            _compare_claim(found, f"{where} claim {row['position']}", said, row, step.get("verdict") is None)


def _compare_claim(found: list[str], where: str, said: Words, row: Mapping[str, Any], is_accepted: bool) -> None:
    _compare_words(found, where, said, row, CLAIM_COLUMNS)
    corrected = [CORRECTED.format(said["corrected member"])] if "corrected member" in said else []
    references = [f"REF*{code}*{number}" for code, number in said.get("references", {}).items()]
    _compare(found, f"{where} kept", corrected + references, row["kept"])
    matched = said.get("matched", "patient_control_number")
    is_ours = matched in ("patient_control_number", "payer_claim_number", "member_date_charge_npi")
    if is_accepted:
        if matched != "waits":
            _compare(found, f"{where} matched", "" if matched == "no" else matched, row["match_rule"] or "")
        _compare(
            found, f"{where} claim of ours", said.get("of", "A") if is_ours else "", (row["claim_id"] or "")[WIDTH:]
        )
        _compare(found, f"{where} version", int(said.get("version", "1")) if is_ours else None, row["claim_version"])
        missing = f" {plain(row['difference_cents'])}" if row["difference_cents"] else ""
        _compare(
            found,
            f"{where} balance",
            said.get("balance", "balanced" if is_ours else "unmatched"),
            f"{row['condition']}{missing}",
        )
    if _compare(found, f"{where} lines", len(said.get("lines", [])), len(row["lines"])):
        for line, service in zip(said.get("lines", []), row["lines"], strict=True):
            expected = int(line["line"]) if is_ours and line["line"] != "unknown" else None
            if is_accepted:
                _compare(found, f"{where} line", expected, service["line_number"])
            _compare_words(found, f"{where} line {line['line']}", line, service, LINE_COLUMNS)


CLAIM_COLUMNS = {"payer number": "payer_claim_number", "remarks": "remark_codes", "forwarded to": "crossover_payer"}
LINE_COLUMNS = {
    "code": "procedure_code",
    "sent": "submitted_code",
    "sent units": "submitted_units",
    "allowed": "allowed_cents",
    "remarks": "remark_codes",
}
"""Words that move no money: they must stand in the row that was read."""


def _compare_words(
    found: list[str], where: str, said: Words, row: Mapping[str, Any], columns: Mapping[str, str]
) -> None:
    for word, column in columns.items():
        value = row[column]
        seen = "" if value is None else plain(value) if column.endswith("_cents") else str(value)
        if word == "payer number":
            _compare(found, f"{where} {word}", said.get(word, "ICN1"), seen[WIDTH:])
        elif word in said or word != "code":
            _compare(found, f"{where} {word}", said.get(word, ""), seen.removesuffix(".000"))


def _compare(found: list[str], what: str, said: object, seen: object) -> bool:
    if said != seen:
        found.append(f"{what}: the case says {said}, the books {seen}")
    return said == seen
