"""Real specs: no rule crashes, no circle among dependencies, one readiness."""

from pathlib import Path

import pytest

from chant_ls.analysis.chains import chain
from chant_ls.analysis.check import check_workspace
from chant_ls.analysis.readiness import effective_status, is_ready, readiness
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.analysis.types import Ready
from chant_ls.model.spec import Status
from tests.analysis.project import TODAY, spec_file

CORPUS = Path("/work/shared/corpus")
pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")


@pytest.fixture(scope="module")
def corpus() -> Snapshot:
    files = []
    for root in sorted(CORPUS.rglob(".chant")):
        for path in sorted(root.rglob("*.md")):
            below = path.relative_to(root).as_posix()
            if below.startswith(("specs/", "archive/")):
                files.append(spec_file(below, path.read_bytes().decode()))
    assert len(files) > 500
    return Snapshot(complete=True, today=TODAY).with_files(files)


def test_no_rule_crashes(corpus: Snapshot) -> None:
    crashes: list[tuple[str, Exception]] = []
    found = dict(check_workspace(corpus, lambda code, error: crashes.append((code, error))))
    assert crashes == []
    assert set(found) == set(corpus.files)


def test_malformed_files_crash_nothing() -> None:
    files = [spec_file(f"specs/{p.name}", p.read_bytes().decode()) for p in CORPUS.rglob("*@*.md")]
    crashes: list[object] = []
    snapshot = Snapshot(complete=True, today=TODAY).with_files(files)
    codes = {
        one.code
        for _, found in check_workspace(snapshot, lambda *crash: crashes.append(crash))
        for one in found
    }
    assert crashes == []
    assert "wrong-type" in codes


def test_dependencies_close_no_circle(corpus: Snapshot) -> None:
    """Two example projects let members name their driver, which waits for them: both completed."""
    found = dict(check_workspace(corpus))
    assert not [path for path, all in found.items() for d in all if d.code == "dependency-cycle"]
    waiting = {id for id in corpus.graph.cycles.circles if corpus.status(id) != Status.COMPLETED}
    assert not waiting


def test_one_readiness(corpus: Snapshot) -> None:
    for id in corpus.graph.ids:
        ready = is_ready(corpus, id)
        status = effective_status(corpus, id)
        assert ready is (status is Status.READY)
        if corpus.status(id) is Status.PENDING and status in (Status.READY, Status.BLOCKED):
            assert isinstance(readiness(corpus, id), Ready) is ready
        assert bool(chain(corpus, id)) is (status is Status.BLOCKED)
