"""An engine over a real repository, for tests of verbs that start no agent."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from chant_ls.analysis.snapshot import Snapshot, SpecFile
from chant_ls.engine.engine import Engine, no_fault
from chant_ls.engine.git_port import GitError
from chant_ls.engine.records import RunRecord, run_name
from chant_ls.host.clock import SystemClock
from chant_ls.host.files import DiskFiles
from chant_ls.host.git import GitRepo, open_repo
from chant_ls.host.launch import SupervisorLauncher
from chant_ls.host.processes import SystemProcesses
from chant_ls.host.roots import state_folder
from chant_ls.host.run_store import DiskRunStore
from chant_ls.host.spec_store import DiskSpecStore
from chant_ls.model.config import Config
from chant_ls.model.runs import RunState
from chant_ls.model.spec import SpecId
from chant_ls.syntax.document import parse
from tests.gitrepo import RepoUnderTest

SPEC_TEXT = """---
type: code
status: pending
{front}---

# {title}

Some words.

## Acceptance Criteria

- [ ] It works
- [ ] It is tested
"""


def spec_text(title: str = "A spec", front: str = "") -> str:
    return SPEC_TEXT.format(title=title, front=front)


def completed(text: str) -> str:
    """A spec's text as a finished run leaves it."""
    done = "status: completed\ncompleted_at: 2026-01-02T03:04:05Z"
    return text.replace("status: pending", done).replace("- [ ]", "- [x]")


def spec_path(id: str) -> str:
    return f".chant/specs/{id}.md"


def engine_of(repo: RepoUnderTest, fault: Callable[[str], None] = no_fault) -> Engine:
    runs = DiskRunStore(state_folder(repo.root))
    specs = DiskSpecStore(repo.root)

    none = repo.root / ".git"

    def load() -> Snapshot:
        files = []
        for stat in specs.stats():
            text = (specs.read(stat.path) or b"").decode()
            id = SpecId(Path(stat.path).stem)
            files.append(SpecFile(stat.path, text, parse(text, id).facts, stat.archived))
        infos = {id: record.info(False) for id, record in runs.newest().items()}
        today = SystemClock().today()
        return replace(Snapshot(complete=True, today=today, runs=infos).with_files(files))

    return Engine(
        root=repo.root,
        config=Config(),
        git=open_repo(repo.root, repo.env) or GitRepo(repo.root, none, none, "", repo.env),
        specs=specs,
        files=DiskFiles(repo.root),
        runs=runs,
        processes=SystemProcesses(),
        clock=SystemClock(),
        launcher=SupervisorLauncher(repo.root, runs, repo.env),
        load=load,
        env=repo.env,
        worktrees=repo.top.parent / "worktrees",
        fault=fault,
    )


def worked(
    repo: RepoUnderTest,
    id: str,
    files: dict[str, str | None],
    result: str | None = None,
    tracked: bool = True,
    main: str = "main",
    start: str = "",
) -> RunRecord:
    """A run of a spec that ended well: its branch, worktree, snapshot and record.

    `files` are what the agent changed (None deletes), by path from the top of the checkout.
    `start` is the commit that the branch is cut from, the tip of `main` by default.
    """
    engine = engine_of(repo)
    base = repo.git("rev-parse", start or main)
    tree = engine.worktrees / id
    error = engine.git.add_worktree(tree, f"chant/{id}", base)
    assert error is None, error
    snapshot = (repo.root / spec_path(id)).read_bytes()
    spec = result if result is not None else completed(snapshot.decode())
    own = engine.git.prefix + spec_path(id)
    for path, text in {**files, own: spec}.items():
        if text is None:
            (tree / path).unlink()
        else:
            repo.write(path, text, tree)
    commit = engine.git.commit_all(tree, f"chant({id}): work\n")
    assert not isinstance(commit, GitError), commit
    record = RunRecord(
        run_name(id, 1),
        SpecId(id),
        state=RunState.COMPLETED,
        worktree=str(tree),
        branch=f"chant/{id}",
        base_branch=main,
        base_sha=base,
        created=True,
        spec_path=spec_path(id),
        title="A spec",
        tracked=tracked,
        ignored=not tracked,
    )
    engine.runs.keep_snapshot(record.run, snapshot)
    engine.runs.write(record)
    return record
