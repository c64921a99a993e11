"""What every step of the night has in common: a Prefect task that takes a folder and a date, and may be run again."""

from collections.abc import Callable
from datetime import date
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec

from prefect import Task, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun

from schemas.errors import ClaimcycleError
from tasks.stores.journal import note_settings, note_step
from tasks.stores.warehouse import session

P = ParamSpec("P")


def night_step(function: Callable[[Path, date], dict[str, int]]) -> Task[[Path, date], dict[str, int]]:
    """Make a step that is done once a night: run again, it says so and does nothing, until a backfill reopens it.

    Shape: reports.step. Holds: what a later step has made in a night is not taken up by an earlier one of the same night,
    however often the night is run. The log says with which settings it ran and that it is done: replay goes by that.
    """

    @wraps(function)
    def once(home: Path, night: date) -> dict[str, int]:
        with session(home) as warehouse:
            if warehouse.rows("select 1 from reports.step where night = $1 and step = $2", [night, function.__name__]):
                return {"done_before": 1}
            note_settings(home, night)
            counts = function(home, night)
            note_step(home, function.__name__, night)
            warehouse.insert("reports.step", [{"night": night, "step": function.__name__}])
        return counts

    return step(once)


def done_again(task_of_night: Task[[Path, date], dict[str, int]]) -> Callable[[Path, date], dict[str, int]]:
    """Give the work of a step made by `night_step`, without Prefect and also where its night is done already.

    Holds: steps add only what is missing.
    """
    work: Callable[[Path, date], dict[str, int]] = task_of_night.fn.__wrapped__  # type: ignore[attr-defined]
    return work


def step(function: Callable[P, dict[str, int]]) -> Task[P, dict[str, int]]:
    """Make a step of the night: named after its function, tried three times, never cached, its counts shown in the UI.

    Holds: errors that say what a person must do are not tried again.
    """
    return task(
        name=function.__name__,
        cache_policy=NO_CACHE,
        persist_result=False,
        retries=2,
        retry_delay_seconds=[2, 10],
        retry_condition_fn=_may_pass_later,
        log_prints=False,
    )(function)


def _may_pass_later(_task: Task[Any, Any], _run: TaskRun, state: State[Any]) -> bool:
    """Tell whether another try can help: not when the program itself has said no."""
    return not isinstance(state.result(raise_on_failure=False), ClaimcycleError)
