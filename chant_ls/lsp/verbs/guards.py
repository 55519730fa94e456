"""What a verb is, and what is asked before one: nothing is imported or started for it."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from chant_ls.analysis.resolve import Scope, resolve
from chant_ls.analysis.types import Ambiguous, Resolved
from chant_ls.lsp import wire
from chant_ls.lsp.project import Project
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import SpecId

if TYPE_CHECKING:
    from chant_ls.lsp.server import ChantServer

Answer = dict[str, Any]
Verb = Callable[["ChantServer", Project, Any], Awaitable[Answer | Refusal]]

UNTRUSTED = Refusal(
    "this workspace is not trusted, so nothing of it may be started",
    "trust it: `:ChantTrust` in Neovim, `Workspaces: Manage Workspace Trust` in VS Code, the"
    " initialization option `trusted` elsewhere; or use `chant` in a terminal",
)
NO_PROJECT = Refusal("no project is open: there is no `.chant` folder here", "`chant init`")


def place(ls: "ChantServer", argument: Any) -> tuple[Project, Any] | Refusal:
    """The project that the argument means, and the argument with its id whole."""
    projects = ls.session.asked(argument.root)
    if not projects:
        return NO_PROJECT
    if not hasattr(argument, "spec"):
        return projects[0], argument
    refusal: Refusal | None = None
    for project in projects:
        found = _resolved(project, argument.spec)
        if not isinstance(found, Refusal):
            return project, wire.with_spec(argument, found)
        refusal = refusal or found
    return refusal or NO_PROJECT


def _resolved(project: Project, text: str) -> SpecId | Refusal:
    found = resolve(project.snapshot, text, Scope.ALL, project.snapshot.today)
    if isinstance(found, Resolved):
        return found.id
    if isinstance(found, Ambiguous):
        return Refusal(f"{text!r} could mean several specs: {', '.join(found.candidates)}")
    near = f"did you mean {', '.join(found.nearest)}?" if found.nearest else "`chant list --all`"
    return Refusal(f"there is no spec {text!r}", near)


def unsaved(project: Project, id: SpecId) -> Refusal | None:
    file = project.snapshot.find(id)
    if file is None or not project.unsaved(file.path):
        return None
    return Refusal(f"{id} has changes that are not saved", "save the file, then try again")
