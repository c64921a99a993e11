"""The codebook read from data/reference, with what a practice loaded into its own folder laid over it."""

import csv
import io
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from schemas.codebook import (
    AddOn,
    AgeLimit,
    Codebook,
    CodeRange,
    DiagnosisMapping,
    DiagnosisRefinement,
    Exclusion,
    Pair,
    ProcedureMapping,
    ProcedureRefinement,
    UnitLimit,
    VisitCode,
)
from schemas.errors import HomeFault

TABLES: Mapping[str, tuple[str, ...]] = {
    "crosswalk_diagnoses.csv": ("source_system", "source_code", "valid_from"),
    "crosswalk_procedures.csv": ("source_system", "source_code", "valid_from"),
    "visit_codes.csv": ("selector", "patient_status", "age_from", "level"),
    "diagnosis_refinements.csv": ("icd10cm_code", "condition", "value"),
    "procedure_refinements.csv": ("procedure_code", "with_code"),
    "code_ranges.csv": ("kind", "code_from"),
    "age_limits.csv": ("code_system", "code_from"),
    "unit_limits.csv": ("code_from",),
    "diagnosis_exclusions.csv": ("code_prefix", "other_prefix"),
    "add_on_codes.csv": ("add_on_code", "code_from"),
    "modifiers.csv": ("modifier_code",),
    "pairs.csv": ("column_1_code", "column_2_code", "valid_from"),
}
"""The tables and the columns that tell their rows apart: a practice's row with the same key takes the place of ours."""

Row = dict[str, str]
Made = TypeVar("Made")


def load_codebook(folder: Path | None = None) -> Codebook:
    """Give the codebook of this release; rows of the same tables in `folder` come over ours, and pairs.csv comes in.

    Holds: the same rows give the same edition. Raises: HomeFault naming the file and line that cannot be read.
    """
    ours = reference_folder()
    tables = {name: _overlay(name, _text(ours / name), _text(folder / name) if folder else "") for name in TABLES}
    edition = sha256(json.dumps(tables, sort_keys=True).encode()).hexdigest()[:12]
    return _codebook(edition, tables)


def reference_folder() -> Path:
    """Give data/reference: beside the packages, in the repository as in an installed wheel."""
    return Path(str(files("schemas"))).parent / "data" / "reference"


def _codebook(edition: str, tables: Mapping[str, list[Row]]) -> Codebook:
    def of(name: str, make: Callable[[Row], Made]) -> list[Made]:
        return _made(name, tables[name], make)

    return Codebook(
        edition=edition,
        diagnoses=_grouped(of("crosswalk_diagnoses.csv", _diagnosis), lambda m: (m.source_system, m.source_code)),
        procedures=_grouped(of("crosswalk_procedures.csv", _procedure), lambda m: (m.source_system, m.source_code)),
        visits=tuple(of("visit_codes.csv", _visit)),
        diagnosis_refinements=tuple(of("diagnosis_refinements.csv", _diagnosis_refinement)),
        procedure_refinements=tuple(of("procedure_refinements.csv", _procedure_refinement)),
        ranges=_grouped(of("code_ranges.csv", _code_range), lambda span: span.kind),
        add_ons=_grouped(of("add_on_codes.csv", _add_on), lambda rule: rule.add_on_code),
        age_limits=_grouped(of("age_limits.csv", _age_limit), lambda limit: limit.span.kind),
        unit_limits=tuple(of("unit_limits.csv", _unit_limit)),
        exclusions=tuple(of("diagnosis_exclusions.csv", _exclusion)),
        modifiers=frozenset(of("modifiers.csv", lambda row: row["modifier_code"])),
        pairs=_grouped(of("pairs.csv", _pair), lambda pair: (pair.column_1_code, pair.column_2_code)),
    )


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _overlay(name: str, ours: str, theirs: str) -> list[Row]:
    """Give our rows with theirs in their place, theirs without a like at the end."""
    rows = {tuple(row[column] for column in TABLES[name]): row for row in _rows(name, ours)}
    rows.update({tuple(row[column] for column in TABLES[name]): row for row in _rows(name, theirs)})
    return list(rows.values())


def _rows(name: str, text: str) -> list[Row]:
    reader = csv.DictReader(io.StringIO(text))
    missing = [column for column in TABLES[name] if text and column not in (reader.fieldnames or ())]
    if missing:
        raise HomeFault(f"reference/{name} has no column {missing[0]}; data/reference/README.md shows the columns")
    return list(reader)


def _made(name: str, rows: list[Row], make: Callable[[Row], Made]) -> list[Made]:
    made = []
    for number, row in enumerate(rows, start=1):
        try:
            made.append(make(row))
        except (KeyError, ValueError, TypeError) as error:
            raise HomeFault(
                f"reference/{name}, row {number}: {error}; data/reference/README.md shows the columns"
            ) from error
    return made


Key = TypeVar("Key")


def _grouped(rows: Iterable[Made], key: Callable[[Made], Key]) -> dict[Key, tuple[Made, ...]]:
    found: dict[Key, list[Made]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return {name: tuple(group) for name, group in found.items()}


def _until(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _diagnosis(row: Row) -> DiagnosisMapping:
    return DiagnosisMapping(
        row["source_system"],
        row["source_code"],
        row["icd10cm_code"],
        row["extra_icd10cm_code"],
        row["rule_id"],
        date.fromisoformat(row["valid_from"]),
        _until(row["valid_to"]),
    )


def _procedure(row: Row) -> ProcedureMapping:
    return ProcedureMapping(
        row["source_system"],
        row["source_code"],
        row["disposition"],
        row["procedure_code"],
        row["selector"],
        int(row["units"]),
        row["modifiers"],
        row["reason"],
        row["rule_id"],
        date.fromisoformat(row["valid_from"]),
        _until(row["valid_to"]),
    )


def _visit(row: Row) -> VisitCode:
    return VisitCode(
        row["selector"],
        row["patient_status"],
        int(row["age_from"]),
        int(row["age_to"]),
        int(row["level"]),
        row["procedure_code"],
        date.fromisoformat(row["valid_from"]),
    )


def _diagnosis_refinement(row: Row) -> DiagnosisRefinement:
    return DiagnosisRefinement(
        row["icd10cm_code"],
        row["condition"],
        row["value"],
        row["becomes_code"],
        row["extra_icd10cm_code"],
        row["rule_id"],
        date.fromisoformat(row["valid_from"]),
    )


def _procedure_refinement(row: Row) -> ProcedureRefinement:
    return ProcedureRefinement(
        row["procedure_code"],
        row["with_code"],
        row["becomes_code"],
        row["modifier"],
        row["reason"],
        row["rule_id"],
        date.fromisoformat(row["valid_from"]),
    )


def _code_range(row: Row) -> CodeRange:
    return _span(row, row["kind"])


def _span(row: Row, kind: str) -> CodeRange:
    return CodeRange(kind, row["code_from"], row["code_to"], date.fromisoformat(row["valid_from"]))


def _age_limit(row: Row) -> AgeLimit:
    return AgeLimit(_span(row, row["code_system"]), int(row["age_from"]), int(row["age_to"]))


def _unit_limit(row: Row) -> UnitLimit:
    return UnitLimit(_span(row, "units"), int(row["most_units"]))


def _exclusion(row: Row) -> Exclusion:
    return Exclusion(row["code_prefix"], row["other_prefix"], date.fromisoformat(row["valid_from"]))


def _add_on(row: Row) -> AddOn:
    return AddOn(row["add_on_code"], _span(row, "primary"))


def _pair(row: Row) -> Pair:
    return Pair(
        row["column_1_code"],
        row["column_2_code"],
        row["modifier_indicator"],
        date.fromisoformat(row["valid_from"]),
        _until(row["valid_to"]),
    )
