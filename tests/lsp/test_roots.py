"""Where projects are: below folders, beside texts, behind links, in linked worktrees; and when they
are let go."""

import asyncio
import subprocess
from pathlib import Path

import pytest

from chant_ls.lsp import finding, following
from chant_ls.lsp.session import Session
from tests.lsp.inside import Inside

A, B = "2026-01-01-001-abc", "2026-01-02-002-abc"
BODY = "\n# {title}\n\n## Acceptance Criteria\n\n- [ ] x\n"
WRONG = "---\ntype: nonsense\n---\n" + BODY.format(title="Wrong")
NEEDS = f"---\ntype: code\ndepends_on: [{A}]\n---\n" + BODY.format(title="Needs")


def project(root: Path, *ids: str) -> Path:
    (root / ".chant/specs").mkdir(parents=True)
    (root / ".chant/config.md").write_text("---\nproject:\n  name: demo\n---\n")
    for id in ids:
        spec(root, id).write_text("---\ntype: code\n---\n" + BODY.format(title=f"Of {root.name}"))
    return root


def spec(root: Path, id: str) -> Path:
    return root / f".chant/specs/{id}.md"


@pytest.fixture
async def started(monkeypatch):
    monkeypatch.setattr(following, "SEARCH_EVERY", 0.05)
    servers = []

    async def start(root: Path | None, **told) -> Inside:
        servers.append(Inside())
        await servers[-1].begin(root, capabilities={}, **told)
        return servers[-1]

    yield start
    for one in servers:
        await one.end()


async def listed(server: Inside, root: Path | None = None) -> set[str]:
    params = {"root": root.as_uri()} if root else {}
    rows = (await server.ask("chant/specs", params))["result"]
    return {f"{row['root'].rpartition('/')[2]}/{row['id']}" for row in rows}


async def test_projects_below_a_folder_are_found_also_those_made_later(started, tmp_path):
    project(tmp_path / "one", A)
    project(tmp_path / "packages/two", A)
    project(tmp_path / "node_modules/three", A)
    project(tmp_path / ".hidden/four", A)
    server = await started(tmp_path)
    await server.indexed(2)
    assert await listed(server) == {f"one/{A}", f"two/{A}"}
    assert await listed(server, tmp_path) == {f"one/{A}", f"two/{A}"}
    project(tmp_path / "packages/five", B)
    await server.indexed(3)
    assert await listed(server, tmp_path / "packages") == {f"two/{A}", f"five/{B}"}


async def test_the_innermost_project_counts_also_where_it_is_made_later(started, tmp_path):
    outer = project(tmp_path / "outer", A)
    inner = outer / "packages/inner"
    server = await started(outer)
    await server.indexed()
    uri = server.open(spec(inner, B), WRONG)
    project(inner, B)
    await server.indexed(2)
    await server.until(lambda: "invalid-value" in (server.pushed(uri) or ()))
    assert await listed(server, inner / "src") == {f"inner/{B}"}
    assert await listed(server, outer / "docs") == {f"outer/{A}"}
    outermost, _ = server.server.session.projects.values()
    assert outermost.open_paths == ()


async def test_what_nobody_looks_at_is_let_go(started, tmp_path):
    home, foreign = project(tmp_path / "home", A), project(tmp_path / "foreign", B)
    server = await started(home)
    uri = server.open(spec(foreign, B))
    await server.indexed(2)
    [_, other] = server.server.session.projects.values()
    server.close(uri)
    await server.indexed(1)
    assert await listed(server) == {f"home/{A}"}
    assert other not in server.server._wake and other not in server.server._tasks


async def test_a_folder_is_let_go_with_its_last_text(started, tmp_path):
    home = project(tmp_path / "home", A)
    server = await started(home)
    uri = server.open(spec(home, A))
    await server.indexed()
    server.folders(removed=[home])
    assert await listed(server) == {f"home/{A}"}
    server.close(uri)
    await server.until(lambda: not server.server.session.projects)


async def test_the_next_text_of_a_project_keeps_it(started, tmp_path):
    foreign = project(tmp_path / "foreign", A, B)
    server = await started(None)
    uri = server.open(spec(foreign, A))
    await server.indexed()
    [before] = server.server.session.projects.values()
    server.close(uri)
    server.open(spec(foreign, B))
    for _ in range(3):
        server.server._search.set()
        await server.until(lambda: not server.server._search.is_set())
    assert list(server.server.session.projects.values()) == [before]


async def test_a_text_behind_a_link_belongs_to_the_project_that_is_open(started, tmp_path):
    home = project(tmp_path / "home", A)
    (tmp_path / "link").symlink_to(home)
    server = await started(home)
    await server.indexed()
    uri = server.open(spec(tmp_path / "link", A), WRONG)
    await server.until(lambda: "invalid-value" in (server.pushed(uri) or ()))
    assert await listed(server) == {f"home/{A}"}


async def test_a_text_that_is_open_by_two_uris_stays_while_one_is_open(started, tmp_path):
    home = project(tmp_path / "home", A)
    (tmp_path / "link").symlink_to(home)
    server = await started(tmp_path / "link")
    await server.indexed()
    one, other = server.open(spec(tmp_path / "link", A)), server.open(spec(home, A))
    server.change(one, 2, WRONG)
    await server.until(lambda: "invalid-value" in (server.pushed(one) or ()))
    await server.until(lambda: "invalid-value" in (server.pushed(other) or ()))
    server.close(other)
    await server.until(lambda: server.pushed(other) == [])
    identity = {"textDocument": {"uri": one}}
    symbols = (await server.ask("textDocument/documentSymbol", identity))["result"]
    assert "Wrong" in [symbol["name"] for symbol in symbols]
    assert "invalid-value" in server.pushed(one)


def git(root: Path, *arguments: str) -> None:
    who = ["-c", "user.name=T", "-c", "user.email=t@example.org"]
    subprocess.run(["git", "-C", str(root), *who, *arguments], check=True, capture_output=True)


@pytest.fixture
def worktree(tmp_path: Path) -> Path:
    home = project(tmp_path / "home", A)
    git(home, "init", "-q", "-b", "main")
    git(home, "add", "-A")
    git(home, "commit", "-qm", "x")
    git(home, "worktree", "add", "-q", str(tmp_path / "tree"))
    return tmp_path / "tree"


@pytest.mark.parametrize("as_folder", [True, False])
async def test_a_text_of_a_linked_worktree_is_answered_by_its_project(started, worktree, as_folder):
    home = worktree.parent / "home"
    server = await started(worktree if as_folder else home)
    await server.indexed()
    uri = server.open(spec(worktree, B), NEEDS)
    pushes = lambda *codes: set(codes) & set(server.pushed(uri) or ())  # noqa: E731
    at = {"textDocument": {"uri": uri}, "position": {"line": 2, "character": 16}}
    while not (told := (await server.ask("textDocument/hover", at))["result"]):
        await asyncio.sleep(0.01)
    assert "Of home" in told["contents"]["value"]
    server.change(uri, 2, WRONG)
    await server.until(lambda: pushes("invalid-value"))
    server.change(uri, 3, NEEDS)
    spec(home, A).unlink()
    await server.until(lambda: pushes("unknown-dependency"))
    assert await listed(server) == set(), "the text of a worktree is none of the project's own"
    assert (await server.ask("textDocument/definition", at))["result"] is None
    server.close(uri)
    await server.until(lambda: server.pushed(uri) == [])
    if not as_folder:
        await server.until(lambda: not server.server.session.worktrees)


async def test_the_folder_of_a_linked_worktree_means_its_project(started, worktree):
    server = await started(worktree)
    await server.indexed()
    assert await listed(server, worktree) == {f"home/{A}"}


async def test_a_folder_that_is_removed_while_it_is_searched_stays_away(
    started, tmp_path, monkeypatch
):
    root = project(tmp_path / "one", A)
    loop, found, looks = asyncio.get_running_loop(), finding.found, []
    enter, folders_then = Session.enter, []

    def entered(session, one):
        folders_then.append(len(session.folders))
        enter(session, one)

    async def remove():
        server.folders(removed=[root])

    def looked(starts):
        result = found(starts)
        if starts:  # it goes while the thread still looks at it
            asyncio.run_coroutine_threadsafe(remove(), loop).result()
        looks.append(result)
        return result

    monkeypatch.setattr(finding, "found", looked)
    monkeypatch.setattr(Session, "enter", entered)
    server = await started(root)
    await server.until(lambda: len(looks) > 1)
    assert [one for look in looks for one in look] and 0 not in folders_then
