"""Hand-worked cases: tests/cases/patients/*.yaml say what happens day by day, and what a biller would find each night."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from schemas.money import cents_of

from .books import Books

CASES = sorted((Path(__file__).parent.parent / "cases" / "patients").glob("*.yaml"))
VISIT = "VISIT"
EXPECTED = {"balances", "statement", "proposed", "refused", "credits", "clock", "states"}


def load(path: Path) -> dict[str, Any]:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)


def cents(said: Mapping[str, str]) -> dict[str, int]:
    return {name: cents_of(amount) for name, amount in said.items()}


class Teller:
    """Tells a case to the books, and the books' answers to the case."""

    def __init__(self, books: Books) -> None:
        self.books, self.named = books, {}

    def tell(self, step: Mapping[str, Any]) -> None:
        on = date.fromisoformat(step["on"])
        if "charged" in step:
            self.books.visit(VISIT, cents_of(step["charged"]), on, step.get("payer", "commercial"))
        if "desk" in step:
            self.books.desk(VISIT, cents_of(step["desk"]), on)
        for word, take in (("remitted", self.books.remit), ("reversed", self.books.reverse)):
            if word in step:
                take(VISIT, cents(step[word]), on, step["trace"])
        for said in step.get("decided", []):
            self._decide(said, on)
        self.counts = self.books.night(on)
        self._name_proposals()

    def _decide(self, said: Mapping[str, str], on: date) -> None:
        claim = said["kind"] in ("investigate_credit", "conclude_investigation") or said.get("holder") == "payer"
        subject = self.named[said["of"]] if "of" in said else f"claim-{VISIT}" if claim else VISIT
        choice = {name: said[name] for name in ("holder", "reason_code", "reference") if name in said}
        if "amount" in said:
            choice["amount_cents"] = cents_of(said["amount"])
        decision_id = self.books.decide(said["kind"], subject, choice, said["by"], on)
        self.named[said.get("as", "")] = decision_id

    def _name_proposals(self) -> None:
        for row in self.books.rows("select proposal_id from patients.proposal where proposed_by = ''"):
            self.named["night"] = row["proposal_id"]

    def answer(self, what: str, on: str) -> Any:
        ask = self.books.rows
        if what == "balances":
            return self.books.balances(VISIT)
        if what == "statement":
            found = ask("select amount_cents from patients.statement where made_on = $1", date.fromisoformat(on))
            return [row["amount_cents"] for row in found]
        if what == "proposed":
            rows = ask("select reason_code, amount_cents from patients.standing where state = 'open' order by all")
            return [(row["reason_code"], row["amount_cents"]) for row in rows]
        if what == "refused":
            rows = ask(
                "select message from patients.decided where verdict = 'refused' and taken_up_on = $1",
                date.fromisoformat(on),
            )
            return [row["message"] for row in rows]
        if what == "states":
            return [row["state"] for row in ask("select state from patients.standing order by proposed_on, state")]
        if what == "credits":
            rows = ask("select * from patients.credit order by holder")
            return [f"{r['holder']} {r['credit_cents']} {r['refundable_cents']} {r['next_step']}" for r in rows]
        rows = ask("select * from patients.medicare_clock")
        return [f"{r['identified_on']} {r['due_on']} {r['days_left']} {r['state']}" for r in rows]


def expected(what: str, said: Any) -> Any:
    if what == "balances":
        return {name: amount for name, amount in cents(said).items() if amount}
    if what == "statement":
        return [] if said == "none" else [cents_of(said)]
    if what == "proposed":
        return [] if said == "none" else [(text.split()[0], cents_of(text.split()[1])) for text in said]
    if what == "credits":
        return [f"{h} {cents_of(c)} {cents_of(r)} {n}" for h, c, r, n in (text.split() for text in said)]
    return said


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)
def test_a_biller_finds_what_the_case_says(path, books):
    teller = Teller(books)
    for step in load(path)["steps"]:
        teller.tell(step)
        for what in EXPECTED & set(step):
            found, said = teller.answer(what, step["on"]), expected(what, step[what])
            if what == "refused":
                assert len(found) == len(said), (step["on"], found)
                assert all(words in message for words, message in zip(said, found, strict=True)), (step["on"], found)
            else:
                assert found == said, (step["on"], what)
    for view in ("foreign_share", "unapproved", "misstated"):
        assert books.rows(f"select * from patients.{view}") == [], view
    assert books.rows("select * from ledger.unbalanced") == []
    assert books.rows("select * from ledger.untraced") == []
    assert books.reread() == []


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)
def test_each_case_says_why_and_has_known_words(path):
    case = load(path)
    known = EXPECTED | {"on", "charged", "payer", "desk", "remitted", "reversed", "trace", "decided"}
    assert case["why"]
    assert case["source"]
    assert all(set(step) <= known for step in case["steps"])
    assert any(EXPECTED & set(step) for step in case["steps"])
