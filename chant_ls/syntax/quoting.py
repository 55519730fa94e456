"""Text into YAML scalars, quoted only where it must be."""

import re
from functools import lru_cache

import yaml

from chant_ls.model.fields import BY_NAME, Shape

ONE_LINE = 2**31 - 1
"""A width that no line reaches; libyaml wants a C int."""

_INDICATORS = frozenset("-?:,[]{}#&*!|>'\"%@`=")
_FLOW_ONLY = re.compile(r"[,\[\]{}:?]")
_BREAKS_PLAIN = re.compile(r": |:\Z| #|\A\s|\s\Z|\A---")
_NEEDS_ESCAPE = re.compile(
    "[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_SURROGATES = re.compile("[\ud800-\udfff]")
_TYPED = frozenset(f"tag:yaml.org,2002:{tag}" for tag in ("bool", "int", "float", "null", "merge"))


def quoted(text: str, *, flow: bool = False) -> str:
    """`text` as a YAML scalar; `flow`: it will stand between brackets. Lone surrogates, which no
    YAML can hold, become U+FFFD."""
    text = writable(text)
    if _NEEDS_ESCAPE.search(text):
        dumped: str = yaml.safe_dump(text, default_style='"', width=ONE_LINE, allow_unicode=True)
        return dumped.rstrip("\n")
    if not text or text[0] in _INDICATORS or _BREAKS_PLAIN.search(text) or _typed(text):
        return _single(text)
    return _single(text) if flow and _FLOW_ONLY.search(text) else text


def within(text: str, quote: str, *, flow: bool = False) -> str:
    """The text as it stands inside that quote (no quotes added); as a new scalar without one."""
    if quote == "'":
        return writable(text).replace("'", "''")
    if quote == '"':
        dumped: str = yaml.safe_dump(
            writable(text), default_style='"', width=ONE_LINE, allow_unicode=True
        )
        return dumped.rstrip("\n")[1:-1]
    return quoted(text, flow=flow)


def writable(text: str) -> str:
    return _SURROGATES.sub("\ufffd", text)


@lru_cache(maxsize=1024)
def written(name: str, text: str, *, flow: bool = False) -> str:
    """The value of the field `name`: numbers, booleans and what is null stand as they are."""
    row = BY_NAME.get(name.partition(".")[0])
    if row and "." in name:
        row = next((r for r in row.rows if r.name == name.partition(".")[2]), None)
    if row and row.shape in (Shape.BOOL, Shape.INT) and re.fullmatch(r"\w+", text):
        return text
    return quoted(text, flow=flow)


def _single(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _typed(text: str) -> bool:
    """Whether another YAML reader would take the text for something else than text."""
    resolvers = yaml.SafeLoader.yaml_implicit_resolvers.get(text[0], ())
    return any(tag in _TYPED and pattern.match(text) for tag, pattern in resolvers)
