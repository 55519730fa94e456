"""The texts of open editors, by the client's own URIs. Edits apply at once, in code points."""

from collections.abc import Sequence
from typing import NamedTuple

from lsprotocol import types

from chant_ls.lsp.convert import index_of
from chant_ls.syntax.text import Encoding

Change = types.TextDocumentContentChangeEvent


class OpenText(NamedTuple):
    uri: str
    version: int
    text: str


def changed(text: str, changes: Sequence[Change], encoding: Encoding) -> str:
    """The text after the changes, one after the other. Positions outside it are clamped."""
    for change in changes:
        if isinstance(change, types.TextDocumentContentChangePartial):
            index = index_of(text)
            start, end = (
                index.offset(at.line, at.character, encoding)
                for at in (change.range.start, change.range.end)
            )
            text = text[:start] + change.text + text[max(start, end) :]
        else:
            text = change.text
    return text


class TextStore:
    """What the client has open. A second open of the same URI replaces the first."""

    def __init__(self) -> None:
        self._open: dict[str, OpenText] = {}

    def get(self, uri: str) -> OpenText | None:
        return self._open.get(uri)

    def all(self) -> tuple[OpenText, ...]:
        return tuple(self._open.values())

    def open(self, uri: str, version: int, text: str) -> OpenText:
        self._open[uri] = OpenText(uri, version, text)
        return self._open[uri]

    def change(
        self, uri: str, version: int, changes: Sequence[Change], encoding: Encoding
    ) -> OpenText | None:
        """None for a text that was never opened: the client is wrong, and nothing can be known."""
        known = self._open.get(uri)
        if known is None:
            return None
        return self.open(uri, version, changed(known.text, changes, encoding))

    def close(self, uri: str) -> OpenText | None:
        return self._open.pop(uri, None)
