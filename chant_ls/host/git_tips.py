"""What branches name, by reading git's files: a process for each question would be most of what a
run costs."""

import re
from pathlib import Path

HASH = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_COMMITS = ("refs/heads/", "refs/chant/", "refs/stash")
"""Refs that name commits; a tag may name something that names one."""


def tip(common_dir: Path, ref: str) -> str | None:
    """The commit that `ref` names, "" where there is no such ref. None where only git can tell:
    it keeps refs in another way, or this one names another."""
    if not ref.startswith(_COMMITS) or ".." in ref or (common_dir / "reftable").exists():
        return None
    loose = _text(common_dir / ref)
    if loose:
        return loose if HASH.fullmatch(loose) else None
    # git packs first and then deletes: what was gone there is here
    packed = re.search(rf"^(\S+) {re.escape(ref)}$", _text(common_dir / "packed-refs"), re.M)
    return packed[1] if packed else ""


def sure(common_dir: Path, rev: str) -> str:
    """What `rev` is called for every git command: a branch comes before a tag or a folder of its
    name. Left as it is where only git can tell."""
    if HASH.fullmatch(rev):
        return rev
    return tip(common_dir, rev if rev.startswith("refs/") else f"refs/heads/{rev}") or rev


def head(git_dir: Path, common_dir: Path) -> str | None:
    """The commit that a checkout stands on, "" before the first one; None where only git knows."""
    text = _text(git_dir / "HEAD")
    if HASH.fullmatch(text):
        return text
    prefix, _, ref = text.partition("ref: ")
    return tip(common_dir, ref) if not prefix and ref else None


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "surrogateescape").strip()
    except OSError:
        return ""
