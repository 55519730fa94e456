"""Objects made without any checkout: trees, merges, commits."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from chant_ls.engine.git_port import GitError, MergedText, MergedTree
from chant_ls.host.git_run import Repo, decode, encode, joined, pieces


def write_blob(repo: Repo, path: str, content: bytes) -> str | GitError:
    out = repo.run("hash-object", "-w", "--stdin", f"--path={path}", stdin=content)
    return out if isinstance(out, GitError) else decode(out).strip()


def replace_in_tree(repo: Repo, tree: str, blobs: Mapping[str, str]) -> str | GitError:
    size = max(map(len, blobs.values()))
    entries = [
        f"100644 {blob}\t{path}" if blob else f"0 {'0' * size}\t{path}"
        for path, blob in blobs.items()
    ]
    with tempfile.TemporaryDirectory(prefix="chant-") as folder:
        index = Path(folder) / "index"
        for argv, stdin in (
            (("read-tree", tree), b""),
            (("update-index", "--add", "--replace", "-z", "--index-info"), joined(entries)),
        ):
            done = repo.run(*argv, index=index, stdin=stdin)
            if isinstance(done, GitError):
                return done
        out = repo.run("write-tree", index=index)
    return out if isinstance(out, GitError) else decode(out).strip()


def merge_tree(repo: Repo, ours: str, theirs: str) -> MergedTree | GitError:
    """Conflicted paths hold markers in the tree. Unrelated histories are an error."""
    options = ("--write-tree", "-z", "--name-only", "--messages")
    done = repo.call("merge-tree", *options, ours, theirs, ok=(0, 1))
    if isinstance(done, GitError):
        return done
    names, _, messages = done[1].partition(b"\0\0")
    found = pieces(names)
    if not found:  # an unknown commit ends with 1 as a conflict does, but names no tree
        return GitError(("merge-tree", ours, theirs), done[0], "not something that can be merged")
    return MergedTree(found[0], done[0] == 0, tuple(dict.fromkeys(found[1:])), _told(messages))


def merge_text(repo: Repo, base: bytes, ours: bytes, theirs: bytes) -> MergedText | GitError:
    with tempfile.TemporaryDirectory(prefix="chant-") as folder:
        names = [Path(folder) / name for name in ("ours", "base", "theirs")]
        for name, content in zip(names, (ours, base, theirs), strict=True):
            name.write_bytes(content)
        files = [str(name) for name in names]
        named = ("-L", "ours", "-L", "base", "-L", "theirs")
        done = repo.call("merge-file", "-p", "-q", *named, *files, ok=tuple(range(128)))
    return done if isinstance(done, GitError) else MergedText(done[1], done[0] != 0)


def commit_tree(repo: Repo, tree: str, parents: Sequence[str], message: str) -> str | GitError:
    options = [word for parent in parents for word in ("-p", parent)]
    out = repo.run("commit-tree", tree, *options, "-F", "-", stdin=encode(message))
    return out if isinstance(out, GitError) else decode(out).strip()


def _told(messages: bytes) -> str:
    """The sentences of merge-tree's -z messages: `count, paths…, kind, sentence` each."""
    parts, lines = messages.split(b"\0"), []
    while len(parts) > 1 and parts[0].isdigit():
        size = int(parts[0])
        lines.append(decode(parts[size + 2]).strip())
        parts = parts[size + 3 :]
    return "\n".join(lines)
