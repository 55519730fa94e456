"""One run's own cost in a batch, beside plain git that does the same worktree and merge steps."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

from bench.table import Row
from bench.timing import seconds

RUNS, MANY, WIDTH = 20, 200, 8
_SPEC = """\
---
target_files:
  - out/{n}.txt
---

# Write file {n}

## Acceptance Criteria

- [x] Written
"""
_AGENT = (
    "import os, pathlib; p = pathlib.Path('out'); p.mkdir(exist_ok=True); "
    "(p / (os.environ['CHANT_SPEC_ID'] + '.txt')).write_text('done')"
)
_CONFIG = """\
---
defaults:
  provider: noop
providers:
  noop:
    command: ["{python}", "-c", "{agent}"]
worktrees:
  dir: {worktrees}
---
"""


def rows(folder: Path) -> Iterator[Row]:
    """One after the other beside a script that does the same; then many at once beside as many."""
    yield _compared(folder / "one-by-one", "one run in a batch", RUNS, 1)
    yield _compared(folder / "many", f"one of {MANY} runs, {WIDTH} at once", MANY, WIDTH)


def _compared(folder: Path, what: str, runs: int, width: int) -> Row:
    ours, plain = folder / "ours", folder / "plain"
    for root in (ours, plain):
        _project(root, folder / f"{root.name}-worktrees", runs)
    ids = [path.stem for path in sorted((plain / ".chant" / "specs").glob("*.md"))]
    scripted = seconds(lambda: _all_scripted(plain, folder / "scripted", ids, width)) / runs
    batch = seconds(lambda: _batch(ours, width)) / runs
    merged = _git(ours, "log", "--oneline", "--merges", "main").count("\n")
    assert merged == runs, f"{merged} of {runs} runs were merged"
    met = batch <= 2 * scripted
    return Row(what, batch, "s", "≤ 2 ×", met, scripted, "plain git and the agent")


def _project(root: Path, worktrees: Path, runs: int) -> None:
    specs = root / ".chant" / "specs"
    specs.mkdir(parents=True)
    config = _CONFIG.format(python=sys.executable, agent=_AGENT, worktrees=worktrees)
    (root / ".chant" / "config.md").write_text(config)
    for n in range(runs):
        (specs / f"2026-01-29-{n:03d}-abc.md").write_text(_SPEC.format(n=n))
    for n in range(200):
        path = root / "src" / f"{n % 10}" / f"{n}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"print({n})\n" * 50)
    _git(root.parent, "init", "-q", "-b", "main", str(root))
    _git(root, "config", "user.name", "bench")
    _git(root, "config", "user.email", "bench@localhost")
    _git(root, "add", ".")
    _git(root, "commit", "-qm", "start")


def _batch(root: Path, width: int) -> None:
    command = [sys.executable, "-m", "chant_ls.cli", "-q", "-C", str(root), "work"]
    subprocess.run(
        [*command, "--parallel", str(width), "--merge"], check=True, stdin=subprocess.DEVNULL
    )


def _all_scripted(root: Path, worktrees: Path, ids: list[str], width: int) -> None:
    """Agents side by side, merges one after the other: as anybody would script it."""
    making, merging = Lock(), Lock()
    with ThreadPoolExecutor(width) as pool:
        list(pool.map(lambda id: _scripted(root, worktrees / id, id, making, merging), ids))


def _scripted(root: Path, worktree: Path, id: str, making: Lock, merging: Lock) -> None:
    """What a script would do for one spec: the same git steps and the same agent."""
    branch = f"chant/{id}"
    with making:
        base = _git(root, "rev-parse", "main").strip()
        _git(root, "worktree", "add", "-q", "-b", branch, str(worktree), base)
        _git(root, "worktree", "lock", str(worktree))
    env = {**os.environ, "CHANT_SPEC_ID": id}
    subprocess.run([sys.executable, "-c", _AGENT], cwd=worktree, env=env, check=True)
    _git(worktree, "status", "--porcelain")
    _git(worktree, "add", ".")
    _git(worktree, "commit", "-qm", f"chant({id}): work")
    _git(worktree, "diff", "--stat", base, "HEAD")
    _git(worktree, "commit", "-q", "--allow-empty", "-m", f"chant: complete {id}")
    with merging:
        _merged(root, branch)
    with making:
        _git(root, "worktree", "unlock", str(worktree))
        _git(root, "worktree", "remove", str(worktree))
        _git(root, "branch", "-q", "-D", branch)


def _merged(root: Path, branch: str) -> None:
    main = _git(root, "rev-parse", "main").strip()
    tree = _git(root, "merge-tree", "--write-tree", main, branch).strip()
    commit = _git(root, "commit-tree", tree, "-p", main, "-p", branch, "-m", "merge").strip()
    _git(root, "read-tree", "-m", "-u", main, commit)
    _git(root, "update-ref", "refs/heads/main", commit, main)


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), "-c", "commit.gpgsign=false", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
