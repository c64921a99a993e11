"""Style as a test: each ban names what to do instead."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PRODUCT = sorted(p for folder in ("flows", "tasks", "schemas") for p in (ROOT / folder).rglob("*.py"))
EVERYTHING = [*PRODUCT, *sorted((ROOT / "tests").rglob("*.py"))]
MOST_LINES = 400
MOST_FUNCTION_LINES = 60
MEANINGLESS = re.compile(r"(^|_)(utils?|helpers?|common|misc|managers?|handlers?)(_|$)")


def _tracked() -> list[str]:
    return subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()


@pytest.mark.parametrize("path", PRODUCT, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_file_is_one_thing(path):
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= MOST_LINES, f"{lines} lines: split it by what it does"


@pytest.mark.parametrize("path", PRODUCT, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_function_fits_the_eye(path):
    functions = [n for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.FunctionDef)]
    long = {f.name: f.end_lineno - f.lineno + 1 for f in functions if f.end_lineno - f.lineno + 1 > MOST_FUNCTION_LINES}
    assert not long, "move loops and arithmetic into leaves"


@pytest.mark.parametrize("path", PRODUCT, ids=lambda p: str(p.relative_to(ROOT)))
def test_names_mean_something(path):
    named = [path.stem, *path.relative_to(ROOT).parent.parts]
    assert not [n for n in named if MEANINGLESS.search(n)], "name it after what it holds"


@pytest.mark.parametrize("path", PRODUCT, ids=lambda p: str(p.relative_to(ROOT)))
def test_nothing_below_flows_reads_a_clock_or_draws_by_chance(path):
    if path.is_relative_to(ROOT / "flows"):
        return
    text = path.read_text(encoding="utf-8")
    found = re.findall(
        r"\b(?:date\.today|datetime\.now|datetime\.utcnow|time\.time|uuid4|random\.random|random\.choice)\(", text
    )
    assert not found, "take the date or the seed as a parameter"


@pytest.mark.parametrize("path", EVERYTHING, ids=lambda p: str(p.relative_to(ROOT)))
def test_nothing_is_left_to_do_in_the_text(path):
    words = "|".join(("TO" + "DO", "FIX" + "ME", "X" + "XX:"))
    assert not re.search(words, path.read_text(encoding="utf-8")), "open an issue instead"


@pytest.mark.parametrize("path", PRODUCT, ids=lambda p: str(p.relative_to(ROOT)))
def test_an_ignored_rule_says_why(path):
    bare = [
        line
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"#\s*noqa", line) and not re.search(r"#\s*noqa: [A-Z0-9, ]+ - \w", line)
    ]
    assert not bare, "write `# noqa: CODE - reason`"


def test_the_top_level_holds_what_convention_wants():
    allowed = {"README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "Makefile", "pyproject.toml", "prefect.yaml"}
    allowed |= {"flows", "tasks", "schemas", "data", "tests", "docs"}
    top = {name.split("/")[0] for name in _tracked()}
    assert not {name for name in top if not name.startswith(".")} - allowed


def test_no_file_is_large_and_no_path_of_a_machine_is_told():
    for name in _tracked():
        path = ROOT / name
        if not path.is_file():
            continue
        assert path.stat().st_size < 1_500_000, name
        assert b"/wo" + b"rk/ma" + b"in" not in path.read_bytes(), name
