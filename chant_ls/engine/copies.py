"""Where a run's copy of its spec lies."""

from pathlib import Path

from chant_ls.engine.engine import Engine
from chant_ls.engine.records import RunRecord


def copy_folder(engine: Engine, record: RunRecord) -> Path:
    """The folder below which `record.spec_path` is the copy: the project's root in the worktree.
    One that git could commit against the user's will (private, not ignored) lies outside of it."""
    if record.tracked or record.ignored:
        return Path(record.worktree) / engine.git.prefix
    return engine.runs.folder / "private" / record.run
