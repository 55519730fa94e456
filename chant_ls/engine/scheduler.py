"""Plan and queue: single, chain and parallel are widths of the same thing."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

from chant_ls.analysis.readiness import describe, is_ready, readiness
from chant_ls.analysis.resolve import Scope
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.analysis.standing import standing
from chant_ls.analysis.types import Blocked, Ready
from chant_ls.engine.guards import find
from chant_ls.engine.jobs import AllDone, WorkRequest
from chant_ls.engine.merge_plan import ordered
from chant_ls.engine.ranking import ranks
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import CONTAINERS, FINISHED, SpecId, Status, natural_key

DEFAULT_WIDTH = 2


@dataclass(frozen=True, slots=True)
class Plan:
    """`ids` in the order in which they are tried; `batch` is more than one run as the user sees it:
    such runs merge as they go. `strict`: the first that does not complete ends it (chain). `once`:
    what is not ready when it begins is left out. `left_out` cannot run, with the reason."""

    ids: tuple[SpecId, ...]
    width: int = 1
    batch: bool = False
    strict: bool = False
    once: bool = False
    left_out: tuple[tuple[SpecId, str], ...] = ()

    def as_decided(self, data: Mapping[str, object], request: WorkRequest) -> "Plan":
        """How wide and whether a batch was decided where the user asked."""
        batch = bool(data.get("batch", self.batch))
        width = int(str(data.get("width", self.width)))
        strict = batch and not request.parallel and not request.keep_going
        rows = data.get("left_out")
        out = tuple((SpecId(id), str(why)) for id, why in rows) if isinstance(rows, list) else ()
        return replace(self, batch=batch, width=width, strict=strict, left_out=out)

    def wants_merge(self, wish: bool | None, configured: str) -> bool:
        if wish is not None:
            return wish
        return configured == "always" or (configured == "batch" and self.batch)


def plan(snapshot: Snapshot, request: WorkRequest, slots: int = 0) -> Plan | AllDone | Refusal:
    """What a request means. `slots` is how many agents may run at once by the configuration."""
    named: list[SpecId] = []
    for text in request.ids:
        id = find(snapshot, text, Scope.ACTIVE, snapshot.today)
        if isinstance(id, Refusal):
            return id
        named.append(id)
    if not named and not (request.parallel or request.chain):
        return Refusal("no spec is named", "`chant list --ready` shows what can be worked")
    ids = tuple(dict.fromkeys(named)) or _discovered(snapshot, request)
    expanded = _members_instead(snapshot, ids)
    if isinstance(expanded, Refusal):
        return expanded
    batch = request.chain or request.parallel or len(expanded) > 1 or expanded != ids
    if named and batch and all(standing(snapshot, id) in FINISHED for id in expanded):
        return AllDone(ids)
    if not expanded:
        return _nothing(request)
    width = (request.width or slots or DEFAULT_WIDTH) if request.parallel else 1
    strict = batch and not request.parallel and not request.keep_going
    return Plan(expanded, width, batch, strict, request.once)


def _discovered(snapshot: Snapshot, request: WorkRequest) -> tuple[SpecId, ...]:
    """Every active spec with one of the labels that may come to be ready: a chain in the order of
    dependencies, else those first for which the most must wait."""
    found = [id for id in snapshot.graph.ids if _may_start(snapshot, id, request.labels)]
    if request.chain:
        return ordered(snapshot, found)
    order = ranks(snapshot, found)
    return tuple(sorted(found, key=lambda id: (-order[id], natural_key(id))))


def _may_start(snapshot: Snapshot, id: SpecId, labels: tuple[str, ...]) -> bool:
    file = snapshot.find(id)
    if file is None or file.archived or snapshot.status(id) is not Status.PENDING:
        return False
    if labels and not set(labels) & set(file.facts.labels):
        return False
    holds = file.facts.type in CONTAINERS or bool(snapshot.graph.members(id))
    return not holds or bool(snapshot.graph.members(id) and file.facts.criteria.total)


def _members_instead(snapshot: Snapshot, ids: Iterable[SpecId]) -> tuple[SpecId, ...] | Refusal:
    """Drivers and groups stand for their open members, and for themselves where they have criteria
    of their own."""
    result: dict[SpecId, None] = {}
    for id in ids:
        facts, members = snapshot.facts(id), snapshot.graph.members(id)
        if facts is None or not (members or facts.type in CONTAINERS):
            result[id] = None
            continue
        if not members:
            return Refusal(
                f"{id} has no members",
                f"name them: `members:` in its frontmatter, or files {id}.1.md, {id}.2.md",
            )
        opened = ordered(snapshot, [m for m in members if snapshot.status(m) not in FINISHED])
        below = _members_instead(snapshot, opened)
        if isinstance(below, Refusal):
            return below
        result.update(dict.fromkeys(below))
        if facts.criteria.total:
            result[id] = None
    return tuple(result)


def _nothing(request: WorkRequest) -> Refusal:
    if request.labels:
        return Refusal(
            f"no spec with label {', '.join(request.labels)} can be worked",
            "`chant list --all` shows them",
        )
    return Refusal("nothing is ready to be worked", "`chant list` shows what blocks the rest")


def nowhere(id: SpecId) -> bool:
    """No agent has too much to do."""
    return False


@dataclass(frozen=True, slots=True)
class Queue:
    """What is left of a plan. Every spec is tried at most once. `waits`: what each spec waited for
    when the job began; `left_out` were passed over, with the reason."""

    plan: Plan
    waiting: tuple[SpecId, ...]
    running: frozenset[SpecId] = frozenset()
    stopped: str = ""
    waits: Mapping[SpecId, frozenset[str]] = field(default_factory=dict)
    left_out: tuple[tuple[SpecId, str], ...] = ()
    last_start: float = 0.0

    @staticmethod
    def of(plan: Plan, snapshot: Snapshot) -> "Queue":
        waits = {id: _blockers(snapshot, id) for id in plan.ids}
        queue = Queue(plan, plan.ids, waits=waits, left_out=plan.left_out)
        later = [id for id in plan.ids if plan.once and not is_ready(snapshot, id)]
        for id in later:
            queue = queue.passed_over(id, why_skipped(queue, snapshot, id))
        return queue

    def swept(self, snapshot: Snapshot) -> "Queue":
        """Without those of several whose turn has come and that this job shall not start: done or
        at work elsewhere, or freed only because somebody cancelled what they waited for."""
        if self.stopped or not self.plan.batch:
            return self
        for id in self._line:
            why = self._no_more(snapshot, id)
            if why:
                return self.passed_over(id, why).swept(snapshot)
        return self

    def _no_more(self, snapshot: Snapshot, id: SpecId) -> str:
        status = snapshot.status(id)
        if status in FINISHED:
            return f"it is {status} already"
        if status is Status.IN_PROGRESS:
            return "it is being worked elsewhere"
        waited = sorted(self.waits.get(id, ()), key=natural_key)
        gone = next((other for other in waited if snapshot.status(other) == "cancelled"), "")
        return f"{gone} was cancelled meanwhile" if gone else ""

    @property
    def _line(self) -> tuple[SpecId, ...]:
        """Whose turn it is: in a chain only the first."""
        return self.waiting[:1] if self.plan.strict and self.plan.width == 1 else self.waiting

    def next(
        self, snapshot: Snapshot, overlap: bool, crowded: Callable[[SpecId], bool] = nowhere
    ) -> SpecId | None:
        """The first that can start now: ready, a slot free, its agent not `crowded`, no target file
        shared with a running one. In a chain only the first in line may start; its guard tells why
        it cannot run."""
        if self.stopped or len(self.running) >= self.plan.width:
            return None
        for id in self._line:
            able = self.plan.strict or isinstance(readiness(snapshot, id), Ready)
            if able and not crowded(id) and (overlap or not _overlaps(snapshot, id, self.running)):
                return id
        return None

    def due(self, now: float, stagger: float) -> float:
        """Seconds until another may start, 0 for now: starts keep `stagger` seconds from each other
        where one works beside another."""
        return max(0.0, self.last_start + stagger - now) if self.running and stagger else 0.0

    def started(self, id: SpecId, now: float = 0.0) -> "Queue":
        left = tuple(other for other in self.waiting if other != id)
        return replace(self, waiting=left, running=self.running | {id}, last_start=now)

    def ended(self, id: SpecId, completed: bool) -> "Queue":
        stop = self.stopped
        if not completed and self.plan.strict:
            stop = f"{id} did not complete"
        return replace(self, running=self.running - {id}, stopped=stop)

    def passed_over(self, id: SpecId, why: str) -> "Queue":
        left = tuple(other for other in self.waiting if other != id)
        out = (*self.left_out, (id, why))
        return replace(self, waiting=left, running=self.running - {id}, left_out=out)

    def stop(self, why: str) -> "Queue":
        return replace(self, stopped=self.stopped or why)


def _blockers(snapshot: Snapshot, id: SpecId) -> frozenset[str]:
    verdict = readiness(snapshot, id)
    reasons = verdict.reasons if isinstance(verdict, Blocked) else ()
    return frozenset(str(reason.id) for reason in reasons)


def why_skipped(queue: Queue, snapshot: Snapshot, id: SpecId) -> str:
    if queue.stopped:
        return queue.stopped
    verdict = readiness(snapshot, id)
    if isinstance(verdict, Blocked):
        return describe(verdict.reasons[0])
    status = snapshot.status(id)
    return f"it is {status}" if status else "it is gone"


def _overlaps(snapshot: Snapshot, id: SpecId, running: Iterable[SpecId]) -> bool:
    mine = _targets(snapshot, id)
    return any(_meet(a, b) for other in running for a in mine for b in _targets(snapshot, other))


def _targets(snapshot: Snapshot, id: SpecId) -> tuple[str, ...]:
    facts = snapshot.facts(id)
    return facts.target_files if facts else ()


def _meet(one: str, other: str) -> bool:
    return one == other or fnmatchcase(one, other) or fnmatchcase(other, one)
