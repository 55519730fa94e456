"""The scratch project of the demo: specs that are good, blocked, broken and in a cycle."""

import subprocess
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

DAY = "2026-01-29"
READY, BLOCKED, BROKEN, ROUND_1, ROUND_2 = (
    f"{DAY}-{rest}" for rest in ("001-hlo", "002-tst", "003-brk", "004-egg", "005-hen")
)

_CONFIG = """\
---
project:
  name: demo
defaults:
  provider: shell
worktrees:
  dir: {worktrees}
---

The `shell` provider runs the `sh` blocks of a spec itself, so this demo needs no model.
"""

_SPECS = {
    READY: """\
        ---
        type: code
        labels: [demo]
        target_files:
          - hello.py
        ---

        # Greet the world

        An agent would read this text. The embedded `shell` provider runs the block below.

        ```sh
        printf 'def greet(name):\\n    return f"Hello, {name}!"\\n' > hello.py
        echo "wrote hello.py"
        git add hello.py && git commit -qm "Greet by name"
        ```

        ## Acceptance Criteria

        - [ ] `greet` greets by name `$ python3 -c "from hello import greet; assert greet('you')"`
        """,
    BLOCKED: f"""\
        ---
        type: code
        labels: [demo]
        depends_on:
          - {READY}
        target_files:
          - test_hello.py
        ---

        # Test the greeting

        ```sh
        echo 'from hello import greet' > test_hello.py
        echo 'assert greet("you") == "Hello, you!"' >> test_hello.py
        ```

        ## Acceptance Criteria

        - [ ] The test passes `$ python3 test_hello.py`
        """,
    BROKEN: f"""\
        ---
        type: cod
        labels: demo
        depend_on:
          - {READY}
        depends_on:
          - 2026-01-29-001-hol
        ---

        # A spec with mistakes

        ## Acceptance Criteria

        - [ ] Everything above is underlined
        """,
    ROUND_1: f"""\
        ---
        depends_on: [{ROUND_2}]
        ---

        # The egg, which needs the hen

        ## Acceptance Criteria

        - [ ] Laid
        """,
    ROUND_2: f"""\
        ---
        depends_on: [{ROUND_1}]
        ---

        # The hen, which needs the egg

        ## Acceptance Criteria

        - [ ] Hatched
        """,
}


@dataclass(frozen=True, slots=True)
class Scratch:
    """A git project with a commit, below a folder that nothing else uses."""

    root: Path

    def spec(self, id: str) -> Path:
        return self.root / ".chant" / "specs" / f"{id}.md"


def make(folder: Path) -> Scratch:
    scratch = Scratch(folder / "project")
    scratch.spec("any").parent.mkdir(parents=True)
    config = _CONFIG.format(worktrees=folder / "worktrees")
    (scratch.root / ".chant" / "config.md").write_text(config, encoding="utf-8")
    for id, text in _SPECS.items():
        scratch.spec(id).write_text(dedent(text), encoding="utf-8")
    _git(scratch.root, "init", "-q", "-b", "main")
    _git(scratch.root, "config", "user.name", "Chant Demo")
    _git(scratch.root, "config", "user.email", "demo@localhost")
    _git(scratch.root, "add", ".")
    _git(scratch.root, "-c", "commit.gpgsign=false", "commit", "-qm", "A project with specs")
    return scratch


def _git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(root), *arguments], check=True, stdin=subprocess.DEVNULL)
