"""The gate: expectation suites judge a frame, by Great Expectations or by one SQL pass that gives the same verdicts.

Great Expectations is imported where it is used: it takes seconds and hundreds of megabytes.
Source: measured: one context per call, because its objects shared by threads give wrong counts without a word.
"""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa

from schemas.errors import Fault

# Above this many rows the SQL pass judges: it is many times faster and equal row for row.
MOST_ROWS_FOR_EXPECTATIONS = 200_000

_ROWS_WANTED = {"result_format": "COMPLETE", "exclude_unexpected_values": True, "return_unexpected_index_query": False}
_REPORT = "report this to the maintainers; nothing of the drop was loaded"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One row that breaks one rule.

    Shape: `row` is the row's position in the frame.
    """

    rule_id: str
    severity: str
    column: str
    remedy: str
    owner: str
    row: int


@cache
def _suite(name: str) -> tuple[dict[str, Any], ...]:
    source = files("schemas").joinpath("expectations", f"{name}.json")
    return tuple(json.loads(source.read_text(encoding="utf-8"))["expectations"])


def judge_rows(frame: pd.DataFrame, suite: str) -> list[Verdict]:
    """Give every broken rule of every row, by Great Expectations up to a size and in SQL above it."""
    if frame.empty:
        return []
    return validate(frame, suite) if len(frame) <= MOST_ROWS_FOR_EXPECTATIONS else validate_in_sql(frame, suite)


def validate(frame: pd.DataFrame, suite: str) -> list[Verdict]:
    """Give every broken rule of every row, judged by Great Expectations.

    Holds: all expectations are asked yes or no, then the failed ones for their rows: half the time of asking all for rows.
    Raises: Fault GATE_BROKEN where an expectation raised, or gave fewer rows than it counted.
    """
    expectations = _suite(suite)
    ask = _open_batch(_judged(frame, expectations))
    answers = _ask_all(ask, expectations, {"result_format": "BOOLEAN_ONLY"})
    failed = [number for number, answer in enumerate(answers) if not answer.success]
    results = _ask_all(ask, [expectations[number] for number in failed], _ROWS_WANTED)
    asked = zip(failed, results, strict=True)
    found = [(number, row) for number, result in asked for row in _rows_of(expectations[number], result)]
    return _verdicts(frame, expectations, found)


def validate_in_sql(frame: pd.DataFrame, suite: str) -> list[Verdict]:
    """Give what `validate` gives, by one pass of DuckDB over the frame.

    Source: the suite's JSON is the only definition of the rules; each expectation becomes one condition.
    """
    expectations = _suite(suite)
    judged = _judged(frame, expectations)
    shape = pa.schema([(name, pa.string()) for name in judged.columns])
    table = pa.Table.from_pandas(judged, preserve_index=False, schema=shape)
    cases = ", ".join(f"case when {_failure(e)} then {number} end" for number, e in enumerate(expectations))
    query = f"select number, position from (select unnest([{cases}]) as number, position from judged) where number is not null"
    with duckdb.connect(":memory:") as connection:
        connection.register("judged", table.append_column("position", pa.array(range(len(frame)), pa.int64())))
        found = connection.execute(query).fetchall()
    return _verdicts(frame, expectations, found)


def _judged(frame: pd.DataFrame, expectations: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Give the columns that are judged: the others stay out of Great Expectations, which hashes what it is given."""
    columns = sorted({str(expectation["kwargs"]["column"]) for expectation in expectations})
    missing = [name for name in columns if name not in frame]
    if missing:
        raise Fault("GATE_BROKEN", f"the frame has no column {missing[0]}", _REPORT)
    return frame[columns].reset_index(drop=True)


def _verdicts(
    frame: pd.DataFrame, expectations: Sequence[dict[str, Any]], found: Sequence[tuple[int, int]]
) -> list[Verdict]:
    """Give verdicts in the order of the suite, then of the rows, one for each column that breaks the rule."""
    verdicts = []
    for number, row in sorted(found):
        expectation = expectations[number]
        for column in _columns_named(frame, expectation, row):
            verdicts.append(Verdict(**{**expectation["meta"], "column": column}, row=int(row)))
    return verdicts


def _columns_named(frame: pd.DataFrame, expectation: dict[str, Any], row: int) -> list[str]:
    """Give the columns that a rule column such as `d02_columns` names; any other expectation is about its own column."""
    column = expectation["kwargs"]["column"]
    if expectation["type"] != "expect_column_values_to_be_null":
        return [column]
    return str(frame[column].iat[row]).split(",")


def _open_batch(frame: pd.DataFrame) -> Callable[[Sequence[dict[str, Any]], dict[str, Any]], Any]:
    """Give a function that asks Great Expectations about the frame, in a context of its own."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    logging.getLogger(ProgressBarsConfig.__module__).setLevel(logging.WARNING)  # it tells of every folder it makes
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    asset = context.data_sources.add_pandas("drop").add_dataframe_asset("table")
    batch = asset.add_batch_definition_whole_dataframe("whole").get_batch({"dataframe": frame})

    def ask(expectations: Sequence[dict[str, Any]], result_format: dict[str, Any]) -> Any:
        suite = gx.ExpectationSuite(name="asked", expectations=list(expectations))
        return batch.validate(suite, result_format=result_format).results

    return ask


def _ask_all(
    ask: Callable[[Sequence[dict[str, Any]], dict[str, Any]], Any],
    expectations: Sequence[dict[str, Any]],
    result_format: dict[str, Any],
) -> list[Any]:
    """Give the results in the order asked; Great Expectations gives them in its own."""
    if not expectations:
        return []
    numbered = [{**expectation, "meta": {"number": number}} for number, expectation in enumerate(expectations)]
    results = sorted(ask(numbered, result_format), key=lambda result: result.expectation_config.meta["number"])
    if len(results) != len(expectations):
        raise Fault("GATE_BROKEN", f"{len(expectations)} expectations gave {len(results)} results", _REPORT)
    for expectation, result in zip(expectations, results, strict=True):
        if result.exception_info.get("raised_exception", True):
            raise Fault("GATE_BROKEN", f"the expectation of {_place(expectation)} raised", _REPORT)
    return results


def _rows_of(expectation: dict[str, Any], result: Any) -> list[int]:
    rows = [int(row) for row in result.result["unexpected_index_list"]]
    if len(rows) != result.result["unexpected_count"] or not rows:
        raise Fault("GATE_BROKEN", f"the expectation of {_place(expectation)} lost rows", _REPORT)
    return rows


def _place(expectation: dict[str, Any]) -> str:
    return f"{expectation['meta']['rule_id']} on {expectation['meta']['column']}"


def _failure(expectation: dict[str, Any]) -> str:
    """Give the SQL condition under which a row fails an expectation; a missing value fails only the not-null one."""
    kwargs = expectation["kwargs"]
    column = '"' + kwargs["column"].replace('"', '""') + '"'
    match expectation["type"].removeprefix("expect_column_values_to_"):
        case "be_null":
            return f"{column} is not null"
        case "not_be_null":
            return f"{column} is null"
        case "be_in_set":
            return f"{column} not in ({_literals(kwargs['value_set'])})"
        case "not_be_in_set":
            return f"{column} in ({_literals(kwargs['value_set'])})"
    raise Fault(
        "GATE_BROKEN", f"{expectation['type']} has no SQL form", "write the rule with an expectation that has one"
    )


def _literals(values: Sequence[str]) -> str:
    return ", ".join("'" + value.replace("'", "''") + "'" for value in values)
