"""Locks in worktrees of ours whose git was killed: nobody else would ever remove them."""

from pathlib import Path

from chant_ls.engine import merge_state
from chant_ls.engine.engine import Engine
from chant_ls.engine.liveness import is_live
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import SpecId


def free(engine: Engine) -> tuple[str, ...]:
    """What was done, in words. Worktrees in which a run goes on are left alone."""
    locked = engine.git.locked_worktrees()
    owners = _owners(engine) if locked else {}
    told = (_freed(engine, tree, owners[tree]) for tree in locked if tree in owners)
    return tuple(line for line in told if line)


def _owners(engine: Engine) -> dict[Path, SpecId]:
    newest = engine.runs.newest().values()
    placed = {Path(r.worktree).resolve(): r.spec for r in newest if r.worktree}
    waits = merge_state.read(engine)
    return {**placed, **({waits.tree.resolve(): waits.spec} if waits else {})}


def _freed(engine: Engine, tree: Path, spec: SpecId) -> str:
    held = engine.runs.lock(spec)
    if isinstance(held, Refusal):
        return ""
    with held:
        if is_live(engine, engine.runs.latest(spec)) or not engine.git.free_worktree(tree):
            return ""
    return f"{spec}: a lock that a killed git left in {tree} was removed"
