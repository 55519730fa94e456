"""The fast way to a spec's facts, for indexing thousands of files: exact, or no answer."""

import re

from chant_ls.model.spec import Facts, SpecId
from chant_ls.syntax.facts import Plain, facts_of
from chant_ls.syntax.outline import brief

MAX_SIZE = 20_000

_SAFE = "[A-Za-z0-9_./+*@=(),-]"
_PLAIN = f"[A-Za-z0-9_./]{_SAFE}*(?:[ :]{_SAFE}+)*"
_QUOTED = "'[ -&(-~]*'|\"[ !#-\\[\\]-~]*\""
_ITEM = f"- (?:{_PLAIN}|{_QUOTED})\\n"
_IN_FLOW = "[A-Za-z0-9_./][A-Za-z0-9_./+*@=()-]*(?: [A-Za-z0-9_./+*@=()-]+)*"
_ENTRY = re.compile(
    rf"([a-z_]+):"
    rf"(?: (?:({_PLAIN})|({_QUOTED})|\[((?: *{_IN_FLOW} *(?:, *{_IN_FLOW} *)*)?)\]))?\n"
    rf"(?:((?:{_ITEM})+|(?:  {_ITEM})+)|((?:  [a-z_]+: {_PLAIN}\n)+))?"
)
_NULLS = frozenset({"null", "Null", "NULL"})


def scan(text: str, id: SpecId) -> Facts | None:
    """`parse(text, id).facts`, or None where the frontmatter is not of the plainest form.

    Says nothing of problems in the text.
    """
    end = text.find("\n---\n", 3, MAX_SIZE)
    if end < 0 or not text.startswith("---\n"):
        return None
    values = _values(text[4 : end + 1])
    if values is None:
        return None
    return facts_of(id, values, *brief(text, end + 5))


def _values(front: str) -> dict[str, Plain] | None:
    """Keys at the left edge, each with one plain or quoted value, a list or a plain mapping."""
    values: dict[str, Plain] = {}
    at = 0
    for match in _ENTRY.finditer(front):
        key, plain, quoted, flow, items, pairs = match.groups()
        here = plain or quoted or flow is not None
        if match.start() != at or key in values or (here and (items or pairs)):
            return None
        at = match.end()
        if plain:
            values[key] = None if plain in _NULLS else plain
        elif items:
            values[key] = _items(items)
        elif flow is not None:
            values[key] = tuple(one.strip() for one in flow.split(",")) if flow else ()
        elif pairs:
            values[key] = found = dict(map(_pair, pairs[:-1].split("\n")))
            if len(found) < pairs.count("\n") or not _NULLS.isdisjoint(found.values()):
                return None
        else:
            values[key] = quoted[1:-1] if quoted else None
    return values if at == len(front) else None


def _items(items: str) -> tuple[str, ...]:
    found = items[4:-1].split("\n  - ") if items[0] == " " else items[2:-1].split("\n- ")
    if "'" in items or '"' in items:
        return tuple(one[1:-1] if one[0] in "'\"" else one for one in found)
    return tuple(found)


def _pair(line: str) -> tuple[str, str]:
    key, _, value = line.strip(" ").partition(": ")
    return key, value
