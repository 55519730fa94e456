"""Branches, HEAD, identity, stash: what refs and configuration tell."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from chant_ls.engine.git_port import GitError, Head, RefUpdate
from chant_ls.host import git_tips, gitdir
from chant_ls.host.git_run import Repo, decode, encode, failed
from chant_ls.host.git_tips import HASH
from chant_ls.model.refusal import Refusal

_PARTINGS: dict[tuple[Path, str, str], str] = {}
_MOST_KEPT = 1000
_VERSIONS: dict[str, tuple[int, ...]] = {}


def is_bare(repo: Repo) -> bool:
    return repo.top == repo.common_dir


def version(repo: Repo) -> tuple[int, ...]:
    """Of the installed git, `(2, 39, 5)`; () when there is none. Asked once of each search path."""
    path = repo.env.get("PATH", "")
    if path not in _VERSIONS:
        said = repo.text("version")
        if isinstance(said, GitError):
            return ()
        _VERSIONS[path] = tuple(int(n) for n in re.findall(r"\d+", said)[:3])
    return _VERSIONS[path]


def head(repo: Repo, worktree: Path | None = None) -> Head:
    git_dir = _git_dir(repo, worktree)
    if git_dir is None:
        return Head()
    branch = gitdir.head_branch(git_dir)
    commit = git_tips.head(git_dir, repo.common_dir)
    return Head(branch, _asked(repo, "HEAD", worktree) or "" if commit is None else commit)


def commit_of(repo: Repo, rev: str) -> str | None:
    """The commit that a branch (short name first), ref or hash names."""
    for name in (rev,) if rev.startswith("refs/") else (f"refs/heads/{rev}", rev):
        found = git_tips.tip(repo.common_dir, name)
        if found := _asked(repo, name) if found is None else found:
            return found
    return None


def _asked(repo: Repo, rev: str, worktree: Path | None = None) -> str | None:
    argv = ("rev-parse", "-q", "--verify", "--end-of-options", f"{rev}^{{commit}}")
    found = repo.text(*argv, cwd=worktree)
    return None if isinstance(found, GitError) else found


def branches(repo: Repo) -> tuple[str, ...]:
    return _heads(repo)[0]


def main_branch(repo: Repo, configured: str = "", ours: str = "chant/") -> str | Refusal:
    """Configured, else `origin/HEAD`, else `init.defaultBranch`, else `main`; it must exist. Else
    the only branch there is, but for those that begin with `ours`."""
    local, remote = _heads(repo)
    if configured or remote:
        return _existing(configured or remote, local)
    default = repo.text("config", "--get", "init.defaultBranch")
    for name in ("" if isinstance(default, GitError) else default, "main"):
        if name in local:
            return name
    others = tuple(name for name in local if not name.startswith(ours))
    return others[0] if len(others) == 1 else _existing("main", others)


def identity(repo: Repo) -> str | Refusal:
    """`Name <mail>` that commits will carry, as the user set it; nothing that git would guess."""
    said: str | GitError = ""
    for who in ("GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"):
        said = repo.text("-c", "user.useConfigOnly=true", "var", who)
        if isinstance(said, GitError):
            hint = 'set it: `git config --global user.name "…"` and `… user.email …`'
            return Refusal("git does not know who you are", hint, (said.stderr.strip(),))
    return str(said).rpartition(">")[0] + ">"


def under_way(repo: Repo, worktree: Path | None = None) -> str:
    git_dir = _git_dir(repo, worktree)
    return gitdir.under_way(git_dir) if git_dir else ""


def is_ancestor(repo: Repo, old: str, new: str) -> bool:
    ends = (git_tips.sure(repo.common_dir, rev) for rev in (old, new))
    return not failed(repo.run("merge-base", "--is-ancestor", *ends))


def merged_branches(repo: Repo, into: str) -> Mapping[str, str]:
    told = "--format=%(objectname) %(refname)"
    out = repo.run("for-each-ref", told, f"--merged={into}", "refs/heads")
    rows = () if isinstance(out, GitError) else decode(out).splitlines()
    pairs = (row.partition(" ") for row in rows)
    return {ref.removeprefix("refs/heads/"): tip for tip, _, ref in pairs}


def merge_base(repo: Repo, one: str, other: str) -> str | None:
    """Where the two part. Of two commits it never changes, so git is asked once."""
    a, b = (rev if HASH.fullmatch(rev) else commit_of(repo, rev) for rev in (one, other))
    if a is None or b is None or a == b:
        return b and a
    key = (repo.common_dir, a, b)
    if key not in _PARTINGS:
        found = repo.text("merge-base", a, b)
        if isinstance(found, GitError):
            return None
        if len(_PARTINGS) >= _MOST_KEPT:
            _PARTINGS.clear()
        _PARTINGS[key] = found
    return _PARTINGS[key]


def stash(repo: Repo) -> str:
    return commit_of(repo, "refs/stash") or ""


def update_refs(repo: Repo, updates: Sequence[RefUpdate], reason: str) -> GitError | None:
    lines = b"".join(_command(update) for update in updates)
    return failed(repo.run("update-ref", "-m", reason, "--stdin", "-z", stdin=lines))


def rename_branch(repo: Repo, old: str, new: str) -> GitError | None:
    return failed(repo.run("branch", "-m", "--", old, new))


def delete_branch_if_merged(repo: Repo, branch: str, into: str) -> bool | GitError:
    """By our own comparison: `branch -d` compares with whatever HEAD or upstream is."""
    tip = commit_of(repo, f"refs/heads/{branch}")
    if tip is None:
        return True
    if not is_ancestor(repo, tip, into):
        return False
    error = failed(repo.run("branch", "-D", "-q", "--", branch))
    return error or True


def _git_dir(repo: Repo, worktree: Path | None) -> Path | None:
    if worktree is None or worktree == repo.top:
        return repo.git_dir
    where = gitdir.checkout_at(worktree)
    return where.git_dir if where else None


def _heads(repo: Repo) -> tuple[tuple[str, ...], str]:
    """Local branches, and the one that `origin/HEAD` names ("" for none)."""
    wanted = ("refs/heads", "refs/remotes/origin/HEAD")
    out = repo.run("for-each-ref", "--format=%(refname)%00%(symref)", *wanted)
    if isinstance(out, GitError):
        return (), ""
    rows = [line.partition("\0") for line in decode(out).splitlines()]
    local = tuple(ref[11:] for ref, _, _ in rows if ref.startswith("refs/heads/"))
    remote = next((to for ref, _, to in rows if ref == "refs/remotes/origin/HEAD"), "")
    return local, remote.removeprefix("refs/remotes/origin/")


def _existing(name: str, local: tuple[str, ...]) -> str | Refusal:
    if name in local:
        return name
    if not local:
        return Refusal(
            "the repository has no commit yet", "commit something first: work starts from a commit"
        )
    return Refusal(
        f"there is no local branch {name}",
        "`chant init --main-branch NAME` tells which of these is the main one",
        local[:10],
    )


def _command(update: RefUpdate) -> bytes:
    ref = encode(update.ref)
    old = b"" if update.old is None else encode(update.old)
    if not update.new:
        return b"delete " + ref + b"\0" + old + b"\0"
    if update.old == "":
        return b"create " + ref + b"\0" + encode(update.new) + b"\0"
    return b"update " + ref + b"\0" + encode(update.new) + b"\0" + old + b"\0"
