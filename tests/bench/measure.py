"""One work in one process: `python -m tests.bench.measure MODULE WORK PATH` prints seconds, peak memory and figures as JSON."""

import gc
import importlib
import json
import mmap
import re
import resource
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MOST_SETTLED_BYTES = 4 << 30
"""About what the greediest of the works needs."""

WITHOUT_MEMORY = ("balance", "write_claims")
"""Works that go over rows that lie there already and need hardly any new memory. Measured: after `settle_memory` the first look at rows that
lay there before took the host 30 or 100 ms, and the verdicts themselves 27."""

_REPORTED_ORDER, _NO_ORDER = Path("/sys/module/page_reporting/parameters/page_reporting_order"), "11"
"""The least order of the free blocks of pages that a guest reports to its host; there are none of order 11."""

_PAGE = 4096


def measure(module: str, work: str, path: Path) -> dict[str, object]:
    """Prepare the work, then time its action.

    Holds: where the work is done by processes of its own, processor time and memory are those that its figures tell.
    """
    started = time.perf_counter()
    action = getattr(importlib.import_module(f"tests.bench.{module}"), work)(path)
    prepared = time.perf_counter() - started
    gc.collect()
    if work not in WITHOUT_MEMORY:
        settle_memory()
    processor, wall = processor_seconds(), time.perf_counter()
    figures = action()
    said = {
        "seconds": time.perf_counter() - wall,
        "cpu_seconds": processor_seconds() - processor,
        "prepared_seconds": prepared,
        "peak_bytes": peak_bytes(),
    }
    found = dict(figures() if callable(figures) else figures)
    told = {name: found.pop(name) for name in ("cpu_seconds", "peak_bytes") if name in found}
    return said | told | {"figures": found}


@contextmanager
def memory_kept() -> Iterator[bool]:
    """Have a virtual machine keep its free memory for so long, where it hands it to its host and we may say so; tell whether.

    Holds: SIGTERM and SIGINT end what is inside and turn the switch back; SIGKILL cannot be told.
    Measured: else the host takes back 4 GB behind each work while the next one runs, and stops it for 30 to 100 ms now and then.
    """
    try:
        before = _REPORTED_ORDER.read_text()
    except OSError:  # no such switch
        yield False
        return
    handlers = {number: signal.signal(number, _leave) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield _is_ordered(_NO_ORDER)
    finally:
        _is_ordered(before)
        for number, handler in handlers.items():
            signal.signal(number, handler)


def _is_ordered(order: str) -> bool:
    """Turn the switch; tell whether we may."""
    try:
        _REPORTED_ORDER.write_text(order)
    except OSError:
        return False
    return True


def _leave(number: int, _: object) -> None:
    """End as Python ends, so that the switch is turned back."""
    sys.exit(128 + number)


def settle_memory() -> None:
    """Have the host of a virtual machine hand out memory before the clock starts, and forget the peak of doing so.

    Measured: what the host took back in a pause, as it does with all that is free for two seconds, comes at 0.7 GB/s, and
    what it has handed out already at 5.2 GB/s. Without this a work was as quick as the one before it was greedy.
    """
    status = Path("/proc/meminfo").read_text()
    available = int(re.search(r"MemAvailable:\s+(\d+) kB", status)[1]) * 1024
    size = min(MOST_SETTLED_BYTES, available // 2) // _PAGE * _PAGE
    with mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as memory:
        memory.madvise(mmap.MADV_HUGEPAGE)
        for place in range(0, size, _PAGE):
            memory[place] = 1
    Path("/proc/self/clear_refs").write_text("5")


def processor_seconds() -> float:
    """Give what this process and its finished children have used."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def peak_bytes() -> int:
    """Give the largest resident size of this process (VmHWM: ru_maxrss is inherited over exec) and of its largest child."""
    status = Path("/proc/self/status").read_text()
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return (int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) + children) * 1024


if __name__ == "__main__":
    json.dump(measure(sys.argv[1], sys.argv[2], Path(sys.argv[3])), sys.stdout)
