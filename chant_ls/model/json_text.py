"""JSON for every reader: bytes that were no UTF-8 are lone surrogates here, which are no text."""

import json
import re

_SURROGATES = re.compile("[\ud800-\udfff]")


def json_text(value: object, indent: int | None = 2) -> str:
    """In ASCII, without a final newline; U+FFFD for each byte that was no text."""
    text = json.dumps(value, indent=indent)
    if "\\ud" not in text:
        return text
    whole = _SURROGATES.sub("\ufffd", json.dumps(value, ensure_ascii=False))
    return json.dumps(json.loads(whole), indent=indent)
