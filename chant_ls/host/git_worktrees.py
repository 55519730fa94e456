"""Worktrees: made, listed, emptied, removed; and commits in those that are ours."""

import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from chant_ls.engine.git_port import GitError, Head, Leftovers, RefUpdate, Worktree
from chant_ls.host import gitdir
from chant_ls.host.git_refs import head, update_refs
from chant_ls.host.git_run import Repo, decode, encode, failed, joined, pieces

_FROM_STDIN = ("--pathspec-from-file=-", "--pathspec-file-nul")
_REASON = "a chant run lives here"


def worktrees(repo: Repo) -> tuple[Worktree, ...] | GitError:
    out = repo.run("worktree", "list", "--porcelain", "-z")
    if isinstance(out, GitError):
        return out
    first, *others = [_worktree(b.split("\0")) for b in decode(out).split("\0\0") if b]
    return (_main_checkout(repo, first), *others)


def _main_checkout(repo: Repo, told: Worktree) -> Worktree:
    """Of a submodule git names the folder of its repository instead; and one that `core.bare` calls
    none is a checkout all the same, which must follow its branch."""
    if told.bare and (repo.top == repo.common_dir or not (repo.git_dir / "index").exists()):
        return told
    return Worktree(repo.top, head(repo), locked=told.locked, present=repo.top.is_dir())


def add_worktree(repo: Repo, path: Path, branch: str, base: str) -> GitError | None:
    """The branch first: `worktree add -b` leaves it behind when it fails later on."""
    ref = f"refs/heads/{branch}"
    error = update_refs(repo, [RefUpdate(ref, base, "")], f"chant: cut from {base}")
    if error:
        return error
    error = attach_worktree(repo, path, branch)
    if error:
        update_refs(repo, [RefUpdate(ref, "")], "chant: its worktree could not be made")
    return error


def attach_worktree(repo: Repo, path: Path, branch: str) -> GitError | None:
    return _add(repo, "--", str(path), branch)


def detached_worktree(
    repo: Repo, path: Path, commit: str, reason: str = _REASON
) -> GitError | None:
    return _add(repo, "--detach", "--", str(path), commit, reason=reason)


def lock_worktree(repo: Repo, path: Path, reason: str) -> GitError | None:
    return failed(repo.run("worktree", "lock", "--reason", reason, "--", str(path)))


def unlock_worktree(repo: Repo, path: Path) -> GitError | None:
    """One that is not locked is as wished. A file says that it is (gitrepository-layout(5))."""
    here = gitdir.locate(path) if gitdir.is_worktree(path, repo.common_dir) else None
    if here:
        with suppress(OSError):
            (here.git_dir / "locked").unlink(missing_ok=True)
            return None
    error = failed(repo.run("worktree", "unlock", "--", str(path)))
    return None if error and "is not locked" in error.stderr else error


def remove_worktree(repo: Repo, path: Path) -> GitError | None:
    return failed(repo.run("worktree", "remove", "--", str(path)))


def forget_worktree(repo: Repo, path: Path) -> GitError | None:
    wanted = path.resolve()
    if wanted not in map(gitdir.top_of, (repo.common_dir / "worktrees").glob("*")):
        return None
    known = worktrees(repo)
    if isinstance(known, GitError):
        return known
    gone = next((w.path for w in known if not w.present and w.path.resolve() == wanted), None)
    return _unregister(repo, gone) if gone else None


def leftovers(repo: Repo, worktree: Path, ignored: bool = False) -> Leftovers | GitError:
    how = ("--untracked-files=all", f"--ignored={'matching' if ignored else 'no'}")
    out = repo.run("status", "--porcelain=v1", "-z", "--no-renames", *how, cwd=worktree)
    if isinstance(out, GitError):
        return out
    rows = [(row[:2], row[3:]) for row in pieces(out)]
    return Leftovers(
        tuple(path for mark, path in rows if mark not in ("??", "!!")),
        tuple(path for mark, path in rows if mark == "??"),
        tuple(path for mark, path in rows if mark == "!!"),
        tuple(path for mark, path in rows if "U" in mark or mark in ("AA", "DD")),
    )


def restore(repo: Repo, worktree: Path, commit: str, paths: Sequence[str]) -> GitError | None:
    asked = [f"{commit}:{path}" for path in paths]
    out = repo.run("cat-file", "--batch-check", "-z", stdin=joined(asked))
    if isinstance(out, GitError):
        return out
    absent = [p for p, name in zip(paths, asked, strict=True) if encode(name) + b" missing" in out]
    there = [path for path in paths if path not in absent]
    return _checkout(repo, worktree, commit, there) or _drop(repo, worktree, absent)


def discard(repo: Repo, worktree: Path) -> GitError | None:
    reset = failed(repo.run("reset", "--hard", "-q", cwd=worktree))
    return reset or failed(repo.run("clean", "-ffdq", cwd=worktree))


def commit_paths(
    repo: Repo, worktree: Path, paths: Sequence[str], message: str
) -> str | GitError | None:
    stdin = joined(list(paths))
    error = failed(repo.run("add", "-A", "-f", *_FROM_STDIN, cwd=worktree, stdin=stdin))
    return error or _commit(repo, worktree, message, tuple(paths))


def commit_all(repo: Repo, worktree: Path, message: str) -> str | GitError | None:
    error = failed(repo.run("add", "-A", cwd=worktree))
    return error or _commit(repo, worktree, message, ())


def _unregister(repo: Repo, path: Path) -> GitError | None:
    return failed(repo.run("worktree", "remove", "--force", "--force", "--", str(path)))


def _add(repo: Repo, *argv: str, reason: str = _REASON) -> GitError | None:
    path = Path(argv[argv.index("--") + 1])
    there = path.exists()
    problem = None if there else forget_worktree(repo, path)
    if problem:
        return problem
    error = failed(repo.run("worktree", "add", "-q", "--lock", "--reason", reason, *argv))
    if error and not there and path.exists():
        shutil.rmtree(path, ignore_errors=True)
        forget_worktree(repo, path)
    return error


def _worktree(lines: list[str]) -> Worktree:
    rows = dict(line.partition(" ")[::2] for line in lines if line)
    branch = rows.get("branch", "").removeprefix("refs/heads/")
    commit = rows.get("HEAD", "")
    return Worktree(
        Path(rows["worktree"]),
        Head(branch, commit if commit.strip("0") else ""),
        bare="bare" in rows,
        locked=rows.get("locked"),
        present=Path(rows["worktree"]).is_dir(),
    )


def _checkout(repo: Repo, worktree: Path, commit: str, paths: list[str]) -> GitError | None:
    if not paths:
        return None
    argv = ("checkout", "-q", commit, *_FROM_STDIN)
    return failed(repo.run(*argv, cwd=worktree, stdin=joined(paths)))


def _drop(repo: Repo, worktree: Path, paths: list[str]) -> GitError | None:
    if not paths:
        return None
    argv = ("rm", "-q", "-f", "--cached", "--ignore-unmatch", *_FROM_STDIN)
    error = failed(repo.run(*argv, cwd=worktree, stdin=joined(paths)))
    for path in paths:
        (worktree / path).unlink(missing_ok=True)
    return error


def _commit(
    repo: Repo, worktree: Path, message: str, only: tuple[str, ...]
) -> str | GitError | None:
    same = repo.call(
        "diff-index", "--cached", "--quiet", "HEAD", "--", *only, cwd=worktree, ok=(0, 1)
    )
    if isinstance(same, GitError) or same[0] == 0:
        return same if isinstance(same, GitError) else None
    argv = ["commit", "-q", "--no-verify", "--cleanup=whitespace", "-F", "-"]
    scope = ["--only", "--", *only] if only else []
    error = failed(repo.run(*argv, *scope, cwd=worktree, stdin=encode(message)))
    return error or head(repo, worktree).commit
