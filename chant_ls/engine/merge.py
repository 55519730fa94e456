"""One finished branch into its target, without touching anybody's checkout more than it must.

The commit has both parents, the subject `chant: merge <id>: <title>` and the trailers
`Chant-Spec: <id>` and `Chant-Op: merge`.
"""

from dataclasses import dataclass

from chant_ls.engine.git_port import Git, GitError, MergedTree, Move
from chant_ls.engine.git_version import outdated
from chant_ls.engine.merge_guard import protected_paths
from chant_ls.engine.merge_terms import Conflicted, Finished, Merged, Sides, message, undo_ref
from chant_ls.engine.own_spec import own_spec, settled_as_in, spec_conflict
from chant_ls.engine.spec_merge import Conflict
from chant_ls.model.refusal import Refusal

_TRIES = 3
"""So often a merge is made anew where somebody else moves the target at the very moment."""


def merge_branch(
    git: Git, work: Finished, allow_protected: bool = False
) -> Merged | Conflicted | Refusal:
    """All of it, or nothing and the reason: conflicting files, or work that is in the way."""
    for _ in range(_TRIES):
        made = _made(git, work, allow_protected)
        if not isinstance(made, _Made):
            return made
        done = _moved(git, work, made)
        outrun = isinstance(done, Refusal) and git.commit_of(_ref(work)) != made.target
        if not outrun:
            break
    return done


def rehearse(
    git: Git, work: Finished, allow_protected: bool = False, onto: str = ""
) -> Merged | Conflicted | Refusal:
    """All but the move. Its commit is part of no branch; `onto` such a one, in the target's place:
    that is how merges in a row are rehearsed."""
    made = _made(git, work, allow_protected, onto)
    return Merged(made.commit, files=made.files) if isinstance(made, _Made) else made


def merge_resolved(
    git: Git, work: Finished, resolved: Sides, allow_protected: bool = False
) -> Merged | Conflicted | Refusal:
    """A conflict that was settled as the commit `resolved.branch`, whose first parent was the
    target when the conflict was met. Where that has moved on, what is new there is merged too."""
    target = git.commit_of(_ref(work))
    if target is None:
        return _no_target(work)
    changes = git.changes(resolved.target, resolved.branch)
    if isinstance(changes, GitError):
        return changes.refusal(f"{work.id}: its resolution cannot be read")
    guarded = protected_paths(git.prefix, work, changes)
    if guarded and not allow_protected:
        return _told_first(work, guarded, "--continue")
    files = tuple(change.path for change in changes)
    if git.is_ancestor(resolved.branch, target):
        return Merged(target, already=True)
    if target == resolved.target:
        return _moved(git, work, _Made(target, resolved.branch, files))
    commit = _merge_commit(git, work, Sides(resolved.target, target, resolved.branch))
    return (
        commit if not isinstance(commit, str) else _moved(git, work, _Made(target, commit, files))
    )


@dataclass(frozen=True, slots=True)
class _Made:
    """A merge commit that no branch holds yet."""

    target: str
    commit: str
    files: tuple[str, ...]


def _made(
    git: Git, work: Finished, allow_protected: bool, onto: str = ""
) -> _Made | Merged | Conflicted | Refusal:
    sides = _sides(git, work, onto)
    if not isinstance(sides, Sides):
        return sides
    changes = git.changes(sides.base, sides.branch)
    if isinstance(changes, GitError):
        return changes.refusal(f"{work.id}: its branch cannot be read")
    guarded = protected_paths(git.prefix, work, changes)
    if guarded and not allow_protected:
        apart = git.changes(sides.target, sides.branch)
        if isinstance(apart, GitError):
            return apart.refusal(f"{work.id}: its branch cannot be read")
        guarded = tuple(sorted({change.path for change in apart}.intersection(guarded)))
        if guarded:
            return _told_first(work, guarded)
    commit = _merge_commit(git, work, sides)
    files = tuple(change.path for change in changes)
    return _Made(sides.target, commit, files) if isinstance(commit, str) else commit


def _merge_commit(git: Git, work: Finished, sides: Sides) -> str | Conflicted | Refusal:
    tree = _tree(git, work, sides)
    if not isinstance(tree, str):
        return tree
    commit = git.commit_tree(tree, [sides.target, sides.branch], message(work))
    if isinstance(commit, GitError):
        return commit.refusal(f"{work.id}: the merge cannot be committed")
    return commit


def _ref(work: Finished) -> str:
    return f"refs/heads/{work.target}"


def _no_target(work: Finished) -> Refusal:
    return Refusal(f"{work.id}: there is no local branch {work.target} to merge into")


def _sides(git: Git, work: Finished, onto: str) -> Sides | Merged | Refusal:
    target = onto or git.commit_of(_ref(work))
    branch = git.commit_of(f"refs/heads/{work.branch}")
    if target is None:
        return _no_target(work)
    if branch is None:
        return Refusal(
            f"{work.id}: its branch {work.branch} is gone", f"`chant log {work.id}` tells its story"
        )
    base = git.merge_base(target, branch)
    if base == branch:
        return Merged(target, already=True)
    if base is None:
        return Refusal(f"{work.id}: {work.branch} and {work.target} have no common history")
    return Sides(base, target, branch)


def _tree(git: Git, work: Finished, sides: Sides) -> str | Conflicted | Refusal:
    """The merged tree, the spec's own file merged by its fields."""
    merged = git.merge_tree(sides.target, sides.branch)
    if isinstance(merged, GitError):
        return outdated(git) or merged.refusal(f"{work.id}: git cannot merge {work.branch}")
    spec = own_spec(git, work, sides)
    if isinstance(spec, Conflict):
        told = spec_conflict(work, spec, f"what {work.target} says")
        return Conflicted(sides, merged.conflicts, told) if merged.conflicts else told
    if isinstance(spec, Refusal):
        return spec
    others = tuple(path for path in merged.conflicts if spec is None or path != work.spec_path)
    if others or (not merged.clean and not merged.conflicts):
        return Conflicted(sides, others, _conflict(work, merged, others), spec)
    if spec is None:
        return merged.tree
    blob = git.write_blob(work.spec_path, spec)
    tree = (
        blob
        if isinstance(blob, GitError)
        else git.replace_in_tree(merged.tree, {work.spec_path: blob})
    )
    return tree.refusal(f"{work.id}: cannot store its spec") if isinstance(tree, GitError) else tree


def _moved(git: Git, work: Finished, made: _Made) -> Merged | Refusal:
    move = Move(
        work.target,
        made.target,
        made.commit,
        f"chant: merge {work.id}",
        own=work.spec_path,
        settle=settled_as_in(git, work, made.commit) if work.spec_path else None,
        undo=undo_ref(git, work.run),
    )
    refusal = git.move_branch(move)
    if refusal:
        return Refusal(f"{work.id}: {refusal.message}", refusal.hint, refusal.details)
    return Merged(made.commit, move.undo, made.files)


def _told_first(work: Finished, paths: tuple[str, ...], again: str = "") -> Refusal:
    """`again`: what to merge, where it is not the spec."""
    look = "" if again else f" (`git diff {work.target}...{work.branch}`)"
    return Refusal(
        f"{work.id}: {work.branch} changes protected files: {', '.join(paths[:5])}",
        f"look at them{look}, then `chant merge {again or work.id} --allow-protected`",
        paths,
    )


def _conflict(work: Finished, merged: MergedTree, paths: tuple[str, ...]) -> Refusal:
    named = ", ".join(paths[:5]) or merged.messages
    return Refusal(
        f"{work.id}: {work.branch} conflicts with {work.target} in {named}",
        f"`chant merge {work.id}` opens the conflict in a folder of its own, with `--auto` an "
        "agent settles it",
        paths or tuple(merged.messages.splitlines()),
    )
