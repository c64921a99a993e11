"""Nights one after another against the synthetic payer, all in one process: the demo, and how an installation is tried out."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from prefect import flow
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

from flows.nightly import nightly
from tasks.rehearse_payer import rehearse_payer


@contextmanager
def without_heartbeat() -> Iterator[None]:
    """No heartbeat thread runs: it costs a second at the end of every flow, and nobody watches an embedded run."""
    with temporary_settings(set_defaults={PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}, restore_defaults=[]):
        yield


@flow(name="rehearsal", description=__doc__)
def rehearse(home: str, night: date) -> dict[str, int]:
    """The synthetic partners have answered what the night sent them."""
    return rehearse_payer(Path(home), night)


def run_nights(home: Path, first_night: date, nights: int, progress: Callable[[date, int], None]) -> None:
    """Every night of the range has run, each followed by the synthetic partners' answers."""
    with without_heartbeat():
        for number in range(nights):
            night = first_night + timedelta(days=number)
            progress(night, number)
            nightly(str(home), night)
            rehearse_payer.fn(home, night)  # no flow run of its own: it is not part of the night
