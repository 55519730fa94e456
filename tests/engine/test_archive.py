"""`archive` and `unarchive`: one commit of these files, or only files; never unmerged work."""

from pathlib import Path

import pytest

from chant_ls.analysis.readiness import is_ready
from chant_ls.engine.moving import Move, Moved
from chant_ls.engine.operations import archive as verb
from chant_ls.engine.operations.archive import ArchiveRequest, Plan
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import SpecId, Status
from tests.enginekit import completed, engine_of, spec_path, spec_text, worked
from tests.gitrepo import RepoUnderTest, make_repo

A, B, C = "2026-01-01-001-aaa", "2026-02-01-002-bbb", "2026-03-01-003-ccc"


def put(id: str) -> str:
    return f".chant/archive/{id[:10]}/{id}.md"


@pytest.fixture
def repo(tmp_path: Path) -> RepoUnderTest:
    """A is completed, B waits for it, C is cancelled."""
    repo = make_repo(tmp_path)
    files = {
        A: completed(spec_text()),
        B: spec_text("Other", f"depends_on: [{A}]\n"),
        C: spec_text("Dropped").replace("pending", "cancelled"),
    }
    repo.commit({spec_path(id): text for id, text in files.items()})
    return repo


def planned(repo: RepoUnderTest, *ids: str, older_than: int = 0) -> Plan:
    answer = verb.plan(engine_of(repo), ArchiveRequest(ids, older_than))
    assert isinstance(answer, Plan), answer
    return answer


def archived(repo: RepoUnderTest, *ids: str) -> Moved:
    done = verb.archive(engine_of(repo), planned(repo, *ids))
    assert isinstance(done, Moved), done
    return done


def brought_back(repo: RepoUnderTest, *ids: str) -> Moved:
    plan = verb.plan_back(engine_of(repo), ids)
    assert isinstance(plan, Plan), plan
    done = verb.unarchive(engine_of(repo), plan)
    assert isinstance(done, Moved), done
    return done


def refused(repo: RepoUnderTest, *ids: str) -> Refusal:
    before = repo.picture()
    answer = verb.plan(engine_of(repo), ArchiveRequest(ids))
    assert isinstance(answer, Refusal) and repo.picture() == before
    return answer


def test_there_and_back(repo):
    text = (repo.root / spec_path(A)).read_bytes()
    repo.write("src/util.py", "STAGED = 1\n")
    repo.git("add", "src/util.py")
    repo.write("src/app.py", "dirty\n")
    done = archived(repo, "001")
    assert done.commit == repo.git("rev-parse", "HEAD") and not done.notes
    rename = f"R100\t{spec_path(A)}\t{put(A)}"
    assert repo.git("show", "--format=", "-M", "--name-status") == rename
    assert repo.git("log", "-1", "--format=%s") == f"chant: archive {A}"
    assert repo.git("status", "--porcelain") == "M src/app.py\nM  src/util.py"
    assert not (repo.root / spec_path(A)).exists() and (repo.root / put(A)).read_bytes() == text
    assert is_ready(engine_of(repo).load(), B)
    assert brought_back(repo, A).commit == repo.git("rev-parse", "HEAD")
    assert (repo.root / spec_path(A)).read_bytes() == text and not (repo.root / put(A)).exists()
    assert engine_of(repo).load().status(A) is Status.COMPLETED


def test_all_that_is_finished_and_who_waits_for_it(repo):
    plan = planned(repo)
    assert [one.id for one in plan.moves] == [A, C]
    assert plan.warnings == (f"{B} still depends on {A}, which stays satisfied",)
    today = engine_of(repo).clock.today()
    fresh = completed(spec_text()).replace("2026-01-02", today)
    repo.commit({spec_path(A): fresh})
    assert [one.id for one in planned(repo, older_than=20).moves] == [C]
    archived(repo)
    assert repo.git("log", "-1", "--format=%s") == "chant: archive 2 specs"
    assert planned(repo).moves == ()


def test_only_what_is_finished_and_merged(repo):
    assert "is pending" in refused(repo, A, B).message
    worked(repo, B, {"b.txt": "work\n"})
    refusal = refused(repo, B)
    assert "not merged" in refusal.message and f"chant merge {B}" in refusal.hint
    assert [one.id for one in planned(repo).moves] == [A, C]
    archived(repo, A)
    assert "archived already" in refused(repo, A).message


def test_members_go_with_their_driver_and_not_without_it(repo):
    driver = "2026-04-01-004-ddd"
    member = completed(spec_text())
    repo.commit(
        {
            spec_path(driver): "---\ntype: driver\n---\n\n# All of it\n",
            spec_path(f"{driver}.1"): member,
            spec_path(f"{driver}.2"): spec_text("Open"),
        }
    )
    assert f"member of {driver}" in refused(repo, driver).message
    assert [one.id for one in planned(repo).moves] == [A, C]
    repo.commit({spec_path(f"{driver}.2"): member})
    assert [one.id for one in planned(repo).moves] == [A, C, driver, f"{driver}.1", f"{driver}.2"]
    assert [one.id for one in archived(repo, driver).moves] == [
        driver,
        f"{driver}.1",
        f"{driver}.2",
    ]
    assert len(brought_back(repo, driver).moves) == 3
    assert repo.git("status", "--porcelain") == ""


def test_what_git_does_not_have_is_moved_on_disk(repo):
    """A changed file, one that was never committed and a private one; the rest is committed."""
    new, private = "2026-05-01-005-eee", "2026-06-01-006-fff"
    done = completed(spec_text())
    repo.write(spec_path(new), done)
    repo.git("add", spec_path(new))
    repo.write(spec_path(private), done.replace("type: code", "type: code\nlabels: [private]"))
    (repo.root / spec_path(private)).chmod(0o600)
    result = archived(repo, A, new, private)
    assert result.commit and result.notes == ()
    assert repo.git("show", "--format=", "--name-only", "--no-renames").split() == [
        *(put(A), spec_path(A))
    ]
    assert all((repo.root / put(id)).exists() for id in (A, new, private))
    assert not any((repo.root / spec_path(id)).exists() for id in (A, new, private))
    assert (repo.root / put(private)).stat().st_mode & 0o777 == 0o600


def test_changes_of_the_user_are_moved_and_not_committed(repo):
    mine = completed(spec_text()) + "\nMine.\n"
    repo.write(spec_path(A), mine)
    head = repo.git("rev-parse", "HEAD")
    done = archived(repo, A)
    assert done.commit == "" and done.notes[0].startswith("not committed: ")
    assert repo.git("rev-parse", "HEAD") == head and (repo.root / put(A)).read_text() == mine


def test_a_project_that_git_ignores(repo):
    repo.git("rm", "-rq", "--cached", ".chant")
    repo.commit({".gitignore": ".chant/\n"})
    assert archived(repo, A) == Moved((Move(SpecId(A), spec_path(A), put(A)),))
    assert (repo.root / put(A)).exists()


def test_nothing_is_overwritten(repo):
    repo.write(put(A), "---\ntype: code\n---\n\n# Another\n")
    plan = planned(repo, A)
    before = repo.picture()
    refusal = verb.archive(engine_of(repo), plan)
    assert isinstance(refusal, Refusal) and "exists already" in refusal.message
    assert repo.picture() == before
