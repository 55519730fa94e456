"""`cleanup`: what is merged goes; what is live, dirty, unmerged or somebody else's stays."""

import os
import shutil
import signal
import time
from dataclasses import replace
from pathlib import Path

import pytest

from chant_ls.engine import consult, guards, merge_state
from chant_ls.engine.merge_state import MergeState
from chant_ls.engine.operations.cleanup import Cleaned, Found, clean, look
from chant_ls.engine.records import RunRecord
from chant_ls.model.config import Provider
from chant_ls.model.refusal import Refusal
from chant_ls.model.runs import RunState
from chant_ls.model.spec import SpecId
from chant_ls.syntax.document import parse
from tests.enginekit import engine_of, spec_path, spec_text, worked
from tests.gitrepo import RepoUnderTest, make_repo

A, B = "2026-01-01-001-aaa", "2026-01-01-002-bbb"


@pytest.fixture
def repo(tmp_path: Path) -> RepoUnderTest:
    repo = make_repo(tmp_path)
    repo.commit({spec_path(A): spec_text(), spec_path(B): spec_text("Other")})
    return repo


def finished(repo: RepoUnderTest, id: str = A, **changes: object) -> RunRecord:
    """A run whose branch is merged, but whose worktree and branch are still there."""
    record = worked(repo, id, {f"{id}.txt": "work\n"})
    repo.git("merge", "-q", "--no-ff", "-m", "merged", record.branch)
    record = replace(record, **{"state": RunState.MERGED, **changes})  # type: ignore[arg-type]
    engine_of(repo).runs.write(record)
    return record


def found(repo: RepoUnderTest) -> Found:
    seen = look(engine_of(repo))
    assert isinstance(seen, Found), seen
    return seen


def cleaned(repo: RepoUnderTest) -> Cleaned:
    done = clean(engine_of(repo), found(repo))
    assert isinstance(done, Cleaned), done
    return done


def stays(repo: RepoUnderTest, said: str) -> None:
    """All is as before, and the one thing that stays says why."""
    before = repo.git("worktree", "list"), repo.git("branch", "--list")
    done = cleaned(repo)
    assert done.removed == () and [said in one.why for one in done.staying] == [True], done
    assert before == (repo.git("worktree", "list"), repo.git("branch", "--list"))


def test_a_merged_worktree_goes_with_its_branch(repo):
    record = finished(repo)
    tree = Path(record.worktree)
    repo.write("secret.log", "only here\n", tree)
    repo.write("build/big.o", "x" * 100_000, tree)
    before = repo.picture()
    (one,) = found(repo).going
    assert (one.kind, one.spec, one.branch) == ("worktree", A, record.branch)
    assert one.bytes > 100_000 and set(one.ignored) == {"secret.log", "build/"}
    done = cleaned(repo)
    assert [r.name for r in done.removed] == [record.worktree] and done.staying == ()
    assert not tree.exists() and repo.git("branch", "--list", "chant/*") == ""
    assert repo.picture() == before
    kept = engine_of(repo).runs.folder / "kept" / record.run / "secret.log"
    assert kept.read_text() == "only here\n" and "secret.log" in done.notes[0]
    assert found(repo) == Found((), ())


def test_unmerged_work_stays(repo):
    worked(repo, A, {"a.txt": "work\n"})
    stays(repo, f"`chant merge {A}`")


def test_uncommitted_changes_stay(repo):
    record = finished(repo)
    repo.write("notes.txt", "mine\n", Path(record.worktree))
    stays(repo, "not committed: notes.txt")


@pytest.mark.parametrize(
    ("state", "alive", "said"),
    [
        (RunState.RUNNING, True, "being worked"),
        (RunState.RUNNING, False, "chant recover"),
        (RunState.PAUSED, False, "chant resume"),
    ],
)
def test_what_is_not_over_stays(repo, state, alive, said):
    me = engine_of(repo).processes.me()
    finished(repo, state=state, supervisor=me if alive else replace(me, identity="gone"))
    stays(repo, said)


def test_only_ours_are_looked_at(repo, tmp_path):
    """Not at worktrees of the user, one of them on a disk that is away, nor at branches."""
    for name in ("mine", "away"):
        repo.git("worktree", "add", "-q", "-b", name, str(tmp_path / name))
    shutil.rmtree(tmp_path / "away")
    repo.git("branch", "chant/by-hand")
    record = finished(repo)
    shutil.rmtree(record.worktree)
    assert [one.kind for one in found(repo).going] == ["registration", "branch"]
    cleaned(repo)
    assert [one.name for one in cleaned(repo).removed] == []
    assert repo.git("worktree", "list").count("\n") == 2
    assert repo.git("branch", "--list", "--format=%(refname:short)").split() == [
        *("away", "chant/by-hand", "main", "mine")
    ]


def test_attempts_put_aside_go_once_they_are_merged(repo):
    record = finished(repo)
    repo.git("worktree", "remove", "--force", "--force", record.worktree)
    repo.git("branch", "-m", record.branch, f"{record.branch}.attempt-1")
    repo.branch(f"{record.branch}.attempt-2", {"other.txt": "left\n"})
    seen = found(repo)
    assert [one.name for one in seen.going] == [f"{record.branch}.attempt-1"]
    assert [one.why for one in seen.staying] == ["it holds work that is not in main"]
    assert cleaned(repo).removed == seen.going
    assert repo.git("branch", "--list", "chant/*").split() == [f"{record.branch}.attempt-2"]


def test_stale_files_of_the_run_state_go(repo):
    engine = engine_of(repo)
    me = engine.processes.me()
    live = finished(repo, state=RunState.RUNNING, supervisor=me)
    for run in (live.run, f"{B}-r1"):
        engine.runs.ask_stop(run, "cancel")
        engine.runs.keep_prompt(run, "do it")
    for job in ("old", "young", "going"):
        engine.runs.keep_job(job, {})
        engine.runs.append(job, [])
    engine.runs.keep_job("going.pid", {"supervisor": {"pid": me.pid, "identity": me.identity}})
    engine.runs.write_log(A, "long ago\n")
    month = time.time() - 31 * 86_400
    for path in engine.runs.folder.rglob("*"):
        if path.is_file() and "young" not in path.name:
            os.utime(path, (month, month))
    done = cleaned(repo)
    folder = engine.runs.folder
    gone = [str(Path(one.name).relative_to(folder)) for one in done.removed]
    assert gone == [f"stop/{B}-r1", f"prompts/{B}-r1.md", "journal/old.jsonl", "jobs/old.json"]
    assert engine.runs.read(live.run) == live
    assert engine.runs.asked_stop(live.run) == "cancel" and engine.runs.read_log(A)
    assert engine.runs.jobs() == ("young", "going")


def asking(repo: RepoUnderTest):
    engine = engine_of(repo)
    file = engine.load().files[spec_path(A)]
    document, base = parse(file.text, SpecId(A)), guards.Base("main", engine.git.head().commit)
    who = Provider("none", ("true",))
    approved = guards.Approved(SpecId(A), file, document, b"spec", who, "", "", True, False, base)
    return consult.consultation(engine, approved, "split", lambda event: None)


def killed_split(repo: RepoUnderTest) -> Path:
    """What the checkout of an agent that was asked leaves behind."""
    child = os.fork()
    if child == 0:
        with asking(repo):
            os.kill(os.getpid(), signal.SIGKILL)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    return engine_of(repo).worktrees / f"{A}.split"


def of_the_user(repo: RepoUnderTest, name: str) -> Path:
    tree = engine_of(repo).worktrees / name
    repo.git("worktree", "add", "-q", "--detach", str(tree))
    (tree / "README.md").write_text("precious\n")
    return tree


def test_the_checkout_of_a_killed_split_goes_and_others_stay(repo):
    engine = engine_of(repo)
    tree, other = killed_split(repo), of_the_user(repo, f"{B}.split")
    assert (tree / spec_path(A)).read_text() == "spec"
    with asking(repo) as asked:
        assert isinstance(asked, consult.Consultation), "that of a killed one is in nobody's way"
    assert killed_split(repo) == tree
    with engine.runs.lock(A):
        assert not found(repo).going
    done = cleaned(repo)
    assert [one.name for one in done.removed] == [str(tree)]
    assert [(one.name, one.why) for one in done.staying] == [
        (str(other), "no run on record made it")
    ]
    assert not tree.exists() and other.exists()


def test_no_agent_is_asked_in_a_worktree_of_the_users(repo):
    tree = of_the_user(repo, f"{A}.split")
    with asking(repo) as asked:
        assert isinstance(asked, Refusal)
    assert (tree / "README.md").read_text() == "precious\n"


def test_the_folder_of_a_merge_that_waits_stays(repo):
    record = finished(repo)
    state = MergeState(record.spec, record.run, record.worktree, "", "", "")
    merge_state.keep(engine_of(repo), state)
    stays(repo, "chant merge --abort")


def test_what_changes_between_look_and_clean_is_seen(repo):
    record = finished(repo)
    seen = found(repo)
    repo.write("late.txt", "saved just now\n", Path(record.worktree))
    done = clean(engine_of(repo), seen)
    assert isinstance(done, Cleaned) and done.removed == ()
    assert "late.txt" in done.staying[0].why and Path(record.worktree, "late.txt").exists()
