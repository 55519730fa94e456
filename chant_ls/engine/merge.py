"""One finished branch into its target, without touching anybody's checkout more than it must.

The commit has both parents, the subject `chant: merge <id>: <title>` and the trailers
`Chant-Spec: <id>` and `Chant-Op: merge`.
"""

from dataclasses import dataclass

from chant_ls.engine import messages
from chant_ls.engine.git_port import Git, GitError, MergedTree, Move, Settle
from chant_ls.engine.git_version import outdated
from chant_ls.engine.merge_guard import protected_paths
from chant_ls.engine.spec_merge import Conflict, merge_specs
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import SpecId
from chant_ls.syntax.document import parse


@dataclass(frozen=True, slots=True)
class Finished:
    """A branch to merge. `spec_path` is relative to the top of the repository, "" in local mode.

    `snapshot` is the spec as it was worked, `targets` its target files; `private` keeps title and
    id out of the commit.
    """

    id: SpecId
    title: str
    branch: str
    target: str
    spec_path: str = ""
    snapshot: bytes | None = None
    targets: tuple[str, ...] = ()
    private: bool = False


@dataclass(frozen=True, slots=True)
class Merged:
    """`commit` is the target's new tip; `undo` the ref that keeps its old one. `already`: nothing
    had to be done."""

    commit: str
    undo: str = ""
    files: tuple[str, ...] = ()
    already: bool = False


@dataclass(frozen=True, slots=True)
class _Sides:
    """The commits of a merge."""

    base: str
    target: str
    branch: str


def undo_ref(id: str) -> str:
    return f"refs/chant/undo/{id}"


def merge_branch(
    git: Git, work: Finished, allow_protected: bool = False, dry_run: bool = False
) -> Merged | Refusal:
    """Either all of it, or nothing and the reason: conflicting files, or work that is in the way.

    A dry run does all but the move; its `commit` is "".
    """
    sides = _sides(git, work)
    if not isinstance(sides, _Sides):
        return sides
    changes = git.changes(sides.base, sides.branch)
    if isinstance(changes, GitError):
        return changes.refusal(f"{work.id}: its branch cannot be read")
    guarded = protected_paths(git.prefix, work.id, work.targets, changes)
    if guarded and not allow_protected:
        return _told_first(work, guarded)
    tree = _tree(git, work, sides)
    if isinstance(tree, Refusal):
        return tree
    files = tuple(change.path for change in changes)
    if dry_run:
        return Merged("", files=files)
    return _moved(git, work, sides, tree, files)


def settled(git: Git, work: Finished, result: bytes) -> Settle:
    """How the spec's working file becomes its three-way result; gone by hand, it stays gone."""

    def settle(now: bytes | None) -> bytes | Refusal | None:
        if now is None:
            return None
        base = now if work.snapshot is None else work.snapshot
        merged = _merged_spec(git, base, now, result)
        if isinstance(merged, Conflict):
            return _spec_conflict(work, merged, "your edits since it was worked")
        return merged

    return settle


def _sides(git: Git, work: Finished) -> _Sides | Merged | Refusal:
    target, branch = (git.commit_of(f"refs/heads/{name}") for name in (work.target, work.branch))
    if target is None:
        return Refusal(f"{work.id}: there is no local branch {work.target} to merge into")
    if branch is None:
        return Refusal(
            f"{work.id}: its branch {work.branch} is gone", f"`chant log {work.id}` tells its story"
        )
    base = git.merge_base(target, branch)
    if base == branch:
        return Merged(target, already=True)
    if base is None:
        return Refusal(f"{work.id}: {work.branch} and {work.target} have no common history")
    return _Sides(base, target, branch)


def _tree(git: Git, work: Finished, sides: _Sides) -> str | Refusal:
    """The merged tree, the spec's own file merged by its fields."""
    merged = git.merge_tree(sides.target, sides.branch)
    if isinstance(merged, GitError):
        return outdated(git) or merged.refusal(f"{work.id}: git cannot merge {work.branch}")
    spec = _own_spec(git, work, sides)
    if isinstance(spec, Refusal):
        return spec
    others = tuple(path for path in merged.conflicts if spec is None or path != work.spec_path)
    if others or (not merged.clean and not merged.conflicts):
        return _conflict(work, merged, others)
    if spec is None:
        return merged.tree
    blob = git.write_blob(work.spec_path, spec)
    tree = (
        blob
        if isinstance(blob, GitError)
        else git.replace_in_tree(merged.tree, {work.spec_path: blob})
    )
    return tree.refusal(f"{work.id}: cannot store its spec") if isinstance(tree, GitError) else tree


def _own_spec(git: Git, work: Finished, sides: _Sides) -> bytes | Refusal | None:
    """The committed spec where both sides changed it; None where git's own merge is right."""
    if not work.spec_path:
        return None
    commits = (sides.base, sides.target, sides.branch)
    texts = git.blobs([(commit, work.spec_path) for commit in commits])
    if isinstance(texts, GitError):
        return texts.refusal(f"{work.id}: its spec cannot be read")
    base, target, branch = texts
    if target is None or branch is None or target == base or branch in (base, target):
        return None
    origin = base if base is not None else work.snapshot
    merged = _merged_spec(git, target if origin is None else origin, target, branch)
    if isinstance(merged, Conflict):
        return _spec_conflict(work, merged, f"what {work.target} says")
    return merged


def _merged_spec(git: Git, base: bytes, ours: bytes, theirs: bytes) -> bytes | Conflict:
    def merge_text(*texts: str) -> str | None:
        merged = git.merge_text(_encoded(texts[0]), _encoded(texts[1]), _encoded(texts[2]))
        return None if isinstance(merged, GitError) or merged.conflict else _decoded(merged.text)

    merged = merge_specs(_decoded(base), _decoded(ours), _decoded(theirs), merge_text)
    if isinstance(merged, Conflict):
        return merged
    broken = not parse(merged.text, SpecId("merged")).trustworthy
    if broken and parse(_decoded(ours), SpecId("merged")).trustworthy:
        return Conflict(body=True)
    return _encoded(merged.text)


def _moved(
    git: Git, work: Finished, sides: _Sides, tree: str, files: tuple[str, ...]
) -> Merged | Refusal:
    commit = git.commit_tree(
        tree, [sides.target, sides.branch], messages.merge(work.id, work.title, work.private)
    )
    if isinstance(commit, GitError):
        return commit.refusal(f"{work.id}: the merge cannot be committed")
    move = Move(
        work.target,
        sides.target,
        commit,
        f"chant: merge {work.id}",
        own=work.spec_path,
        settle=_settled_as_in(git, work, commit) if work.spec_path else None,
        undo=undo_ref(work.id),
    )
    refusal = git.move_branch(move)
    if refusal:
        return Refusal(f"{work.id}: {refusal.message}", refusal.hint, refusal.details)
    return Merged(commit, move.undo, files)


def _settled_as_in(git: Git, work: Finished, commit: str) -> Settle:
    """`settled` with the spec of a commit, read only where the working file needs it."""

    def settle(now: bytes | None) -> bytes | Refusal | None:
        result = git.blobs([(commit, work.spec_path)])
        if isinstance(result, GitError):
            return result.refusal(f"{work.id}: its spec cannot be read")
        return None if result[0] is None else settled(git, work, result[0])(now)

    return settle


def _told_first(work: Finished, paths: tuple[str, ...]) -> Refusal:
    return Refusal(
        f"{work.id}: {work.branch} changes protected files: {', '.join(paths[:5])}",
        f"look at them (`git diff {work.target}...{work.branch}`), then "
        f"`chant merge {work.id} --allow-protected`",
        paths,
    )


def _conflict(work: Finished, merged: MergedTree, paths: tuple[str, ...]) -> Refusal:
    """Nothing was changed; the way out is in the run's own worktree."""
    named = ", ".join(paths[:5]) or merged.messages
    return Refusal(
        f"{work.id}: {work.branch} conflicts with {work.target} in {named}",
        f"merge {work.target} into {work.branch} in its worktree, settle the files and commit; "
        f"then `chant merge {work.id}` again",
        paths or tuple(merged.messages.splitlines()),
    )


def _spec_conflict(work: Finished, conflict: Conflict, other: str) -> Refusal:
    return Refusal(
        f"{work.id}: its spec on {work.branch} conflicts with {other}: {conflict}",
        f"make {work.spec_path} agree (`git show {work.branch}:{work.spec_path}` shows the other "
        f"side), then `chant merge {work.id}` again",
        (work.spec_path,),
    )


def _decoded(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
