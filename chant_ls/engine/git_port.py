"""The door to git. `host.git.GitRepo` implements it; failures are values, never exceptions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from chant_ls.model.refusal import Refusal

_IN_THE_WAY = ".lock': File exists"
_LOCKED = "let the other git end; `chant doctor` shows locks, `chant recover` removes those of ours"


@dataclass(frozen=True, slots=True)
class GitError:
    """A git call that failed. `argv` without our fixed options; `stderr` as git wrote it.

    Told to people without the arguments and without git's own hints: what deletes or forces here
    would be pasted by somebody, or by an agent.
    """

    argv: tuple[str, ...]
    returncode: int
    stderr: str

    def __str__(self) -> str:
        return f"git {self.verb} ({self.returncode}): {' '.join(self._said())}"

    @property
    def verb(self) -> str:
        """`worktree` of `-c x=y worktree add …`."""
        at = 2 if self.argv[0] == "-c" else 0
        return self.argv[at]

    @property
    def _lock(self) -> str:
        """What git says of a lock that is in its way; its advice is to remove it by hand."""
        return next((line for line in self.stderr.splitlines() if _IN_THE_WAY in line), "")

    def _said(self) -> tuple[str, ...]:
        lines = (line.strip() for line in (self._lock or self.stderr).splitlines())
        return tuple(line for line in lines if line and not line.startswith("hint:"))

    def refusal(self, what: str) -> Refusal:
        """The failure told to a user: `what` could not be done, and git's own words."""
        lines, ended = self._said(), f"git {self.verb} ended with {self.returncode}"
        hint = _LOCKED if self._lock else ""
        return Refusal(f"{what}: {lines[-1] if lines else ended}", hint, (*lines, ended))


@dataclass(frozen=True, slots=True)
class Head:
    """What a checkout stands on: `branch` "" when detached, `commit` "" when nothing is there."""

    branch: str = ""
    commit: str = ""


@dataclass(frozen=True, slots=True)
class Worktree:
    """One row of `git worktree list`; the main checkout comes first. `locked` is the reason.

    `present` is whether its folder exists: one removed by hand stays registered until pruned.
    """

    path: Path
    head: Head
    bare: bool = False
    locked: str | None = None
    present: bool = True


@dataclass(frozen=True, slots=True)
class Setup:
    """How a clone is configured. `merge_drivers` are registered names; `locks` are lock files that
    lie in its git folder now."""

    detached: bool = False
    remotes: tuple[str, ...] = ()
    merge_drivers: frozenset[str] = frozenset()
    locks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Leftovers:
    """What a checkout holds beyond its commit: paths, relative to it, `/` between.

    `conflicts` are those of the changed that an unfinished merge left undecided. `ignored` names
    whole folders where everything in them is ignored (`build/`).
    """

    changed: tuple[str, ...] = ()
    untracked: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()

    @property
    def clean(self) -> bool:
        """Nothing that a commit could hold."""
        return not self.changed and not self.untracked


@dataclass(frozen=True, slots=True)
class Commit:
    """`trailers` are the values of `Chant-…:` lines by key, `{"Chant-Op": "complete"}`."""

    sha: str
    subject: str
    trailers: dict[str, str] = field(default_factory=dict)

    @property
    def bookkeeping(self) -> bool:
        """Made by chant about the work, so never a proof of it."""
        return "Chant-Op" in self.trailers


@dataclass(frozen=True, slots=True)
class Change:
    """A path that differs between two commits: kind `A`dded, `M`odified, `D`eleted, `T`ype."""

    path: str
    kind: str
    old_mode: str = ""
    new_mode: str = ""
    old_blob: str = ""
    new_blob: str = ""


@dataclass(frozen=True, slots=True)
class DiffStat:
    files: int = 0
    insertions: int = 0
    deletions: int = 0


@dataclass(frozen=True, slots=True)
class MergedTree:
    """What `git merge-tree` made: a tree, with conflict markers where `conflicts` says."""

    tree: str
    clean: bool = True
    conflicts: tuple[str, ...] = ()
    messages: str = ""


@dataclass(frozen=True, slots=True)
class MergedText:
    text: bytes
    conflict: bool = False


@dataclass(frozen=True, slots=True)
class RefUpdate:
    """`new` "" deletes. `old` "" means the ref must not exist yet; None skips the comparison."""

    ref: str
    new: str
    old: str | None = None


Settle = Callable[[bytes | None], bytes | Refusal | None]
"""From the working file as it stands (None: absent) to what shall stand there (None: as it is)."""


@dataclass(frozen=True, slots=True)
class Move:
    """A branch goes from commit `old` to `new`, with the files of every checkout of it.

    `own` is the one path that a dirty or untracked file does not block: `settle` decides about
    its working file, the index takes the blob of `new`. `undo` is a ref that keeps `old`.
    """

    branch: str
    old: str
    new: str
    reason: str
    own: str = ""
    settle: Settle | None = None
    undo: str = ""


class Git(Protocol):
    """One repository. Paths in results are relative to the top of a checkout, `/` between.

    Branches are short names (`main`, `chant/x`), refs whole ones (`refs/chant/undo/x`).
    """

    @property
    def top(self) -> Path:
        """The main checkout, also when we were called from a linked worktree."""

    @property
    def common_dir(self) -> Path: ...

    @property
    def prefix(self) -> str:
        """Where the project's root lies below `top`: "" or `packages/a/`."""

    # what is there
    def is_bare(self) -> bool: ...
    def version(self) -> tuple[int, ...]: ...
    def head(self, worktree: Path | None = None) -> Head:
        """Of the main checkout where none is named; empty for what is no checkout."""

    def commit_of(self, rev: str) -> str | None: ...
    def main_branch(self, configured: str = "", ours: str = "chant/") -> str | Refusal: ...
    def branches(self) -> tuple[str, ...]: ...
    def identity(self) -> str | Refusal: ...
    def setup(self) -> Setup | None:
        """None where it cannot be read. Costs: for `doctor` alone."""

    def under_way(self, worktree: Path | None = None) -> str:
        """`merge`, `rebase`, `cherry-pick`, `revert`, `bisect`, or ""."""

    def is_ancestor(self, old: str, new: str) -> bool: ...
    def merged_branches(self, into: str) -> Mapping[str, str]:
        """Local branches whose commits are all part of `into`, with their tips; one process."""
        ...

    def merge_base(self, one: str, other: str) -> str | None: ...
    def commits(self, base: str, tip: str) -> tuple[Commit, ...] | GitError:
        """Commits of `base..tip`, oldest first, merged-in ones left out."""

    def changes(self, old: str, new: str) -> tuple[Change, ...] | GitError: ...
    def diff_stat(self, old: str, new: str) -> DiffStat | GitError: ...
    def diff_text(self, old: str, new: str) -> str | GitError: ...
    def blobs(self, names: Sequence[tuple[str, str]]) -> tuple[bytes | None, ...] | GitError:
        """Contents by (commit, path) as git stores them; None where there is no such file."""

    def tracked(self, paths: Sequence[str]) -> frozenset[str]: ...
    def ignored(self, paths: Sequence[str]) -> frozenset[str]: ...
    def stash(self) -> str:
        """The newest stash entry's hash, "" for none. All worktrees share it."""

    # worktrees
    def worktrees(self) -> tuple[Worktree, ...] | GitError: ...
    def add_worktree(self, path: Path, branch: str, base: str) -> GitError | None:
        """A locked worktree at `path` on a new `branch` cut from commit `base`; all or nothing."""

    def attach_worktree(self, path: Path, branch: str) -> GitError | None:
        """A locked worktree at `path` on a branch that exists."""

    def detached_worktree(self, path: Path, commit: str, reason: str = ...) -> GitError | None:
        """`reason` is why it is locked, as `worktrees` tells it."""

    def lock_worktree(self, path: Path, reason: str) -> GitError | None: ...
    def unlock_worktree(self, path: Path) -> GitError | None: ...
    def remove_worktree(self, path: Path) -> GitError | None:
        """Refused by git when it is dirty. Ignored files in it are lost: see `leftovers`."""

    def forget_worktree(self, path: Path) -> GitError | None:
        """The registration of one whose folder is gone, locked or not. No other: a folder of the
        user's may lie on a disk that is away."""

    def leftovers(self, worktree: Path, ignored: bool = False) -> Leftovers | GitError: ...
    def restore(self, worktree: Path, commit: str, paths: Sequence[str]) -> GitError | None:
        """Index and files of exactly these paths as in `commit`; absent there, removed."""

    def discard(self, worktree: Path) -> GitError | None:
        """Index and files as in HEAD, untracked files removed, ignored ones kept."""

    def locked_worktrees(self) -> tuple[Path, ...]:
        """Those in which a git is at work, or was killed. No process starts."""

    def free_worktree(self, worktree: Path) -> bool:
        """Whether it held locks of a git that is gone: they are removed. Only for one of ours in
        which nothing goes on."""

    # commits in a worktree of ours (its index is ours)
    def commit_paths(
        self, worktree: Path, paths: Sequence[str], message: str
    ) -> str | GitError | None:
        """Hash of a commit of exactly these paths as they stand; None: nothing to commit."""

    def commit_all(self, worktree: Path, message: str) -> str | GitError | None:
        """Hash of a commit of all that is changed and not ignored; None: nothing to commit."""

    # merges and rebases that may stop at conflicts, in a worktree of ours
    def merge_in(self, worktree: Path, commit: str) -> GitError | None:
        """Merge into what is checked out, without a commit; conflicts are no error."""

    def coming(self, worktree: Path) -> str:
        """The commit that is being merged in or applied there, "" for none."""

    def rebase(self, worktree: Path, onto: str) -> GitError | None:
        """An error with `under_way` a rebase means that it stopped at a conflict."""

    def rebase_on(self, worktree: Path) -> GitError | None:
        """Go on with what is staged; an error as for `rebase`."""

    def rebase_abort(self, worktree: Path) -> GitError | None: ...
    def unmerged(self, worktree: Path) -> tuple[str, ...] | GitError:
        """Paths in conflict that nobody staged yet."""

    def stage(self, worktree: Path, paths: Sequence[str]) -> GitError | None: ...
    def stage_all(self, worktree: Path, untracked: bool) -> GitError | None:
        """All changes of tracked files; `untracked`: new files that are not ignored too."""

    def staged_tree(self, worktree: Path) -> str | GitError: ...
    def take_tree(self, worktree: Path, tree: str) -> GitError | None:
        """Index and files exactly as in `tree`; ignored files stay."""

    def conflict_again(self, worktree: Path, paths: Sequence[str]) -> GitError | None:
        """These paths as the merge left them: in conflict, with markers."""

    def drop_worktree(self, worktree: Path) -> GitError | None:
        """Removed with all that is in it."""

    # the repository's own configuration
    def local_setting(self, name: str) -> str:
        """ "" where it has none."""

    def set_local(self, name: str, value: str) -> GitError | None: ...

    # objects and refs, no checkout involved
    def write_blob(self, path: str, content: bytes) -> str | GitError:
        """Stores a working file's content, its line endings and filters applied as for `path`."""

    def replace_in_tree(self, tree: str, blobs: Mapping[str, str]) -> str | GitError:
        """The tree with these blobs by path; "" removes the path. At least one is not ""."""

    def merge_tree(self, ours: str, theirs: str) -> MergedTree | GitError: ...
    def merge_text(self, base: bytes, ours: bytes, theirs: bytes) -> MergedText | GitError: ...
    def commit_tree(self, tree: str, parents: Sequence[str], message: str) -> str | GitError: ...
    def update_refs(self, updates: Sequence[RefUpdate], reason: str) -> GitError | None:
        """All or none."""

    def rename_branch(self, old: str, new: str) -> GitError | None: ...
    def delete_branch_if_merged(self, branch: str, into: str) -> bool | GitError:
        """False: it holds commits that `into` lacks, and stays."""

    # moving a branch that people have checked out (git.md)
    def move_branch(self, move: Move) -> Refusal | None:
        """All of it or nothing; what stands in the way is named."""

    def recover_move(self) -> Refusal | str | None:
        """Puts right what an interrupted move left: what was done in words, None: nothing."""
