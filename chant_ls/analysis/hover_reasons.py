"""The chain of reasons why a spec is blocked, and the first step out."""

from collections.abc import Iterator

from chant_ls.analysis.chains import Link, chain, step_out
from chant_ls.analysis.markdown import code, escape
from chant_ls.analysis.readiness import describe
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.analysis.times import ago
from chant_ls.analysis.types import Block, Reason
from chant_ls.model.spec import SpecId

_MOST_LINES = 30
_MOST_STEPS = 12
_BY_ID = frozenset({Block.DEPENDENCY, Block.SIBLING, Block.MEMBERS, Block.DRIVER})
_HOW = {
    Block.SIBLING: " (comes before it)",
    Block.MEMBERS: " (its member)",
    Block.DRIVER: " (through its driver)",
}


def reasons_markdown(snapshot: Snapshot, id: SpecId, now: str = "") -> str:
    """One line a root cause, nearest reason first: ``blocked by `A` ← `B` (failed 2 h ago)``;
    then the command that comes next, where there is one."""
    links = chain(snapshot, id)
    ways = list(_ways(links))
    lines = [f"- blocked by {_way(snapshot, way, now)}" for way in ways[:_MOST_LINES]]
    if len(ways) > _MOST_LINES:
        lines.append(f"- and {len(ways) - _MOST_LINES} more")
    step = step_out(links)
    tail = f"\n\nnext: {code(step)}" if step else ""
    return "\n".join(lines) + tail


def _ways(links: tuple[Link, ...]) -> Iterator[tuple[Link, ...]]:
    """Every way from the spec to a root cause; a stack of its own, any depth."""
    todo: list[tuple[Link, ...]] = [(link,) for link in reversed(links)]
    while todo:
        way = todo.pop()
        behind = way[-1].because
        if not behind:
            yield way
        todo.extend((*way, link) for link in reversed(behind))


def _way(snapshot: Snapshot, way: tuple[Link, ...], now: str) -> str:
    near, far = (way[:6], way[-5:]) if len(way) > _MOST_STEPS else (way, ())
    steps = [_step(snapshot, link, now) for link in near]
    if far:
        steps += [f"… {len(way) - 11} more …", *(_step(snapshot, link, now) for link in far)]
    return " ← ".join(steps) + (" (told above)" if way[-1].cut else "")


def _step(snapshot: Snapshot, link: Link, now: str) -> str:
    reason = link.reason
    if reason.kind not in _BY_ID:
        return _told(snapshot, reason, now)
    title = f" {escape(reason.title, 60)}" if reason.title else ""
    how = _HOW.get(reason.kind, "")
    return f"{code(reason.id)}{title}{how}{_state(snapshot, reason, now)}"


def _told(snapshot: Snapshot, reason: Reason, now: str) -> str:
    match reason.kind:
        case Block.UNMERGED:
            return f"{code(reason.id)} (completed, not merged)"
        case Block.MISSING:
            return f"{code(reason.id)} (no such spec)"
        case Block.APPROVAL:
            return "a missing approval"
    return escape(describe(reason))


def _state(snapshot: Snapshot, reason: Reason, now: str) -> str:
    if reason.status is None:
        return ""
    run = snapshot.run(reason.id)
    age = ago(run.ended_at or run.started_at, now) if run else ""
    word = reason.status.value.replace("_", " ")
    return f" ({word} {age})" if age else f" ({word})"
