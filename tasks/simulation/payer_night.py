"""One night of the synthetic payer: its memory, its day, and the letter box that may hold, repeat or number files."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from tasks.simulation.payer_scenario import Scenario, hits
from tasks.simulation.payer_state import Due, HeldFile, PayerState, Record
from tasks.simulation.payer_writer import Sheet


@dataclass
class Night:
    """What every step of a night works on; only `state` and `outbox` change."""

    state: PayerState
    scenario: Scenario
    seed: int
    night: date
    outbox: dict[str, bytes] = field(default_factory=dict)

    @property
    def nights_since_first(self) -> int:
        """Nights counted from the first one that the state saw."""
        return (self.night - (self.state.first_night or self.night)).days

    def later(self, nights: int) -> date:
        """Give the day that many nights from now."""
        return self.night + timedelta(days=nights)

    def sheet(self) -> Sheet:
        """Give the heading of the next file, with a fresh interchange number."""
        return Sheet(self.state.partner, self.night, self.state.next_number("interchange"))

    def file_name(self, sheet: Sheet, kind: str) -> str:
        """Give the name of a file: night, interchange number, kind; safe on every file system."""
        safe = "".join(c if c.isalnum() or c == "-" else "_" for c in kind)
        return f"{self.night:%Y%m%d}-{sheet.control_number:06d}-{safe}.x12"

    def post(self, sheet: Sheet, kind: str, content: bytes) -> None:
        """Put a finished file in the outbox; by rate it waits some nights, or comes again under another name."""
        name, files = self.file_name(sheet, kind), self.scenario.files
        if hits(self.seed, name, "delayed", files.delayed_rate):
            self._hold(files.delay_nights, name, content)
        else:
            self.outbox[name] = content
        if hits(self.seed, name, "repeated", files.repeated_rate):
            self._hold(files.delay_nights + 1, name.replace(".x12", "-again.x12"), content)

    def release_held(self) -> None:
        """Put the files whose night has come in the outbox."""
        for held in self.state.held:
            if held.due_on <= self.night:
                self.outbox[held.name] = held.content.encode("utf-8")
        self.state.held = [held for held in self.state.held if held.due_on > self.night]

    def take_due(self, kinds: tuple[str, ...]) -> list[Due]:
        """Take from the calendar what is to be done tonight, oldest first."""
        taken = [due for due in self.state.due if due.kind in kinds and self._is_due(due)]
        chosen = set(taken)
        self.state.due = [due for due in self.state.due if due not in chosen]
        return sorted(taken, key=lambda due: (due.due_on, due.payer_claim_number, due.kind))

    def plan(self, record: Record, kind: str, nights: int) -> None:
        """Write in the calendar what is to be done for this claim, that many nights from now."""
        self.state.due.append(Due(self.later(nights), kind, record.payer_claim_number))

    def keep(self, record: Record, **changes: object) -> Record:
        """Store a claim with these fields changed, and give it back."""
        changed = replace(record, **changes)  # type: ignore[arg-type] # the fields are named by the callers
        self.state.records[changed.payer_claim_number] = changed
        return changed

    def next_claim_number(self) -> str:
        """Give a fresh claim number of the payer: year, day of the year, counter."""
        return f"{self.night:%y%j}{self.state.next_number('claim'):06d}"

    def _is_due(self, due: Due) -> bool:
        if due.due_on > self.night:
            return False
        payer_id = self.state.records[due.payer_claim_number].claim.payer_id
        every = self.scenario.terms_of(payer_id).pay_every_nights
        return due.kind != "pay" or self.nights_since_first % every == 0

    def _hold(self, nights: int, name: str, content: bytes) -> None:
        self.state.held.append(HeldFile(self.later(nights), name, content.decode("utf-8")))
