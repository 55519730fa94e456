"""The frontmatter of the files beside specs: a row per key, as `model.fields` has them for specs.

A row named `*` stands for any key: the name of a provider, a repository or a diagnostic.
"""

import re
from collections.abc import Mapping
from enum import StrEnum

from chant_ls.model.fields import BY_NAME, Field, Holds, Shape

RULE_LEVELS = ("off", "hint", "info", "warning", "error")
PROMPT_WAYS = ("stdin", "file", "arg")
OUTPUTS = ("text", "jsonl", "claude-stream", "acp")
MERGE_WAYS = ("batch", "always", "never")
ROTATIONS = ("none", "random", "round_robin", "round-robin")

ANY = "*"

_TEXT, _LIST, _INT, _MAP = Shape.TEXT, Shape.LIST, Shape.INT, Shape.MAP
_ENUM = Holds.ENUM
_OLD = "Left by an older tool; nothing reads it."


CONFIG_PATH = ".chant/config.md"


class Paper(StrEnum):
    """What a file below `.chant` is that is no spec."""

    CONFIG = "configuration"
    PROMPT = "prompt"
    TEMPLATE = "template"


def paper_at(path: str) -> Paper | None:
    """By its path relative to the root."""
    if path == CONFIG_PATH:
        return Paper.CONFIG
    if not path.endswith(".md"):
        return None
    if path.startswith(".chant/prompts/"):
        return Paper.PROMPT
    return Paper.TEMPLATE if path.startswith(".chant/templates/") else None


_PROJECT = (
    Field("name", _TEXT, "Name of the project; else that of its folder."),
    Field("prefix", _TEXT, "Put before the ids of new specs."),
    Field("silent", Shape.BOOL, _OLD, machine=True),
)

_DEFAULTS = (
    Field("provider", _TEXT, "The agent that works specs which name none.", Holds.PROVIDER),
    Field("prompt", _TEXT, "The prompt of specs which name none. Else `standard`.", Holds.PROMPT),
    Field("model", _TEXT, "The model that agents are asked to use.", Holds.MODEL),
    Field("split_model", _TEXT, "The model that splits specs.", Holds.MODEL),
    Field(
        "main_branch",
        _TEXT,
        "The branch that worktrees are cut from and work is merged into. Else that of "
        "`origin/HEAD`, git's `init.defaultBranch`, `main`.",
    ),
    Field("branch_prefix", _TEXT, "Put before the id in names of branches. Else `chant/`."),
    Field(
        "auto_merge",
        _TEXT,
        "When finished work is merged at once: in chains and parallel runs (`batch`), always or "
        "never.",
        _ENUM,
        MERGE_WAYS,
    ),
    Field("rotation_strategy", _TEXT, "How agents take turns.", _ENUM, ROTATIONS),
    Field("prompt_extensions", _LIST, "Files of `.chant/prompts/extensions/` for every prompt."),
)

_PROVIDER = (
    Field(
        "command",
        Shape.LIST_OR_TEXT,
        "What starts the agent: a list, or one text that is split as a shell splits words. "
        "`{prompt_file}`, `{prompt}` and `{model}` are replaced. A file of the project is taken "
        "from its root.",
    ),
    Field("prompt", _TEXT, "How the agent gets its prompt. Else `stdin`.", _ENUM, PROMPT_WAYS),
    Field("output", _TEXT, "What the agent prints. Else `text`.", _ENUM, OUTPUTS),
    Field("timeout", _INT, "Seconds until the agent is stopped, 0 for never. Else 3600."),
    Field(
        "slots", _INT, "How many runs of it may go on at once. Else 2, or as many as is asked for."
    ),
    Field("max_concurrent", _INT, "Older name of `slots`."),
    Field("model", _TEXT, "Its model where nothing else names one.", Holds.MODEL),
    Field("endpoint", _TEXT, _OLD, machine=True),
    Field("max_retries", _INT, _OLD, machine=True),
    Field("retry_delay_ms", _INT, _OLD, machine=True),
)

_AGENT = (
    Field("name", _TEXT, "Its name."),
    Field("command", Shape.LIST_OR_TEXT, "What starts the agent."),
    Field(
        "max_concurrent",
        _INT,
        "How many runs of it may go on at once. Else 2, or as many as is asked for.",
    ),
    Field("weight", _INT, _OLD, machine=True),
)

_PARALLEL = (
    Field("stagger_delay_ms", _INT, "Milliseconds between the starts of two agents."),
    Field("stagger_jitter_ms", _INT, _OLD, machine=True),
    Field("agents", _LIST, "Older way to name providers.", rows=_AGENT),
)

_RETRY = (
    Field("times", _INT, "How often, 0 for never. Else 2."),
    Field("delay_ms", _INT, "Milliseconds before the first new try; each waits twice as long."),
    Field("patterns", _LIST, "Further texts that an agent ends with where trying again may help."),
)

_THRESHOLDS = (
    Field("criteria", _INT, "Criteria of a spec that is not too complex. Else 10."),
    Field("files", _INT, "Target files of a spec that is not too complex. Else 5."),
    Field("words", _INT, "Words of a spec that is not too complex, 0 for any number."),
    Field("complexity_criteria", _INT, "Older name of `criteria`."),
    Field("complexity_files", _INT, "Older name of `files`."),
    Field("complexity_words", _INT, "Older name of `words`."),
    *(Field(f"simple_{what}", _INT, _OLD, machine=True) for what in ("criteria", "files", "words")),
)

_LINT = (
    Field(
        "rules",
        _MAP,
        "Severity of a diagnostic by its code.",
        rows=(Field(ANY, _TEXT, "How loud this diagnostic is.", _ENUM, RULE_LEVELS),),
    ),
    Field("disable", _LIST, "Codes of diagnostics that are off."),
    Field("thresholds", _MAP, "From when on a spec is too complex.", rows=_THRESHOLDS),
)

CONFIG: tuple[Field, ...] = (
    Field("project", _MAP, "What the project is called.", rows=_PROJECT),
    Field("defaults", _MAP, "What specs and commands use that say nothing else.", rows=_DEFAULTS),
    Field(
        "providers",
        _MAP,
        "Agents by name. `claude`, `codex`, `gemini`, `opencode` and `shell` are known without.",
        rows=(Field(ANY, _MAP, "An agent.", rows=_PROVIDER),),
    ),
    Field("parallel", _MAP, "How several agents go on at once.", rows=_PARALLEL),
    Field(
        "retry",
        _MAP,
        "Trying runs again that failed because a service was busy or could not be reached.",
        rows=_RETRY,
    ),
    Field(
        "worktrees",
        _MAP,
        "Where agents work.",
        rows=(Field("dir", _TEXT, "Folder of the worktrees; else one of the user's own."),),
    ),
    Field(
        "repos",
        _MAP,
        "Other repositories that dependencies may name, as `name: path`.",
        rows=(Field(ANY, _TEXT, "Path of the repository."),),
    ),
    Field("lint", _MAP, "Which diagnostics are shown, and how.", rows=_LINT),
    Field("verify", Shape.LIST_OR_TEXT, "Commands that must succeed before work is merged."),
    *(
        Field(name, _MAP, "Left by an older tool.", machine=True)
        for name in ("enterprise", "approval", "validation", "site", "watch")
    ),
)

PROMPT: tuple[Field, ...] = (
    Field("name", _TEXT, "What people call the prompt; specs name its file."),
    Field(
        "kind",
        _TEXT,
        "`execute` changes files and commits, `analysis` only answers.",
        _ENUM,
        ("execute", "analysis"),
    ),
    Field("purpose", _TEXT, "What it is for, in a line."),
    Field(
        "extends",
        _TEXT,
        "The prompt that this one adds to; its text stands where `{{> parent}}` is, else before.",
        Holds.PROMPT,
    ),
)

_VARIABLE = (
    Field("name", _TEXT, "The word between the braces."),
    Field("description", _TEXT, "What to give."),
    Field("required", Shape.BOOL, "Whether it must be given."),
    Field("default", _TEXT, "Its value where none is given."),
)

TEMPLATE: tuple[Field, ...] = (
    Field("name", _TEXT, "What the template is called."),
    Field("description", _TEXT, "What it is for, in a line."),
    Field("variables", _LIST, "What a new spec is asked for.", rows=_VARIABLE),
    *(BY_NAME[name] for name in ("type", "labels", "target_files", "context", "prompt")),
)

ROWS: Mapping[Paper, tuple[Field, ...]] = {
    Paper.CONFIG: CONFIG,
    Paper.PROMPT: PROMPT,
    Paper.TEMPLATE: TEMPLATE,
}

VARIABLES: Mapping[str, str] = {
    "spec": "The spec's id, text and target files.",
    "spec.id": "The spec's id.",
    "spec.title": "Its title.",
    "spec.type": "Its type.",
    "spec.labels": "Its labels, with commas between.",
    "spec.description": "Its text below the frontmatter.",
    "spec.path": "Its file, relative to the root.",
    "spec.target_files": "The files it is expected to write, a line each.",
    "spec.output": "Where it writes: its target files, or a file to make where it names none.",
    "spec.context": "The text of the files in its `context`.",
    "spec.informed_by": "The text of what its `informed_by` names.",
    "spec.acceptance_criteria": "Its criteria with their boxes.",
    "driver.id": "The id of the driver it is a member of, else nothing.",
    "driver.title": "That driver's title.",
    "driver.body": "That driver's text.",
    "attempt": "How often it was tried, this time included.",
    "project.name": "The project's name.",
    "worktree.path": "The folder that the agent works in.",
    "worktree.branch": "The branch that the agent works on.",
    "worktree.isolated": "Always `true`.",
}
"""What a prompt may name between `{{` and `}}`."""

PARENT = "> parent"
VARIABLE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")


def row_at(rows: tuple[Field, ...], path: tuple[str, ...]) -> Field | None:
    """The row of a key by the names on its way; an index into a list is not one of them."""
    found: Field | None = None
    for name in path:
        found = next((row for row in rows if row.name in (name, ANY)), None)
        if found is None:
            return None
        rows = found.rows
    return found


def names(rows: tuple[Field, ...]) -> tuple[str, ...]:
    return tuple(row.name for row in rows)
