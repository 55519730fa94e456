"""What the server looks at by itself: projects on disk, folders that become one, its client."""

import asyncio
from contextlib import suppress
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
    before = project.snapshot
    project.adopt(base)
    project.absorb(await ls.pools.on_disk(project, watch.papers, project.app, project.config_text))
    ls.publisher.happened(project, before)
    ls.runs.attach(project)
    await ls.pools.think(warm)
    await _follow(ls, project, wake, seen)


async def _follow(ls: "ChantServer", project: "Project", wake: asyncio.Event, seen: "Seen") -> None:
    """Look again and again. A client that watches files only makes a look come sooner: what it
    watches is less than what counts, and it may not tell."""
    from chant_ls.lsp import watch

    loop = asyncio.get_running_loop()
    pause = LOOK_EVERY
    while True:
        await _pause(wake, pause)
        begun = loop.time()
        look = (seen, project.snapshot, project.open_paths, project.config_text)
        change, seen = await ls.pools.on_disk(project, watch.look, project.app, *look)
        pause = max(LOOK_EVERY, 20 * (loop.time() - begun))
        before = project.snapshot
        if project.absorb(change):
            ls.publisher.happened(project, before, change.files.keys())
            ls.runs.attach(project)


async def _pause(wake: asyncio.Event, seconds: float) -> None:
    """Wait, until somebody tells that something changed at most."""
    with suppress(TimeoutError):
        await asyncio.wait_for(wake.wait(), seconds)
    wake.clear()


async def search(ls: "ChantServer", wake: asyncio.Event) -> None:
    """Find a `.chant` that is made later, in a folder or beside a text, and let go of projects that
    nobody looks at any more."""
    from chant_ls.lsp.finding import found

    loop = asyncio.get_running_loop()
    pause = SEARCH_EVERY
    while True:
        await _pause(wake, pause)
        begun = loop.time()
        near = await ls.pools.on_disk(None, found, ls.session.starts())
        starts = ls.session.starts()
        for one in [one for start, one in near if start in starts]:
            ls.session.enter(one)
        for project in ls.session.let_go():
            ls.forget(project)
        pause = max(SEARCH_EVERY, 20 * (loop.time() - begun))


async def mirror(ls: "ChantServer", worktree: "Project", wake: asyncio.Event) -> None:
    """Keep in a linked worktree what is known of its project, below the texts open there."""
    from chant_ls.lsp.intake import learn

    base = None
    while worktree.main:
        if worktree.main.snapshot is not base:
            base, before = worktree.main.snapshot, worktree.snapshot
            worktree.adopt(base)
            await learn(ls, worktree, worktree.open_paths)
            ls.publisher.happened(worktree, before, whole=True)
        with suppress(TimeoutError):
            await asyncio.wait_for(ls.publisher.settled.wait(), LOOK_EVERY)


async def watch_parent(ls: "ChantServer", parent: int) -> None:
    """A client that crashed cannot say goodbye."""
    import psutil

    while psutil.pid_exists(parent):
        await asyncio.sleep(PARENT_EVERY)
    ls.protocol.leave()
