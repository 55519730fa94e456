"""Many at once, in one repository: all of what was asked is done, once."""

import os
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from chant_ls.engine.events import JobFinished
from chant_ls.engine.jobs import Job
from chant_ls.engine.operations.recover import Recovered, RecoverRequest, recover
from chant_ls.model.refusal import Refusal
from chant_ls.model.runs import RunState
from tests.engine.project import Project, make_project, wait_until
from tests.engine.test_jobs import spec
from tests.matrix import MODES, Row

MANY = [f"2026-03-01-{number:03}-abc" for number in range(1, 17)]


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever else this machine has to do."""
    for module in ("prepare", "merge_run"):
        monkeypatch.setattr(f"chant_ls.engine.{module}.REPO_WAIT", 100.0)


def crowd(folder: Path, mode: str) -> Project:
    project = make_project(folder, tracked=mode == "tracked", timeout=300)
    texts = {f".chant/specs/{id}.md": spec(labels="[many]") for id in MANY}
    if project.tracked:
        project.repo.commit(texts)
    for path, text in texts.items():
        project.repo.write(path, text)
    return project


def assert_all_merged(project: Project) -> None:
    for id in MANY:
        assert (project.record(id).state, project.record(id).attempt) == (RunState.MERGED, 1)
        assert (project.repo.root / f"{id}.txt").read_text() == f"work of {id}\n"
    assert project.repo.git("status", "--porcelain") == ""
    assert project.repo.git("branch", "--list", "chant/*") == ""
    assert len(project.repo.git("worktree", "list").splitlines()) == 1
    assert recover(project.app.engine, RecoverRequest()) == Recovered()
    project.assert_no_child_lives()


def at_once(*doing: Callable[[], object]) -> list[int]:
    """Each in a process of its own, all let go by one event; their exit codes."""
    reader, writer = os.pipe()
    children = []
    for do in doing:
        child = os.fork()
        if child == 0:
            os.close(writer)
            os.read(reader, 1)
            os._exit(_code(do))
        children.append(child)
    os.close(reader)
    os.close(writer)
    return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]


def _code(do: Callable[[], object]) -> int:
    try:
        do()
    except BaseException:  # noqa: BLE001 a fork must never go on as a test
        traceback.print_exc()
        return 1
    return 0


@pytest.mark.scenario(Row.SIXTEEN)
@pytest.mark.parametrize("mode", MODES)
def test_sixteen_terminals(tmp_path: Path, mode: str) -> None:
    project = crowd(tmp_path, mode)
    codes = at_once(*(lambda id=id: project.run(id, merge=True) for id in MANY))
    assert codes == [0] * len(MANY)
    assert_all_merged(project)


@pytest.mark.scenario(Row.SIXTEEN, way="parallel")
def test_sixteen_of_one_job(tmp_path: Path) -> None:
    project = crowd(tmp_path, "tracked")
    events = project.run_all(width=len(MANY), labels=("many",))
    assert events[-1] == JobFinished(0, completed=len(MANY))
    assert_all_merged(project)


@pytest.mark.scenario(Row.TWENTY)
@pytest.mark.parametrize("mode", ["local"])
def test_twenty_terminals_of_one_spec(tmp_path: Path, mode: str) -> None:
    """Nineteen are told that it is being worked; it is worked once."""
    project = make_project(tmp_path, tracked=mode == "tracked", timeout=300)
    answers = tmp_path / "answers"

    def told() -> list[str]:
        return answers.read_text().splitlines() if answers.exists() else []

    def ask() -> None:
        answer = project.work(does="edit tick wait_for_file", merge=True)
        with answers.open("a") as file:
            file.write(f"{answer.message if isinstance(answer, Refusal) else 'works'}\n")
        if isinstance(answer, Job):
            wait_until(lambda: len(told()) == 20, seconds=100)
            project.gate.touch()
            project.follow(answer.job)

    assert at_once(*[ask] * 20) == [0] * 20
    assert told().count("works") == 1
    assert sum("is being worked" in line for line in told()) == 19, told()
    assert (len(project.started()), project.record().attempt) == (1, 1)
    assert project.record().state is RunState.MERGED
