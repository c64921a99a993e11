"""What an adjustment means: category, kind, remedy and owner, by group, reason and remark."""

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from schemas.errors import Fault

ANY = "*"
KINDS = ("denial", "contractual", "patient", "prior_payer", "informational")
REMEDIES = ("correct", "appeal", "bill_other_payer", "bill_patient", "write_off", "records", "review")
BASES = ("corrected", "appeal")
DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Classification:
    """The meaning of one adjustment."""

    category: str
    kind: str
    remedy: str
    owner: str
    deadline_basis: str

    @property
    def opens_case(self) -> bool:
        """Say whether a person works it: denials, and duplicates though they move no money."""
        return self.kind == "denial" or self.category == DUPLICATE


UNCLASSIFIED = Classification("unclassified", "denial", "review", "biller", "corrected")
"""A reason that the table does not know: a person works it."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """One row of the table: what a reason means under this group and remark, `*` for any."""

    group_code: str
    remark_code: str
    classification: Classification


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """Meanings by reason, each in the order of the table."""

    by_reason: Mapping[str, tuple[Meaning, ...]]

    def classify(self, group_code: str, reason_code: str, remark_codes: Sequence[str]) -> Classification:
        """Give the meaning of the most specific row: remark and group, remark, group, reason alone.

        Holds: of several remarks the one whose row comes first decides, so the order of the remarks does not matter.
        """
        fitting = [
            meaning
            for meaning in self.by_reason.get(reason_code, ())
            if meaning.group_code in (group_code, ANY) and meaning.remark_code in (ANY, *remark_codes)
        ]
        if not fitting:
            return UNCLASSIFIED
        return max(fitting, key=lambda m: (m.remark_code != ANY, m.group_code != ANY)).classification


def classify(taxonomy: Taxonomy, group_code: str, reason_code: str, remark_codes: Sequence[str]) -> Classification:
    """Give the meaning of an adjustment (see Taxonomy.classify)."""
    return taxonomy.classify(group_code, reason_code, remark_codes)


@cache
def load_taxonomy() -> Taxonomy:
    """Give the taxonomy of schemas/denials/taxonomy.csv.

    Raises: Fault.
    """
    text = files("schemas.denials").joinpath("taxonomy.csv").read_text(encoding="utf-8")
    return read_taxonomy(csv.DictReader(text.splitlines()))


def read_taxonomy(rows: Iterable[Mapping[str, str]]) -> Taxonomy:
    """Give the taxonomy that the rows say.

    Holds: every word is of its list, no key stands twice, and the kind follows from group and reason alone: a remark
    routes the work, it never moves the money to another account (a reversal carries no remarks).
    Raises: Fault.
    """
    meanings: dict[str, list[Meaning]] = defaultdict(list)
    for row in rows:
        said = Classification(row["category"], row["kind"], row["remedy"], row["owner"], row["deadline_basis"])
        if said.kind not in KINDS or said.remedy not in REMEDIES or said.deadline_basis not in BASES:
            raise _fault(
                row, "a word of no list", "kind, remedy, deadline_basis as tasks/denials/taxonomy.py lists them"
            )
        known = meanings[row["reason_code"]]
        if any((m.group_code, m.remark_code) == (row["group_code"], row["remark_code"]) for m in known):
            raise _fault(row, "a second row", "one row for each group, reason and remark")
        known.append(Meaning(row["group_code"], row["remark_code"], said))
    taxonomy = Taxonomy({reason: tuple(known) for reason, known in meanings.items()})
    _refuse_moving_remarks(taxonomy)
    return taxonomy


def _refuse_moving_remarks(taxonomy: Taxonomy) -> None:
    for reason, meanings in taxonomy.by_reason.items():
        for m in meanings:
            if m.classification.kind != taxonomy.classify(m.group_code, reason, ()).kind:
                row = {"group_code": m.group_code, "reason_code": reason, "remark_code": m.remark_code}
                raise _fault(row, f"kind {m.classification.kind}", "the kind of the same reason without a remark")


def _fault(row: Mapping[str, str], value: str, expected: str) -> Fault:
    place = "/".join(row[name] for name in ("group_code", "reason_code", "remark_code"))
    return Fault(
        code="TAXONOMY",
        message=f"row {place} of the denial taxonomy has {value}, expected {expected}",
        remedy="correct schemas/denials/taxonomy.csv",
    )
