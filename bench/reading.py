"""`index` and `list` beside plain Python that reads, or reads and parses, the same files."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.table import Row
from bench.timing import median, seconds

_READ = """
import sys, time
from pathlib import Path
start = time.perf_counter()
for path in sorted(Path(sys.argv[1], ".chant/specs").glob("*.md")):
    path.read_text(encoding="utf-8")
print(time.perf_counter() - start)
"""
_READ_AND_PARSE = """
import sys, time, yaml
from pathlib import Path
start = time.perf_counter()
for path in sorted(Path(sys.argv[1], ".chant/specs").glob("*.md")):
    text = path.read_text(encoding="utf-8")
    yaml.compose(text.split("---\\n", 2)[1], Loader=yaml.CSafeLoader)
print(time.perf_counter() - start)
"""
_INDEX = """
import os, sys, time
from pathlib import Path
from chant_ls.app import build_app
app = build_app(Path(sys.argv[1]), os.environ)
start = time.perf_counter()
snapshot = app.load()
elapsed = time.perf_counter() - start
assert len(snapshot.files) == int(sys.argv[2])
print(elapsed)
"""
ROUNDS = 3


def rows(root: Path, count: int) -> Iterator[Row]:
    read = median(_script(_READ, root) for _ in range(ROUNDS))
    index = median(_script(_INDEX, root, str(count)) for _ in range(ROUNDS))
    met = index <= 6 * read and index < 1.5
    yield Row("full index, cold", index, "s", "≤ 6 ×, < 1.5 s", met, read, "reading")
    parse = median(_script(_READ_AND_PARSE, root) for _ in range(ROUNDS))
    listing = median(seconds(lambda: _list(root)) for _ in range(ROUNDS))
    goal = "≤ beside + 0.3 s"
    yield Row("chant list", listing, "s", goal, listing <= parse + 0.3, parse, "reading, parsing")


def _script(code: str, root: Path, *more: str) -> float:
    command = [sys.executable, "-c", code, str(root), *more]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _list(root: Path) -> None:
    command = [sys.executable, "-m", "chant_ls.cli", "-C", str(root), "list", "--all"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
