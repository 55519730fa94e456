"""What agents and users do to worktrees of ours: nothing of theirs is lost or taken for work."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from chant_ls.engine.events import Finished, Note, Restored
from chant_ls.engine.operations.reset import ResetRequest, WasReset, reset
from chant_ls.model.refusal import Refusal
from chant_ls.model.runs import RunState
from tests.engine.project import ID, OTHER, SPEC, Project, make_project, wait_until
from tests.engine.test_recover import kill_at, recovered
from tests.engine.test_work import BRANCH, last
from tests.gitrepo import RepoUnderTest, files_of


def project_with(tmp_path: Path, script: str, config: str = "") -> Project:
    """One whose agent's word `script` runs this."""
    project = make_project(tmp_path, AGENT_SCRIPT=script)
    if config:
        file = project.repo.root / ".chant" / "config.md"
        project.repo.commit({".chant/config.md": file.read_text().replace("---\n", config, 1)})
    return project


def test_worktrees_of_a_bare_repository_named_dot_git(tmp_path):
    """One folder a branch, all beside the repository: here `main` is a folder and a branch."""
    first = make_project(tmp_path)
    home = tmp_path / "home of all"
    first.repo.git("clone", "-q", "--bare", str(first.repo.top), str(home / ".git"))
    first.repo.git("worktree", "add", "-q", "main", "main", cwd=home)
    repo = RepoUnderTest(home / "main", home / "main", first.repo.env)
    project = replace(first, repo=repo)
    events = project.run(does="edit tick commit", merge=True)
    assert last(events, Finished).state == "merged"
    assert repo.git("status", "--porcelain") == ""
    assert (repo.top / f"{ID}.txt").exists()
    assert sorted(path.name for path in home.iterdir()) == [".git", "main"]


def test_a_checkout_that_an_agent_calls_bare_follows_its_branch(tmp_path):
    """Else the user's next commit would take back what was merged."""
    project = project_with(tmp_path, "git config core.bare true")
    events = project.run(does="edit tick commit script", merge=True)
    assert last(events, Finished).state == "merged"
    project.repo.git("config", "core.bare", "false")
    assert project.repo.git("status", "--porcelain") == ""
    assert (project.repo.top / f"{ID}.txt").read_text() == f"work of {ID}\n"


def test_a_configured_worktree_misleads_no_git_call(tmp_path):
    """Neither that of a stranger's .git/config nor one that an agent writes there."""
    theirs = tmp_path / "elsewhere"
    agent = f"git config core.worktree {theirs}; git config extensions.worktreeConfig true; "
    project = project_with(tmp_path, f"{agent} git config --worktree core.worktree {theirs}")
    shutil.copytree(project.repo.top, theirs, ignore=shutil.ignore_patterns(".git"))
    (theirs / "README.md").write_text("theirs\n")
    before = files_of(theirs)
    project.repo.git("config", "core.worktree", str(theirs))
    events = project.run(does="edit tick commit script", merge=True)
    assert last(events, Finished).state == "merged"
    assert files_of(theirs) == before
    (project.repo.top / ".git/config.worktree").unlink(missing_ok=True)
    project.repo.git("config", "core.worktree", str(project.repo.top))
    assert project.repo.git("status", "--porcelain") == ""
    assert (project.repo.top / f"{ID}.txt").read_text() == f"work of {ID}\n"


@pytest.mark.parametrize(
    "script",
    ["rm .git", 'echo "gitdir: $CHANT_ROOT/.git" > .git', "rm .git; git init -q"],
    ids=["removed", "led to the main checkout", "replaced"],
)
def test_no_git_call_leaves_a_broken_worktree_for_the_users_checkout(tmp_path, script):
    project = project_with(tmp_path, script, "---\nworktrees:\n  dir: .trees\n")
    project.repo.write("mine.txt", "not to be touched\n")
    project.repo.write("README.md", "edited\n")
    users = ("status", "--porcelain", "--", ".", ":!.trees")
    before = project.repo.git("rev-parse", "main"), project.repo.git(*users)
    events = project.run(does="edit tick script")
    assert last(events, Finished).state == "needs_attention"
    said = reset(project.app.engine, ResetRequest(ID, confirmed=True))
    assert isinstance(said, Refusal), said
    assert "git worktree repair" in f"{said.message} {said.hint} {said.details}"
    assert (project.repo.git("rev-parse", "main"), project.repo.git(*users)) == before
    if script == "rm .git":
        project.repo.git("worktree", "repair")
        assert isinstance(reset(project.app.engine, ResetRequest(ID, confirmed=True)), WasReset)


MAIN_GOES_ON = 'cd "$CHANT_ROOT" && {change} && git commit -qam "main goes on" && cd - >/dev/null;'
BEGUN = (
    MAIN_GOES_ON.format(change="echo theirs > README.md")
    + "echo ours > README.md; git commit -qam ours; git merge main || true;"
)


@pytest.mark.parametrize("more", ["", 'rm "$(git rev-parse --git-dir)/MERGE_HEAD"'])
def test_an_unfinished_merge_is_nobodys_work(tmp_path, more):
    project = project_with(tmp_path, BEGUN + more)
    events = project.run(does="edit script tick", merge=True)
    end = last(events, Finished)
    assert (end.state, end.error) == ("needs_attention", "the agent left a merge unfinished")
    assert project.repo.git("log", "--format=%s", f"main..{BRANCH}") == "ours"
    tree = Path(project.record().worktree)
    assert project.repo.git("diff", "--name-only", "--diff-filter=U", cwd=tree) == "README.md"


def test_an_agent_that_fails_in_a_merge_has_failed(tmp_path):
    events = project_with(tmp_path, BEGUN).run(does="edit script fail")
    assert last(events, Finished).state == "failed"


@pytest.mark.parametrize("way", ["git merge -q main", "git checkout -q main -- .chant/specs"])
def test_what_an_agent_takes_over_from_main_is_not_taken_back(tmp_path, way):
    path = f".chant/specs/{OTHER}.md"
    change = f"echo 'by the user' >> {path}"
    project = project_with(tmp_path, f"{MAIN_GOES_ON.format(change=change)} {way}")
    project.add(OTHER)
    events = project.run(does="edit commit script tick stage_all", merge=True)
    assert last(events, Finished).state == "merged"
    assert not [e for e in events if isinstance(e, Restored)]
    assert "by the user" in project.repo.git("show", f"main:{path}")


def test_what_came_from_main_proves_nothing(tmp_path):
    change = "echo more > new.txt && git add new.txt"
    project = project_with(tmp_path, f"{MAIN_GOES_ON.format(change=change)} git merge -q main")
    events = project.run(does="script tick")
    assert last(events, Finished).error == "the agent ended well but changed nothing"


def edited(project: Project, old: str, new: str) -> None:
    """The user changes the spec."""
    path = project.spec_path()
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    if project.tracked:
        project.repo.git("commit", "-qam", "the user changes the spec")


def test_what_the_user_changes_before_a_resume_is_worked_and_stays(either):
    either.run(does="edit commit tick fail")
    edited(either, "## Acceptance", "Mind the gap.\n\n## Acceptance")
    edited(either, "type: code\n", "type: code\nlabels: [late]\n")
    events = either.run(does="edit", resume=True, merge=True)
    assert last(events, Finished).state == "merged"
    assert "Mind the gap." in either.app.engine.runs.snapshot(f"{ID}-r2").decode()
    text = either.spec_path().read_text()
    assert "Mind the gap." in text and "labels: [late]" in text
    assert "- [x] The file is there" in text


def test_a_criterion_that_is_new_before_a_resume_is_open(project):
    project.run(does="edit tick fail")
    edited(project, "file is there\n", "file is there\n- [ ] And one more\n")
    events = project.run(does="edit", resume=True)
    assert last(events, Finished).error == "a criterion is not met: And one more"


def test_edits_that_conflict_with_the_agents_are_refused(tmp_path):
    project = project_with(tmp_path, 'sed -i "s/^# .*/# Theirs/" "$CHANT_SPEC_FILE"')
    project.run(does="edit script fail")
    edited(project, "# Write the file", "# Ours")
    refusal = project.work(resume=True)
    assert isinstance(refusal, Refusal)
    assert "conflict" in refusal.message
    copy = Path(project.record().worktree) / ".chant/specs" / f"{ID}.md"
    assert "# Theirs" in copy.read_text()
    copy.write_text(copy.read_text().replace("# Theirs", "# Ours"))
    assert last(project.run(does="tick", resume=True), Finished).state == "completed"


def away(project: Project, tmp_path: Path) -> Path:
    """A worktree of the user's own, on a disk that is not there just now."""
    tree = tmp_path / "disk" / "users"
    project.repo.git("worktree", "add", "-q", "-b", "users", str(tree))
    tree.parent.rename(tmp_path / "unplugged")
    return tree


def test_a_worktree_of_the_users_that_is_away_stays_known(project, tmp_path):
    users = away(project, tmp_path)
    project.run(does="edit fail")
    shutil.rmtree(project.record().worktree)
    assert isinstance(reset(project.app.engine, ResetRequest(ID, confirmed=True)), WasReset)
    assert last(project.run(merge=True), Finished).state == "merged"
    assert [w.path for w in project.app.engine.git.worktrees()[1:]] == [users]


def test_a_folder_removed_by_hand_is_made_again_by_resume(project):
    project.run(does="edit commit fail")
    shutil.rmtree(project.record().worktree)
    assert last(project.run(does="tick", resume=True), Finished).state == "completed"


def test_a_folder_removed_by_hand_stands_in_the_way_of_no_recover(project):
    kill_at(project, "prompt")
    shutil.rmtree(project.record().worktree)
    assert recovered(project)
    assert project.repo.git("branch", "--list", BRANCH) == ""
    assert last(project.run(), Finished).state == "completed"


def test_worktrees_behind_a_link_are_ours(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "data").symlink_to(tmp_path / "elsewhere")
    project = make_project(tmp_path)
    assert last(project.run(merge=True), Finished).state == "merged"
    assert len(project.repo.git("worktree", "list").splitlines()) == 1
    assert project.repo.git("branch", "--list", BRANCH) == ""


def test_ignored_files_whose_names_look_like_patterns_are_kept_aside(tmp_path):
    script = "mkdir 'o[1]'; echo a > 'o[1]/*.log'; echo b > 'result[1].log'; echo c > r.log"
    project = project_with(tmp_path, script)
    assert last(project.run(does="edit script tick", merge=True), Finished).state == "merged"
    kept = files_of(project.app.engine.runs.folder / "kept" / f"{ID}-r1")
    assert {path: data for path, (_, data) in kept.items()} == {
        "o[1]/*.log": b"a\n",
        "result[1].log": b"b\n",
        "r.log": b"c\n",
    }


def test_a_worktree_with_a_file_that_cannot_be_read_is_kept(tmp_path):
    project = project_with(tmp_path, "ln -s ~/.gitconfig out.log; mkdir d; mv out.log d/out.log")
    events = project.run(does="edit script tick", merge=True)
    assert last(events, Finished).state == "merged"
    assert any("d/out.log in it cannot be read" in e.text for e in events if isinstance(e, Note))
    assert (Path(project.record().worktree) / "d/out.log").is_symlink()


FORGED = "git commit -q --allow-empty -m done -m 'Chant-Op: complete'"


@pytest.mark.parametrize("step", ["running", "settle", "criteria"])
def test_recover_believes_no_agent_that_says_complete(tmp_path, step):
    project = project_with(tmp_path, f'{FORGED}; touch "$AGENT_GATE"; sleep 0')
    kill_at(project, step, does="edit commit script")
    if step == "running":
        wait_until(project.gate.exists)
    assert recovered(project)
    assert project.record().state is RunState.NEEDS_ATTENTION
    assert project.repo.git("log", "--format=%s", "-1", "main") != "done"


BY_TARGETS = SPEC.replace("type: code", "type: task\ntarget_files: [out.log, src]")


def test_an_ignored_target_is_brought_when_all_is_met_and_replaces_an_earlier_one(tmp_path):
    project = project_with(
        tmp_path,
        "echo $CHANT_ATTEMPT > out.log; mkdir -p src/__pycache__; echo x > src/__pycache__/a.log",
    )
    project.add(ID, BY_TARGETS)
    result = project.repo.root / "out.log"
    project.run(does="script")
    assert not result.exists(), "a criterion is open"
    for attempt in ("2", "3"):
        again = reset(project.app.engine, ResetRequest(ID, confirmed=True))
        assert isinstance(again, WasReset), again
        assert last(project.run(does="script tick"), Finished).state == "completed"
        assert result.read_text() == f"{attempt}\n"
    assert not (project.repo.root / "src/__pycache__").exists()
    result.write_text("the user's\n")
    reset(project.app.engine, ResetRequest(ID, confirmed=True))
    events = project.run(does="script tick")
    assert result.read_text() == "the user's\n"
    assert any("is there already" in e.text for e in events if isinstance(e, Note))


def test_a_cache_below_a_target_proves_nothing(tmp_path):
    project = project_with(tmp_path, "mkdir -p src/__pycache__; echo x > src/__pycache__/a.log")
    project.add(ID, BY_TARGETS)
    assert last(project.run(does="script tick"), Finished).state == "failed"


NESTED = "git init -q sub; cd sub; echo x > file; git add file; git commit -qm x"


@pytest.mark.parametrize("does", ["script tick", "script tick stage_all"])
def test_a_repository_in_the_worktree_is_no_result(tmp_path, does):
    project = project_with(tmp_path, NESTED)
    end = last(project.run(does=does, merge=True), Finished)
    assert end.state == "needs_attention"
    assert "a repository of its own in sub" in end.error
    tree = Path(project.record().worktree)
    assert "`git rm --cached sub`" in end.hint
    project.repo.git("rm", "-q", "--cached", "sub", cwd=tree)
    (tree / "sub" / ".git").rename(tmp_path / "away")
    assert last(project.run(does="edit", resume=True), Finished).state == "completed"
    assert project.repo.git("show", f"{BRANCH}:sub/file") == "x"


def test_strays_of_a_check_are_ended(project):
    stray = 'setsid sleep 600 >&- 2>&- & echo $! >> "$AGENT_PIDS"'
    project.add(ID, SPEC.replace("The file is there", f"It runs `$ {stray}`"))
    assert last(project.run(does="edit commit"), Finished).state == "completed"
    assert len(project.started()) == 1
    project.assert_no_child_lives()


def test_a_check_that_outlived_its_supervisor_is_ended_by_recover(project):
    slow = 'echo $$ >> "$AGENT_PIDS"; kill -9 $PPID; sleep 600'
    project.add(ID, SPEC.replace("The file is there", f"It runs `$ {slow}`"))
    project.work(does="edit commit")
    wait_until(lambda: bool(project.started()))
    wait_until(lambda: not project.app.engine.processes.alive(project.record().supervisor))
    assert recovered(project)
    project.assert_no_child_lives()


RUNNER = "providers:\n  own:\n    command: [python3, ./tools/agent.py, -x]\n"


@pytest.mark.parametrize("path", ["tools/agent.py", "claude", "python3"])
def test_an_agent_replaces_no_runner_without_a_yes(tmp_path, path):
    project = project_with(tmp_path, f"mkdir -p tools; echo evil > {path}")
    config = (project.repo.root / ".chant/config.md").read_text().replace("providers:\n", RUNNER)
    project.repo.commit({"tools/agent.py": "good\n", ".chant/config.md": config})
    end = last(project.run(does="edit script tick", merge=True), Finished)
    assert end.state == "completed"
    assert f"changes protected files: {path}" in end.error
    assert not (project.repo.root / path).exists() or path == "tools/agent.py"


def test_what_agents_write_into_commits_of_a_private_spec_stays_private(tmp_path):
    project = project_with(tmp_path, "git commit -q --allow-empty -m 'the secret is out'")
    private = SPEC.replace("type: code", "type: code\nlabels: [private]")
    project.repo.write(f".chant/specs/{OTHER}.md", private)
    events = project.run(OTHER, does="edit commit script tick", merge=True)
    assert last(events, Finished).state == "merged"
    told = project.repo.git("log", "--format=%B", "main")
    assert "chant: finished work" in told
    assert not [word for word in (OTHER, "secret", "Write the file") if word in told]
    assert project.repo.git("show", f"main:{OTHER}.txt") == f"work of {OTHER}"
    assert project.repo.git("status", "--porcelain") == f"?? .chant/specs/{OTHER}.md"


def test_a_resume_of_work_that_only_a_checkpoint_holds_is_proven(either):
    either.run(does="edit tick fail")
    assert last(either.run(does="edit", resume=True), Finished).state == "completed"
