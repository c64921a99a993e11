"""Kernels run as plain Python on small input and compiled on large input: one source, loaded twice.

A module of kernels holds functions over bytes and numpy arrays, marked `@kernel`. Imported as usual they are plain
Python, which starts at once; `compiled(module)` is the same source with every kernel compiled by numba, which pays from
about a megabyte on. Both give the same arrays; tests/x12/test_fuzz_pieces.py holds them equal.

Compiled kernels differ in two things. What stands in brackets is made unsigned, so that numba need not ask at each access
whether it counts from the end. Measured: a third less time. A kernel therefore counts from the end only by a literal.
And what comes from `bits` comes from `bits_compiled`.
"""

import ast
import sys
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from threading import RLock
from types import ModuleType
from typing import Any, TypeVar

from tasks.x12 import bits

Function = TypeVar("Function", bound=Callable[..., Any])

PAYS_FROM_BYTES = 1_000_000
"""Below this, loading the compiler costs more than it saves: measured, docs/performance.md."""

_compilers: list[Callable[[Any], Any]] = []


_one_at_a_time = RLock()


def kernel(function: Function) -> Function:
    """Give the function, compiled where its module is loaded by `compiled`."""
    return _compilers[-1](function) if _compilers else function


def compiled(module: ModuleType) -> ModuleType:
    """Give the module with its kernels compiled, made by one thread at a time and once: Python's parser fails in two.

    Source: SystemError of ast.parse on Python 3.11, seen here where three threads read a first file.
    """
    with _one_at_a_time:
        return _made(module)


@cache
def _made(module: ModuleType) -> ModuleType:
    """Give the module with its kernels compiled: they hold no lock of the interpreter and are kept on disk.

    Holds: kernels allocate nothing, so numba's counting of references is left out: it took two thirds of the time. What is
    kept on disk is used again only while all that went into it is the same.
    """
    import numba
    import numpy as np

    path = Path(str(module.__file__))
    copy = ModuleType(f"{module.__name__}_compiled")
    copy.__file__ = str(path)
    copy.__dict__["unsigned"] = np.uintp
    sys.modules[copy.__name__] = copy
    tree = ast.fix_missing_locations(_Compiled().visit(ast.parse(path.read_text(encoding="utf-8"))))
    options: dict[str, Any] = {"error_model": "numpy", "inline": "always", "_nrt": False}
    version, compile_ = _version(path), numba.njit(cache=True, nogil=True, **options)

    def compiler(function: Function) -> Any:
        function.__qualname__ += f"_{version}"  # the name of numba's file, which is else as old as the kernel's source
        return compile_(function)

    _compilers.append(compiler)
    try:
        exec(compile(tree, str(path), "exec"), copy.__dict__)
    finally:
        _compilers.pop()
    return copy


def _version(path: Path) -> str:
    """Give a name for all sources that kernels of a file are made of."""
    shared = ("bits", "bits_compiled", "compiling", "shapes")
    sources = [path, *(path.with_name(f"{name}.py") for name in shared)]
    return sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:8]


class _Compiled(ast.NodeTransformer):
    """Makes every index within functions unsigned, but for literals, and takes the processor's own for `bits`."""

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.ImportFrom:
        """Change where `bits` come from."""
        if node.module == bits.__name__:
            node.module = f"{bits.__name__}_compiled"
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        """Change the body; annotations are left as they are."""
        for part in node.body:
            self.visit(part)
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.Subscript:
        """Change `array[index]` to `array[unsigned(index)]`."""
        self.generic_visit(node)
        if not isinstance(node.slice, ast.Constant | ast.UnaryOp | ast.Slice):
            node.slice = ast.Call(ast.Name("unsigned", ast.Load()), [node.slice], [])
        return node


def pays(size: int) -> bool:
    """Tell whether compiled kernels pay for so many bytes."""
    return size >= PAYS_FROM_BYTES
