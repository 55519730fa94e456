"""Text of strangers made harmless where an editor renders Markdown (security.md)."""

import re
from functools import lru_cache

_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069"
    "\ufeff\ufff9-\ufffb\U000e0000-\U000e007f\ud800-\udfff]"
)
_BLANKS = re.compile(r"\s+")
_MARKS = re.compile(r"[\\`*_\[\]<>&|~@$]|(?<=:)/(?=/)|(?<=www)\.", re.IGNORECASE)
_LINE_START = re.compile(r"^(?=[#+=-])|^(\d+)(?=[.)])")
_TICKS = re.compile(r"`+")


def clean(text: str, most: int = 300) -> str:
    """One line without control, bidirectional and other unseen characters, at most `most` long."""
    line = _BLANKS.sub(" ", _UNSEEN.sub("", text)).strip()
    return line if len(line) <= most else line[: most - 1] + "…"


@lru_cache(maxsize=4096)
def escape(text: str, most: int = 300) -> str:
    """`clean` text that Markdown shows as it is: no emphasis, link, image, HTML, or heading."""
    marked = _MARKS.sub(r"\\\g<0>", clean(text, most))
    return _LINE_START.sub(r"\1\\", marked)


@lru_cache(maxsize=4096)
def code(text: str, most: int = 300) -> str:
    """A code span of the `clean` text."""
    inner = clean(text, most)
    ticks = "`" * (max((len(run) for run in _TICKS.findall(inner)), default=0) + 1)
    pad = " " if inner.startswith("`") or inner.endswith("`") or not inner else ""
    return f"{ticks}{pad}{inner}{pad}{ticks}"
