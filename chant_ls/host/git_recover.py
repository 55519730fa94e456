"""Putting right what an interrupted move left: forward when the ref had moved, else back."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from chant_ls.engine.git_port import Change, GitError
from chant_ls.host import git_checkout as co
from chant_ls.host.git_checkout import SUBMODULE, Checkout
from chant_ls.host.git_history import changes as changes_between
from chant_ls.host.git_journal import Journal, abandoned, unpacked
from chant_ls.host.git_run import Repo, pieces
from chant_ls.model.refusal import Refusal


def recover_move(repo: Repo) -> Refusal | str | None:
    """Each journal whose mover died; one that cannot be put right now stays for the next time."""
    told: list[str] = []
    for journal in abandoned(repo.common_dir):
        result = _recover(repo, journal)
        journal.close(done=not isinstance(result, Refusal))
        if isinstance(result, Refusal):
            return result
        told.append(result)
    return "\n".join(told) or None


@dataclass(frozen=True, slots=True)
class PutRight:
    """`moved`: all the way forward, else all the way back. `kept` tells what was left alone."""

    moved: bool
    kept: tuple[str, ...] = ()


def put_right(repo: Repo, journal: Journal, where: Sequence[Checkout]) -> PutRight | Refusal:
    """The one judgement about a move that did not come to its end: whether its ref has moved.

    Refused, all stays as it is and the journal must be kept."""
    moved = _ref_moved(repo, journal)
    if isinstance(moved, GitError):
        return moved.refusal(f"cannot see where {journal.facts['branch']} stands")
    ended = _forward(repo, journal, where) if moved else _back(repo, journal, where)
    if isinstance(ended, PutRight):
        journal.facts["step"] = "done"
    return ended


def _ref_moved(repo: Repo, journal: Journal) -> bool | GitError:
    """Before the files were about to move, the ref was not either."""
    facts = journal.facts
    if facts["step"] != "files":
        return False
    argv = ("merge-base", "--is-ancestor", facts["new"], f"refs/heads/{facts['branch']}")
    told = repo.call(*argv, ok=(0, 1))
    return told if isinstance(told, GitError) else told[0] == 0


def _back(repo: Repo, journal: Journal, where: Sequence[Checkout]) -> PutRight | Refusal:
    """Files as before the move; locks and copies of ours gone."""
    changes: Sequence[Change] | GitError = ()
    if journal.facts.get("step") == "files":
        changes = changes_between(repo, journal.facts["old"], journal.facts["new"])
    if isinstance(changes, GitError):
        return changes.refusal("cannot see what was to change")
    kept: list[str] = []
    files = journal.facts.get("files", [[None, None]] * len(where))
    for checkout, (was, new) in zip(where, files, strict=True):
        if changes and checkout.top.is_dir():
            kept += _files_back(repo, journal, checkout, changes)
            _own_back(checkout, journal.facts["own"], unpacked(was), unpacked(new))
        co.drop_lock(checkout)
    left = (f"left as it is, it was changed meanwhile: {path}" for path in kept)
    return PutRight(False, tuple(left))


def _recover(repo: Repo, journal: Journal) -> Refusal | str:
    facts = journal.facts
    if "checkouts" not in facts:
        return "a step that had not begun was forgotten"
    where = [Checkout(Path(top), Path(git), journal.token) for top, git in facts["checkouts"]]
    _await_child(where)
    ended = put_right(repo, journal, where)
    if isinstance(ended, Refusal):
        return ended
    how = "finished" if ended.moved else "taken back"
    return "\n".join([f"an interrupted move of {facts['branch']} was {how}", *ended.kept])


def _forward(repo: Repo, journal: Journal, where: Sequence[Checkout]) -> PutRight | Refusal:
    """The ref had moved, so all files had: only the index is behind."""
    for checkout in where:
        if not checkout.git_dir.is_dir():
            continue
        if co.holds_lock(checkout):
            co.publish(checkout)
        elif not co.take_lock(checkout):
            return Refusal(f"another git process works in {checkout.top}", "try again later")
        else:
            _mend_index(repo, journal, checkout)
        co.drop_lock(checkout)
    return PutRight(True)


def _mend_index(repo: Repo, journal: Journal, checkout: Checkout) -> None:
    """Our lock is gone, by our own end or by hand. Entries still as in the old commit would look
    like a staged reversal: they become those of the new one; all others are somebody's wish."""
    changes = changes_between(repo, journal.facts["old"], journal.facts["new"])
    if isinstance(changes, GitError):
        return
    had = _entries(repo, checkout)
    behind = {
        c.path: (c.new_mode if c.kind != "D" else "0", c.new_blob)
        for c in changes
        if had.get(c.path) == ((c.old_mode, c.old_blob) if c.kind != "A" else None)
    }
    if behind:
        checkout.copy.write_bytes(checkout.index.read_bytes())
        co.set_entries(repo, checkout, checkout.copy, behind)
        co.refresh(repo, checkout)
        co.publish(checkout)


def _entries(repo: Repo, checkout: Checkout) -> dict[str, tuple[str, str]]:
    out = repo.run("ls-files", "-s", "-z", cwd=checkout.top)
    rows = [] if isinstance(out, GitError) else pieces(out)
    cut = [row.partition("\t") for row in rows]
    return {path: (meta.split(" ")[0], meta.split(" ")[1]) for meta, _, path in cut}


def _files_back(
    repo: Repo, journal: Journal, checkout: Checkout, changes: Sequence[Change]
) -> list[str]:
    """Every changed path as in the old commit, unless somebody else wrote it meanwhile."""
    plain = [c for c in changes if SUBMODULE not in (c.old_mode, c.new_mode)]
    mine = [c for c in plain if c.path != journal.facts["own"] or not _settled(journal)]
    old = {c.path: (c.old_mode, c.old_blob) for c in mine if c.kind != "A"}
    new = {c.path: (c.new_mode, c.new_blob) for c in mine if c.kind != "D"}
    not_old, not_new = co.differing(repo, checkout, old), co.differing(repo, checkout, new)
    if isinstance(not_old, GitError) or isinstance(not_new, GitError):
        return [str(not_old), str(not_new)]
    moved = [c for c in mine if (c.path in not_old if c.kind != "A" else _there(checkout, c.path))]
    ours = [c for c in moved if _made_by_us(repo, journal, checkout, c, not_new)]
    for change in ours:
        if change.kind == "A":
            co.remove_file(checkout, change.path)
    error = co.write_files(repo, checkout, old, [c.path for c in ours if c.kind != "A"])
    return [c.path for c in moved if c not in ours] + ([str(error)] if error else [])


def _made_by_us(
    repo: Repo,
    journal: Journal,
    checkout: Checkout,
    change: Change,
    not_new: frozenset[str],
) -> bool:
    """The new content, nothing at all, or the beginning of a content that git was writing."""
    if not _there(checkout, change.path):
        return True
    if change.kind != "D" and change.path not in not_new:
        return True
    now = co.read_file(checkout, change.path)
    for commit in (journal.facts["new"], journal.facts["old"]):
        whole = repo.run("cat-file", "--filters", f"{commit}:{change.path}", cwd=checkout.top)
        if now is not None and isinstance(whole, bytes) and whole.startswith(now):
            return True
    return False


def _own_back(checkout: Checkout, path: str, was: bytes | None, new: bytes | None) -> None:
    if new is None or new == was or co.read_file(checkout, path) != new:
        return
    if was is None:
        co.remove_file(checkout, path)
    else:
        co.write_file(checkout, path, was)


def _settled(journal: Journal) -> bool:
    """Whether the own file was ours to write, not git's."""
    return any(was is not None or new is not None for was, new in journal.facts["files"])


def _there(checkout: Checkout, path: str) -> bool:
    file = checkout.file(path)
    return file.is_symlink() or file.exists()


def _await_child(where: Sequence[Checkout]) -> None:
    """A git that outlived its parent holds the lock of the copy for some milliseconds more."""
    deadline = time.monotonic() + 2.0
    while any(Path(f"{c.copy}.lock").exists() for c in where) and time.monotonic() < deadline:
        time.sleep(0.02)
