"""Kernels run as plain Python on small input and compiled on large input: one source, loaded twice.

A module of kernels holds functions over bytes and numpy arrays, marked `@kernel`. Imported as usual they are plain
Python, which starts at once; `compiled(module)` is the same source with every kernel compiled by numba, which pays from
about a megabyte on. Both give the same arrays; tests/x12/test_compiled.py holds them equal.
"""

import importlib.util
import sys
from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])

PAYS_FROM_BYTES = 1_000_000
"""Below this, loading the compiler costs more than it saves: measured, docs/performance.md."""

_compilers: list[Callable[[Any], Any]] = []


def kernel(function: Function) -> Function:
    """Give the function, compiled where its module is loaded by `compiled`."""
    return _compilers[-1](function) if _compilers else function


@cache
def compiled(module: ModuleType) -> ModuleType:
    """Give the module with its kernels compiled: they hold no lock of the interpreter and are kept on disk."""
    import numba

    name = f"{module.__name__}_compiled"
    spec = importlib.util.spec_from_file_location(name, module.__file__)
    if spec is None or spec.loader is None:
        raise ImportError(f"{module.__name__} has no source to compile")
    copy = importlib.util.module_from_spec(spec)
    sys.modules[name] = copy
    _compilers.append(numba.njit(cache=True, nogil=True, _nrt=False, error_model="numpy", inline="always"))
    try:
        spec.loader.exec_module(copy)
    finally:
        _compilers.pop()
    return copy


def fitting(module: ModuleType, size: int) -> ModuleType:
    """Give the module as it is for small input, compiled for large input (bytes)."""
    return compiled(module) if size >= PAYS_FROM_BYTES else module
