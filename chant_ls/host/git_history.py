"""What lies between two commits, and what a commit holds."""

import re
from collections.abc import Sequence

from chant_ls.engine.git_port import Change, Commit, DiffStat, GitError
from chant_ls.host.git_run import Repo, decode, encode, joined, pieces
from chant_ls.host.git_tips import sure

_PLAIN = ("--no-ext-diff", "--no-textconv", "--no-renames", "--no-color")
_FORMAT = "--format=%H%x00%s%x00%(trailers:only,unfold)%x00"
_TRAILER = re.compile(r"^(Chant-[\w-]+): (.*)$", re.MULTILINE)


def commits(repo: Repo, base: str, tip: str) -> tuple[Commit, ...] | GitError:
    walk = ("rev-list", "--reverse", "--first-parent", "--no-commit-header", _FORMAT)
    out = repo.run(*walk, f"{sure(repo.common_dir, base)}..{sure(repo.common_dir, tip)}", "--")
    if isinstance(out, GitError):
        return out
    fields = decode(out).split("\0")
    rows = zip(fields[0::3], fields[1::3], fields[2::3], strict=False)
    return tuple(
        Commit(sha.strip(), subject, dict(_TRAILER.findall(trailers)))
        for sha, subject, trailers in rows
    )


def changes(repo: Repo, old: str, new: str) -> tuple[Change, ...] | GitError:
    raw = ("-r", "-z", "--raw", "--no-abbrev", *_PLAIN)
    out = repo.run("diff-tree", *raw, *_between(repo, old, new))
    if isinstance(out, GitError):
        return out
    parts = pieces(out)
    return tuple(_change(meta, path) for meta, path in zip(parts[::2], parts[1::2], strict=True))


def diff_stat(repo: Repo, old: str, new: str) -> DiffStat | GitError:
    out = repo.run("diff-tree", "-r", "-z", "--numstat", *_PLAIN, *_between(repo, old, new))
    if isinstance(out, GitError):
        return out
    rows = [piece.split("\t") for piece in pieces(out)]
    added = sum(int(row[0]) for row in rows if row[0].isdigit())
    removed = sum(int(row[1]) for row in rows if row[1].isdigit())
    return DiffStat(len(rows), added, removed)


def diff_text(repo: Repo, old: str, new: str) -> str | GitError:
    out = repo.run("diff-tree", "-r", "-p", *_PLAIN, *_between(repo, old, new))
    return out if isinstance(out, GitError) else decode(out)


def blobs(repo: Repo, names: Sequence[tuple[str, str]]) -> tuple[bytes | None, ...] | GitError:
    asked = [f"{commit}:{path}" for commit, path in names]
    out = repo.run("cat-file", "--batch", "-z", stdin=joined(asked))
    return out if isinstance(out, GitError) else tuple(_contents(out, asked))


def tracked(repo: Repo, paths: Sequence[str]) -> frozenset[str]:
    """Those of `paths` that the main checkout's index holds."""
    out = repo.run("ls-files", "-z", "--", *paths) if paths else b""
    return frozenset() if isinstance(out, GitError) else frozenset(pieces(out))


def ignored(repo: Repo, paths: Sequence[str]) -> frozenset[str]:
    """Those of `paths` that git would not add (a tracked file never is)."""
    # check-ignore knows no literal pathspecs; nothing behind `./` is magic
    asked = joined([f"./{path}" for path in paths])
    out = repo.run("check-ignore", "-z", "--stdin", stdin=asked, ok=(0, 1), literal=False)
    found = [] if isinstance(out, GitError) else pieces(out)
    return frozenset(path.removeprefix("./") for path in found)


def _between(repo: Repo, old: str, new: str) -> tuple[str, ...]:
    return sure(repo.common_dir, old), sure(repo.common_dir, new), "--"


def _change(meta: str, path: str) -> Change:
    old_mode, new_mode, old_blob, new_blob, kind = meta[1:].split(" ")
    return Change(path, kind[0], old_mode, new_mode, old_blob, new_blob)


def _contents(out: bytes, asked: Sequence[str]) -> list[bytes | None]:
    found: list[bytes | None] = []
    for name in asked:
        missing = encode(name) + b" missing\n"
        if out.startswith(missing):
            found.append(None)
            out = out[len(missing) :]
            continue
        header, _, rest = out.partition(b"\n")
        _, kind, size = header.split(b" ")
        found.append(rest[: int(size)] if kind == b"blob" else None)
        out = rest[int(size) + 1 :]
    return found
