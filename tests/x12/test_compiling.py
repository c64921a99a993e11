"""Compiled kernels kept on disk are used again only while every source that went into them is the same."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shutil import copy
from threading import Barrier
from types import ModuleType

import pytest

from tasks.x12 import compiling, relations, scan


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


def test_threads_that_want_a_module_at_once_get_the_same():
    pytest.importorskip("numba", reason="without numba nothing is compiled")
    barrier = Barrier(8)

    def get(module):
        barrier.wait()
        return compiling.compiled(module)

    for _ in range(3):
        module = ModuleType("tasks.x12.raced")
        module.__file__ = relations.__file__
        with ThreadPoolExecutor(8) as pool:
            made = list(pool.map(get, [module] * 8))
        del sys.modules["tasks.x12.raced_compiled"]
        assert all(one is made[0] for one in made)
