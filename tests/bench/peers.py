"""What of the peers is measured, in an environment of their own: as works.py, but only the standard library outside a work."""

from collections.abc import Callable, Mapping
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
    """Every element of every segment held against the guide's map."""
    import pyx12.params
    import pyx12.x12n_document

    def act() -> Mapping[str, int]:
        parameters, report = pyx12.params.ParamsBase(), StringIO()
        is_valid = pyx12.x12n_document.x12n_document(parameters, str(path), None, None, fd_json=report)
        return {"invalid": int(not is_valid)}

    return act
