"""What agents and users do to worktrees of ours: nothing of theirs is lost or taken for work."""

from pathlib import Path

import pytest

from chant_ls.engine.events import Finished
from chant_ls.engine.operations.reset import ResetRequest, WasReset, reset
from chant_ls.model.refusal import Refusal
from tests.engine.project import ID, Project, make_project
from tests.engine.test_work import last


def project_with(tmp_path: Path, script: str, config: str = "") -> Project:
    """One whose agent's word `script` runs this."""
    project = make_project(tmp_path, AGENT_SCRIPT=script)
    if config:
        file = project.repo.root / ".chant" / "config.md"
        project.repo.commit({".chant/config.md": file.read_text().replace("---\n", config, 1)})
    return project


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
