"""What agents print, as events. One function per format; a line that fits none is plain output."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from chant_ls.engine.events import Output, Result, RunEvent, Tool
from chant_ls.model.config import Provider

Parser = Callable[[str], tuple[RunEvent, ...]]

_DETAIL = 200


def parser(provider: Provider) -> Parser:
    """The provider's own format by its name, else the one that its `output` says."""
    formats = {"codex": codex, "gemini": gemini, "opencode": opencode}
    if provider.output == "claude-stream":
        return _of_json(claude)
    if provider.output == "jsonl":
        return _of_json(formats.get(provider.name, generic))
    return text


def text(line: str) -> tuple[RunEvent, ...]:
    return (Output(line),)


def _of_json(events: Callable[[dict[str, Any]], Iterator[RunEvent]]) -> Parser:
    def parse(line: str) -> tuple[RunEvent, ...]:
        try:
            data = json.loads(line)
        except ValueError:
            return text(line)
        if not isinstance(data, dict):
            return text(line)
        try:
            return tuple(events(data))
        except (AttributeError, KeyError, TypeError, ValueError):
            return text(line)  # not the format that we know: shown as it is

    return parse


def _said(words: object) -> Iterator[RunEvent]:
    if isinstance(words, str):
        yield from (Output(line, "text") for line in words.splitlines() if line.strip())


def _detail(value: object) -> str:
    told = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return told[:_DETAIL]


def claude(data: dict[str, Any]) -> Iterator[RunEvent]:
    if data.get("type") == "assistant":
        for item in data["message"]["content"]:
            if item.get("type") == "tool_use":
                yield Tool(item["name"], _detail(item.get("input", "")))
            else:
                yield from _said(item.get("text"))
    elif data.get("type") == "result":
        yield Result(
            bool(data.get("is_error")),
            str(data.get("result") or data.get("subtype") or ""),
            float(data.get("total_cost_usd") or 0),
            int(data.get("num_turns") or 0),
        )


def codex(data: dict[str, Any]) -> Iterator[RunEvent]:
    kind = data.get("type")
    if kind == "item.completed" and data["item"].get("type") == "agent_message":
        yield from _said(data["item"].get("text"))
    elif kind == "item.started" and "command" in data["item"]:
        yield Tool("command", _detail(data["item"]["command"]))
    elif kind == "item.completed" and data["item"].get("type") == "file_change":
        yield Tool("edit", _detail(data["item"].get("changes", "")))
    elif kind == "turn.completed":
        yield Result(False)
    elif kind == "turn.failed":
        yield Result(True, _detail(data.get("error", {}).get("message", "")))


def gemini(data: dict[str, Any]) -> Iterator[RunEvent]:
    kind = data.get("type")
    if kind == "message" and data.get("role") == "assistant":
        yield from _said(data.get("content"))
    elif kind == "tool_use":
        yield Tool(str(data.get("tool_name", "tool")), _detail(data.get("parameters", "")))
    elif kind == "result":
        failed = data.get("status") not in (None, "success")
        yield Result(failed, _detail(data.get("error", "")) if failed else "")


def opencode(data: dict[str, Any]) -> Iterator[RunEvent]:
    kind = data.get("type")
    if kind == "text":
        yield from _said(data["part"].get("text"))
    elif kind == "tool_use":
        part = data["part"]
        yield Tool(str(part.get("tool", "tool")), _detail(part.get("state", {}).get("title", "")))
    elif kind == "error":
        yield Result(True, _detail(data.get("error", "")))


def generic(data: dict[str, Any]) -> Iterator[RunEvent]:
    """`{"text": …}`, `{"tool": …, "detail": …}`, `{"result": …, "error": bool}`."""
    yield from _said(data.get("text"))
    if "tool" in data:
        yield Tool(str(data["tool"]), _detail(data.get("detail", "")))
    if "result" in data:
        yield Result(bool(data.get("error")), _detail(data["result"]))
