"""The printed table: what must be reached and what was, then the floors and the raw figures."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import KW_ONLY, dataclass
from typing import NamedTuple

Result = Mapping[str, Mapping[str, float]]
_MEMORY_TIMES = 6
_COLD_SECONDS = 0.5
_CLAIMS_A_SECOND = 20_000
_LARGE_TIMES = 1.5
_LARGE = 1000
"""A figure from which every digit before the point is told."""


class Reached(NamedTuple):
    """What was measured by the clock, the same by processor time, and by each work's quickest run.

    Shape: None where nothing was measured or nothing is to be said; from its quickest run others kept the machine least.
    """

    by_clock: float | None
    by_cpu: float | None = None
    of_quickest: float | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One demand, and whether the clock says that it is met; without `must` it is only told."""

    work: str
    against: str
    must: float | None
    reached: Reached
    _: KW_ONLY
    at_least: bool = True
    unit: str = "x"

    def text(self) -> str:
        must = "" if self.must is None else f"{'≥' if self.at_least else '≤'} {self.must:,g}{self.unit}"
        by_clock = self.reached.by_clock
        if by_clock is None:
            return f"| {self.work} | {self.against} | {must} | not measured | | | |"
        figures = [f"{_rounded(ratio)}{self.unit}" if ratio else "" for ratio in self.reached]
        cells = (self.work, self.against, must, *figures, self._verdict(by_clock))
        return f"| {' | '.join(cells)} |"

    def _verdict(self, by_clock: float) -> str:
        if self.must is None:
            return ""
        return "yes" if (by_clock >= self.must if self.at_least else by_clock <= self.must) else "**no**"


def _rounded(ratio: float) -> str:
    return f"{ratio:.3g}" if ratio < _LARGE else f"{ratio:,.0f}"


def demands(found: Iterable[Row]) -> list[str]:
    """Give the first table's lines."""
    heads = "| work | held against | must reach | reached | by CPU time | quickest runs | |"
    return [heads, "|---" * 7 + "|", *(row.text() for row in found)]


def printed(result: Result, rounds: int) -> str:
    """Give both tables in markdown."""
    lines = demands(rows(result))
    said = f"Medians of {rounds} rounds, but where a row says how many runs it had"
    lines += ["", f"{said}; each work in its own process; the file is read within the time.", ""]
    lines += ["| measured | seconds | CPU seconds | MB/s | peak MB | ready after, s |", "|---|---|---|---|---|---|"]
    lines += [_measured(_told(name, one, rounds), one) for name, one in result.items()]
    return "\n".join(lines)


def _told(name: str, one: Mapping[str, float], rounds: int) -> str:
    """Give the name of a work, and how often it ran where that was not once a round."""
    runs = one.get("runs", rounds)
    return name if runs == rounds else f"{name} ({runs:g} run{'s' if runs > 1 else ''})"


def _measured(name: str, one: Mapping[str, float]) -> str:
    if "seconds" not in one:
        return f"| {name} | not measured | | | | |"
    cells = [f"{one['seconds']:.3f}", f"{one['cpu_seconds']:.3f}" if "cpu_seconds" in one else ""]
    cells.append(f"{_speed(one):,.2f}" if one["bytes"] else "")
    cells.append(f"{one['peak_bytes'] / 1e6:,.0f}" if "peak_bytes" in one else "")
    cells.append(f"{one['prepared_seconds']:.2f}" if "prepared_seconds" in one else "")
    return f"| {name} | {' | '.join(cells)} |"


def rows(result: Result) -> Iterator[Row]:
    """Give the demands of the engine, in the order they were made."""
    read, tokens = "835 to Arrow tables, one process", "linuxforhealth-x12's segment reader"
    yield Row(read, tokens, 2, _faster(result, "read", "linuxforhealth-x12"))
    yield Row(read, "pyx12's validator, on 1 MB", 400, _faster(result, "read", "pyx12"))
    yield Row(read, "openx12", 40, _faster(result, "read", "openx12"))
    yield Row("the same on two threads", "one", 1.7, _by_clock(result, "read, two threads", "read"))
    yield Row("two processes, a half each", "one", 1.7, _by_clock(result, "read, two processes", "read"))
    yield Row("many files of 20 KB", "the single file", 0.5, _faster(result, "read, many files", "read"))
    inserted = _longer(result, "to DuckDB", "insert from Arrow")
    yield Row("835 to a DuckDB file", "the insert from Arrow", 2, inserted, at_least=False)
    yield Row("the balance verdicts", "the read", 0.1, _longer(result, "balance", "read"), at_least=False)
    yield Row("837P to Arrow tables, one process", tokens, 2, _faster(result, "read 837P", "linuxforhealth-x12, 837P"))
    counted = _faster(result, "count 837P", "linuxforhealth-x12, 837P")
    yield Row("837P counted (claims x12 summary), no tables", tokens, None, counted)
    yield Row("837P from rows to bytes", "one process", _CLAIMS_A_SECOND, _claims(result), unit=" claims/s")
    yield Row("peak memory", "the file", _MEMORY_TIMES, _peak(result, "read"), at_least=False)
    yield Row(
        "peak memory, large file (one run)", "that of the file above", _LARGE_TIMES, _large_peak(result), at_least=False
    )
    one = result.get("summary, cold", {})
    cold = Reached(one.get("seconds"), None, one.get("quickest_seconds"))
    yield Row("claims x12 summary on 2 KB", "a cold start", _COLD_SECONDS, cold, at_least=False, unit=" s")


def _speed(one: Mapping[str, float]) -> float:
    """Units: megabytes a second."""
    return one["bytes"] / one["seconds"] / 1e6


def _faster(result: Result, work: str, other: str) -> Reached:
    """Give the ratios of bytes a second."""
    longer = _longer(result, work, other)
    if longer.by_clock is None:
        return longer
    sizes = result[work]["bytes"] / result[other]["bytes"]
    return Reached(*(sizes / ratio if ratio else None for ratio in longer))


def _by_clock(result: Result, work: str, other: str) -> Reached:
    """Give the ratios of bytes a second where processor time says nothing."""
    return _faster(result, work, other)._replace(by_cpu=None)


def _longer(result: Result, work: str, other: str) -> Reached:
    """Give the ratios of seconds."""
    one, two = result.get(work, {}), result.get(other, {})
    if "seconds" not in one or "seconds" not in two:
        return Reached(None)
    return Reached(
        one["seconds"] / two["seconds"],
        one["cpu_seconds"] / max(two["cpu_seconds"], 1e-9),
        one["quickest_seconds"] / two["quickest_seconds"],
    )


def _claims(result: Result) -> Reached:
    """Give claims a second."""
    one = result.get("write 837P", {})
    if "seconds" not in one:
        return Reached(None)
    return Reached(*(one["claims"] / one[kind] for kind in ("seconds", "cpu_seconds", "quickest_seconds")))


def _peak(result: Result, work: str) -> Reached:
    one = result.get(work, {})
    return Reached(one["peak_bytes"] / one["bytes"] if "seconds" in one else None)


def _large_peak(result: Result) -> Reached:
    large = result.get("read, large", {})
    return Reached(large["peak_bytes"] / result["read"]["peak_bytes"] if "seconds" in large else None)
