"""What verbs find on their way: runs that died, merges of others, conflicts that wait."""

import os
import signal
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from chant_ls.analysis.readiness import effective_status
from chant_ls.engine import merge_state, rebasing
from chant_ls.engine.events import Finished, JobFinished, Merged, Note, RunEvent
from chant_ls.engine.jobs import AllDone, Job, WorkRequest
from chant_ls.engine.merge_state import Wishes
from chant_ls.engine.merge_terms import before_rebase
from chant_ls.engine.operations import work as verb
from chant_ls.engine.operations.cancel import CancelRequest, cancel
from chant_ls.engine.operations.doctor import State, doctor
from chant_ls.engine.operations.merge import MergeRequest, MergeResult, Outcome, merge, waiting
from chant_ls.engine.operations.merge_job import begin
from chant_ls.engine.operations.merge_waiting import GoOnRequest, go_on
from chant_ls.engine.operations.pause import Paused, pause
from chant_ls.engine.operations.recover import Recovered, RecoverRequest, recover
from chant_ls.engine.operations.reset import ResetRequest, reset
from chant_ls.model.refusal import Refusal
from chant_ls.model.runs import RunState
from tests.engine.project import ID, OTHER, Project, wait_until
from tests.engine.test_jobs import A, B, C, spec, states
from tests.engine.test_recover import die, kill_at
from tests.enginekit import engine_of, spec_path, spec_text, worked
from tests.gitrepo import RepoUnderTest, make_repo

FILE = "src/app.py"


@pytest.fixture
def repo(tmp_path: Path) -> RepoUnderTest:
    repo = make_repo(tmp_path)
    repo.commit({spec_path(id): spec_text() for id in (A, B)})
    return repo


def waits(repo: RepoUnderTest) -> Path:
    """A conflict of B, in its folder."""
    worked(repo, B, {FILE: "theirs\n"})
    repo.commit({FILE: "ours\n"})
    assert isinstance(merge(engine_of(repo), MergeRequest((B,))), Refusal)
    state = merge_state.read(engine_of(repo))
    assert state is not None
    return state.tree


def died(act) -> None:
    """In a process of its own that is killed at a fault."""
    child = os.fork()
    if child == 0:
        with suppress(BaseException):
            act()
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


# a rehearsal changes nothing; work tells what it did first


def test_a_dry_run_merges_nothing_and_says_what_would_come_first(project):
    kill_at(project, "close")
    project.add(OTHER)
    before = project.repo.picture(), project.repo.git("for-each-ref"), project.record()
    told = verb.rehearsed(project.app.engine, WorkRequest(ids=(OTHER,), trusted=True))
    assert isinstance(told, verb.WorkPlan), told
    assert told.specs == (OTHER,) and ID in told.first[0]
    assert (project.repo.picture(), project.repo.git("for-each-ref"), project.record()) == before


def test_work_tells_that_it_finished_another_merge(project):
    kill_at(project, "close")
    project.add(OTHER)
    heard: list[RunEvent] = []
    request = WorkRequest(ids=(OTHER,), trusted=True)
    job = verb.work(project.engine(), request, heard.append)
    assert isinstance(job, Job), job
    project.follow(job.job)
    assert heard == [Note(f"{ID}: completed and merged")]


def test_what_runs_is_told_before_it_does(project):
    seen: list[int] = []
    request = WorkRequest(ids=(ID,), trusted=True)
    job = verb.work(
        project.engine("wait_for_file edit tick"),
        request,
        begin=lambda planned: seen.append(len(project.app.engine.runs.jobs())),
    )
    assert isinstance(job, Job) and seen == [0]
    project.gate.touch()
    project.follow(job.job)


def test_a_dry_run_of_a_spec_whose_run_died_is_no_refusal(project):
    kill_at(project, "prompt")
    told = verb.rehearsed(project.app.engine, WorkRequest(ids=(ID,), trusted=True))
    assert isinstance(told, verb.WorkPlan) and told.specs == (ID,)


# rebases that cannot be taken back


def test_a_rebase_that_cannot_be_taken_back_is_told_until_it_is(repo):
    record = worked(repo, A, {FILE: "theirs\n"})
    repo.commit({"other.txt": "x\n"})
    tip = repo.git("rev-parse", record.branch)
    engine = engine_of(repo, lambda at: die() if at == "rebased" else None)
    died(lambda: rebasing.rebase(engine, record, Wishes(rebase=True)))
    assert repo.git("rev-parse", before_rebase(engine.git, record.run)) == tip
    lock = repo.top / ".git" / "refs" / "heads" / f"{record.branch}.lock"
    lock.touch()
    for _ in range(2):
        done = recover(engine_of(repo), RecoverRequest())
        assert isinstance(done, Recovered)
        assert "cannot be taken back" in done.actions[0]
        assert engine_of(repo).runs.latest(A).state is RunState.MERGING
    heard: list[RunEvent] = []
    merge(engine_of(repo), MergeRequest((B,)), heard.append)
    assert any("cannot be taken back" in note.text for note in heard if isinstance(note, Note))
    lock.unlink()
    done = recover(engine_of(repo), RecoverRequest())
    assert "was taken back" in done.actions[0]
    assert repo.git("rev-parse", record.branch) == tip
    assert recover(engine_of(repo), RecoverRequest()).actions == ()


# merges of others


@pytest.mark.parametrize("how", ["merge", "squash"])
def test_work_that_was_merged_by_hand_blocks_nobody(project, how):
    project.run(ID)
    project.add(B, spec(depends_on=f"[{ID}]"))
    branch = project.record().branch
    if how == "merge":
        project.repo.git("merge", "-q", "--no-edit", branch)
    else:
        project.repo.git("merge", "-q", "--squash", branch)
        project.repo.git("commit", "-qm", "squashed")
    assert effective_status(project.app.load(), B) == "ready", "said before anyone recovered"
    assert "is merged" in str(cancel(project.app.engine, CancelRequest(ID)))
    assert project.run(B)[-1].code == 0
    assert project.record().state is RunState.MERGED
    assert (project.repo.git("branch", "--list", branch) == "") == (how == "merge")


def test_recover_notes_what_others_merged_once(either):
    either.run(ID)
    either.repo.git("merge", "-q", "--no-edit", either.record().branch)
    told = recover(either.app.engine, RecoverRequest(dry_run=True))
    assert len(told.actions) == 1 and either.record().state is RunState.COMPLETED
    done = recover(either.app.engine, RecoverRequest())
    assert "noted as merged" in done.actions[0]
    assert not Path(either.record().worktree).exists()
    assert recover(either.app.engine, RecoverRequest()).actions == ()


def test_a_checkout_of_the_branch_is_no_merge(project):
    project.run(ID)
    record = project.record()
    project.repo.git("worktree", "remove", "--force", "--force", record.worktree)
    project.repo.git("switch", "-q", record.branch)
    assert not project.app.load().run(ID).merged
    assert recover(project.app.engine, RecoverRequest()).actions == ()


def test_a_merge_that_goes_on_is_no_crash(repo):
    """Looked at by another process, from in between."""
    worked(repo, A, {FILE: "theirs\n"})
    seen: list[object] = []

    def look(at: str) -> None:
        if at == "merged":
            other = engine_of(repo)
            checks = {check.name: check.state for check in doctor(other).checks}
            seen.append(checks["runs"] is State.OK)
            seen.append(recover(other, RecoverRequest(dry_run=True)).actions)
            refusals = (
                cancel(other, CancelRequest(A, True)),
                reset(other, ResetRequest(A, True)),
                pause(other, A),
            )
            seen.extend("is being merged" in str(refusal) for refusal in refusals)

    assert isinstance(merge(engine_of(repo, look), MergeRequest((A,))), MergeResult)
    assert seen == [True, (), True, True, True]


def test_a_bug_in_a_merge_leaves_it_to_whoever_comes_next(repo):
    """Though the process that had it lives on, as a server does."""
    worked(repo, A, {FILE: "theirs\n"})

    def fail(at: str) -> None:
        if at == "merged":
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        merge(engine_of(repo, fail), MergeRequest((A,)))
    assert "was finished" in recover(engine_of(repo), RecoverRequest()).actions[0]
    assert engine_of(repo).runs.latest(A).state is RunState.MERGED


# drivers in drivers


def test_a_driver_means_all_below_it(repo):
    driver = "---\ntype: driver\nstatus: pending\n---\n\n# Driver\n"
    inner, leaf = f"{C}.1", f"{C}.1.1"
    repo.commit({spec_path(C): driver, spec_path(inner): driver, spec_path(leaf): spec_text()})
    worked(repo, leaf, {FILE: "x = 2\n"})
    done = merge(engine_of(repo), MergeRequest((C,)))
    assert [(item.id, item.outcome) for item in done.items] == [(leaf, Outcome.MERGED)]


# conflicts that wait


def test_what_was_settled_in_part_is_not_thrown_away(repo):
    tree = waits(repo)
    (tree / FILE).write_text("half of it\n")
    own = Path(engine_of(repo).runs.latest(B).worktree)
    (own / "more.txt").write_text("more\n")
    repo.git("add", "more.txt", cwd=own)
    repo.git("commit", "-qm", "more", cwd=own)
    refusal = merge(engine_of(repo), MergeRequest((B,)))
    assert isinstance(refusal, Refusal) and "--continue" in refusal.hint
    assert (tree / FILE).read_text() == "half of it\n"


def test_a_cancel_does_not_leave_a_conflict_behind(repo):
    tree = waits(repo)
    refusal = cancel(engine_of(repo), CancelRequest(B, True))
    assert isinstance(refusal, Refusal)
    assert str(tree) in refusal.message and "--abort" in refusal.hint
    assert engine_of(repo).load().status(B) == "completed"


def test_what_cannot_be_continued_says_how_to_get_out(repo):
    waits(repo)
    path = repo.top / spec_path(B)
    path.write_text(path.read_text().replace("status: pending", "status: cancelled"))
    refusal = go_on(engine_of(repo), GoOnRequest())
    assert isinstance(refusal, Refusal) and "`chant merge --abort`" in refusal.hint


def test_all_means_what_can_be_merged(repo):
    worked(repo, A, {FILE: "theirs\n"})
    worked(repo, B, {"b.txt": "b\n"})
    path = repo.top / spec_path(A)
    path.write_text(path.read_text().replace("status: pending", "status: cancelled"))
    assert waiting(engine_of(repo)) == (B,)


# pause, reset, cancel


def test_an_orphan_is_paused(project):
    kill_at(project, "running", does="edit orphan_meek wait_for_file")
    wait_until(lambda: len(project.started()) > 1)
    paused = pause(project.app.engine, ID)
    assert isinstance(paused, Paused), paused
    project.assert_no_child_lives()
    assert project.record().state is RunState.PAUSED
    assert project.repo.git("show", f"chant/{ID}:{ID}.txt") == f"work of {ID}"
    project.run(does="tick", resume=True)
    assert project.record().state is RunState.COMPLETED


def test_questions_are_asked_only_where_something_would_be_dropped(project):
    project.run(does="show_prompt")
    assert project.record().state is RunState.FAILED, "it changed nothing"
    assert not isinstance(reset(project.app.engine, ResetRequest(ID)), Refusal)
    project.run(does="edit fail")
    refusal = reset(project.app.engine, ResetRequest(ID))
    assert isinstance(refusal, Refusal) and refusal.question


# jobs of editors


def test_a_merge_job_knows_its_run_by_a_short_id(project):
    project.run(ID)
    begun = begin(project.engine(real=True), MergeRequest(("001-abc",), trusted=True))
    assert not isinstance(begun, Refusal), begun
    entries = project.follow(begun.job)
    told = [entry for entry in entries if isinstance(entry.event, Merged | Finished)]
    assert {(entry.run, entry.spec) for entry in told} == {(f"{ID}-r1", ID)}
    assert entries[-1].event == JobFinished(0, completed=1)


# nothing left to do


def test_what_is_finished_is_no_failure(project):
    project.add(A, "---\ntype: driver\n---\n\n# Driver\n")
    project.add(f"{A}.1", spec())
    project.run(A)
    for ids, chain in (((A,), False), ((f"{A}.1", f"{A}.1"), True)):
        request = WorkRequest(ids=ids, chain=chain, trusted=True)
        done = verb.work(project.engine(), request)
        assert isinstance(done, AllDone) and "finished" in str(done)
        assert verb.rehearsed(project.engine(), request).specs == ()


def test_a_supervisor_that_dies_silently_names_where_it_wrote(project: Project) -> None:
    class Mute:
        def start(self, job: str) -> dict[str, object]:
            return {}

    engine = replace(project.engine(), launcher=Mute())
    refusal = verb.work(engine, WorkRequest(ids=(ID,), trusted=True))
    assert isinstance(refusal, Refusal) and ".err" in refusal.message
    assert states(project, ID) == ["pending"]
