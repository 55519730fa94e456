"""A project with an agent of ours, and the verbs run as a user would: real git, real processes."""

import json
import os
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

import psutil

from chant_ls.app import App, build_app
from chant_ls.engine.engine import Engine
from chant_ls.engine.events import Entry, RunEvent
from chant_ls.engine.jobs import Job, WorkRequest
from chant_ls.engine.operations import work as verb
from chant_ls.engine.records import RunRecord
from chant_ls.engine.supervisor import supervise
from chant_ls.model.refusal import Refusal
from chant_ls.supervise import Handshake, hear_signals
from tests.gitrepo import RepoUnderTest, make_repo

AGENT = Path(__file__).parent.parent / "agents" / "agent.py"
ID = "2026-01-22-001-abc"
OTHER = "2026-01-22-002-def"

SPEC = """\
---
type: code
---

# Write the file

## Acceptance Criteria

- [ ] The file is there
"""

CONFIG = """\
---
project:
  name: example
defaults:
  provider: fixer
providers:
  fixer:
    command: [{python}, {agent}]
    timeout: {timeout}
---
"""


@dataclass(frozen=True)
class Project:
    repo: RepoUnderTest
    env: dict[str, str]
    pids: Path
    gate: Path
    tracked: bool = True

    @property
    def app(self) -> App:
        return build_app(self.repo.root, self.env)

    def spec_path(self, id: str = ID) -> Path:
        return self.repo.root / ".chant" / "specs" / f"{id}.md"

    def add(self, id: str, text: str = SPEC) -> None:
        path = f".chant/specs/{id}.md"
        if self.tracked:
            self.repo.commit({path: text}, f"add {id}")
        else:
            self.repo.write(path, text)

    def engine(self, does: str = "", real: bool = False) -> Engine:
        """`real`: its supervisors are started as users' are; else they are forks of the test, which
        saves the start of a Python each."""
        env = {**self.env, **({"AGENT_DOES": does} if does else {})}
        engine = build_app(self.repo.root, env).engine
        return engine if real else replace(engine, launcher=ForkLauncher(engine))

    def work(
        self, *ids: str, does: str = "", real: bool = False, **wishes: object
    ) -> Job | Refusal:
        request = WorkRequest(ids=ids or (ID,), trusted=True, **wishes)  # type: ignore[arg-type]
        return verb.work(self.engine(does, real), request)

    def run_all(self, **wishes: object) -> list[RunEvent]:
        request = WorkRequest(parallel=True, trusted=True, **wishes)  # type: ignore[arg-type]
        job = verb.work(self.engine(), request)
        assert isinstance(job, Job), job
        return [entry.event for entry in self.follow(job.job)]

    def run_chain(self, *labels: str) -> list[RunEvent]:
        request = WorkRequest(chain=True, labels=labels, trusted=True)
        job = verb.work(self.engine(), request)
        assert isinstance(job, Job), job
        return [entry.event for entry in self.follow(job.job)]

    def run(self, *ids: str, does: str = "", **wishes: object) -> list[RunEvent]:
        """Work to the end; what the journal tells."""
        job = self.work(*ids, does=does, **wishes)
        assert isinstance(job, Job), job
        return [entry.event for entry in self.follow(job.job)]

    def follow(self, job: str) -> list[Entry]:
        found = [entry for entry in verb.attach(self.app.engine, job) if entry]
        supervisor = verb.supervisor_of(self.app.engine, job)
        wait_until(lambda: not self.app.engine.processes.alive(supervisor))
        return found

    def record(self, id: str = ID) -> RunRecord:
        record = self.app.engine.runs.latest(id)
        assert record is not None
        return record

    def log(self, id: str = ID) -> str:
        return self.app.engine.runs.read_log(id).decode()

    def started(self) -> list[int]:
        return [int(pid) for pid in self.pids.read_text().split()] if self.pids.exists() else []

    def assert_no_child_lives(self) -> None:
        marker = str(self.app.engine.runs.folder)
        for process in psutil.process_iter():
            try:
                value = process.environ().get("CHANT_RUN", "")
            except psutil.Error:
                continue
            assert not value.startswith(marker), (process.pid, process.cmdline())
        for pid in self.started():
            assert not _runs(pid), pid


@dataclass(frozen=True)
class ForkLauncher:
    engine: Engine

    def start(self, job: str) -> Mapping[str, object]:
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            supervised(self.engine, job, writer)
        os.close(writer)
        with os.fdopen(reader, "rb") as pipe:
            return json.loads(pipe.readline() or b"{}")


def supervised(engine: Engine, job: str, writer: int) -> NoReturn:
    """The life of a forked supervisor."""
    try:
        os.setsid()
        inbox = hear_signals()
        supervise(engine, job, Handshake(writer).say, inbox)
    except BaseException:  # noqa: BLE001 a fork must never go on as a test
        traceback.print_exc()
    finally:
        os._exit(0)


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def make_project(folder: Path, tracked: bool = True, timeout: int = 30, **extra: str) -> Project:
    repo = make_repo(folder)
    config = CONFIG.format(python=sys.executable, agent=AGENT, timeout=timeout)
    if tracked:
        repo.commit({".chant/config.md": config}, "config")
    else:
        repo.git("rm", "-rq", "--cached", ".chant")
        repo.commit({".gitignore": "*.log\nbuild/\n.chant/\n"}, "chant is local")
        repo.write(".chant/config.md", config)
    env: Mapping[str, str] = {
        **repo.env,
        "XDG_DATA_HOME": str(folder / "data"),
        "PATH": os.environ["PATH"],
        "AGENT_PIDS": str(folder / "pids"),
        "AGENT_GATE": str(folder / "gate"),
        **extra,
    }
    project = Project(repo, dict(env), folder / "pids", folder / "gate", tracked)
    project.add(ID)
    return project


def wait_until(true: Callable[[], bool], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.01)
