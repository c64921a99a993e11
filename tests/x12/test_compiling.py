"""Compiled kernels kept on disk are used again only while every source that went into them is the same."""

from pathlib import Path
from shutil import copy

import pytest

from tasks.x12 import compiling, scan


@pytest.mark.parametrize("source", ["scan", "bits", "bits_compiled", "compiling", "shapes"])
def test_a_change_of_any_source_gives_kernels_another_name(source, tmp_path):
    for name in ("scan", "bits", "bits_compiled", "compiling", "shapes", "walk"):
        copy(scan.__file__.replace("scan.py", f"{name}.py"), tmp_path)
    before = compiling._version(tmp_path / "scan.py")
    (tmp_path / "walk.py").write_text("not one of its sources")
    assert compiling._version(tmp_path / "scan.py") == before
    with (tmp_path / f"{source}.py").open("a") as file:
        file.write("# changed\n")
    assert compiling._version(tmp_path / "scan.py") != before


def test_kernels_have_the_name_of_their_sources():
    kernels = compiling.compiled(scan)
    assert kernels.scan.py_func.__qualname__ == f"scan_{compiling._version(Path(scan.__file__))}"
