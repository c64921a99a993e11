"""The errors of Claimcycle.

```
ClaimcycleError            anything this program says no to; one line, ends with the next step
├── Fault                  a file is not what was believed: it goes to quarantine whole, the others go on
├── HomeFault              the practice's folder (practice.toml, registries) is not fit to run
├── IllegalMove            an event that the table of legal moves does not know for the claim's state
├── Unbalanced             entries of a posting that do not sum to zero
└── NightFailed            a night ended with a row in a view that must be empty
```

A *Finding* is no error: it is a row about the practice's data, and the night goes on.
"""

from dataclasses import dataclass
from datetime import date


class ClaimcycleError(Exception):
    """Base of all errors that the command line prints as one line."""


@dataclass
class Fault(ClaimcycleError):
    """A file is not what was believed; it is to be quarantined whole.

    `code` is stable and documented in docs/x12.md; `byte_start` is the offset in the file, 0 where the whole file is meant.
    """

    code: str
    message: str
    remedy: str
    byte_start: int = 0
    segment: str = ""
    element: str = ""

    def __str__(self) -> str:
        """Give place, what is wrong, and what to do next."""
        place = f"byte {self.byte_start}" + (f", {self.segment}{self.element}" if self.segment else "")
        return f"{self.code} at {place}: {self.message}; {self.remedy}"

    def row(self, file_sha256: str, night: date) -> dict[str, object]:
        """Give the fault as a row of files.fault."""
        return {
            "file_sha256": file_sha256,
            "fault_code": self.code,
            "byte_start": self.byte_start,
            "segment": self.segment or None,
            "element": self.element or None,
            "message": self.message,
            "remedy": self.remedy,
            "found_on": night,
        }


class HomeFault(ClaimcycleError):
    """The practice's folder is not fit to run; the message names the file and the mend."""


class IllegalMove(ClaimcycleError):
    """An event that is not legal in the claim's state (schemas/claims/lifecycle.csv)."""


class Unbalanced(ClaimcycleError):
    """Entries of one posting do not sum to zero cents."""


class NightFailed(ClaimcycleError):
    """A view that must be empty has a row; the message names the views and the counts."""
