"""Compiled kernels against plain ones: both must say the same of the same bytes, damaged or not.

`make fuzz` asks it of every input that the fuzzer kept; tests/x12/test_fuzz_smoke.py of some.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tasks.x12.summary import summarize

ALWAYS, NEVER = 0, sys.maxsize
_NAME = "PAYS_FROM_BYTES"


def differs(content: bytes) -> bool:
    """Tell whether the summary depends on which kernels made it."""
    with compiling_from(NEVER):
        plain = _summarized(content)
    with compiling_from(ALWAYS):
        return _summarized(content) != plain


@contextmanager
def compiling_from(size: int) -> Iterator[None]:
    """Set the size from which kernels are compiled, in every module that has taken it over."""
    holders = [
        module for name, module in sys.modules.items() if name.startswith("tasks.x12.") and hasattr(module, _NAME)
    ]
    before = [getattr(module, _NAME) for module in holders]
    try:
        for module in holders:
            setattr(module, _NAME, size)
        yield
    finally:
        for module, value in zip(holders, before, strict=True):
            setattr(module, _NAME, value)


def _summarized(content: bytes) -> object:
    try:
        return summarize("file", content)
    except Exception as error:  # an exception is an answer too: the other kernels must give the same
        return type(error).__name__


def main() -> int:
    """Print every kept input that the two tell apart; exit status 1 where there is one."""
    from tests.fuzz.fuzz import CORPUS, made_of

    paths = sorted(CORPUS.iterdir())
    told = [path for path in paths if differs(made_of(path.read_bytes())[0])]
    for path in told:
        print(f"{path}: compiled and plain kernels differ")
    print(f"{len(paths)} inputs through compiled kernels, {len(told)} differ")
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main())
