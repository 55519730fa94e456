"""Project configuration: a frozen value built from a mapping of texts, with its problems."""

from collections.abc import Mapping
from typing import NamedTuple

from chant_ls.model.fields import Field
from chant_ls.model.papers import (
    ANY,
    CONFIG,
    MERGE_WAYS,
    OUTPUTS,
    PROMPT_WAYS,
    ROTATIONS,
    RULE_LEVELS,
    names,
    row_at,
)
from chant_ls.model.section import ConfigProblem, Section, Value

DEFAULT_SLOTS = 2
"""Of an agent of whom nobody says how many runs it can have at once."""


class Provider(NamedTuple):
    """How an agent is started. `command` is argv; timeout in seconds, 0 for none; `slots` is 0
    where the configuration says nothing."""

    name: str
    command: tuple[str, ...] = ()
    prompt: str = "stdin"
    output: str = "text"
    timeout: int = 3600
    slots: int = 0
    model: str = ""


class Retry(NamedTuple):
    """Runs that failed for a reason that passes are tried again `times` times, the first after
    `delay_ms`. `patterns` are texts by which such reasons are known, besides the built-in ones."""

    times: int = 2
    delay_ms: int = 10_000
    patterns: tuple[str, ...] = ()


class Thresholds(NamedTuple):
    """A spec with more than this is too complex: criteria, target files, words of the body."""

    criteria: int = 10
    files: int = 5
    words: int = 0


class Config(NamedTuple):
    """`.chant/config.md` over the user's own over the built-in values."""

    project_name: str = ""
    project_prefix: str = ""
    provider: str = ""
    prompt: str = "standard"
    model: str = ""
    main_branch: str = ""
    branch_prefix: str = "chant/"
    auto_merge: str = "batch"
    prompt_extensions: tuple[str, ...] = ()
    providers: Mapping[str, Provider] = {}
    worktrees_dir: str = ""
    stagger_ms: int = 0
    retry: Retry = Retry()
    repos: Mapping[str, str] = {}
    rules: Mapping[str, str] = {}
    thresholds: Thresholds = Thresholds()
    verify: tuple[str, ...] = ()
    required_fields: tuple[str, ...] = ()
    problems: tuple[ConfigProblem, ...] = ()


def merged(over: Mapping[str, Value], base: Mapping[str, Value]) -> dict[str, Value]:
    """Both mappings, key by key at every depth; where both have a value, that of `over`."""
    result = dict(base)
    for key, value in over.items():
        below = result.get(key)
        both = isinstance(value, Mapping) and isinstance(below, Mapping)
        result[key] = merged(value, below) if both else value  # type: ignore[arg-type] # `both`
    return result


def from_mapping(values: Mapping[str, Value]) -> Config:
    """The configuration that a mapping tells; never raises: what is wrong becomes `problems`."""
    top = Section(values)
    _expect(top, CONFIG)
    project, defaults = top.section("project"), top.section("defaults")
    defaults.choice("rotation_strategy", ROTATIONS, "none")
    parallel, lint = top.section("parallel"), top.section("lint")
    return Config(
        project_name=project.text("name"),
        project_prefix=project.text("prefix"),
        provider=defaults.text("provider"),
        prompt=defaults.text("prompt", "standard"),
        model=defaults.text("model"),
        main_branch=defaults.text("main_branch"),
        branch_prefix=defaults.text("branch_prefix", "chant/"),
        auto_merge=defaults.choice("auto_merge", MERGE_WAYS, "batch"),
        prompt_extensions=defaults.texts("prompt_extensions"),
        providers=_agents(parallel) | _providers(top.section("providers")),
        worktrees_dir=top.section("worktrees").text("dir"),
        stagger_ms=parallel.number("stagger_delay_ms", 0),
        retry=_retry(top.section("retry")),
        repos=_repos(top),
        rules=_rules(lint),
        thresholds=_thresholds(lint.section("thresholds")),
        verify=top.texts("verify"),
        required_fields=top.section("enterprise").texts("required"),
        problems=tuple(top.problems),
    )


def _expect(section: Section, rows: tuple[Field, ...]) -> None:
    """Only the keys of the table, at every depth; what has no rows there may hold anything."""
    if not any(row.name == ANY for row in rows):
        section.expect(names(rows))
    for name, value in section.values.items():
        row = row_at(rows, (name,))
        if row is None or not row.rows:
            continue
        if isinstance(value, Mapping):
            _expect(section.section(name), row.rows)
        elif isinstance(value, tuple):
            for below in section.maps(name):
                _expect(below, row.rows)


def _providers(table: Section) -> dict[str, Provider]:
    return {name: _provider(name, row) for name, row in table.sections()}


def _provider(name: str, row: Section) -> Provider:
    return Provider(
        name,
        _command(row),
        row.choice("prompt", PROMPT_WAYS, "stdin"),
        row.choice("output", OUTPUTS, "text"),
        row.number("timeout", 3600),
        _slots(row),
        row.text("model"),
    )


def _agents(parallel: Section) -> dict[str, Provider]:
    """`parallel.agents`, an older way to name providers."""
    agents = {}
    for row in parallel.rows("agents"):
        name = row.text("name", "main")
        agents[name] = Provider(name, _command(row), slots=_slots(row))
    return agents


def _slots(row: Section) -> int:
    for key in ("slots", "max_concurrent"):
        if key in row.values:
            return row.number(key, 0, 1)
    return 0


def _command(row: Section) -> tuple[str, ...]:
    if not isinstance(row.values.get("command"), str):
        return row.texts("command")
    import shlex  # few write the command as one text

    try:
        return tuple(shlex.split(row.text("command")))
    except ValueError as error:
        message = f"`{row.path}command` cannot be split into words: {error}".lower()
        row.wrong("command", f"{message}; write it as a list")
        return ()


def _retry(table: Section) -> Retry:
    default = Retry()
    return Retry(
        table.number("times", default.times),
        table.number("delay_ms", default.delay_ms),
        table.texts("patterns"),
    )


def _repos(top: Section) -> dict[str, str]:
    """A list of `{name, path}`, or a map of paths by name."""
    if isinstance(top.values.get("repos"), Mapping):
        table = top.section("repos")
        return {name: table.text(name) for name in table.values}
    rows = tuple(top.rows("repos"))
    for row in rows:
        row.expect(("name", "path"))
    return {row.text("name"): row.text("path") for row in rows}


def _rules(lint: Section) -> dict[str, str]:
    table = lint.section("rules")
    levels = {name: table.choice(name, RULE_LEVELS, "") for name in table.values}
    return dict.fromkeys(lint.texts("disable"), "off") | {n: v for n, v in levels.items() if v}


def _thresholds(table: Section) -> Thresholds:
    default = Thresholds()
    return Thresholds(
        table.number("criteria", table.number("complexity_criteria", default.criteria)),
        table.number("files", table.number("complexity_files", default.files)),
        table.number("words", table.number("complexity_words", default.words)),
    )
