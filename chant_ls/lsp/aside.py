"""Answers that may take long: made in a thread, of one snapshot, given only if it still holds."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

from pygls.exceptions import JsonRpcContentModified

from chant_ls.analysis.snapshot import SpecFile
from chant_ls.lsp.session import View

if TYPE_CHECKING:
    from chant_ls.lsp.server import ChantServer

T = TypeVar("T")


async def aside(ls: "ChantServer", view: View, work: Callable[[], T]) -> T:
    """What `work` makes of the view's snapshot, while others are answered. Raises
    JsonRpcContentModified when a text that the client has open moved on meanwhile."""
    found = await ls.pools.think(work)
    if _moved_on(view):
        raise JsonRpcContentModified()
    return found


def _moved_on(view: View) -> bool:
    then, now = view.snapshot.files, view.project.snapshot.files
    paths = (view.path, *view.project.open_paths)
    return any(_text(then, path) != _text(now, path) for path in paths)


def _text(files: Mapping[str, SpecFile], path: str) -> str | None:
    file = files.get(path)
    return file.text if file else None
