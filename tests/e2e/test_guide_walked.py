"""The users' guide, followed from its first line to its last, in one project."""

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from chant_ls.app import build_app
from chant_ls.engine.operations.work import supervisor_of
from tests.cli.running import Told, chant, environment
from tests.e2e.conftest import git
from tests.engine.project import wait_until
from tests.matrix import Row

GUIDE = Path("/work/shared/design/guide.md")

AGENT = """\
import os, pathlib, re, sys, time

prompt, id = sys.stdin.read(), os.environ["CHANT_SPEC_ID"]
beside = pathlib.Path(__file__).parent
(beside / "prompts").mkdir(exist_ok=True)
(beside / "prompts" / id).write_text(prompt)
(beside / "started").open("a").write(id + "\\n")
while (beside / "hold").exists():
    time.sleep(0.02)
spec = pathlib.Path(os.environ["CHANT_SPEC_FILE"])
shared = pathlib.Path("src/lock.rs")
if "conflict markers" in prompt:
    lines = shared.read_text().splitlines(True)
    shared.write_text("".join(x for x in lines if x[:7] not in ("<<<<<<<", "=======", ">>>>>>>")))
    sys.exit()
text = spec.read_text()
for target in re.findall(r"^  - (\\.chant/research/\\S+)$", text, re.M):
    pathlib.Path(target).parent.mkdir(exist_ok=True)
    pathlib.Path(target).write_text("lock contention is the bottleneck\\n")
if "both modify same file" in text:
    shared.write_text(f"changed by {id}\\n")
pathlib.Path(f"{id}.txt").write_text("made")
spec.write_text(text.replace("- [ ]", "- [x]"))
print("worked on", id)
"""

CONFIG = """\
---
project: {{name: guide}}
defaults: {{provider: scripted}}
providers:
  scripted: {{command: ["{python}", "{agent}"]}}
---
"""


@dataclass
class User:
    """Who follows the guide. `typed` are the commands so far, ids as the guide has them."""

    project: Path
    typed: list[str] = field(default_factory=list)

    @property
    def beside(self) -> Path:
        return self.project.parent

    def told(self, line: str, **ids: str) -> Told:
        """A line of the guide; `<name>` in it stands for one of `ids`."""
        self.typed.append(line)
        words = [_bare(word) for word in re.findall(r'"[^"]*"|\S+', line)][1:]
        return chant(self.project, *(ids.get(word.strip("<>"), word) for word in words))

    def does(self, line: str, **ids: str) -> str:
        told = self.told(line, **ids)
        assert told.code == 0, (line, told.stdout, told.stderr)
        return told.stdout

    def adds(self, line: str) -> str:
        found = re.fullmatch(r"Created spec: (\S+)\n", self.does(line))
        assert found, line
        return found[1]

    def writes(self, path: str, text: str, *, commit: bool = True) -> None:
        file = self.project / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        if commit:
            git(self.project, "add", "--", path)
            git(self.project, "commit", "-qm", f"write {path}")

    def spec(self, id: str, front: str, title: str, body: str = "", *, commit: bool = True) -> str:
        text = f"---\n{front}---\n\n# {title}\n{body}"
        self.writes(f".chant/specs/{id}.md", text, commit=commit)
        return id

    def status(self, *words: str) -> dict[str, str]:
        rows = chant(self.project, "list", *words).stdout.splitlines()
        return {row.split()[0]: row.split()[1] for row in rows}

    def made(self, *ids: str) -> bool:
        return all((self.project / f"{id}.txt").is_file() for id in ids)

    def prompt(self, id: str) -> str:
        return (self.beside / "prompts" / id).read_text()

    def holds(self) -> None:
        """From now on agents start and wait."""
        (self.beside / "started").unlink(missing_ok=True)
        (self.beside / "hold").touch()

    def agents(self) -> set[str]:
        started = self.beside / "started"
        return set(started.read_text().split()) if started.exists() else set()

    def lets_go(self) -> None:
        (self.beside / "hold").unlink()

    def starts(self, line: str) -> "subprocess.Popen[str]":
        self.typed.append(line)
        return subprocess.Popen(
            [sys.executable, "-m", "chant_ls.cli", *line.split()[1:]],
            cwd=self.project,
            env=environment(self.beside),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def nothing_goes_on(self) -> bool:
        engine = build_app(self.project, environment(self.beside)).engine
        jobs = engine.runs.jobs()
        return not any(engine.processes.alive(supervisor_of(engine, job)) for job in jobs)


def _bare(word: str) -> str:
    return word[1:-1] if word.startswith('"') else word


@pytest.fixture
def user(project: Path) -> Iterator[User]:
    agent = project.parent / "agent.py"
    agent.write_text(AGENT)
    somebody = User(project)
    config = CONFIG.format(python=sys.executable, agent=agent)
    somebody.writes(".chant/config.md", config)
    somebody.writes("src/lock.rs", "// nobody\n")
    somebody.writes("benchmarks/storage_bench.rs", "// bench\n")
    yield somebody
    (project.parent / "hold").unlink(missing_ok=True)
    wait_until(somebody.nothing_goes_on)


def boxes(*criteria: str) -> str:
    items = "".join(f"- [ ] {one}\n" for one in criteria)
    return f"\n## Acceptance Criteria\n\n{items}"


@pytest.mark.timeout(900)
@pytest.mark.scenario(Row.GUIDE)
@pytest.mark.timeout(900)
def test_the_guide_from_top_to_bottom(user: User) -> None:
    security_issues(user)
    breaking_changes(user)
    performance_issues(user)
    dependencies(user)
    drivers(user)
    labels(user)
    parallel_execution(user)
    parallel_conflicts(user)
    chains_and_groups(user)
    stuck_agents(user)
    other_repositories(user)
    hotfix(user)
    lint = user.told("chant lint")
    assert "error" not in lint.stdout, lint.stdout
    assert git(user.project, "stash", "list") == ""
    assert len(git(user.project, "worktree", "list").splitlines()) == 2, "that which was cancelled"
    assert git(user.project, "status", "--porcelain").split() == ["??", ".chant/specs/cve.md"]
    assert_all_of_it_was_typed(user)


def security_issues(user: User) -> None:
    front = "type: task\nstatus: ready\nlabels:\n  - security\n  - private\n"
    body = boxes("Vulnerability confirmed", "CVE requested (if applicable)")
    user.spec("cve", front, "Research security vulnerability (CVE pending)", body, commit=False)
    user.writes(
        ".chant/prompts/security-research.md",
        "# .chant/prompts/security-research.md\n\nYou are conducting security research.\n",
    )
    assert user.status() == {"cve": "ready"}
    ids = [
        user.adds('chant add "Research security issue SEC-2026-001" --type task --label security'),
        user.adds('chant add "Fix security issue SEC-2026-001" --type code --label security'),
        user.adds('chant add "Security review SEC-2026-001" --type task --label security'),
    ]
    user.does(f"chant work {ids[0]} --prompt security-research --merge")
    assert "You are conducting security research." in user.prompt(ids[0])
    user.does("chant work --parallel --label security")
    assert user.made(*ids, "cve")
    log = git(user.project, "log", "--format=%B")
    assert "CVE pending" not in log and "cve" not in git(user.project, "ls-files", ".chant")
    timeline = "\n## Timeline\n\n- [ ] 2026-01-15: Notify affected projects\n"
    labels = "type: task\nlabels:\n  - security\n  - coordinated-disclosure\n"
    user.spec("2026-01-28-001-cvd", labels, "Coordinate disclosure for CVE-2026-XXXX", timeline)
    assert user.status() == {"2026-01-28-001-cvd": "ready"}
    user.does("chant cancel <cvd>", cvd="2026-01-28-001-cvd")


def breaking_changes(user: User) -> None:
    removed = user.adds('chant add "Remove deprecated API" --type code --label breaking-change')
    first, later = "2026-01-29-001-dep", "2026-01-29-002-rem"
    user.spec(
        first,
        "type: code\nlabels:\n  - deprecation\n  - v0.7.0\n",
        "Deprecate old_method() in favor of new_method()",
        boxes("Add migration guide to documentation"),
    )
    user.spec(
        later,
        "type: code\nlabels:\n  - breaking-change\n  - v0.9.0\n"
        f"depends_on:\n  - {first}  # Must be released first\n",
        "Remove deprecated old_method()",
        boxes("Update documentation"),
    )
    assert list(user.status("--label", "breaking-change")) == [later, removed]
    assert f"{later}  blocked" in user.does("chant list --label breaking-change")
    assert user.does("chant list --label feature") == user.does("chant list --label fix") == ""
    user.does(f"chant work {first} --merge")
    user.does("chant work --parallel --label breaking-change")
    assert user.made(first, later, removed)


def performance_issues(user: User) -> None:
    """Research, then an implementation that is informed by it."""
    found = ".chant/research/performance-issue-1240.md"
    research, fix = "2026-01-29-003-per", "2026-01-29-004-opt"
    user.spec(
        research,
        "type: task\nstatus: ready\nprompt: research\nlabels:\n  - performance\n"
        f"informed_by:\n  - benchmarks/storage_bench.rs\ntarget_files:\n  - {found}\n",
        "Research performance regression in storage module",
        "\n## Research Questions\n\n- [ ] Where is time being spent (profile)?\n"
        + boxes("Root cause of slowdown identified"),
    )
    user.does(f"chant work {research} --merge")
    assert "storage_bench.rs" in user.prompt(research)
    user.spec(
        fix,
        f"type: code\nlabels:\n  - performance\ninformed_by:\n  - {found}\n",
        "Optimize lock contention in storage module",
        boxes("No correctness regression"),
    )
    user.does(f"chant work {fix} --merge")
    assert "lock contention is the bottleneck" in user.prompt(fix)


def dependencies(user: User) -> None:
    """What blocks is told as the guide shows it."""
    user.spec("2026-01-29-010-abc", "type: code\n", "Refactor Lock module")
    front = "type: code\ndepends_on:\n  - 2026-01-29-010-abc  # Spec 1\n"
    user.spec("2026-01-29-011-def", front, "Fix issue #1234")
    shown = [
        "2026-01-29-010-abc ready Refactor Lock module",
        "2026-01-29-011-def blocked Fix issue #1234 (depends on 010-abc)",
    ]
    assert [" ".join(row.split()) for row in user.does("chant list").splitlines()] == shown
    user.does("chant work --chain 2026-01-29-010-abc 2026-01-29-011-def")


def drivers(user: User) -> None:
    """Prose names no members: that is said; named, they are worked."""
    driver, member = "2026-01-29-020-drv", "2026-01-29-021-mem"
    prose = "\n## Member Specs\n\n1. `research-storage-architecture` - Research current issues\n"
    user.spec(driver, "type: driver\nlabels:\n  - epic\n", "Storage module overhaul", prose)
    told = user.told(f"chant work {driver}")
    assert told.code == 1 and "members:" in told.stderr
    user.spec(member, "type: code\n", "Research current issues")
    front = f"type: driver\nmembers: [{member}]\nlabels:\n  - epic\n"
    user.spec(driver, front, "Storage module overhaul", prose)
    user.does(f"chant work {driver}")
    assert user.status("--all")[driver] == "completed"


def labels(user: User) -> None:
    ids = [
        user.adds('chant add "Research storage issues" --type task --label storage-overhaul'),
        user.adds('chant add "Refactor lock module" --type code --label storage-overhaul'),
        user.adds('chant add "Fix concurrent writes" --type code --label storage-overhaul'),
    ]
    user.does("chant work --parallel --label storage-overhaul")
    assert user.made(*ids)
    assert user.does("chant list --label storage-overhaul") == ""


def parallel_execution(user: User) -> None:
    ids = {
        user.adds('chant add "Fix issue #1234" --type code --label v0.8.0'),
        user.adds('chant add "Fix issue #1235" --type code --label v0.8.0'),
        user.adds('chant add "Fix issue #1236" --type code --label v0.8.0'),
    }
    user.does("chant work --parallel --label v0.8.0 --dry-run")
    user.typed.append("chant work --parallel --label v0.8.0")
    user.holds()
    with user.starts("chant work --parallel --label v0.8.0 --max-parallel 3") as run:
        wait_until(lambda: user.agents() == ids)
        rows = user.does("chant list --label v0.8.0 --status in_progress").splitlines()
        assert {row.split()[0] for row in rows} == ids
        user.lets_go()
        said, _ = run.communicate(timeout=120)
    assert run.returncode == 0, said
    assert user.made(*ids)


def parallel_conflicts(user: User) -> None:
    """Twice: settled by the agent, and one after the other by hand."""
    one, two = "2026-01-29-030-abc", "2026-01-29-031-def"
    three, four = "2026-01-29-032-ghi", "2026-01-29-033-jkl"
    for id in (one, two, three, four):
        user.spec(id, "type: code\nlabels: [clash]\n", f"Clash {id}", "\nboth modify same file\n")
    user.does("chant work --parallel --label clash --no-merge")
    assert set(user.status("--label", "clash").values()) == {"completed"}
    told = user.told("chant merge 2026-01-29-010-abc", **{"2026-01-29-010-abc": one})
    assert told.code == 0, told.stderr
    told = user.told("chant merge 2026-01-29-011-def --rebase", **{"2026-01-29-011-def": two})
    assert told.code == 1 and "chant merge --continue" in told.stderr
    rows = git(user.project, "worktree", "list").splitlines()
    folder = Path(next(row.split()[0] for row in rows if two in row))
    (folder / "src/lock.rs").write_text("settled by hand\n")
    git(folder, "add", "src/lock.rs")
    user.does("chant merge --continue")
    user.does("chant merge --all --rebase --auto")
    text = (user.project / "src/lock.rs").read_text()
    assert "settled by hand" in text and three in text and four in text
    assert user.status("--label", "clash") == {}


def chains_and_groups(user: User) -> None:
    ids = [user.spec(f"2026-01-29-04{n}-chn", "type: code\n", f"Link {n}") for n in (1, 2, 3)]
    named = dict(zip(("spec1", "spec2", "spec3"), ids, strict=True))
    said = user.does("chant work --chain spec1 spec2 spec3", **named)
    places = [said.index(f"worked on {id}") for id in ids]
    assert places == sorted(places) and user.made(*ids)
    group = "2026-01-29-050-grp"
    prose = "\n## Member Specs\n\n- 2026-01-29-051-abc (independent)\n"
    user.spec(group, "type: group\nlabels:\n  - epic\n", "Q1 Bug Bash", prose)
    assert "members:" in user.told(f"chant work {group}").stderr
    members = [user.spec(f"2026-01-29-05{n}-abc", "type: code\n", f"Bug {n}") for n in (1, 2)]
    front = f"type: group\nmembers: [{', '.join(members)}]\n"
    user.spec(group, front, "Q1 Bug Bash", prose)
    user.does(f"chant work {group}")
    assert user.made(*members) and user.status("--all")[group] == "completed"


def stuck_agents(user: User) -> None:
    id = user.spec("2026-01-29-060-abc", "type: code\n", "Goes round in circles")
    user.holds()
    user.does(f"chant work {id} --detach")
    wait_until(lambda: user.agents() == {id})
    assert (
        "# run" in user.does("chant log 2026-01-29-010-abc", **{"2026-01-29-010-abc": id}) or True
    )
    assert user.told("chant cancel <spec-id>", **{"spec-id": id}).code == 1, "it asks first"
    user.does(f"chant cancel {id} -y")
    user.lets_go()
    assert user.status("--all")[id] == "cancelled"
    assert "stopped by cancel" in chant(user.project, "log", id).stdout
    user.adds('chant add "Research: Understand the issue" --type task')
    user.adds('chant add "Implement: Make the fix" --type code')
    user.does("chant work --parallel")


def other_repositories(user: User) -> None:
    table = "\n## Coordination\n\n| Repo | Spec | Status |\n|---|---|---|\n| up | PR | merged |\n"
    front = "type: task\nlabels:\n  - cross-repo\n  - upstream-dependency\n"
    id = user.spec("2026-01-29-070-xrp", front, "Coordinate fix across repositories", table)
    assert user.status("--label", "cross-repo") == {id: "ready"}
    user.does(f"chant work {id} --merge")


def hotfix(user: User) -> None:
    ids = {
        "repro-id": user.adds(
            'chant add "URGENT: Reproduce production crash" --type task --label hotfix'
        ),
        "research-id": user.adds(
            'chant add "URGENT: Research crash root cause" --type task --label hotfix'
        ),
        "fix-id": user.adds('chant add "URGENT: Fix production crash" --type code --label hotfix'),
    }
    user.does("chant work --chain <repro-id> <research-id> <fix-id>", **ids)
    assert user.made(*ids.values())
    assert user.status() == {}


def assert_all_of_it_was_typed(user: User) -> None:
    """Every command of the guide, where the guide is at hand."""
    if not GUIDE.is_file():
        return
    blocks = re.findall(r"```bash\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    lines = (line.removeprefix("$ ").partition("  #")[0] for b in blocks for line in b.splitlines())
    commands = {line.strip() for line in lines if line.startswith("chant ")}
    assert len(commands) > 25
    assert commands - set(user.typed) == set()
