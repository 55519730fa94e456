"""What a verb is, and what is asked before one: nothing is imported or started for it."""

from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from chant_ls.analysis.resolve import Scope, resolve
from chant_ls.analysis.types import Ambiguous, Missing, Resolution, Resolved
from chant_ls.lsp import wire
from chant_ls.lsp.project import DiskChange, Project
from chant_ls.model.refusal import Refusal

if TYPE_CHECKING:
    from chant_ls.lsp.server import ChantServer

Answer = dict[str, Any]


class Conflict(NamedTuple):
    """A merge that waits for somebody: its files, and the folder where they lie."""

    refusal: Refusal
    files: tuple[str, ...]
    folder: str


Verb = Callable[["ChantServer", Project, Any], Awaitable[Answer | Refusal | Conflict]]

UNTRUSTED = Refusal(
    "this workspace is not trusted, so nothing of it may be started",
    "trust it: `:ChantTrust` in Neovim, `Workspaces: Manage Workspace Trust` in VS Code, the"
    " initialization option `trusted` elsewhere; or use `chant` in a terminal",
)
NO_PROJECT = Refusal("no project is open: there is no `.chant` folder here", "`chant init`")


def place(ls: "ChantServer", argument: Any) -> tuple[Project, Any] | Refusal:
    """The project that the argument means, and the argument with its id whole. Where several
    projects could be meant, none is taken."""
    projects = ls.session.asked(argument.root)
    if not projects:
        return NO_PROJECT
    if not hasattr(argument, "spec"):
        several = _several(projects, "several projects are open")
        return several if len(projects) > 1 else (projects[0], argument)
    found = [(project, _resolved(project, argument.spec)) for project in projects]
    known = [one for one in found if not isinstance(one[1], Missing)]
    if len(known) > 1:
        places = [project for project, _ in known]
        return _several(places, f"{argument.spec!r} is a spec of several projects")
    project, resolution = (known or found)[0]
    if isinstance(resolution, Resolved):
        return project, wire.with_spec(argument, resolution.id)
    return _unclear(argument.spec, resolution)


def _several(projects: Iterable[Project], why: str) -> Refusal:
    names = ", ".join(sorted(str(one.folder.path) for one in projects))
    return Refusal(f"{why}: {names}", "do it from a file of the one you mean, or name its `root`")


def _resolved(project: Project, text: str) -> Resolution:
    return resolve(project.snapshot, text, Scope.ALL, project.snapshot.today)


def _unclear(text: str, found: Ambiguous | Missing) -> Refusal:
    if isinstance(found, Ambiguous):
        return Refusal(f"{text!r} could mean several specs: {', '.join(found.candidates)}")
    near = f"did you mean {', '.join(found.nearest)}?" if found.nearest else "`chant list --all`"
    return Refusal(f"there is no spec {text!r}", near)


async def unsaved(ls: "ChantServer", project: Project, ids: Iterable[str]) -> Refusal | None:
    """Refuses where the editor holds another text of one of these than its file."""
    files = [file for id in ids if (file := project.snapshot.find(id)) is not None]
    wrong = [one.facts.id for one in files if await _unsaved(ls, project, one.path)]
    if not wrong:
        return None
    verb, what = ("has", "the file") if len(wrong) == 1 else ("have", "the files")
    return Refusal(
        f"{', '.join(wrong)} {verb} changes that are not saved", f"save {what}, then try again"
    )


async def _unsaved(ls: "ChantServer", project: Project, path: str) -> bool:
    """Before the index is complete, the file itself is asked."""
    if not project.unsaved(path):
        return False
    if project.on_disk(path) is None:
        project.absorb(DiskChange({path: await ls.pools.verb(project.app.read, path)}))
    return project.unsaved(path)
