"""The git adapter on real repositories: places, refs, history, worktrees, objects."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from chant_ls.engine.git_port import GitError, Head, RefUpdate
from chant_ls.host import git_run, gitdir
from chant_ls.host.git import open_repo
from chant_ls.host.git_run import Repo
from chant_ls.model.refusal import Refusal
from tests.gitrepo import RepoUnderTest, files_of, make_repo

AWKWARD = (":(top)magic.txt", "-n", "*.txt", "with blank.txt", "ünï/cödé.txt", "new\nline.txt")


@pytest.fixture
def repo(tmp_path: Path) -> RepoUnderTest:
    return make_repo(tmp_path)


# places


def test_a_linked_worktree_is_its_main_repository(repo, tmp_path):
    tree = tmp_path / "tree"
    repo.git("worktree", "add", "-q", "-b", "other", str(tree))
    here = gitdir.locate(tree / "src")
    assert here.top == tree and here.main_top == repo.top and here.linked
    assert here.common_dir == repo.top / ".git"
    assert gitdir.head_branch(here.git_dir) == "other"
    assert open_repo(tree, repo.env).top == repo.top


def test_a_submodule_is_a_repository_of_its_own(repo, tmp_path):
    other = make_repo(tmp_path, name="library")
    repo.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other.top), "lib")
    here = gitdir.locate(repo.top / "lib" / "src")
    assert here.top == here.main_top == repo.top / "lib"
    assert open_repo(repo.top / "lib", repo.env).head().branch == "main"


def test_a_project_in_a_subfolder_and_none_at_all(repo, tmp_path):
    assert open_repo(repo.top / "src", repo.env).prefix == "src/"
    assert open_repo(repo.top, repo.env).prefix == ""
    assert open_repo(tmp_path / "home", repo.env) is None


def test_a_bare_repository(repo, tmp_path):
    repo.git("clone", "-q", "--bare", str(repo.top), str(tmp_path / "bare.git"))
    assert open_repo(tmp_path / "bare.git", repo.env).is_bare()
    assert not repo.open().is_bare()


def test_a_broken_git_file_is_no_repository(tmp_path):
    (tmp_path / ".git").write_text("gitdir: nowhere\n")
    assert gitdir.locate(tmp_path) is None


# the environment


def test_what_a_surrounding_git_left_is_dropped_and_identity_kept():
    env = git_run.git_environment(
        {"GIT_DIR": "/x", "GIT_INDEX_FILE": "/y", "GIT_CONFIG_COUNT": "1", "GIT_AUTHOR_NAME": "A"}
    )
    assert env == {"GIT_AUTHOR_NAME": "A", **git_run.FIXED}


def test_a_missing_git_is_a_value(repo, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    answer = open_repo(repo.root, {**repo.env, "PATH": "/nowhere"}).worktrees()
    assert isinstance(answer, GitError) and "could not be started" in answer.stderr


def test_a_lock_of_somebody_else_is_waited_for(repo, monkeypatch):
    lock = repo.write(".git/refs/heads/x.lock", "")
    waited = []
    monkeypatch.setattr(git_run.time, "sleep", lambda pause: (waited.append(pause), lock.unlink()))
    tip = repo.git("rev-parse", "HEAD")
    assert repo.open().update_refs([RefUpdate("refs/heads/x", tip, "")], "test") is None
    assert len(waited) == 1


def test_a_lock_is_told_without_gits_advice(repo, monkeypatch):
    monkeypatch.setattr(git_run, "PATIENCE", 0.0)
    (repo.top / ".git" / "index.lock").touch()
    done = repo.open().run("add", "-A")
    assert isinstance(done, GitError) and "manually" in done.stderr
    told = done.refusal("it could not be committed")
    assert "File exists" in told.message and "`chant recover`" in told.hint
    assert "manually" not in str((told, str(done)))


def test_a_lost_comparison_is_not_tried_again(repo, monkeypatch):
    monkeypatch.setattr(git_run.time, "sleep", lambda pause: pytest.fail("waited"))
    tip = repo.git("rev-parse", "HEAD")
    other = repo.branch("other", {"a": "b"})
    for update in (
        RefUpdate("refs/heads/main", other, other),
        RefUpdate("refs/heads/main", other, ""),
        RefUpdate("refs/heads/main", "", other),
    ):
        both = [RefUpdate("refs/chant/x", tip), update]
        assert isinstance(repo.open().update_refs(both, "test"), GitError)
        assert repo.git("for-each-ref", "refs/chant") == ""


# refs


@pytest.mark.parametrize(
    ("configured", "remote", "default", "local", "answer"),
    [
        ("trunk", "", "", "trunk", "trunk"),
        ("trunk", "", "", "main", None),
        ("", "develop", "main", "develop", "develop"),
        ("", "develop", "main", "main", None),
        ("", "", "trunk", "trunk", "trunk"),
        ("", "", "trunk", "main", "main"),
        ("", "", "", "main", "main"),
        ("", "", "", "master", "master"),
    ],
)
def test_the_main_branch(repo, configured, remote, default, local, answer):
    repo.git("branch", "-m", local)
    if remote:
        repo.git("update-ref", f"refs/remotes/origin/{remote}", "HEAD")
        repo.git("symbolic-ref", "refs/remotes/origin/HEAD", f"refs/remotes/origin/{remote}")
    if default:
        repo.git("config", "init.defaultBranch", default)
    found = repo.open().main_branch(configured)
    if answer is None:
        assert isinstance(found, Refusal) and found.details == (local,)
    else:
        assert found == answer


def test_of_several_branches_none_is_guessed_but_runs_do_not_count(repo):
    repo.git("branch", "-m", "master")
    repo.git("branch", "chant/001")
    assert repo.open().main_branch() == "master"
    repo.git("branch", "other")
    refused = repo.open().main_branch()
    assert isinstance(refused, Refusal) and refused.details == ("master", "other")


def test_no_commit_yet(tmp_path):
    repo = make_repo(tmp_path)
    repo.git("checkout", "-q", "--orphan", "fresh")
    repo.git("branch", "-D", "main")
    assert repo.open().head() == Head("fresh", "")
    assert "no commit" in repo.open().main_branch().message


def test_identity_is_what_the_user_set_never_a_guess(repo, tmp_path):
    assert repo.open().identity() == "Ann Tester <ann@example.org>"
    (tmp_path / "home" / ".gitconfig").write_text("[user]\n\tname = Ann\n")
    answer = repo.open().identity()
    assert isinstance(answer, Refusal) and "user.email" in answer.hint


def test_head_and_commits_by_branch_name_first(repo):
    tip = repo.git("rev-parse", "HEAD")
    other = repo.branch("other", {"a": "b"})
    repo.git("tag", "other", "main")
    git = repo.open()
    assert git.head() == Head("main", tip)
    assert git.commit_of("other") == other
    assert git.commit_of("nowhere") is None and git.commit_of("--all") is None
    repo.git("checkout", "-q", "--detach")
    assert git.head() == Head("", tip)


def test_a_branch_is_deleted_only_when_merged(repo):
    repo.branch("work", {"a": "b"})
    git = repo.open()
    assert git.delete_branch_if_merged("work", "main") is False
    repo.git("checkout", "-q", "-b", "elsewhere", "work")
    repo.git("checkout", "-q", "main")
    assert git.delete_branch_if_merged("work", "elsewhere") is True
    assert git.delete_branch_if_merged("work", "main") is True
    assert set(git.branches()) == {"main", "elsewhere"}


def test_the_stash(repo):
    assert repo.open().stash() == ""
    repo.write("src/app.py", "x\n")
    repo.git("stash")
    assert repo.open().stash() == repo.git("rev-parse", "refs/stash")


# history


def test_commits_oldest_first_with_their_trailers(repo):
    base = repo.git("rev-parse", "HEAD")
    repo.commit({"a": "1"}, "first: says Chant-Op: x\n\nChant-Op in prose\n\nmore prose")
    repo.commit({"a": "2"}, "chant: complete x\n\nChant-Spec: x\nChant-Op: complete")
    first, second = repo.open().commits(base, "HEAD")
    assert (first.subject, first.bookkeeping) == ("first: says Chant-Op: x", False)
    assert second.bookkeeping and second.trailers["Chant-Spec"] == "x"
    assert repo.open().commits("HEAD", "HEAD") == ()


def test_commits_merged_in_from_main_are_not_the_branchs(repo):
    base = repo.git("rev-parse", "HEAD")
    repo.git("checkout", "-q", "-b", "work")
    repo.commit({"w": "1"}, "work")
    repo.git("checkout", "-q", "main")
    repo.commit({"m": "1"}, "main")
    repo.git("checkout", "-q", "work")
    repo.git("merge", "-q", "main", "-m", "merged")
    assert [c.subject for c in repo.open().commits(base, "work")] == ["work", "merged"]


def test_changes_and_statistics_with_awkward_names(repo):
    repo.git("config", "diff.renames", "copies")
    new = repo.branch("work", dict.fromkeys(AWKWARD, "one\ntwo\n") | {"README.md": None})
    git = repo.open()
    changes = {change.path: change.kind for change in git.changes("main", new)}
    assert changes == dict.fromkeys(AWKWARD, "A") | {"README.md": "D"}
    stat = git.diff_stat("main", new)
    assert (stat.files, stat.insertions, stat.deletions) == (7, 12, 1)
    assert "+two" in git.diff_text("main", new)
    asked = [("work", name) for name in AWKWARD] + [("main", "-n"), ("work", "src")]
    assert git.blobs(asked) == (b"one\ntwo\n",) * 6 + (None, None)


def test_tracked_and_ignored_with_awkward_names(repo):
    repo.write(".gitignore", "*.log\nbuild/\n")
    repo.commit({AWKWARD[0]: "x", "kept.log": "x"})
    git = repo.open()
    assert git.tracked([AWKWARD[0], "src/app.py", "*.py"]) == {AWKWARD[0], "src/app.py"}
    assert git.ignored(["a.log", "kept.log", "build/x", ":(top)b.log", "src/app.py"]) == {
        "a.log",
        "build/x",
        ":(top)b.log",
    }


# worktrees


def test_a_worktree_is_made_locked_and_removed(repo, tmp_path):
    git, tree = repo.open(), tmp_path / "some where" / "tree"
    assert git.add_worktree(tree, "chant/x", "main") is None
    main, made = git.worktrees()
    assert (main.path, main.head.branch) == (repo.top, "main")
    assert made.path == tree and made.head.branch == "chant/x" and made.locked
    assert isinstance(git.remove_worktree(tree), GitError)
    assert git.unlock_worktree(tree) is None and git.unlock_worktree(tree) is None
    (tree / "new.txt").write_text("x")
    assert isinstance(git.remove_worktree(tree), GitError) and tree.exists()
    (tree / "new.txt").unlink()
    assert git.remove_worktree(tree) is None and not tree.exists()
    assert git.attach_worktree(tree, "chant/x") is None


def test_a_worktree_that_cannot_be_made_leaves_nothing(repo, tmp_path):
    git, tree = repo.open(), tmp_path / "tree"
    tip = repo.branch("taken", {"a": "b"})
    tree.mkdir()
    (tree / "file").write_text("mine")
    before = repo.git("for-each-ref"), files_of(tree)
    assert isinstance(git.add_worktree(tree, "taken", "main"), GitError)
    assert isinstance(git.add_worktree(tree, "fresh", "main"), GitError)
    assert isinstance(git.add_worktree(tmp_path / "new", "fresh", "0" * 40), GitError)
    assert (repo.git("for-each-ref"), files_of(tree)) == before
    assert repo.git("rev-parse", "taken") == tip
    assert len(git.worktrees()) == 1


def test_one_removed_by_hand_is_known_and_forgotten(repo, tmp_path):
    git, tree, away = repo.open(), tmp_path / "trees" / "tree", tmp_path / "disk" / "away"
    (tmp_path / "disk").mkdir()
    repo.git("worktree", "add", "-q", "-b", "users", str(away))
    git.add_worktree(tree, "x", "main")
    shutil.rmtree(tree.parent)
    shutil.rmtree(away.parent)
    assert [w.present for w in git.worktrees()] == [True, False, False]
    assert git.forget_worktree(tree) is None
    assert git.forget_worktree(tmp_path / "never") is None
    assert [w.path for w in git.worktrees()[1:]] == [away]
    assert git.attach_worktree(tree, "x") is None
    shutil.rmtree(tree)
    assert git.attach_worktree(tree, "x") is None
    assert git.add_worktree(tmp_path / "y", "y", "nosuch") is not None
    assert [w.path for w in git.worktrees()[1:]] == [away, tree]


def test_a_worktree_costs_two_processes_to_make_and_one_to_remove(repo, tmp_path, monkeypatch):
    ran: list[str] = []
    once = Repo._once

    def counted(self, argv, *more):
        ran.append(" ".join(argv[:2]))
        return once(self, argv, *more)

    monkeypatch.setattr(Repo, "_once", counted)
    git, tree = repo.open(), tmp_path / "tree"
    assert git.add_worktree(tree, "work", repo.git("rev-parse", "main")) is None
    assert ran == ["update-ref -m", "worktree add"]
    assert git.worktrees()[1].locked
    assert git.unlock_worktree(tree) is None
    assert git.worktrees()[1].locked is None
    ran.clear()
    assert git.unlock_worktree(tree) is None
    assert git.remove_worktree(tree) is None
    assert ran == ["worktree remove"]
    assert not tree.exists() and len(git.worktrees()) == 1


def test_sixteen_at_once(repo, tmp_path):
    git = repo.open()
    with ThreadPoolExecutor(16) as pool:
        errors = list(
            pool.map(lambda n: git.add_worktree(tmp_path / f"t{n}", f"b{n}", "main"), range(16))
        )
    assert errors == [None] * 16
    assert len(git.worktrees()) == 17


def test_leftovers_commits_and_what_is_put_back(repo, tmp_path):
    git, tree = repo.open(), tmp_path / "tree"
    git.add_worktree(tree, "x", "main")
    before = repo.picture()
    assert git.leftovers(tree).clean
    assert git.commit_all(tree, "nothing") is None
    for name in AWKWARD:
        repo.write(name, "x\n", tree)
    repo.write("src/app.py", "changed\n", tree)
    repo.write("build/deep/out", "x", tree)
    left = git.leftovers(tree, ignored=True)
    assert set(left.untracked) == set(AWKWARD) and left.changed == ("src/app.py",)
    assert left.ignored == ("build/",)

    sha = git.commit_paths(tree, ["src/app.py", AWKWARD[2]], "chant(x): # one\n\nChant-Op: y\n")
    assert {c.path for c in git.changes("main", sha)} == {"src/app.py", AWKWARD[2]}
    assert git.commits("main", "x")[0].trailers == {"Chant-Op": "y"}
    assert git.commit_all(tree, "rest") == git.commit_of("x")
    assert git.leftovers(tree).clean

    assert git.restore(tree, "main", ["src/app.py", AWKWARD[0], AWKWARD[5], "absent"]) is None
    assert (tree / "src/app.py").read_text() == "def main():\n    return 1\n"
    assert not (tree / AWKWARD[0]).exists() and not (tree / AWKWARD[5]).exists()
    assert (tree / AWKWARD[1]).exists()
    assert git.discard(tree) is None
    assert git.leftovers(tree).clean and (tree / AWKWARD[0]).exists()
    assert (tree / "build/deep/out").exists()
    assert repo.picture() == before


# objects


def test_merges_without_a_checkout(repo):
    left = repo.branch("left", {"src/app.py": "left\n", "a": "a"})
    right = repo.branch("right", {"src/app.py": "right\n"})
    other = repo.branch("other", {"b": "b"})
    git = repo.open()
    clean = git.merge_tree(left, other)
    assert clean.clean and clean.conflicts == ()
    assert git.blobs([(clean.tree, "b"), (clean.tree, "a")]) == (b"b", b"a")
    conflict = git.merge_tree(left, right)
    assert not conflict.clean and conflict.conflicts == ("src/app.py",)
    assert "CONFLICT" in conflict.messages
    assert isinstance(git.merge_tree(left, "0" * 40), GitError)


def test_one_file_of_a_tree_replaced(repo):
    git = repo.open()
    blob = git.write_blob("x/y z", b"new\n")
    tree = git.replace_in_tree("main", {"x/y z": blob})
    commit = git.commit_tree(tree, [repo.git("rev-parse", "main")], "told\n\nChant-Op: x\n")
    assert [(c.path, c.kind) for c in git.changes("main", commit)] == [("x/y z", "A")]
    assert repo.git("status", "--porcelain") == ""


def test_texts_merged_by_lines(repo):
    git = repo.open()
    clean = git.merge_text(b"a\nb\nc\n", b"A\nb\nc\n", b"a\nb\nC\n")
    assert (clean.text, clean.conflict) == (b"A\nb\nC\n", False)
    assert git.merge_text(b"a\n", b"b\n", b"c\n").conflict
    assert isinstance(git.merge_text(b"\0", b"\0a", b"\0b"), GitError)
