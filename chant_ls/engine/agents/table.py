"""The agents that are known by name, those of the configuration, and how each is started."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from chant_ls.engine.ports import Files
from chant_ls.model.config import Config, Provider
from chant_ls.model.refusal import Refusal
from chant_ls.syntax.nodes import Document

SHELL = "shell"
SHELL_BLOCKS = "sh"

_EACH_BLOCK = 'for block do sh -e -c "$block" || exit; done'
"""Every block is a shell of its own with `set -e`; the first that fails ends the run."""

_PLACEHOLDER = re.compile(r"\{(prompt_file|prompt|model)\}")


def _known(command: str, output: str = "jsonl") -> Provider:
    argv = tuple(command.split())
    return Provider(argv[0], argv, output=output)


KNOWN: Mapping[str, Provider] = {
    known.name: known
    for known in (
        _known(
            "claude --print --output-format stream-json --verbose"
            " --dangerously-skip-permissions --model {model}",
            "claude-stream",
        ),
        _known("codex exec --json --disable plugins --sandbox workspace-write -m {model} -"),
        _known("gemini -y -o stream-json -m {model}"),
        _known("opencode run --format json --auto -m {model}"),
        Provider(SHELL),
    )
}


@dataclass(frozen=True, slots=True)
class Call:
    """What fills the placeholders of a provider's command."""

    prompt: str
    prompt_file: str
    model: str


def provider(config: Config, name: str) -> Provider | Refusal:
    """By the spec's or the configuration's name; a configured one overrides a known one."""
    if not name:
        hint = f"`chant init --provider NAME` chooses one: {_names(config)}"
        return Refusal("no agent is chosen", hint)
    found = config.providers.get(name)
    known = KNOWN.get(name)
    if found is None and known is None:
        hint = f"known here: {_names(config)}; others stand below `providers:` in .chant/config.md"
        return Refusal(f"there is no provider {name!r}", hint)
    if known is None and found and not found.command:
        hint = f"write `command:` below `providers.{name}` in .chant/config.md"
        return Refusal(f"provider {name} has no `command`: it says nothing of what to run", hint)
    if found is None or (known and not found.command):
        return _overlaid(known, found)
    return found


def _names(config: Config) -> str:
    return ", ".join(sorted({*config.providers, *KNOWN}))


def _overlaid(known: Provider | None, found: Provider | None) -> Provider:
    """A known agent with the limits that the configuration gives it."""
    assert known is not None
    if found is None:
        return known
    return known._replace(timeout=found.timeout, slots=found.slots, model=found.model)


def argv(provider: Provider, root: Files, document: Document, call: Call) -> tuple[str, ...]:
    """What to run. Its program, and arguments that name files of the project, lie in the root, so
    an agent cannot edit its own runner."""
    if provider.name == SHELL and not provider.command:
        return ("sh", "-c", _EACH_BLOCK, "chant", *shell_blocks(document))
    parts = _without_empty_model(provider.command, call.model)
    filled = [_filled(_at_root(part, root), call) for part in parts]
    filled[:1] = [program(provider, root)]
    if provider.prompt == "arg" and not any("{prompt" in part for part in provider.command):
        filled.append(call.prompt)
    if provider.prompt == "file" and not any("{prompt" in part for part in provider.command):
        filled.append(call.prompt_file)
    return tuple(filled)


def runners(config: Config, root: Path) -> frozenset[str]:
    """The paths, relative to the root, of all files that agents are started with if they exist."""
    everyone = (*KNOWN.values(), *config.providers.values())
    parts = {part for each in everyone for part in each.command}
    named = (os.path.relpath(root / part, root) for part in parts if _names_a_file(part))
    return frozenset(path for path in named if path != "." and not path.startswith(".."))


def _names_a_file(part: str) -> bool:
    return bool(part) and "{" not in part and not part.startswith("-")


def shell_blocks(document: Document) -> tuple[str, ...]:
    fences = (fence for fence in document.body.fences if fence.info == SHELL_BLOCKS)
    return tuple(fence.content.of(document.text) for fence in fences)


def program(provider: Provider, root: Files) -> str:
    """The program to look for on PATH; one with a folder in its name lies in the root or nowhere,
    never in the worktree where an agent could put it."""
    if not provider.command:
        return "sh"
    first = _at_root(provider.command[0], root)
    return first if "/" not in first else str(root.base / first)


def _without_empty_model(command: tuple[str, ...], model: str) -> tuple[str, ...]:
    """`-m {model}` means nothing without a model: the flag goes with its value."""
    if model or "{model}" not in command:
        return command
    at = command.index("{model}")
    return command[: max(at - 1, 0)] + command[at + 1 :]


def _at_root(part: str, root: Files) -> str:
    if not _names_a_file(part) or Path(part).is_absolute():
        return part
    return str(root.base / part) if root.read(part) is not None else part


def _filled(part: str, call: Call) -> str:
    values = {"prompt_file": call.prompt_file, "prompt": call.prompt, "model": call.model}
    return _PLACEHOLDER.sub(lambda match: values[match[1]], part)
