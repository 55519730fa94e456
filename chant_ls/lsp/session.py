"""What the server knows: the open texts and, for each project, its current Snapshot."""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from lsprotocol import types

from chant_ls.analysis.snapshot import Snapshot, SpecFile
from chant_ls.analysis.types import Location
from chant_ls.lsp.capabilities import Client
from chant_ls.lsp.convert import Lines, index_of
from chant_ls.lsp.places import Folder, file_of, folder_at
from chant_ls.lsp.project import Project
from chant_ls.lsp.texts import OpenText, TextStore
from chant_ls.model.refusal import Refusal
from chant_ls.syntax.text import Encoding

if TYPE_CHECKING:
    from chant_ls.app import App


_BEGINNING = types.Range(types.Position(0, 0), types.Position(0, 0))


class AtPosition(Protocol):
    """Any request that names a place in a text."""

    @property
    def text_document(self) -> types.TextDocumentIdentifier: ...

    @property
    def position(self) -> types.Position: ...


class View(NamedTuple):
    """A spec as one request sees it. `snapshot` cannot change under an answer."""

    project: Project
    snapshot: Snapshot
    path: str
    encoding: Encoding

    @property
    def file(self) -> SpecFile:
        return self.snapshot.files[self.path]

    @property
    def lines(self) -> Lines:
        return self.lines_of(self.path)

    def lines_of(self, path: str) -> Lines:
        return Lines(index_of(self.snapshot.files[path].text), self.encoding)

    def location(self, where: Location) -> types.Location:
        """A place of the analysis; in a file that is no spec, its beginning."""
        inside = where.path in self.snapshot.files
        area = self.lines_of(where.path).range(where.span) if inside else _BEGINNING
        return types.Location(self.project.uri_of(where.path), area)

    def now(self) -> "View":
        """The same spec as it stands now."""
        return View(self.project, self.project.snapshot, self.path, self.encoding)

    def at(self, path: str) -> "View":
        return View(self.project, self.snapshot, path, self.encoding)


class Session:
    """`env` is what an App is built with; `found` is told of every new project."""

    def __init__(
        self, client: Client, env: Mapping[str, str], found: Callable[[Project], None]
    ) -> None:
        self.client, self._env, self._found = client, env, found
        self.texts = TextStore()
        self.projects: dict[Path, Project] = {}
        self.folders: dict[str, Path] = {}
        self._place = lru_cache(maxsize=4096)(self._find_place)

    # -- folders and projects

    def add_folder(self, uri: str) -> None:
        if (path := file_of(uri)) is not None:
            self.folders[uri] = path
            self.discover(path, path, uri)

    def remove_folder(self, uri: str) -> tuple[Project, ...]:
        """The projects that are left without a folder and without an open text."""
        self.folders.pop(uri, None)
        left = [one for one in self.projects.values() if not self._wanted(one)]
        for project in left:
            del self.projects[project.folder.real]
        self._place.cache_clear()
        return tuple(left)

    def _wanted(self, project: Project) -> bool:
        near = (project.folder.path, project.folder.real)
        folders = self.folders.values()
        return bool(project.open_paths) or any(
            path.is_relative_to(one) or one.is_relative_to(path) for path in folders for one in near
        )

    def asked(self, root: str) -> tuple[Project, ...]:
        """The project of that folder's URI; all of them for ""."""
        if not root:
            return tuple(self.projects.values())
        file = file_of(root)
        named = [one for one in self.projects.values() if file and one.folder.relative(file) == "."]
        return tuple(named)

    def homeless(self) -> tuple[tuple[Path, str], ...]:
        """Folders, and folders of open texts, that lie in no project; with the folder's URI."""
        texts = {f.parent for text in self.texts.all() if (f := file_of(text.uri))}
        told = [(path, uri) for uri, path in self.folders.items()]
        asked = [*told, *((path, "") for path in texts)]
        return tuple((path, uri) for path, uri in asked if not self._in_project(path))

    def _in_project(self, path: Path) -> bool:
        return any(
            path.is_relative_to(base)
            for project in self.projects.values()
            for base in (project.folder.path, project.folder.real)
        )

    @staticmethod
    def has_root(start: Path) -> bool:
        """Reads the disk: for the thread that may wait."""
        from chant_ls.app import find_root

        return isinstance(find_root(start), Path)

    def discover_for(self, uri: str) -> None:
        """Open the innermost project of a text, whatever folders the client told."""
        if file := file_of(uri):
            self.discover(file.parent)

    def discover(self, start: Path, seen: Path | None = None, uri: str = "") -> Project | None:
        """The project that `start` lies in, opened if it is new. None where there is none."""
        from chant_ls.app import build_app, find_root

        root = find_root(start)
        if isinstance(root, Refusal):
            return None
        folder = folder_at(root, seen or start, uri)
        if folder.real not in self.projects:
            self._open(folder, build_app(root, self._env, self.client.trusted))
        return self.projects[folder.real]

    def _open(self, folder: Folder, app: "App") -> None:
        project = Project(folder, app)
        self.projects[folder.real] = project
        self._place.cache_clear()
        for text in self.texts.all():
            if (place := self._place(text.uri)) and place[0] is project:
                project.put(place[1], text)
        self._found(project)

    # -- texts

    def saved(self, uri: str) -> None:
        if place := self._place(uri):
            place[0].saved(place[1])

    def put(self, text: OpenText) -> View | None:
        """A text was opened or changed; its view if it is a spec of ours."""
        if (place := self._place(text.uri)) is None:
            return None
        project, path = place
        project.put(path, text)
        return self.view(text.uri)

    def drop(self, uri: str) -> Project | None:
        if (place := self._place(uri)) is None:
            return None
        project, path = place
        project.drop(path)
        return project

    def project_of(self, uri: str) -> Project | None:
        place = self._place(uri)
        return place[0] if place else None

    def _find_place(self, uri: str) -> tuple[Project, str] | None:
        """The innermost project that holds the file, and its path there. Asked several times under
        every key: kept until a project comes or goes."""
        file = file_of(uri)
        if file is None:
            return None
        inside = [(p, path) for p in self.projects.values() if (path := p.folder.relative(file))]
        return min(inside, key=lambda place: len(place[1]), default=None)

    # -- reading

    def path_of(self, uri: str) -> str | None:
        """The path of a file in its project, whether it exists or not."""
        place = self._place(uri)
        return place[1] if place else None

    def view(self, uri: str) -> View | None:
        place = self._place(uri)
        if place is None or place[1] not in place[0].snapshot.files:
            return None
        project, path = place
        return View(project, project.snapshot, path, self.client.encoding)

    def at(self, params: AtPosition) -> tuple[View, int] | None:
        """The view that a request names, and the offset of its position."""
        view = self.view(params.text_document.uri)
        return None if view is None else (view, view.lines.offset(params.position))

    def of_folder(self, uri: str) -> Project | None:
        return next(iter(self.asked(uri)), None) if uri else None

    def views(self, project: Project) -> Iterator[View]:
        """The open specs of a project."""
        for path in project.open_paths:
            if path in project.snapshot.files:
                yield View(project, project.snapshot, path, self.client.encoding)
