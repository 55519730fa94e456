"""A text as YAML scalar that reads back as the same text."""

import json
import re

_PLAIN = re.compile(r"[^\W_]|[\w./~+][^\n\r\t:#,\[\]{}\"']*[^\s:#,\[\]{}\"']|[\w./+]", re.UNICODE)
_PLAIN_BLOCK = re.compile(
    r"[^\s\-?:,\[\]{}#&*!|>'\"%@`](?:[^\n\r\t:#]|:(?=\S)|(?<=\S)#)*(?<![\s:])", re.UNICODE
)


def written(text: str, quote: str = "", flow: bool = False) -> str:
    """The text as it stands inside `quote` (no quotes added), or plain, quoted where it must be."""
    if quote == "'":
        return text.replace("'", "''")
    if quote == '"':
        return json.dumps(text, ensure_ascii=False)[1:-1]
    plain = _PLAIN if flow else _PLAIN_BLOCK
    fits = plain.fullmatch(text) and text not in ("~", "null", "Null", "NULL")
    return text if fits else json.dumps(text, ensure_ascii=False)
