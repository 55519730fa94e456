"""Code actions in the protocol's shapes, no more than the client can take."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from lsprotocol import types

from chant_ls.analysis.types import Action, Run
from chant_ls.lsp import drawn, edits, wire
from chant_ls.lsp.capabilities import Client
from chant_ls.lsp.checks import Checked
from chant_ls.lsp.session import View
from chant_ls.syntax.text import Span

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
    """What a lazily resolved action carries: enough to find it again in the same text."""

    uri: str
    version: int | None
    span: Span


def offered(asked: Asked, found: Iterable[Action]) -> Iterator[types.CodeAction | types.Command]:
    for action in found:
        if _wanted(action, asked.only) and _possible(asked.client, action):
            if asked.client.action_literals:
                yield _action(asked, action)
            elif action.run and not _reason(asked.client, action):
                yield drawn.command(asked.view, action.title, action.run)


def _wanted(action: Action, only: Sequence[types.CodeActionKind | str] | None) -> bool:
    """A kind is wanted with all below it: `source` asks for `source.fixAll.chant` too."""
    kinds = [str(getattr(kind, "value", kind)) for kind in only or ()]
    own = action.kind.value
    return not only or any(not k or own == k or own.startswith(f"{k}.") for k in kinds)


def _possible(client: Client, action: Action) -> bool:
    if _reason(client, action):
        return client.action_disabled
    return action.change is None or edits.possible(client, action.change)


def _reason(client: Client, action: Action) -> str:
    """Why the action cannot be done now, or ""."""
    if action.disabled:
        return action.disabled
    starts = action.run is not None and action.run.command in wire.STARTS_PROCESSES
    return NOT_TRUSTED if starts and not client.trusted else ""


def _action(asked: Asked, action: Action) -> types.CodeAction:
    view, client = asked.view, asked.client
    reason = _reason(client, action)
    lazy = client.action_resolve and action.change is not None and not reason
    return types.CodeAction(
        title=action.title,
        kind=action.kind.value,
        diagnostics=_fixed(asked.checked, action) or None,
        is_preferred=True if action.preferred and client.action_preferred else None,
        disabled=types.CodeActionDisabled(reason) if reason else None,
        edit=edits.to_proto(view, client, action.change)
        if action.change and not lazy and not reason
        else None,
        command=_command(view, action.title, action.run) if not reason else None,
        data=_data(asked) if lazy else None,
    )


def _command(view: View, title: str, run: Run | None) -> types.Command | None:
    return drawn.command(view, title, run) if run else None


def _fixed(checked: Checked, action: Action) -> list[types.Diagnostic]:
    pairs = zip(checked.found, checked.items, strict=True)
    return [item for found, item in pairs if found in action.fixes]


def _data(asked: Asked) -> dict[str, object]:
    view = asked.view
    uri, version = view.project.uri_of(view.path), view.project.version_of(view.path)
    return {"uri": uri, "version": version, "span": [asked.span.start, asked.span.end]}


def key_of(action: types.CodeAction) -> Key | None:
    uri, version = wire.member(action.data, "uri"), wire.member(action.data, "version")
    match wire.member(action.data, "span"):
        case [int(start), int(end)] if isinstance(uri, str):
            return Key(uri, version, Span(start, end))
    return None


def resolved(
    view: View, client: Client, action: types.CodeAction, found: Iterable[Action]
) -> types.CodeAction:
    """The action with its edit. The same text gives the same actions."""
    for one in found:
        if one.title == action.title and one.change is not None:
            action.edit = edits.to_proto(view, client, one.change)
            break
    return action
