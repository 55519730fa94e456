"""Answers of the analysis in the protocol's shapes, no richer than the client can show."""

import re
from dataclasses import dataclass
from typing import Any

from lsprotocol import types

from chant_ls.analysis.completion import Completion, Completions, ItemKind
from chant_ls.analysis.hover import Hover
from chant_ls.lsp import wire
from chant_ls.lsp.capabilities import Client
from chant_ls.lsp.convert import PlainRange
from chant_ls.lsp.session import View
from chant_ls.lsp.sheets import SheetView

_KINDS = {
    ItemKind.FIELD: types.CompletionItemKind.Property,
    ItemKind.VALUE: types.CompletionItemKind.EnumMember,
    ItemKind.SPEC: types.CompletionItemKind.Reference,
    ItemKind.FILE: types.CompletionItemKind.File,
    ItemKind.FOLDER: types.CompletionItemKind.Folder,
    ItemKind.LABEL: types.CompletionItemKind.Constant,
    ItemKind.SNIPPET: types.CompletionItemKind.Snippet,
}
_PLAINER = {
    types.CompletionItemKind.EnumMember: types.CompletionItemKind.Value,
    types.CompletionItemKind.Folder: types.CompletionItemKind.File,
    types.CompletionItemKind.Constant: types.CompletionItemKind.Value,
}
_MARKS = re.compile(r"\\([!-/:-@\[-`{-~])|[*`]+|[ ]{2}$", re.MULTILINE)


def hover(view: View | SheetView, client: Client, found: Hover) -> types.Hover:
    return types.Hover(documentation(client, found.markdown), view.lines.range(found.span))


def documentation(client: Client, markdown: str) -> types.MarkupContent:
    if client.markdown:
        return types.MarkupContent(types.MarkupKind.Markdown, markdown)
    return types.MarkupContent(types.MarkupKind.PlainText, plain(markdown))


def plain(markdown: str) -> str:
    """Our own Markdown without its marks."""
    return _MARKS.sub(lambda match: match[1] or "", markdown)


@dataclass(frozen=True, slots=True)
class CompletionKey:
    root: str
    key: str


def completion_key(item: types.CompletionItem) -> CompletionKey | None:
    root, key = wire.member(item.data, "root"), wire.member(item.data, "key")
    return CompletionKey(root, key) if isinstance(root, str) and isinstance(key, str) else None


def completions(view: View | SheetView, client: Client, found: Completions) -> dict[str, Any]:
    """A CompletionList as plain JSON: two hundred items pass through no converter."""
    lines = view.lines
    ranges = {span: lines.plain_range(span) for span in {one.edit.span for one in found.items}}
    root = view.project.folder.uri
    items = [_completion(client, one, ranges[one.edit.span], root) for one in found.items]
    return {"isIncomplete": found.incomplete, "items": items}


def _kind(client: Client, kind: types.CompletionItemKind) -> int:
    return kind.value if kind.value in client.item_kinds else _PLAINER[kind].value


def _completion(client: Client, one: Completion, area: PlainRange, root: str) -> dict[str, Any]:
    snippet = bool(one.snippet) and client.snippets
    item: dict[str, Any] = {
        "label": one.label,
        "kind": _kind(client, _KINDS[one.kind]),
        "textEdit": {"range": area, "newText": one.snippet if snippet else one.edit.new},
    }
    told = {"detail": one.detail, "sortText": one.sort, "filterText": one.filter}
    item |= {name: text for name, text in told.items() if text}
    if one.description and client.label_details:
        item["labelDetails"] = {"description": one.description}
    if snippet:
        item["insertTextFormat"] = types.InsertTextFormat.Snippet.value
    if one.again and client.suggests_again:
        item["command"] = {"title": "", "command": "editor.action.triggerSuggest"}
    if one.key:
        item["data"] = {"root": root, "key": one.key}
    return item
