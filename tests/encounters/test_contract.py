import re
from importlib.resources import files

import pytest

from tasks.encounters.contract import CHILD_TABLES, TABLES, fields, header, warehouse_table

LINEAGE = ("file_sha256", "source_row", "byte_start", "byte_end", "received_on")
SQL_TYPES = {"date": "date", "timestamp": "timestamp", "bool": "boolean", "int64": "bigint", "int": "integer"}


def _warehouse_columns(table):
    sql = files("schemas").joinpath("warehouse", "20_encounters.sql").read_text(encoding="utf-8")
    body = sql.split(f"create table if not exists encounters.{warehouse_table(table)} (", 1)[1].split(");\n", 1)[0]
    return dict(re.findall(r"^  (\w+)\s+(\w+(?:\([\d,]+\))?)[ ,]", body, re.MULTILINE))


@pytest.mark.parametrize("table", TABLES)
def test_the_warehouse_has_the_contracts_columns_and_our_lineage(table):
    found = _warehouse_columns(table)
    found.pop("primary", None)
    version = ("encounter_version",) if table in CHILD_TABLES else ()
    assert set(found) == {*(f.column for f in fields(table)), *LINEAGE, *version}


@pytest.mark.parametrize("table", TABLES)
def test_the_warehouse_types_are_the_contracts(table):
    found = _warehouse_columns(table)
    for field in fields(table):
        if field.is_money:
            assert found[field.column] == "bigint", field
        elif field.type.startswith("decimal"):
            assert found[field.column].startswith("decimal("), field
        else:
            assert found[field.column] == SQL_TYPES.get(field.type.split()[0], "varchar"), field


def test_repeated_fields_are_written_out_and_our_lineage_is_left_out():
    names = header("encounters")
    assert [name for name in names if name.startswith("dx_")] == ["dx_version", *(f"dx_{n}" for n in range(1, 13))]
    assert not {"source_file_sha256", "source_row"} & set(names)
    assert [n for n in header("service_lines") if n.startswith("modifier")] == [f"modifier_{n}" for n in range(1, 5)]


def test_only_the_first_diagnosis_pointer_is_required():
    required = {field.name: field.required for field in fields("service_lines") if field.name.startswith("dx_pointer")}
    assert required == {"dx_pointer_1": "R", "dx_pointer_2": "C", "dx_pointer_3": "C", "dx_pointer_4": "C"}


def test_closed_sets_come_from_the_contract():
    values = {field.name: field.values for table in TABLES for field in fields(table)}
    assert values["assignment_code"] == ("A", "B", "C")
    assert values["payer_rank"] == ("P", "S", "T", *"ABCDEFGH", "U")
    assert values["last_name"] == ()
