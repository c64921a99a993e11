"""What every step of the night has in common: a Prefect task that takes a folder and a date, and may be run again."""

from collections.abc import Callable
from typing import Any, ParamSpec

from prefect import Task, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun

from schemas.errors import ClaimcycleError

P = ParamSpec("P")


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
