"""Scenarios and runs of nights for the tests of the synthetic payer."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from tasks.simulation.payer import PayerState, Scenario, answer
from tasks.simulation.payer_scenario import Denial, Payments, Terms

from .payer_texts import DAY, Clp, clps_of, files_of

SEED = 7
RULES = (
    Denial("18", "CO", "claim", (), 0.0, "duplicate"),
    Denial("27", "CO", "claim", ("N30",), 0.0, "coverage_ended"),
    Denial("29", "CO", "claim", (), 0.0, "filing_limit"),
    Denial("197", "CO", "line", ("N54",), 0.0, "authorization"),
)


def terms(payer_id: str, **changes: object) -> Terms:
    plain = Terms(payer_id, f"{payer_id} PLAN", f"19900000{len(payer_id):02d}", 60.0, 20.0, 0, 2500, 365, (1, 1))
    return replace(plain, **changes)  # type: ignore[arg-type]


def scenario(**changes: object) -> Scenario:
    """A payer to which nothing happens by chance: it accepts, and pays one night after acceptance."""
    calm = Scenario(
        clearinghouse_id="HARBORCH",
        clearinghouse_name="HARBOR CLEARINGHOUSE",
        terms={"default": terms("default"), "BCNE1": terms("BCNE1"), "MEDCR": terms("MEDCR", allowed_percent=50.0)},
        denials=RULES,
        authorization_required=("70553",),
        visit_codes=("99213",),
    )
    return replace(calm, **changes)  # type: ignore[arg-type]


def payments(**changes: object) -> Scenario:
    return scenario(payments=Payments(**changes))  # type: ignore[arg-type]


def run(
    what: Scenario,
    files: Mapping[int, Mapping[str, bytes]],
    nights: int = 10,
    seed: int = SEED,
    first: date = DAY,
) -> list[dict[str, bytes]]:
    """The answers of each night; the state goes through JSON in between."""
    text, given = PayerState().to_json(), []
    for offset in range(nights):
        night = first + timedelta(days=offset)
        state, out = answer(PayerState.from_json(text), what, seed, night, files.get(offset, {}))
        text = state.to_json()
        given.append(out)
    return given


def all_835(nights: list[dict[str, bytes]]) -> list[list[list[str]]]:
    return [rows for out in nights for rows in files_of(out, "835")]


def all_clps(nights: list[dict[str, bytes]]) -> list[Clp]:
    return [clp for rows in all_835(nights) for clp in clps_of(rows)]


def statuses(nights: list[dict[str, bytes]]) -> dict[str, list[str]]:
    """Claim number to the STC01 of every 277CA about it, in order."""
    found: dict[str, list[str]] = {}
    for out in nights:
        for rows in files_of(out, "277ca"):
            number = ""
            for row in rows:
                number = row[2] if row[:2] == ["TRN", "2"] else number
                if row[0] == "STC" and len(row) > 4 and number:
                    found.setdefault(number, []).append(row[1])
    return found
