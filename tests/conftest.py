"""What takes long is a suite of its own, not in `make test`: the crash and crowd matrix is `make
test-trust`, many real runs and sizes that nobody has are `make test-long`."""

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


LONG = {
    "analysis/test_large.py",
    "analysis/test_scale.py",
    "e2e/test_add_research.py",
    "e2e/test_archive.py",
    "e2e/test_by_hand.py",
    "e2e/test_cleanup.py",
    "e2e/test_commands.py",
    "e2e/test_drift.py",
    "e2e/test_guide_walked.py",
    "e2e/test_neovim.py",
    "e2e/test_split.py",
    "e2e/test_verify.py",
    "e2e/test_working.py",
    "engine/test_batches.py",
    "engine/test_by_the_way.py",
    "engine/test_told.py",
    "lsp/test_consent.py",
    "lsp/test_fuzz.py",
    "lsp/test_merge.py",
    "lsp/test_split.py",
    "lsp/test_work.py",
}
"""Many real runs in a row, a real editor, the guide as a user walks it, unusual sizes."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--matrix", action="store_true", help="print the crash and crowd matrix")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    note_cells(items)
    for item in items:
        name = "/".join(item.path.parts[-2:])
        if name in TRUST:
            item.add_marker(pytest.mark.trust)
        elif name in LONG:
            item.add_marker(pytest.mark.long)
