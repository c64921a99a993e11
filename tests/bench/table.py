"""The printed table: what must be reached and what was, then the floors and the raw figures."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

Result = Mapping[str, Mapping[str, float]]
_MEMORY_TIMES = 6
_COLD_SECONDS = 0.5
_LARGE_TIMES = 1.5


@dataclass(frozen=True, slots=True)
class Row:
    """One demand; `reached` is None where nothing was measured, `by_cpu` where processor time says nothing.

    Shape: `of_quickest` is the ratio of each work's quickest run, from which others kept the machine least.
    """

    work: str
    against: str
    must: float
    reached: float | None
    by_cpu: float | None = None
    of_quickest: float | None = None
    at_least: bool = True
    unit: str = "x"

    def text(self) -> str:
        must = f"{'≥' if self.at_least else '≤'} {self.must:g}{self.unit}"
        if self.reached is None:
            return f"| {self.work} | {self.against} | {must} | not measured | | | |"
        is_met = self.reached >= self.must if self.at_least else self.reached <= self.must
        figures = [
            f"{ratio:.3g}{self.unit}" if ratio else "" for ratio in (self.reached, self.by_cpu, self.of_quickest)
        ]
        cells = (self.work, self.against, must, *figures, "yes" if is_met else "**no**")
        return f"| {' | '.join(cells)} |"


def printed(result: Result, rounds: int) -> str:
    """Give both tables in markdown."""
    lines = [
        "| work | held against | must reach | reached | by CPU time | quickest runs | |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [row.text() for row in rows(result)]
    lines += ["", f"Medians of {rounds} rounds; each work in its own process; the file is read within the time.", ""]
    lines += ["| measured | seconds | CPU seconds | MB/s | peak MB | ready after, s |", "|---|---|---|---|---|---|"]
    lines += [_measured(name, one) for name, one in result.items()]
    return "\n".join(lines)


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
    yield Row(read, tokens, 2, *_faster(result, "read", "linuxforhealth-x12"))
    yield Row(read, "pyx12's validator, on 1 MB", 400, *_faster(result, "read", "pyx12"))
    yield Row(read, "openx12", 40, *_faster(result, "read", "openx12"))
    yield Row("the same on two threads", "one", 1.7, *_by_clock(result, "read, two threads", "read"))
    yield Row("two processes, a half each", "one", 1.7, *_by_clock(result, "read, two processes", "read"))
    yield Row("many files of 20 KB", "the single file", 0.5, *_faster(result, "read, many files", "read"))
    yield Row(
        "835 to a DuckDB file", "the insert from Arrow", 2, *_longer(result, "to DuckDB", "insert from Arrow"), False
    )
    yield Row("the balance verdicts", "the read", 0.1, *_longer(result, "balance", "read"), False)
    yield Row("837P read back", tokens, 2, *_faster(result, "read 837P", "linuxforhealth-x12, 837P"))
    yield Row("peak memory", "the file", _MEMORY_TIMES, _peak(result, "read"), at_least=False)
    yield Row("peak memory, large file", "that of the file above", _LARGE_TIMES, _large_peak(result), at_least=False)
    cold = result.get("summary, cold", {})
    yield Row(
        "claims x12 summary on 2 KB",
        "a cold start",
        _COLD_SECONDS,
        cold.get("seconds"),
        None,
        cold.get("quickest_seconds"),
        at_least=False,
        unit=" s",
    )


def _speed(one: Mapping[str, float]) -> float:
    """Units: megabytes a second."""
    return one["bytes"] / one["seconds"] / 1e6


Ratios = tuple[float | None, float | None, float | None]
"""By the clock, by processor time, and by the clock of the quickest runs; None where either work was not measured."""


def _faster(result: Result, work: str, other: str) -> Ratios:
    """Give the ratios of bytes a second."""
    by_clock, by_cpu, of_quickest = _longer(result, work, other)
    if not by_clock or not of_quickest:
        return None, None, None
    sizes = result[work]["bytes"] / result[other]["bytes"]
    return sizes / by_clock, sizes / by_cpu if by_cpu else None, sizes / of_quickest


def _by_clock(result: Result, work: str, other: str) -> Ratios:
    """Give the ratios of bytes a second where processor time says nothing."""
    by_clock, _, of_quickest = _faster(result, work, other)
    return by_clock, None, of_quickest


def _longer(result: Result, work: str, other: str) -> Ratios:
    """Give the ratios of seconds."""
    one, two = result.get(work, {}), result.get(other, {})
    if "seconds" not in one or "seconds" not in two:
        return None, None, None
    return (
        one["seconds"] / two["seconds"],
        one["cpu_seconds"] / max(two["cpu_seconds"], 1e-9),
        one["quickest_seconds"] / two["quickest_seconds"],
    )


def _peak(result: Result, work: str) -> float | None:
    return result[work]["peak_bytes"] / result[work]["bytes"] if "seconds" in result.get(work, {}) else None


def _large_peak(result: Result) -> float | None:
    large = result.get("read, large", {})
    return large["peak_bytes"] / result["read"]["peak_bytes"] if "seconds" in large else None
