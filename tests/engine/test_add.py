"""`add` and the commit of one file: what the user has staged, checked out or begun stays."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from chant_ls.engine.commit import commit_file
from chant_ls.engine.operations.add import Added, AddRequest, add
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import SpecId
from chant_ls.syntax.document import parse
from tests.enginekit import engine_of, spec_path, spec_text
from tests.gitrepo import RepoUnderTest, files_of, make_repo

A, B = "2026-01-01-001-aaa", "2026-01-01-002-bbb"


@pytest.fixture
def repo(tmp_path: Path) -> RepoUnderTest:
    repo = make_repo(tmp_path)
    repo.commit({spec_path(A): spec_text(), spec_path(B): spec_text("Other")})
    return repo


def added(repo: RepoUnderTest, title: str = "New thing", **more) -> Added:
    answer = add(engine_of(repo), AddRequest(title, **more))
    assert isinstance(answer, Added), answer
    return answer


def test_the_file_and_its_commit(repo):
    old = repo.git("rev-parse", "HEAD")
    answer = added(
        repo,
        'Remove "old" API: $1 \\1',
        type="task",
        labels=("fix", "v0.8.0", "fix"),
        depends_on=("aaa",),
        informed_by=("bbb", "src/app.py", "missing.md"),
        targets=("src/app.py",),
        needs_approval=True,
    )
    assert re.fullmatch(r"\d{4}-\d\d-\d\d-001-[0-9a-z]{3}", answer.id)
    facts = parse((repo.root / answer.path).read_text(), answer.id).facts
    assert facts.title == 'Remove "old" API: $1 \\1'
    assert facts.type == "task" and facts.labels == ("fix", "v0.8.0")
    assert facts.depends_on == (A,)
    assert facts.informed_by == (B, "src/app.py", "missing.md")
    assert facts.target_files == ("src/app.py",)
    assert facts.approval.required
    assert answer.committed and answer.note == ""
    assert repo.git("rev-parse", "HEAD~1") == old
    assert repo.git("log", "-1", "--format=%s") == f"chant: add {answer.id}"
    assert repo.git("show", "--name-only", "--format=", "HEAD") == answer.path
    assert repo.git("status", "--porcelain") == ""


def test_ids_count_up(repo):
    first, second = added(repo), added(repo)
    assert (first.id[11:14], second.id[11:14]) == ("001", "002")


def test_what_the_user_staged_stays_staged(repo):
    repo.write("src/util.py", "staged\n")
    repo.git("add", "src/util.py")
    repo.write("src/util.py", "and edited\n")
    repo.write("new.txt", "added\n")
    repo.git("add", "new.txt")
    repo.git("rm", "-q", "--cached", "README.md")
    before, stat = files_of(repo.top), repo.git("status", "--porcelain")
    answer = added(repo)
    after = files_of(repo.top)
    assert after.keys() - before.keys() == {answer.path}
    assert repo.git("status", "--porcelain") == stat
    assert repo.git("show", "--name-only", "--format=", "HEAD") == answer.path


def test_on_a_feature_branch_it_goes_there(repo):
    main = repo.git("rev-parse", "main")
    repo.git("checkout", "-q", "-b", "feature")
    assert added(repo).committed
    assert repo.git("rev-parse", "main") == main
    assert repo.git("rev-parse", "HEAD~1") == main


def detached(repo):
    repo.git("checkout", "-q", "--detach")


def merging(repo):
    repo.write(".git/MERGE_HEAD", repo.git("rev-parse", "HEAD"))


def ignored(repo):
    repo.write(".git/info/exclude", ".chant/\n")


def anonymous(repo):
    (repo.top.parent / "home" / ".gitconfig").write_text("")


def held(repo):
    repo.write(".git/index.lock", "someone")


def no_repository(repo):
    (repo.top / ".git").rename(repo.top / "elsewhere")


@pytest.mark.parametrize(
    ("obstacle", "reason"),
    [
        (detached, "detached"),
        (merging, "a merge is under way"),
        (ignored, "ignores"),
        (anonymous, "who you are"),
        (held, "another git process"),
        (no_repository, "no git repository"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_written_but_not_committed_and_told_why(repo, monkeypatch, obstacle, reason):
    monkeypatch.setattr("chant_ls.host.git_checkout.PATIENCE", 0.2)
    obstacle(repo)
    answer = added(repo)
    assert (repo.root / answer.path).exists()
    assert not answer.committed
    assert answer.note.startswith("not committed: ") and reason in answer.note


def test_an_unborn_branch(repo):
    repo.git("checkout", "-q", "--orphan", "fresh")
    assert "no commit yet" in added(repo).note


def test_private_and_no_commit(repo):
    tip = repo.git("rev-parse", "HEAD")
    private, silent = added(repo, labels=("private",)), added(repo, commit=False)
    assert "private" in private.note and silent.note == ""
    assert repo.git("rev-parse", "HEAD") == tip


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (AddRequest("  "), "title"),
        (AddRequest("x", type="bug"), "no type"),
        (AddRequest("x", depends_on=("<deprecation-spec-id>",)), "placeholder"),
        (AddRequest("x", depends_on=("zzz",)), "no spec"),
        (AddRequest("x", depends_on=("2026-01-01",)), "names 2 specs"),
        (AddRequest("x", prompt="nope"), "no prompt"),
        (AddRequest("x", targets=("../out",)), "not inside"),
        (AddRequest("x", labels=("",)), "label"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_refusals_write_nothing(repo, request_, words):
    before = repo.picture()
    answer = add(engine_of(repo), request_)
    assert isinstance(answer, Refusal) and words in answer.message
    assert repo.picture() == before


def test_in_a_subfolder_of_a_repository(tmp_path):
    repo = make_repo(tmp_path, subfolder="packages/one")
    answer = added(repo)
    assert answer.committed
    assert repo.git("show", "--name-only", "--format=", "HEAD") == f"packages/one/{answer.path}"


def test_several_at_once_all_get_in(repo):
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda n: added(repo, f"Thing {n}"), range(6)))
    assert len({answer.id for answer in answers}) == 6
    assert all(answer.committed for answer in answers)
    assert repo.git("status", "--porcelain") == ""


def test_a_change_of_a_dirty_spec_is_committed_as_it_stands(repo):
    text = spec_text().replace("pending", "cancelled")
    repo.write(spec_path(A), text)
    repo.write(spec_path(B), "staged")
    repo.git("add", spec_path(B))
    git = engine_of(repo).git
    kept = commit_file(git, spec_path(A), text.encode(), f"chant: cancel {A}", SpecId(A))
    assert kept.commit == repo.git("rev-parse", "HEAD")
    assert repo.git("log", "-1", "--format=%(trailers:key=Chant-Op,valueonly)") == "cancel"
    assert repo.git("diff", "--cached", "--name-only") == spec_path(B)
    assert repo.git("diff", "--name-only") == ""


def test_line_endings_are_stored_as_git_would(repo):
    repo.git("config", "core.autocrlf", "true")
    text = spec_text("Windows").replace("\n", "\r\n")
    repo.write(spec_path(A), text)
    commit_file(engine_of(repo).git, spec_path(A), text.encode(), f"chant: approve {A}", SpecId(A))
    assert "\r" not in repo.git("cat-file", "blob", f"HEAD:{spec_path(A)}")
    assert repo.git("status", "--porcelain") == ""
