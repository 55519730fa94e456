"""Client URIs, files and the paths of a snapshot."""

import os
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from urllib.parse import quote, unquote_to_bytes, urlsplit

from pygls.uris import from_fs_path, to_fs_path

from chant_ls.model.spec import SpecId, looks_dated, valid_id

SPECS, ARCHIVE = ".chant/specs/", ".chant/archive/"


def file_of(uri: str) -> Path | None:
    """The file that a `file:` URI names, as the client wrote it (links kept), None for others."""
    path = to_fs_path(uri)
    if path and "\ufffd" in path:  # names that are not UTF-8 were lost in it
        path = os.fsdecode(unquote_to_bytes(urlsplit(uri).path))
    return Path(os.path.normpath(path)) if path else None


def real_of(file: Path) -> Path:
    """The file by the real path of its folder; it may be a link itself, that is its own affair."""
    return Path(os.path.realpath(file.parent)) / file.name


def spec_id(path: str, text: str) -> SpecId | None:
    """The id of the spec at `path` (relative to the root), None for a file that is no spec."""
    name = PurePosixPath(path)
    if name.suffix != ".md" or not path.startswith((SPECS, ARCHIVE)):
        return None
    if not looks_dated(name.stem) and not text.lstrip("\ufeff").startswith("---"):
        return None
    return valid_id(name.stem)


class Folder(NamedTuple):
    """A project's root as the client sees it (`path`, `uri`) and as it is (`real`)."""

    path: Path
    real: Path
    uri: str

    def relative(self, file: Path) -> str | None:
        """`file` as a path of the snapshot, None when it lies elsewhere."""
        for base in (self.path, self.real):
            if file.is_relative_to(base):
                return file.relative_to(base).as_posix()
        return None

    def uri_of(self, path: str) -> str:
        return f"{self.uri.rstrip('/')}/{quote(os.fsencode(path))}"


def folder_at(root: Path, seen: Path | None = None, uri: str = "") -> Folder:
    """`seen` is the folder, and `uri` its URI, through which the client came to `root`."""
    real = Path(os.path.realpath(root))
    if seen is not None and (shown := _shown(real, seen)) is not None:
        same = shown == seen and uri
        return Folder(shown, real, uri if same else from_fs_path(str(shown)) or "")
    return Folder(root, real, from_fs_path(str(root)) or "")


def _shown(real: Path, seen: Path) -> Path | None:
    """`seen` or the folder above it that is the root, links kept."""
    return next((one for one in (seen, *seen.parents) if os.path.realpath(one) == str(real)), None)
