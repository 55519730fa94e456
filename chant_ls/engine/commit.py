"""Files committed on the current branch, without touching what the user has staged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chant_ls.engine.git_port import Git, GitError, Head, Move, Settle
from chant_ls.model.refusal import Refusal

_TRIES = 3
_THEN = "then commit `.chant` with git"


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that was written. `commit` "" and `note` say that, and why, it was not committed."""

    commit: str = ""
    note: str = ""


def commit_file(git: Git, path: str, content: bytes, subject: str, id: str) -> Kept:
    """Commit a working file as it stands: `path` relative to the project's root.

    The message is `subject` (`chant: add <id>`) with its trailers. The file stays as it is whatever
    comes of it; other staged files, HEAD's branch and the stash stay too.
    """
    return _commit(git, {path: content}, path, lambda _: None, _message(subject, id))


def commit_files(
    git: Git,
    files: Mapping[str, bytes | None],
    subject: str,
    ids: Sequence[str],
    own: tuple[str, bytes] = ("", b""),
) -> Kept:
    """Write these files (None removes) and commit them, all in one commit or none of it.

    `own` is the one that may hold changes of the user's, and what it read when they were looked
    at; any other that does stands in the way. Without a commit, no file was touched.
    """
    path, was = own

    def settle(now: bytes | None) -> bytes | Refusal | None:
        return files[path] if now == was else Refusal(f"{path} was saved at this very moment")

    return _commit(git, files, path, settle, _message(subject, *ids))


def _commit(
    git: Git, files: Mapping[str, bytes | None], own: str, settle: Settle, message: str
) -> Kept:
    content = {git.prefix + path: data for path, data in files.items()}
    own = git.prefix + own if own else ""
    done = _obstacle(git, tuple(content)) or _made(git, content, own, settle, message)
    if isinstance(done, Kept):
        return done
    return Kept(note="; ".join(filter(None, (f"not committed: {done.message}", done.hint))))


def _obstacle(git: Git, paths: tuple[str, ...]) -> Refusal | None:
    """Why no commit can be made now. Costs least first."""
    if git.is_bare():
        return Refusal("the repository is bare")
    busy = git.under_way()
    if busy:
        return Refusal(f"a {busy} is under way", f"finish it, {_THEN}")
    ignored = git.ignored(paths)
    if ignored:
        return Refusal("git ignores it" if len(paths) == 1 else f"git ignores {min(ignored)}")
    who = git.identity()
    return who if isinstance(who, Refusal) else None


def _made(
    git: Git, content: Mapping[str, bytes | None], own: str, settle: Settle, message: str
) -> Kept | Refusal:
    """As often as somebody else moves the branch at the very moment, but not for ever."""
    for _ in range(_TRIES):
        head = git.head()
        done = _made_on(git, head, content, own, settle, message)
        if isinstance(done, Kept) or git.head() == head:
            break
    return done


def _made_on(
    git: Git,
    head: Head,
    content: Mapping[str, bytes | None],
    own: str,
    settle: Settle,
    message: str,
) -> Kept | Refusal:
    if not head.branch:
        return Refusal("HEAD is detached", f"`git switch` to a branch, {_THEN}")
    if not head.commit:
        return Refusal("the branch has no commit yet", "commit `.chant` with git as its first")
    blobs: dict[str, str] = {}
    for path, data in content.items():
        blob = "" if data is None else git.write_blob(path, data)
        if isinstance(blob, GitError):
            return blob.refusal("git says")
        blobs[path] = blob
    tree = git.replace_in_tree(head.commit, blobs)
    made = tree if isinstance(tree, GitError) else git.commit_tree(tree, [head.commit], message)
    if isinstance(made, GitError):
        return made.refusal("git says")
    subject = message.partition("\n")[0]
    move = Move(head.branch, head.commit, made, subject, own=own, settle=settle)
    return git.move_branch(move) or Kept(made)


def _message(subject: str, *ids: str) -> str:
    specs = "".join(f"Chant-Spec: {id}\n" for id in ids)
    return f"{subject}\n\n{specs}Chant-Op: {subject.split(' ')[1]}\n"
