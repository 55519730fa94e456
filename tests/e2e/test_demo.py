"""The demo, to its end, as a stranger runs it."""

import re
from pathlib import Path

from tests.cli.running import chant, environment


def test_demo_shows_lint_diagnostics_hover_run_and_merge(tmp_path: Path) -> None:
    env = environment(tmp_path, TMPDIR=str(tmp_path))
    told = chant(tmp_path, "demo", env=env)
    assert told.code == 0, told.stdout + told.stderr
    for sign in ("dependency-cycle", "~~~", "Greet the world", "wrote hello.py", "Next steps"):
        assert sign in told.stdout
    project = Path(re.search(r"^cd (.+)$", told.stdout, re.MULTILINE)[1])  # type: ignore[index]
    assert (project / "hello.py").is_file()
    assert (project / "test_hello.py").is_file()
    statuses = chant(project, "list", "--all", env=env).stdout
    assert len(re.findall(r"completed", statuses)) == 2 and "not merged" not in statuses
