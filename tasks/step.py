"""What every step of the night has in common: a Prefect task that takes a folder and a date, and may be run again."""

from collections.abc import Callable
from typing import TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE

from schemas.errors import ClaimcycleError

Step = TypeVar("Step", bound=Callable[..., dict[str, int]])


def step(function: Step) -> Step:
    """Make a step of the night: named after its function, tried three times, never cached, its counts shown in the UI.

    Holds: errors that say what a person must do are not tried again.
    """
    made: Step = task(
        function,
        name=function.__name__,
        cache_policy=NO_CACHE,
        persist_result=False,
        retries=2,
        retry_delay_seconds=[2, 10],
        retry_condition_fn=_may_pass_later,
        log_prints=False,
    )  # type: ignore[assignment]
    return made


def _may_pass_later(_task: object, _run: object, state: object) -> bool:
    """Tell whether another try can help: not when the program itself has said no."""
    try:
        state.result()  # type: ignore[attr-defined]
    except ClaimcycleError:
        return False
    except Exception:  # noqa: BLE001 - any other failure may be a passing one
        return True
    return False
