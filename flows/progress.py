"""Progress of a run of nights on a terminal: which night, which step, how far."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

STEPS_A_NIGHT = 13


class _StepHandler(logging.Handler):
    """Moves the bar by one for each step that a night reports."""

    def __init__(self, progress: Progress, bar: TaskID) -> None:
        super().__init__()
        self._progress, self._bar = progress, bar

    def emit(self, record: logging.LogRecord) -> None:
        """Show the step just done."""
        self._progress.update(self._bar, advance=1, description=" ".join(record.getMessage().split()[:2]))


@contextmanager
def shown_on(console: Console, nights: int) -> Iterator[Callable[[date, int], None]]:
    """Give what to call at the start of each night; steps report themselves through the night's logger."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description:<40}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("steps"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task("starting Prefect", total=nights * STEPS_A_NIGHT)
        handler = _StepHandler(progress, bar)
        logger = logging.getLogger("claimcycle.night")
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
        logger.propagate = False
        try:
            yield lambda night, number: progress.update(bar, description=f"{night} night {number + 1} of {nights}")
        finally:
            logger.removeHandler(handler)
            progress.update(bar, description="done")
