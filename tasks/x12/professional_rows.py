"""The rows that one professional claim is written from, and the questions every loop asks of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tasks.x12.builder import grammar, refuse
from tasks.x12.builder_values import Row

RULES = grammar("837p.csv")
"""The segments of 005010X222A1."""

RANKS = "PSTABCDEFGHU"
"""Payer ranks in the order in which payers pay. Source: SBR01 of 005010X222A1; U (unknown) last is our choice."""


class Beside(NamedTuple):
    """The column that another one stands beside, and the element that it fills."""

    column: str
    segment: str
    place: str
    name: str


def check_beside(row: Row, needed: Mapping[str, Beside]) -> None:
    """Pass a row in which no column is filled without the one it stands beside: alone it would not be written.

    Raises: Fault (WRITE_MISSING).
    """
    for column, beside in needed.items():
        if row.get(column) not in _EMPTY and not row.get(beside.column):
            rule = f"is required beside {column}: fill {beside.column}, or empty {column}"
            refuse("WRITE_MISSING", beside.segment, beside.place, f"{beside.name} {rule}")


def four_modifiers(segment: str, codes: Sequence[str]) -> list[str]:
    """Give the modifiers and empty ones up to four.

    Raises: Fault (WRITE_REPEAT) for a fifth, which would stand where the description does; (WRITE_MISSING) for a gap.
    """
    if len(codes) > _MOST_MODIFIERS:
        refuse("WRITE_REPEAT", segment, _MODIFIERS_OF[segment], "Procedure Modifier: more than four")
    if len(codes) > 1 and not all(codes):
        refuse("WRITE_MISSING", segment, _MODIFIERS_OF[segment], "Procedure Modifier: one of several is empty")
    return [*codes, *("",) * (_MOST_MODIFIERS - len(codes))]


_MOST_MODIFIERS = 4
_MODIFIERS_OF = {"SV1": "01-6", "SVD": "03-6"}
_EMPTY = (None, "", "[]", 0)


@dataclass(frozen=True, slots=True)
class ClaimRows:
    """One claim version with all rows it is written from.

    Shape: `version` and `lines` of claims.*; `encounter`, `patient`, `coverages` (all ranks; the destination payer is
    that of `payer_rank`), `providers` by provider_key, `service_lines` by source line number, `cob_lines`,
    `cob_adjustments` and `attachments` of encounters.*; `diagnoses` ICD-10-CM in HI order. Lists and objects are JSON
    text; professional_supplement says with which keys.
    """

    version: Row
    lines: Sequence[Row]
    encounter: Row
    service_lines: Mapping[int, Row]
    patient: Row
    coverages: Sequence[Row]
    payer_rank: str
    providers: Mapping[str, Row]
    diagnoses: Sequence[str]
    cob_lines: Sequence[Row]
    cob_adjustments: Sequence[Row]
    attachments: Sequence[Row]

    def destination(self) -> Row:
        """Give the coverage of the payer that this claim goes to."""
        rank, coverages = self.payer_rank, self.coverages
        if len(coverages) == 1 and coverages[0]["payer_rank"] == rank:
            return coverages[0]
        found = [coverage for coverage in coverages if coverage["payer_rank"] == rank]
        if len(found) != 1:
            refuse("WRITE_COVERAGE", "SBR", "01", f"{len(found)} coverages have rank {rank}, expected one")
        return found[0]

    def others(self) -> list[Row]:
        """Give the coverages of all other payers, the one that pays first first."""
        others = [row for row in self.coverages if row["payer_rank"] != self.payer_rank]
        return sorted(others, key=lambda row: RANKS.find(row["payer_rank"])) if len(others) > 1 else others

    def provider(self, column: str, row: Row | None = None) -> Row | None:
        """Give the provider that a key column of the encounter (or of another row) names, None where it is empty.

        Raises: Fault (WRITE_PROVIDER) for a key without a row.
        """
        key = (self.encounter if row is None else row).get(column)
        if not key:
            return None
        if key not in self.providers:
            refuse("WRITE_PROVIDER", "NM1", "", f"{column} names a provider that has no row")
        return self.providers[key]

    def source_line(self, line: Row) -> Row:
        """Give the charge line that a claim line was coded from."""
        if line["source_line_number"] not in self.service_lines:
            refuse("WRITE_LINE", "LX", "01", "it has no source line")
        return self.service_lines[line["source_line_number"]]
