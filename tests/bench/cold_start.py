"""The command from a cold start: `claims x12 summary` on one small file, in a new process; prints its seconds as JSON."""

import json
import subprocess
import sys
import time
from pathlib import Path

CLAIMS = Path(sys.executable).with_name("claims")

if __name__ == "__main__":
    started = time.perf_counter()
    subprocess.run([CLAIMS, "x12", "summary", sys.argv[1], "--json"], check=True, capture_output=True)
    json.dump({"seconds": time.perf_counter() - started}, sys.stdout)
