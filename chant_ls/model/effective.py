"""A configuration as it counts, row by row, under the keys that the file has for it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chant_ls.model.config import DEFAULT_SLOTS, Config, Provider

Setting = str | int | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """`key` is dotted (`defaults.provider`). `default`: nobody set it to anything else."""

    key: str
    value: Setting
    default: bool


def effective(config: Config) -> tuple[Row, ...]:
    built_in = dict(_settings(Config()))
    rows = (Row(key, value, built_in.get(key) == value) for key, value in _settings(config))
    return tuple(rows)


def shown(value: Setting) -> str:
    """As one line of a terminal; words for what is not set."""
    if value in ("", ()):
        return "not set"
    return (
        " ".join(value)
        if isinstance(value, Sequence) and not isinstance(value, str)
        else str(value)
    )


def _settings(config: Config) -> Iterator[tuple[str, Setting]]:
    limits = config.thresholds
    yield "project.name", config.project_name
    yield "project.prefix", config.project_prefix
    yield "defaults.provider", config.provider
    yield "defaults.prompt", config.prompt
    yield "defaults.model", config.model
    yield "defaults.main_branch", config.main_branch
    yield "defaults.branch_prefix", config.branch_prefix
    yield "defaults.auto_merge", config.auto_merge
    yield "defaults.prompt_extensions", config.prompt_extensions
    for name, provider in config.providers.items():
        yield from _provider(f"providers.{name}", provider)
    yield "parallel.stagger_delay_ms", config.stagger_ms
    yield "retry.times", config.retry.times
    yield "retry.delay_ms", config.retry.delay_ms
    yield "retry.patterns", config.retry.patterns
    yield "worktrees.dir", config.worktrees_dir
    yield "verify", config.verify
    yield "enterprise.required", config.required_fields
    yield from ((f"repos.{name}", path) for name, path in config.repos.items())
    yield from ((f"lint.rules.{code}", level) for code, level in config.rules.items())
    yield "lint.thresholds.complexity_criteria", limits.criteria
    yield "lint.thresholds.complexity_files", limits.files
    yield "lint.thresholds.complexity_words", limits.words


def _provider(key: str, provider: Provider) -> Iterator[tuple[str, Setting]]:
    yield f"{key}.command", provider.command
    yield f"{key}.prompt", provider.prompt
    yield f"{key}.output", provider.output
    yield f"{key}.timeout", provider.timeout
    yield f"{key}.slots", provider.slots or DEFAULT_SLOTS
    yield f"{key}.model", provider.model
