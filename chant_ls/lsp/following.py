"""What the server looks at by itself: projects on disk, folders that become one, its client."""

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chant_ls.lsp.project import Project
    from chant_ls.lsp.server import ChantServer
    from chant_ls.lsp.watch import Seen

LOOK_EVERY = 1.0
"""Seconds between looks at the disk, longer where one look is long (one part in twenty)."""
INDEX_AFTER = 0.05
"""Seconds by which the first index lets the first texts go before it."""
SEARCH_EVERY = 1.0
PARENT_EVERY = 2.0


async def keep(ls: "ChantServer", project: "Project", wake: asyncio.Event) -> None:
    """Index the project, then follow what happens to it on disk. `wake` is set by whoever knows
    that something changed."""
    from chant_ls.lsp import watch
    from chant_ls.lsp.handlers import warm

    await asyncio.sleep(INDEX_AFTER)
    base, seen = await ls.pools.on_disk(project, watch.index, project.app)
    project.adopt(base)
    ls.publisher.later(project)
    ls.runs.attach(project)
    await ls.pools.think(warm)
    await _follow(ls, project, wake, seen)


async def _follow(ls: "ChantServer", project: "Project", wake: asyncio.Event, seen: "Seen") -> None:
    """Look again and again. Where the client watches files, most looks are at runs alone."""
    from chant_ls.lsp import watch

    loop = asyncio.get_running_loop()
    pause = LOOK_EVERY
    while True:
        told = await _pause(wake, pause)
        begun, private = loop.time(), project.snapshot.private
        if told or not ls.client.watches:
            wanted = watch.wanted(project.snapshot, project.open_paths)
            look = (project.app, seen, wanted, private)
            change, seen = await ls.pools.on_disk(project, watch.look, *look)
        else:
            change = await ls.pools.on_disk(project, watch.runs, project.app, private)
        pause = max(LOOK_EVERY, 20 * (loop.time() - begun))
        if project.absorb(change):
            ls.publisher.later(project)
            ls.runs.attach(project)


async def _pause(wake: asyncio.Event, seconds: float) -> bool:
    """Wait; whether somebody told that something changed."""
    try:
        await asyncio.wait_for(wake.wait(), seconds)
    except TimeoutError:
        return False
    wake.clear()
    return True


async def search(ls: "ChantServer") -> None:
    """Find a `.chant` that is made later, in a folder or beside a text that has none yet."""
    while True:
        await asyncio.sleep(SEARCH_EVERY)
        for start, uri in ls.session.homeless():
            if await ls.pools.on_disk(None, ls.session.has_root, start):
                ls.session.discover(start, start, uri)


async def watch_parent(ls: "ChantServer", parent: int) -> None:
    """A client that crashed cannot say goodbye."""
    import psutil

    while psutil.pid_exists(parent):
        await asyncio.sleep(PARENT_EVERY)
    ls.protocol.leave()
