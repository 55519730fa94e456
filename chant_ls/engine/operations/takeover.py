"""`takeover`: the agent stops, and a person is told all that is needed to go on by hand."""

from dataclasses import dataclass
from pathlib import Path

from chant_ls.engine import specfile
from chant_ls.engine.copies import copy_folder
from chant_ls.engine.engine import Engine
from chant_ls.engine.git_port import Commit, DiffStat, GitError
from chant_ls.engine.liveness import busy, is_live, is_orphaned
from chant_ls.engine.meant import meant
from chant_ls.engine.operations.log import LogRequest, log
from chant_ls.engine.operations.pause import pause
from chant_ls.engine.records import RunRecord
from chant_ls.engine.takeable import interrupted, worktree_gone
from chant_ls.model.refusal import Refusal
from chant_ls.model.runs import RunState
from chant_ls.model.spec import SpecId
from chant_ls.syntax.document import parse


@dataclass(frozen=True, slots=True)
class TakeoverRequest:
    """`confirmed`: the user agreed to stop a running agent. `lines` of the log are told."""

    id: str
    confirmed: bool = False
    lines: int = 20


@dataclass(frozen=True, slots=True)
class Taken:
    """Where the work of a spec stands. `folder` is the project's root in the worktree, `copy` the
    spec's file there; `commits` oldest first, checkpoints of what the agent left among them;
    `uncommitted` are paths from the top of the worktree; `open_criteria` their texts."""

    id: SpecId
    stopped: bool
    state: RunState
    why: str
    folder: Path
    branch: str
    base: str
    copy: Path
    commits: tuple[Commit, ...]
    stat: DiffStat
    uncommitted: tuple[str, ...]
    open_criteria: tuple[str, ...]
    log: str


def takeover(engine: Engine, request: TakeoverRequest) -> Taken | Refusal:
    this = meant(engine, request.id)
    if isinstance(this, Refusal):
        return this
    id = this.id
    record = engine.runs.latest(id)
    if record is None or record.state in (RunState.RESET, RunState.MERGED, RunState.CANCELLED):
        return Refusal(f"{id} has no work to take over", f"`chant show {id}` tells how it stands")
    stopped = _stopped(engine, record, request)
    if isinstance(stopped, Refusal):
        return stopped
    now = engine.runs.latest(id) or record
    refusal = busy(engine, now) or interrupted(now) or worktree_gone(now)
    return refusal or _told(engine, now, stopped, request.lines)


def _stopped(engine: Engine, record: RunRecord, request: TakeoverRequest) -> bool | Refusal:
    """Whether there was an agent to stop. Who merges is not disturbed."""
    working = is_live(engine, record) or is_orphaned(engine, record)
    if not working or record.state is RunState.MERGING:
        return False
    id = record.spec
    if not request.confirmed:
        return Refusal(
            f"{id} is being worked",
            f"`chant takeover {id} -y` stops its agent",
            question=f"Stop the agent that works {id}?",
        )
    done = pause(engine, id)
    return done if isinstance(done, Refusal) else True


def _told(engine: Engine, record: RunRecord, stopped: bool, lines: int) -> Taken | Refusal:
    git, worktree = engine.git, Path(record.worktree)
    base = git.merge_base(record.base_branch, record.branch) or record.base_sha
    commits, stat = git.commits(base, record.branch), git.diff_stat(base, record.branch)
    left = git.leftovers(worktree)
    if isinstance(commits, GitError) or isinstance(stat, GitError) or isinstance(left, GitError):
        error = next(one for one in (commits, stat, left) if isinstance(one, GitError))
        return error.refusal(f"what {record.spec} did cannot be read")
    told = log(engine, LogRequest(record.spec, lines))
    if stopped:
        engine.runs.write_log(record.spec, f"{engine.clock.now()} # taken over by a person\n")
    return Taken(
        record.spec,
        stopped,
        record.state,
        record.error,
        worktree / git.prefix,
        record.branch,
        record.base_branch,
        copy_folder(engine, record) / record.spec_path,
        commits,
        stat,
        (*left.changed, *left.untracked),
        _open(engine, record),
        "" if isinstance(told, Refusal) else told.text,
    )


def _open(engine: Engine, record: RunRecord) -> tuple[str, ...]:
    copies = engine.files.at(copy_folder(engine, record))
    copy, worked = copies.read(record.spec_path), engine.runs.snapshot(record.run)
    documents = [parse(specfile.decode(data or b""), record.spec) for data in (copy, worked)]
    return specfile.open_criteria(*documents)
