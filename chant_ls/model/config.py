"""Project configuration: a frozen value built from a mapping of texts, with its problems."""

from collections.abc import Mapping
from dataclasses import dataclass, field

RULE_LEVELS = ("off", "hint", "info", "warning", "error")
PROMPT_WAYS = ("stdin", "file", "arg")
OUTPUTS = ("text", "jsonl", "claude-stream", "acp")
MERGE_WAYS = ("batch", "always", "never")


@dataclass(frozen=True, slots=True)
class ConfigProblem:
    """`path` is the dotted key (`providers.fixer.prompt`)."""

    path: str
    message: str


@dataclass(frozen=True, slots=True)
class Provider:
    """How an agent is started. `command` is argv; timeout in seconds, 0 for none."""

    name: str
    command: tuple[str, ...] = ()
    prompt: str = "stdin"
    output: str = "text"
    timeout: int = 3600
    slots: int = 2
    model: str = ""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """A spec with more than this is too complex: criteria, target files, words of the body."""

    criteria: int = 10
    files: int = 5
    words: int = 0


@dataclass(frozen=True, slots=True)
class Config:
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
    providers: Mapping[str, Provider] = field(default_factory=dict)
    worktrees_dir: str = ""
    stagger_ms: int = 0
    repos: Mapping[str, str] = field(default_factory=dict)
    rules: Mapping[str, str] = field(default_factory=dict)
    thresholds: Thresholds = Thresholds()
    verify: tuple[str, ...] = ()
    required_fields: tuple[str, ...] = ()
    problems: tuple[ConfigProblem, ...] = ()
