"""`python -m bench`: measures, prints a table, writes bench/result.json."""

import argparse
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from bench import editing, reading, running, shapes
from bench.generate import generate
from bench.table import Row, show

RESULT = Path(__file__).with_name("result.json")


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="chant-bench-") as name:
        folder = Path(name).resolve()
        root = folder / "project"
        print(f"writing {options.specs:,} specs …", flush=True)
        ids = generate(root, options.specs)
        parts: dict[str, Callable[[], Iterable[Row]]] = {
            "reading": lambda: reading.rows(root, len(ids)),
            "editing": lambda: editing.rows(root, ids, options.edits),
            "shapes": lambda: shapes.rows(folder),
            "running": lambda: running.rows(folder),
        }
        rows = [row for name in options.only or parts for row in _told(name, parts[name])]
    show(rows)
    result = {"specs": options.specs, "rows": [row.to_json() for row in rows]}
    RESULT.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result))


def _told(name: str, part: Callable[[], Iterable[Row]]) -> Iterator[Row]:
    """Each row as soon as it is measured: the whole takes minutes."""
    print(f"measuring {name} …", flush=True)
    for row in part():
        print(f"  {row.what}: {row.value:.4g} {row.unit}", flush=True)
        yield row


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--specs", type=int, default=10_000)
    parser.add_argument("--edits", type=int, default=10_000)
    parser.add_argument("--only", nargs="*", choices=("reading", "editing", "shapes", "running"))
    return parser.parse_args()


main()
