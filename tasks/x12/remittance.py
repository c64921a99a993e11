"""The 835 as tables: payments, claims, services, adjustments, provider adjustments and kept segments, with the payer's signs.

Shape: schemas/warehouse/60_remittances.sql without what our side adds (claim_id, line_number ...).
Units: cents; quantities are decimals with three places; byte offsets into the file.
Holds: a row's id is the file's hash, its byte and the number of its triple or pair: it names the place that said it.
Source: ASC X12N 005010X221A1 and 004010X091A1 as told by schemas and public files; guide texts were not at hand.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.errors import Fault
from tasks.x12 import relations
from tasks.x12.ahead import in_order
from tasks.x12.arrow import Names, arrow_columns, text_column, value_column
from tasks.x12.columns import Values
from tasks.x12.envelope import Content, Piece, read_pieces
from tasks.x12.remittance_checks import Checked, check, check_all
from tasks.x12.segments import X12File
from tasks.x12.tables import Tables, read_tables

Row = dict[str, object]

KEYS: Mapping[str, str] = {
    "payment": "payment_id",
    "claim": "remitted_claim_id",
    "service": "service_id",
    "adjustment": "adjustment_id",
    "provider_adjustment": "provider_adjustment_id",
    "segment": "segment_id",
}
"""Tables and the name of their key, in every table that points to them."""

_PARENTS: Mapping[str, tuple[str, ...]] = {
    "payment": (),
    "claim": ("payment",),
    "service": ("claim",),
    "adjustment": ("claim", "service"),
    "provider_adjustment": ("payment",),
    "segment": ("payment", "claim", "service"),
}
_PLACES = {"payment": ""}
"""Payments have no number among others."""

_NEVER_NULL: Mapping[str, frozenset[str]] = {
    "payment": frozenset(
        {"trace_number", "originator_id", "payer_name", "handling_code", "credit_debit_code", "method_code"}
    ),
    "claim": frozenset({"patient_control_number", "status_code"}),
    "service": frozenset({"procedure_code"}),
    "adjustment": frozenset({"group_code", "reason_code"}),
    "provider_adjustment": frozenset({"provider_number", "reason_code"}),
}
_ZERO = frozenset({("claim", "patient_cents"), ("service", "charge_cents"), ("service", "paid_cents")})
"""Amounts that are zero where they are empty; the tolerance EMPTY_AMOUNT tells of a line's."""

_NAMES = Names(KEYS, _PARENTS, _PLACES, _NEVER_NULL, _ZERO)

_OURS: Mapping[str, Mapping[str, object]] = {
    "payment": {"verdict": "accepted", "verdict_reason": None},
    "claim": dict.fromkeys(("claim_id", "claim_version", "match_rule", "matched_on", "decision_id")),
    "service": {"line_number": None},
}
"""What the step that reads remittances fills in."""


@dataclass(frozen=True)
class Remittance:
    """What an 835 file says; tables of a file with faults may hold null where an amount could not be read."""

    tables: Mapping[str, pa.Table]
    tolerances: Mapping[str, int]
    faults: tuple[Fault, ...]
    night: date
    parts: tuple[Tables, ...]

    @cached_property
    def rows(self) -> dict[str, list[Row]]:
        """Give the tables as rows, with the columns that our side fills in."""
        found = {name: table.to_pylist() for name, table in self.tables.items()}
        for name in ("payment", "claim"):
            found[name] = [row | _OURS[name] | {"read_on": self.night} for row in found[name]]
        found["service"] = [row | _OURS["service"] for row in found["service"]]
        return found


@dataclass(frozen=True, slots=True)
class Remitted:
    """The 835s of a piece of one or more files.

    Shape: `ended` has, for each file that ends in this piece, its number, tolerances and faults: only then is it known
    whether what was read of it may be used. `faulty` are the numbers of files in this piece that have a fault already:
    their rows may hold null where an amount could not be read.
    """

    tables: Mapping[str, pa.Table]
    ended: Sequence[tuple[int, Mapping[str, int], Sequence[Fault]]]
    faulty: Sequence[int] = ()


def read_remittances(
    contents: Iterable[Content], file_sha256s: Sequence[str] | None, threads: int = 1
) -> Iterator[Remitted]:
    """Give the 835s of files, in order, in pieces of bounded size; other kinds are passed over.

    Shape: without `file_sha256s` rows are named by bytes alone, see `arrow.arrow_tables`.
    Holds: the same pieces for any number of threads; they read ahead while the caller works.
    """
    found: dict[int, tuple[Counter[str], list[Fault]]] = {}
    for piece, made, checked in in_order(read_pieces(contents), partial(_made, file_sha256s), threads):
        for part in checked:
            for number, tolerances in part.tolerances.items():
                found.setdefault(number, (Counter(), []))[0].update(tolerances)
            for number, faults in part.faults.items():
                found.setdefault(number, (Counter(), []))[1].extend(faults)
        ended = []
        faulty = [number for number, (_, faults) in found.items() if faults]
        for file in piece.ended:
            tolerances, faults = found.pop(file.number, (Counter(), []))
            tolerances.update({code: count for code, count in file.tolerances.items() if count})
            ended.append((file.number, tolerances, [file.fault, *faults] if file.fault else faults))
        yield Remitted(made, ended, faulty)


def _made(file_sha256s: Sequence[str] | None, piece: Piece) -> tuple[Piece, dict[str, pa.Table], list[Checked]]:
    """Give a piece with its tables and what was checked."""
    parts = read_tables(piece.transactions, "835")
    made = [remittance_tables(part, file_sha256s) for part in parts]
    checked = [check(part) for part in parts]
    for part in parts:
        part.release()
    piece.index.release()
    return piece, made[0] if made else {}, checked


def read_835(x12: X12File, file_sha256: str, night: date) -> dict[str, list[Row]]:
    """Give the rows of every 835 in the file, by table name.

    Holds: every CLP, SVC, CAS triple and PLB pair is one row; no amount is rounded.
    Raises: the first Fault in file order, where an amount, a quantity, a code or the order cannot be trusted.
    """
    remittance = read_remittance(x12, file_sha256, night)
    if remittance.faults:
        raise remittance.faults[0]
    return remittance.rows


def read_remittance(x12: X12File, file_sha256: str, night: date) -> Remittance:
    """Give tables, tolerances and all faults of every 835 in the file."""
    parts = read_tables(x12.transactions, "835")
    tolerances, faults = check_all(parts)
    made = [remittance_tables(part, [file_sha256]) for part in parts]
    found = {name: pa.concat_tables([part[name] for part in made]) if made else pa.table({}) for name in KEYS}
    return Remittance(found, tolerances, faults, night, tuple(parts))


def remittance_tables(tables: Tables, file_sha256s: Sequence[str] | None) -> dict[str, pa.Table]:
    """Give the tables of the 835s that share an index, and in them what chooses among columns; `file_sha256s` go by number."""
    found = arrow_columns(tables, file_sha256s, KEYS, _NAMES)
    payment = found["payment"]
    payment["payer_id"] = pc.coalesce(*(payment[id_] for id_ in ("payer_number", "payer_reference", "originator_id")))
    payment["payee_npi"] = _npi(tables, "payment", "payee_id_qualifier", "payee_number")
    payment["paid_on"] = pc.coalesce(payment["effective_on"], payment["production_on"])
    found["claim"]["rendering_npi"] = _npi(tables, "claim", "rendering_id_qualifier", "rendering_number")
    found["service"]["service_on"] = value_column(_service_days(tables))
    return {name: pa.table(columns) for name, columns in found.items()}


def _service_days(tables: Tables) -> Values:
    """Give the day of each line, else the first of its claim."""
    services, claims = tables.rows["service"].values["service_on"], tables.rows["claim"].values["service_start_on"]
    days, verdicts = tables.index.room(len(services.starts), np.int32), np.empty_like(services.verdicts)
    kernels = tables.index.fitting(relations)
    parents = tables.rows["service"].parent("claim")
    told = (services.numbers, services.verdicts, parents, claims.numbers, claims.verdicts)
    filled = kernels.own_or_above(*told, days, verdicts)
    return Values(services.column, services.starts, services.sizes, filled, 0, 0, days, verdicts)


def _npi(tables: Tables, name: str, qualifier: str, number: str) -> pa.Array:
    """Give the number where its qualifier says that it is an NPI (XX)."""
    values = tables.rows[name].values
    sizes = np.where(tables.says(values[qualifier], "XX"), values[number].sizes, 0)
    return text_column(tables, values[number].starts, sizes)
