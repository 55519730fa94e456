"""`cleanup`: removes what finished runs left behind; work that is nowhere else stays."""

from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from chant_ls.engine import consult, guards
from chant_ls.engine.engine import Engine
from chant_ls.engine.git_port import GitError
from chant_ls.engine.merge_run import tidy
from chant_ls.engine.ports import REPO, REPO_WAIT
from chant_ls.engine.records import RunRecord
from chant_ls.engine.sweeping import Leftover, Survey, survey
from chant_ls.model.refusal import Refusal

_IN_GIT = frozenset({"worktree", "registration", "checkout", "branch"})


@dataclass(frozen=True, slots=True)
class Found:
    """`going` may be removed, `staying` not, each with its reason."""

    going: tuple[Leftover, ...]
    staying: tuple[Leftover, ...]

    @property
    def bytes(self) -> int:
        return sum(one.bytes for one in self.going)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """`notes`: what was kept of worktrees that went, and where."""

    removed: tuple[Leftover, ...]
    staying: tuple[Leftover, ...]
    notes: tuple[str, ...] = ()


def look(engine: Engine) -> Found | Refusal:
    """Changes nothing."""
    refusal = guards.role(engine) or engine.runs.writable()
    seen = refusal or survey(engine)
    if isinstance(seen, Refusal):
        return seen
    found = tuple(seen.all())
    return Found(tuple(f for f in found if not f.why), tuple(f for f in found if f.why))


def clean(engine: Engine, found: Found) -> Cleaned | Refusal:
    """Removes what was found, each judged once more under its locks."""
    removed: list[Leftover] = []
    staying = list(found.staying)
    notes: list[str] = []
    for one in found.going:
        done = _removed(engine, one)
        if isinstance(done, Refusal):
            staying.append(replace(one, why=done.message))
        else:
            removed.append(one)
            notes += done
    engine.runs.sweep()
    return Cleaned(tuple(removed), tuple(staying), tuple(notes))


def _removed(engine: Engine, one: Leftover) -> tuple[str, ...] | Refusal:
    """Notes of what was kept of it."""
    if one.kind not in _IN_GIT:
        Path(one.name).unlink(missing_ok=True)
        return ()
    with ExitStack() as locks:
        for name, wait in ((one.spec, 0.0), (REPO, REPO_WAIT)):
            held = engine.runs.lock(name, wait) if name else None
            if isinstance(held, Refusal):
                return held
            if held:
                locks.enter_context(held)
        seen = survey(engine)
        if isinstance(seen, Refusal):
            return seen
        return _without_checkout(seen, one) if one.kind == "checkout" else _judged(seen, one)


def _without_checkout(seen: Survey, one: Leftover) -> tuple[str, ...] | Refusal:
    """Its spec's lock is ours here, so it cannot be asked for once more."""
    if not any(consult.ours(tree) for tree in seen.trees if str(tree.path) == one.name):
        return Refusal("it is not what it was a moment ago")
    return consult.discard_checkout(seen.engine, Path(one.name)) or ()


def _judged(seen: Survey, one: Leftover) -> tuple[str, ...] | Refusal:
    looks = seen.branches() if one.kind == "branch" else seen.worktrees()
    now = next((look for look in looks if look.name == one.name), None)
    if now is None:
        return ()
    if now.why:
        return Refusal(now.why)
    git = seen.engine.git
    if now.kind == "branch":
        return _without_branch(seen, now)
    record = seen.by_tree.get(Path(now.name))
    if now.kind == "registration" or record is None:
        git.unlock_worktree(Path(now.name))
        error = git.remove_worktree(Path(now.name))
        return error.refusal("git keeps it") if error else ()
    notes = tidy(seen.engine, replace(record, branch=now.branch), _target(seen, record))
    return Refusal("; ".join(notes)) if Path(now.name).exists() else notes


def _without_branch(seen: Survey, one: Leftover) -> tuple[str, ...] | Refusal:
    record = next(record for record in seen.records if record.spec == one.spec)
    gone = seen.engine.git.delete_branch_if_merged(one.name, _target(seen, record))
    if isinstance(gone, GitError):
        return gone.refusal("git keeps it")
    return () if gone else Refusal("it holds work that is not merged")


def _target(seen: Survey, record: RunRecord) -> str:
    return seen.engine.git.commit_of(f"refs/heads/{record.base_branch}") or record.base_sha
