"""A project with many specs that look like people wrote them. The same seed, the same project."""

import random
from datetime import date, timedelta
from pathlib import Path

_PROSE = """
the lock of a worker is taken before the queue reads its first entry and dropped when every reader
has seen the change so that no writer can overtake it while a snapshot of storage is open cache
index token parser request response timeout retry session branch merge schema field value error
message user config path file folder test case report
"""
_WORDS = _PROSE.split()
_TITLES = ("Fix", "Add", "Remove", "Research", "Document", "Speed up", "Refactor", "Test")
_PER_DAY = 40
_BODY_BYTES = 2500


def generate(root: Path, count: int, dependencies: float = 1.5, seed: int = 1) -> list[str]:
    """Writes `count` specs below `root/.chant/specs`; each names up to twice `dependencies`
    earlier ones. Returns the ids in natural order."""
    rng = random.Random(seed)
    folder = root / ".chant" / "specs"
    folder.mkdir(parents=True)
    config = "---\nproject:\n  name: bench\ndefaults:\n  provider: shell\n---\n"
    (root / ".chant" / "config.md").write_text(config)
    ids = [_id(rng, n) for n in range(count)]
    for n, id in enumerate(ids):
        (folder / f"{id}.md").write_text(_spec(rng, ids[max(0, n - 500) : n], dependencies, n))
    return ids


def _id(rng: random.Random, n: int) -> str:
    day = date(2025, 1, 1) + timedelta(days=n // _PER_DAY)
    return f"{day}-{n % _PER_DAY:03d}-{''.join(rng.choices('abcdefghijkmnpqrstuvwxyz', k=3))}"


def _spec(rng: random.Random, earlier: list[str], dependencies: float, n: int) -> str:
    wanted = min(len(earlier), round(rng.uniform(0, 2 * dependencies)))
    done = "completed" if n % 3 == 0 else "pending"
    lines = ["---", "type: code", f"status: {done}"]
    lines += ["labels:", f"  - area-{n % 17}", f"  - v0.{n % 9}.0"]
    if wanted:
        lines += ["depends_on:", *(f"  - {id}" for id in rng.sample(earlier, wanted))]
    lines += ["target_files:", f"  - src/module_{n}.py", "---", ""]
    return "\n".join([*lines, _document(rng, "x" if done == "completed" else " ")])


def title_and_body(seed: str) -> str:
    """The document of an open spec; the same seed, the same words."""
    return _document(random.Random(seed), " ")


def _document(rng: random.Random, box: str) -> str:
    title = f"# {rng.choice(_TITLES)} {' '.join(rng.choices(_WORDS, k=5))}"
    criteria = [f"- [{box}] {_sentence(rng)}" for _ in range(rng.randint(2, 7))]
    text = "\n".join([title, "", "## Context", "", *_paragraphs(rng)])
    return "\n".join([text, "## Acceptance Criteria", "", *criteria, ""])


def _paragraphs(rng: random.Random) -> list[str]:
    """About 2.5 kB of prose with a code block in the middle."""
    prose = [f"{' '.join(_sentence(rng) for _ in range(6))}\n" for _ in range(_BODY_BYTES // 460)]
    half = len(prose) // 2
    return [*prose[:half], "```python\ndef example():\n    return 42\n```\n", *prose[half:]]


def _sentence(rng: random.Random) -> str:
    return " ".join(rng.choices(_WORDS, k=12)).capitalize() + "."
