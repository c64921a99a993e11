"""Which claims of a payer are written, and that those which cannot be are each refused with their own reason, in one pass."""

from decimal import Decimal

from tasks import seal_batches
from tests.x12.write_rows import ENVELOPE, claim, line


def test_what_cannot_be_written_is_refused_in_one_pass_and_the_rest_is_one_batch(monkeypatch):
    bad = {"c2": [line(1, units=Decimal(0))], "c5": [line(1, -1)]}
    claims = [claim(name, lines=bad.get(name)) for name in ("c1", "c2", "c3", "c4", "c5")]
    sizes = []
    write = seal_batches.write_837p
    monkeypatch.setattr(
        seal_batches, "write_837p", lambda envelope, rows: sizes.append(len(rows)) or write(envelope, rows)
    )
    written, good, refused = seal_batches._write(ENVELOPE, claims)
    assert [span.claim_id for span in written.spans] == [row.version["claim_id"] for row in good] == ["c1", "c3", "c4"]
    assert written == write(ENVELOPE, good)
    assert [(row.version["claim_id"], reason.split(" ")[0], reason.split(", ")[1][:5]) for row, reason in refused] == [
        ("c2", "WRITE_FORMAT", "SV104"),
        ("c5", "WRITE_FORMAT", "CLM02"),
    ]
    assert sizes == [5, *[1] * 5, 3]


def test_nothing_is_written_where_no_claim_can_be():
    written, good, refused = seal_batches._write(ENVELOPE, [claim(lines=[line(1, -1)])])
    assert (written, good, len(refused)) == (None, [], 1)
