"""The supervisor of one job: a process of its own that starts its runs and sees them to their end.

It outlives whoever asked. One thread a run; this one schedules, and hears signals and wishes.
"""

import queue
import threading
import traceback
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from chant_ls.analysis.snapshot import Snapshot
from chant_ls.analysis.standing import standing
from chant_ls.engine import commands, guards, outcomes, retrying, run, scheduler, slots
from chant_ls.engine.engine import Engine
from chant_ls.engine.events import Entry, JobFinished, Note, Queued, RunEvent, Skipped
from chant_ls.engine.jobs import WorkRequest
from chant_ls.engine.launching import keep_supervisor, refused
from chant_ls.engine.live import Live, Verdict
from chant_ls.engine.outcomes import Elsewhere, Outcome
from chant_ls.engine.records import RunRecord
from chant_ls.engine.scheduler import Plan, Queue
from chant_ls.engine.stops import StopToken
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import FINISHED, SpecId

POLL = 1.0
"""Seconds between looks for wishes that no signal announced."""

Say = Callable[[Mapping[str, object]], None]
"""Tells whoever started us, once: the agent runs, or why not."""


@dataclass(frozen=True, slots=True)
class Done:
    id: SpecId
    verdict: Outcome


@dataclass(frozen=True, slots=True)
class Signal:
    """`INT`, `TERM`, or `USR1`: look for wishes."""

    name: str


Message = Done | Signal


@dataclass(slots=True)
class Supervisor:
    engine: Engine
    job: str
    request: WorkRequest
    plan: Plan
    say: Say
    inbox: "queue.SimpleQueue[Message]"
    stops: dict[SpecId, StopToken] = field(default_factory=dict)
    interrupts: int = 0
    over: threading.Event = field(default_factory=threading.Event)
    code: int = 0
    refusal: Mapping[str, object] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)

    def work(self) -> int:
        """The exit code: 0 all good, 1 something was not, 130 or 143 interrupted."""
        self.emit(*((id, Queued()) for id in self.plan.ids))
        snapshot = self.engine.load()
        left = Queue.of(self.plan, snapshot)
        self.emit(*((id, Skipped(why)) for id, why in left.left_out))
        self._tell_narrowed(snapshot)
        with ThreadPoolExecutor(max_workers=max(1, self.plan.width)) as pool:
            while True:
                left = self._start(left, pool)
                if not left.running:
                    break
                left = self._hear(left)
        return self._finish(left)

    def _start(self, left: Queue, pool: ThreadPoolExecutor) -> Queue:
        snapshot = self.engine.load()
        left = self._swept(left, snapshot)
        while not self._due(left) and (id := self._next(left, snapshot)):
            self.stops[id] = StopToken()
            left = left.started(id, self.engine.clock.monotonic())
            pool.submit(self._work_one, id, self.stops[id])
            left = self._swept(left, snapshot)
        return left

    def _next(self, left: Queue, snapshot: Snapshot) -> SpecId | None:
        config, wished = self.engine.config, self.request.width
        crowded = slots.crowded(config, snapshot, left.running, wished)
        return left.next(snapshot, self.request.allow_overlap, crowded)

    def _due(self, left: Queue) -> float:
        return left.due(self.engine.clock.monotonic(), self.engine.config.stagger_ms / 1000)

    def _tell_narrowed(self, snapshot: Snapshot) -> None:
        wished = min(self.request.width, len(self.plan.ids))
        why = slots.narrowed(self.engine.config, snapshot, self.plan.ids, wished)
        self.emit(*((("", Note(why)),) if why else ()))

    def _swept(self, left: Queue, snapshot: Snapshot) -> Queue:
        now = left.swept(snapshot)
        self.emit(*((id, Skipped(why)) for id, why in now.left_out[len(left.left_out) :]))
        return now

    def _hear(self, left: Queue) -> Queue:
        try:
            due = self._due(left) if left.waiting else 0.0
            message = self.inbox.get(timeout=min(POLL, due) if due > 0 else POLL)
        except queue.Empty:
            self._wishes(left)
            return left
        if isinstance(message, Done):
            return self._done(left, message)
        return self._signalled(left, message.name)

    def _done(self, left: Queue, done: Done) -> Queue:
        verdict = done.verdict
        if isinstance(verdict, Elsewhere):
            if self.plan.batch:
                self.emit((done.id, Skipped(verdict.refusal.message)))
                return left.passed_over(done.id, verdict.refusal.message)
            verdict = verdict.refusal
        good = outcomes.is_good(verdict)
        self.counts[outcomes.counted(verdict)] += 1
        if isinstance(verdict, Refusal):
            self.emit((done.id, Skipped(verdict.message)))
        if not good:
            self.code = self.code or 1
            self.refusal = outcomes.word(verdict)
        return left.ended(done.id, good)

    def _signalled(self, left: Queue, name: str) -> Queue:
        """INT once: start no more. INT again or TERM: pause what runs."""
        if name == "USR1":
            self._wishes(left)
            return left
        self.interrupts += 1
        self.over.set()
        self.code = 143 if name == "TERM" else 130
        pausing = name == "TERM" or self.interrupts > 1
        for id in left.running if pausing else ():
            self.stops[id].ask("pause")
        what = "what runs is paused" if pausing else "what runs may end, nothing more is started"
        self.emit(("", Note(f"interrupted: {what}")))
        return left.stop("interrupted")

    def _wishes(self, left: Queue) -> None:
        for id in left.running:
            record = self.engine.runs.latest(id)
            if record is None or record.job != self.job:
                continue
            if wish := self.engine.runs.asked_stop(record.run):
                self.stops[id].ask(wish)

    def _finish(self, left: Queue) -> int:
        snapshot = self.engine.load()
        waiting = tuple((id, scheduler.why_skipped(left, snapshot, id)) for id in left.waiting)
        self.emit(*((id, Skipped(why)) for id, why in waiting))
        skipped = (*left.left_out, *waiting)
        undone = [(id, why) for id, why in skipped if standing(snapshot, id) not in FINISHED]
        if undone and self.plan.batch and not self.counts:
            self.code = self.code or 1
        if not self.refusal:
            self.refusal = {"ok": True, "run": ""}
        if undone and self.refusal["ok"]:
            id, why = undone[0]
            self.refusal = {"ok": False, "message": f"{id} cannot start: {why}"}
        self.say(self.refusal)
        self.emit(("", JobFinished(self.code, **self.counts, skipped=len(skipped))))
        return self.code

    def _work_one(self, id: SpecId, stop: StopToken) -> None:
        """In a thread of its own; always answers."""
        verdict: Outcome = Refusal(f"{id}: the supervisor met a bug")
        try:
            verdict = self._begin(id, stop, self.request)
            again = replace(self.request, resume=True, fresh=False)
            for tried in range(self.engine.config.retry.times):
                if not self._worth_trying(id, verdict, tried):
                    break
                verdict = self._begin(id, stop, again)
        except Exception as error:  # noqa: BLE001 isolation point: one run of several
            self.engine.runs.write_log(id, traceback.format_exc())
            hint = f"`chant log {id} --run all` holds the traceback"
            verdict = Refusal(f"{id}: internal error: {error!r}", hint)
        finally:
            self.inbox.put(Done(id, verdict))

    def _worth_trying(self, id: SpecId, verdict: Outcome, tried: int) -> bool:
        """Waits until a reason that passes may have passed. Its slot stays taken meanwhile."""
        if not isinstance(verdict, Verdict) or not verdict.passing or self.over.is_set():
            return False
        retry = self.engine.config.retry
        seconds = retrying.delay(retry, tried)
        number = f"{tried + 1} of {retry.times}"
        self.emit((id, Note(f"tries again in {seconds:g} s ({number}): {verdict.error}")))
        return not self.over.wait(seconds)

    def _begin(self, id: SpecId, stop: StopToken, request: WorkRequest) -> Outcome:
        """Takes the spec's lock, then asks every guard again: what was true may not be any more."""
        held = self.engine.runs.lock(id)
        if isinstance(held, Refusal):
            return Elsewhere(held)
        with held:
            live = self._approved(id, stop, request)
            if isinstance(live, Refusal):
                done = self.engine.load().status(id) in FINISHED
                return Elsewhere(live) if done else live
            self.engine.runs.keep_snapshot(live.record.run, live.approved.data)
            return run.execute(live, held)

    def _approved(self, id: SpecId, stop: StopToken, request: WorkRequest) -> Live | Refusal:
        engine, snapshot = self.engine, self.engine.load()
        base = guards.machine(engine)
        if isinstance(base, Refusal):
            return base
        approved = guards.approve(engine, snapshot, id, request, base)
        if isinstance(approved, Refusal):
            return approved
        refusal = commands.others(engine, approved, request)
        if refusal:
            return refusal
        merge = self.plan.wants_merge(request.merge, engine.config.auto_merge)
        record = run.new_record(engine, approved, request, self.job, merge)
        return Live(engine, approved, request, snapshot, record, stop, self._running)

    def _running(self, record: RunRecord) -> None:
        self.say({"ok": True, "run": record.run, "spec": record.spec})

    def emit(self, *events: tuple[str, RunEvent]) -> None:
        now = self.engine.clock.now()
        self.engine.runs.append(self.job, [Entry(e, now, "", spec) for spec, e in events])


def supervise(
    engine: Engine, job: str, say: Say, inbox: "queue.SimpleQueue[Message] | None" = None
) -> int:
    """Works a job that `operations.work` kept; the exit code of `chant work`."""
    engine.processes.adopt_orphans()
    data = dict(engine.runs.job(job) or {})
    request = WorkRequest.from_json(data.get("request", {}))  # type: ignore[arg-type]  # our JSON
    made = scheduler.plan(engine.load(), request)
    if not isinstance(made, Plan):
        say(refused(made if isinstance(made, Refusal) else Refusal(str(made))))
        return 1
    keep_supervisor(engine, job)
    box: queue.SimpleQueue[Message] = inbox or queue.SimpleQueue()
    return Supervisor(engine, job, request, made.as_decided(data, request), say, box).work()
