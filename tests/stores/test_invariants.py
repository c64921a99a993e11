"""A night is sound where its close found every view empty that must be, or where what it found is mended since."""

from datetime import date

import pytest

from schemas.errors import NightFailed
from tasks.stores.invariants import require_sound_night
from tasks.stores.snapshot import publish_snapshot
from tasks.stores.warehouse import session

NIGHT = date(2026, 3, 4)
ODD = """
insert into ledger.entry (entry_id, posting_id, account, amount_cents, file_sha256, byte_start, byte_end, rule_id, rule_version, posted_on)
values ('e1', 'p1', 'cash', 150, repeat('f', 64), 0, 1, 'payment', '1', date '2026-03-04')
"""


@pytest.mark.parametrize(
    ("kept", "is_odd", "is_sound"),
    [
        (0, False, True),
        (1, True, False),
        (1, False, True),  # broken at the close, mended before the night was run again
        (None, True, False),  # an edition closed it that kept no counts
        (None, False, True),
    ],
)
def test_what_the_close_found_broken_is_counted_again(tmp_path, kept, is_odd, is_sound):
    with session(tmp_path) as warehouse:
        names = [r["column_name"] for r in warehouse.rows("select column_name from (describe reports.night)")]
        warehouse.insert("reports.night", [dict.fromkeys(names, 0) | {"night": NIGHT}])
        if kept is not None:
            row = {"night": NIGHT, "invariant": "ledger.unbalanced", "rows": kept}
            warehouse.insert("reports.invariant", [row])
        if is_odd:
            warehouse.execute(ODD)
    publish_snapshot(tmp_path, NIGHT)
    if is_sound:
        require_sound_night(tmp_path)
    else:
        with pytest.raises(NightFailed, match=r"ledger\.unbalanced \(1\)"):
            require_sound_night(tmp_path)
