"""What the synthetic practice is asked for: seed, nights, size and the rate of each fault."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from schemas.errors import HomeFault
from tasks.simulation.practice_faults import SPOILERS


@dataclass(frozen=True)
class PracticePlan:
    """The input of the generator, as data/sample/plan.toml holds it.

    Units: `fault_rates` are shares of all encounters (0.002 is 2 in 1,000), by check id of intake_checks.csv.
    Holds: at least one night and one encounter a night; the rates sum to at most 1.
    """

    seed: int
    tenant_id: str
    first_night: date
    nights: int
    encounters_per_night: int
    fault_rates: Mapping[str, float]


def load_plan(path: Path) -> PracticePlan:
    """Give the plan that a TOML file states.

    Raises: HomeFault where the file lacks a key, or its numbers cannot be a plan.
    """
    try:
        text = tomllib.loads(path.read_text(encoding="utf-8"))
        plan = PracticePlan(**text["plan"], fault_rates=text["fault_rates"])
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise HomeFault(f"{path.name}: {error}; compare it with data/sample/plan.toml") from error
    _check_plan(plan, path.name)
    return plan


def _check_plan(plan: PracticePlan, name: str) -> None:
    unknown = sorted(set(plan.fault_rates) - set(SPOILERS))
    if unknown:
        raise HomeFault(f"{name}: fault_rates name {', '.join(unknown)}; expected {', '.join(sorted(SPOILERS))}")
    total_rate = sum(plan.fault_rates.values())
    is_small = plan.nights < 1 or plan.encounters_per_night < 1
    if is_small or total_rate > 1 or min(plan.fault_rates.values(), default=0) < 0:
        raise HomeFault(
            f"{name}: nights {plan.nights}, encounters_per_night {plan.encounters_per_night}, "
            f"sum of fault_rates {total_rate:.3f}; expected 1 or more, 1 or more, 0 to 1; correct the plan"
        )
