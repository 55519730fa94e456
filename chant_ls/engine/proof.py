"""Whether a run did anything: what differs between base and branch outside of the spec's file."""

import hashlib

from chant_ls.engine.events import Note
from chant_ls.engine.git_port import Change, GitError
from chant_ls.engine.live import Live, Verdict, failed
from chant_ls.engine.merge_run import disposable
from chant_ls.model.runs import RunState
from chant_ls.model.spec import SpecType

_GITLINK = "160000"
_LEFT = "checkpoint"
"""What an earlier attempt left uncommitted is work all the same."""
_UNREAD = "what the agent did cannot be read"
_BY_TARGETS = frozenset({SpecType.TASK, SpecType.RESEARCH, SpecType.DOCUMENTATION})


def prove(run: Live) -> Verdict | None:
    """A run without work is a failure, whatever its agent says."""
    changes = run.engine.git.changes(run.base(), run.record.branch)
    if isinstance(changes, GitError):
        return failed(changes, _UNREAD)
    proof = _proof(run, changes)
    if isinstance(proof, GitError):
        return failed(proof, _UNREAD)
    id, nested = run.record.spec, _repositories(changes)
    if nested:
        return Verdict(
            RunState.NEEDS_ATTENTION,
            f"the agent made a repository of its own in {nested[0]}: git keeps none of its files",
            f"in {run.worktree}: `git rm --cached {nested[0]}`, move {nested[0]}/.git away, "
            f"then `chant resume {id}`",
            nested,
        )
    run.proven = proof
    if proof or run.request.allow_no_commits:
        return None
    return Verdict(
        RunState.FAILED,
        "the agent ended well but changed nothing",
        f"`chant log {id}` shows what it said; `chant reset {id}` starts over",
    )


def _proof(run: Live, changes: tuple[Change, ...]) -> bool | GitError:
    commits = run.engine.git.commits(run.base(), run.record.branch)
    if isinstance(commits, GitError):
        return commits
    facts = run.approved.document.facts
    if facts.type in _BY_TARGETS and facts.target_files:
        return _targets_differ(run, changes)
    worked = any(not c.bookkeeping or c.trailers["Chant-Op"] == _LEFT for c in commits)
    return worked and any(change.path != run.own for change in changes)


def _targets_differ(run: Live, changes: tuple[Change, ...]) -> bool:
    """A target that git ignores counts by being there: a fresh worktree has none."""
    here, prefix = run.engine.files.at(run.folder), run.engine.git.prefix
    asked = run.approved.document.facts.target_files
    named = {prefix + path for target in asked for path in (target, *here.expand(target))}
    return bool(named & {change.path for change in changes}) or bool(_ignored_targets(run))


def _ignored_targets(run: Live) -> tuple[str, ...]:
    """Targets named as files that git ignores; what tools make again by themselves is none."""
    here, prefix = run.engine.files.at(run.folder), run.engine.git.prefix
    asked = run.approved.document.facts.target_files
    files = [path for path in asked if here.below(path) == (path,) and not disposable(path)]
    ignored = run.engine.git.ignored([prefix + path for path in files]) if files else ()
    return tuple(path for path in files if prefix + path in ignored)


def _repositories(changes: tuple[Change, ...]) -> tuple[str, ...]:
    """Folders of which git would keep a commit's hash and no file. With a `.gitmodules` they are
    submodules, and merged only with a person's yes."""
    made = [c.path for c in changes if c.new_mode == _GITLINK != c.old_mode]
    return () if any(c.path == ".gitmodules" for c in changes) else tuple(made)


def bring_ignored(run: Live) -> Verdict | None:
    """Target files that git ignores cannot travel by merge: copied to the root, over nothing but
    what an earlier attempt put there."""
    here, brought = run.engine.files.at(run.folder), dict(run.record.brought)
    for path in _ignored_targets(run):
        new, old = here.read(path), run.engine.files.read(path)
        if new is None or new == old:
            continue
        if old is not None and _digest(old) not in _brought(run, path):
            run.emit(Note(f"{path} is there already: the new one stays in {run.folder}"))
            continue
        problem = run.engine.files.write(path, new)
        if problem:
            return failed(problem)
        brought[path] = _digest(new)
        run.emit(Note(f"{path} was copied from the worktree: git ignores it"))
    run.keep(brought=brought)
    return None


def _brought(run: Live, path: str) -> frozenset[str]:
    """Digests of what the attempts at this spec put there."""
    attempts = run.engine.runs.runs_of(run.record.spec)
    return frozenset(attempt.brought.get(path, "") for attempt in attempts)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
