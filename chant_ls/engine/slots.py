"""How many runs an agent can have at once."""

from collections import Counter
from collections.abc import Callable, Iterable

from chant_ls.analysis.snapshot import Snapshot
from chant_ls.model.config import Config, Provider
from chant_ls.model.spec import SpecId


def crowded(
    config: Config, snapshot: Snapshot, running: Iterable[SpecId]
) -> Callable[[SpecId], bool]:
    """Whether the agent of a spec has all its slots taken by those at work."""

    def agent(id: SpecId) -> str:
        facts = snapshot.facts(id)
        return (facts.provider if facts else "") or config.provider

    taken = Counter(map(agent, running))
    most = {name: provider.slots for name, provider in config.providers.items()}
    return lambda id: taken[agent(id)] >= most.get(agent(id), Provider("").slots)
