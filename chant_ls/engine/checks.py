"""The checks that criteria carry, and those of the configuration, run in the worktree."""

from collections.abc import Mapping
from pathlib import Path

from chant_ls.engine import specfile
from chant_ls.engine.agent import environment
from chant_ls.engine.engine import Engine
from chant_ls.engine.events import CheckRan
from chant_ls.engine.live import Live, Verdict, failed
from chant_ls.engine.ports import Command, Stop
from chant_ls.model.refusal import Refusal

CHECK_TIMEOUT = 600.0
"""Seconds for one check."""

_LAST_LINES = 20


def check(run: Live) -> Verdict | None:
    """The checks of the snapshot, not of the agent's copy; each sets its box."""
    criteria = specfile.checked(run.approved.document.body.criteria)
    results = {c.text: _passes(run, c.check, c.text) for c in criteria}
    broken = [command for command in run.engine.config.verify if not _passes(run, command)]
    if results or run.engine.config.verify:
        kept = run.copies.read(run.record.spec_path)
        error = run.engine.git.discard(run.worktree)
        if error:
            return failed(error, "what the checks left could not be removed")
        if kept is not None and run.copies.read(run.record.spec_path) != kept:
            run.copies.write(run.record.spec_path, kept)
    copy = run.document()
    text = specfile.with_boxes(copy, results)
    if text != copy.text:
        problem = run.copies.write(run.record.spec_path, specfile.encode(text))
        if problem:
            return failed(problem)
    if broken:
        run.open_boxes = tuple(f"`{command}` fails" for command in broken)
    return None


def ran(
    engine: Engine, command: str, folder: Path, env: Mapping[str, str], stop: Stop | None = None
) -> tuple[bool, tuple[str, ...]]:
    """Whether the command exits 0 in this folder, in time, and the last lines that it printed."""
    said: list[str] = []
    call = Command(("sh", "-c", command), folder, env, None, CHECK_TIMEOUT, env["CHANT_RUN"])
    ended = engine.processes.run(
        call, lambda _: None, lambda lines: said.extend(text for _, text in lines), stop
    )
    if isinstance(ended, Refusal):
        return False, (str(ended),)
    return ended.well, tuple(said[-_LAST_LINES:])


def _passes(run: Live, command: str, criterion: str = "") -> bool:
    """Whether the command exits 0 in the worktree, in time."""
    cwd = run.folder if run.folder.is_dir() else run.worktree
    passed, tail = ran(run.engine, command, cwd, environment(run), run.stop)
    run.emit(CheckRan(command, passed, criterion, "" if passed else "\n".join(tail)))
    run.log(f"# check `{command}`: {'passed' if passed else 'failed'}")
    if not passed:
        run.log(*(f"! {line}" for line in tail))
    return passed
