"""`chant diagnose` and `chant config` as they are typed."""

import json
from pathlib import Path

from tests.cli.running import chant
from tests.e2e.conftest import put


def test_diagnose(project: Path) -> None:
    put(project, "2026-01-01-001-abc", "Lock the door")
    told = chant(project, "diagnose", "001")
    assert told.code == 1 and "has no `sh` block to run (next: " in told.stdout, told
    assert "ok    status: ready" in told.stdout
    row = json.loads(chant(project, "diagnose", "001", "--json").stdout)
    assert {check["name"] for check in row["checks"]} >= {"file", "status", "run", "agent"}


def test_config(project: Path) -> None:
    told = chant(project, "config").stdout
    assert "defaults.provider: shell\n" in told and "defaults.prompt: standard (default)" in told
    assert chant(project, "config", "--validate").code == 0
    (project / ".chant/config.md").write_text("---\ndefaults: {provder: x}\nsilent: true\n---\n")
    wrong = chant(project, "config", "--validate")
    assert wrong.code == 1 and ".chant/config.md:2: " in wrong.stdout and ":3: " in wrong.stdout
