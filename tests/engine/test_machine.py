"""A machine that misbehaves while runs go on: no room on the disk, a clock far away, locks that
another git holds. What is told stays true, no work is lost, and it ends well afterwards."""

import contextlib
import itertools
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from chant_ls.engine.engine import Engine
from chant_ls.engine.events import JobFinished
from chant_ls.engine.jobs import Job
from chant_ls.engine.operations import work as verb
from chant_ls.engine.operations.cleanup import Cleaned, Found, clean, look
from chant_ls.engine.operations.recover import Recovered, RecoverRequest, recover
from chant_ls.model.refusal import Refusal
from tests.cli.running import REPOSITORY
from tests.engine.project import ForkLauncher, Project
from tests.engine.test_jobs import A, B
from tests.engine.test_killed import (
    REQUESTS,
    assert_ends_well,
    assert_recovered,
    assert_told_true,
    assert_work_kept,
    kill_at,
    made,
    started,
)
from tests.matrix import MODES, WAYS, Row

FAR = ("1970-01-01T00:00:00Z", "2099-12-31T23:59:59Z")


@dataclass(frozen=True)
class WildClock:
    """Every answer is a century from the one before."""

    times: Iterator[str] = field(default_factory=lambda: itertools.cycle(FAR))

    def now(self) -> str:
        return next(self.times)

    def today(self) -> str:
        return self.now()[:10]

    def monotonic(self) -> float:
        return 0.0


def launched(engine: Engine, way: str) -> Job:
    engine = replace(engine, launcher=ForkLauncher(engine))
    job = verb.work(engine, REQUESTS[way])
    assert isinstance(job, Job), job
    return job


@pytest.mark.scenario(Row.CLOCK)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("mode", MODES)
def test_a_clock_that_jumps(tmp_path: Path, mode: str, way: str) -> None:
    project = made(tmp_path, mode, way)
    job = launched(replace(project.engine(), clock=WildClock()), way)
    assert project.follow(job.job)[-1].event.code == 0
    assert recover(replace(project.app.engine, clock=WildClock()), RecoverRequest()) == Recovered()
    assert_ends_well(project, REQUESTS[way].ids)


@pytest.mark.scenario(Row.CLOCK)
@pytest.mark.parametrize("year", ["1970", "2099"])
def test_files_of_another_time(tmp_path: Path, year: str) -> None:
    """After a kill, everything that tells of runs is as old, or as new, as can be."""
    project = made(tmp_path, "tracked", "single")
    kill_at(project, "single", "commit")
    seconds = {"1970": 1.0, "2099": 4_102_444_800.0}[year]
    for path in project.app.engine.runs.folder.rglob("*"):
        os.utime(path, (seconds, seconds))
    os.utime(project.spec_path(A), (seconds, seconds))
    assert_told_true(project, (A,))
    assert_recovered(project, (A,))
    assert_ends_well(project, (A,))


def no_room() -> None:
    """From now on no file of this process, or of those it starts, can grow."""
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, most))


@pytest.mark.scenario(Row.FULL)
@pytest.mark.parametrize(
    ("mode", "way", "step"),
    [
        *(("tracked", "single", step) for step in ("running", "commit", "complete", "merge")),
        *(("local", "single", step) for step in ("running", "merged")),
        *(("tracked", "chain", step) for step in ("running", "merged")),
        *(("local", "parallel", step) for step in ("running", "complete")),
    ],
)
def test_no_room(tmp_path: Path, mode: str, way: str, step: str) -> None:
    project = made(tmp_path, mode, way, "edit orphan_meek tick_whole")
    before = project.repo.picture()
    engine = replace(project.engine(), fault=lambda at: no_room() if at == step else None)
    job, ids = launched(engine, way).job, REQUESTS[way].ids
    events = [entry.event for entry in project.follow(job)]
    assert not any(isinstance(event, JobFinished) for event in events), "it had room"
    project.assert_no_child_lives()
    assert_told_true(project, ids)
    assert project.repo.git("status", "--porcelain") == ""
    if step != "merged":
        assert project.repo.picture() == before
    recover(project.app.engine, RecoverRequest())
    assert recover(project.app.engine, RecoverRequest()) == Recovered()
    assert_told_true(project, ids)
    assert_work_kept(project, job)
    assert_ends_well(project, ids)


def in_a_fork(do: Callable[[], bool]) -> bool:
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            os._exit(0 if do() else 1)
        os._exit(2)
    return os.waitpid(child, 0)[1] == 0


@pytest.mark.scenario(Row.FULL)
def test_a_lock_is_not_lost_for_want_of_room(project: Project) -> None:
    """It would be held for as long as the process lives, which for a server is all day."""
    runs = project.app.engine.runs

    def released() -> bool:
        no_room()
        with runs.lock(A):
            taken = runs.lock(A)
        again = runs.lock(A)
        return isinstance(taken, Refusal) and not isinstance(again, Refusal)

    assert in_a_fork(released)


@pytest.mark.scenario(Row.FULL)
@pytest.mark.parametrize("words", ["work B", "merge A", "cancel B -y", "reset A -y", "recover"])
def test_a_verb_without_room_is_refused(tmp_path: Path, words: str) -> None:
    project = made(tmp_path, "tracked", "chain")
    project.run(A)
    before = project.repo.picture(), project.app.engine.runs.newest()
    told = subprocess.run(
        [sys.executable, "-m", "chant_ls.cli", *words.replace("A", A).replace("B", B).split()],
        cwd=project.repo.root,
        env={**project.env, "PYTHONPATH": str(REPOSITORY)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        preexec_fn=no_room,
        check=False,
    )
    assert told.returncode == (0 if words == "recover" else 1), told
    assert "chant has a bug" not in told.stderr
    assert told.stderr.startswith(("error: ", "runs: ")) or words == "recover", told
    assert (project.repo.picture(), project.app.engine.runs.newest()) == before
    assert recover(project.app.engine, RecoverRequest()) == Recovered()


def swept(project: Project) -> None:
    """What merges could not tidy away while the lock was held."""
    found = look(project.app.engine)
    assert isinstance(found, Found)
    cleaned = clean(project.app.engine, found)
    assert isinstance(cleaned, Cleaned)
    assert {one.kind for one in cleaned.removed} <= {"branch"}


LOCKS = ["index.lock", "refs/heads/main.lock", "packed-refs.lock", "config.lock"]


@pytest.mark.scenario(Row.LOCKS)
@pytest.mark.parametrize("lock", LOCKS)
@pytest.mark.parametrize(("mode", "way"), [("tracked", "chain"), ("local", "parallel")])
def test_locks_of_somebody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str, way: str, lock: str
) -> None:
    """They come while agents run and stay for longer than anybody waits."""
    for place in ("git_checkout", "git_run"):
        monkeypatch.setattr(f"chant_ls.host.{place}.PATIENCE", 0.1)
    project = made(tmp_path, mode, way, "edit tick wait_for_file")
    ids, job = REQUESTS[way].ids, started(project, way)
    before = project.repo.picture()
    held = project.repo.write(f".git/{lock}", "somebody's")
    project.gate.touch()
    (end,) = [e.event for e in project.follow(job) if isinstance(e.event, JobFinished)]
    assert held.read_text() == "somebody's"
    if lock in LOCKS[:2]:
        assert end.not_merged and end.code == 1, end
        assert project.repo.picture() == before
    assert_told_true(project, ids)
    assert_work_kept(project, job)
    recover(project.app.engine, RecoverRequest())
    assert held.read_text() == "somebody's"
    held.unlink()
    recover(project.app.engine, RecoverRequest())
    swept(project)
    assert_ends_well(project, ids)
