"""`chant verify`: the criteria of completed specs, asked again at the tip of main."""

import json
import sys
from pathlib import Path

import pytest

from tests.cli.running import Told, chant, environment
from tests.e2e.conftest import git

AGENT = Path(__file__).parent.parent / "agents" / "answering.py"
ID = "2026-01-01-001-abc"
SPEC = """\
---
type: code
status: completed
labels: [v1]
---

# Keep the lock

## Acceptance Criteria

- [x] The lock is kept
- [x] The file says so `$ grep -q kept lock.txt`
"""
CHECKED = "2026-01-02-002-def"


def answer(first: str, second: str = "SKIP") -> str:
    rows = [
        {"index": 1, "verdict": first, "evidence": "read lock.txt"},
        {"index": 2, "verdict": second, "evidence": "not asked"},
    ]
    return f"```json\n{json.dumps({'criteria': rows})}\n```\n"


@pytest.fixture
def completed(project: Path) -> Path:
    (project.parent / "answers").mkdir()
    command = f"[{sys.executable}, {AGENT}]"
    config = f"---\ndefaults: {{provider: p}}\nproviders: {{p: {{command: {command}}}}}\n---\n"
    (project / ".chant/config.md").write_text(config)
    (project / "lock.txt").write_text("kept\n")
    (project / f".chant/specs/{ID}.md").write_text(SPEC)
    git(project, "add", "-A")
    git(project, "commit", "-qm", "a project")
    return project


def verify(project: Path, *arguments: str, says: tuple[str, ...] = ()) -> Told:
    answers = project.parent / "answers"
    for old in answers.glob("*.md"):
        old.unlink()
    for number, text in enumerate(says, 1):
        (answers / f"{number}.md").write_text(text)
    env = environment(project.parent, ANSWERS=str(answers))
    return chant(project, "verify", *arguments, env=env)


def shown(project: Path, id: str = ID) -> dict:
    return json.loads(chant(project, "show", id, "--json").stdout)


def text(project: Path, id: str = ID) -> str:
    return (project / f".chant/specs/{id}.md").read_text()


def test_what_holds_is_noted_and_nothing_else_changes(completed: Path) -> None:
    told = verify(completed, "001", says=(answer("PASS"),))
    assert told.code == 0 and f"{ID}: passed" in told.stdout, told
    assert "PASS  The lock is kept: read lock.txt" in told.stdout
    assert "PASS  The file says so: its check passes" in told.stdout
    assert "will run: " in told.stderr and "answering.py" in told.stderr
    assert "verification_status: passed" in text(completed)
    assert "last_verified: " in text(completed) and shown(completed)["status"] == "completed"
    assert git(completed, "log", "-1", "--format=%s").strip() == f"chant: verify {ID}"
    assert git(completed, "status", "--porcelain") == "", "what the agent spoilt is thrown away"
    assert len(git(completed, "worktree", "list").splitlines()) == 1
    prompt = (completed.parent / "answers/prompt-1.md").read_text()
    assert "The lock is kept" in prompt and "Change nothing" in prompt


def test_what_fails_needs_attention_until_it_passes(completed: Path) -> None:
    told = verify(completed, "001", says=(answer("FAIL"),))
    assert told.code == 1 and "FAIL  The lock is kept: read lock.txt" in told.stdout, told
    assert shown(completed)["status"] == "needs_attention"
    assert "- The lock is kept — read lock.txt" in text(completed)
    again = verify(completed, "001", says=(answer("PASS"),))
    assert again.code == 0 and shown(completed)["status"] == "completed", again
    assert "verification_failures" not in text(completed)


def test_a_check_decides_whatever_the_agent_says(completed: Path) -> None:
    (completed / "lock.txt").write_text("lost\n")
    git(completed, "commit", "-qam", "lost it")
    (completed / "lock.txt").write_text("kept, but not committed\n")
    told = verify(completed, "001", "--json", says=(answer("PASS", "PASS"),))
    [one] = json.loads(told.stdout)
    assert (told.code, one["outcome"], one["status"]) == (1, "failed", "needs_attention")
    assert [each["verdict"] for each in one["criteria"]] == ["pass", "fail"]
    assert (completed / "lock.txt").read_text() == "kept, but not committed\n"


def test_what_nobody_can_decide_is_partial_and_moves_nothing(completed: Path) -> None:
    told = verify(completed, "001", says=(answer("SKIP"),))
    assert told.code == 0 and f"{ID}: partial" in told.stdout
    assert shown(completed)["status"] == "completed"


def test_a_bad_answer_is_asked_for_once_more(completed: Path) -> None:
    told = verify(completed, "001", says=("- [x] The lock is kept: PASS", answer("PASS")))
    assert told.code == 0, told
    assert "no fenced JSON" in (completed.parent / "answers/prompt-2.md").read_text()
    before = git(completed, "rev-parse", "HEAD")
    bad = verify(completed, "001", says=("fine", "fine"))
    assert bad.code == 1 and "cannot be used" in bad.stderr
    assert git(completed, "rev-parse", "HEAD") == before


def test_checks_alone_need_no_agent(completed: Path) -> None:
    (completed / ".chant/config.md").write_text("---\ndefaults: {provider: shell}\n---\n")
    spec = SPEC.replace("- [x] The lock is kept\n", "")
    (completed / f".chant/specs/{CHECKED}.md").write_text(spec)
    git(completed, "add", "-A")
    git(completed, "commit", "-qm", "checked")
    assert verify(completed, "002").code == 0
    refused = verify(completed, "001")
    assert refused.code == 1 and "cannot judge" in refused.stderr


def test_all_and_labels_choose_and_one_refusal_stops_no_other(completed: Path) -> None:
    spec = SPEC.replace("- [x] The lock is kept\n", "").replace("v1", "v2")
    (completed / f".chant/specs/{CHECKED}.md").write_text(spec)
    (completed / ".chant/specs/2026-01-03-003-ghi.md").write_text(
        SPEC.replace("completed", "pending")
    )
    git(completed, "add", "-A")
    git(completed, "commit", "-qm", "more")
    labelled = verify(completed, "--label", "v2", "--json")
    assert [one["id"] for one in json.loads(labelled.stdout)] == [CHECKED]
    told = verify(completed, "--all", "--json", says=("no", "no"))
    first, second = json.loads(told.stdout)
    assert told.code == 1 and "cannot be used" in first["error"] and second["outcome"] == "passed"


def test_a_rehearsal_runs_nothing(completed: Path) -> None:
    told = verify(completed, "001", "--dry-run")
    assert told.code == 0 and "check: grep -q kept lock.txt" in told.stdout
    assert "answering.py" in told.stdout and "last_verified" not in text(completed)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((), 2, "--all"),
        (("001", "--all"), 2, "--all"),
        (("nope",), 1, "no spec"),
        (("004",), 1, "not completed"),
    ],
)
def test_wrong_wishes_are_refused(
    completed: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    pending = SPEC.replace("completed", "pending")
    (completed / ".chant/specs/2026-01-04-004-jkl.md").write_text(pending)
    told = verify(completed, *arguments)
    assert (told.code, words in told.stderr) == (code, True), told


def test_drift_compares_with_what_was_verified_last(completed: Path) -> None:
    tracked = SPEC.replace("labels: [v1]", "tracks: [lock.txt]")
    (completed / f".chant/specs/{ID}.md").write_text(tracked)
    git(completed, "commit", "-qam", "tracks")
    assert chant(completed, "drift", "001").stdout.startswith(f"{ID}: cannot be told")
    assert verify(completed, "001", says=(answer("PASS"),)).code == 0
    assert chant(completed, "drift", "001").stdout == f"{ID}: up to date\n"
    (completed / "lock.txt").write_text("kept otherwise\n")
    assert chant(completed, "drift", "001").code == 1
    git(completed, "commit", "-qam", "otherwise")
    assert verify(completed, "001", says=(answer("PASS"),)).code == 0
    assert chant(completed, "drift", "001").code == 0, "it holds with what it names now"
