"""Public 835s are posted to the cent, or wait with the stated difference; every entry's bytes say its cents."""

import re
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest

from schemas.errors import Fault
from schemas.money import cents_of
from tasks.denials.answers import said_once
from tasks.ledger.posting import in_posting_order, post_provider_adjustments, post_remitted_claim
from tasks.x12.envelope import read_x12
from tasks.x12.remittance import read_835

from .remits import judged

CORPUS = Path(__file__).parents[3] / "shared" / "x12" / "corpus"
NIGHT = date(2026, 3, 2)
SEEN_AS = {"CLP": 4, "SVC": 3}


def remittances():
    """Every corpus file with an 835 that the reader trusts, as (name, content, rows)."""
    for path in sorted(CORPUS.rglob("*")) if CORPUS.exists() else []:
        content = path.read_bytes() if path.is_file() and path.suffix != ".csv" else b""
        if b"CLP" not in content:
            continue
        try:
            rows = read_835(read_x12(content), sha256(content).hexdigest(), NIGHT)
        except Fault:
            continue
        if rows["payment"]:
            yield path.name, content, rows


FOUND = list(remittances())
pytestmark = pytest.mark.skipif(not FOUND, reason="the shared corpus of public 835s is not beside this repository")


def match(rows):
    """Give every CLP a claim by its control number, every SVC a line by its place."""
    for claim in rows["claim"]:
        claim["claim_id"], claim["claim_version"] = claim["patient_control_number"], 1
    for service in rows["service"]:
        service["line_number"] = service["position"] + 1


@pytest.fixture(scope="module")
def posted():
    """Give the postings of every file, and entries and exceptions of each payment by its id."""
    for _, _, rows in FOUND:
        match(rows)
    told = judged([rows for _, _, rows in FOUND])
    made = {}
    for _, _, rows in FOUND:
        for payment in rows["payment"]:
            made[payment["payment_id"]] = post(rows, payment, told)
    return told, made


def post(rows, payment, told):
    entries, exceptions, releasing = [], [], set()
    due = [p for p in told["posting"] if p["payment_id"] == payment["payment_id"]]
    saying = {p["posting_id"]: [a for a in told["amount"] if a["posting_id"] == p["posting_id"]] for p in due}
    for posting in in_posting_order(due, saying, {}):
        said = saying[posting["posting_id"]]
        earlier = [e for e in entries if e["claim_id"] == posting["claim_id"]]
        made = post_remitted_claim(posting, said, earlier, NIGHT)
        entries += made.entries
        exceptions += made.exceptions
        if made.released:
            releasing.add(posting["posting_id"])
    provider = [p for p in rows["provider_adjustment"] if p["payment_id"] == payment["payment_id"]]
    return entries + post_provider_adjustments(payment, provider, NIGHT), exceptions, releasing


@pytest.mark.parametrize(("name", "content", "rows"), FOUND, ids=[f[0] for f in FOUND])
def test_public_remittances_post_to_the_cent_or_wait(name, content, rows, posted):
    for payment in rows["payment"]:
        entries, exceptions, releasing = posted[1][payment["payment_id"]]
        claims = [c for c in rows["claim"] if c["payment_id"] == payment["payment_id"]]
        provider = [p for p in rows["provider_adjustment"] if p["payment_id"] == payment["payment_id"]]
        cash = sum(e["amount_cents"] for e in entries if e["account"] == "cash")
        assert cash == sum(c["paid_cents"] for c in claims) - sum(p["amount_cents"] for p in provider)
        assert sum(e["amount_cents"] for e in entries) == 0
        unbalanced = {e["posting_id"]: e["difference_cents"] for e in exceptions if e["code"] == "unbalanced_claim"}
        expected = {}
        for claim in claims:
            own = [a for a in rows["adjustment"] if a["remitted_claim_id"] == claim["remitted_claim_id"]]
            adjusted = sum(a["amount_cents"] for a in said_once(claim, own))
            difference = claim["charge_cents"] - adjusted - claim["paid_cents"]
            if difference and claim["status_code"] not in ("23", "25"):
                expected[claim["remitted_claim_id"]] = difference
        reversals = {claim["remitted_claim_id"] for claim in claims if claim["status_code"] == "22"}
        assert releasing <= reversals  # money that waited and is taken back waits no more, and needs no exception
        assert unbalanced == {key: cents for key, cents in expected.items() if key not in releasing}


@pytest.mark.parametrize(("name", "content", "rows"), FOUND, ids=[f[0] for f in FOUND])
def test_the_bytes_of_every_entry_say_its_cents(name, content, rows, posted):
    for payment in rows["payment"]:
        for entry in posted[1][payment["payment_id"]][0]:
            said = content[entry["byte_start"] : entry["byte_end"]].decode("utf-8", "replace")
            assert abs(entry["amount_cents"]) in amounts(said), (entry["rule_id"], entry["byte_start"])


def amounts(said: str) -> set[int]:
    """Give every amount in the text, read without our reader."""
    found = set()
    for word in re.findall(r"-?\d*\.?\d+", said):
        try:
            found.add(abs(cents_of(word)))
        except ValueError:
            continue
    return found
