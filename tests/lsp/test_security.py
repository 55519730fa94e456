"""A hostile project in an editor: nothing of it runs, nothing of it fools or ends the server."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hostile import REPOSITORY, SERVE, assert_quiet, booby_trap

ID = "2026-01-01-001-abc"
OTHER = "2026-01-01-002-def"
TEXT = "---\ntype: task\ntarget_files: [x]\nlabels: [{label}]\n---\n\n# {title}\n"
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
EVIL = (
    "![x](http://evil/p.png) <img src=x> [run](command:evil) **b** \x1b[31m \u202e www.evil.example"
)


def git(root: Path, *arguments: str) -> str:
    command = ["git", "-C", str(root), "-c", "core.hooksPath=/dev/null", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    root = tmp_path / "repo"
    (root / ".chant" / "specs").mkdir(parents=True)
    spec(root, ID).write_text(TEXT.format(label="private", title="Secret"))
    git(root, "init", "-q", "-b", "main")
    git(root, "config", "user.name", "T")
    git(root, "config", "user.email", "t@example.org")
    git(root, "add", ".")
    git(root, "commit", "-qm", "start")
    return root


def spec(root: Path, id: str) -> Path:
    return root / ".chant" / "specs" / f"{id}.md"


def codes(*wanted: str, without: tuple[str, ...] = ()):
    return lambda found: set(wanted) <= set(found) and not set(without) & set(found)


def at(uri: str, line: int, character: int) -> dict[str, object]:
    return {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}}


def indexed(client, root: Path, count: int) -> None:
    client.specs(root, lambda found: len(found) == count)


def test_opening_starts_nothing_of_the_repository(connect, repo: Path, tmp_path: Path) -> None:
    marks = tmp_path / "marks"
    booby_trap(repo, marks)
    script = tmp_path / "serve.py"
    script.write_text(f"import os\nos.chdir({str(repo)!r})\n{SERVE}")
    env = {"HOME": str(tmp_path), "PYTHONPATH": str(REPOSITORY)}
    client = connect(command=[sys.executable, str(script)], env=env)
    client.initialize(repo, initializationOptions={"trusted": False})
    uri = client.open(spec(repo, ID))
    indexed(client, repo, 1)
    for method in ("hover", "completion", "definition", "references"):
        more = {"context": {"includeDeclaration": True}} if method == "references" else {}
        client.request(f"textDocument/{method}", {**at(uri, 1, 7), **more})
    for method in ("codeLens", "documentSymbol"):
        client.request(f"textDocument/{method}", {"textDocument": {"uri": uri}})
    for command in ("work", "merge", "log", "graph"):
        argument = {"spec": ID, "format": "tree"}
        if command == "graph":
            del argument["spec"]
        asked = client.ask(
            "workspace/executeCommand", {"command": f"chant.{command}", "arguments": [argument]}
        )
        client.answer(asked)
    assert client.leave() == 0
    assert_quiet(marks, b"".join(client.stderr).decode())


def test_private_and_tracked_is_told_until_git_forgets_it(connect, repo: Path) -> None:
    client = connect()
    client.initialize(repo, initializationOptions={"trusted": True})
    uri = client.open(spec(repo, ID))
    client.diagnostics(uri, codes("private-tracked"))
    git(repo, "rm", "-q", "--cached", str(spec(repo, ID)))
    client.diagnostics(uri, codes(without=("private-tracked",)))


def test_of_an_untrusted_project_the_index_is_not_read(connect, repo: Path) -> None:
    client = connect()
    client.initialize(repo)
    uri = client.open(spec(repo, ID), TEXT.format(label="private", title="Secret") + "\n- x\n")
    spec(repo, OTHER).write_text(TEXT.format(label="x", title="Other"))
    indexed(client, repo, 2)
    client.change(uri, 2, {"text": "---\ntype: nonsense\nlabels: [private]\n---\n\n# S\n"})
    found = client.diagnostics(uri, codes("invalid-value"))
    assert "private-tracked" not in [one["code"] for one in found]


def bomb(depth: int = 30) -> str:
    rows = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, depth))
    return f"---\na0: &a0 [x, x]\n{rows}\nlabels: *a{depth - 1}\n---\n\n# Bomb\n"


BREAKERS = {
    "2026-01-01-010-aaa": bomb(),
    "2026-01-01-011-aaa": f"---\nlabels: {'[' * 20000}\n---\n\n# Deep\n",
    "2026-01-01-012-aaa": '---\ninformed_by: ["\\ud800", "\\0", "x\\u202ey", "~/x"]\n---\n\n# O\n',
    "2026-01-01-013-aaa": f"---\ninformed_by: ['{'**/' * 5000}x']\n---\n\n# Stars\n",
    "2026-01-01-014-aaa": f"---\ncontext: ['{'y' * 5000}']\n---\n\n# Long\n",
    "2026-01-01-015-aaa": f"---\nlabels:\n{'- x' + chr(10)}---\n# T\n" + "- [ ] `$ x`\n" * 20000,
    "2026-01-01-016-aaa": "---\nlabels: [" + "x, " * 100_000 + "x]\n---\n\n# Many\n",
}


def test_texts_that_are_made_to_break_it_do_not(connect, repo: Path) -> None:
    for id, text in BREAKERS.items():
        spec(repo, id).write_text(text)
    os.mkfifo(spec(repo, "2026-01-01-017-aaa"))
    (repo / ".chant" / "config.md").write_text(bomb())
    client = connect()
    client.initialize(repo)
    uris = {id: client.open(spec(repo, id)) for id in BREAKERS}
    indexed(client, repo, len(BREAKERS) + 1)
    for uri in uris.values():
        assert client.request("textDocument/documentSymbol", {"textDocument": {"uri": uri}})
    client.diagnostics(uris["2026-01-01-010-aaa"])
    client.diagnostics(uris["2026-01-01-012-aaa"], codes("yaml-syntax"))
    for id in ("2026-01-01-013-aaa", "2026-01-01-014-aaa"):
        client.diagnostics(uris[id], codes("unresolved-path"))
    assert client.leave() == 0


@pytest.mark.parametrize("formats", [["markdown"], ["plaintext"]])
def test_titles_and_ids_of_strangers_are_shown_as_text(connect, repo: Path, formats) -> None:
    spec(repo, OTHER).write_text(TEXT.format(label="x", title=EVIL))
    asks = f'---\ndepends_on: [{OTHER}, "n\\e[2J\\u202eo"]\n---\n\n# {EVIL}\n\n{OTHER}\n'
    spec(repo, ID).write_text(asks)
    client = connect()
    hover = {"textDocument": {"hover": {"contentFormat": formats}}}
    client.initialize(repo, capabilities=hover)
    uri = client.open(spec(repo, ID))
    indexed(client, repo, 2)
    told = client.request("textDocument/hover", at(uri, 1, 15))["contents"]["value"]
    assert UNSEEN.search(told) is None
    if formats == ["markdown"]:
        for live in (r"\[x", r"<img", r"\]\(", r"\*\*b", r"\.evil"):
            assert re.search(rf"(?<!\\){live}", told) is None, told
    whole = {"start": {"line": 0, "character": 0}, "end": {"line": 9, "character": 0}}
    shown = [
        client.request("textDocument/codeLens", {"textDocument": {"uri": uri}}),
        client.request("textDocument/inlayHint", {"textDocument": {"uri": uri}, "range": whole}),
        client.request("workspace/symbol", {"query": ""}),
        client.request("textDocument/completion", at(uri, 1, 13)),
    ]
    labels = [item["label"] for item in shown[1]]
    titles = [lens["command"]["title"] for lens in shown[0]]
    names = [symbol["name"] for symbol in shown[2]]
    details = [item.get("detail") or "" for item in shown[3]["items"]]
    assert labels and titles and names and any(details)
    for text in (*labels, *titles, *names, *details):
        assert isinstance(text, str) and UNSEEN.search(text) is None, text


def test_on_stdio_nothing_listens(connect, repo: Path, tmp_path: Path) -> None:
    client = connect(command=[sys.executable, "-c", SERVE], env={"PYTHONPATH": str(REPOSITORY)})
    client.initialize(repo)
    indexed(client, repo, 1)
    assert client.leave() == 0
    assert "socket.bind" not in b"".join(client.stderr).decode()


@pytest.mark.parametrize("address", [":0", "localhost:0", "[::1]:0"])
def test_tcp_without_another_host_is_loopback(connect, address: str) -> None:
    server = connect("--tcp", address)
    while not server.stderr:
        assert server.process.poll() is None
    said = server.stderr[0].decode()
    if "::1" in address and "cannot listen" in said:
        pytest.skip("this machine has no IPv6")
    assert said.split()[-1].rpartition(":")[0] in ("127.0.0.1", "::1"), said


def test_progress_and_events_hold_nothing_unseen(connect, repo: Path, tmp_path: Path) -> None:
    block = "```sh\nprintf 'a\\033[2Jb\\342\\200\\256c\\n'; echo x > done.txt; sleep 0.5\n```"
    text = f"---\ntype: code\n---\n\n# {EVIL}\n\n{block}\n\n## Acceptance Criteria\n\n- [x] y\n"
    spec(repo, OTHER).write_text(text)
    (repo / ".chant" / "config.md").write_text("---\ndefaults: {provider: shell}\n---\n")
    home = str(tmp_path)
    client = connect(env={"HOME": home, "XDG_DATA_HOME": home, "XDG_CONFIG_HOME": home})
    window = {"window": {"workDoneProgress": True}}
    client.initialize(repo, capabilities=window, initializationOptions={"trusted": True})
    indexed(client, repo, 2)
    work = {"command": "chant.work", "arguments": [{"spec": OTHER}]}
    assert client.request("workspace/executeCommand", work)["ok"]

    def ended(message: dict[str, object]) -> bool:
        return message.get("method") == "$/progress" and "end" in json.dumps(message["params"])

    client.until(ended)
    values = [m["params"]["value"] for m in client.seen if m.get("method") == "$/progress"]
    shown = [str(value.get("title", "")) + str(value.get("message", "")) for value in values]
    assert any("evil" in text for text in shown)
    assert all(UNSEEN.search(text) is None for text in shown), shown
