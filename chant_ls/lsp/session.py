"""What the server knows: the open texts and, for each project, its current Snapshot."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, Protocol

from lsprotocol import types

from chant_ls.analysis.snapshot import Snapshot, SpecFile
from chant_ls.analysis.types import Location
from chant_ls.lsp.capabilities import Client
from chant_ls.lsp.convert import Lines, index_of
from chant_ls.lsp.finding import Found, Start, found_at
from chant_ls.lsp.places import file_of, real_of
from chant_ls.lsp.project import Project
from chant_ls.lsp.texts import OpenText, TextStore
from chant_ls.syntax.text import Encoding

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
    """`env` is what an App is built with; `found` is told of every new project. `worktrees` are
    linked ones that texts are open in: each answers with what is known of its project."""

    def __init__(
        self, client: Client, env: Mapping[str, str], found: Callable[[Project], None]
    ) -> None:
        self.client, self._env, self._found = client, env, found
        self.texts = TextStore()
        self.projects: dict[Path, Project] = {}
        self.worktrees: dict[Path, Project] = {}
        self.folders: dict[str, Path] = {}
        self._unwanted: set[Project] = set()
        self._place = lru_cache(maxsize=4096)(self._find_place)

    # -- folders and projects

    def add_folder(self, uri: str) -> None:
        if (path := file_of(uri)) is not None:
            self.folders[uri] = path
            self._discover(Start(path, uri))

    def remove_folder(self, uri: str) -> tuple[Project, ...]:
        """The projects that are left without a folder and without an open text."""
        self.folders.pop(uri, None)
        return self._forgotten(self._left())

    def let_go(self) -> tuple[Project, ...]:
        """The projects that nobody wanted now and when this was asked before: an editor that shows
        another text of a project may close the one before it first."""
        left = self._left()
        gone = [one for one in left if one in self._unwanted]
        self._unwanted = set(left).difference(gone)
        return self._forgotten(gone)

    def _left(self) -> list[Project]:
        return [one for one in self._every() if not self._wanted(one)]

    def _forgotten(self, gone: Iterable[Project]) -> tuple[Project, ...]:
        for project in (gone := tuple(gone)):
            del (self.worktrees if project.main else self.projects)[project.folder.real]
        self._place.cache_clear()
        return gone

    def _wanted(self, project: Project) -> bool:
        near = (project.folder.path, project.folder.real)
        folders = self.folders.values()
        return (
            bool(project.open_paths)
            or any(one.main is project for one in self.worktrees.values())
            or any(p.is_relative_to(n) or n.is_relative_to(p) for p in folders for n in near)
        )

    def _every(self) -> tuple[Project, ...]:
        return (*self.projects.values(), *self.worktrees.values())

    def asked(self, root: str) -> tuple[Project, ...]:
        """The innermost project that the folder of this URI lies in, or those that lie in it; all
        of them for ""."""
        if not root:
            return tuple(self.projects.values())
        if (place := self._place(root)) is not None:
            return (place[0].main or place[0],)
        file = file_of(root)
        every = self.projects.values()
        return tuple(one for one in every if file and one.folder.real.is_relative_to(file))

    def starts(self) -> tuple[Start, ...]:
        """Where projects may be that are not known yet: the folders, and those of open texts."""
        texts = {f.parent for text in self.texts.all() if (f := file_of(text.uri))}
        told = [Start(path, uri) for uri, path in self.folders.items()]
        return (*told, *(Start(path) for path in texts))

    def discover_for(self, uri: str) -> None:
        """Open the project of a text, whatever folders the client told. One that lies in the specs
        of a known project has no nearer one."""
        place, file = self._place(uri), file_of(uri)
        if file and not (place and place[1].startswith(".chant/")):
            self._discover(Start(file.parent))

    def _discover(self, start: Start) -> None:
        if found := found_at(start):
            self.enter(found)

    def enter(self, found: Found) -> None:
        """Open a project, if it is new."""
        from chant_ls.app import build_app

        root, worktree = found
        if root.real not in self.projects:
            self._open(Project(root, build_app(root.real, self._env, self.client.trusted)))
        if worktree and worktree.real not in self.worktrees:
            main = self.projects[root.real]
            self._open(Project(worktree, main.app, main))

    def _open(self, project: Project) -> None:
        """Texts that lay in another project until now, or in none, are its own."""
        if project.main:
            project.adopt(project.main.snapshot)
        before = {text.uri: self._place(text.uri) for text in self.texts.all()}
        (self.worktrees if project.main else self.projects)[project.folder.real] = project
        self._place.cache_clear()
        for text in self.texts.all():
            old, new = before[text.uri], self._place(text.uri)
            if new and new[0] is project:
                if old:
                    old[0].drop(old[1], text.uri)
                project.put(new[1], text)
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

    def drop(self, uri: str) -> None:
        if place := self._place(uri):
            place[0].drop(place[1], uri)

    def project_of(self, uri: str) -> Project | None:
        place = self._place(uri)
        return place[0] if place else None

    def _find_place(self, uri: str) -> tuple[Project, str] | None:
        """The innermost project that holds the file, and its path there. Asked several times under
        every key: kept until a project comes or goes."""
        file = file_of(uri)
        place = self._holding(file) if file else None
        if file and not (place and place[1].startswith(".chant/")):
            return self._holding(real_of(file)) or place
        return place

    def _holding(self, file: Path) -> tuple[Project, str] | None:
        inside = [(p, path) for p in self._every() if (path := p.folder.relative(file))]
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
