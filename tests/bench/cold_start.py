"""The command from a cold start: `claims x12 summary` on one small file, in a new process; prints its seconds and figures as JSON."""

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

CLAIMS = Path(sys.executable).with_name("claims")
_SAME = ("interchanges", "claims", "lines", "adjustments")
_CENTS = ("charged_cents", "paid_cents", "adjusted_cents", "patient_cents", "payment_cents")


def summarized(path: Path) -> dict[str, object]:
    """Give how long the command took for a file of one kind, and what it said."""
    started = time.perf_counter()
    done = subprocess.run([CLAIMS, "x12", "summary", path, "--json"], check=True, capture_output=True)
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "figures": _figures(json.loads(done.stdout))}


def _figures(row: Mapping[str, object]) -> dict[str, object]:
    """Give the columns of the summary by the names of the truth."""
    found = {name: row[name] for name in (*_SAME, *_CENTS)}
    unbalanced = sum(verdict["unbalanced"] for verdict in row["balanced"].values())
    return found | {"payments": row["transactions"], "plb": row["provider_adjustments"], "unbalanced": unbalanced}


if __name__ == "__main__":
    json.dump(summarized(Path(sys.argv[1])), sys.stdout)
