"""Public 835s end to end: their claims are ours for once; what balances is posted to the cent, what does not waits with the difference."""

from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest

from schemas.errors import Fault
from schemas.money import dollars
from tasks.stores.warehouse import writer
from tasks.x12.envelope import read_x12
from tasks.x12.remittance import read_835

from .homes import RemitHome
from .making import Claim, Line

CORPUS = Path(__file__).parents[3] / "shared" / "x12" / "corpus"
NIGHT = date(2026, 3, 4)


def public_835s():
    """Give each content once with its rows, where the reader trusts it."""
    found = {}
    for path in sorted(CORPUS.rglob("*")) if CORPUS.exists() else []:
        content = path.read_bytes() if path.is_file() and path.suffix != ".csv" else b""
        digest = sha256(content).hexdigest()
        if b"CLP" in content and digest not in found:
            try:
                rows = read_835(read_x12(content), digest, NIGHT)
            except Fault:
                continue
            if rows["payment"]:
                found[digest] = content, rows
    return found


@pytest.fixture(scope="module")
def posted(tmp_path_factory):
    """Give a home to which every public 835 came in one night."""
    found = public_835s()
    if not found:
        pytest.skip("the shared corpus of public 835s is not beside this repository")
    home = RemitHome(tmp_path_factory.mktemp("corpus") / "home")
    claims = {}
    for _content, rows in found.values():
        for row in rows["claim"]:
            number, charge = row["patient_control_number"], abs(row["charge_cents"])
            lines = (Line(1, "", "", charge, "20260101", f"{number}-1"),)
            claims.setdefault(number, Claim(number, row["member_number"] or "", lines, number))
    home.send(list(claims.values()))
    home.arrive(NIGHT, [content for content, _ in found.values()])
    home.run(NIGHT)
    return home, found


def test_balanced_ones_are_posted_to_the_cent_and_the_others_wait_with_the_difference(posted):
    home, found = posted
    verdicts = {row["payment_id"]: row for row in home.ask("select * from remittances.payment")}
    cash = {
        row["payment_id"]: row["cents"]
        for row in home.ask(
            """select p.payment_id, sum(e.amount_cents)::bigint as cents from remittances.payment p join ledger.entry e
               on e.file_sha256 = p.file_sha256 and e.byte_start >= p.byte_start and e.byte_end <= p.byte_end
               where e.account = 'cash' and e.trace_number is not null group by 1"""
        )
    }
    counted = {"accepted": 0, "held": 0, "repeated": 0}
    for _, rows in found.values():
        for payment in rows["payment"]:
            verdict = verdicts[payment["payment_id"]]
            counted[verdict["verdict"]] += 1
            paid = sum(c["paid_cents"] for c in rows["claim"] if c["payment_id"] == payment["payment_id"])
            withheld = sum(
                p["amount_cents"] for p in rows["provider_adjustment"] if p["payment_id"] == payment["payment_id"]
            )
            difference = payment["payment_cents"] - paid + withheld
            if verdict["verdict"] == "accepted":
                assert difference == 0
                assert cash.get(payment["payment_id"], 0) == payment["payment_cents"]
            else:
                assert payment["payment_id"] not in cash
            if difference and verdict["verdict"] == "held":
                assert dollars(difference) in verdict["verdict_reason"]
            if difference == 0:
                assert (
                    verdict["verdict"] in ("accepted", "repeated") or "BPR02 differs" not in verdict["verdict_reason"]
                )
    assert counted["accepted"]
    assert counted["held"]


def test_nothing_of_them_is_lost(posted):
    home, _ = posted
    assert home.ask("select * from ledger.unbalanced") == []
    assert home.ask("select * from remittances.unposted_cents") == []
    with writer(home.path) as warehouse:
        assert warehouse.value("select count(*) from files.reading where outcome <> 'read'") == 0
