"""Projects of unusual shape, and the answers of the server in the spec that makes them so."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from bench import editing
from bench.generate import generate, title_and_body
from bench.table import Row

HUB, CHAIN, LONG = 5_000, 10_000, 1_000_000


def rows(folder: Path) -> Iterator[Row]:
    for name, make in SHAPES.items():
        root = folder / name.replace(" ", "-")
        ids = make(root)
        for row in editing.answers(root, ids):
            yield replace(row, what=f"{name}: {row.what}")


def hub(root: Path) -> list[str]:
    """The last spec is what all others wait for."""
    ids = [f"2026-01-29-{n:04d}-abc" for n in range(HUB)]
    last = "2026-01-30-0000-hub"
    _write(root, {id: [last] for id in ids} | {last: []})
    return [*ids, last]


def chain(root: Path) -> list[str]:
    """Each spec waits for the one before it."""
    ids = [f"2026-01-29-{n:05d}-abc" for n in range(CHAIN)]
    before: list[list[str]] = [[], *([id] for id in ids)]
    _write(root, dict(zip(ids, before, strict=False)))
    return ids


def long(root: Path) -> list[str]:
    """The last spec has a megabyte of prose."""
    ids = generate(root, 100)
    path = root / ".chant" / "specs" / f"{ids[-1]}.md"
    text = path.read_text()
    prose = text[text.index("## Context") :]
    path.write_text(text + prose * (LONG // len(prose)))
    return ids


SHAPES: dict[str, Callable[[Path], list[str]]] = {
    f"hub of {HUB:,}": hub,
    f"chain of {CHAIN:,}": chain,
    "spec of 1 MB": long,
}


def _write(root: Path, specs: dict[str, list[str]]) -> None:
    folder = root / ".chant" / "specs"
    folder.mkdir(parents=True)
    (root / ".chant" / "config.md").write_text("---\ndefaults:\n  provider: shell\n---\n")
    for id, on in specs.items():
        front = "".join(f"  - {one}\n" for one in on)
        depends = f"depends_on:\n{front}" if on else "type: code\n"
        (folder / f"{id}.md").write_text(f"---\n{depends}---\n\n{title_and_body(id)}")
