"""Moving a branch that people have checked out: nothing of theirs changes, a crash is put right."""

import errno
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from chant_ls.engine.git_port import Move
from chant_ls.model.refusal import Refusal
from tests.gitrepo import RepoUnderTest, files_of, make_repo
from tests.matrix import Row

SPEC = ".chant/specs/2026-01-01-001-abc.md"
STEPS = ("begun", "locked", "copied", "files", "read-tree", "own file", "ref", "index", "unlocked")


@pytest.fixture
def repo(tmp_path: Path) -> RepoUnderTest:
    return make_repo(tmp_path)


def move_to(repo: RepoUnderTest, new: str, **more) -> Move:
    old = repo.git("rev-parse", "main")
    return Move("main", old, new, "chant: test", undo="refs/chant/undo/x", **more)


def nothing_left(repo: RepoUnderTest) -> bool:
    git_dir = repo.top / ".git"
    strays = [p.name for p in git_dir.glob("index*") if p.name != "index"]
    return strays == [] and list((git_dir / "chant" / "@moves").glob("*")) == []


def test_a_clean_checkout_follows_its_branch(repo):
    new = repo.branch(
        "work", {"src/app.py": "def main():\n    return 2\n", "new/a.txt": "a\n", "README.md": None}
    )
    old = repo.git("rev-parse", "main")
    assert repo.open().move_branch(move_to(repo, new)) is None
    assert repo.git("rev-parse", "main") == new
    assert repo.git("rev-parse", "refs/chant/undo/x") == old
    assert repo.git("status", "--porcelain") == ""
    assert repo.git("diff-files") == ""
    assert nothing_left(repo)


def test_unrelated_work_of_the_user_stays(repo):
    new = repo.branch("work", {"src/app.py": "x = 2\n"})
    repo.write("src/util.py", "staged\n")
    repo.git("add", "src/util.py")
    repo.write("src/util.py", "staged and edited\n")
    repo.write("notes.txt", "untracked\n")
    repo.write("debug.log", "ignored\n")
    before = repo.picture()
    assert repo.open().move_branch(move_to(repo, new)) is None
    after = repo.picture()
    changed = {p for p in after["files"] if after["files"][p] != before["files"].get(p)}
    assert changed == {"src/app.py"}
    assert repo.git("diff", "--cached", "--name-only") == "src/util.py"
    assert repo.git("show", ":src/util.py") == "staged"


def dirty(repo):
    repo.write("src/app.py", "mine\n")


def staged(repo):
    repo.write("src/app.py", "mine\n")
    repo.git("add", "src/app.py")
    repo.write("src/app.py", "def main():\n    return 1\n")


def untracked(repo):
    repo.write("new/a.txt", "mine\n")


def ignored(repo):
    repo.write("out.log", "mine\n")


def ignored_parent(repo):
    repo.write("build", "a file where a folder must be\n")


def ignored_below(repo):
    repo.write("deep.log/precious", "mine\n")


def hidden(repo):
    repo.git("update-index", "--assume-unchanged", "src/app.py")
    repo.write("src/app.py", "mine, hidden from git\n")


def skipped(repo):
    repo.git("update-index", "--skip-worktree", "src/app.py")
    repo.write("src/app.py", "mine, hidden from git\n")


def linked_parent(repo):
    outside = repo.top.parent / "outside"
    outside.mkdir()
    (repo.top / "new").symlink_to(outside)


@pytest.mark.parametrize(
    ("obstacle", "path"),
    [
        (dirty, "src/app.py"),
        (staged, "src/app.py"),
        (untracked, "new/a.txt"),
        (ignored, "out.log"),
        (ignored_parent, "build"),
        (ignored_below, "deep.log/precious"),
        (hidden, "src/app.py"),
        (skipped, "src/app.py"),
        (linked_parent, "new"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_work_in_the_way_is_named_and_nothing_moves(repo, obstacle, path):
    new = repo.branch(
        "work",
        {
            "src/app.py": "x = 2\n",
            "new/a.txt": "a\n",
            "out.log": "theirs\n",
            "build/result": "b\n",
            "deep.log": "theirs\n",
        },
    )
    obstacle(repo)
    before = repo.picture()
    answer = repo.open().move_branch(move_to(repo, new))
    assert isinstance(answer, Refusal)
    assert path in answer.details
    assert repo.picture() == before
    assert nothing_left(repo)


def test_the_own_file_may_be_dirty(repo):
    repo.commit({SPEC: "base\n"})
    new = repo.branch("work", {SPEC: "done\n", "src/app.py": "x = 2\n"})
    repo.write(SPEC, "base\nmy edit\n")
    move = move_to(repo, new, own=SPEC, settle=lambda was: was + b"done\n")
    assert repo.open().move_branch(move) is None
    assert (repo.top / SPEC).read_bytes() == b"base\nmy edit\ndone\n"
    assert repo.git("show", f":{SPEC}") == "done"
    assert repo.git("diff", "--cached", "--name-only") == ""
    assert repo.git("diff", "--name-only") == SPEC


def test_the_own_file_may_be_untracked(repo):
    new = repo.branch("work", {SPEC: "done\n"})
    repo.write(SPEC, "base\n")
    move = move_to(repo, new, own=SPEC, settle=lambda was: b"done\n")
    assert repo.open().move_branch(move) is None
    assert repo.git("status", "--porcelain") == ""


def test_a_conflict_in_the_own_file_changes_nothing(repo):
    new = repo.branch("work", {SPEC: "done\n", "src/app.py": "x = 2\n"})
    repo.write(SPEC, "base\n")
    before = repo.picture()
    move = move_to(repo, new, own=SPEC, settle=lambda was: Refusal("conflict"))
    assert repo.open().move_branch(move) == Refusal("conflict")
    assert repo.picture() == before
    assert nothing_left(repo)


def test_a_lost_comparison_brings_all_files_back(repo):
    repo.commit({SPEC: "base\n"})
    new = repo.branch(
        "work", {"src/app.py": "x\n", "new/a.txt": "a\n", "README.md": None, SPEC: "b\n"}
    )
    other = repo.branch("other", {"src/util.py": "elsewhere\n"})
    repo.write(SPEC, "dirty\n")
    before = files_of(repo.top)
    index = repo.git("ls-files", "-s")

    def somebody_else(step):
        if step == "own file":
            repo.git("update-ref", "refs/heads/main", other)

    move = move_to(repo, new, own=SPEC, settle=lambda was: b"settled\n")
    answer = repo.open(somebody_else).move_branch(move)
    assert isinstance(answer, Refusal) and "somebody else" in answer.message
    assert files_of(repo.top) == before
    assert repo.git("ls-files", "-s") == index
    assert repo.git("rev-parse", "main") == other
    assert repo.git("for-each-ref", "refs/chant") == ""
    assert nothing_left(repo)


@pytest.mark.scenario(Row.LOCKS)
def test_another_process_holding_the_index_is_reported_never_robbed(repo, monkeypatch):
    monkeypatch.setattr("chant_ls.host.git_checkout.PATIENCE", 0.2)
    new = repo.branch("work", {"src/app.py": "x = 2\n"})
    lock = repo.write(".git/index.lock", "someone")
    answer = repo.open().move_branch(move_to(repo, new))
    assert isinstance(answer, Refusal) and "another git process" in answer.message
    assert lock.read_text() == "someone"
    assert repo.git("rev-parse", "main") != new
    lock.unlink()
    assert nothing_left(repo)
    assert repo.open().move_branch(move_to(repo, new)) is None


@pytest.mark.scenario(Row.LOCKS)
def test_a_users_commit_meanwhile_fails_cleanly(repo):
    new = repo.branch("work", {"src/app.py": "x = 2\n"})
    tried = []

    def commit(step):
        if step == "read-tree":
            done = subprocess.run(
                ["git", "commit", "-q", "--allow-empty", "-m", "mine"],
                cwd=repo.top,
                env=dict(repo.env),
                capture_output=True,
                text=True,
                check=False,
            )
            tried.append((done.returncode, "index.lock" in done.stderr))

    assert repo.open(commit).move_branch(move_to(repo, new)) is None
    assert tried == [(128, True)]
    assert repo.git("rev-parse", "main") == new


@pytest.mark.parametrize("state", ["MERGE_HEAD", "CHERRY_PICK_HEAD", "BISECT_LOG", "rebase-merge"])
def test_what_is_under_way_is_not_disturbed(repo, state):
    new = repo.branch("work", {"src/app.py": "x = 2\n"})
    repo.write(f".git/{state}", repo.git("rev-parse", "main") + "\n")
    before = repo.picture()
    answer = repo.open().move_branch(move_to(repo, new))
    assert isinstance(answer, Refusal) and "under way" in answer.message
    assert repo.picture() == before
    assert nothing_left(repo)


def test_a_branch_that_nobody_has_checked_out(repo):
    new = repo.branch("work", {"src/app.py": "x = 2\n"})
    repo.git("checkout", "-q", "-b", "feature")
    before = repo.picture()
    assert repo.open().move_branch(move_to(repo, new)) is None
    assert repo.git("rev-parse", "main") == new
    assert repo.picture() == before


def test_main_checked_out_in_two_places(repo, tmp_path):
    new = repo.branch("work", {"src/app.py": "x = 2\n"})
    second = tmp_path / "second one"
    repo.git("worktree", "add", "-q", "--force", str(second), "main")
    assert repo.open().move_branch(move_to(repo, new)) is None
    for top in (repo.top, second):
        assert (top / "src/app.py").read_text() == "x = 2\n"
        assert repo.git("status", "--porcelain", cwd=top) == ""


def test_a_submodule_moves_and_what_holds_it_stays(repo, tmp_path):
    other = make_repo(tmp_path, name="library")
    repo.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other.top), "lib")
    inside = RepoUnderTest(repo.top / "lib", repo.top / "lib", repo.env)
    new = inside.branch("work", {"src/app.py": "x\n"})
    before = repo.git("ls-files", "-s")
    assert inside.open().move_branch(move_to(inside, new)) is None
    assert inside.git("status", "--porcelain") == ""
    assert (inside.top / "src/app.py").read_text() == "x\n"
    assert repo.git("ls-files", "-s") == before


def test_dirty_in_the_second_place_moves_neither(repo, tmp_path):
    new = repo.branch("work", {"src/app.py": "x = 2\n"})
    second = tmp_path / "second"
    repo.git("worktree", "add", "-q", "--force", str(second), "main")
    (second / "src/app.py").write_text("mine\n")
    before = repo.picture(), repo.picture(second)
    assert isinstance(repo.open().move_branch(move_to(repo, new)), Refusal)
    assert (repo.picture(), repo.picture(second)) == before


def test_the_checkout_in_a_linked_worktree_moves_and_the_root_stays(repo, tmp_path):
    new = repo.branch("work", {"src/app.py": "x = 2\n"})
    repo.git("checkout", "-q", "-b", "feature")
    second = tmp_path / "second"
    repo.git("worktree", "add", "-q", str(second), "main")
    before = repo.picture()
    assert repo.open().move_branch(move_to(repo, new)) is None
    assert repo.picture() == before
    assert (second / "src/app.py").read_text() == "x = 2\n"
    assert repo.git("status", "--porcelain", cwd=second) == ""


KILLED = """
import os, signal, sys
from pathlib import Path
from chant_ls.engine.git_port import Move
from chant_ls.host.git import open_repo

def die(step):
    if step == {step!r}:
        os.kill(os.getpid(), signal.SIGKILL)

repo = open_repo(Path({root!r}), {env!r}, die)
move = Move("main", {old!r}, {new!r}, "chant: test", own={own!r},
            settle=lambda was: b"settled\\n", undo="refs/chant/undo/x")
print(repo.move_branch(move))
"""


def kill_at(repo: RepoUnderTest, step: str, new: str) -> None:
    code = KILLED.format(
        step=step,
        root=str(repo.root),
        env=dict(repo.env),
        old=repo.git("rev-parse", "main"),
        new=new,
        own=SPEC,
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.scenario(Row.MOVES)
def test_killed_at_every_step_then_recovered_twice(repo, step):
    repo.commit({SPEC: "base\n"})
    new = repo.branch(
        "work", {"src/app.py": "x\n", "new/a.txt": "a\n", "README.md": None, SPEC: "done\n"}
    )
    repo.write(SPEC, "base, edited\n")
    repo.write("src/util.py", "staged\n")
    repo.git("add", "src/util.py")
    before, index = files_of(repo.top), repo.git("ls-files", "-s")
    kill_at(repo, step, new)

    assert repo.open().recover_move()
    assert repo.open().recover_move() is None
    assert nothing_left(repo)
    if repo.git("rev-parse", "main") == new:
        assert step in STEPS[6:]
        assert (repo.top / SPEC).read_text() == "settled\n"
        assert repo.git("diff", "--name-only") == SPEC
        assert repo.git("diff", "--cached", "--name-only") == "src/util.py"
        assert not (repo.top / "README.md").exists()
    else:
        assert step in STEPS[:6]
        assert files_of(repo.top) == before
        assert repo.git("ls-files", "-s") == index


def test_recovery_keeps_what_the_user_wrote_after_the_crash(repo):
    repo.commit({SPEC: "base\n"})
    new = repo.branch("work", {"src/app.py": "x\n", "src/util.py": "y\n", SPEC: "done\n"})
    repo.write(SPEC, "dirty\n")
    kill_at(repo, "own file", new)
    repo.write("src/app.py", "my words\n")
    repo.write(SPEC, "my words\n")
    told = repo.open().recover_move()
    assert "src/app.py" in told
    assert (repo.top / "src/app.py").read_text() == "my words\n"
    assert (repo.top / SPEC).read_text() == "my words\n"
    assert (repo.top / "src/util.py").read_text() == "ONE = 1\nTWO = 2\nTHREE = 3\n"


def test_a_file_that_git_had_half_written_is_restored(repo):
    new = repo.branch("work", {"src/app.py": "a long new content\n", SPEC: "done\n"})
    repo.write(SPEC, "mine\n")
    before = files_of(repo.top)
    kill_at(repo, "read-tree", new)
    repo.write("src/app.py", "a long n")
    repo.open().recover_move()
    assert files_of(repo.top) == before


def test_a_lock_removed_by_hand_after_the_ref_moved(repo):
    new = repo.branch("work", {"src/app.py": "x\n", "new/a.txt": "a\n", "README.md": None})
    kill_at(repo, "ref", new)
    (repo.top / ".git/index.lock").unlink()
    repo.git("add", "-N", "src/app.py")
    repo.open().recover_move()
    assert repo.git("status", "--porcelain") == ""
    assert nothing_left(repo)


def test_recovery_leaves_a_lock_that_is_not_ours(repo):
    new = repo.branch("work", {"src/app.py": "x\n"})
    before = files_of(repo.top)
    kill_at(repo, "files", new)
    lock = repo.write(".git/index.lock", "a user's commit")
    assert repo.open().recover_move()
    assert lock.read_text() == "a user's commit"
    assert files_of(repo.top) == before


def test_a_move_that_is_under_way_is_not_recovered(repo):
    new = repo.branch("work", {"src/app.py": "x\n"})
    seen = []

    def other_process(step):
        if step == "read-tree":
            seen.append(repo.open().recover_move())

    assert repo.open(other_process).move_branch(move_to(repo, new)) is None
    assert seen == [None]
    assert repo.git("status", "--porcelain") == ""


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
@pytest.mark.scenario(Row.MOVES)
def test_an_interrupt_goes_all_the_way_back_or_forward(repo, step, error):
    repo.commit({SPEC: "base\n"})
    new = repo.branch("work", {"src/app.py": "x\n", "new/a.txt": "a\n", SPEC: "done\n"})
    before = repo.picture()

    def interrupt(at):
        if at == step:
            raise error

    with pytest.raises(error):
        repo.open(interrupt).move_branch(move_to(repo, new, own=SPEC, settle=lambda was: b"done\n"))
    if step in STEPS[6:]:
        assert repo.git("rev-parse", "main") == new
        assert repo.git("status", "--porcelain") == ""
    else:
        assert repo.picture() == before
    assert nothing_left(repo)


def test_a_full_disk_after_the_ref_moved_is_a_move(repo):
    new = repo.branch("work", {"src/app.py": "x\n"})

    def full(step):
        if step == "ref":
            raise OSError(errno.ENOSPC, "No space left on device")

    assert repo.open(full).move_branch(move_to(repo, new)) is None
    assert repo.git("rev-parse", "main") == new
    assert repo.git("status", "--porcelain") == ""
    assert nothing_left(repo)


INTERRUPTED = """
import signal, sys
from pathlib import Path
from chant_ls.engine.git_port import Move
from chant_ls.host.git import open_repo

signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
repo = open_repo(Path({root!r}), {env!r})
try:
    repo.move_branch(Move("main", {old!r}, {new!r}, "chant: test"))
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.mark.parametrize("name, code", [("INT", 130), ("TERM", 143)])
@pytest.mark.parametrize("killed", ["", "kill -9 $$"], ids=["well", "killed"])
def test_a_signal_right_after_the_ref_moved(repo, tmp_path, name, code, killed):
    """`killed`: git too dies then, and nobody hears that it had done its work."""
    does = f'case " $* " in *" update-ref "*) kill -{name} $PPID; {killed or ":"};; esac'
    env = git_that(tmp_path, does, repo.env)
    new = repo.branch("work", {"src/app.py": "x\n", "new/a.txt": "a\n"})
    old = repo.git("rev-parse", "main")
    script = INTERRUPTED.format(root=str(repo.root), env=env, old=old, new=new)
    assert python(script, env) == code
    assert repo.git("rev-parse", "main") == new
    assert repo.git("status", "--porcelain") == ""
    assert nothing_left(repo)


SLOW = "#!/bin/sh\n{does}\ncat\n"
COMMITS = """
import signal, sys
from pathlib import Path
from chant_ls.host.git import open_repo

repo = open_repo(Path({root!r}), {env!r})
try:
    repo.commit_all(Path({tree!r}), "work")
except KeyboardInterrupt:
    sys.exit(130)
"""


def test_git_is_not_ended_by_ctrl_c(repo, tmp_path):
    """In the middle of `add`, by a filter that takes its time."""
    tree = slow_filter(repo, tmp_path, "kill -INT $CHANT; sleep 1")
    assert commit_all(repo, tree) == 130
    assert not list((repo.top / ".git").rglob("index.lock"))
    assert repo.git("status", "--porcelain", cwd=tree) == "A  a.slow"


def test_git_that_hangs_is_asked_to_end_by_the_second_ctrl_c(repo, tmp_path):
    gate = tmp_path / "gate"
    hangs = f"kill -INT $CHANT; while [ ! -e {gate} ]; do sleep 0.1; kill -INT $CHANT; done"
    tree = slow_filter(repo, tmp_path, hangs)
    assert commit_all(repo, tree) == 130
    gate.touch()
    assert not list((repo.top / ".git").rglob("index.lock"))
    assert (tree / "a.slow").read_text() == "a\n"


def slow_filter(repo, tmp_path, does: str) -> Path:
    """A worktree with a new file that a filter of the user's cleans."""
    script = tmp_path / "slow"
    script.write_text(SLOW.format(does=does))
    script.chmod(0o755)
    repo.git("config", "filter.slow.clean", str(script))
    repo.commit({".gitattributes": "*.slow filter=slow\n"})
    tree = tmp_path / "tree"
    assert repo.open().add_worktree(tree, "work", repo.git("rev-parse", "HEAD")) is None
    repo.write("a.slow", "a\n", tree)
    return tree


def commit_all(repo, tree: Path) -> int:
    env = dict(repo.env)
    script = COMMITS.format(root=str(repo.root), env=env, tree=str(tree))
    # git gets its environment from the repository's: the filter is told who to press Ctrl+C at
    named = f"import os; os.environ['CHANT'] = str(os.getpid())\n{script}"
    return python(named.replace(repr(env), f"{{**{env!r}, 'CHANT': os.environ['CHANT']}}"), env)


def git_that(tmp_path: Path, does: str, env) -> dict[str, str]:
    """An environment whose git does something more once the real one is done."""
    real = shutil.which("git")
    wrapper = tmp_path / "bin" / "git"
    wrapper.parent.mkdir()
    wrapper.write_text(f'#!/bin/sh\n{real} "$@"\ncode=$?\n{does}\nexit $code\n')
    wrapper.chmod(0o755)
    return {**env, "PATH": f"{wrapper.parent}:{env['PATH']}"}


def python(script: str, env) -> int:
    home = {"PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run([sys.executable, "-c", script], env={**env, **home}, check=False)
    return done.returncode
