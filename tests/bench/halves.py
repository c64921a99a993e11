"""Two processes that read a half of a file each, side by side, and hand nothing over: what two processors of this machine
can give, beside which two threads are to be seen. `python -m tests.bench.halves FILE` is one of the two."""

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from shutil import rmtree
from subprocess import PIPE, Popen
from tempfile import mkdtemp

from tasks.stores.vault import FileBytes
from tests.bench import ours
from tests.bench.measure import peak_bytes, processor_seconds
from tests.bench.works import Action, figures


def read_two_processes(path: Path) -> Action:
    """Start both and wait until they are ready; the action ends when both have their tables."""
    content, folder = path.read_bytes(), Path(mkdtemp(dir=path.parent))
    cut = content.index(b"~ISA*", len(content) // 2) + 1
    halves = {folder / "first.835": content[:cut], folder / "second.835": content[cut:]}
    for half, part in halves.items():
        half.write_bytes(part)
    command = [sys.executable, "-m", "tests.bench.halves"]
    readers = [Popen([*command, half], stdin=PIPE, stdout=PIPE, text=True) for half in halves]
    lines = [reader.stdout.readline for reader in readers]
    assert [line() for line in lines] == ["ready\n"] * 2

    def told() -> Mapping[str, float]:
        rmtree(folder)
        first, second = (json.loads(line()) for line in lines)
        for reader in readers:
            reader.communicate()
        assert [reader.returncode for reader in readers] == [0, 0]
        return {name: first[name] + second[name] for name in first}

    def act() -> Callable[[], Mapping[str, float]]:
        for reader in readers:
            reader.stdin.write("go\n")
            reader.stdin.flush()
        assert [line() for line in lines] == ["done\n"] * 2
        return told

    return act


def main() -> None:
    """Read one half when told to; say what it holds, and what processor time and memory it took."""
    ours.warm_up()
    half = FileBytes(Path(sys.argv[1]))
    print("ready", flush=True)
    sys.stdin.readline()
    started = processor_seconds()
    read = ours.tables([half], 1)
    took = {"cpu_seconds": processor_seconds() - started, "peak_bytes": peak_bytes()}
    print("done", flush=True)
    print(json.dumps(figures(read) | took), flush=True)


if __name__ == "__main__":
    main()
