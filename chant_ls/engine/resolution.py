"""Whether a conflict was settled: the one test for people and agents alike (execution.md 4.6)."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from chant_ls.engine.engine import Engine
from chant_ls.engine.git_port import GitError
from chant_ls.engine.merge_state import MergeState, told
from chant_ls.model.refusal import Refusal

_MARKER = re.compile(rb"^(?:<{7}|>{7}|\|{7})(?: .*)?\r?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Unfit:
    """Why a resolution is not accepted. `blank`: files of which nothing was left; `lost`: the merge
    is not under way any more."""

    refusal: Refusal
    blank: tuple[str, ...] = ()
    lost: bool = False


def digests(engine: Engine, state: MergeState, paths: Iterable[str]) -> dict[str, str]:
    """These files of its folder as they stand; "" for one that is not there."""
    files = engine.files.at(state.tree)
    contents = {path: files.read(path) for path in paths}
    return {p: hashlib.sha256(c).hexdigest() if c is not None else "" for p, c in contents.items()}


def begun(engine: Engine, state: MergeState) -> bool:
    """Whether somebody has worked in its folder since the conflict was met."""
    if not state.tree.is_dir():
        return False
    left = engine.git.leftovers(state.tree)
    return isinstance(left, GitError) or digests(engine, state, left.changed) != state.met


def accepted(engine: Engine, state: MergeState, by_agent: bool = False) -> str | Unfit:
    """The tree that settles the conflict: nothing unmerged, no marker in a changed file, no
    conflicted file blanked. What an agent changed counts although it did not stage it."""
    placed = _in_place(engine, state)
    if placed:
        return Unfit(placed, lost=True)
    if by_agent:
        error = engine.git.stage(state.tree, _edited(engine, state))
        if error:
            return Unfit(error.refusal(f"{state.spec}: its resolution cannot be staged"))
    left = engine.git.unmerged(state.tree)
    if isinstance(left, GitError):
        return Unfit(left.refusal(f"{state.spec}: {state.folder} cannot be read"))
    if left:
        return Unfit(told(state, f"{state.spec}: not settled yet: {', '.join(left[:5])}", left))
    error = engine.git.stage_all(state.tree, untracked=by_agent)
    tree = error or engine.git.staged_tree(state.tree)
    if isinstance(tree, GitError):
        return Unfit(tree.refusal(f"{state.spec}: its resolution cannot be read"))
    return judged(engine, state, tree, by_agent)


def _in_place(engine: Engine, state: MergeState) -> Refusal | None:
    """The merge (or rebase) that we began is still the one under way, or was concluded."""
    git = engine.git
    if not (state.tree / ".git").exists():
        return Refusal(
            f"{state.spec}: {state.folder} is gone", "`chant merge --abort`, then merge again"
        )
    head, busy = git.head(state.tree).commit, git.under_way(state.tree)
    if state.rebasing:
        there = busy == "rebase" and head == state.ours
    else:
        going_on = head == state.ours and git.coming(state.tree) == state.theirs
        there = going_on or concluded(engine, state, head)
    if there:
        return None
    what = "rebase" if state.rebasing else "merge"
    return Refusal(
        f"{state.spec}: the {what} in {state.folder} is not the one that was begun there",
        "`chant merge --abort` takes it all back; then merge again",
    )


def concluded(engine: Engine, state: MergeState, head: str) -> bool:
    """Somebody ended the merge with `git commit`."""
    return all(engine.git.is_ancestor(one, head) for one in (state.ours, state.theirs))


def _edited(engine: Engine, state: MergeState) -> tuple[str, ...]:
    """Conflicted files that were changed, hold no marker and are not blank."""
    files, now = engine.files.at(state.tree), digests(engine, state, state.paths)
    changed = (path for path in state.paths if now[path] != state.met.get(path, ""))
    contents = ((path, files.read(path)) for path in changed)
    return tuple(p for p, c in contents if c is not None and c.strip() and not _MARKER.search(c))


def judged(engine: Engine, state: MergeState, tree: str, by_agent: bool = False) -> str | Unfit:
    """The contents of a resolution, between the commits that met."""
    sides = _read(engine, (tree, state.ours, state.theirs), state.paths)
    changes = engine.git.changes(f"{state.ours}^{{tree}}", tree)
    if isinstance(sides, Refusal):
        return Unfit(sides)
    if isinstance(changes, GitError):
        return Unfit(changes.refusal(f"{state.spec}: its resolution cannot be read"))
    blank = tuple(path for path in state.paths if _blanked(*(side[path] for side in sides)))
    if blank:
        return Unfit(told(state, f"{state.spec}: nothing is left of {', '.join(blank)}"), blank)
    if by_agent and (same := _untouched(engine, state)):
        return Unfit(told(state, f"{state.spec}: left as it was: {', '.join(same)}", same))
    marked = _marked(engine, state, tree, tuple(c.path for c in changes if c.kind != "D"))
    if isinstance(marked, Refusal):
        return Unfit(marked)
    if marked:
        names = ", ".join(marked[:5])
        return Unfit(told(state, f"{state.spec}: conflict markers are left in {names}", marked))
    return tree


def _untouched(engine: Engine, state: MergeState) -> tuple[str, ...]:
    now = digests(engine, state, state.paths)
    return tuple(path for path in state.paths if now[path] == state.met.get(path, ""))


def _blanked(result: bytes | None, ours: bytes | None, theirs: bytes | None) -> bool:
    """A side that deleted the file, or emptied it, may be followed."""
    held = [bool(side and side.strip()) for side in (ours, theirs)]
    return all(held) and not (result and result.strip())


def _marked(
    engine: Engine, state: MergeState, tree: str, paths: tuple[str, ...]
) -> tuple[str, ...] | Refusal:
    """Files with marker lines that neither side had: a text about conflicts may show some."""
    sides = _read(engine, (tree, state.ours, state.theirs), paths)
    if isinstance(sides, Refusal):
        return sides
    result, *others = [{p: _markers(side[p]) for p in paths} for side in sides]
    return tuple(p for p in paths if result[p] - others[0][p] - others[1][p])


def _markers(content: bytes | None) -> set[bytes]:
    return set(_MARKER.findall(content)) if content else set()


def _read(
    engine: Engine, commits: tuple[str, ...], paths: tuple[str, ...]
) -> list[dict[str, bytes | None]] | Refusal:
    """By commit, the contents of these paths."""
    found = engine.git.blobs([(commit, path) for commit in commits for path in paths])
    if isinstance(found, GitError):
        return found.refusal("the resolution cannot be read")
    cuts = range(0, len(commits) * len(paths), len(paths) or 1)
    rows = [dict(zip(paths, found[at : at + len(paths)], strict=True)) for at in cuts]
    return rows or [{} for _ in commits]
