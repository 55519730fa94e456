"""One run: a list of named steps, each recorded before it is taken (execution.md 2.9).

A run that ends before its agent started takes its steps back: all is as it was, and the verdict is
a refusal. From the agent on nothing is taken back: worktree and branch stay, and the record tells.
"""

import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace

from chant_ls.engine import agent, checks, evaluate, integrate, prepare, proof
from chant_ls.engine.engine import Engine
from chant_ls.engine.events import Finished, StatusChanged
from chant_ls.engine.guards import Approved
from chant_ls.engine.jobs import WorkRequest
from chant_ls.engine.live import Live, Verdict
from chant_ls.engine.ports import Held
from chant_ls.engine.records import RunRecord, run_name
from chant_ls.model.runs import RunState


def nothing(run: Live) -> None:
    """The undo of a step that leaves nothing behind."""


@dataclass(frozen=True, slots=True)
class Step:
    """`take` gives a verdict to end the run, None to go on; `undo` may assume that `take` began."""

    name: str
    state: RunState
    take: Callable[[Live], Verdict | None]
    undo: Callable[[Live], None] = nothing


_STARTING, _JUDGING = RunState.STARTING, RunState.EVALUATING

STEPS: tuple[Step, ...] = (
    Step("announce", _STARTING, prepare.announce),
    Step("earlier", _STARTING, prepare.earlier),
    Step("worktree", _STARTING, prepare.add_worktree, prepare.remove_worktree),
    Step("spec", _STARTING, prepare.copy_spec),
    Step("prompt", _STARTING, prepare.write_prompt, prepare.drop_prompt),
    Step("agent", _STARTING, agent.work),
    Step("settle", _JUDGING, evaluate.settle),
    Step("restore", _JUDGING, evaluate.restore),
    Step("commit", _JUDGING, evaluate.commit),
    Step("ended", _JUDGING, evaluate.judge_agent),
    Step("proof", _JUDGING, proof.prove),
    Step("checks", _JUDGING, checks.check),
    Step("criteria", _JUDGING, evaluate.judge),
    Step("targets", _JUDGING, proof.bring_ignored),
    Step("complete", _JUDGING, evaluate.complete),
)


_BEHIND_AGENT = STEPS[[step.name for step in STEPS].index("agent") + 1 :]


def new_record(
    engine: Engine, approved: Approved, request: WorkRequest, job: str, wants_merge: bool
) -> RunRecord:
    """The next attempt's record; going on, it keeps the place and the start of the last one."""
    last = engine.runs.latest(approved.id)
    attempt = last.attempt + 1 if last else 1
    again = last if last and request.resume and last.branch else None
    return RunRecord(
        run=run_name(approved.id, attempt),
        spec=approved.id,
        attempt=attempt,
        job=job,
        previous=last.state if last and (again or request.fresh) else RunState.RESET,
        supervisor=engine.processes.me(),
        started_at=engine.clock.now(),
        worktree=again.worktree if again else str(engine.worktrees / approved.id),
        branch=again.branch if again else engine.config.branch_prefix + approved.id,
        base_branch=approved.base.branch,
        base_sha=again.base_sha if again else approved.base.commit,
        created=True,
        spec_path=approved.file.path,
        title=approved.document.facts.title,
        tracked=approved.tracked,
        ignored=approved.ignored,
        wants_merge=wants_merge,
        provider=approved.provider.name,
        model=approved.model,
    )


def execute(run: Live, held: Held) -> Verdict:
    """Takes the steps, records how it ended, merges if that is wished, lets go of the lock."""
    with held:
        verdict = _guarded(run, STEPS)
        close(run, verdict)
        if verdict.state is RunState.COMPLETED and run.record.wants_merge:
            verdict = integrate.not_merged(run) if run.wish else integrate.merge(run)
        run.emit(Finished(verdict.state.value, verdict.error, verdict.hint or _next(run, verdict)))
    return verdict


def judged(run: Live) -> Verdict:
    """The steps behind the agent, for work that a person says is done (`run.ended` tells it).
    Neither closes the record nor merges. The caller holds the lock of the spec."""
    return _guarded(run, _BEHIND_AGENT)


def _next(run: Live, verdict: Verdict) -> str:
    waits = verdict.state is RunState.COMPLETED
    return f"`chant merge {run.record.spec}` merges it once you have looked" if waits else ""


def _guarded(run: Live, steps: tuple[Step, ...]) -> Verdict:
    """A bug in a step costs this run, not the others of the job."""
    taken: list[Step] = []
    try:
        verdict = _taken(run, steps, taken)
    except Exception as error:  # noqa: BLE001 isolation point: one run of several
        run.engine.runs.write_log(run.record.spec, traceback.format_exc())
        verdict = Verdict(
            RunState.FAILED,
            f"internal error: {error!r}",
            f"`chant log {run.record.spec}` holds the traceback",
            undone=run.ended is None and not run.record.agent,
        )
    if verdict.undone:
        for step in reversed(taken):
            step.undo(run)
        verdict = replace(verdict, state=run.record.previous)
    return verdict


def _taken(run: Live, steps: tuple[Step, ...], taken: list[Step]) -> Verdict:
    for step in steps:
        if run.stop.reason and run.ended is None:
            return Verdict(RunState.RESET, f"stopped by {run.stop.reason}", undone=True)
        run.keep(step=step.name, state=step.state)
        taken.append(step)
        run.engine.fault(step.name)
        verdict = step.take(run)
        if verdict:
            return verdict
    return Verdict(RunState.COMPLETED)


def close(run: Live, verdict: Verdict) -> None:
    run.engine.fault("close")
    engine = run.engine
    size = engine.runs.write_log(run.record.spec, _outcome(engine, run.record.spec, verdict))
    run.keep(
        state=verdict.state,
        step="",
        error=verdict.error,
        ended_at=engine.clock.now(),
        log_offset=size,
    )
    run.emit(StatusChanged(verdict.state.value, verdict.error))


def _outcome(engine: Engine, id: str, verdict: Verdict) -> str:
    """For the log: it need not say where the log is."""
    now = engine.clock.now()
    why = f": {verdict.error}" if verdict.error else ""
    told = [f"# run {verdict.state.value}{why}", *(f"#   {line}" for line in verdict.details)]
    steps = [s for s in verdict.hint.split("; ") if s and not s.startswith(f"`chant log {id}`")]
    if steps:
        told.append(f"# next: {'; '.join(steps)}")
    return "".join(f"{now} {line}\n" for line in told)
