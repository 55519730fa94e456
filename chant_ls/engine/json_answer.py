"""The one JSON document of an agent's answer: found in what it printed, or why there is none."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

_LONGEST_ANSWER = 1 << 20
_LONGEST_SHOWN = 20_000
_FENCE = re.compile(r"\s*(`{3,}|~{3,})\s*(\w*)\s*\Z")

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why an answer cannot be taken: sentences for the agent and for the user."""

    problems: tuple[str, ...]
    answer: str


class Unusable(ValueError):
    """Raised with the problems found so far, where nothing further can be looked at."""


def read(parse: Callable[[str], Answer], text: str) -> Answer | Wrong:
    """What `parse` makes of the text; it raises `Unusable`."""
    try:
        return parse(text)
    except Unusable as wrong:
        return Wrong(wrong.args, text[:_LONGEST_SHOWN])


def document(text: str) -> object:
    """The one JSON value of the answer; the same one twice counts once."""
    if len(text) > _LONGEST_ANSWER:
        raise Unusable("the answer is longer than a megabyte")
    blocks, closed = _blocks(text)
    if not blocks and text.strip().startswith("{"):
        blocks = [text.strip()]
    if not blocks:
        said = "a fenced block is not closed: the answer ends early"
        raise Unusable("there is no fenced JSON block in the answer" if closed else said)
    values: list[object] = []
    for block in blocks:
        value = _json(block)
        if value not in values:
            values.append(value)
    if len(values) > 1:
        raise Unusable(f"there are {len(values)} different JSON blocks; one is wanted")
    return values[0]


def _json(block: str) -> object:
    try:
        value: object = json.loads(block)
    except (ValueError, RecursionError) as error:
        raise Unusable(f"the JSON cannot be read: {error}") from error
    return value


def _blocks(text: str) -> tuple[list[str], bool]:
    """What stands in fences marked `json`, or unmarked and like an object; whether all close."""
    blocks: list[str] = []
    inside: list[str] = []
    fence = info = ""
    for line in text.splitlines():
        mark = _FENCE.match(line)
        if not fence:
            if mark:
                fence, info, inside = mark[1], mark[2].lower(), []
        elif mark and not mark[2] and mark[1].startswith(fence):
            if info == "json" or (not info and "".join(inside).lstrip().startswith("{")):
                blocks.append("\n".join(inside))
            fence = ""
        else:
            inside.append(line)
    return blocks, not fence
