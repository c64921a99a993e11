"""openx12: claims, lines and adjustments as dictionaries; PLB as the raw text it keeps."""

import re
from pathlib import Path

from openx12 import x835, x837i, x837p

from tests.compare.dumb import figures_of
from tests.compare.peers.report import Reading, cents, report


def read(path: Path) -> Reading:
    """Read with the module that fits; the user has to know which."""
    content = path.read_text()
    if re.search(r"\bST.835", content):
        return _remittance(x835.parse(content)), 0
    if re.search(r"\bST.837", content):
        return _claims((x837i if "X223" in content else x837p).parse(content)), 0
    raise ValueError("openx12 has no reader for this kind")


def _remittance(era: x835.ERA) -> dict[str, int]:
    lines = [line for claim in era.claims for line in claim["services"]]
    adjustments = [adjustment for part in (*era.claims, *lines) for adjustment in part.get("adjustments", ())]
    kept = figures_of([["ST", "835"], *(plb["raw"].split("*") for plb in era.json().get("plb", ()))])
    return {
        "claims": len(era.claims),
        "lines": len(lines),
        "adjustments": len(adjustments),
        "charged_cents": sum(cents(claim["total_claim_charge"]) for claim in era.claims),
        "paid_cents": sum(cents(claim["claim_payment_amount"]) for claim in era.claims),
        "adjusted_cents": sum(cents(adjustment["amount"]) for adjustment in adjustments),
        "plb": kept["plb"],
        "plb_cents": kept["plb_cents"],
        "payment_cents": cents(era.payment_amount),
    }


def _claims(batch: x837p.Claim837P | x837i.Claim837I) -> dict[str, int]:
    return {
        "claims": len(batch.claims),
        "lines": sum(len(claim.get("services", ())) for claim in batch.claims),
        "charged_cents": sum(cents(claim.get("amount")) for claim in batch.claims),
    }


if __name__ == "__main__":
    report(read)
