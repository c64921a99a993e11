"""The printed table: what must be reached and what was, then the floors and the raw figures."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

Result = Mapping[str, Mapping[str, float]]
_MEMORY_TIMES = 6
_COLD_SECONDS = 0.5
_LARGE_TIMES = 1.5


@dataclass(frozen=True, slots=True)
class Row:
    """One demand; `reached` is None where nothing was measured."""

    work: str
    against: str
    must: float
    reached: float | None
    at_least: bool = True
    unit: str = "x"

    def text(self) -> str:
        sign = "≥" if self.at_least else "≤"
        must = f"{sign} {self.must:g}{self.unit}"
        if self.reached is None:
            return f"| {self.work} | {self.against} | {must} | not measured | |"
        is_met = self.reached >= self.must if self.at_least else self.reached <= self.must
        return f"| {self.work} | {self.against} | {must} | {self.reached:.2f}{self.unit} | {'yes' if is_met else '**no**'} |"


def printed(result: Result, rounds: int) -> str:
    """Give both tables in markdown."""
    lines = ["| work | held against | must reach | reached | |", "|---|---|---|---|---|"]
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
    read = "835 to Arrow tables, one process"
    yield Row(read, "linuxforhealth-x12's segment reader", 2, _faster(result, "read", "linuxforhealth-x12"))
    yield Row(read, "pyx12's validator, on 1 MB", 400, _faster(result, "read", "pyx12"))
    yield Row(read, "openx12, on 10 MB (it slows down beyond)", 40, _faster(result, "read", "openx12"))
    yield Row("the same on two threads", "one", 1.7, _faster(result, "read, two threads", "read"))
    yield Row("many files of 20 KB", "the single file", 0.5, _faster(result, "read, many files", "read"))
    yield Row(
        "835 to a DuckDB file", "the insert from Arrow", 2, _longer(result, "to DuckDB", "insert from Arrow"), False
    )
    yield Row("the balance verdicts", "the read", 0.1, _longer(result, "balance", "read"), False)
    tokens = "linuxforhealth-x12's segment reader"
    yield Row("837P read back", tokens, 2, _faster(result, "read 837P", "linuxforhealth-x12, 837P"))
    yield Row("peak memory", "the file", _MEMORY_TIMES, _peak(result, "read"), False)
    yield Row("peak memory, large file", "that of the file above", _LARGE_TIMES, _large_peak(result), False)
    cold = result.get("summary, cold", {}).get("seconds")
    yield Row("claims x12 summary on 2 KB", "a cold start", _COLD_SECONDS, cold, False, " s")


def _speed(one: Mapping[str, float]) -> float:
    """Units: megabytes a second."""
    return one["bytes"] / one["seconds"] / 1e6


def _faster(result: Result, work: str, other: str) -> float | None:
    """Give the ratio of bytes a second, None where either was not measured."""
    if not result.get(work) or not result.get(other) or "seconds" not in result[work]:
        return None
    return _speed(result[work]) / _speed(result[other])


def _longer(result: Result, work: str, other: str) -> float | None:
    """Give the ratio of seconds."""
    return result[work]["seconds"] / result[other]["seconds"] if "seconds" in result.get(work, {}) else None


def _peak(result: Result, work: str) -> float | None:
    return result[work]["peak_bytes"] / result[work]["bytes"] if "seconds" in result.get(work, {}) else None


def _large_peak(result: Result) -> float | None:
    large = result.get("read, large", {})
    return large["peak_bytes"] / result["read"]["peak_bytes"] if "seconds" in large else None
