"""Conflicts: kept in a folder, settled by hand or by real agents, landed, taken back, recovered."""

import contextlib
import os
import shutil
import signal
import sys
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from chant_ls.engine import merge_state
from chant_ls.engine.engine import Engine, no_fault
from chant_ls.engine.events import AgentStarted, RunEvent
from chant_ls.engine.operations.merge import MergeRequest, MergeResult, Outcome, merge
from chant_ls.engine.operations.merge_waiting import GoOnRequest, TakenBack, go_on, take_back
from chant_ls.engine.operations.recover import RecoverRequest, recover
from chant_ls.engine.operations.reset import ResetRequest, reset
from chant_ls.model.config import Config, Provider
from chant_ls.model.refusal import Refusal
from chant_ls.model.runs import RunState
from tests.engine.project import wait_until
from tests.enginekit import completed, engine_of, spec_path, spec_text, worked
from tests.gitrepo import RepoUnderTest, make_repo
from tests.matrix import Row

A, B, C = "2026-01-01-001-aaa", "2026-01-01-002-bbb", "2026-01-01-003-ccc"
AGENT = Path(__file__).parent.parent / "agents" / "agent.py"
FILE = "src/app.py"


@pytest.fixture
def repo(tmp_path: Path) -> RepoUnderTest:
    """A and B change the same lines; A's work is on main already. The user has work of their own
    in the checkout."""
    repo = make_repo(tmp_path)
    repo.commit({spec_path(id): spec_text() for id in (A, B)})
    worked(repo, B, {FILE: "theirs\n", "b.txt": "b\n"})
    repo.commit({FILE: "ours\n"})
    repo.write("README.md", "# mine, not committed\n")
    repo.write("notes.txt", "untracked\n")
    return repo


def engine(repo: RepoUnderTest, does: str = "", fault=no_fault, verify=()) -> Engine:
    provider = Provider("fixer", (sys.executable, str(AGENT)), timeout=30)
    config = Config(provider="fixer", providers={"fixer": provider}, verify=tuple(verify))
    beside = repo.top.parent
    env = {
        **repo.env,
        "PATH": os.environ["PATH"],
        "AGENT_DOES": does,
        "AGENT_PIDS": str(beside / "pids"),
        "AGENT_GATE": str(beside / "gate"),
    }
    return replace(engine_of(repo, fault), config=config, env=env)


def met(repo: RepoUnderTest, *ids: str, **more) -> Refusal:
    """A conflict that now waits; the checkout is untouched."""
    before = repo.picture(), repo.git("rev-parse", "main")
    answer = merge(engine(repo), MergeRequest(ids or (B,), **more))
    assert isinstance(answer, Refusal), answer
    assert (repo.picture(), repo.git("rev-parse", "main")) == before
    return answer


def folder(repo: RepoUnderTest) -> Path:
    state = merge_state.read(engine_of(repo))
    assert state is not None
    return state.tree


def settle(repo: RepoUnderTest, text: str = "both\n") -> None:
    repo.write(FILE, text, folder(repo))
    repo.git("add", FILE, cwd=folder(repo))


def went_on(repo: RepoUnderTest, **more) -> MergeResult:
    answer = go_on(engine(repo, **more), GoOnRequest())
    assert isinstance(answer, MergeResult), answer
    return answer


def landed(repo: RepoUnderTest, text: str = "both\n") -> None:
    """B is on main and in the checkout; what the user had there is there; nothing of ours is."""
    assert repo.git("show", f"main:{FILE}") + "\n" == text
    assert (repo.top / FILE).read_text() == text
    assert (repo.top / "b.txt").read_text() == "b\n"
    assert (repo.top / spec_path(B)).read_text() == completed(spec_text())
    assert repo.git("status", "--porcelain") == "M README.md\n?? notes.txt"
    assert (repo.top / "README.md").read_text() == "# mine, not committed\n"
    assert nothing_left(repo)
    assert engine_of(repo).runs.latest(B).state is RunState.MERGED


def nothing_left(repo: RepoUnderTest) -> bool:
    alone = len(repo.git("worktree", "list").splitlines()) == 1
    return alone and merge_state.read(engine_of(repo)) is None


# by hand


def test_a_conflict_waits_in_a_folder_that_the_message_names(repo):
    told = met(repo)
    assert told.details == (FILE,) and str(folder(repo)) in told.hint
    assert "--continue" in told.hint and "--abort" in told.hint
    assert "<<<<<<<" in (folder(repo) / FILE).read_text()
    assert engine_of(repo).runs.latest(B).state is RunState.COMPLETED


@pytest.mark.scenario(Row.MERGES)
def test_settled_and_continued(repo):
    met(repo)
    settle(repo)
    old = repo.git("rev-parse", "main")
    (item,) = went_on(repo).items
    assert item.outcome is Outcome.MERGED and item.commit == repo.git("rev-parse", "main")
    assert repo.git("rev-parse", item.undo) == old
    assert repo.git("log", "-1", "--format=%P").split()[0] == old
    landed(repo)


def test_ended_with_git_commit_in_the_folder_and_continued(repo):
    met(repo)
    settle(repo)
    repo.git("commit", "-qm", "settled", cwd=folder(repo))
    went_on(repo)
    landed(repo)


@pytest.mark.parametrize(
    ("text", "staged", "why"),
    [
        ("<<<<<<< HEAD\nours\n=======\ntheirs\n>>>>>>> x\n", True, "markers"),
        ("  \n\n", True, "nothing is left"),
        ("both\n", False, "not settled yet"),
    ],
)
@pytest.mark.scenario(Row.MERGES)
def test_what_is_not_settled_is_not_continued(repo, text, staged, why):
    met(repo)
    repo.write(FILE, text, folder(repo))
    if staged:
        repo.git("add", FILE, cwd=folder(repo))
    before = repo.picture(), repo.git("for-each-ref")
    told = go_on(engine(repo), GoOnRequest())
    assert isinstance(told, Refusal) and why in told.message and FILE in str(told)
    assert (repo.picture(), repo.git("for-each-ref")) == before
    settle(repo)
    went_on(repo)
    landed(repo)


def test_a_text_about_conflicts_and_an_underlined_heading_are_no_markers(repo):
    repo.commit({FILE: "ours\n<<<<<<< shown\n"})
    met(repo)
    settle(repo, "Heading\n=======\n<<<<<<< shown\n")
    went_on(repo)
    assert (repo.top / FILE).read_text() == "Heading\n=======\n<<<<<<< shown\n"


def test_a_merge_aborted_with_git_is_not_taken_for_settled(repo):
    met(repo)
    repo.git("merge", "--abort", cwd=folder(repo))
    told = go_on(engine(repo), GoOnRequest())
    assert isinstance(told, Refusal) and "chant merge --abort" in told.hint
    assert isinstance(take_back(engine(repo)), TakenBack)
    met(repo)


@pytest.mark.scenario(Row.MERGES)
def test_abort_brings_all_back(repo):
    before = repo.picture(), repo.git("for-each-ref"), repo.git("worktree", "list")
    met(repo)
    repo.write(FILE, "half\n", folder(repo))
    repo.write("new.txt", "x\n", folder(repo))
    assert take_back(engine(repo)) == TakenBack(B)
    after = repo.picture(), repo.git("for-each-ref"), repo.git("worktree", "list")
    assert after == before
    assert isinstance(take_back(engine(repo)), Refusal)
    assert isinstance(go_on(engine(repo), GoOnRequest()), Refusal)


def test_main_went_on_meanwhile(repo):
    met(repo)
    settle(repo)
    repo.commit({"other.txt": "x\n"})
    went_on(repo)
    assert (repo.top / "other.txt").exists()
    landed(repo)


def test_main_went_on_and_conflicts_anew(repo):
    met(repo)
    settle(repo)
    repo.commit({FILE: "newer\n"})
    first = folder(repo)
    told = go_on(engine(repo), GoOnRequest())
    assert isinstance(told, Refusal) and told.details == (FILE,)
    assert "both" in (folder(repo) / FILE).read_text() and not first.exists()
    settle(repo)
    went_on(repo)
    landed(repo)


def test_new_files_in_the_folder_are_kept_aside(repo):
    met(repo)
    settle(repo)
    repo.write("idea.txt", "keep me\n", folder(repo))
    (item,) = went_on(repo).items
    kept = engine_of(repo).runs.folder / "kept"
    assert [p.read_text() for p in kept.rglob("idea.txt")] == ["keep me\n"]
    assert any(str(kept) in note for note in item.notes)
    landed(repo)


def test_what_is_in_the_way_when_it_lands_keeps_the_resolution(repo):
    met(repo)
    settle(repo)
    repo.write(FILE, "being edited\n")
    told = go_on(engine(repo), GoOnRequest())
    assert isinstance(told, Refusal) and told.details == (FILE,)
    repo.git("checkout", "-q", "--", FILE)
    went_on(repo)
    landed(repo)


def test_one_deleted_what_the_other_changed(repo):
    repo.git("rm", "-q", FILE)
    repo.git("commit", "-qm", "gone")
    met(repo)
    repo.git("rm", "-q", FILE, cwd=folder(repo))
    went_on(repo)
    assert not (repo.top / FILE).exists() and (repo.top / "b.txt").exists()


@pytest.mark.scenario(Row.MERGES)
def test_the_others_go_on_and_what_waited_follows(repo):
    repo.commit({spec_path(C): spec_text(front=f"depends_on: [{B}]\n")})
    worked(repo, A, {"a.txt": "a\n"})
    worked(repo, C, {"c.txt": "c\n"})
    answer = merge(engine(repo), MergeRequest(all=True))
    assert {item.id: item.outcome for item in answer.items} == {
        A: Outcome.MERGED,
        B: Outcome.FAILED,
        C: Outcome.SKIPPED,
    }
    settle(repo)
    assert [item.id for item in went_on(repo).items] == [B, C]
    assert (repo.top / "c.txt").exists()
    landed(repo)


def test_one_conflict_at_a_time(repo):
    worked(repo, A, {FILE: "third\n"}, start="main~1")
    met(repo)
    told = merge(engine(repo), MergeRequest((A,)))
    assert isinstance(told, Refusal) and B in told.hint and told.details == (FILE,)
    assert "waits" in met(repo).message
    settle(repo)
    assert went_on(repo).well


def test_a_reset_does_not_pull_the_branch_away(repo):
    met(repo, rebase=True)
    told = reset(engine(repo), ResetRequest(B, confirmed=True))
    assert isinstance(told, Refusal) and "chant merge --abort" in told.hint
    settle(repo)
    went_on(repo)
    landed(repo)


def test_a_resolution_that_was_begun_is_not_dropped_for_a_branch_that_went_on(repo):
    met(repo)
    repo.write(FILE, "half settled\n", folder(repo))
    ahead(repo)
    refusal = met(repo)
    assert "went on" in refusal.message and "--continue" in refusal.hint
    assert (folder(repo) / FILE).read_text() == "half settled\n"


def test_edits_of_what_was_not_in_conflict_are_a_resolution_too(repo):
    met(repo)
    repo.write("b.txt", "follows the other side\n", folder(repo))
    ahead(repo)
    assert "went on" in met(repo).message
    assert (folder(repo) / "b.txt").read_text() == "follows the other side\n"


def test_a_conflict_that_nobody_touched_is_met_anew(repo):
    met(repo)
    ahead(repo)
    assert "conflict" in met(repo).message
    assert (folder(repo) / "later.txt").exists()


def ahead(repo: RepoUnderTest) -> None:
    """Somebody commits on the branch while its merge waits."""
    tree = Path(engine_of(repo).runs.latest(B).worktree)
    repo.write("later.txt", "later\n", tree)
    assert isinstance(engine_of(repo).git.commit_all(tree, "later"), str)


@pytest.mark.scenario(Row.MERGES, mode="local")
def test_in_local_mode(tmp_path):
    repo = make_repo(tmp_path)
    repo.git("rm", "-rq", "--cached", ".chant")
    repo.commit({".gitignore": "*.log\nbuild/\n.chant/\n"})
    repo.write(spec_path(B), spec_text())
    worked(repo, B, {FILE: "theirs\n"}, tracked=False)
    repo.commit({FILE: "ours\n"})
    met(repo)
    settle(repo)
    went_on(repo)
    assert (repo.top / spec_path(B)).read_text() == completed(spec_text())
    assert (repo.top / FILE).read_text() == "both\n"


# rebased


def test_a_branch_is_rebased_then_merged(repo):
    repo.git("checkout", "-q", "--", "README.md")
    worked(repo, A, {"a.txt": "a\n"}, start="main~1")
    tip = repo.git("rev-parse", f"chant/{A}")
    main = repo.git("rev-parse", "main")
    (item,) = merge(engine(repo), MergeRequest((A,), rebase=True)).items
    assert item.outcome is Outcome.MERGED
    kept = f"refs/chant/before-rebase/{A}-r1"
    assert repo.git("rev-parse", kept) == tip and any(kept in note for note in item.notes)
    branch = repo.git("rev-parse", "main^2")
    assert repo.git("merge-base", branch, main) == main
    record = engine_of(repo).runs.latest(A)
    assert record.base_sha == main and record.state is RunState.MERGED
    assert nothing_left(repo) is False  # B's worktree is there


def test_the_commits_that_the_spec_names_are_those_after_the_rebase(repo):
    repo.git("checkout", "-q", "--", "README.md")
    record = worked(repo, A, {"a.txt": "a\n"}, start="main~1")
    tree = Path(record.worktree)
    work = repo.git("rev-parse", "HEAD", cwd=tree)
    text = (tree / spec_path(A)).read_text()
    named = text.replace("completed_at", f"commits: [{work[:12]}]\ncompleted_at")
    repo.write(spec_path(A), named, tree)
    repo.git("commit", "-qam", f"chant: complete {A}\n\nChant-Op: complete", cwd=tree)
    merge(engine(repo), MergeRequest((A,), rebase=True))
    text = (repo.top / spec_path(A)).read_text()
    (sha,) = [line for line in text.splitlines() if "commits" not in line and "- " in line][:1]
    told = repo.git("log", "--format=%s", "-1", sha.strip("- '\""))
    assert told == f"chant({A}): work" and work[:12] not in text
    assert repo.git("merge-base", "--is-ancestor", sha.strip("- '\""), "main") == ""


def test_a_rebase_makes_the_worktree_anew(repo):
    repo.git("checkout", "-q", "--", "README.md")
    record = worked(repo, A, {"a.txt": "a\n"}, start="main~1")
    shutil.rmtree(record.worktree)
    (item,) = merge(engine(repo), MergeRequest((A,), rebase=True)).items
    assert item.outcome is Outcome.MERGED and not Path(record.worktree).exists()


def test_a_rebase_leaves_a_dirty_worktree_alone(repo):
    record = worked(repo, A, {"a.txt": "a\n"}, start="main~1")
    repo.write("a.txt", "more\n", Path(record.worktree))
    told = met(repo, A, rebase=True)
    assert told.details == ("a.txt",)
    assert (Path(record.worktree) / "a.txt").read_text() == "more\n"


def test_a_rebase_that_stops_is_settled_and_continued(repo):
    told = met(repo, rebase=True)
    assert told.details == (FILE,)
    assert str(folder(repo)) == engine_of(repo).runs.latest(B).worktree
    settle(repo)
    (item,) = went_on(repo).items
    assert any("before-rebase" in note for note in item.notes)
    landed(repo)


def test_a_rebase_that_stops_twice(repo):
    tree = Path(engine_of(repo).runs.latest(B).worktree)
    repo.write("src/util.py", "theirs\n", tree)
    repo.git("commit", "-qam", "more", cwd=tree)
    repo.commit({"src/util.py": "ours\n"})
    met(repo, rebase=True)
    settle(repo)
    told = go_on(engine(repo), GoOnRequest())
    assert isinstance(told, Refusal) and told.details == ("src/util.py",)
    repo.write("src/util.py", "both\n", folder(repo))
    repo.git("add", "-A", cwd=folder(repo))
    went_on(repo)
    landed(repo)


def test_a_rebase_ended_in_the_folder_itself(repo):
    met(repo, rebase=True)
    settle(repo)
    repo.git("-c", "core.editor=true", "rebase", "--continue", cwd=folder(repo))
    went_on(repo)
    landed(repo)


def test_a_rebase_that_stopped_is_taken_back(repo):
    before = repo.picture(), repo.git("for-each-ref"), repo.git("worktree", "list")
    met(repo, rebase=True)
    assert isinstance(take_back(engine(repo)), TakenBack)
    after = repo.picture(), repo.git("for-each-ref"), repo.git("worktree", "list")
    assert after == before


def test_the_spec_itself_does_not_stop_a_rebase(repo):
    repo.git("checkout", "-q", "--", "README.md")
    worked(repo, A, {"a.txt": "a\n"})
    changed = spec_text(front="labels: [later]\n")
    repo.commit({spec_path(A): changed})
    (item,) = merge(engine(repo), MergeRequest((A,), rebase=True)).items
    assert item.outcome is Outcome.MERGED
    text = (repo.top / spec_path(A)).read_text()
    assert "labels: [later]" in text and "status: completed" in text


# by an agent


def auto(repo: RepoUnderTest, does: str, verify=(), **more) -> MergeResult | Refusal:
    events: list[RunEvent] = []
    request = MergeRequest((B,), auto=True, trusted=True, **more)
    answer = merge(engine(repo, does, verify=verify), request, events.append)
    assert 1 <= sum(isinstance(event, AgentStarted) for event in events) <= 2
    return answer


@pytest.mark.parametrize(
    ("does", "rebase"),
    [("keep_both", True), ("show_prompt once_dead keep_both stage", False)],
)
@pytest.mark.scenario(Row.MERGES)
def test_an_agent_that_settles_well(repo, does, rebase):
    answer = auto(repo, does, verify=[f"grep -q theirs {FILE}"], rebase=rebase)
    assert isinstance(answer, MergeResult) and answer.well, answer
    landed(repo, "ours\ntheirs\n")
    if "show_prompt" in does:
        prompt = (repo.top.parent / "prompt").read_text()
        assert FILE in prompt and "gave up" in prompt


@pytest.mark.parametrize(
    ("does", "why"),
    [
        ("half_settle", "markers"),
        ("blank", "nothing is left"),
        ("die", "gave up"),
        ("keep_both fail", "gave up"),
        ("", "not settled yet"),
        ("abort_merge", "not the one that was begun"),
    ],
)
@pytest.mark.scenario(Row.MERGES)
def test_an_agent_that_does_not(repo, does, why):
    before = repo.picture(), repo.git("for-each-ref")
    answer = auto(repo, does)
    assert isinstance(answer, Refusal) and why in str(answer), answer
    assert (repo.picture(), repo.git("for-each-ref")) == before
    assert engine_of(repo).runs.latest(B).state is RunState.COMPLETED
    if does == "blank":
        assert "<<<<<<<" in (folder(repo) / FILE).read_text()
    if does == "abort_merge":
        assert isinstance(take_back(engine(repo)), TakenBack)
        return
    settle(repo)
    answer = go_on(engine(repo), GoOnRequest(trusted=True))
    assert isinstance(answer, MergeResult), answer
    landed(repo)


def test_what_the_checks_refuse_is_not_merged(repo):
    before = repo.picture()
    answer = auto(repo, "keep_both", verify=["touch made-by-check; echo no good; exit 1"])
    assert isinstance(answer, Refusal) and "fails" in answer.message
    assert "no good" in answer.details
    assert repo.picture() == before
    assert "<<<<<<<" not in (folder(repo) / FILE).read_text()


def test_an_agent_that_slips_in_a_workflow(repo):
    answer = auto(repo, "keep_both touch_workflow")
    assert isinstance(answer, Refusal) and "--allow-protected" in answer.hint
    assert ".github/workflows/ci.yml" in answer.details
    answer = go_on(engine(repo), GoOnRequest(allow_protected=True, trusted=True))
    assert isinstance(answer, MergeResult) and (repo.top / answer.items[0].files[0]).exists()


def test_an_agent_only_where_that_is_trusted(repo):
    answer = merge(engine(repo, "keep_both"), MergeRequest((B,), auto=True))
    assert isinstance(answer, Refusal) and "trusted" in answer.message
    assert nothing_left(repo) is False and merge_state.read(engine_of(repo)) is None


def test_the_agent_is_called_to_what_waits(repo):
    met(repo)
    answer = go_on(engine(repo, "keep_both"), GoOnRequest(auto=True, trusted=True))
    assert isinstance(answer, MergeResult)
    landed(repo, "ours\ntheirs\n")


def test_a_rehearsal_tells_of_conflicts_between_what_is_merged(repo):
    repo.commit({FILE: "def main():\n    return 1\n"})
    worked(repo, A, {"b.txt": "not b\n"})
    before = repo.picture(), repo.git("for-each-ref"), repo.git("worktree", "list")
    answer = merge(engine(repo), MergeRequest(all=True, dry_run=True, auto=True, trusted=True))
    assert [item.outcome for item in answer.items] == [Outcome.WOULD, Outcome.FAILED]
    told = answer.items[1].refusal
    assert told.details == ("b.txt",) and "fixer" in told.hint
    assert (repo.picture(), repo.git("for-each-ref"), repo.git("worktree", "list")) == before


# after a crash


class Died(BaseException):
    """In place of the process's end."""


def dying(at: str):
    def die(step: str) -> None:
        if step == at:
            raise Died

    return die


@pytest.mark.parametrize("step", ["opening", "opened", "rebase", "rebased"])
@pytest.mark.scenario(Row.MOVES)
def test_died_while_it_was_opened(repo, step):
    wants = step.startswith("rebase")
    before = repo.picture(), repo.git("for-each-ref"), repo.git("worktree", "list")
    with pytest.raises(Died):
        merge(engine(repo, fault=dying(step)), MergeRequest((B,), rebase=wants))
    assert len(recover(engine(repo), RecoverRequest()).actions) == 1
    assert recover(engine(repo), RecoverRequest()).actions == ()
    after = repo.picture(), repo.git("for-each-ref"), repo.git("worktree", "list")
    assert after == before
    met(repo, rebase=wants)
    settle(repo)
    went_on(repo)
    landed(repo)


@pytest.mark.parametrize("rebase", [False, True])
@pytest.mark.parametrize("step", ["landing", "merge", "merged", "landed"])
@pytest.mark.scenario(Row.MOVES)
def test_died_while_it_landed(repo, step, rebase):
    met(repo, rebase=rebase)
    settle(repo)
    with pytest.raises(Died):
        go_on(engine(repo, fault=dying(step)), GoOnRequest())
    assert recover(engine(repo), RecoverRequest()).actions
    assert recover(engine(repo), RecoverRequest()).actions == ()
    if engine_of(repo).runs.latest(B).state is not RunState.MERGED:
        waits = merge_state.read(engine_of(repo))
        if waits:
            went_on(repo)
        else:
            assert merge(engine(repo), MergeRequest((B,))).well
    landed(repo)


@pytest.mark.scenario(Row.SUPERVISOR)
def test_killed_while_the_agent_worked(repo):
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            request = MergeRequest((B,), auto=True, trusted=True)
            merge(engine(repo, "wait_for_file"), request)
        os._exit(0)
    wait_until(lambda: (repo.top.parent / "pids").exists())
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    agent = int((repo.top.parent / "pids").read_text())
    assert psutil.pid_exists(agent)
    assert len(recover(engine(repo), RecoverRequest(dry_run=True)).actions) == 1
    (told,) = recover(engine(repo), RecoverRequest()).actions
    assert "--continue" in told and recover(engine(repo), RecoverRequest()).actions == ()
    wait_until(lambda: not psutil.pid_exists(agent))
    settle(repo)
    answer = go_on(engine(repo), GoOnRequest(trusted=True))
    assert isinstance(answer, MergeResult)
    landed(repo)
