"""What git's files tell of branches is what git itself tells."""

from pathlib import Path

import pytest

from chant_ls.host.git_tips import head, tip
from tests.gitrepo import RepoUnderTest, make_repo


@pytest.fixture
def repo(tmp_path: Path) -> RepoUnderTest:
    made = make_repo(tmp_path)
    made.git("branch", "chant/one")
    made.git("update-ref", "refs/chant/undo/one", "main")
    return made


REFS = ("refs/heads/main", "refs/heads/chant/one", "refs/chant/undo/one", "refs/heads/chant")


@pytest.mark.parametrize("packed", [False, True])
def test_loose_and_packed_refs_are_read_as_git_reads_them(repo, packed):
    common = repo.top / ".git"
    if packed:
        repo.git("pack-refs", "--all", "--prune")
        assert not (common / "refs/heads/main").exists()
    main = repo.git("rev-parse", "main")
    assert [tip(common, ref) for ref in REFS] == [main, main, main, ""]
    assert tip(common, "refs/stash") == "" and head(common, common) == main
    (repo.top / "new.txt").write_text("x")
    repo.git("add", ".")
    repo.git("commit", "-qm", "next")
    assert tip(common, "refs/heads/main") == repo.git("rev-parse", "main") != main


def test_what_only_git_can_tell_is_left_to_it(repo):
    common = repo.top / ".git"
    repo.git("symbolic-ref", "refs/heads/alias", "refs/heads/main")
    repo.git("tag", "-am", "v1", "v1")
    asked = ("refs/heads/alias", "refs/tags/v1", "refs/heads/../heads/main", "main")
    assert [tip(common, ref) for ref in asked] == [None] * 4
    known = repo.open()
    main = repo.git("rev-parse", "main")
    assert {known.commit_of(name) for name in ("alias", "refs/tags/v1", "main", main[:12])} == {
        main
    }
    (common / "reftable").mkdir()
    assert tip(common, "refs/heads/main") is None and head(common, common) is None


def test_a_checkout_without_a_branch_or_a_commit(repo, tmp_path):
    common, main = repo.top / ".git", repo.git("rev-parse", "main")
    repo.git("checkout", "-q", "--detach")
    assert head(common, common) == main
    repo.git("checkout", "-q", "--orphan", "fresh")
    assert head(common, common) == ""
