"""Prompt files: found by name, their parents put in, their variables filled in one pass."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from chant_ls.engine.ports import Files
from chant_ls.model.papers import VARIABLE
from chant_ls.model.refusal import Refusal
from chant_ls.syntax import frontmatter
from chant_ls.syntax.facts import plain_values

_PARENT = re.compile(r"\{\{>\s*parent\s*\}\}")
_NAME = re.compile(r"[\w][\w.-]*(/[\w][\w.-]*)*\Z")


@dataclass(frozen=True, slots=True)
class Template:
    """A prompt with its parents put in. `analysis`: it changes nothing, so no commit rule."""

    name: str
    body: str
    analysis: bool = False


@dataclass(frozen=True, slots=True)
class _File:
    body: str
    extends: str
    kind: str


def load(files: Files, name: str) -> Template | Refusal:
    """The project's prompt of that name, else the bundled one, with all its parents."""
    seen: list[str] = []
    found: list[_File] = []
    wanted = name
    while wanted:
        if wanted in seen:
            return Refusal(f"prompt {name} extends itself: {' → '.join([*seen, wanted])}")
        file = _read(files, wanted)
        if file is None:
            return _unknown(files, wanted, seen)
        seen.append(wanted)
        found.append(file)
        wanted = file.extends
    kind = next((file.kind for file in found if file.kind), "execute")
    return Template(name, _joined(found), kind == "analysis")


def parents(files: Files) -> Mapping[str, str]:
    """All prompts that `load` can find, each with the one that it extends, "" for none."""
    own = files.expand(".chant/prompts/*.md")
    named = {path.rpartition("/")[2].removesuffix(".md") for path in own}
    return {**_bundled_parents(), **{name: _extends(files, name) for name in named}}


def _extends(files: Files, name: str) -> str:
    text = _own(files, name)
    return _parsed(text).extends if text else ""


@cache
def _bundled_parents() -> Mapping[str, str]:
    folder = resources.files("chant_ls") / "prompts"
    texts = {name: (folder / f"{name}.md").read_text("utf-8") for name in bundled()}
    return {name: _parsed(text).extends for name, text in texts.items()}


@cache
def bundled() -> frozenset[str]:
    folder = resources.files("chant_ls") / "prompts"
    return frozenset(f.name.removesuffix(".md") for f in folder.iterdir() if f.name[-3:] == ".md")


def variables(body: str) -> frozenset[str]:
    return frozenset(VARIABLE.findall(body))


def fill(template: Template, values: Mapping[str, str]) -> str | Refusal:
    """One pass over the template: what is put in is never looked at again."""
    unknown = sorted(variables(template.body) - values.keys())
    if unknown:
        return Refusal(
            f"prompt {template.name} names an unknown variable {{{{{unknown[0]}}}}}",
            f"known ones: {', '.join(sorted(values))}",
        )
    return VARIABLE.sub(lambda match: values[match[1]], template.body)


def extension(files: Files, name: str) -> str | Refusal:
    """The text of `.chant/prompts/extensions/<name>.md`, frontmatter dropped."""
    text = _own(files, f"extensions/{name}")
    if text is None:
        path = f".chant/prompts/extensions/{name}.md"
        return Refusal(
            f"there is no prompt extension {path}", "`defaults.prompt_extensions` names it"
        )
    return _parsed(text).body.strip()


def _read(files: Files, name: str) -> _File | None:
    text = _own(files, name)
    if text is None and name in bundled():
        text = (resources.files("chant_ls") / "prompts" / f"{name}.md").read_text("utf-8")
    return None if text is None else _parsed(text)


def _own(files: Files, name: str) -> str | None:
    data = files.read(f".chant/prompts/{name}.md") if _NAME.match(name) else None
    return None if data is None else data.decode("utf-8-sig", errors="replace")


@lru_cache(maxsize=64)
def _parsed(text: str) -> _File:
    read = frontmatter.read(text)
    values = plain_values(read.frontmatter.mapping) if read.frontmatter else {}
    extends, kind = values.get("extends"), values.get("kind")
    body = text[read.body_start :].strip() + "\n"
    return _File(body, str(extends or ""), str(kind or ""))


def _joined(chain: list[_File]) -> str:
    """Child first in `chain`. A child without the marker stands behind its parent."""
    body = chain[-1].body
    for child in reversed(chain[:-1]):
        parts = _PARENT.split(child.body)
        body = body.join(parts) if len(parts) > 1 else f"{body}\n{child.body}"
    return body


def _unknown(files: Files, name: str, path: list[str]) -> Refusal:
    where = f" (extended by {path[-1]})" if path else ""
    have = ", ".join(sorted(parents(files)))
    return Refusal(
        f"there is no prompt {name!r}{where}: no .chant/prompts/{name}.md", f"there are: {have}"
    )
