"""What lies in the folders of projects, for completion: a key in a path reads no disk."""

import time
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from chant_ls.lsp.project import Project

KEPT = 2.0
"""Seconds for which a listing counts: as long as somebody types one path."""

Names = tuple[str, ...]


class Listings:
    def __init__(self) -> None:
        self._kept: WeakKeyDictionary[Project, dict[str, tuple[float, Names]]] = WeakKeyDictionary()

    def known(self, project: "Project", folder: str) -> Names | None:
        """None for a folder that must be read, in a thread."""
        read_at, names = self._kept.get(project, {}).get(folder, (0.0, ()))
        return names if time.monotonic() - read_at < KEPT else None

    def read(self, project: "Project", folder: str) -> Names:
        known = self.known(project, folder)
        if known is not None:
            return known
        names = project.app.names(folder)
        self._kept.setdefault(project, {})[folder] = time.monotonic(), names
        return names
