"""What the index says of tracked files, read without git, is what git says."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chant_ls.app import build_app
from chant_ls.host import git_index
from tests.gitrepo import RepoUnderTest, make_repo

NAMES = [
    "a.md",
    "a/b.md",
    "a/b/größe.md",
    "x" * 200 + "/" + "y" * 200 + "/" + "z" * 200,
    "q\nz.md",
    "a b.md",
]
ASKED = [*NAMES, "a", "a/b", "b.md", "README", ".chant/specs/none.md"]


@pytest.fixture
def repo(tmp_path: Path) -> RepoUnderTest:
    repo = make_repo(tmp_path)
    repo.commit(dict.fromkeys(NAMES, "x\n"))
    return repo


def agrees(repo: RepoUnderTest) -> None:
    held = set(repo.git("ls-files", "-z").split("\0"))
    assert git_index.tracked(repo.root, ASKED) == {path: path in held for path in ASKED}


@pytest.mark.parametrize("version", ["2", "3", "4"])
def test_every_version(repo: RepoUnderTest, version: str) -> None:
    if version == "3":  # written where an entry needs more flags
        repo.write("new.md", "x")
        repo.git("add", "-N", "new.md")
    else:
        repo.git("update-index", "--index-version", version)
    agrees(repo)
    repo.git("rm", "-q", "--cached", "a/b.md")
    agrees(repo)


def test_another_hash(tmp_path: Path) -> None:
    repo = make_repo(tmp_path)
    top = tmp_path / "sha256"
    top.mkdir()
    repo = RepoUnderTest(top, top, repo.env)
    repo.git("init", "-q", "--object-format=sha256")
    repo.commit({"a.md": "x", "a/b.md": "y"})
    agrees(repo)


def test_parts_that_are_elsewhere_are_not_known(repo: RepoUnderTest) -> None:
    repo.git("update-index", "--split-index")
    repo.write("late.md", "x")
    repo.git("add", "late.md")
    told = git_index.tracked(repo.root, ["late.md", "a.md", "none.md"])
    assert told == {"late.md": True, "a.md": None, "none.md": None}


def test_a_subfolder_no_index_and_no_repository(tmp_path: Path) -> None:
    repo = make_repo(tmp_path, subfolder="packages/a")
    path = ".chant/config.md"
    assert git_index.tracked(repo.root, [path]) == {path: True}
    (repo.top / ".git" / "index").unlink()
    assert git_index.tracked(repo.root, [path]) == {path: False}
    assert git_index.tracked(tmp_path, [path]) == {path: False}


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.data())
def test_a_broken_index_is_never_an_error(repo: RepoUnderTest, data: st.DataObject) -> None:
    index = repo.top / ".git" / "index"
    whole = index.read_bytes()
    at = data.draw(st.integers(0, len(whole)))
    broken = whole[:at] + data.draw(st.binary(max_size=20)) + whole[at + 4 :]
    index.write_bytes(broken)
    try:
        git_index.tracked(repo.root, ASKED)
    finally:
        index.write_bytes(whole)


PRIVATE = "2026-01-01-001-abc"
TEXT = "---\ntype: task\nlabels: [private]\ntarget_files: [x]\n---\n\n# Secret\n"


def test_the_snapshot_knows_it_of_private_specs_where_trusted(repo: RepoUnderTest) -> None:
    path = f".chant/specs/{PRIVATE}.md"
    repo.commit({path: TEXT, ".chant/specs/2026-01-01-002-def.md": TEXT.replace("private", "x")})

    def known(trusted: bool) -> list[bool | None]:
        return [f.tracked for f in build_app(repo.root, repo.env, trusted).load().files.values()]

    assert known(True) == [True, None]
    assert known(False) == [None, None]
    repo.git("rm", "-q", "--cached", path)
    assert known(True) == [False, None]
