"""Slots and stagger, decided on values alone: a batch is played through by a clock of ours."""

import random
from collections import Counter
from dataclasses import dataclass, field

import pytest

from chant_ls.analysis.snapshot import Snapshot
from chant_ls.engine import slots
from chant_ls.engine.scheduler import Plan, Queue
from chant_ls.model.config import DEFAULT_SLOTS, Config, Provider
from chant_ls.model.runs import RunInfo, RunState
from chant_ls.model.spec import SpecId
from tests.analysis.project import snapshot

AGENTS = ("one", "two", "three", "")


def batch(count: int = 60) -> Snapshot:
    agents = random.Random(7).choices(AGENTS, k=count)
    return snapshot(
        {
            f"s{n}": "type: code" + (f"\nprovider: {agent}" if agent else "")
            for n, agent in enumerate(agents)
        }
    )


def config(**said: int) -> Config:
    providers = {name: Provider(name, ("x",), slots=count) for name, count in said.items()}
    return Config(provider="rest", providers=providers)


@dataclass
class Played:
    """What a batch did: the order of its starts, how long after the last one those came that began
    beside others, the most at once of each agent."""

    order: list[SpecId] = field(default_factory=list)
    gaps: list[float] = field(default_factory=list)
    most: Counter[str] = field(default_factory=Counter)
    together: int = 0


def play(all: Snapshot, config: Config, width: int, wished: int = 0, stagger: float = 0) -> Played:
    """One run ends at each tick at most; time moves to the next start where one is due."""
    left, told, chance, now = (
        Queue.of(Plan(all.graph.ids, width), all),
        Played(),
        random.Random(1),
        0.0,
    )
    while True:
        full = slots.crowded(config, all, left.running, wished)
        id = None if left.due(now, stagger) else left.next(all, True, full)
        if id:
            if left.running:
                told.gaps.append(now - left.last_start)
            left = left.started(id, now)
            told.order.append(id)
            busy = Counter(slots.agent_of(config, all, each) for each in left.running)
            told.most |= busy
            told.together = max(told.together, busy.total())
        elif not left.running:
            return told
        else:
            if chance.random() < 0.1:
                left = left.ended(chance.choice(sorted(left.running)), True)
            now += 0.25


@pytest.mark.parametrize("width", [1, 3, 8, 100])
def test_every_agent_works_as_much_as_its_slots_let_it_and_no_more(width):
    all, said = batch(), config(one=1, two=4)
    told = play(all, said, width)
    assert sorted(told.order) == sorted(all.graph.ids)
    assert told.together <= width
    limits = {"one": 1, "two": 4, "three": DEFAULT_SLOTS, "rest": DEFAULT_SLOTS}
    assert all_below(told.most, limits)
    if width == 100:
        assert told.most == limits


def all_below(most: Counter[str], limits: dict[str, int]) -> bool:
    return all(count <= limits[name] for name, count in most.items())


def test_a_wish_widens_only_agents_of_whom_nothing_is_said():
    told = play(batch(), config(one=1, two=4), width=9, wished=9)
    assert (told.most["one"], told.most["two"]) == (1, 4)
    assert told.most["three"] > DEFAULT_SLOTS
    assert told.together == 9


def test_a_crowded_agent_holds_up_no_other():
    all = snapshot({"a": "provider: one", "b": "provider: one", "c": "provider: two"})
    said = config(one=1, two=1)
    left = Queue.of(Plan(all.graph.ids, 3), all)
    first = left.started(SpecId("a"))
    assert first.next(all, True, slots.crowded(said, all, first.running)) == "c"
    both = first.started(SpecId("c"))
    assert both.next(all, True, slots.crowded(said, all, both.running)) is None


@pytest.mark.parametrize("stagger", [0.0, 0.5, 2.0])
def test_starts_beside_others_keep_their_distance(stagger):
    told = play(batch(), config(one=3, two=3, three=3, rest=3), width=12, stagger=stagger)
    assert len(told.order) == 60
    assert len(told.gaps) > 20 and min(told.gaps) == stagger
    assert told.together == 12 or stagger


def test_who_works_alone_waits_for_no_distance():
    left = Queue(Plan((SpecId("a"), SpecId("b")), 2), (SpecId("a"), SpecId("b")))
    assert left.due(0.0, 10.0) == 0.0
    begun = left.started(SpecId("a"), 5.0)
    assert [begun.due(now, 10.0) for now in (5.0, 12.0, 15.0, 99.0)] == [10.0, 3.0, 0.0, 0.0]
    assert begun.ended(SpecId("a"), True).due(6.0, 10.0) == 0.0


@pytest.mark.parametrize(
    ("state", "live", "counts"),
    [
        (RunState.RUNNING, True, True),
        (RunState.RUNNING, False, False),
        (RunState.MERGING, True, False),
        (RunState.FAILED, False, False),
    ],
)
def test_runs_of_other_jobs_count_beside_own_ones(state, live, counts):
    all = snapshot({"a": "provider: one", "b": "provider: one", "x": "provider: one"})
    busy = all.with_run(RunInfo("r", SpecId("x"), state, live, provider="one"))
    said = config(one=2)
    assert slots.crowded(said, busy, frozenset({SpecId("a")}))(SpecId("b")) is counts
    assert not slots.crowded(said, busy, frozenset())(SpecId("b"))


def test_it_is_told_when_slots_stand_in_the_way_of_a_wish():
    all = snapshot({"a": "provider: one", "b": "provider: two"})
    ids = all.graph.ids
    assert "no more than 3 at once, not 4" in slots.narrowed(config(one=1, two=2), all, ids, 4)
    assert slots.narrowed(config(one=1, two=3), all, ids, 4) == ""
    assert slots.narrowed(config(one=1), all, ids, 4) == ""
    assert slots.narrowed(config(one=1, two=1), all, ids, 0) == ""
