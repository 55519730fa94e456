"""Threads beside the event loop, by what is done in them: none waits for another kind."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from chant_ls.lsp.project import Project

T = TypeVar("T")

_THINKERS, _VERBS, _FOLLOWERS = 2, 16, 256
"""Threads at most, each begun when it is first needed. A follower sleeps nearly always."""


class Pools:
    """Not the loop's own executor: that one is waited for at the end, however long it takes."""

    def __init__(self) -> None:
        self._disks: WeakKeyDictionary[Project, Executor] = WeakKeyDictionary()
        self._elsewhere = ThreadPoolExecutor(1, "chant-ls-disk")
        self._thinking = ThreadPoolExecutor(_THINKERS, "chant-ls-thinker")
        self._verbs = ThreadPoolExecutor(_VERBS, "chant-ls-verb")
        self._following = ThreadPoolExecutor(_FOLLOWERS, "chant-ls-follower")

    async def on_disk(self, project: "Project | None", work: Callable[..., T], *told: object) -> T:
        """What reads the files of a project, or outside of any: one thing at a time for each."""
        return await _within(self._disk(project), work, *told)

    def _disk(self, project: "Project | None") -> Executor:
        if project is None:
            return self._elsewhere
        return self._disks.setdefault(project, ThreadPoolExecutor(1, "chant-ls-disk"))

    async def think(self, work: Callable[..., T], *told: object) -> T:
        """What only computes."""
        return await _within(self._thinking, work, *told)

    async def verb(self, work: Callable[..., T], *told: object) -> T:
        """What may wait for git, for other processes, for agents."""
        return await _within(self._verbs, work, *told)

    async def follow(self, work: Callable[..., T], *told: object) -> T:
        """What waits for news of a job."""
        return await _within(self._following, work, *told)


async def _within(executor: Executor, work: Callable[..., T], *told: object) -> T:
    return await asyncio.get_running_loop().run_in_executor(executor, work, *told)
