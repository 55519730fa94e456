"""The crash and crowd matrix is a suite of its own: `make test-trust`, not in `make test`."""

import signal

import pytest

from tests.matrix import note_cells, pytest_terminal_summary

__all__ = ["pytest_terminal_summary"]

signal.signal(signal.SIGINT, signal.default_int_handler)
"""Started in the background, a shell would have us and all our children ignore it."""

TRUST = {
    "engine/test_conflicts.py",
    "engine/test_crowd.py",
    "engine/test_jobs.py",
    "engine/test_killed.py",
    "engine/test_machine.py",
    "engine/test_recover.py",
    "engine/test_scheduling.py",
    "engine/test_stopping.py",
    "engine/test_together.py",
    "engine/test_worktrees.py",
    "host/test_git_move.py",
    "e2e/test_interrupting.py",
    "e2e/test_merging.py",
    "e2e/test_security.py",
}
"""Killed at every step, raced, flooded and opened from strangers, with real processes."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--matrix", action="store_true", help="print the crash and crowd matrix")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    note_cells(items)
    for item in items:
        if "/".join(item.path.parts[-2:]) in TRUST:
            item.add_marker(pytest.mark.trust)
