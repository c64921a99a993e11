"""edi-835-parser: claims and their lines; its warnings are its complaints."""

import warnings
from pathlib import Path

import edi_835_parser

from tests.compare.peers.report import Reading, cents, report


def read(path: Path) -> Reading:
    with warnings.catch_warnings(record=True) as complaints:
        warnings.simplefilter("always")
        sets = list(edi_835_parser.parse(str(path)))
    claims = [claim for one in sets for claim in one.claims]
    lines = [line for claim in claims for line in claim.services]
    adjustments = [adjustment for line in lines for adjustment in line.adjustments]
    figures = {
        "transactions": len(sets),
        "claims": len(claims),
        "lines": len(lines),
        "adjustments": len(adjustments),
        "charged_cents": sum(cents(claim.claim.charge_amount) for claim in claims),
        "paid_cents": sum(cents(claim.claim.paid_amount) for claim in claims),
        "adjusted_cents": sum(cents(adjustment.amount) for adjustment in adjustments),
        "payment_cents": sum(cents(one.financial_information.amount_paid) for one in sets),
    }
    return figures, len(complaints)


if __name__ == "__main__":
    report(read)
