"""Paths and ids of strangers: nothing outside the root is read or written, nothing odd ends us."""

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chant_ls.analysis.snapshot import PathKind
from chant_ls.app import build_app
from chant_ls.host.files import DiskFiles
from chant_ls.host.spec_store import DiskSpecStore
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import valid_id

SECRET = "2026-01-01-001-abc"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    (root / ".chant" / "specs").mkdir(parents=True)
    return root


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A project of somebody else's, with a spec, a prompt and a configuration."""
    folder = tmp_path / "outside"
    (folder / "specs").mkdir(parents=True)
    (folder / "prompts").mkdir()
    (folder / "specs" / f"{SECRET}.md").write_text("---\n---\n# Secret\n")
    (folder / "prompts" / "theirs.md").write_text("secret\n")
    (folder / "config.md").write_text("---\ndefaults: {provider: theirs}\n---\n")
    return folder


def everything_read(root: Path) -> str:
    app = build_app(root, dict(os.environ))
    snapshot = app.load()
    own = {name for name in snapshot.prompts if name == "theirs"}
    return f"{app.stats()} {list(snapshot.files)} {snapshot.config.provider} {own}"


NOTHING = "() []  set()"


def test_a_folder_of_chant_that_is_a_link_out_is_not_read(root: Path, outside: Path) -> None:
    assert everything_read(outside.parent / "root") == NOTHING
    (root / ".chant" / "specs").rmdir()
    (root / ".chant").rmdir()
    (root / ".chant").symlink_to(outside)
    assert everything_read(root) == NOTHING
    assert isinstance(DiskFiles(root).write(".chant/specs/x.md", b"x"), Refusal)
    assert not (outside / "specs" / "x.md").exists()


@pytest.mark.parametrize("what", ["specs", "prompts", "config.md"])
def test_each_part_of_chant_that_is_a_link_out_is_not_read(
    root: Path, outside: Path, what: str
) -> None:
    (root / ".chant" / "specs").rmdir()
    (root / ".chant" / what).symlink_to(outside / what)
    assert everything_read(root) == NOTHING


@pytest.mark.parametrize("path", ["link.md", "folder/new.md", "hooks/pre-commit"])
def test_nothing_is_written_through_a_link_even_inside(root: Path, path: str) -> None:
    (root / ".git" / "hooks").mkdir(parents=True)
    (root / "real").mkdir()
    (root / "real" / "file.md").write_text("kept")
    (root / "link.md").symlink_to("real/file.md")
    (root / "folder").symlink_to("real")
    (root / "hooks").symlink_to(".git/hooks")
    answer = DiskFiles(root).write(path, b"overwritten")
    assert isinstance(answer, Refusal) and "link" in answer.message and answer.hint
    assert [p.name for p in (root / "real").iterdir()] == ["file.md"]
    assert (root / "real" / "file.md").read_text() == "kept"
    assert not any((root / ".git" / "hooks").iterdir())


def test_removing_a_link_removes_the_link(root: Path) -> None:
    (root / "file").write_text("kept")
    (root / "link").symlink_to("file")
    DiskFiles(root).remove("link")
    DiskFiles(root).remove("../outside")
    DiskFiles(root).remove(".chant")
    assert (root / "file").exists() and not (root / "link").is_symlink()


def test_private_is_for_the_owner_alone(root: Path) -> None:
    store, path = DiskSpecStore(root), ".chant/specs/2026-01-01-001-abc.md"
    assert store.replace(path, None, b"one", private=True) is None
    assert stat.S_IMODE((root / path).stat().st_mode) == 0o600
    (root / path).chmod(0o644)
    assert store.replace(path, b"one", b"two", private=True) is None
    assert stat.S_IMODE((root / path).stat().st_mode) == 0o600


def test_what_is_no_regular_file_is_never_waited_for(root: Path) -> None:
    os.mkfifo(root / ".chant" / "specs" / f"{SECRET}.md")
    os.mkfifo(root / ".chant" / "config.md")
    assert everything_read(root) == NOTHING


def test_what_is_far_too_large_is_not_read(root: Path) -> None:
    for name in (f"specs/{SECRET}.md", "config.md"):
        with (root / ".chant" / name).open("wb") as file:
            file.truncate(40 << 30)
    assert everything_read(root).endswith("[]  set()")


ODD = ["a" * 5000, "a/" * 3000, "\ud800", "*\ud800", "**/" * 5000 + "x", "*?/" * 500, "[", "a\0b"]


@pytest.mark.parametrize("entry", ODD, ids=range(len(ODD)))
def test_names_that_no_disk_can_hold_are_nothing(root: Path, entry: str) -> None:
    files = DiskFiles(root)
    assert files.fact(entry).kind in (PathKind.NOTHING, PathKind.OUTSIDE, PathKind.GLOB)
    assert (files.read(entry), files.expand(entry), files.names(entry)) == (None, (), ())
    if "*" not in entry and entry != "[":
        assert isinstance(files.write(entry, b"x"), Refusal)


def test_a_pattern_may_repeat_its_stars(root: Path) -> None:
    (root / "a" / "b").mkdir(parents=True)
    (root / "a" / "b" / "c.md").write_text("x")
    assert DiskFiles(root).expand("**/" * 400 + "*.md") == ("a/b/c.md",)


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(), max_size=12) | st.text("*?[]/.a!-\\{}#~", max_size=40))
def test_any_text_can_be_looked_up(entry: str) -> None:
    files = DiskFiles(Path(__file__).parent)
    files.fact(entry)
    files.read(entry)
    files.names(entry)


BAD_IDS = [
    "",
    "..",
    "../x",
    "a/b",
    "a\\b",
    "-rf",
    ".hidden",
    "a.lock",
    "a..b",
    "a@{1}",
    "a b",
    "a\nb",
    "a\x1b[31m",
    "a\x7f",
    "a\x85b",
    "a\u202eb",
    "a\u2066b",
    "a\u200bb",
    "a\u2028b",
    "a\udcff",
    "~a",
    "a:b",
    "a*",
    "x" * 201,
]


@pytest.mark.parametrize("id", BAD_IDS)
def test_ids_that_are_refused_where_they_enter(id: str) -> None:
    assert valid_id(id) is None


@pytest.mark.parametrize("id", ["2026-01-01-001-abc.1.2", "größe-01", "a$(touch)x", "日本"])
def test_ids_that_harm_nobody(id: str) -> None:
    assert valid_id(id) == id


def test_a_file_whose_name_is_no_id_is_no_spec(root: Path) -> None:
    for name in (b"2026-01-01-001-\xff.md", b"-x.md", b"a\x1b[31m.md", "a\u202e.md".encode()):
        path = os.fsencode(root / ".chant" / "specs") + b"/" + name
        with open(path, "w") as file:  # noqa: PTH123 a name of bytes
            file.write("---\n---\n# x\n")
    app = build_app(root, dict(os.environ))
    assert len(app.stats()) == 4
    assert app.load().graph.ids == ()
