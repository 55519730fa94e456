"""Our own specs tell what chant can do: sound, and each criterion names tests that are there."""

import os
import shlex
from pathlib import Path

import pytest

from chant_ls.analysis.check import check_document
from chant_ls.analysis.readiness import effective_status
from chant_ls.analysis.types import Severity
from chant_ls.app import build_app
from chant_ls.model.spec import Status

ROOT = Path(__file__).parents[2]
SNAPSHOT = build_app(ROOT, os.environ).load()
FILES = sorted(SNAPSHOT.files.values(), key=lambda file: file.path)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.facts.id)
def test_spec_of_ours_is_sound_and_done(file):
    loud = (Severity.ERROR, Severity.WARNING)
    assert [d for d in check_document(SNAPSHOT, file.path) if d.severity in loud] == []
    assert effective_status(SNAPSHOT, file.facts.id) is Status.COMPLETED
    assert all(criterion.done and criterion.check for criterion in file.document.body.criteria)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.facts.id)
def test_checks_of_ours_name_what_is_there(file):
    words = [w for c in file.document.body.criteria for w in shlex.split(c.check) if "/" in w]
    assert [word for word in words if not (ROOT / word).exists()] == []


def test_every_room_of_tests_stands_behind_a_capability():
    checks = " ".join(c.check for file in FILES for c in file.document.body.criteria)
    rooms = {path.name for path in (ROOT / "tests").iterdir() if (path / "__init__.py").exists()}
    rooms |= {path.parent.name for path in (ROOT / "tests").glob("*/test_*.py")}
    assert {room for room in rooms if f"tests/{room}" not in checks} == set()
