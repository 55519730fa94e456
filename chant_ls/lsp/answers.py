"""Answers of the analysis in the protocol's shapes, no richer than the client can show."""

import re
from dataclasses import dataclass

from lsprotocol import types

from chant_ls.analysis.completion import Completion, Completions, ItemKind
from chant_ls.analysis.hover import Hover
from chant_ls.lsp import wire
from chant_ls.lsp.capabilities import Client
from chant_ls.lsp.session import View

_KINDS = {
    ItemKind.FIELD: types.CompletionItemKind.Property,
    ItemKind.VALUE: types.CompletionItemKind.EnumMember,
    ItemKind.SPEC: types.CompletionItemKind.Reference,
    ItemKind.FILE: types.CompletionItemKind.File,
    ItemKind.FOLDER: types.CompletionItemKind.Folder,
    ItemKind.LABEL: types.CompletionItemKind.Constant,
    ItemKind.SNIPPET: types.CompletionItemKind.Snippet,
}
_MARKS = re.compile(r"\\([!-/:-@\[-`{-~])|[*`]+|[ ]{2}$", re.MULTILINE)


def hover(view: View, client: Client, found: Hover) -> types.Hover:
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


def completions(view: View, client: Client, found: Completions) -> types.CompletionList:
    items = [_completion(view, client, one) for one in found.items]
    return types.CompletionList(is_incomplete=found.incomplete, items=items)


def _completion(view: View, client: Client, one: Completion) -> types.CompletionItem:
    snippet = bool(one.snippet) and client.snippets
    return types.CompletionItem(
        label=one.label,
        label_details=types.CompletionItemLabelDetails(description=one.description)
        if one.description and client.label_details
        else None,
        kind=_KINDS[one.kind],
        detail=one.detail or None,
        sort_text=one.sort or None,
        filter_text=one.filter or None,
        text_edit=types.TextEdit(
            view.lines.range(one.edit.span), one.snippet if snippet else one.edit.new
        ),
        insert_text_format=types.InsertTextFormat.Snippet if snippet else None,
        command=types.Command("", "editor.action.triggerSuggest")
        if one.again and client.suggests_again
        else None,
        data={"root": view.project.folder.uri, "key": one.key} if one.key else None,
    )
