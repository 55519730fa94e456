"""One file committed on the current branch, without touching what the user has staged."""

from dataclasses import dataclass

from chant_ls.engine.git_port import Git, GitError, Move
from chant_ls.model.refusal import Refusal


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
    reason = _obstacle(git, git.prefix + path)
    if reason:
        return Kept(note=f"not committed: {reason}")
    result = _commit(git, git.prefix + path, content, _message(subject, id))
    return result if isinstance(result, Kept) else Kept(note=f"not committed: {result.message}")


def _obstacle(git: Git, path: str) -> str:
    """Why no commit can be made now, "" where nothing stands in the way. Costs least first."""
    if git.is_bare():
        return "the repository is bare"
    busy = git.under_way()
    if busy:
        return f"a {busy} is under way"
    if path in git.ignored([path]):
        return "git ignores it"
    who = git.identity()
    return who.message if isinstance(who, Refusal) else ""


def _commit(git: Git, path: str, content: bytes, message: str) -> Kept | Refusal:
    head = git.head()
    if not head.branch:
        return Refusal("HEAD is detached")
    if not head.commit:
        return Refusal("the branch has no commit yet")
    blob = git.write_blob(path, content)
    tree = blob if isinstance(blob, GitError) else git.replace_in_tree(head.commit, path, blob)
    made = tree if isinstance(tree, GitError) else git.commit_tree(tree, [head.commit], message)
    if isinstance(made, GitError):
        return made.refusal("git says")
    subject = message.partition("\n")[0]
    move = Move(head.branch, head.commit, made, subject, own=path, settle=lambda _: None)
    return git.move_branch(move) or Kept(made)


def _message(subject: str, id: str) -> str:
    return f"{subject}\n\nChant-Spec: {id}\nChant-Op: {subject.split(' ')[1]}\n"
