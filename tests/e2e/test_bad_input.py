"""What can be wrong before anything starts: a clear message, the next step, exit 1, no change."""

import contextlib
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.running import Told, chant, environment
from tests.e2e.conftest import git

ID = "2026-01-29-010-abc"
SPEC = """\
---
type: code
---

# Do something

```sh
echo done > done.txt
```

## Acceptance Criteria

- [x] Done
"""


@pytest.fixture
def ready(project: Path) -> Path:
    """A project with one committed spec that could be worked."""
    spec_path(project).write_text(SPEC)
    git(project, "add", ".")
    git(project, "commit", "-qm", "spec")
    return project


def spec_path(project: Path, id: str = ID) -> Path:
    return project / ".chant" / "specs" / f"{id}.md"


def picture(project: Path) -> tuple[object, ...]:
    """What a refused command must leave as it is: files, index, refs, worktrees."""
    files = {
        path.relative_to(project): path.read_bytes()
        for path in sorted(project.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(project).parts
    }
    told = ("ls-files -s", "for-each-ref", "worktree list --porcelain", "stash list")
    return files, *(git(project, *command.split()) for command in told)


def refused(told: Told, *words: str) -> None:
    """Exit code 1, a message that holds `words`, and a next step; no traceback."""
    assert told.code == 1, told
    assert "\nerror: " in f"\n{told.stderr}", told.stderr
    assert "\nhint: " in told.stderr, told.stderr
    assert "Traceback" not in told.stderr
    for word in words:
        assert word.lower() in told.stderr.lower(), told.stderr


def write_config(project: Path, text: str) -> None:
    (project / ".chant" / "config.md").write_text(text)


def no_agent(project: Path) -> None:
    named = "defaults: {provider: fixer}\nproviders: {fixer: {command: [no-such-program]}}"
    write_config(project, f"---\n{named}\n---\n")


def no_provider(project: Path) -> None:
    write_config(project, "---\ndefaults: {provider: nobody}\n---\n")


def no_prompt(project: Path) -> None:
    spec_path(project).write_text(SPEC.replace("type: code", "prompt: no-such-prompt"))


def unreadable_config(project: Path) -> None:
    write_config(project, "---\ndefaults: {provider: [shell\n---\n")


def no_identity(project: Path) -> None:
    git(project, "config", "--unset", "user.name")
    git(project, "config", "--unset", "user.email")
    git(project, "config", "user.useConfigOnly", "true")


def mid_rebase(project: Path) -> None:
    git(project, "switch", "-qc", "side")
    (project / "a.txt").write_text("side\n")
    git(project, "add", ".")
    git(project, "commit", "-qm", "side")
    git(project, "switch", "-q", "main")
    (project / "a.txt").write_text("main\n")
    git(project, "add", ".")
    git(project, "commit", "-qm", "main")
    with pytest.raises(subprocess.CalledProcessError):
        git(project, "rebase", "side")


def no_base(project: Path) -> None:
    write_config(project, "---\ndefaults: {provider: shell, main_branch: trunk}\n---\n")


def cancelled(project: Path) -> None:
    spec_path(project).write_text(SPEC.replace("type: code", "status: cancelled"))


def blocked(project: Path) -> None:
    spec_path(project).write_text(SPEC.replace("type: code", "depends_on: [2026-01-29-009-xyz]"))


def rejected(project: Path) -> None:
    approval = "approval: {required: true, status: rejected, by: me}"
    spec_path(project).write_text(SPEC.replace("type: code", approval))


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (no_agent, "no-such-program"),
        (no_provider, "nobody"),
        (no_prompt, "no-such-prompt"),
        (unreadable_config, "config.md"),
        (no_identity, "user.name"),
        (mid_rebase, "rebase"),
        (no_base, "trunk"),
        (cancelled, "cancelled"),
        (blocked, "009-xyz"),
        (rejected, "rejected"),
    ],
)
def test_work_is_refused_and_nothing_changes(
    ready: Path, spoil: Callable[[Path], None], word: str
) -> None:
    spoil(ready)
    before = picture(ready)

    refused(chant(ready, "work", ID), word)

    assert picture(ready) == before


@pytest.mark.parametrize("command", ["list", "lint", "dag", "work 010", "merge 010", "recover"])
def test_no_project_names_init(tmp_path: Path, command: str) -> None:
    folder = tmp_path / "nothing"
    folder.mkdir()

    refused(chant(folder, *command.split()), "chant init")

    assert not any(folder.iterdir())


@pytest.mark.parametrize("verb", ["show", "work", "log", "merge", "cancel", "lint", "reset"])
def test_unknown_id_names_what_is_near(ready: Path, verb: str) -> None:
    before = picture(ready)

    refused(chant(ready, verb, "2026-01-29-010-abd"), "2026-01-29-010-abd")

    assert picture(ready) == before


@pytest.mark.parametrize("verb", ["show", "work", "log", "merge", "cancel", "lint", "reset"])
def test_ambiguous_id_names_the_candidates(ready: Path, verb: str) -> None:
    other = "2026-01-29-011-abc"
    spec_path(ready, other).write_text(SPEC)
    before = picture(ready)

    refused(chant(ready, verb, "abc"), ID, other)

    assert picture(ready) == before


def test_no_commit_yet(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    git(project, "init", "-q", "-b", "main")
    git(project, "config", "user.name", "Somebody")
    git(project, "config", "user.email", "somebody@example.org")
    assert chant(project, "init", "--provider", "shell").code == 0
    spec_path(project).write_text(SPEC)

    refused(chant(project, "work", ID), "commit")


def test_no_repository(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    assert chant(project, "init", "--provider", "shell").code == 0
    spec_path(project).write_text(SPEC)

    assert ID in chant(project, "list").stdout
    refused(chant(project, "work", ID), "git")


def test_bare_repository(tmp_path: Path) -> None:
    bare = tmp_path / "bare.git"
    bare.mkdir()
    git(bare, "init", "-q", "--bare")
    (bare / ".chant" / "specs").mkdir(parents=True)
    (bare / ".chant" / "config.md").write_text("---\ndefaults: {provider: shell}\n---\n")
    spec_path(bare).write_text(SPEC)

    refused(chant(bare, "work", ID), "bare")


def mounted(folder: Path, size: str) -> Iterator[Path]:
    """A file system of its own."""
    folder.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(["mount", *options], capture_output=True).returncode:
        pytest.skip("mounting needs rights that this user has not")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    yield from mounted(tmp_path / "small", "64k")


def test_full_disk_at_the_worktree(ready: Path, small_disk: Path) -> None:
    config = f"---\ndefaults: {{provider: shell}}\nworktrees: {{dir: {small_disk}}}\n---\n"
    write_config(ready, config)
    before = picture(ready)

    refused(chant(ready, "work", ID), "free")

    assert picture(ready) == before
    assert not any(small_disk.iterdir())


def test_read_only_disk(ready: Path) -> None:
    if os.geteuid() != 0 or subprocess.run(["mount", "--bind", ready, ready]).returncode:
        pytest.skip("mounting needs rights that this user has not")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", ready], check=True)
        assert ID in chant(ready, "list").stdout
        refused(chant(ready, "work", ID), "read-only")
        refused(chant(ready, "add", "Another"), "read-only")
    finally:
        subprocess.run(["umount", "-l", ready], check=True)


def test_an_agent_at_work_is_refused(ready: Path) -> None:
    env = {**environment(ready.parent), "CHANT_ROLE": "worker"}
    for command in (["work", ID], ["merge", ID], ["cancel", ID, "-y"], ["reset", ID]):
        refused(chant(ready, *command, env=env), "agent")


@pytest.fixture
def disk_with_little_room(tmp_path: Path) -> Iterator[Path]:
    """Enough to begin, too little for the files of the project."""
    yield from mounted(tmp_path / "little", "66m")


def test_a_disk_that_fills_while_the_worktree_is_made(
    ready: Path, disk_with_little_room: Path
) -> None:
    (ready / "large.bin").write_bytes(os.urandom(1 << 20) * 67)  # git makes holes of zeros
    git(ready, "-c", "core.compression=1", "add", ".")
    git(ready, "commit", "-qm", "large")
    dir = f"worktrees: {{dir: {disk_with_little_room}}}"
    write_config(ready, f"---\ndefaults: {{provider: shell}}\n{dir}\n---\n")
    before = picture(ready)

    refused(chant(ready, "work", ID), "large.bin", "free")

    assert picture(ready) == before
    assert not any(disk_with_little_room.iterdir())


def test_a_disk_that_is_full_where_the_project_lies(tmp_path: Path) -> None:
    for project in mounted(tmp_path / "full", "4m"):
        git(project, "init", "-q", "-b", "main")
        git(project, "config", "user.name", "Somebody")
        git(project, "config", "user.email", "somebody@example.org")
        assert chant(project, "init", "--provider", "shell").code == 0
        spec_path(project).write_text(SPEC)
        git(project, "add", ".")
        git(project, "commit", "-qm", "start")
        with contextlib.suppress(OSError), (project / "filler").open("wb", buffering=0) as file:
            while file.write(bytes(4096)):
                pass
        before = picture(project)
        for command in (["work", ID], ["add", "Another"], ["cancel", ID]):
            refused(chant(project, *command), "space")
            assert picture(project) == before
        assert ID in chant(project, "list").stdout


def test_a_folder_that_is_closed_to_us(ready: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere; see the read-only disk")
    (ready / ".chant" / "specs").chmod(0o500)
    try:
        refused(chant(ready, "add", "Another"), "permission")
    finally:
        (ready / ".chant" / "specs").chmod(0o700)


def test_a_title_that_is_no_utf8_is_text_for_every_reader(ready: Path) -> None:
    spec_path(ready).write_bytes(SPEC.replace("Do something", "Bad \xff title é").encode("latin-1"))
    git(ready, "commit", "-qam", "bad bytes")
    assert chant(ready, "work", ID, "--merge").code == 0
    asked = ["list --all", "show 010", "diagnose 010", "search title", "lint"]
    asked = [f"{command} --json" for command in asked] + ["export", "dag --format json"]
    for command in asked:
        told = chant(ready, *command.split())
        json.dumps(json.loads(told.stdout), ensure_ascii=False).encode()
        titled = command.partition(" ")[0] in ("list", "show", "search", "export")
        assert titled == ("\\ufffd title" in told.stdout), told
    assert chant(ready, "export", "--format", "csv", "-o", "out.csv").code == 0
    assert (ready / "out.csv").read_text(encoding="utf-8")
    assert b"Bad \xff title \xe9" in spec_path(ready).read_bytes()
