"""What an 835 may not leave in doubt: each amount, each code that decides about money, and each segment's place.

docs/x12.md tells every fault and every tolerance with its reason.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from schemas.errors import Fault
from tasks.x12 import walk
from tasks.x12.columns import Array, Rows, Values
from tasks.x12.index import numbers_of, tag_code
from tasks.x12.layout import KEPT
from tasks.x12.records import BAD_AMOUNT
from tasks.x12.rulings import fault
from tasks.x12.shapes import NO_TAG
from tasks.x12.tables import Tables

_REQUIRED, _OPTIONAL, _ZERO = range(3)
_NUMBERS: Mapping[str, Mapping[str, tuple[str, int, int, int]]] = {
    # column: segment, element, elements from one repeat to the next, and what an empty one is
    "payment": {"payment_cents": ("BPR", 2, 0, _REQUIRED)},
    "claim": {
        "charge_cents": ("CLP", 3, 0, _REQUIRED),
        "paid_cents": ("CLP", 4, 0, _REQUIRED),
        "patient_cents": ("CLP", 5, 0, _OPTIONAL),
    },
    "service": {
        "charge_cents": ("SVC", 2, 0, _ZERO),
        "paid_cents": ("SVC", 3, 0, _ZERO),
        "units": ("SVC", 5, 0, _OPTIONAL),
        "submitted_units": ("SVC", 7, 0, _OPTIONAL),
        "allowed_cents": ("AMT", 2, 0, _OPTIONAL),
    },
    "adjustment": {"amount_cents": ("CAS", 3, 3, _REQUIRED), "quantity": ("CAS", 4, 3, _OPTIONAL)},
    "provider_adjustment": {"amount_cents": ("PLB", 4, 2, _REQUIRED)},
}
_MESSAGES = {
    "BAD_AMOUNT": BAD_AMOUNT,
    "BAD_QUANTITY": "expected a decimal with at most three places",
}
NOTES = {
    walk.BAD_SEGMENT: ("BAD_SEGMENT", "a segment id that an 835 does not know"),
    walk.ORPHAN_SEGMENT: ("ORPHAN_SEGMENT", "it stands under no claim"),
    walk.TOO_MANY: ("BAD_ADJUSTMENT", "more than six adjustments in one segment"),
    walk.NONE_FILLED: ("BAD_ADJUSTMENT", "no adjustment in the segment"),
    walk.NO_REASON: ("BAD_ADJUSTMENT", "an adjustment without reason code"),
}
"""Notes of a walk that are faults."""

_DATES = {
    "payment": ("production_on",),
    "claim": ("received_on", "service_start_on", "service_end_on"),
    "service": ("service_on",),
    "provider_adjustment": ("fiscal_period_on",),
}
_GROUP_CODES_5010 = ("CO", "PR", "OA", "PI")  # CR is not used in 5010: X12 RFI 1147
_STATUS_CODES = ("1", "2", "3", "4", "19", "20", "21", "22", "23", "25", "5", "10", "13", "15", "16", "17", "27")
"""CLP02 of 5010 and of 4010."""

_REVERSAL, _PATIENT = "22", "PR"
MOST_ELEMENTS: Mapping[str, int] = {
    "BPR": 21, "TRN": 4, "CUR": 21, "REF": 4, "DTM": 6, "N1": 6, "N3": 2, "N4": 7, "PER": 9, "RDM": 5, "LX": 1, "TS3": 24,
    "TS2": 19, "CLP": 14, "NM1": 12, "MIA": 24, "MOA": 9, "AMT": 3, "QTY": 4, "LQ": 2,
}  # fmt: skip
"""Elements that a segment has in 005010, used by the guide or not. Source: pyx12's map of 221A1.

Not among them: CAS and PLB, whose shape a walk notes, and SVC, of which two public files have an eighth element; what an
SVC takes in shows in its amounts and quantities.
"""
_MOST_BY_TAG = np.full(NO_TAG + 1, np.iinfo(np.int32).max, np.int32)
_MOST_BY_TAG[[tag_code(tag) for tag in MOST_ELEMENTS]] = list(MOST_ELEMENTS.values())


@dataclass(slots=True)
class Checked:
    """Faults and tolerances by file number."""

    faults: dict[int, list[Fault]] = field(default_factory=dict)
    tolerances: dict[int, Counter[str]] = field(default_factory=dict)


def check(tables: Tables) -> Checked:
    """Give every fault and tolerance of the 835s that share an index."""
    return _Check(tables).checked()


def check_all(parts: Sequence[Tables]) -> tuple[dict[str, int], tuple[Fault, ...]]:
    """Give tolerances and faults of the 835s of one file, faults in its order."""
    tolerances: Counter[str] = Counter()
    faults: list[Fault] = []
    for checked in map(check, parts):
        for counted in checked.tolerances.values():
            tolerances.update(counted)
        faults += [fault for found in checked.faults.values() for fault in found]
    return dict(tolerances), tuple(sorted(faults, key=_place))


def _place(found: Fault) -> tuple[int, str]:
    return found.byte_start, found.element


@dataclass(slots=True)
class _Check:
    """Adds what it finds to `found`."""

    tables: Tables
    found: Checked = field(default_factory=Checked)

    def checked(self) -> Checked:
        """Look at everything once."""
        self._check_notes()
        self._check_lengths()
        self._check_headers()
        for table, columns in _NUMBERS.items():
            for name, (tag, element, step, when_empty) in columns.items():
                self._check_numbers(self.tables.rows[table], name, tag, element, step, when_empty)
        self._check_codes()
        self._check_currency()
        self._check_claims()
        for table, names in _DATES.items():
            rows = self.tables.rows[table]
            for name in names:
                if rows.values[name].bad:
                    self._tolerate("DATE", rows, rows.values[name].is_bad)
        for faults in self.found.faults.values():
            faults.sort(key=_place)
        return self.found

    def _file(self, transaction: int) -> int:
        return self.tables.transactions[transaction].file

    def _refuse(self, code: str, message: str, segment: int, tag: str, element: int = 0) -> None:
        """Note a fault at a segment."""
        transaction = int(self.tables.transactions_of(np.array([segment]))[0])
        base = self.tables.transactions[transaction].base
        place = self.tables.index.place_in_file(int(self.tables.starts[segment]), base)
        self.found.faults.setdefault(self._file(transaction), []).append(fault(code, message, place, tag, element))

    def _tolerate(self, code: str, rows: Rows, is_so: Array) -> None:
        """Count a tolerance for each row of which it is so."""
        for transaction in rows.transactions[is_so].tolist():
            self.found.tolerances.setdefault(self._file(transaction), Counter())[code] += 1

    def _tag(self, code: int, segment: int) -> str:
        """Give the id of a segment, '' where no 835 knows it: it may be part of a name, behind a broken end."""
        return "" if code == walk.BAD_SEGMENT else self.tables.index.elements(segment)[0].upper()

    def _check_notes(self) -> None:
        for code, segment, element in self.tables.notes.tolist():
            if code in NOTES:
                self._refuse(*NOTES[code], segment, self._tag(code, segment), element)
                continue
            transaction = int(self.tables.transactions_of(np.array([segment]))[0])
            if code == walk.UNREAD or self.tables.transactions[transaction].interchange_start is not None:
                name = "UNREAD" if code == walk.UNREAD else "COMPONENT_SEPARATOR"
                self.found.tolerances.setdefault(self._file(transaction), Counter())[name] += 1

    def _check_lengths(self) -> None:
        """A segment with more elements than it can have has taken in the one behind it: SVC, say, or CAS."""
        scanned, count = self.tables.index.scanned, len(self.tables.starts)
        tags, firsts = numbers_of(scanned.tags, count), numbers_of(scanned.firsts, count + 1)
        segments = self.tables.rows[KEPT].segments  # for the layout has no column for such an element
        most = _MOST_BY_TAG[tags[segments]]
        for segment in segments[firsts[segments + 1] - firsts[segments] - 1 > most].tolist():
            tag, *elements = self.tables.index.elements(segment)
            allowed = int(_MOST_BY_TAG[tags[segment]])
            if any(elements[allowed:]):
                message = f"{tag.upper()} has {allowed} elements at the most: the end of the segment may be broken"
                self._refuse("BAD_SEGMENT", message, segment, tag.upper(), allowed + 1)

    def _check_numbers(self, rows: Rows, name: str, tag: str, element: int, step: int, when_empty: int) -> None:
        """Fault for each number that cannot be read, or is missing where the guide wants one."""
        values = rows.values[name]
        if when_empty == _ZERO and values.filled < len(rows):
            self._tolerate("EMPTY_AMOUNT", rows, values.sizes == 0)
        if not (values.bad if when_empty != _REQUIRED else len(rows) - values.filled):
            return
        is_wrong = values.is_bad if when_empty != _REQUIRED else ~values.is_filled
        code = "BAD_QUANTITY" if values.column.type == "quantity" else "BAD_AMOUNT"
        for row in np.flatnonzero(is_wrong).tolist():
            place = element + step * (int(rows.places[row]) - 1) if step else element
            self._refuse(code, _MESSAGES[code], self._segment(rows, values, row), tag, place)

    def _segment(self, rows: Rows, values: Values, row: int) -> int:
        """Give the segment in which a value stands, or that of its row where it has none."""
        if not values.sizes[row]:
            return int(rows.segments[row])
        return int(np.searchsorted(self.tables.starts, values.starts[row], side="right")) - 1

    def _check_headers(self) -> None:
        """Exactly one BPR and TRN, a trace number, and a day on which it was paid."""
        payments = self.tables.rows["payment"]
        for tag in ("BPR", "TRN"):
            for row in np.flatnonzero(self._counts(tag) != 1).tolist():
                self._refuse(
                    "MISSING_SEGMENT",
                    f"expected exactly one {tag} before the claims",
                    int(payments.segments[row]),
                    "ST",
                )
        trn = ~payments.values["trace_number"].is_filled
        for row in np.flatnonzero(trn).tolist():
            segment = self._first("TRN", int(payments.segments[row]))
            self._refuse("MISSING_ELEMENT", "the check or EFT number is missing", segment, "TRN", 2)
        self._tolerate("TRN03", payments, ~payments.values["originator_id"].is_filled)
        has_day = payments.values["effective_on"].is_filled
        self._tolerate("BPR16", payments, ~has_day)
        for row in np.flatnonzero(~has_day & ~payments.values["production_on"].is_filled).tolist():
            segment = self._first("BPR", int(payments.segments[row]))
            self._refuse("BAD_DATE", "neither BPR16 nor DTM*405 is a date CCYYMMDD", segment, "BPR", 16)

    def _of_tag(self, tag: str) -> Array:
        """Give the segments with this id."""
        tags = numbers_of(self.tables.index.scanned.tags, len(self.tables.starts))
        return np.flatnonzero(tags == tag_code(tag))

    def _counts(self, tag: str) -> Array:
        """Give how often a segment stands in each transaction."""
        segments = self._of_tag(tag)
        firsts = self.tables.firsts
        lasts = np.array([transaction.numbers.stop for transaction in self.tables.transactions])
        return np.searchsorted(segments, lasts) - np.searchsorted(segments, firsts)

    def _first(self, tag: str, head: int) -> int:
        """Give the first segment with this id in the transaction that begins at `head`, or its head."""
        stop = self.tables.transactions[int(self.tables.transactions_of(np.array([head]))[0])].numbers.stop
        found = self._of_tag(tag)
        found = found[(found > head) & (found < stop)]
        return int(found[0]) if len(found) else head

    def _check_codes(self) -> None:
        """The group code says who owes what is adjusted; CR was one before 5010."""
        rows = self.tables.rows["adjustment"]
        is_old = np.array([not t.version.startswith("005") for t in self.tables.transactions], np.bool_)
        group = rows.values["group_code"]
        is_known = self.tables.says(group, *_GROUP_CODES_5010)
        if is_old.any():
            is_known |= self.tables.says(group, "CR") & is_old[rows.transactions]
        for segment in dict.fromkeys(rows.segments[~is_known].tolist()):
            self._refuse("BAD_CODE", f"expected one of {' '.join(_GROUP_CODES_5010)}", segment, "CAS", 1)

    def _check_currency(self) -> None:
        """All amounts are dollars: cents of other money may not be added to them."""
        kept = self.tables.rows[KEPT].segments
        tags = numbers_of(self.tables.index.scanned.tags, len(self.tables.starts))[kept]
        for segment in kept[tags == tag_code("CUR")].tolist():
            elements = self.tables.index.elements(segment)
            if elements[2:3] != ["USD"]:
                self._refuse("BAD_CODE", "expected USD: no other money is posted", segment, "CUR", 2)

    def _check_claims(self) -> None:
        """A claim has a number, a status that we know, and does not stand twice where SE01 counts it once."""
        claims = self.tables.rows["claim"]
        for row in np.flatnonzero(~claims.values["patient_control_number"].is_filled).tolist():
            self._refuse(
                "MISSING_ELEMENT", "the patient control number is missing", int(claims.segments[row]), "CLP", 1
            )
        self._tolerate("CLP02", claims, ~self.tables.says(claims.values["status_code"], *_STATUS_CODES))
        self._tolerate("REVERSED_SHARE", claims, self._says_another_share(claims))
        for number in self._short_counts():
            self._check_repeated_claims(np.flatnonzero(claims.transactions == number))

    def _says_another_share(self, claims: Rows) -> Array:
        """Tell which reversals have a CLP05 that is not their PR adjustments, but nothing or those with the other sign."""
        is_reversal = self.tables.says(claims.values["status_code"], _REVERSAL)
        if not is_reversal.any():
            return is_reversal
        adjustments = self.tables.rows["adjustment"]
        rows = np.flatnonzero(np.append(is_reversal, False)[adjustments.parent("claim")])  # -1: under no claim
        group = adjustments.values["group_code"]
        rows = rows[self.tables.says(replace(group, starts=group.starts[rows], sizes=group.sizes[rows]), _PATIENT)]
        owed = np.zeros(len(claims), np.int64)
        np.add.at(owed, adjustments.parent("claim")[rows], adjustments.cents("amount_cents")[rows])
        stated = claims.cents("patient_cents")
        is_told: Array = is_reversal & (stated != owed) & ((stated == 0) | (stated == -owed))
        return is_told

    def _short_counts(self) -> Iterator[int]:
        """Give the transactions whose SE01 counts fewer segments than there are."""
        for number, transaction in enumerate(self.tables.transactions):
            stated = transaction.stated_count
            if stated.isascii() and stated.isdigit() and int(stated.lstrip("0")[:10] or 0) < len(transaction.numbers):
                yield number

    def _check_repeated_claims(self, rows: Array) -> None:
        """Fault for the first claim that stands word for word as another one does."""
        claims = self.tables.rows["claim"]
        texts = []
        for row in rows.tolist():
            segments = range(int(claims.segments[row]), int(claims.last_segments[row]) + 1)
            texts.append(tuple(tuple(self.tables.index.elements(segment)) for segment in segments))
        counts = Counter(texts)
        for row, text in zip(rows.tolist(), texts, strict=True):
            if counts[text] > 1:
                message = "a claim stands twice and SE01 counts it once"
                self._refuse("COUNT_MISMATCH", message, int(claims.segments[row]), "CLP")
                return
