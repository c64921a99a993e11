"""The synthetic payer and its clearinghouse: the bytes that we sent in, the files for our inbox out, night by night.

It knows nothing of us but those bytes. The same state, scenario, seed, night and files give the same bytes.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from hashlib import sha256

from tasks.simulation.payer_bad_files import make_bad_files
from tasks.simulation.payer_bank import make_bank_files
from tasks.simulation.payer_envelope import read_interchanges
from tasks.simulation.payer_intake import answer_claims, receive_interchange
from tasks.simulation.payer_night import Night
from tasks.simulation.payer_paying import pay_claims
from tasks.simulation.payer_scenario import Scenario, hits, load_scenario
from tasks.simulation.payer_state import PayerState

__all__ = ["PayerState", "Scenario", "answer", "load_scenario"]


def answer(
    state: PayerState, scenario: Scenario, seed: int, night: date, received: Mapping[str, bytes]
) -> tuple[PayerState, dict[str, bytes]]:
    """Give the payer's memory after this night, and its files by name.

    Shape: `received` is file name to bytes, newly delivered; a name with the same bytes is taken once. Names that begin with
    `payer_bank.FOLDER` are files of the practice's bank.
    Holds: the state given in is not changed.
    """
    started = replace(state.copy(), first_night=state.first_night or night)
    run = Night(started, scenario, seed, night)
    run.release_held()
    for name in sorted(received):
        _receive_file(run, name, received[name])
    answer_claims(run)
    pay_claims(run)
    make_bad_files(run)
    make_bank_files(run)
    return run.state, dict(sorted(run.outbox.items()))


def _receive_file(run: Night, name: str, data: bytes) -> None:
    digest = sha256(data).hexdigest()
    if run.state.files.get(name) == digest:
        return
    run.state.files[name] = digest
    if hits(run.seed, name, "lost", run.scenario.files.lost_rate):
        return
    for interchange in read_interchanges(data):
        receive_interchange(run, interchange)
