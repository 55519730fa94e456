"""`init`: what a project needs to hold specs. Twice is once."""

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

from chant_ls.engine.ports import Files
from chant_ls.model.refusal import Refusal

CONFIG, IGNORE, SPECS = ".chant/config.md", ".chant/.gitignore", ".chant/specs/.gitkeep"

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
    """`name` "" is found out; `provider` "" stays with the default."""

    name: str = ""
    provider: str = ""


@dataclass(frozen=True, slots=True)
class Initialised:
    """`made` are the paths written, relative to the root; empty where all was there."""

    name: str
    made: tuple[str, ...]
    notes: tuple[str, ...] = ()


def init(files: Files, request: InitRequest) -> Initialised | Refusal:
    """Writes what is missing below `files.base`; changes nothing that is there."""
    name = request.name or next(filter(None, _names(files)), "") or files.base.name
    wanted = {CONFIG: _config(name, request.provider), IGNORE: _IGNORED, SPECS: ""}
    made = [path for path in wanted if files.read(path) is None]
    for path in made:
        refused = files.write(path, wanted[path].encode())
        if refused:
            return refused
    asked = request.name or request.provider
    kept = (f"{CONFIG} was there and stays as it is",) if asked and CONFIG not in made else ()
    return Initialised(name, tuple(made), kept)


def _config(name: str, provider: str) -> str:
    lines = ["---", "project:", f"  name: {json.dumps(name, ensure_ascii=False)}"]
    if provider:
        lines += ["defaults:", f"  provider: {json.dumps(provider, ensure_ascii=False)}"]
    return "\n".join([*lines, "---", "", _ABOUT.format(name=name)])


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
    data = files.read(path)
    return "" if data is None else data.decode("utf-8-sig", errors="replace")
