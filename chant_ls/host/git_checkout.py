"""One checkout whose index we hold: its lock, a copy of its index, what stands in its folder."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from chant_ls.engine.git_port import GitError
from chant_ls.host import atomic
from chant_ls.host.git_run import PATIENCE, Repo, encode, failed, joined, pieces

SUBMODULE = "160000"

Entries = Mapping[str, tuple[str, str]]
"""Index entries by path: mode and blob."""


@dataclass(frozen=True, slots=True)
class Checkout:
    """A folder and the git folder that holds its index. `token` marks lock and copy as ours."""

    top: Path
    git_dir: Path
    token: str

    @property
    def index(self) -> Path:
        return self.git_dir / "index"

    @property
    def lock(self) -> Path:
        return self.git_dir / "index.lock"

    @property
    def copy(self) -> Path:
        return self.git_dir / f"index.{self.token.split()[1]}"

    def file(self, path: str) -> Path:
        return self.top / path


def take_lock(checkout: Checkout) -> bool:
    """Create `index.lock` with our token in it, in one step; waits while another holds it."""
    ours = checkout.copy.with_suffix(".token")
    ours.write_text(checkout.token)
    deadline = time.monotonic() + PATIENCE
    try:
        while not _linked(ours, checkout.lock):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
    finally:
        ours.unlink(missing_ok=True)
    return True


def holds_lock(checkout: Checkout) -> bool:
    """Whether the lock that is there is the one our journal names."""
    try:
        return checkout.lock.read_bytes() == checkout.token.encode()
    except OSError:
        return False


def left_by_us(checkout: Checkout) -> bool:
    """Whether the lock that is there is one of chant, of whichever move."""
    try:
        return checkout.lock.read_bytes().startswith(b"chant ")
    except OSError:
        return False


def drop_lock(checkout: Checkout) -> None:
    for leftover in (checkout.copy, Path(f"{checkout.copy}.lock")):
        leftover.unlink(missing_ok=True)
    checkout.copy.with_suffix(".token").unlink(missing_ok=True)
    if holds_lock(checkout):
        checkout.lock.unlink()


def copy_index(repo: Repo, checkout: Checkout) -> None:
    """Work goes on in a copy; its file times are looked at again, as its name is new to git."""
    if checkout.index.exists():
        shutil.copy2(checkout.index, checkout.copy)
    refresh(repo, checkout)


def refresh(repo: Repo, checkout: Checkout) -> None:
    repo.run("update-index", "-q", "--refresh", cwd=checkout.top, index=checkout.copy, ok=(0, 1))


def publish(checkout: Checkout) -> None:
    """The copy becomes the index."""
    if checkout.copy.exists():
        checkout.copy.replace(checkout.index)


def set_entries(repo: Repo, checkout: Checkout, index: Path, entries: Entries) -> GitError | None:
    """Exactly these entries of an index; mode `0` removes one."""
    lines = b"".join(
        encode(f"{mode} {blob}\t{path}") + b"\0" for path, (mode, blob) in entries.items()
    )
    argv = ("update-index", "--add", "--replace", "-z", "--index-info")
    return failed(repo.run(*argv, cwd=checkout.top, index=index, stdin=lines))


def differing(repo: Repo, checkout: Checkout, entries: Entries) -> frozenset[str] | GitError:
    """Paths whose file is absent or not what the entry says, whatever flags the index has."""
    if not entries:
        return frozenset()
    with tempfile.TemporaryDirectory(prefix="chant-") as folder:
        index = Path(folder) / "index"
        error = set_entries(repo, checkout, index, entries)
        if error:
            return error
        top = checkout.top
        repo.run("update-index", "-q", "--refresh", cwd=top, index=index, ok=(0, 1))
        argv = ("diff-files", "-z", "--name-only", "--ignore-submodules=all")
        out = repo.run(*argv, cwd=top, index=index)
    return out if isinstance(out, GitError) else frozenset(pieces(out))


def write_files(
    repo: Repo, checkout: Checkout, entries: Entries, paths: Iterable[str]
) -> GitError | None:
    """Files of these paths as the entries say, over whatever is there."""
    wanted = {path: entries[path] for path in paths}
    if not wanted:
        return None
    with tempfile.TemporaryDirectory(prefix="chant-") as folder:
        index = Path(folder) / "index"
        error = set_entries(repo, checkout, index, wanted)
        argv = ("checkout-index", "-f", "-z", "--stdin")
        stdin = joined(list(wanted))
        return error or failed(repo.run(*argv, cwd=checkout.top, index=index, stdin=stdin))


def remove_file(checkout: Checkout, path: str) -> None:
    """With the folders that it leaves empty."""
    file = checkout.file(path)
    file.unlink(missing_ok=True)
    for folder in file.parents:
        if folder == checkout.top:
            return
        with suppress(OSError):
            folder.rmdir()


def read_file(checkout: Checkout, path: str) -> bytes | None:
    try:
        return checkout.file(path).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None


def write_file(checkout: Checkout, path: str, data: bytes) -> None:
    """Whole or not at all, its mode kept."""
    file = checkout.file(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    atomic.write(file, data)


def _linked(source: Path, target: Path) -> bool:
    """Whether `target` was made, complete, by us: `link` fails when it exists."""
    try:
        os.link(source, target)
    except FileExistsError:
        return False
    except OSError:
        return _created(target, source.read_bytes())
    return True


def _created(target: Path, content: bytes) -> bool:
    """Where the file system has no hard links: the name first, its content a moment later."""
    try:
        fd = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    except FileExistsError:
        return False
    with os.fdopen(fd, "wb") as stream:
        stream.write(content)
    return True
