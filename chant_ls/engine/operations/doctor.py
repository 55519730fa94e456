"""`doctor`: whether this machine and this project are fit for runs, and the next step where not."""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from chant_ls.analysis.snapshot import Snapshot
from chant_ls.engine import guards, merge_state, prompt
from chant_ls.engine.agents import table
from chant_ls.engine.engine import Engine
from chant_ls.engine.git_version import outdated
from chant_ls.engine.operations.recover import interrupted
from chant_ls.engine.spec_driver import DRIVER, command
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import looks_dated
from chant_ls.syntax.config import parse_config

CONFIG = ".chant/config.md"
_DRIVER = re.compile(r"\bmerge=([\w.-]+)")
OWN = "chant-spec"
_BUILT_IN = frozenset({"text", "binary", "union"})


class State(StrEnum):
    OK = "ok"
    NOTE = "note"
    """Works, but somebody may want to know."""
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. `next` is what to do about it, "" where it is well."""

    name: str
    state: State
    message: str
    next: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    checks: tuple[Check, ...]

    @property
    def well(self) -> bool:
        return all(check.state is not State.BAD for check in self.checks)


def doctor(engine: Engine) -> Report:
    """Changes nothing. A check that needs what another found missing is left out."""
    return Report((*_machine(engine), *_project(engine), *_runs(engine)))


def _machine(engine: Engine) -> Iterator[Check]:
    if sys.platform == "win32":
        yield Check("system", State.NOTE, "agents run on Linux and macOS only", "use WSL")
    git = engine.git
    version = ".".join(map(str, git.version()))
    yield told("git", outdated(git), f"git {version}")
    state = engine.runs.writable()
    yield told("run state", state, f"{state or engine.runs.folder}")
    if not state and not outdated(git):
        yield from _repository(engine)


def _repository(engine: Engine) -> Iterator[Check]:
    git = engine.git
    who = git.identity()
    yield told("identity", who, str(who))
    unfit = guards.repository(engine)
    if unfit and unfit != who:
        yield told("repository", unfit, "")
    base = guards.main(engine)
    yield told("main branch", base, getattr(base, "branch", ""))
    yield told("disk", guards.space(engine), f"room for worktrees at {engine.worktrees}")
    yield from _clone(engine)


def _clone(engine: Engine) -> Iterator[Check]:
    """How this clone is set up."""
    setup = engine.git.setup()
    if setup is None:
        yield Check("clone", State.BAD, "its configuration cannot be read", "`git config --list`")
        return
    if setup.detached:
        hint = "`git switch` to a branch"
        yield Check("HEAD", State.NOTE, "is detached: `chant add` cannot commit", hint)
    yield Check("remotes", State.OK, ", ".join(setup.remotes) or "none; chant needs none")
    for lock in setup.locks:
        hint = "let the other git command end; after a crash of chant, `chant recover`"
        yield Check("lock", State.BAD, f"{lock} lies in the git folder: git is locked", hint)
    yield from _merge_drivers(engine, setup.merge_drivers)


def _merge_drivers(engine: Engine, known: frozenset[str]) -> Iterator[Check]:
    places = (engine.files, engine.files.at(engine.git.top))
    texts = [(place.read(".gitattributes") or b"").decode(errors="replace") for place in places]
    named = {name for text in texts for name in _DRIVER.findall(text)} - _BUILT_IN
    for name in sorted(named - known):
        message = f".gitattributes names {name}, which this clone does not know"
        own = "`chant init` registers it" if name == OWN else f"`git config merge.{name}.driver …`"
        yield Check("merge driver", State.NOTE, message, f"{own}; until then git merges by lines")
    if OWN in named & known and engine.git.local_setting(DRIVER) != command():
        message = f"{DRIVER} is not the one of this chant: `git merge` would run another program"
        hint = f"look at `git config {DRIVER}`; `chant init` registers this one"
        yield Check("merge driver", State.BAD, message, hint)


def _project(engine: Engine) -> Iterator[Check]:
    yield from check_config(engine)
    yield from _providers(engine)
    snapshot = engine.load()
    for name in sorted({engine.config.prompt, *_prompts_of(snapshot)}):
        yield told(f"prompt {name}", prompt.check(engine, name), "is there, with all it extends")
    yield from _strange(engine, snapshot)
    for path in sorted(p for p in snapshot.private if snapshot.files[p].tracked):
        yield Check("private", State.BAD, f"git tracks {path}", f"`git rm --cached {path}`")


def _strange(engine: Engine, snapshot: Snapshot) -> Iterator[Check]:
    """Files among the specs that are none, or are found by a name that no id has."""
    for path in sorted(stat.path for stat in engine.specs.stats() if not stat.archived):
        name = path.rpartition("/")[2].removesuffix(".md")
        if path not in snapshot.files:
            hint = "move it away, or begin it with frontmatter (`---`)"
            yield Check("specs", State.NOTE, f"{path} is no spec: no command reads it", hint)
        elif not looks_dated(name):
            message = f"{path} is the spec {name!r}, though that is no id that chant gives"
            yield Check("specs", State.NOTE, message, "fine if you named it so; else rename it")


def check_config(engine: Engine) -> Iterator[Check]:
    data = engine.files.read(CONFIG)
    if data is None:
        yield Check("config", State.NOTE, f"there is no readable {CONFIG}", "`chant init`")
        return
    read = parse_config(data.decode("utf-8-sig", errors="replace"))
    found = [(p.span.start, p.message) for p in read.problems]
    found += [(read.span(p.path).start, p.message) for p in read.config.problems]
    for at, message in sorted(found):
        line = read.text.count("\n", 0, at) + 1
        yield Check("config", State.BAD, f"{CONFIG}:{line}: {message}", "correct that line")
    if not found:
        yield Check("config", State.OK, CONFIG)


def _providers(engine: Engine) -> Iterator[Check]:
    chosen = engine.config.provider
    for name in dict.fromkeys([chosen, *sorted(engine.config.providers)]):
        found = table.provider(engine.config, name)
        problem = found if isinstance(found, Refusal) else guards.program(engine, found)
        check = told(f"provider {name}".strip(), problem, "its command is there")
        unused = problem and name != chosen
        state = State.NOTE if unused else check.state
        yield Check(check.name, state, check.message, check.next)


def _prompts_of(snapshot: Snapshot) -> Iterator[str]:
    """Those that specs name; one that is not there is told by `chant lint`."""
    for file in snapshot.files.values():
        if not file.archived and file.facts.prompt in snapshot.prompts:
            yield file.facts.prompt


def _runs(engine: Engine) -> Iterator[Check]:
    dead = [record.spec for record in interrupted(engine)]
    if dead:
        names = ", ".join(sorted(dead))
        yield Check("runs", State.BAD, f"interrupted: {names}", "`chant recover`")
    else:
        yield Check("runs", State.OK, "none was interrupted")
    yield from conflict(engine)


def conflict(engine: Engine, id: str = "") -> Iterator[Check]:
    """The merge that waits at a conflict, of this spec or of any."""
    state = merge_state.read(engine)
    if state is None or not state.paths or id not in ("", state.spec):
        return
    said = merge_state.told(state)
    yield Check("merge", State.NOTE, f"{said.message}, in {state.folder}", said.hint)


def told(name: str, answer: object, well: str) -> Check:
    if isinstance(answer, Refusal):
        return Check(name, State.BAD, answer.message, answer.hint)
    return Check(name, State.OK, well)
