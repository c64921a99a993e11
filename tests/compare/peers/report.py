"""How a peer reports: one line of JSON per file, with its figures, its complaints or the exception it died of.

Runs in the peers' own environment: only the standard library.
"""

import json
import sys
import warnings
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

Reading = tuple[dict[str, int], int]
"""Figures, and the number of complaints the peer made about the file."""


def report(read: Callable[[Path], Reading]) -> None:
    """Read every file of the command line and print what the peer says of it."""
    warnings.simplefilter("ignore")
    for name in sys.argv[1:]:
        try:
            figures, complaints = read(Path(name))
            said = {"file": name, "figures": figures, "complaints": complaints}
        except Exception as error:  # whatever a peer raises is what it says of the file
            said = {"file": name, "error": type(error).__name__}
        sys.__stdout__.write(json.dumps(said) + "\n")
        sys.__stdout__.flush()


def cents(amount: object) -> int:
    """Give a peer's amount in cents, whatever type it keeps it in."""
    return round(Decimal(str(amount or 0)) * 100)
