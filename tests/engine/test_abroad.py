"""Specs that wait for specs of other repositories."""

from pathlib import Path

import pytest

from chant_ls.analysis.check import check_document
from chant_ls.analysis.readiness import effective_status
from chant_ls.app import build_app
from chant_ls.engine import abroad
from chant_ls.model.runs import RunInfo, RunState
from chant_ls.model.spec import SpecId, Status
from tests.analysis.project import snapshot

THERE = {
    "specs/2026-01-01-001-abc.md": "---\nstatus: completed\n---\n# A\n",
    "specs/2026-01-01-002-def.md": "---\n---\n# B\n",
    "archive/2026-01-01/2026-01-01-003-ghi.md": "---\nstatus: completed\n---\n# C\n",
    "specs/2026-01-01-004-drv.md": "---\ntype: driver\nmembers: [001-abc]\n---\n# D\n",
    "specs/2026-01-01-004-drv.1.md": "---\nstatus: completed\n---\n# D1\n",
}


def written(root: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (root / ".chant" / path).parent.mkdir(parents=True, exist_ok=True)
        (root / ".chant" / path).write_text(text)
    return root


@pytest.fixture
def here(tmp_path: Path) -> Path:
    written(tmp_path / "lib", THERE)
    config = "---\nrepos: {lib: ../lib, gone: ../gone}\n---\n"
    return written(tmp_path / "app", {"config.md": config})


@pytest.mark.parametrize(
    ("entry", "status", "code"),
    [
        ("lib:2026-01-01-001-abc", Status.READY, ""),
        ("lib:003-ghi", Status.READY, ""),
        ("lib:2026-01-01-002-def", Status.BLOCKED, ""),
        ("lib:2026-01-01-004-drv", Status.READY, ""),
        ("lib:2026-01-01-009-zzz", Status.BLOCKED, "unknown-dependency"),
        ("lib:2026", Status.BLOCKED, "unknown-dependency"),
        ("gone:x", Status.BLOCKED, "unknown-dependency"),
        ("other:x", Status.BLOCKED, "unknown-dependency"),
    ],
)
def test_what_stands_elsewhere_decides_here(
    here: Path, entry: str, status: Status, code: str
) -> None:
    written(here, {"specs/a.md": f"---\ntype: task\ndepends_on: ['{entry}']\n---\n# T\n"})
    project = build_app(here, {}).load()
    assert effective_status(project, "a") is status
    told = {one.code for one in check_document(project, ".chant/specs/a.md")}
    assert (told & {"unknown-dependency"}) == ({code} if code else set())


def test_an_untrusted_project_looks_into_no_other_folder(here: Path) -> None:
    written(here, {"specs/a.md": "---\ndepends_on: ['lib:2026-01-01-001-abc']\n---\n# T\n"})
    project = build_app(here, {}, trusted=False).load()
    assert effective_status(project, "a") is Status.BLOCKED
    assert project.foreign == {}


def test_what_is_not_merged_there_is_not_done(here: Path) -> None:
    id = SpecId("2026-01-01-001-abc")
    there = build_app(here.parent / "lib", {})

    class WithRun:
        stats, read = there.stats, there.read

        def runs(self) -> dict[SpecId, RunInfo]:
            return {id: RunInfo("r", id, RunState.COMPLETED)}

    asking = snapshot({"a": f"depends_on: ['lib:{id}']"})
    asking = asking.with_config(asking.config._replace(repos={"lib": "../lib"}))
    assert abroad.statuses(asking, lambda path: WithRun()) == {f"lib:{id}": Status.IN_PROGRESS}
