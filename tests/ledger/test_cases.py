"""Hand-worked books: tests/cases/posting/*.yaml say a remittance in words and the entries a biller would make."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from schemas.money import cents_of
from tasks.ledger.accounts import load_accounts
from tasks.ledger.entries import Place
from tasks.ledger.posting import post_charge_change, post_charges, post_patient_payment

from .remits import NIGHT, Books, Claim, Line, Remittance

CASES = sorted((Path(__file__).parent.parent / "cases" / "posting").glob("*.yaml"))
CLAIM_WORDS = {"status", "version", "charge", "paid", "lines", "matched", "remarks", "forwarded to"}
LINE_WORDS = {"line", "charge", "paid", "remarks", "code", "sent"}
DESK = Place("desk", 0, 10)


def load(path: Path) -> dict[str, Any]:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)


def reasons(said: Mapping[str, Any], words: set[str]) -> dict[str, int]:
    return {key: cents_of(value) for key, value in said.items() if key not in words}


def line_of(said: Mapping[str, Any]) -> Line:
    number = int(said["line"]) if said["line"] != "unknown" else None
    return Line(number, cents_of(said["charge"]), cents_of(said["paid"]), reasons(said, LINE_WORDS))


def claim_of(said: Mapping[str, Any]) -> Claim:
    is_matched = said.get("matched", "yes") == "yes"
    return Claim(
        charge_cents=cents_of(said["charge"]),
        paid_cents=cents_of(said["paid"]),
        lines=tuple(line_of(line) for line in said.get("lines", [])),
        reasons=reasons(said, CLAIM_WORDS),
        status_code=said.get("status", "1"),
        version=int(said.get("version", "1")) if is_matched else None,
        claim_id="CLAIM" if is_matched else None,
        remark_codes=said.get("remarks", ""),
    )


def charge_lines(said: Mapping[str, str], name: str) -> list[dict[str, Any]]:
    return [
        {"line_number": int(n), "charge_cents": cents_of(c), "file_sha256": name, "byte_start": 0, "byte_end": 9}
        for n, c in said.items()
    ]


def render(entry: Mapping[str, Any]) -> str:
    parts = [entry["account"], str(entry["amount_cents"])]
    parts += [f"line {entry['line_number']}"] if entry["line_number"] else []
    parts += [entry["code"]] if entry["code"] else []
    return " ".join(parts)


def expected(text: str) -> str:
    account, amount, *rest = text.split()
    return " ".join([account, str(cents_of(amount)), *rest])


def take(books: Books, step: Mapping[str, Any], charged: dict[str, str]) -> list[dict[str, Any]]:
    """Do one step of a case and give its entries."""
    claim = {"claim_id": "CLAIM", "encounter_id": "VISIT", "claim_version": 1}
    if "charges" in step:
        charged.update(step["charges"])
        made = post_charges(claim, charge_lines(charged, "export"), NIGHT)
    elif "charges become" in step:
        old, new = charge_lines(charged, "export"), charge_lines(step["charges become"], "amendment")
        made = post_charge_change({**claim, "claim_version": 2}, old, new, NIGHT)
        charged.clear()
        charged.update(step["charges become"])
    elif "patient pays" in step:
        made = post_patient_payment(claim, cents_of(step["patient pays"]), DESK, NIGHT)
    else:
        provider = tuple((k, cents_of(v)) for k, v in step.get("provider", {}).items())
        claims = tuple(claim_of(c) for c in step.get("claims", []))
        remittance = Remittance(step["remittance"], claims, provider)
        assert 0 <= remittance.payment_cents == cents_of(step["pays"]), "the case itself: BPR02 is not claims less PLB"
        made = books.take(remittance)
        assert books.balances(made).get("cash", 0) == cents_of(step["pays"])
        return made
    books.entries += made
    return made


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)
def test_books_are_those_a_biller_would_make(path):
    case, books, charged = load(path), Books(), {}
    for step in case["steps"]:
        made = take(books, step, charged)
        if "entries" in step:
            assert Counter(map(render, made)) == Counter(map(expected, step["entries"])), step
    assert books.balances() == {k: cents_of(v) for k, v in case["balances"].items() if cents_of(v)}
    found = [f"{e['code']} {e['difference_cents']}" for e in books.exceptions]
    assert found == [expected(text) for text in case.get("exceptions", [])]


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)
def test_each_case_says_why_and_uses_known_accounts(path):
    case, known = load(path), {row["account"] for row in load_accounts()}
    assert case["why"]
    assert case["source"]
    assert set(case["balances"]) <= known


def test_there_are_cases():
    assert len(CASES) >= 60
