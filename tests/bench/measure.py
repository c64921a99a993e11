"""One work in one process: `python -m tests.bench.measure MODULE WORK PATH` prints seconds, peak memory and figures as JSON."""

import gc
import importlib
import json
import re
import resource
import sys
import time
from pathlib import Path


def measure(module: str, work: str, path: Path) -> dict[str, object]:
    """Prepare the work, then time its action; a work that our engine cannot do is told as skipped."""
    started = time.perf_counter()
    action = getattr(importlib.import_module(f"tests.bench.{module}"), work)(path)
    prepared = time.perf_counter() - started
    gc.collect()
    processor, wall = _processor_seconds(), time.perf_counter()
    try:
        figures = action()
    except NotImplementedError:
        return {"skipped": True}
    said = {
        "seconds": time.perf_counter() - wall,
        "cpu_seconds": _processor_seconds() - processor,
        "prepared_seconds": prepared,
        "peak_bytes": _peak_bytes(),
    }
    return said | {"figures": dict(figures() if callable(figures) else figures)}


def _processor_seconds() -> float:
    """Give what this process and its finished children have used."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _peak_bytes() -> int:
    """Give the largest resident size of this process (VmHWM: ru_maxrss is inherited over exec) and of its largest child."""
    status = Path("/proc/self/status").read_text()
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return (int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) + children) * 1024


if __name__ == "__main__":
    json.dump(measure(sys.argv[1], sys.argv[2], Path(sys.argv[3])), sys.stdout)
