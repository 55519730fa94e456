"""Merging finished runs: real repositories, real branches, the user's checkout in any state."""

import os
import shutil
from pathlib import Path

import pytest

from chant_ls.engine.interrupted_merge import recover_merge
from chant_ls.engine.operations.merge import MergeRequest, MergeResult, Outcome, merge
from chant_ls.host.git_run import Repo
from chant_ls.model.refusal import Refusal
from chant_ls.model.runs import RunState
from tests.enginekit import completed, engine_of, spec_path, spec_text, worked
from tests.gitrepo import RepoUnderTest, files_of, make_repo
from tests.matrix import Row

A, B, C = "2026-01-01-001-aaa", "2026-01-01-002-bbb", "2026-01-01-003-ccc"


@pytest.fixture
def repo(tmp_path: Path) -> RepoUnderTest:
    repo = make_repo(tmp_path)
    repo.commit({spec_path(A): spec_text()})
    return repo


def merged(repo: RepoUnderTest, *ids: str, **more) -> MergeResult:
    answer = merge(engine_of(repo), MergeRequest(ids, **more))
    assert isinstance(answer, MergeResult), answer
    return answer


def refused(repo: RepoUnderTest, *ids: str, **more) -> Refusal:
    before = repo.picture(), repo.git("for-each-ref")
    answer = merge(engine_of(repo), MergeRequest(ids, **more))
    assert isinstance(answer, Refusal), answer
    assert (repo.picture(), repo.git("for-each-ref")) == before
    return answer


def test_a_finished_run_is_merged_and_tidied_up(repo):
    record = worked(repo, A, {"src/app.py": "x = 2\n"})
    old = repo.git("rev-parse", "main")
    (item,) = merged(repo, "aaa").items
    assert item.outcome is Outcome.MERGED and item.target == "main"
    assert item.commit == repo.git("rev-parse", "main")
    assert repo.git("rev-parse", item.undo) == old
    assert (repo.top / "src/app.py").read_text() == "x = 2\n"
    assert (repo.top / spec_path(A)).read_text() == completed(spec_text())
    assert repo.git("status", "--porcelain") == ""
    assert repo.git("branch", "--list", "chant/*") == ""
    assert not Path(record.worktree).exists()
    assert len(repo.git("worktree", "list").splitlines()) == 1
    assert repo.git("log", "-1", "--format=%s") == f"chant: merge {A}: A spec"
    assert repo.git("log", "-1", "--format=%(trailers:key=Chant-Spec,valueonly)") == A
    assert len(repo.git("log", "-1", "--format=%P").split()) == 2
    after = engine_of(repo).runs.latest(A)
    assert after.state is RunState.MERGED and after.merged == item.commit


def test_a_merge_starts_few_processes(repo, monkeypatch):
    """Counted, so that nobody adds one unseen: a script of plain git needs a dozen."""
    worked(repo, A, {"src/app.py": "x = 2\n"})
    calls = []
    once = Repo._once

    def counted(self, argv, *rest):
        calls.append(argv)
        return once(self, argv, *rest)

    monkeypatch.setattr(Repo, "_once", counted)
    merged(repo, A)
    assert len(calls) <= 23, calls


def test_merging_again_is_success(repo):
    worked(repo, A, {"src/app.py": "x = 2\n"})
    merged(repo, A)
    tip = repo.git("rev-parse", "main")
    assert merged(repo, A).items[0].outcome is Outcome.ALREADY
    assert repo.git("rev-parse", "main") == tip


def test_a_branch_that_the_user_merged_by_hand_is_tidied_up(repo):
    record = worked(repo, A, {"src/app.py": "x = 2\n"})
    repo.git("merge", "-q", "--no-edit", record.branch)
    tip = repo.git("rev-parse", "main")
    assert merged(repo, A).items[0].outcome is Outcome.ALREADY
    assert repo.git("rev-parse", "main") == tip
    assert not Path(record.worktree).exists()
    assert engine_of(repo).runs.latest(A).state is RunState.MERGED


@pytest.mark.scenario(Row.MERGES)
def test_a_dirty_spec_keeps_the_users_words(repo):
    worked(repo, A, {"src/app.py": "x = 2\n"})
    text = spec_text().replace("Some words", "Other words").replace("type: code", "type: task")
    repo.write(spec_path(A), text)
    merged(repo, A)
    now = (repo.top / spec_path(A)).read_text()
    assert now == completed(text)
    assert repo.git("diff", "--name-only") == spec_path(A)
    assert repo.git("diff", "--cached", "--name-only") == ""
    assert repo.git("show", f"main:{spec_path(A)}") == completed(spec_text()).strip()


def test_a_spec_that_was_never_committed(repo):
    repo.write(spec_path(B), spec_text("Untracked"))
    worked(repo, B, {"src/app.py": "x = 2\n"})
    merged(repo, B)
    assert repo.git("status", "--porcelain") == ""
    assert "status: completed" in (repo.top / spec_path(B)).read_text()


def test_a_spec_committed_with_the_same_edits_meanwhile(repo):
    edited = spec_text().replace("Some words", "Other words")
    repo.write(spec_path(A), edited)
    worked(repo, A, {"src/app.py": "x = 2\n"})
    repo.git("commit", "-qam", "my edits")
    merged(repo, A)
    assert (repo.top / spec_path(A)).read_text() == completed(edited)
    assert repo.git("status", "--porcelain") == ""


def test_main_gained_a_label_meanwhile(repo):
    worked(repo, A, {"src/app.py": "x = 2\n"})
    repo.commit({spec_path(A): spec_text(front="labels: [later]\n")})
    merged(repo, A)
    now = (repo.top / spec_path(A)).read_text()
    expected = completed(spec_text(front="labels: [later]\n"))
    assert sorted(now.splitlines()) == sorted(expected.splitlines())
    assert repo.git("status", "--porcelain") == ""


def test_a_real_conflict_in_the_spec_is_refused(repo):
    text = spec_text(front="model: a\n")
    repo.commit({spec_path(A): text})
    worked(
        repo, A, {"src/app.py": "x = 2\n"}, result=completed(text).replace("model: a", "model: b")
    )
    repo.write(spec_path(A), text.replace("model: a", "model: c"))
    answer = refused(repo, A)
    assert "model" in answer.message and answer.details == (spec_path(A),)


@pytest.mark.scenario(Row.MERGES)
def test_conflicting_files_are_named_and_nothing_changes(repo):
    record = worked(repo, A, {"src/app.py": "theirs\n", "src/util.py": "theirs\n"})
    repo.commit({"src/app.py": "ours\n"})
    answer = refused(repo, A)
    assert answer.details == ("src/app.py",)
    assert engine_of(repo).runs.latest(A).state is RunState.COMPLETED
    assert Path(record.worktree).exists()


def test_the_way_out_of_a_conflict_that_the_hint_names(repo):
    record = worked(repo, A, {"src/app.py": "theirs\n"})
    repo.commit({"src/app.py": "ours\n"})
    refused(repo, A)
    tree = Path(record.worktree)
    repo.git("merge", "main", cwd=tree, ok=False)
    repo.write("src/app.py", "both\n", tree)
    repo.git("commit", "-qam", "settled", cwd=tree)
    merged(repo, A)
    assert (repo.top / "src/app.py").read_text() == "both\n"


@pytest.mark.scenario(Row.MERGES)
def test_dirty_files_in_the_way_are_named(repo):
    worked(repo, A, {"src/app.py": "theirs\n", "data.log": "theirs\n"})
    repo.git("-C", str(engine_of(repo).worktrees / A), "add", "-f", "data.log")
    repo.write("src/app.py", "mine\n")
    assert refused(repo, A).details == ("src/app.py",)


def test_an_ignored_file_in_the_way_is_named(repo):
    worked(repo, A, {"src/app.py": "theirs\n"})
    tree = engine_of(repo).worktrees / A
    repo.write("data.log", "theirs\n", tree)
    repo.git("add", "-f", "data.log", cwd=tree)
    repo.git("commit", "-qm", "log", cwd=tree)
    repo.write("data.log", "mine\n")
    assert refused(repo, A).details == ("data.log",)


@pytest.mark.scenario(Row.MERGES)
def test_the_root_on_a_feature_branch_does_not_move(repo):
    worked(repo, A, {"src/app.py": "x = 2\n"})
    repo.git("checkout", "-q", "-b", "feature")
    repo.write("src/app.py", "mine\n")
    before = repo.picture()
    merged(repo, A)
    assert repo.picture() == before
    assert repo.git("show", "main:src/app.py") == "x = 2"


@pytest.mark.parametrize(
    ("main", "subfolder", "name"),
    [("trunk", "", "project"), ("main", "packages/one", "project"), ("main", "", "my project ü")],
)
@pytest.mark.scenario(Row.MERGES)
def test_other_trunks_subfolders_and_blanks(tmp_path, main, subfolder, name):
    repo = make_repo(tmp_path, main, subfolder, name)
    prefix = f"{subfolder}/" if subfolder else ""
    repo.commit({prefix + spec_path(A): spec_text()})
    worked(repo, A, {f"{prefix}src/app.py": "x = 2\n"}, main=main)
    repo.write(prefix + spec_path(A), spec_text("Another title"))
    (item,) = merged(repo, A).items
    assert item.target == main
    where = subfolder.replace("/", "%2F")
    assert item.undo == "/".join(filter(None, ["refs/chant/undo", where, f"{A}-r1"]))
    assert repo.git("rev-parse", item.undo) == repo.git("rev-parse", f"{main}~1")
    assert (repo.root / spec_path(A)).read_text() == completed(spec_text("Another title"))
    assert (repo.root / "src/app.py").read_text() == "x = 2\n"


def test_a_branch_is_meant_whatever_else_bears_its_name(repo):
    """A folder, a file and tags that are called as the branches are."""
    repo.commit({"main/a.txt": "a\n"})
    repo.git("tag", "main", "HEAD~1")
    repo.git("tag", f"chant/{A}", "HEAD~1")
    record = worked(repo, A, {"src/app.py": "x = 2\n"}, start="refs/heads/main")
    repo.write(f"chant/{A}", "a file\n")
    git = engine_of(repo).git
    assert [c.path for c in git.changes("main", record.branch)] == [spec_path(A), "src/app.py"]
    assert len(git.commits("main", record.branch)) == 1
    assert git.is_ancestor("main", record.branch)
    assert git.merge_base("main", record.branch) == record.base_sha
    assert merged(repo, A).items[0].outcome is Outcome.MERGED
    assert (repo.top / "src/app.py").read_text() == "x = 2\n"


HOSTILE = """[user]
\tname = Ann Tester
\temail = ann@example.org
[commit]
\tgpgsign = true
\tverbose = true
\ttemplate = /nowhere
[merge]
\tff = only
\tverifySignatures = true
\tconflictStyle = zdiff3
[core]
\thooksPath = {hooks}
\tfsmonitor = {hooks}/fsmonitor
\tpager = false
\tautocrlf = {autocrlf}
\teditor = false
[grep]
\tpatternType = perl
[diff]
\texternal = false
\tnoprefix = true
\trenames = copies
\trelative = true
\tmnemonicPrefix = true
[status]
\tshowUntrackedFiles = no
\trelativePaths = true
\tshort = true
\tbranch = true
[log]
\tshowSignature = true
\tdate = relative
[color]
\tui = always
[push]
\tdefault = nothing
[rebase]
\tautoStash = true
[merge]
\tautoStash = true
[gpg]
\tprogram = false
[worktree]
\tguessRemote = true
[core]
\tquotePath = true
"""


@pytest.mark.parametrize("autocrlf", ["false", "true"])
@pytest.mark.scenario(Row.HOSTILE)
def test_under_hostile_settings(repo, tmp_path, autocrlf):
    hooks = tmp_path / "hooks"
    for name in (
        "pre-commit",
        "post-checkout",
        "reference-transaction",
        "post-index-change",
        "fsmonitor",
    ):
        hook = repo.write(name, f"#!/bin/sh\ntouch {tmp_path}/hooked\nexit 1\n", hooks)
        hook.chmod(0o755)
    config = HOSTILE.format(hooks=hooks, autocrlf=autocrlf)
    (tmp_path / "home" / ".gitconfig").write_text(config)
    worked(repo, A, {"src/app.py": "x = 2\n", "ünï.txt": "u\n"})
    repo.write(spec_path(A), spec_text().replace("Some words", "Other words"))
    repo.env.update({"GIT_DIR": "/nowhere", "GIT_INDEX_FILE": "/nowhere", "GIT_EDITOR": "false"})
    answer = merged(repo, A)
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_EDITOR"):
        del repo.env[name]
    assert answer.items[0].outcome is Outcome.MERGED
    assert not (tmp_path / "hooked").exists()
    newline = b"\r\n" if autocrlf == "true" else b"\n"
    assert (repo.top / "src/app.py").read_bytes() == b"x = 2" + newline
    assert "Other words" in (repo.top / spec_path(A)).read_text()
    assert repo.git("show", "main:src/app.py") == "x = 2"
    assert answer.items[0].notes == ()


def test_protected_files_need_a_yes(repo):
    repo.commit({spec_path(B): spec_text("Other"), ".github/workflows/ci.yml": "on: push\n"})
    worked(
        repo,
        A,
        {
            "src/app.py": "x = 2\n",
            spec_path(B): "gone",
            spec_path(C): spec_text("New ones are allowed"),
            ".chant/config.md": "---\n---\n",
            ".github/workflows/ci.yml": "on: evil\n",
            ".githooks/pre-commit": "#!/bin/sh\n",
        },
    )
    answer = refused(repo, A)
    assert set(answer.details) == {
        spec_path(B),
        ".chant/config.md",
        ".github/workflows/ci.yml",
        ".githooks/pre-commit",
    }
    assert "--allow-protected" in answer.hint
    assert merged(repo, A, allow_protected=True).items[0].outcome is Outcome.MERGED


def test_a_protected_file_that_the_spec_names_as_its_target(repo):
    front = "target_files:\n  - .github/workflows/ci.yml\n"
    repo.commit({spec_path(A): spec_text(front=front)})
    worked(repo, A, {".github/workflows/ci.yml": "on: push\n"})
    assert merged(repo, A).items[0].outcome is Outcome.MERGED


def test_only_completed_work(repo):
    answer = refused(repo, A)
    assert "pending" in answer.message


def test_the_approval_gate(repo):
    worked(repo, A, {"src/app.py": "x = 2\n"})
    repo.write(spec_path(A), spec_text(front="approval:\n  required: true\n"))
    assert "chant approve" in refused(repo, A).hint


def test_unknown_and_ambiguous_ids(repo):
    repo.commit({spec_path(B): spec_text("Other")})
    assert "no spec" in refused(repo, "zzz").message
    assert [row[:18] for row in refused(repo, "2026-01-01").details] == [A, B]


def test_all_in_the_order_of_dependencies(repo):
    repo.commit(
        {spec_path(A): spec_text(front=f"depends_on: [{C}]\n"), spec_path(C): spec_text("C")}
    )
    for id, file in ((A, "a.txt"), (C, "c.txt")):
        worked(repo, id, {file: "x\n"})
    answer = merged(repo, all=True)
    assert [item.id for item in answer.items] == [C, A]
    assert {item.outcome for item in answer.items} == {Outcome.MERGED}
    assert repo.git("status", "--porcelain") == ""


def test_dependents_of_a_conflict_are_skipped_others_go_on(repo):
    for id in (B, C):
        repo.commit({spec_path(id): spec_text(id)})
    repo.commit({spec_path(A): spec_text(front=f"depends_on: [{B}]\n")})
    worked(repo, A, {"a.txt": "x\n"})
    worked(repo, B, {"src/app.py": "theirs\n"})
    worked(repo, C, {"c.txt": "x\n"})
    repo.commit({"src/app.py": "ours\n"})
    answer = merged(repo, all=True)
    assert {item.id: item.outcome for item in answer.items} == {
        B: Outcome.FAILED,
        C: Outcome.MERGED,
        A: Outcome.SKIPPED,
    }
    assert not answer.well


@pytest.mark.scenario(Row.GROUPS)
def test_a_driver_means_its_members_first(repo):
    members = [f"{A}.2", f"{A}.1"]
    repo.commit({spec_path(A): spec_text().replace("type: code", "type: driver")})
    for number, id in enumerate(members):
        repo.commit({spec_path(id): spec_text(id)})
        worked(repo, id, {f"{number}.txt": "x\n"})
    repo.commit({spec_path(A): completed(spec_text()).replace("type: code", "type: driver")})
    assert [item.id for item in merged(repo, A).items] == [f"{A}.1", f"{A}.2"]


def test_five_siblings_two_of_which_touch_one_file(repo):
    ids = [f"{A}.{n}" for n in range(1, 6)]
    for id in ids:
        repo.commit({spec_path(id): spec_text(id, "depends_on: []\n")})
    lines = (repo.top / "src/util.py").read_text()
    for n, id in enumerate(ids):
        change = (
            {"src/util.py": lines.replace("ONE", f"ONE{n}")} if n in (1, 3) else {f"{n}": "x\n"}
        )
        worked(repo, id, change)
    answer = merged(repo, all=True)
    assert [item.outcome for item in answer.items].count(Outcome.FAILED) == 1
    assert answer.items[3].refusal.details == ("src/util.py",)


def test_a_dry_run_changes_nothing(repo):
    worked(repo, A, {"src/app.py": "x = 2\n"})
    before = repo.picture(), repo.git("for-each-ref"), files_of(engine_of(repo).runs.folder)
    (item,) = merged(repo, A, dry_run=True).items
    after = repo.picture(), repo.git("for-each-ref"), files_of(engine_of(repo).runs.folder)
    assert item.outcome is Outcome.WOULD
    assert item.files == (spec_path(A), "src/app.py")
    assert before[:2] == after[:2]
    assert {k for k in before[2] if "lock" not in k} == {k for k in after[2] if "lock" not in k}


def test_a_dirty_worktree_survives(repo):
    record = worked(repo, A, {"src/app.py": "x = 2\n"})
    repo.write("notes.txt", "not committed\n", Path(record.worktree))
    (item,) = merged(repo, A).items
    assert (Path(record.worktree) / "notes.txt").exists()
    assert "is kept" in item.notes[0]
    assert repo.git("branch", "--list", "chant/*") != ""


def test_ignored_files_of_the_worktree_are_kept_aside(repo):
    record = worked(repo, A, {"src/app.py": "x = 2\n"})
    repo.write("result.log", "precious\n", Path(record.worktree))
    repo.write("build/out", "cache\n", Path(record.worktree))
    (item,) = merged(repo, A).items
    assert not Path(record.worktree).exists()
    kept = engine_of(repo).runs.folder / "kept" / record.run
    assert list(files_of(kept)) == ["result.log"]
    assert str(kept) in item.notes[0]


def test_a_worktree_removed_by_hand(repo):
    record = worked(repo, A, {"src/app.py": "x = 2\n"})
    shutil.rmtree(record.worktree)
    assert merged(repo, A).items[0].notes == ()
    assert repo.git("branch", "--list", "chant/*") == ""
    assert len(repo.git("worktree", "list").splitlines()) == 1


@pytest.mark.scenario(Row.MERGES, mode="local")
def test_local_mode_copies_the_spec(tmp_path):
    repo = make_repo(tmp_path)
    repo.git("rm", "-rq", "--cached", ".chant")
    repo.commit({".gitignore": "*.log\nbuild/\n.chant/\n"})
    repo.write(spec_path(A), spec_text())
    worked(repo, A, {"src/app.py": "x = 2\n"}, tracked=False)
    repo.write(spec_path(A), spec_text().replace("Some words", "Other words"))
    (item,) = merged(repo, A).items
    assert item.outcome is Outcome.MERGED
    expected = completed(spec_text()).replace("Some words", "Other words")
    assert (repo.top / spec_path(A)).read_text() == expected
    assert repo.git("ls-files", ".chant") == ""


def test_private_work_leaves_no_title_in_history(repo):
    repo.commit({".gitignore": "*.log\nbuild/\n.chant/specs/\n"})
    repo.write(spec_path(B), spec_text("Secret thing", "labels: [private]\n"))
    worked(repo, B, {"src/app.py": "x = 2\n"}, tracked=False)
    merged(repo, B)
    said = repo.git("log", "-1", "--format=%B", "main")
    assert "Secret" not in said and B not in said


class Died(BaseException):
    """In place of the process's end."""


@pytest.mark.parametrize("step", ["merge", "merged"])
@pytest.mark.scenario(Row.MOVES)
def test_died_around_the_merge_then_recovered_twice(repo, step):
    record = worked(repo, A, {"src/app.py": "x = 2\n"})

    def die(at):
        if at == step:
            raise Died

    with pytest.raises(Died):
        merge(engine_of(repo, die), MergeRequest((A,)))
    assert engine_of(repo).runs.latest(A).state is RunState.MERGING
    assert len(recover_merge(engine_of(repo))) == 1
    assert recover_merge(engine_of(repo)) == ()
    state = engine_of(repo).runs.latest(A).state
    if step == "merged":
        assert state is RunState.MERGED
        assert not Path(record.worktree).exists()
    else:
        assert state is RunState.COMPLETED
        assert merged(repo, A).items[0].outcome is Outcome.MERGED
    assert repo.git("status", "--porcelain") == ""


def test_two_merges_at_once_of_one_spec(repo):
    worked(repo, A, {"src/app.py": "x = 2\n"})
    engine = engine_of(repo)
    with engine.runs.lock(A):
        assert isinstance(merge(engine_of(repo), MergeRequest((A,))), Refusal)
    assert merged(repo, A).items[0].outcome is Outcome.MERGED


def test_the_working_folder_of_the_process_stays(repo, tmp_path):
    here = os.getcwd()  # noqa: PTH109 - the very thing tested
    worked(repo, A, {"src/app.py": "x = 2\n"})
    merged(repo, A)
    assert os.getcwd() == here  # noqa: PTH109 - the very thing tested
