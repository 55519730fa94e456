"""Run store, locks, confined files and spec files on a real disk."""

import contextlib
import json
import os
import signal
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from chant_ls.analysis.snapshot import PathKind
from chant_ls.engine.events import Entry, Finished, Output
from chant_ls.engine.records import ProcessId, RunRecord
from chant_ls.host import atomic, files, run_store
from chant_ls.host.files import DiskFiles
from chant_ls.host.run_store import DiskRunStore
from chant_ls.host.spec_store import DiskSpecStore
from chant_ls.model.refusal import Refusal
from chant_ls.model.runs import RunState
from chant_ls.model.spec import SpecId

REPO = Path(__file__).parent.parent.parent


@pytest.fixture
def store(tmp_path):
    (tmp_path / "chant").mkdir()
    return DiskRunStore(tmp_path / "chant" / "@")


def record(spec: str, attempt: int = 1) -> RunRecord:
    return RunRecord(f"{spec}-r{attempt}", SpecId(spec), attempt, agent=ProcessId(7, "b:1"))


def test_records_come_back_and_the_newest_counts(store):
    for attempt in (1, 2, 10):
        store.write(record("a", attempt))
    store.write(record("a-r2"))
    assert {id: r.attempt for id, r in store.newest().items()} == {"a": 10, "a-r2": 1}
    assert [r.attempt for r in store.runs_of("a")] == [1, 2, 10]
    assert store.latest("a") == record("a", 10)
    assert store.latest("b") is None


def test_what_a_newer_chant_wrote_survives(store):
    told = {**record("a").to_json(), "novel": [1]}
    assert RunRecord.from_json(told).to_json()["novel"] == [1]


BROKEN = {
    "half": ('{"half', "cannot be read"),
    "none": ("null", "cannot be read"),
    "another thing": ('{"state": "completed", "agent": 7}', "cannot be read"),
    "a state of later": ('{"state": "integrating"}', "newer chant"),
    "a later version": ('{"state": "completed", "version": 2}', "newer chant"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_newest_record_that_says_nothing_to_us_needs_attention(store, case):
    """Never the one before it, and never as if the spec were untouched."""
    written, why = BROKEN[case]
    store.write(record("b"))
    data = record("b", 2).to_json()
    with contextlib.suppress(ValueError):
        data.update(json.loads(written) or {})
        written = json.dumps(data) if "newer" in why else written
    (store.folder / "runs" / "b-r2.json").write_text(written)
    found = store.newest()[SpecId("b")]
    assert (found.run, found.attempt, found.state) == ("b-r2", 2, "needs_attention")
    assert why in found.error
    assert store.latest("b") == found


def test_what_a_killed_writer_left_goes_and_what_is_being_written_stays(tmp_path):
    root = tmp_path / "root"
    specs = root / ".chant" / "specs" / "deep"
    specs.mkdir(parents=True)
    child = os.fork()
    if child == 0:
        os.rename = os.replace = Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
        atomic.write(specs / "a.md", b"one")
    os.waitpid(child, 0)
    (left,) = specs.iterdir()
    store = DiskSpecStore(root)
    assert store.sweep() == (), "its writer may be in another container"
    os.utime(left, (1, 1))
    live = specs / f".a.md.{os.getpid()}-01234567.tmp"
    users = specs / ".a.md.tmp"
    for path in (live, users):
        path.write_text("x")
        os.utime(path, (1, 1))
    assert store.sweep() == (f".chant/specs/deep/{left.name}",)
    assert {live, users} == set(specs.iterdir())


def test_files_that_come_and_go_are_no_bug(store, tmp_path, monkeypatch):
    store.keep_job("a", {})
    store.keep_job("b", {})
    (tmp_path / "c").write_text("x")
    names = run_store._names
    gone = [Path(store.folder, "jobs/gone.json").name, ".x.json.7-01234567.tmp"]
    monkeypatch.setattr(run_store, "_names", lambda folder: [*names(folder), *gone])
    assert [file.owner for file in store.state_files()] == ["a", "b"]
    entries = files._entries
    monkeypatch.setattr(files, "_entries", lambda folder: [*entries(folder), Vanished()])
    assert DiskFiles(tmp_path).size() > 0


class Vanished:
    """An entry of a folder that was removed since the folder was read."""

    def stat(self, follow_symlinks: bool):
        raise FileNotFoundError


def test_only_the_user_can_look(store):
    store.write(record("a"))
    store.append("job", [Entry(Output("x"), "now")])
    store.write_log("a", "secret")
    for path in [store.folder, *store.folder.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_the_journal_is_read_on_in_whole_lines(store):
    store.append("job", [Entry(Output("one"), "t"), Entry(Output("two"), "t")])
    entries, offset = store.entries("job")
    assert [entry.event for entry in entries] == [Output("one"), Output("two")]
    with (store.folder / "journal" / "job.jsonl").open("a") as file:
        file.write('{"event": "finished"')
    assert store.entries("job", offset) == ((), offset)
    with (store.folder / "journal" / "job.jsonl").open("a") as file:
        file.write(', "state": "failed", "novel": 1}\n{"event": "of a later version"}\n')
    assert [e.event for e in store.entries("job", offset)[0]] == [Finished("failed")]


def test_without_git_nothing_is_there_and_nothing_can_be(tmp_path):
    store = DiskRunStore(None)
    assert (store.newest(), store.latest("a"), store.jobs()) == ({}, None, ())
    assert isinstance(store.writable(), Refusal)
    assert isinstance(store.lock("a"), Refusal)


HOLDER = """
import sys, time
from pathlib import Path
from chant_ls.host.run_store import DiskRunStore
held = DiskRunStore(Path(sys.argv[1])).lock("a")
print("held", flush=True)
time.sleep(600)
"""


def test_the_lock_of_a_killed_process_is_free(store):
    env = {**os.environ, "PYTHONPATH": str(REPO)}
    argv = [sys.executable, "-c", HOLDER, str(store.folder)]
    holder = subprocess.Popen(argv, stdout=subprocess.PIPE, env=env)
    try:
        assert holder.stdout.readline() == b"held\n"
        refusal = store.lock("a")
        assert isinstance(refusal, Refusal)
        assert str(holder.pid) in refusal.message
    finally:
        holder.kill()
        holder.wait()
    with store.lock("a", wait=10):
        assert isinstance(store.lock("a"), Refusal)
    store.lock("a").release()


def test_files_stay_inside(tmp_path):
    inside, outside = tmp_path / "in", tmp_path / "out"
    (inside / "d").mkdir(parents=True)
    outside.mkdir()
    (outside / "x").write_text("secret")
    (inside / "link").symlink_to(outside / "x")
    (inside / "dir").symlink_to(outside)
    (inside / "d" / "f.md").write_text("f")
    files = DiskFiles(inside)
    for path in ("../out/x", "link", "dir/x", str(outside / "x"), "", "a\0b"):
        assert files.read(path) is None, path
    assert isinstance(files.write("dir/y", b""), Refusal)
    assert isinstance(files.write("link", b""), Refusal)
    assert (outside / "x").read_text() == "secret"
    assert files.expand("**/*") == ("d/f.md",)
    kinds = {e: files.fact(e).kind for e in ("d/f.md", "d", "*/*.md", "no", "../out", "d/f.md#h")}
    assert list(kinds.values()) == [
        PathKind.FILE,
        PathKind.FOLDER,
        PathKind.GLOB,
        PathKind.NOTHING,
        PathKind.OUTSIDE,
        PathKind.FILE,
    ]


def test_specs_are_listed_and_replaced_only_over_what_was_read(tmp_path):
    specs = tmp_path / ".chant" / "specs"
    (specs / "deep").mkdir(parents=True)
    (tmp_path / ".chant" / "archive").mkdir()
    for path in (
        "specs/a.md",
        "specs/deep/b.md",
        "archive/c.md",
        "specs/.hidden.md",
        "specs/d.txt",
    ):
        (tmp_path / ".chant" / path).write_text("one")
    (tmp_path / "other.md").write_text("x")
    (specs / "out.md").symlink_to("/etc/passwd")
    (specs / "in.md").symlink_to(tmp_path / "other.md")
    store = DiskSpecStore(tmp_path)
    assert [s.path.removeprefix(".chant/") for s in store.stats()] == [
        "archive/c.md",
        "specs/a.md",
        "specs/deep/b.md",
        "specs/in.md",
    ]
    (specs / "a.md").chmod(0o640)
    assert store.replace(".chant/specs/a.md", b"one", b"two") is None
    assert stat.S_IMODE((specs / "a.md").stat().st_mode) == 0o640
    assert isinstance(store.replace(".chant/specs/a.md", b"one", b"three"), Refusal)
    assert store.read(".chant/specs/a.md") == b"two"
    assert store.read(".chant/specs/out.md") is None


def test_a_record_tells_readers_what_they_need():
    told = replace(record("a"), state=RunState.RUNNING, worktree="/w", error="e").info(live=True)
    assert (told.live, told.state, told.worktree, told.error) == (True, "running", "/w", "e")
