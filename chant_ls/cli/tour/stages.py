"""The stages of the demo, in order; each shows one thing with the real programs."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import indent
from typing import Any

from chant_ls.cli import render
from chant_ls.cli.story import line_of
from chant_ls.cli.tour.client import Client, Message
from chant_ls.cli.tour.project import BLOCKED, BROKEN, READY, Scratch
from chant_ls.engine.events import from_json

CHANT = (sys.executable, "-m", "chant_ls.cli")


def heading(text: str) -> None:
    render.out("")
    render.heading(text)


def chant(root: Path, *arguments: str) -> int:
    """Runs a command as a user would, shown with its output."""
    render.out(f"$ chant {' '.join(arguments)}")
    return subprocess.run([*CHANT, "-C", str(root), *arguments], check=False).returncode


def opened(client: Client, scratch: Scratch) -> None:
    """An editor opens the project; it pulls no diagnostics and watches no files."""
    experimental = {"chant": {"runEvents": True}}
    capabilities = {"general": {"positionEncodings": ["utf-32"]}, "experimental": experimental}
    client.request(
        "initialize",
        {
            "processId": None,
            "rootUri": scratch.root.as_uri(),
            "workspaceFolders": [{"uri": scratch.root.as_uri(), "name": "demo"}],
            "capabilities": capabilities,
            "initializationOptions": {"trusted": True},
        },
    )
    client.notify("initialized", {})


def diagnostics(client: Client, scratch: Scratch) -> None:
    """What an editor underlines in the broken spec."""
    path = scratch.spec(BROKEN)
    text = path.read_text(encoding="utf-8")
    item = {"uri": path.as_uri(), "languageId": "markdown", "version": 1, "text": text}
    client.notify("textDocument/didOpen", {"textDocument": item})
    lines = text.split("\n")
    for found in _settled(client, path.as_uri()):
        line = found["range"]["start"]["line"]
        start, end = (found["range"][side]["character"] for side in ("start", "end"))
        render.out(f"{line + 1:4} │ {lines[line]}")
        render.out(f"     │ {' ' * start}{'~' * max(1, end - start)} {found['message']}")


def _settled(client: Client, uri: str) -> list[Message]:
    """The diagnostics once the whole project is known: those about other specs are among them."""
    arrived = client.until(
        lambda m: (
            m["method"] == "textDocument/publishDiagnostics"
            and m["params"]["uri"] == uri
            and any(d.get("code") == "unknown-dependency" for d in m["params"]["diagnostics"])
        )
    )
    found: list[Message] = arrived["params"]["diagnostics"]
    return sorted(found, key=lambda d: d["range"]["start"]["line"])


def hover(client: Client, scratch: Scratch) -> None:
    """What an editor shows where the mouse rests on the dependency of the blocked spec."""
    path = scratch.spec(BLOCKED)
    text = path.read_text(encoding="utf-8")
    line = next(n for n, line in enumerate(text.split("\n")) if READY in line)
    place = {"line": line, "character": text.split("\n")[line].index(READY)}
    asked = {"textDocument": {"uri": path.as_uri()}, "position": place}
    answer = client.request("textDocument/hover", asked)
    for told in answer["contents"]["value"].splitlines():
        render.out(f"  {told}")


def work(client: Client, scratch: Scratch) -> bool:
    """The editor's Work on the ready spec; whether it was completed."""
    client.request("workspace/executeCommand", _command("chant.work", spec=READY))
    state = ""
    for event in _events(client):
        entry = from_json(event)
        if entry and (line := line_of(entry)):
            render.out(indent(line, "  "))
        if event["event"] == "finished":
            state = event["state"]
    return state in ("completed", "merged")


def _events(client: Client) -> Iterator[Message]:
    while True:
        event = client.until(lambda m: m["method"] == "chant/runEvent", seconds=60)["params"]
        yield event
        if event["event"] == "finished":
            return


def _command(name: str, **argument: Any) -> Message:
    return {"command": name, "arguments": [argument]}
