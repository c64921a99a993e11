"""What of the peers is measured, in an environment of their own: as works.py, but only the standard library outside a work."""

from collections.abc import Callable, Mapping
from functools import cache
from io import StringIO
from pathlib import Path

Action = Callable[[], Mapping[str, int]]


def linuxforhealth_segments(path: Path) -> Action:
    """The fastest tokenizer: it makes lists of strings and no tables."""
    from linuxforhealth.x12.io import X12SegmentReader

    def act() -> Mapping[str, int]:
        with X12SegmentReader(str(path)) as reader:
            return {"claims": sum(name in ("CLP", "CLM") for name, _ in reader.segments())}

    return act


def openx12(path: Path) -> Action:
    """Claims, lines and adjustments as dictionaries."""
    from openx12 import x835

    return lambda: {"claims": len(x835.parse(path.read_text()).claims)}


def pyx12_validator(path: Path) -> Action:
    """Every element of every segment held against the guide's map, which pyx12 loads anew for each file: here once, before the clock starts."""
    import pyx12.map_if
    import pyx12.params
    import pyx12.x12n_document

    pyx12.map_if.load_map_file = cache(pyx12.map_if.load_map_file)
    parameters = pyx12.params.ParamsBase()

    def act() -> Mapping[str, int]:
        is_valid = pyx12.x12n_document.x12n_document(parameters, str(path), None, None, fd_json=StringIO())
        return {"invalid": int(not is_valid)}

    act()
    return act
