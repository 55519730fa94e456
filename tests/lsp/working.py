"""A real repository with an agent that waits for the test, and what a client says about it."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

ID = "2026-01-01-001-abc"
SPEC = """---
type: code
target_files: [src/answer.txt]
---

# Write the answer

## Acceptance Criteria

- [ ] The answer is written
"""
AGENT = f"""
import pathlib, sys, time
sys.stdin.read()
print("reading the spec", flush=True)
gate = pathlib.Path(sys.argv[1])
while gate.exists():
    time.sleep(0.02)
pathlib.Path("src").mkdir(exist_ok=True)
pathlib.Path("src/answer.txt").write_text("42\\n")
spec = pathlib.Path(".chant/specs/{ID}.md")
spec.write_text(spec.read_text().replace("- [ ]", "- [x]"))
print("wrote the answer", flush=True)
"""
CAPABILITIES = {
    "window": {"workDoneProgress": True, "showDocument": {"support": True}},
    "workspace": {"codeLens": {"refreshSupport": True}},
    "experimental": {"chant": {"runEvents": True}},
}


def git(repo: Path, *arguments: str) -> str:
    command = ["git", "-C", str(repo), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    """While this file exists, the agent waits."""
    return tmp_path / "gate"


@pytest.fixture
def repo(tmp_path: Path, gate: Path) -> Path:
    root = tmp_path / "repo"
    (root / ".chant/specs").mkdir(parents=True)
    (root / "tools").mkdir()
    (root / "tools/agent.py").write_text(AGENT)
    command = f"[{sys.executable}, tools/agent.py, {gate}]"
    config = f"---\nproject: {{name: demo}}\ndefaults: {{provider: fixer}}\nproviders:\n  fixer:\n    command: {command}\n---\n"  # noqa: E501 - one text
    (root / ".chant/config.md").write_text(config)
    (root / f".chant/specs/{ID}.md").write_text(SPEC)
    git(root, "init", "-q", "-b", "main")
    git(root, "config", "user.name", "T")
    git(root, "config", "user.email", "t@example.org")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "start")
    return root


@pytest.fixture(name="env")
def own_environment(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "home").mkdir()
    home = str(tmp_path / "home")
    return {"HOME": home, "XDG_DATA_HOME": home, "XDG_CONFIG_HOME": home, "XDG_STATE_HOME": home}


def until(holds, deadline=30.0):
    end = time.monotonic() + deadline
    while not holds():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


def status_is(client, wanted):
    return client.specs(None, lambda found: found[0]["status"] == wanted)[0]


def command(name, **argument):
    return {"command": f"chant.{name}", "arguments": [argument]}


def execute(client, name, **argument):
    return client.request("workspace/executeCommand", command(name, **argument))


def refusal(client, name, **argument):
    return client.error("workspace/executeCommand", command(name, **argument))


def events(client):
    return [m["params"]["event"] for m in client.seen if m.get("method") == "chant/runEvent"]
