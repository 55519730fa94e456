"""Code actions in the protocol's shapes, no more than the client can take."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from lsprotocol import types

from chant_ls.analysis.actions import change_of
from chant_ls.analysis.types import Action, Run
from chant_ls.lsp import drawn, edits, wire
from chant_ls.lsp.capabilities import Client
from chant_ls.lsp.checks import Checked
from chant_ls.lsp.session import View
from chant_ls.syntax.text import Span

Fixes = list[list[str | int]]

NOT_TRUSTED = "this workspace is not trusted"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for code actions; `only` are the kinds the client wants."""

    view: View
    client: Client
    checked: Checked
    span: Span
    only: Sequence[types.CodeActionKind | str] | None


@dataclass(frozen=True, slots=True)
class Key:
    """What a lazily resolved action carries: enough to find it again in the same text. `fixes` are
    the codes and places of its diagnostics, for titles may be alike."""

    uri: str
    version: int | None
    span: Span
    fixes: Fixes


def offered(asked: Asked, found: Iterable[Action]) -> Iterator[types.CodeAction | types.Command]:
    for action in found:
        if not wanted(action, asked.only) or not _possible(asked, action):
            continue
        if asked.client.action_literals:
            if one := _action(asked, action):
                yield one
        elif action.run and not _reason(asked.client, action):
            yield drawn.command(asked.view, action.title, action.run)


def wanted(action: Action, only: Sequence[types.CodeActionKind | str] | None) -> bool:
    """A kind is wanted with all below it: `source` asks for `source.fixAll.chant` too."""
    return not only or _named(action, only)


def _named(action: Action, only: Sequence[types.CodeActionKind | str] | None) -> bool:
    kinds = [str(getattr(kind, "value", kind)) for kind in only or ()]
    own = action.kind.value
    return any(not k or own == k or own.startswith(f"{k}.") for k in kinds)


def _possible(asked: Asked, action: Action) -> bool:
    """What costs much is made only for those who resolve it when it is chosen, or name its kind."""
    client = asked.client
    if _reason(client, action):
        return client.action_disabled
    if action.costly and not client.action_resolve and not _named(action, asked.only):
        return False
    return not action.creates or edits.can(client, "create")


def _reason(client: Client, action: Action) -> str:
    """Why the action cannot be done now, or ""."""
    if action.disabled:
        return action.disabled
    run = action.run
    starts = run is not None and wire.starts_processes(run.command, run.arguments)
    return NOT_TRUSTED if starts and not client.trusted else ""


def _action(asked: Asked, action: Action) -> types.CodeAction | None:
    """None if its change, wanted at once, cannot be made."""
    view, client = asked.view, asked.client
    reason = _reason(client, action)
    lazy = client.action_resolve and action.change is not None and not reason
    now = action.change is not None and not lazy and not reason
    change = change_of(action) if now else None
    if now and change is None:
        return None
    return types.CodeAction(
        title=action.title,
        kind=action.kind.value,
        diagnostics=_fixed(asked.checked, action) or None,
        is_preferred=True if action.preferred and client.action_preferred else None,
        disabled=types.CodeActionDisabled(reason) if reason else None,
        edit=edits.to_proto(view, client, change) if change else None,
        command=_command(view, action.title, action.run) if not reason else None,
        data=_data(asked, action) if lazy else None,
    )


def _command(view: View, title: str, run: Run | None) -> types.Command | None:
    return drawn.command(view, title, run) if run else None


def _fixed(checked: Checked, action: Action) -> list[types.Diagnostic]:
    pairs = zip(checked.found, checked.items, strict=True)
    return [item for found, item in pairs if found in action.fixes]


def _data(asked: Asked, action: Action) -> dict[str, object]:
    view = asked.view
    uri, version = view.project.uri_of(view.path), view.project.version_of(view.path)
    span = [asked.span.start, asked.span.end]
    return {"uri": uri, "version": version, "span": span, "fixes": _fixes(action)}


def _fixes(action: Action) -> Fixes:
    return [[one.code, one.span.start, one.span.end] for one in action.fixes]


def key_of(action: types.CodeAction) -> Key | None:
    uri, version = wire.member(action.data, "uri"), wire.member(action.data, "version")
    fixes = wire.member(action.data, "fixes")
    match wire.member(action.data, "span"):
        case [int(start), int(end)] if isinstance(uri, str) and isinstance(fixes, list):
            return Key(uri, version, Span(start, end), fixes)
    return None


def resolved(
    view: View, client: Client, action: types.CodeAction, key: Key, found: Iterable[Action]
) -> types.CodeAction | None:
    """The action with its edit; None if it is not offered any more."""
    for one in found:
        if one.change and one.title == action.title and _fixes(one) == key.fixes:
            action.edit = edits.to_proto(view, client, one.change())
            return action
    return None
