"""The text store against a model that knows nothing but lists of lines and code units."""

from hypothesis import given, settings
from hypothesis import strategies as st
from lsprotocol import types

from chant_ls.lsp.texts import TextStore, changed
from chant_ls.syntax.text import Encoding

CODECS = {
    Encoding.UTF8: ("utf-8", 1),
    Encoding.UTF16: ("utf-16-le", 2),
    Encoding.UTF32: ("utf-32-le", 4),
}
ODD = ["\u2028", "\x85", "\x0c", "\ufeff"]
PIECES = ["a", "bc", "é", "漢", "😀", *ODD, " ", "\n", "\r\n", "\r", ""]
texts = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)
places = st.tuples(st.integers(0, 12), st.integers(0, 30))
edits = st.lists(st.tuples(places, places, texts), max_size=8)


def model_lines(text):
    """Lines with their ends, by the protocol's rule, one character at a time."""
    lines, line, at = [], "", 0
    while at < len(text):
        two = text[at : at + 2]
        end = two if two == "\r\n" else text[at] if text[at] in "\r\n" else ""
        line += end or text[at]
        at += len(end) or 1
        if end:
            lines.append(line)
            line = ""
    return [*lines, line]


def model_offset(text, line, column, encoding):
    lines = model_lines(text)
    if line >= len(lines):
        return len(text)
    codec, unit = CODECS[encoding]
    offset, used = sum(map(len, lines[:line])), 0
    for character in lines[line].rstrip("\r\n"):
        used += len(character.encode(codec, "surrogatepass")) // unit
        if used > column:
            break
        offset += 1
    return offset


def model_edit(text, start, end, new, encoding):
    first, last = (model_offset(text, *at, encoding) for at in (start, end))
    return text[:first] + new + text[max(first, last) :]


@settings(max_examples=300, deadline=None)
@given(texts, edits, st.sampled_from(list(Encoding)))
def test_edits_in_every_encoding_agree_with_the_model(text, sequence, encoding):
    expected = text
    changes = []
    for start, end, new in sequence:
        start, end = sorted((start, end))
        expected = model_edit(expected, start, end, new, encoding)
        area = types.Range(types.Position(*start), types.Position(*end))
        changes.append(types.TextDocumentContentChangePartial(range=area, text=new))
    assert changed(text, changes, encoding) == expected


def test_a_whole_text_replaces_what_was_there():
    whole = types.TextDocumentContentChangeWholeDocument(text="new\u2028line")
    assert changed("old", [whole], Encoding.UTF16) == "new\u2028line"


def test_the_store_keeps_the_clients_own_uri_and_version():
    store, uri = TextStore(), "file:///a%20b/%E2%82%AC.md"
    store.open(uri, 1, "x")
    area = types.Range(types.Position(0, 1), types.Position(0, 9))
    change = types.TextDocumentContentChangePartial(range=area, text="y")
    text = store.change(uri, 5, [change], Encoding.UTF16)
    assert (text.uri, text.version, text.text) == (uri, 5, "xy")
    assert store.close(uri) == text and store.get(uri) is None


def test_a_change_of_a_text_that_is_not_open_is_ignored():
    whole = types.TextDocumentContentChangeWholeDocument(text="new")
    assert TextStore().change("file:///x", 1, [whole], Encoding.UTF8) is None
