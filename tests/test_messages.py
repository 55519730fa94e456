"""No text of ours hands a person, or an agent that pastes it, a command that destroys."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from chant_ls.engine.git_port import GitError

ROOT = Path(__file__).parents[1]
DESTRUCTIVE = re.compile(
    r"(?<!git )\brm\s+-|\brmdir\b|\bunlink\b|\bshred\b|\bdd\s+if="
    r"|reset\s+--hard|clean\s+-[a-z]*[fdx]|checkout\s+(-f|--force|--\s|\.)|restore\s+\."
    r"|branch\s+-D|branch\s+-d\s+-f|git\s+worktree\s+(remove|prune)|stash\s+(drop|clear|pop)"
    r"|push\s+(-f|--force|--delete|--mirror)|update-ref\s+-d|gc\s+--prune|reflog\s+expire"
    r"|filter-branch|kill\s+-9|pkill|killall|>\s*/dev/sd|mkfs|chmod\s+-R|chown\s+-R"
)


def texts() -> Iterator[tuple[str, str]]:
    """Every text constant of the program with its place, and every file that is shown or read."""
    for path in sorted((ROOT / "chant_ls").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node.value
    for folder, pattern in (("chant_ls", "*.md"), ("editors/nvim", "*.lua"), (".", "*.md")):
        for path in sorted((ROOT / folder).glob(pattern if folder == "." else f"**/{pattern}")):
            yield str(path.relative_to(ROOT)), path.read_text()
    for path in sorted((ROOT / "editors" / "vscode" / "src").rglob("*.ts")):
        yield str(path.relative_to(ROOT)), path.read_text()


def test_no_message_holds_a_destructive_command() -> None:
    found = [(place, match[0]) for place, text in texts() if (match := DESTRUCTIVE.search(text))]
    assert found == []
    assert sum(1 for _ in texts()) > 1000


def test_a_failure_of_git_is_told_without_its_arguments_and_hints() -> None:
    said = "error: the branch is not merged\nhint: run 'git branch -D chant/x'\n"
    error = GitError(("-c", "a=b", "branch", "-D", "--", "chant/x"), 1, said)
    refusal = error.refusal("x cannot go")
    assert refusal.message == "x cannot go: error: the branch is not merged"
    for text in (str(error), *refusal.details):
        assert DESTRUCTIVE.search(text) is None and "-D" not in text


@pytest.mark.parametrize(
    "text", ["`rm -rf x`", "git reset --hard", "git branch -D x", "git clean -fdx", "kill -9 1"]
)
def test_such_a_command_would_be_found(text: str) -> None:
    assert DESTRUCTIVE.search(text)
