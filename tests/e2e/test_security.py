"""What the author of a repository, a spec or an agent may not do (security.md), with the real
programs."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.running import Told, chant, environment
from tests.e2e.conftest import git
from tests.hostile import assert_quiet, booby_trap, run_watched
from tests.matrix import Row

ID = "2026-01-29-010-abc"
OTHER = "2026-01-29-011-def"
EVIL_TITLE = "Nice \x1b]0;owned\x07\x1b[31m\u202etitle\u2066\x9b2J"
SPEC = f"""\
---
type: code
---

# {EVIL_TITLE}

```sh
echo done > done.txt
```

## Acceptance Criteria

- [x] Done
"""
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def spec_path(project: Path, id: str = ID) -> Path:
    return project / ".chant" / "specs" / f"{id}.md"


def write_config(project: Path, front: str) -> None:
    (project / ".chant" / "config.md").write_text(f"---\n{front}\n---\n")


@pytest.fixture
def ready(project: Path) -> Path:
    spec_path(project).write_text(SPEC)
    git(project, "add", ".")
    git(project, "commit", "-qm", "spec")
    return project


def worked(project: Path, *arguments: str, **env: str) -> Told:
    told = chant(project, "work", ID, *arguments, env=environment(project.parent, **env))
    assert told.code == 0, told
    return told


# -- opening and reading a repository


@pytest.mark.parametrize(
    "command",
    ["list --all", "list --json", f"show {ID}", "lint", "lint --json", "dag", f"show {ID} --json"],
)
@pytest.mark.scenario(Row.HOSTILE)
def test_reading_starts_nothing_of_the_repository(
    ready: Path, tmp_path: Path, command: str
) -> None:
    marks = tmp_path / "marks"
    private = "---\nlabels: [private]\ntype: task\n---\n\n# Secret\n"
    spec_path(ready, OTHER).write_text(private)
    git(ready, "add", ".")
    booby_trap(ready, marks)

    ran = run_watched(ready, tmp_path / "run.py", command.split(), environment(tmp_path))

    assert ran.returncode == (1 if "lint" in command else 0), ran
    assert_quiet(marks, ran.stderr)
    assert ran.stdout


def test_the_trap_works(ready: Path, tmp_path: Path) -> None:
    """Or the test above would prove nothing."""
    booby_trap(ready, tmp_path / "marks")
    with pytest.raises(subprocess.CalledProcessError):
        git(ready, "add", ".")
    assert list((tmp_path / "marks").iterdir()) != []
    ran = run_watched(ready, tmp_path / "run.py", ["work", ID], environment(tmp_path))
    assert "DID subprocess.Popen" in ran.stderr


def test_a_git_file_that_points_elsewhere_is_only_read(ready: Path, tmp_path: Path) -> None:
    """Its run state is that of another repository; nothing is written there, nothing started."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    git(elsewhere, "init", "-q")
    booby_trap(elsewhere, tmp_path / "marks")
    hostile = tmp_path / "hostile"
    (hostile / ".chant" / "specs").mkdir(parents=True)
    spec_path(hostile).write_text(SPEC)
    (hostile / ".git").write_text(f"gitdir: {elsewhere / '.git'}\n")
    before = {p: p.lstat().st_mtime_ns for p in elsewhere.rglob("*")}
    for command in ("list", "lint", "dag", f"show {ID}"):
        ran = run_watched(hostile, tmp_path / "run.py", command.split(), environment(tmp_path))
        assert ran.returncode == 0, ran
        assert_quiet(tmp_path / "marks", ran.stderr)
    assert {p: p.lstat().st_mtime_ns for p in elsewhere.rglob("*")} == before


@pytest.mark.parametrize("target", ["/nonexistent", "..", "\0", "x" * 5000, "gitdir: .git"])
def test_a_git_file_that_leads_nowhere(ready: Path, target: str) -> None:
    folder = ready.parent / "lost"
    (folder / ".chant" / "specs").mkdir(parents=True)
    spec_path(folder).write_text(SPEC)
    (folder / ".git").write_text(f"gitdir: {target}\n")
    assert ID in chant(folder, "list").stdout
    assert chant(folder, "work", ID).code == 1


def test_texts_that_are_made_to_break_programs(ready: Path) -> None:
    lines = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30))
    bomb = f"---\na0: &a0 [x, x]\n{lines}\nlabels: *a29\n---\n\n# Bomb\n"
    specs = {
        "2026-01-29-020-aaa": bomb,
        "2026-01-29-021-aaa": f"---\nlabels: {'[' * 20000}\n---\n\n# Deep\n",
        "2026-01-29-022-aaa": '---\ninformed_by: ["\\ud800", "\\0", "x\\u202ey"]\n---\n\n# Odd\n',
        "2026-01-29-023-aaa": f"---\ninformed_by: ['{'**/' * 5000}x']\n---\n\n# Stars\n",
        "2026-01-29-024-aaa": f"---\ncontext: ['{'y' * 5000}']\n---\n\n# Long\n",
    }
    for id, text in specs.items():
        spec_path(ready, id).write_text(text)
    (ready / ".chant" / "config.md").write_text(bomb)
    listed = chant(ready, "list", "--all")
    assert listed.code == 0 and set(specs) <= set(listed.stdout.split()), listed
    told = chant(ready, "lint", "--json")
    assert told.code == 1, told
    named = {row["spec"] for row in json.loads(told.stdout)["diagnostics"]}
    assert set(specs) <= named


# -- what is shown


def test_nothing_unseen_of_titles_and_agents_reaches_a_terminal(ready: Path) -> None:
    block = "printf 'a\\033[2Jb\\342\\200\\256c\\n'; echo done > done.txt"
    spec_path(ready).write_text(SPEC.replace("echo done > done.txt", block))
    told = worked(ready, "--merge")
    shown = [told.stdout, told.stderr]
    for command in ("list --all", f"show {ID}", f"log {ID} --no-follow", "lint", "dag"):
        told = chant(ready, *command.split())
        shown += [told.stdout, told.stderr]
    text = "\n".join(shown)
    assert "Nice" in text and "abc" in text
    assert UNSEEN.search(text) is None


def test_commit_messages_hold_nothing_unseen(ready: Path) -> None:
    worked(ready, "--merge")
    said = git(ready, "log", "--all", "--format=%B")
    assert "Nice" in said
    assert UNSEEN.search(said) is None


# -- agents


def test_an_agent_cannot_edit_its_own_runner(ready: Path) -> None:
    (ready / "tools").mkdir()
    runner = ready / "tools" / "run.sh"
    runner.write_text('#!/bin/sh\ncat > /dev/null\npwd > where.txt\necho "$0" > runner.txt\n')
    runner.chmod(0o755)
    write_config(ready, "defaults: {provider: own}\nproviders: {own: {command: [tools/run.sh]}}")
    worked(ready, "--merge")
    assert (ready / "runner.txt").read_text().strip() == str(runner)
    assert (ready / "where.txt").read_text().strip() != str(ready)


@pytest.mark.parametrize("command", ["tools/late.sh", "late.sh"])
def test_a_runner_that_only_a_worktree_holds_is_never_run(ready: Path, command: str) -> None:
    """Neither by its path, nor by a PATH that names a folder relative to where one stands."""
    (ready / "tools").mkdir()
    late = ready / "tools" / "late.sh"
    late.write_text(f"#!/bin/sh\ntouch {ready.parent}/ran\n")
    late.chmod(0o755)
    git(ready, "add", ".")
    git(ready, "commit", "-qm", "runner")
    if "/" in command:
        late.unlink()
    front = f"defaults: {{provider: own}}\nproviders: {{own: {{command: [{command}]}}}}"
    write_config(ready, front)
    env = environment(ready.parent, PATH=f"tools:.:{os.environ['PATH']}")
    told = chant(ready, "work", ID, env=env)
    assert told.code == 1 and "PATH" in told.stderr, told
    assert not (ready.parent / "ran").exists()


def test_what_an_agent_is_given(ready: Path) -> None:
    spec_path(ready).write_text(SPEC.replace("echo done > done.txt", "env > env.txt"))
    leaked = {"GIT_DIR": "/nowhere", "GIT_INDEX_FILE": "/nowhere", "GIT_CONFIG_COUNT": "0"}
    worked(ready, "--merge", SOME_KEY="secret", **leaked)
    rows = (line.partition("=") for line in (ready / "env.txt").read_text().splitlines())
    given = {name: value for name, _, value in rows}
    assert [name for name in given if name.startswith("GIT_")] == []
    assert given["SOME_KEY"] == "secret"
    ours = {name: given[name] for name in given if name.startswith("CHANT_")}
    worktree = ours["CHANT_WORKTREE_PATH"]
    assert ours["CHANT_SPEC_FILE"] == f"{worktree}/.chant/specs/{ID}.md"
    assert worktree != str(ready) and given["PWD"] == worktree
    wanted = {"SPEC_ID": ID, "WORKTREE": "1", "BRANCH": f"chant/{ID}", "ATTEMPT": "1"}
    wanted |= {"ROOT": str(ready), "ROLE": "worker"}
    assert {f"CHANT_{name}": value for name, value in wanted.items()}.items() <= ours.items()


def test_an_agent_may_add_and_read_and_nothing_more(ready: Path) -> None:
    env = environment(ready.parent, CHANT_ROLE="worker")
    for command in (
        f"work {ID}",
        f"merge {ID}",
        "merge --all -y",
        f"cancel {ID} -y",
        f"reset {ID}",
        f"resume {ID}",
        f"approve {ID} --by me",
        f"reject {ID} --by me",
        "recover",
        "lint --fix",
    ):
        told = chant(ready, *command.split(), env=env)
        assert told.code == 1 and "agent" in told.stderr, (command, told)
    for command in ("list", f"show {ID}", "lint", "add Another"):
        assert chant(ready, *command.split(), env=env).code == 0, command


@pytest.mark.parametrize("way", ["file", "folder"])
def test_a_link_that_an_agent_puts_in_place_of_its_spec_is_not_followed(
    ready: Path, way: str
) -> None:
    """What lies behind it is neither read into the branch nor written."""
    outside = ready.parent / "outside"
    outside.mkdir()
    victim = outside / f"{ID}.md"
    victim.write_text(SPEC.replace("# Nice", "# Stolen"))
    file = f'ln -sf {victim} "$CHANT_SPEC_FILE"'
    folder = f'd=$(dirname "$CHANT_SPEC_FILE"); rm -r "$d"; ln -s {outside} "$d"'
    block = file if way == "file" else folder
    spec_path(ready).write_text(SPEC.replace("echo done", f"{block}; echo done"))
    before = victim.read_bytes()
    told = chant(ready, "work", ID, "--merge")
    assert told.code == 1 and "Traceback" not in told.stderr, told
    assert victim.read_bytes() == before and [p.name for p in outside.iterdir()] == [victim.name]
    assert "Stolen" not in git(ready, "log", "--all", "-p")
    assert not spec_path(ready).is_symlink()
    assert chant(ready, "recover").code == 0
    assert chant(ready, "reset", ID, "-y").code == 0


# -- what others on the machine can read


def test_private_specs_and_run_state_are_their_owners_alone(ready: Path) -> None:
    old = os.umask(0o022)
    try:
        added = chant(ready, "add", "A secret", "--label", "private")
        id = added.stdout.split()[-1]
        with spec_path(ready, id).open("a") as file:
            file.write("\n```sh\necho done > done.txt\n```\n\n## Acceptance Criteria\n\n- [x] Y\n")
        told = chant(ready, "work", id, "--merge")
        assert told.code == 0, told
        second = chant(ready, "add", "Another secret", "--label", "private").stdout.split()[-1]
        assert chant(ready, "cancel", second).code == 0
    finally:
        os.umask(old)
    for one in (id, second):
        assert stat.S_IMODE(spec_path(ready, one).stat().st_mode) == 0o600
    state = ready / ".git" / "chant"
    folders = [state, *(p for p in state.rglob("*") if p.is_dir())]
    assert {oct(stat.S_IMODE(p.stat().st_mode) & 0o077) for p in folders} == {"0o0"}
    files = [p for p in state.rglob("*") if p.is_file()]
    assert {p.name for p in files if stat.S_IMODE(p.stat().st_mode) & 0o077} == set()
    said = git(ready, "log", "--all", "--format=%B%D") + git(ready, "for-each-ref")
    assert "secret" not in said.lower()
    assert git(ready, "log", "--all", "--format=%H", "--", f".chant/specs/{id}.md") == ""


def test_a_private_spec_that_git_tracks_is_told_and_not_worked(ready: Path) -> None:
    spec_path(ready).write_text(SPEC.replace("type: code", "type: code\nlabels: [private]"))
    told = chant(ready, "lint")
    assert told.code == 1 and "[private-tracked]" in told.stdout
    told = chant(ready, "work", ID)
    assert told.code == 1 and "private-tracked" in told.stderr
    git(ready, "rm", "-q", "--cached", str(spec_path(ready)))
    assert "private-tracked" not in chant(ready, "lint").stdout


@pytest.fixture
def old_git(tmp_path: Path) -> Iterator[str]:
    """A PATH on which git says that it is of 2022."""
    folder = tmp_path / "bin"
    folder.mkdir()
    real = shutil.which("git")
    script = f'#!/bin/sh\nfor a; do case $a in version) echo git version 2.37.1; exit;; merge-tree) exit 129;; esac; done\nexec {real} "$@"\n'  # noqa: E501 one script
    (folder / "git").write_text(script)
    (folder / "git").chmod(0o755)
    yield f"{folder}:{os.environ['PATH']}"


def test_an_old_git_is_refused(ready: Path, old_git: str) -> None:
    env = environment(ready.parent, PATH=old_git)
    told = chant(ready, "work", ID, env=env)
    assert told.code == 1 and "2.38" in told.stderr and "hint: " in told.stderr, told
    worked(ready)
    told = chant(ready, "merge", ID, env=env)
    assert told.code == 1 and "2.38" in told.stdout + told.stderr, told


def test_no_git_at_all_is_told(ready: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    env = environment(ready.parent, PATH=str(tmp_path / "empty"))
    assert ID in chant(ready, "list", env=env).stdout
    told = chant(ready, "work", ID, env=env)
    assert told.code == 1 and "install" in told.stderr and "hint: " in told.stderr


def test_python_is_the_one_of_chant(ready: Path) -> None:
    """The supervisor imports nothing of the project, whatever lies there."""
    marks = ready.parent / "marks"
    marks.mkdir()
    for name in ("yaml", "psutil", "json", "chant_ls"):
        (ready / f"{name}.py").write_text(f"open({str(marks / name)!r}, 'w')\n")
    script = ready.parent / "chant.py"
    script.write_text("from chant_ls.cli.main import main\nmain()\n")
    env = environment(ready.parent)
    command = [sys.executable, str(script), "work", ID]
    ran = subprocess.run(command, cwd=ready, env=env, capture_output=True, check=False)
    assert ran.returncode == 0, ran
    assert list(marks.iterdir()) == []
