"""`init`: what a project needs to hold specs, and its first choices."""

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

from chant_ls.engine.agents.table import provider
from chant_ls.engine.engine import Engine
from chant_ls.engine.ports import Files
from chant_ls.engine.specfile import decode, encode, with_fields
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import SpecId
from chant_ls.syntax.document import parse
from chant_ls.syntax.quoting import quoted

CONFIG, IGNORE, SPECS = ".chant/config.md", ".chant/.gitignore", ".chant/specs/.gitkeep"

_PARSED_AS = SpecId("config")

_IGNORED = """\
# Chant keeps what runs need in the git folder. These are what other tools leave here.
.locks/
.store/
agents.md
logs/
pids/
processes/
store/
tmp/
watch.pid
specs/.chant-status-*.json
"""

_ABOUT = """\
# {name}

Settings of chant for this project; everything left out has its default. A file
`.chant/prompts/standard.md` replaces the bundled prompt of that name.
"""


@dataclass(frozen=True, slots=True)
class InitRequest:
    """What is "" is found out or stays as it is. `provider` is one that is known."""

    name: str = ""
    provider: str = ""
    main_branch: str = ""


@dataclass(frozen=True, slots=True)
class Initialised:
    """`made` are the paths written, relative to the root, `changed` tells that the configuration,
    which was there, has other values now; both empty where all was there."""

    made: tuple[str, ...]
    changed: bool
    notes: tuple[str, ...] = ()


def init(engine: Engine, request: InitRequest) -> Initialised | Refusal:
    """Writes what is missing; of a configuration that is there only the values asked for."""
    files = engine.files
    if request.provider and isinstance(bad := provider(engine.config, request.provider), Refusal):
        return bad
    if request.main_branch and engine.git.commit_of(f"refs/heads/{request.main_branch}") is None:
        return Refusal(
            f"there is no local branch {request.main_branch} with a commit",
            "name one that exists",
            engine.git.branches()[:10],
        )
    old = files.read(CONFIG)
    config = _new(engine, request) if old is None else _changed(decode(old), request)
    if isinstance(config, Refusal):
        return config
    wanted = {CONFIG: config, IGNORE: _IGNORED, SPECS: ""}
    made = [path for path in wanted if files.read(path) is None]
    changed = old is not None and config != decode(old)
    for path in [*made, *([CONFIG] if changed else [])]:
        if refused := files.write(path, encode(wanted[path])):
            return refused
    return Initialised(tuple(made), changed, _notes(engine, request))


def next_steps(engine: Engine) -> Iterator[str]:
    """What is left to do before the first spec can be worked, in this order."""
    unrecorded = engine.runs.writable()
    if unrecorded:
        yield f"{unrecorded.hint}, for {unrecorded.message}" if unrecorded.hint else str(unrecorded)
    attributes = engine.files.read(".gitattributes") is not None
    yield f"commit .chant{' and .gitattributes' if attributes else ''}"
    if not engine.config.provider:
        yield "`chant init --provider NAME` chooses the agent"
    yield "`chant add TITLE` writes the first spec"


def _new(engine: Engine, request: InitRequest) -> str:
    name = request.name or next(filter(None, _names(engine.files)), "") or engine.files.base.name
    found = {"provider": request.provider, "main_branch": request.main_branch or _branch(engine)}
    lines = ["---", "project:", f"  name: {quoted(name)}"]
    defaults = [f"  {key}: {quoted(value)}" for key, value in found.items() if value]
    lines += ["defaults:", *defaults] if defaults else []
    return "\n".join([*lines, "---", "", _ABOUT.format(name=name)])


def _branch(engine: Engine) -> str:
    """The main branch where it is not called `main`; of a repository without a commit, the one
    that the first will be on."""
    known = engine.git.main_branch(ours=engine.config.branch_prefix)
    if isinstance(known, Refusal):
        known = "" if engine.git.branches() else engine.git.head().branch
    return "" if known == "main" else known


def _changed(text: str, request: InitRequest) -> str | Refusal:
    wanted = {
        "project.name": request.name,
        "defaults.provider": request.provider,
        "defaults.main_branch": request.main_branch,
    }
    asked = {key: value for key, value in wanted.items() if value}
    if asked and parse(text, _PARSED_AS).problems:
        return Refusal(f"{CONFIG} cannot be read", "`chant lint` tells where it is broken")
    return with_fields(text, _PARSED_AS, asked)


def _notes(engine: Engine, request: InitRequest) -> tuple[str, ...]:
    git, chosen = engine.git, request.main_branch or engine.config.main_branch
    several = len(git.branches()) > 1
    if chosen or not several or not isinstance(git.main_branch(), Refusal):
        return ()
    return ("which branch is the main one? `chant init --main-branch NAME` tells chant",)


def _names(files: Files) -> Iterator[str]:
    """The project's name as its own files tell it, best first."""
    yield _of_json(_text(files, "package.json"))
    yield _of_toml(_text(files, "pyproject.toml"), "project")
    yield _of_toml(_text(files, "Cargo.toml"), "package")
    module = re.search(r"^module\s+(\S+)", _text(files, "go.mod"), re.MULTILINE)
    yield module[1].rpartition("/")[2] if module else ""


def _of_json(text: str) -> str:
    try:
        data = json.loads(text or "{}")
    except ValueError:
        return ""
    return _named(data)


def _of_toml(text: str, table: str) -> str:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return ""
    return _named(data.get(table))


def _named(data: object) -> str:
    name = data.get("name") if isinstance(data, dict) else None
    return name if isinstance(name, str) else ""


def _text(files: Files, path: str) -> str:
    return (files.read(path) or b"").decode("utf-8-sig", errors="replace")
