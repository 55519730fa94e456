"""`chant add --research`: research, then an implementation that waits for it."""

import json
import re
import sys
from pathlib import Path

import pytest

from tests.cli.running import chant
from tests.e2e.conftest import git

AGENT = """\
import os, pathlib, sys
prompt = sys.stdin.read()
spec = pathlib.Path(os.environ["CHANT_SPEC_FILE"])
spec.write_text(spec.read_text().replace("- [ ]", "- [x]"))
found = pathlib.Path(".chant/research/faster-locks.md")
if "type: research" in spec.read_text():
    found.parent.mkdir(exist_ok=True)
    found.write_text("RwLock is best")
else:
    assert "RwLock is best" in prompt
    pathlib.Path("lock.txt").write_text("done")
"""


def add(project: Path, *arguments: str) -> list[str]:
    told = chant(project, "add", *arguments)
    assert told.code == 0, told
    return re.findall(r"^Created spec: (\S+)$", told.stdout, re.MULTILINE)


def shown(project: Path, id: str) -> dict:
    return json.loads(chant(project, "show", id, "--json").stdout)


def test_research_alone_asks_and_says_where_its_findings_go(project: Path) -> None:
    [id] = add(project, "--research", "Why is it slow?", "--label", "v1")
    one = shown(project, id)
    assert (one["title"], one["type"], one["labels"]) == ("Why is it slow?", "research", ["v1"])
    assert one["target_files"] == [".chant/research/why-is-it-slow.md"]
    assert one["criteria"] == {"done": 0, "total": 3} and one["status"] == "ready"
    text = (project / one["path"]).read_text()
    assert "prompt: research" in text and "## Research Questions" in text
    assert git(project, "status", "--porcelain") == ""
    assert chant(project, "lint", id).code == 0
    [again] = add(project, "--research", "Why is it slow?")
    assert shown(project, again)["target_files"] == [".chant/research/why-is-it-slow-2.md"]


def test_what_is_said_otherwise_counts(project: Path) -> None:
    [id] = add(project, "--research", "Why?", "--target", "docs/why.md", "--prompt", "standard")
    text = (project / shown(project, id)["path"]).read_text()
    assert "- docs/why.md" in text and "`docs/why.md` holds" in text and "prompt: standard" in text


def test_research_and_implementation_run_one_after_the_other(project: Path) -> None:
    agent = project.parent / "agent.py"
    agent.write_text(AGENT)
    command = f"[{sys.executable}, {agent}]"
    config = f"---\ndefaults: {{provider: p}}\nproviders: {{p: {{command: {command}}}}}\n---\n"
    (project / ".chant/config.md").write_text(config)
    git(project, "commit", "-qam", "an agent")
    first, second = add(
        project, "--research", "Faster locks", "--then-implement", "--target", "lock.txt"
    )
    assert shown(project, second)["blocked_by"][0]["id"] == first
    assert shown(project, second)["target_files"] == ["lock.txt"]
    assert shown(project, second)["type"] == "code"
    told = chant(project, "work", "--parallel")
    assert told.code == 0, told
    assert (project / "lock.txt").read_text() == "done"
    assert chant(project, "list").stdout == ""


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--then-implement", "T"), 2, "--research"),
        (("--research", "T", "--type", "task"), 1, "--then-implement"),
        (("--research", " "), 1, "title"),
        (("--research", "T", "--then-implement", "--depends-on", "nope"), 1, "nope"),
    ],
)
def test_nothing_is_written_where_it_is_refused(
    project: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    told = chant(project, "add", *arguments)
    assert (told.code, words in told.stderr) == (code, True), told
    assert list((project / ".chant/specs").iterdir()) == []
