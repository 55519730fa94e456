"""What agents print, as events. One function per format; a line that fits none is plain output."""

import json
import posixpath
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from chant_ls.engine.events import Output, Result, RunEvent, Tool
from chant_ls.model.config import Provider
from chant_ls.model.runs import Usage

LONGEST = 1 << 20
"""Characters of a line that are shown as one; the rest follows as further lines."""

LONGEST_RESULT = 4000
"""Characters of what an agent says at its end: it has said it before, or it is an error."""

_DETAIL = 200
_Json = dict[str, Any]


@dataclass(slots=True)
class State:
    """What a format keeps from line to line: words of a line that is not yet whole, the usage of
    steps that are told one by one."""

    words: str = ""
    usage: Usage = field(default_factory=Usage)


Reader = Callable[[_Json, State], Iterator[RunEvent]]


@dataclass(frozen=True, slots=True)
class Format:
    """`concludes`: a stream that came to its end tells a result."""

    read: Reader
    concludes: bool = False


def format_of(provider: Provider) -> Format | None:
    """That of the agent by its name or its program, else the one that its `output` says; None for
    plain text."""
    if provider.output == "claude-stream":
        return CLAUDE
    if provider.output != "jsonl":
        return None
    program = posixpath.basename(provider.command[0]) if provider.command else ""
    return _FORMATS.get(provider.name) or _FORMATS.get(program, GENERIC)


def plain(line: str, stream: str = "stdout") -> tuple[RunEvent, ...]:
    if len(line) <= LONGEST:
        return (Output(line, stream),)
    starts = range(0, len(line), LONGEST)
    return tuple(Output(line[at : at + LONGEST], stream) for at in starts)


def meant(format: Format, state: State, line: str) -> tuple[RunEvent, ...]:
    """What a line of a format means: nothing for a kind of event that we do not know."""
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        return plain(line) if line.strip() else ()
    if not isinstance(data, dict):
        return plain(line)
    try:
        return tuple(format.read(data, state))
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError):
        return plain(line)  # not the format that we know: shown as it is


def said(words: object) -> Iterator[RunEvent]:
    if isinstance(words, str):
        lines = (line for line in words.splitlines() if line.strip())
        for line in lines:
            yield from plain(line, "text")


def _detail(value: object) -> str:
    told = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return told[:_DETAIL]


def _count(table: Mapping[str, Any], *names: str) -> int:
    """The sum of what a table of numbers tells by these names."""
    return sum(max(0, int(table.get(name) or 0)) for name in names)


def _cost(value: object) -> float | None:
    """US dollars; None where none are told."""
    return max(0.0, float(value)) if isinstance(value, int | float) else None


def claude(data: _Json, state: State) -> Iterator[RunEvent]:
    if data.get("type") == "assistant":
        for item in data["message"]["content"]:
            if item.get("type") == "tool_use":
                yield Tool(item["name"], _detail(item.get("input", "")))
            else:
                yield from said(item.get("text"))
    elif data.get("type") == "result":
        if usage := _of_claude(data):
            yield usage
        kind = str(data.get("subtype") or "")
        failed = bool(data.get("is_error")) or kind.startswith("error")
        told = str(data.get("result") or kind)[:LONGEST_RESULT]
        yield Result(failed, told, int(data.get("num_turns") or 0))


def _of_claude(data: _Json) -> Usage | None:
    """Its input is what neither came from the cache nor went into it."""
    table, cost = data.get("usage") or {}, _cost(data.get("total_cost_usd"))
    cached = "cache_read_input_tokens"
    new = _count(table, "input_tokens", "cache_creation_input_tokens", cached)
    told = Usage(new, _count(table, "output_tokens"), _count(table, cached), cost)
    return told if table or cost is not None else None


def codex(data: _Json, state: State) -> Iterator[RunEvent]:
    kind = data.get("type")
    if kind in ("item.started", "item.completed"):
        yield from _codex_item(data["item"], kind == "item.completed")
    elif kind == "turn.completed":
        if table := data.get("usage"):
            cached = _count(table, "cached_input_tokens")
            yield Usage(_count(table, "input_tokens"), _count(table, "output_tokens"), cached)
        yield Result(False)
    elif kind == "turn.failed":
        yield Result(True, _detail((data.get("error") or {}).get("message", "")))
    elif kind == "error":
        yield from said(data.get("message"))


def _codex_item(item: _Json, completed: bool) -> Iterator[RunEvent]:
    kind = item.get("type")
    if not completed and "command" in item:
        yield Tool("command", _detail(item["command"]))
    elif not completed and kind == "mcp_tool_call":
        yield Tool(f"{item.get('server', '')}.{item.get('tool', '')}".strip("."))
    elif completed and kind == "agent_message":
        yield from said(item.get("text"))
    elif completed and kind == "file_change":
        yield Tool("edit", _detail(item.get("changes", "")))


def gemini(data: _Json, state: State) -> Iterator[RunEvent]:
    """Its words come in pieces that end anywhere."""
    kind = data.get("type")
    if kind == "message" and data.get("role") == "assistant":
        words = state.words + str(data.get("content") or "")
        whole, _, state.words = words.rpartition("\n") if len(words) < LONGEST else (words, "", "")
        yield from said(whole)
        if data.get("delta"):
            return
    yield from left(state)
    if kind == "tool_use":
        yield Tool(str(data.get("tool_name", "tool")), _detail(data.get("parameters", "")))
    elif kind == "error":
        yield from said(data.get("message"))
    elif kind == "result":
        if table := data.get("stats"):
            cached = _count(table, "cached")
            yield Usage(_count(table, "input_tokens"), _count(table, "output_tokens"), cached)
        failed = data.get("status") not in (None, "success")
        yield Result(failed, _gemini_error(data.get("error")) if failed else "")


def _gemini_error(error: object) -> str:
    message = error.get("message") if isinstance(error, dict) else error
    return _detail(message or "")


def opencode(data: _Json, state: State) -> Iterator[RunEvent]:
    kind = data.get("type")
    if kind == "text":
        yield from said(data["part"].get("text"))
    elif kind == "tool_use":
        part = data["part"]
        yield Tool(str(part.get("tool", "tool")), _detail(part.get("state", {}).get("title", "")))
    elif kind == "step_finish":
        state.usage += _of_opencode(data["part"])
        yield state.usage
    elif kind == "error":
        yield Result(True, _detail(data.get("error", "")))


def _of_opencode(part: _Json) -> Usage:
    """Of one step. Its input is without what the cache holds, its output without reasoning."""
    table = part.get("tokens") or {}
    cache = table.get("cache") or {}
    given = _count(table, "input") + _count(cache, "read", "write")
    made = _count(table, "output", "reasoning")
    return Usage(given, made, _count(cache, "read"), _cost(part.get("cost")))


def generic(data: _Json, state: State) -> Iterator[RunEvent]:
    """`{"text": …}`, `{"tool": …, "detail": …}`, `{"result": …, "error": bool}`,
    `{"usage": {"input_tokens", "output_tokens", "cached_tokens", "cost_usd"}}` of all so far."""
    yield from said(data.get("text"))
    if "tool" in data:
        yield Tool(str(data["tool"]), _detail(data.get("detail", "")))
    if table := data.get("usage"):
        given, made = _count(table, "input_tokens"), _count(table, "output_tokens")
        yield Usage(given, made, _count(table, "cached_tokens"), _cost(table.get("cost_usd")))
    if "result" in data:
        yield Result(bool(data.get("error")), _detail(data["result"]))


def left(state: State) -> Iterator[RunEvent]:
    """Words that no end of their line followed."""
    words, state.words = state.words, ""
    yield from said(words)


CLAUDE = Format(claude, concludes=True)
GENERIC = Format(generic)
_FORMATS: Mapping[str, Format] = {
    "codex": Format(codex, concludes=True),
    "gemini": Format(gemini, concludes=True),
    "opencode": Format(opencode),
}
