"""The server: a client, a session, and the tasks that keep it up to date."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.protocol import default_converter
from pygls.uris import from_fs_path

import chant_ls
from chant_ls.lsp import following, transport
from chant_ls.lsp.capabilities import Client, watch_registration
from chant_ls.lsp.pools import Pools
from chant_ls.lsp.protocol import Protocol
from chant_ls.model.refusal import Refusal

if TYPE_CHECKING:
    from chant_ls.analysis.types import Change
    from chant_ls.app import App
    from chant_ls.engine.engine import Engine
    from chant_ls.lsp.drawings import Drawings
    from chant_ls.lsp.listings import Listings
    from chant_ls.lsp.lists import Lists
    from chant_ls.lsp.project import Project
    from chant_ls.lsp.publish import Publisher
    from chant_ls.lsp.runs import Runs
    from chant_ls.lsp.session import Session

log = logging.getLogger(__name__)

CANNOT_APPLY = Refusal(
    "this editor cannot make files for the server", "make the members with `chant add`"
)

LEAVE_WITHIN = 2.0
"""Seconds that `exit` waits for verbs under way."""

T = TypeVar("T")


class ChantServer(LanguageServer):
    """pygls' server with our protocol. `env` is the environment that agents will get."""

    protocol: Protocol

    def __init__(self, env: Mapping[str, str]) -> None:
        super().__init__(
            "chant-ls",
            chant_ls.__version__,
            protocol_cls=Protocol,
            converter_factory=default_converter,
        )
        self.env = env
        self.client = Client()
        self.pools = Pools()
        self._wake: dict[Project, asyncio.Event] = {}
        self._search = asyncio.Event()
        self._tasks: dict[Project, asyncio.Task[Any]] = {}
        self._background: set[asyncio.Task[Any]] = set()
        self.agreed: set[tuple[Path, str]] = set()
        """Roots with digests of what may run there, of this session."""
        self.splits: dict[tuple[Project, str], str] = {}
        """Jobs of agents that divide a spec."""
        self._verbs: set[asyncio.Task[Any]] = set()
        self._folders: tuple[str, ...] = ()
        self._parent: int | None = None

    def begin(self, client: Client, folders: Sequence[str], parent: int | None) -> None:
        """After the client said what it can. `folders` are URIs, `parent` the client's process."""
        self.client, self._folders, self._parent = client, tuple(folders), parent

    @cached_property
    def session(self) -> "Session":
        from chant_ls.lsp.session import Session

        return Session(self.client, self.env, self._found)

    @cached_property
    def publisher(self) -> "Publisher":
        from chant_ls.lsp.publish import Publisher

        return Publisher(self)

    @cached_property
    def lists(self) -> "Lists":
        from chant_ls.lsp.lists import Lists

        return Lists(self)

    @cached_property
    def drawings(self) -> "Drawings":
        from chant_ls.lsp.drawings import Drawings

        return Drawings(self)

    @staticmethod
    def prepare() -> None:
        """Import what the first text needs; git, engine and processes come with their first use."""
        for room in ("app", "analysis.check", "lsp.session", "lsp.publish", "lsp.intake"):
            import_module(f"chant_ls.{room}")

    def start(self) -> None:
        """After the client said that it is initialized."""
        for uri in self._folders:
            self.session.add_folder(uri)
        if self.client.watches:
            self.client_register_capability(types.RegistrationParams([watch_registration()]))
        self.spawn(following.search(self, self._search))
        if self._parent:
            self.spawn(following.watch_parent(self, self._parent))

    # -- doing things

    async def serve(self, reader: BinaryIO, writer: BinaryIO) -> int:
        """Until the client ends it; the exit code. What writes at that moment may finish."""
        loop = asyncio.get_running_loop()
        ended: asyncio.Future[int] = loop.create_future()
        self.protocol.connect(transport.Wire(writer), ended)
        transport.start_reading(reader, self.protocol.deliver, loop)
        code = await ended
        if self._verbs:
            await asyncio.wait(self._verbs, timeout=LEAVE_WITHIN)
        return code

    def spawn(self, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        """Run beside the requests; a failure is logged, nothing else ends."""
        task = asyncio.ensure_future(work)
        self._background.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: "asyncio.Task[Any]") -> None:
        self._background.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("a background task failed", exc_info=error)

    @cached_property
    def listings(self) -> "Listings":
        from chant_ls.lsp.listings import Listings

        return Listings()

    @cached_property
    def runs(self) -> "Runs":
        from chant_ls.lsp.runs import Runs

        return Runs(self)

    async def in_engine(
        self, project: "Project", verb: "Callable[[Engine, Any], T]", request: Any
    ) -> T:
        """A verb of the execution core; git and processes are imported with the first one. It goes
        on though nobody waits for its answer any more."""
        work = self.pools.verb(lambda: verb(self._app(project).engine, request))
        task = asyncio.ensure_future(work)
        self._verbs.add(task)
        task.add_done_callback(self._verbs.discard)
        return await asyncio.shield(task)

    def _app(self, project: "Project") -> "App":
        """Built anew: the engine works by the configuration as it is now."""
        from chant_ls.app import build_app

        return build_app(project.folder.real, self.env, self.client.trusted)

    # -- projects

    def folder_removed(self, uri: str) -> None:
        for project in self.session.remove_folder(uri):
            self.forget(project)

    def _found(self, project: "Project") -> None:
        self._wake[project] = asyncio.Event()
        keep = following.mirror if project.main else following.keep
        self._tasks[project] = self.spawn(keep(self, project, self._wake[project]))

    def forget(self, project: "Project") -> None:
        if task := self._tasks.pop(project, None):
            task.cancel()
        self._wake.pop(project, None)
        self.publisher.drop(project)
        self.drawings.drop(project)
        if not project.main:
            self.lists.drop(project)

    def look_now(self) -> None:
        """Something was told to have changed on disk."""
        for wake in (self._search, *self._wake.values()):
            wake.set()

    @staticmethod
    def now() -> str:
        """UTC, ISO 8601 with `Z`: for ages."""
        return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    # -- telling the client

    def refresh(self, method: str) -> None:
        if method in self.client.refresh:
            self.protocol.send_request(method)

    def partial(self, token: types.ProgressToken, value: Any) -> None:
        self.protocol.notify(types.PROGRESS, types.ProgressParams(token, value))

    async def apply(self, project: "Project", spec: str, change: "Change") -> Refusal | None:
        """Have the client apply a change; None once it did."""
        from chant_ls.lsp import edits

        path = project.snapshot.graph.path_of(spec)
        view = self.session.view(project.uri_of(path)) if path else None
        if view is None or not self.client.apply_edit or not edits.possible(self.client, change):
            return CANNOT_APPLY
        edit = edits.to_proto(view, self.client, change)
        params = types.ApplyWorkspaceEditParams(edit=edit, label=change.label)
        done = await self.workspace_apply_edit_async(params)
        return None if done.applied else Refusal("the editor did not apply the change")

    def show_document(self, path: str) -> None:
        if self.client.show_document and (uri := from_fs_path(path)):
            self.protocol.send_request(
                types.WINDOW_SHOW_DOCUMENT, types.ShowDocumentParams(uri=uri)
            )
