"""Threads of the server: what is slow delays only its own kind."""

import asyncio
import threading
from pathlib import Path

import pytest

from chant_ls.lsp.places import Folder
from chant_ls.lsp.pools import Pools
from chant_ls.lsp.project import Project


def project(name: str) -> Project:
    root = Path(f"/nowhere/{name}")
    return Project(Folder(root, root, root.as_uri()), app=None)


@pytest.fixture
async def blocked():
    """Pools, a project whose disk does not answer, six verbs and ten journals that go on."""
    pools, one, gate = Pools(), project("slow"), threading.Event()
    slow = [pools.on_disk(one, gate.wait)]
    slow += [pools.verb(gate.wait) for _ in range(6)] + [pools.follow(gate.wait) for _ in range(10)]
    tasks = [asyncio.ensure_future(work) for work in slow]
    await asyncio.sleep(0)
    yield pools
    gate.set()
    await asyncio.gather(*tasks)


async def test_no_kind_of_work_waits_for_another(blocked):
    other = project("other")
    quick = [
        blocked.on_disk(other, int),
        blocked.on_disk(None, int),
        blocked.think(int),
        blocked.verb(int),
        blocked.follow(int),
    ]
    assert await asyncio.wait_for(asyncio.gather(*quick), 30) == [0] * 5


async def test_the_disk_of_a_project_is_read_one_thing_at_a_time():
    pools, one, running, most = Pools(), project("one"), [], []

    def read():
        running.append(1)
        most.append(len(running))
        running.pop()

    await asyncio.gather(*(pools.on_disk(one, read) for _ in range(50)))
    assert max(most) == 1 and len(most) == 50
