"""Whether a run did anything: what differs between base and branch outside of the spec's file."""

from chant_ls.engine.events import Note
from chant_ls.engine.git_port import Change, GitError
from chant_ls.engine.live import Live, Verdict, failed
from chant_ls.model.runs import RunState
from chant_ls.model.spec import SpecType

_BY_TARGETS = frozenset({SpecType.TASK, SpecType.RESEARCH, SpecType.DOCUMENTATION})


def prove(run: Live) -> Verdict | None:
    """A run without work is a failure, whatever its agent says."""
    proof = _proof(run)
    if isinstance(proof, GitError):
        return failed(proof, "what the agent did cannot be read")
    run.proven = proof
    if proof or run.request.allow_no_commits:
        return None
    id = run.record.spec
    return Verdict(
        RunState.FAILED,
        "the agent ended well but changed nothing",
        f"`chant log {id}` shows what it said; `chant reset {id}` starts over",
    )


def _proof(run: Live) -> bool | GitError:
    git, base, branch = run.engine.git, run.base(), run.record.branch
    changes, commits = git.changes(base, branch), git.commits(base, branch)
    if isinstance(changes, GitError):
        return changes
    if isinstance(commits, GitError):
        return commits
    facts = run.approved.document.facts
    if facts.type in _BY_TARGETS and facts.target_files:
        return _targets_differ(run, changes)
    worked = any(not commit.bookkeeping for commit in commits)
    return worked and any(change.path != run.own for change in changes)


def _targets_differ(run: Live, changes: tuple[Change, ...]) -> bool:
    """A target that git ignores counts by being there: a fresh worktree has none."""
    here = run.engine.files.at(run.folder)
    targets = {p for t in run.approved.document.facts.target_files for p in here.expand(t)}
    named = {run.engine.git.prefix + path for path in targets}
    removed = {change.path for change in changes}
    asked = {run.engine.git.prefix + t for t in run.approved.document.facts.target_files}
    return bool((named | asked) & removed) or bool(run.engine.git.ignored(sorted(named)))


def bring_ignored(run: Live) -> Verdict | None:
    """Target files that git ignores cannot travel by merge: copied to the root, over nothing."""
    here, prefix = run.engine.files.at(run.folder), run.engine.git.prefix
    targets = {p for t in run.approved.document.facts.target_files for p in here.expand(t)}
    for path in sorted(targets):
        if not run.engine.git.ignored([prefix + path]):
            continue
        new, old = here.read(path), run.engine.files.read(path)
        if new is None or new == old:
            continue
        if old is not None:
            run.emit(Note(f"{path} is there already: the new one stays in {run.folder}"))
            continue
        problem = run.engine.files.write(path, new)
        if problem:
            return failed(problem)
        run.emit(Note(f"{path} was copied from the worktree: git ignores it"))
    return None
