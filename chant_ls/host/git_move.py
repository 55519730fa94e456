"""Moving a branch that people may have checked out: files first, ref second (git.md).

The order of things is what makes a crash harmless: while our `index.lock` stands, nobody's commit
can pair the new commit with the old files. `git_recover` knows what each point leaves behind.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from chant_ls.engine.git_port import Change, GitError, Move, RefUpdate
from chant_ls.host import git_checkout as co
from chant_ls.host import gitdir
from chant_ls.host.git_checkout import Checkout
from chant_ls.host.git_collisions import dirty, in_the_way
from chant_ls.host.git_history import changes as changes_between
from chant_ls.host.git_journal import Journal, begin, packed
from chant_ls.host.git_recover import put_right
from chant_ls.host.git_refs import commit_of, update_refs
from chant_ls.host.git_run import Repo
from chant_ls.host.git_worktrees import worktrees
from chant_ls.model.refusal import Refusal

_LIMIT = 20
"""So many paths are named in a refusal."""


def move_branch(repo: Repo, move: Move) -> Refusal | None:
    places = _checked_out(repo, move.branch)
    if isinstance(places, GitError):
        return places.refusal("cannot list the worktrees")
    if not places:
        error = update_refs(repo, _updates(move), move.reason)
        return _lost(repo, move, error) if error else None
    changes = changes_between(repo, move.old, move.new)
    if isinstance(changes, GitError):
        return changes.refusal(f"cannot see what is new on {move.branch}")
    return _journaled(repo, move, places, changes)


def _journaled(
    repo: Repo, move: Move, places: Sequence[Path], changes: Sequence[Change]
) -> Refusal | None:
    """The move under a journal, which outlives it only if something could not be put back."""
    try:
        journal = begin(repo.common_dir)
    except OSError as error:
        return Refusal(f"cannot write the journal of this step: {error}")
    where = [_checkout(top, journal.token) for top in places]
    with ExitStack() as at_end:
        at_end.callback(lambda: journal.close(done=journal.facts.get("step") == "done"))
        journal.add(
            step="begin",
            branch=move.branch,
            old=move.old,
            new=move.new,
            own=move.own,
            checkouts=[[str(c.top), str(c.git_dir)] for c in where],
        )
        return _or_back(repo, move, journal, where, changes)


def _or_back(
    repo: Repo,
    move: Move,
    journal: Journal,
    where: Sequence[Checkout],
    changes: Sequence[Change],
) -> Refusal | None:
    """All of it, or everything back."""
    try:
        refusal = _locked(repo, move, journal, where, changes)
    except OSError as error:
        refusal = Refusal(f"{move.branch} stays where it is: {error}")
    except BaseException:
        put_right(repo, journal, where)
        raise
    if refusal is None:
        journal.facts["step"] = "done"
        return None
    ended = put_right(repo, journal, where)
    if isinstance(ended, Refusal):
        what = f"the move of {move.branch} did not come to its end: {ended.message}"
        hint = "`chant recover` ends it once that is mended"
        return Refusal(what, hint, (refusal.message, *ended.details))
    return None if ended.moved else replace(refusal, details=(*refusal.details, *ended.kept))


def _locked(
    repo: Repo,
    move: Move,
    journal: Journal,
    where: Sequence[Checkout],
    changes: Sequence[Change],
) -> Refusal | None:
    repo.fault("begun")
    for checkout in where:
        refusal = _prepare(repo, move, checkout, changes)
        if refusal:
            return refusal
    own = _own_files(repo, move, where, changes)
    if isinstance(own, Refusal):
        return own
    for checkout in where:
        refusal = _move_files(repo, move, checkout, changes, "-n")
        if refusal:
            return refusal
    journal.add(step="files", files=[[packed(was), packed(new)] for was, new in own])
    repo.fault("files")
    for checkout, (was, new) in zip(where, own, strict=True):
        refusal = _move_files(repo, move, checkout, changes)
        repo.fault("read-tree")
        refusal = refusal or _write_own(checkout, move.own, was, new)
        if refusal:
            return refusal
        repo.fault("own file")
    error = update_refs(repo, _updates(move), move.reason)
    if error:
        return _lost(repo, move, error)
    repo.fault("ref")
    for checkout in where:
        _finish(repo, checkout, refresh=any(new is not None for _, new in own))
    return None


def _prepare(
    repo: Repo, move: Move, checkout: Checkout, changes: Sequence[Change]
) -> Refusal | None:
    """The lock, its conditions, and a copy of the index that may be changed."""
    if not co.take_lock(checkout):
        if co.left_by_us(checkout):
            return Refusal(
                f"an interrupted step of chant holds {checkout.lock}", "`chant recover` ends it"
            )
        hint = f"wait for it to end, or see who left {checkout.lock}"
        return Refusal(f"another git process works in {checkout.top}", hint)
    repo.fault("locked")
    if gitdir.head_branch(checkout.git_dir) != move.branch:
        return Refusal(f"{checkout.top} has just left {move.branch}", "try again")
    busy = gitdir.under_way(checkout.git_dir)
    if busy:
        hint = f"finish it there first: `git status` in {checkout.top} says how"
        return Refusal(f"a {busy} is under way in {checkout.top}", hint)
    if commit_of(repo, f"refs/heads/{move.branch}") != move.old:
        return _lost(repo, move, None)
    co.copy_index(repo, checkout)
    repo.fault("copied")
    others = [change for change in changes if change.path != move.own]
    return _named(checkout, in_the_way(repo, checkout, others))


def _own_files(
    repo: Repo, move: Move, where: Sequence[Checkout], changes: Sequence[Change]
) -> list[tuple[bytes | None, bytes | None]] | Refusal:
    """For every checkout what its own file held, and what it shall hold (None: left to git)."""
    change = next((c for c in changes if c.path == move.own), None)
    found: list[tuple[bytes | None, bytes | None]] = []
    for checkout in where:
        was = co.read_file(checkout, move.own) if change else None
        if not change or move.settle is None or _as_in(repo, checkout, move, change, was):
            found.append((None, None))
            continue
        if checkout.file(move.own).is_symlink():
            return Refusal(f"{move.own} is a symbolic link; nothing is written through it")
        settled = move.settle(was)
        if isinstance(settled, Refusal):
            return settled
        mode = "0" if change.kind == "D" else change.new_mode
        entry = {move.own: (mode, change.new_blob)}
        error = co.set_entries(repo, checkout, checkout.copy, entry)
        if error:
            return error.refusal(f"cannot stage {move.own}")
        found.append((was, settled if settled is not None else was))
    return found


def _as_in(repo: Repo, checkout: Checkout, move: Move, change: Change, was: bytes | None) -> bool:
    """Whether the own file and its index entry are as in the old commit: git may replace it."""
    if change.kind == "A":
        return was is None
    return move.own not in dirty(repo, checkout, move.old, [change])


def _move_files(
    repo: Repo, move: Move, checkout: Checkout, changes: Sequence[Change], *dry: str
) -> Refusal | None:
    """With `-n` only asks whether all files can be moved."""
    argv = ("read-tree", *dry, "-m", "-u", move.old, move.new)
    moved = repo.run(*argv, cwd=checkout.top, index=checkout.copy)
    if not isinstance(moved, GitError):
        return None
    others = [change for change in changes if change.path != move.own]
    paths = dirty(repo, checkout, move.old, others)
    return _named(checkout, paths) or moved.refusal(f"cannot change the files of {checkout.top}")


def _write_own(
    checkout: Checkout, path: str, was: bytes | None, new: bytes | None
) -> Refusal | None:
    if new is None or new == was:
        return None
    if co.read_file(checkout, path) != was:
        return Refusal(f"{path} was saved at this very moment", "try again")
    co.write_file(checkout, path, new)
    return None


def _finish(repo: Repo, checkout: Checkout, refresh: bool) -> None:
    if refresh:
        co.refresh(repo, checkout)
    co.publish(checkout)
    repo.fault("index")
    co.drop_lock(checkout)
    repo.fault("unlocked")


def _checked_out(repo: Repo, branch: str) -> list[Path] | GitError:
    """Folders that stand on the branch; one that is gone from disk has no files to move."""
    found = worktrees(repo)
    if isinstance(found, GitError):
        return found
    return [w.path for w in found if w.head.branch == branch and not w.bare and w.present]


def _checkout(top: Path, token: str) -> Checkout:
    where = gitdir.locate(top)
    return Checkout(top, where.git_dir if where else top / ".git", token)


def _updates(move: Move) -> list[RefUpdate]:
    main = RefUpdate(f"refs/heads/{move.branch}", move.new, move.old)
    return [main, RefUpdate(move.undo, move.old)] if move.undo else [main]


def _lost(repo: Repo, move: Move, error: GitError | None) -> Refusal:
    if error and commit_of(repo, f"refs/heads/{move.branch}") == move.old:
        return error.refusal(f"{move.branch} could not be moved")
    return Refusal(f"{move.branch} was moved by somebody else meanwhile", "try again")


def _named(checkout: Checkout, paths: Sequence[str]) -> Refusal | None:
    if not paths:
        return None
    more = (f"and {len(paths) - _LIMIT} more",) if len(paths) > _LIMIT else ()
    return Refusal(
        f"{len(paths)} of the files to change hold{'s' * (len(paths) == 1)} work of yours"
        f" in {checkout.top}: " + ", ".join(paths[:3]) + (" …" if len(paths) > 3 else ""),
        "commit them, or move them away, and try again",
        (*paths[:_LIMIT], *more),
    )
