"""The merge driver of specs: what git's own merges do in a project where it is registered."""

import subprocess
import sys
from pathlib import Path

import pytest

from chant_ls.engine.operations.merge_driver import ATTRIBUTE, register
from chant_ls.engine.spec_driver import command
from tests.enginekit import completed, engine_of, spec_path, spec_text
from tests.gitrepo import RepoUnderTest, make_repo

A = "2026-01-01-001-aaa"
START = spec_text(front="labels: [one]\n")


@pytest.fixture
def repo(tmp_path: Path) -> RepoUnderTest:
    repo = make_repo(tmp_path)
    assert len(register(engine_of(repo))) == 2
    repo.commit({spec_path(A): START, ".gitattributes": f"{ATTRIBUTE}\n"})
    return repo


def merged(repo: RepoUnderTest, ours: str, theirs: str) -> tuple[bool, str]:
    """Whether `git merge` ended well, and the spec afterwards."""
    repo.branch("other", {spec_path(A): theirs})
    repo.commit({spec_path(A): ours})
    repo.git("merge", "-q", "other", ok=False)
    clean = repo.git("ls-files", "-u") == ""
    return clean, (repo.top / spec_path(A)).read_text()


def test_registered_once_and_told(repo):
    assert register(engine_of(repo)) == ()
    assert (repo.root / ".gitattributes").read_text().splitlines() == [ATTRIBUTE]
    driver = repo.git("config", "--local", "merge.chant-spec.driver")
    assert driver == command() and sys.executable in driver


def test_lines_of_others_stay(tmp_path):
    repo = make_repo(tmp_path)
    repo.write(".gitattributes", "*.png binary")
    register(engine_of(repo))
    assert (repo.top / ".gitattributes").read_text() == f"*.png binary\n{ATTRIBUTE}\n"


def test_where_git_ignores_specs_nothing_is_registered(tmp_path):
    repo = make_repo(tmp_path)
    repo.git("rm", "-rq", "--cached", ".chant")
    repo.commit({".gitignore": ".chant/\n"})
    before = repo.picture(), repo.git("config", "--local", "--list")
    assert register(engine_of(repo)) == ()
    assert (repo.picture(), repo.git("config", "--local", "--list")) == before


def test_fields_and_ticks_of_both_sides(repo):
    ours = START.replace("[one]", "[one, two]").replace("- [ ] It works", "- [x] It works")
    theirs = completed(START).replace("[one]", "[one, three]")
    clean, text = merged(repo, ours, theirs)
    assert clean
    assert "labels: [one, two, three]" in text and "status: completed" in text
    assert "- [ ]" not in text


def test_a_conflict_in_the_prose_has_markers(repo):
    clean, text = merged(
        repo, START.replace("Some words", "Ours"), START.replace("Some words", "Theirs")
    )
    assert not clean
    assert text.count("<<<<<<< ") == text.count(">>>>>>> ") == 1


@pytest.mark.parametrize("broken", ["/nowhere/python", "false", f"{sys.executable} -I -c 1/0"])
def test_without_chant_it_is_a_plain_merge(repo, broken):
    whole = command()
    name = whole.partition(" -I ")[0]
    boot = whole[len(name) : whole.index(" merge-driver")]
    repo.git("config", "merge.chant-spec.driver", whole.replace(name + boot, broken))
    clean, text = merged(
        repo, START.replace("Some words", "Ours"), START.replace("Some words", "Theirs")
    )
    assert not clean
    assert "Ours" in text and "Theirs" in text and text.count("<<<<<<< ") == 1


def test_exit_codes(tmp_path):
    paths = [tmp_path / name for name in ("base", "ours", "theirs")]
    here = Path(__file__).parents[2]

    def code(*texts: str) -> int:
        for path, text in zip(paths, texts, strict=False):
            path.write_text(text)
        argv = [sys.executable, "-m", "chant_ls.cli", "merge-driver", *map(str, paths)]
        return subprocess.run(argv, cwd=here, check=False, capture_output=True).returncode

    assert code(START, START, completed(START)) == 0
    assert paths[1].read_text() == completed(START)
    words = [START.replace("Some words", word) for word in ("Ours", "Theirs")]
    assert code(START, *words) == 1
    paths[0].unlink()
    assert code() == 2


def test_a_driver_that_an_agent_registers_runs_in_no_merge_of_ours(repo, tmp_path):
    mark = tmp_path / "mark"
    ours = START.replace("[one]", "[one, two]")
    theirs = START.replace("[one]", "[one, three]")
    repo.branch("other", {spec_path(A): theirs})
    repo.commit({spec_path(A): ours})
    repo.git("config", "merge.chant-spec.driver", f"touch {mark}; false")
    git, tree = engine_of(repo).git, tmp_path / "tree"
    merged = git.merge_tree("main", "other")
    assert merged.clean
    assert git.detached_worktree(tree, repo.git("rev-parse", "main")) is None
    assert git.merge_in(tree, "other") is None
    assert "labels: [one, two, three]" in (tree / spec_path(A)).read_text()
    assert git.conflict_again(tree, [spec_path(A)]) is None
    assert git.discard(tree) is None
    assert git.rebase(tree, "other") is None
    assert not mark.exists()
