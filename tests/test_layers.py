"""The order of the night stands in several places, and the warehouse describes itself; both are held here."""

import ast
import re
from pathlib import Path

import pytest

import tasks
from tasks.stores.warehouse import session, writer

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def empty_home(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    with session(home):
        return home


def _steps_of_the_flow() -> list[str]:
    tree = ast.parse((ROOT / "flows" / "nightly.py").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "STEPS":
            return [element.id for element in node.value.elts]
    raise AssertionError("flows/nightly.py has no STEPS")


def test_the_night_is_in_the_same_order_in_the_flow_and_in_the_table_of_steps():
    told = re.findall(r"^\| (\w+) \|", tasks.__doc__, flags=re.MULTILINE)[1:]
    assert told == _steps_of_the_flow()


def test_every_step_is_a_file_of_its_name():
    for name in _steps_of_the_flow():
        assert f"\ndef {name}(" in (ROOT / "tasks" / f"{name}.py").read_text(encoding="utf-8")


def test_stages_of_the_warehouse_are_numbered_in_the_order_of_the_night():
    prefixes = [p.name[:2] for p in sorted((ROOT / "schemas" / "warehouse").glob("*.sql"))]
    stages = [re.sub(r"^\d+_|\.sql$", "", p.name) for p in sorted((ROOT / "schemas" / "warehouse").glob("*.sql"))]
    assert prefixes == sorted(prefixes)
    assert stages == [
        "files",
        "decisions",
        "encounters",
        "coding",
        "claims",
        "acknowledgments",
        "remittances",
        "ledger",
        "chains",
        "bank",
        "contracts",
        "patients",
        "denials",
        "reports",
        "analytics",
    ]


def test_every_table_and_view_says_its_grain_and_every_column_its_meaning(empty_home):
    with writer(empty_home) as warehouse:
        silent_tables = warehouse.rows("select schema_name, table_name from duckdb_tables() where comment is null")
        silent_views = warehouse.rows(
            "select schema_name, view_name from duckdb_views() where not internal and comment is null"
        )
        silent_columns = warehouse.rows(
            "select schema_name, table_name, column_name from duckdb_columns() c where comment is null and not internal and schema_name <> 'main'"
            " and exists (select 1 from duckdb_tables() t where t.table_oid = c.table_oid)"
        )
    assert (silent_tables, silent_views, silent_columns) == ([], [], [])


def test_money_is_whole_cents_everywhere(empty_home):
    with writer(empty_home) as warehouse:
        odd = warehouse.rows(
            "select table_name, column_name, data_type from duckdb_columns() where column_name like '%\\_cents' escape '\\'"
            " and not internal and data_type not in ('BIGINT', 'HUGEINT')"
        )
    assert odd == []


def test_preparing_again_changes_nothing(empty_home):
    with writer(empty_home) as warehouse:
        before = warehouse.table_hashes()
    with writer(empty_home) as warehouse:
        assert warehouse.table_hashes() == before


def test_a_warehouse_of_an_earlier_edition_gets_the_columns_it_lacks_and_keeps_its_rows(tmp_path):
    with writer(tmp_path) as warehouse:
        warehouse.execute("insert into files.file values ('ab', 'x12', 1, '2026-03-01')")
        warehouse.execute("alter table remittances.claim drop column rendering_npi")
        warehouse.execute("comment on table main.edition is 'earlier'")
    with writer(tmp_path) as warehouse:
        assert warehouse.value("select count(rendering_npi) from remittances.claim") == 0
        assert warehouse.value("select count(*) from files.file") == 1
