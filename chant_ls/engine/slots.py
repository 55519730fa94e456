"""How many runs an agent can have at once."""

from collections import Counter
from collections.abc import Callable, Iterable, Set

from chant_ls.analysis.snapshot import Snapshot
from chant_ls.model.config import DEFAULT_SLOTS, Config
from chant_ls.model.runs import LIVE_STATES, RunState
from chant_ls.model.spec import SpecId

_WITH_AGENT = LIVE_STATES - {RunState.MERGING}


def agent_of(config: Config, snapshot: Snapshot, id: SpecId) -> str:
    facts = snapshot.facts(id)
    return (facts.provider if facts else "") or config.provider


def crowded(
    config: Config, snapshot: Snapshot, running: Set[SpecId], wished: int = 0
) -> Callable[[SpecId], bool]:
    """Whether the agent of a spec has all its slots taken: by those of this job that are `running`
    and, beside them, by those of other jobs. A job with none at work waits for nobody. `wished` is
    how many shall work at once by the user's own word: it counts for agents of whom the
    configuration says nothing."""
    taken = Counter(agent_of(config, snapshot, id) for id in running)
    if running:
        taken.update(_elsewhere(snapshot, running))

    def full(id: SpecId) -> bool:
        name = agent_of(config, snapshot, id)
        return taken[name] >= (said(config, name) or wished or DEFAULT_SLOTS)

    return full


def narrowed(config: Config, snapshot: Snapshot, ids: Iterable[SpecId], wished: int) -> str:
    """Why fewer work at once than the user wished, "" if nothing stands in the way."""
    names = sorted({agent_of(config, snapshot, id) for id in ids})
    slots = {name: said(config, name) for name in names}
    if not wished or not all(slots.values()) or sum(slots.values()) >= wished:
        return ""
    keys = ", ".join(f"`providers.{name}.slots: {count}`" for name, count in slots.items())
    return f"no more than {sum(slots.values())} at once, not {wished}: .chant/config.md says {keys}"


def said(config: Config, name: str) -> int:
    """What the configuration says of an agent, 0 for nothing."""
    provider = config.providers.get(name)
    return provider.slots if provider else 0


def _elsewhere(snapshot: Snapshot, running: Set[SpecId]) -> Iterable[str]:
    """The agents of the runs of other jobs."""
    for info in snapshot.runs.values():
        if info.live and info.state in _WITH_AGENT and info.spec not in running:
            yield info.provider
