"""`init`, `add`, `list`, `show`, `lint`, `dag`: what they print and what they leave alone."""

import json
import re
from pathlib import Path

import pytest

from tests.cli.running import chant
from tests.e2e.conftest import git

A, B, C = "2026-01-29-010-abc", "2026-01-29-011-def", "2026-01-29-00z-old"


def spec(front: str, title: str) -> str:
    return f"---\n{front}---\n\n# {title}\n\n## Acceptance Criteria\n\n- [ ] One\n- [x] Two\n"


@pytest.fixture
def guide(project: Path) -> Path:
    """The two specs of the guide, and a completed one."""
    folder = project / ".chant" / "specs"
    (folder / f"{A}.md").write_text(spec("labels: [storage]\n", "Refactor Lock module"))
    (folder / f"{B}.md").write_text(spec(f"depends_on: [{A}]\n", "Fix issue #1234"))
    (folder / f"{C}.md").write_text(spec("status: completed\n", "Old \x1b[31mwork\u202e"))
    return project


def test_list_is_as_the_guide_shows_it(guide: Path) -> None:
    assert chant(guide, "list").stdout == (
        f"{A}  ready    Refactor Lock module\n{B}  blocked  Fix issue #1234 (depends on 010-abc)\n"
    )


def test_list_filters(guide: Path) -> None:
    def ids(*arguments: str) -> list[str]:
        return [line.split()[0] for line in chant(guide, "list", *arguments).stdout.splitlines()]

    assert ids("--ready") == [A]
    assert ids("--all") == [A, B, C] or ids("--all") == [C, A, B]
    assert ids("--status", "completed") == [C]
    assert ids("--status", "pending") == [A, B]
    assert ids("--label", "storage") == [A]
    assert ids("--label", "nothing") == []
    assert chant(guide, "list", "--count").stdout == "2\n"


def test_list_works_from_a_folder_below_and_from_afar(guide: Path) -> None:
    below = guide / "deep" / "down"
    below.mkdir(parents=True)
    assert chant(below, "list").stdout == chant(guide.parent, "-C", "project", "list").stdout != ""


def test_list_works_from_a_linked_worktree(guide: Path) -> None:
    git(guide, "worktree", "add", "-q", str(guide.parent / "linked"))
    assert chant(guide.parent / "linked", "list").stdout == chant(guide, "list").stdout


def test_list_prints_no_escape_sequences_of_others(guide: Path) -> None:
    told = chant(guide, "list", "--all").stdout
    assert "Old work\n" in told
    assert not re.search("[\x1b\u202e]", told)


def test_json_of_list_and_show(guide: Path) -> None:
    rows = json.loads(chant(guide, "list", "--json").stdout)
    assert [row["id"] for row in rows] == [A, B]
    assert rows[1] == json.loads(chant(guide, "show", "def", "--json").stdout)
    assert rows[1]["status"] == "blocked"
    assert rows[1]["stored_status"] == "pending"
    assert rows[1]["criteria"] == {"done": 1, "total": 2}
    assert [(b["id"], b["kind"]) for b in rows[1]["blocked_by"]] == [(A, "dependency")]
    assert rows[1]["run"] is None and rows[1]["path"] == f".chant/specs/{B}.md"


def test_show_several_by_short_ids(guide: Path) -> None:
    told = chant(guide, "show", "010", "def").stdout
    assert "Refactor Lock module" in told
    assert "blocked (depends on 010-abc)" in told


def test_lint_points_at_the_exact_place(guide: Path) -> None:
    path = guide / ".chant" / "specs" / f"{B}.md"
    path.write_text(spec("labels: [ä]\ndepends_on: [é, 2026-01-29-010-abd]\n", "Fix"))

    told = chant(guide, "lint", "def", "--json")

    assert told.code == 1
    found = [d for d in json.loads(told.stdout)["diagnostics"] if "abd" in d["message"]]
    assert found[0]["range"] == {
        "start": {"line": 2, "character": 16},
        "end": {"line": 2, "character": 34},
    }
    text = chant(guide, "lint")
    assert f".chant/specs/{B}.md:3:17: error: " in text.stdout
    assert "[unknown-dependency]" in text.stdout


def test_lint_of_a_clean_project_exits_0(guide: Path) -> None:
    told = chant(guide, "lint", A)
    assert (told.code, told.stdout) == (0, "")


def test_lint_fix_changes_only_the_line_it_fixes(guide: Path) -> None:
    path = guide / ".chant" / "specs" / f"{A}.md"
    before = spec("labels: storage  # why\n", "Refactor Lock module").replace("\n", "\r\n")
    path.write_bytes(before.encode())

    assert chant(guide, "lint", A, "--fix").code == 0

    after = path.read_bytes().decode()
    changed = [
        (old, new)
        for old, new in zip(before.split("\n"), after.split("\n"), strict=False)
        if old != new
    ]
    assert [old for old, _ in changed] == ["labels: storage  # why\r"]


def test_dag_formats(guide: Path) -> None:
    assert f"{B[11:]}" in chant(guide, "dag").stdout
    assert chant(guide, "dag", "--format", "dot").stdout.startswith("digraph")
    assert chant(guide, "dag", "--format", "mermaid").stdout.startswith(("graph", "flowchart"))
    json.loads(chant(guide, "dag", "--format", "json").stdout)


def test_init_twice_is_once(tmp_path: Path) -> None:
    folder = tmp_path / "fresh"
    folder.mkdir()
    (folder / "package.json").write_text('{"name": "from-package"}')

    first = chant(folder, "init", "--provider", "shell")
    made = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    second = chant(folder, "init")

    assert (first.code, second.code) == (0, 0)
    assert "Created .chant/config.md" in first.stdout and second.stdout == ""
    assert b"from-package" in made[folder / ".chant" / "config.md"]
    assert made == {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_add_commits_one_path_and_lists_it(project: Path) -> None:
    (project / "staged.txt").write_text("staged")
    git(project, "add", "staged.txt")

    told = chant(project, "add", "Fix: the `$HOME` lock", "--type", "task", "--label", "v0.8.0")

    id = re.match(r"Created spec: (\S+)\n", told.stdout)[1]  # type: ignore[index]
    assert chant(project, "list", "--label", "v0.8.0").stdout == (
        f"{id}  ready  Fix: the `$HOME` lock\n"
    )
    shown = git(project, "show", "--name-only", "--format=", "HEAD").split()
    assert shown == [f".chant/specs/{id}.md"]
    assert git(project, "diff", "--cached", "--name-only").split() == ["staged.txt"]


def test_add_writes_what_it_was_told(project: Path) -> None:
    first = chant(project, "add", "One", "--no-commit").stdout.split()[-1]
    told = chant(
        project, "add", "Two", "--depends-on", first[-3:], "--informed-by", "notes.md",
        "--target", "src/a.py", "--needs-approval", "--no-commit",
    )  # fmt: skip
    row = json.loads(chant(project, "show", told.stdout.split()[-1], "--json").stdout)
    assert row["depends_on"] == [first]
    assert row["informed_by"] == ["notes.md"] and row["target_files"] == ["src/a.py"]
    assert {b["kind"] for b in row["blocked_by"]} == {"dependency", "approval"}
    assert git(project, "log", "--oneline").count("\n") == 1


def test_own_specs_lint_clean() -> None:
    from tests.cli.running import REPOSITORY

    told = chant(REPOSITORY, "lint")
    assert (told.code, told.stdout) == (0, "")
