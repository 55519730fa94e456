"""What a new user does first, in a project that was not made for chant."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import REPOSITORY, Told, chant, environment
from tests.e2e.conftest import git

CONFIG = Path(".chant/config.md")


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """`git init` and a commit on `master`, as git does it where nobody chose otherwise."""
    root = tmp_path / "plain"
    root.mkdir()
    (tmp_path / ".gitconfig").write_text("[user]\nname = Somebody\nemail = somebody@example.org\n")
    git(root, "-c", "init.defaultBranch=master", "init", "-q")
    (root / "README.md").write_text("A project.\n")
    git(root, "add", ".")
    git(root, "commit", "-qm", "start")
    return root


def done(told: Told) -> str:
    assert told.code == 0, told.stdout + told.stderr
    return told.stdout


def test_quick_start_of_the_readme_works_on_a_plain_project(plain: Path) -> None:
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    block = text.partition("## In the terminal")[2].partition("```sh\n")[2].partition("\n```\n")[0]
    steps = "\n".join(line for line in block.splitlines() if not line.startswith("cd "))
    script = f'chant() {{ python3 -m chant_ls.cli "$@"; }}\nset -e\n{steps}'
    path = f"{Path(sys.executable).parent}:{environment(plain.parent)['PATH']}"

    ran = subprocess.run(
        ["sh", "-c", script],
        cwd=plain,
        env=environment(plain.parent) | {"PATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert steps.count("chant ") >= 5
    assert git(plain, "status", "--porcelain") == ""
    assert "merged into master" in ran.stdout
    assert chant(plain, "list").stdout == ""


def test_init_writes_the_main_branch_only_where_it_is_not_main(plain: Path) -> None:
    done(chant(plain, "init", "--provider", "shell"))
    assert "main_branch: master" in (plain / CONFIG).read_text()
    (plain / CONFIG).unlink()
    git(plain, "branch", "-m", "main")
    done(chant(plain, "init", "--provider", "shell"))
    assert "main_branch" not in (plain / CONFIG).read_text()


def test_before_the_first_commit_the_branch_is_known(tmp_path: Path) -> None:
    root = tmp_path / "fresh"
    root.mkdir()
    git(root, "-c", "init.defaultBranch=trunk", "init", "-q")
    done(chant(root, "init"))
    assert "main_branch: trunk" in (root / CONFIG).read_text()


def test_of_several_branches_the_user_says_which(plain: Path) -> None:
    git(plain, "branch", "other")
    told = chant(plain, "init", "--provider", "shell")
    assert "chant init --main-branch" in told.stderr
    done(chant(plain, "init", "--main-branch", "master"))
    assert "main_branch: master" in (plain / CONFIG).read_text()
    assert chant(plain, "init", "--main-branch", "nope").code == 1


def test_provider_is_changed_in_place(plain: Path) -> None:
    done(chant(plain, "init"))
    path = plain / CONFIG
    before = path.read_text().replace("---\n\n", "---\n\nMine: ü\n", 1)
    path.write_text(before)

    assert "Changed" in done(chant(plain, "init", "--provider", "claude"))
    assert "Changed" in done(chant(plain, "init", "--provider", "shell"))

    after = path.read_text()
    assert "provider: shell" in after and "claude" not in after
    assert set(before.splitlines()) <= set(after.splitlines())
    assert "nothing to do" in chant(plain, "init", "--provider", "shell").stderr


def test_unknown_provider_is_refused_with_the_known_ones(plain: Path) -> None:
    told = chant(plain, "init", "--provider", "claud")
    assert told.code == 1
    assert all(name in told.stderr for name in ("claud", "claude", "codex", "shell"))
    assert not (plain / CONFIG).exists()


def test_without_a_provider_work_says_how_to_choose_one(plain: Path) -> None:
    done(chant(plain, "init"))
    done(chant(plain, "add", "First"))
    told = chant(plain, "work", "001")
    assert told.code == 1
    assert re.search(r"`chant init --provider NAME`.*claude.*shell", told.stderr)


@pytest.mark.parametrize(
    ("config", "place", "code", "exit_code"),
    [
        ("---\nproject: [\n---\n", ".chant/config.md:2:", "yaml-syntax", 1),
        ("---\ndefaults:\n  provider: [a]\n---\n", ".chant/config.md:3:", "wrong-type", 1),
        (
            "---\ndefaults: {provider: nobody}\n---\n",
            ".chant/config.md:2:22",
            "unknown-provider",
            1,
        ),
        ("---\ndefault: {}\n---\n", ".chant/config.md:2:1", "unknown-field", 0),
    ],
)
def test_lint_tells_what_is_wrong_with_the_configuration(
    plain: Path, config: str, place: str, code: str, exit_code: int
) -> None:
    done(chant(plain, "init"))
    (plain / CONFIG).write_text(config)

    told = chant(plain, "lint")
    report = json.loads(chant(plain, "lint", "--json").stdout)

    assert told.code == exit_code
    assert any(line.startswith(place) and code in line for line in told.stdout.splitlines())
    assert code in {row["code"] for row in report["diagnostics"]}
    assert {row["spec"] for row in report["diagnostics"]} == {None}
    assert report["errors"] == (0 if exit_code == 0 else len(report["diagnostics"]))


def test_nothing_is_worked_by_a_configuration_that_cannot_be_read(plain: Path) -> None:
    done(chant(plain, "init"))
    done(chant(plain, "add", "First"))
    (plain / CONFIG).write_text("---\nproject: [\n---\n")
    for arguments in (["work", "--parallel", "--dry-run"], ["work", "001"]):
        told = chant(plain, *arguments)
        assert (told.code, ".chant/config.md:2" in told.stderr) == (1, True), told


@pytest.mark.parametrize(
    "text", ["---\ntype: code\n", "---\ntype: [\n---\n\n# T\n", "", "\0\x80\xff"]
)
def test_what_cannot_be_read_is_never_called_ready(plain: Path, text: str) -> None:
    done(chant(plain, "init", "--provider", "shell"))
    (plain / ".chant" / "specs" / "2026-01-01-001-abc.md").write_bytes(text.encode("latin-1"))

    listed = done(chant(plain, "list"))
    worked = chant(plain, "work", "001")

    assert "needs_attention" in listed and "`chant lint 001-abc`" in listed
    assert worked.code == 1 and "reset" not in worked.stderr, worked
    assert chant(plain, "list", "--ready", "--count").stdout == "0\n"


def test_rejected_is_told_with_the_name_and_kept_in_the_text(plain: Path) -> None:
    done(chant(plain, "init", "--provider", "shell"))
    done(chant(plain, "add", "First", "--needs-approval"))
    assert "(needs approval)" in done(chant(plain, "list"))
    done(chant(plain, "reject", "001", "--by", "Ann"))
    assert "(rejected by Ann)" in done(chant(plain, "list"))
    done(chant(plain, "approve", "001", "--by", "Ben", "--reason", "fine"))
    text = done(chant(plain, "show", "001"))
    assert "rejected by Ann" in text and "approved by Ben: fine" in text
    assert "ready" in done(chant(plain, "list", "--ready"))


def test_nearest_command_is_named_and_labels_may_be_one_word(plain: Path) -> None:
    told = chant(plain, "lst")
    assert (told.code, "did you mean list" in told.stderr) == (2, True)
    assert "did you mean list" in chant(plain, "status").stderr
    done(chant(plain, "init"))
    done(chant(plain, "add", "First", "--label", "a,b"))
    row = json.loads(done(chant(plain, "show", "001", "--json")))
    assert row["labels"] == ["a", "b"]
    spec = next((plain / ".chant" / "specs").glob("*.md"))
    spec.write_text(spec.read_text() + "\nMine.\n")
    told = chant(plain, "cancel", "001")
    assert "they are in this commit" in told.stderr and "Mine." in git(plain, "show")
    assert "nothing is open" in chant(plain, "list").stderr
    assert chant(plain, "edit", "001").code == 1
