"""One table of the frontmatter: a row per key with its shape, values, documentation, completion.

Whoever adds a field adds a row here; parsing, validation, hover and completion follow.
"""

from enum import StrEnum
from typing import NamedTuple

from chant_ls.model.spec import TYPE_ALIASES, SpecType, Status


class Shape(StrEnum):
    """What YAML node a value is: `TEXT` any scalar, `MAP` a mapping with rows of its own."""

    TEXT = "text"
    LIST = "list"
    LIST_OR_TEXT = "list or text"
    BOOL = "true or false"
    INT = "whole number"
    MAP = "map"


class Holds(StrEnum):
    """What the text means: how it completes, resolves and links."""

    PLAIN = "plain"
    ENUM = "enum"
    SPEC = "spec"
    SPEC_OR_PATH = "spec or path"
    PATH = "path"
    LABEL = "label"
    PROMPT = "prompt"
    PROVIDER = "provider"
    MODEL = "model"


class Field(NamedTuple):
    """A frontmatter key. `doc` is Markdown; `globs`: the value may be a pattern; `must_exist`: a
    path that resolves to nothing is worth a warning; `machine`: written by chant, not by hand."""

    name: str
    shape: Shape
    doc: str
    holds: Holds = Holds.PLAIN
    values: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    globs: bool = False
    must_exist: bool = False
    machine: bool = False
    rows: tuple["Field", ...] = ()


_TEXT, _LIST = Shape.TEXT, Shape.LIST

_APPROVAL = (
    Field("required", Shape.BOOL, "Whether the spec waits for `chant approve`."),
    Field(
        "status",
        _TEXT,
        "What was decided.",
        Holds.ENUM,
        ("pending", "approved", "rejected"),
    ),
    Field("by", _TEXT, "Who approved or rejected."),
    Field("at", _TEXT, "When, in UTC."),
)

_RETRY = (
    Field("attempts", Shape.INT, "How often it was tried."),
    Field("last_retry_time", Shape.INT, "Milliseconds since 1970."),
    Field("next_retry_time", Shape.INT, "Milliseconds since 1970."),
)

FIELDS: tuple[Field, ...] = (
    Field(
        "type",
        _TEXT,
        "What kind of work this is. `code` and `task` are worked as they stand; `research` and "
        "`documentation` must name what they read and write; `driver` and `group` hold members.",
        Holds.ENUM,
        tuple(SpecType),
        tuple(TYPE_ALIASES),
    ),
    Field(
        "status",
        _TEXT,
        "Where the spec stands as people decided it. What runs do is kept in run records; `ready` "
        "and `blocked` are computed.",
        Holds.ENUM,
        tuple(Status),
    ),
    Field(
        "depends_on",
        Shape.LIST_OR_TEXT,
        "Specs that must be completed and merged before this one can start. Present but empty, it "
        "switches the implicit order of members off.",
        Holds.SPEC,
    ),
    Field(
        "labels",
        _LIST,
        "Free tags, matched exactly. `private` keeps a spec out of git.",
        Holds.LABEL,
    ),
    Field(
        "target_files",
        _LIST,
        "Files this spec is expected to write. Specs with the same target are not run together.",
        Holds.PATH,
        globs=True,
    ),
    Field(
        "context",
        _LIST,
        "Files whose text goes into the prompt.",
        Holds.SPEC_OR_PATH,
        globs=True,
        must_exist=True,
    ),
    Field(
        "informed_by",
        _LIST,
        "What the agent should read first: spec ids, files, folders, globs, `path#heading`. Never "
        "blocks.",
        Holds.SPEC_OR_PATH,
        globs=True,
        must_exist=True,
    ),
    Field("prompt", _TEXT, "Name of the prompt below `.chant/prompts/`.", Holds.PROMPT),
    Field("provider", _TEXT, "Which agent works this spec.", Holds.PROVIDER),
    Field("model", _TEXT, "Which model works this spec; after a run, which one did.", Holds.MODEL),
    Field("members", _LIST, "Ids that belong to this driver besides its `.N` files.", Holds.SPEC),
    Field(
        "approval",
        Shape.MAP,
        "Whether a person must agree before this is worked, and what was decided.",
        rows=_APPROVAL,
    ),
    Field(
        "tracks",
        _LIST,
        "Files that a documentation spec describes.",
        Holds.SPEC_OR_PATH,
        globs=True,
        must_exist=True,
    ),
    Field(
        "origin",
        _LIST,
        "Data that a research spec starts from.",
        Holds.SPEC_OR_PATH,
        globs=True,
        must_exist=True,
    ),
    Field(
        "output_schema",
        _TEXT,
        "JSON Schema that the agent's answer must satisfy.",
        Holds.PATH,
        must_exist=True,
    ),
    Field("public", Shape.BOOL, "`false` keeps the spec out of generated sites."),
    Field("branch", _TEXT, "Branch that held the work.", machine=True),
    Field("commits", _LIST, "Commits of the work, oldest first.", machine=True),
    Field("commit", _TEXT, "Old form of `commits`.", machine=True),
    Field("completed_at", _TEXT, "When the work was completed, in UTC.", machine=True),
    Field("criteria_waived", Shape.INT, "Boxes left open with `--skip-criteria`.", machine=True),
    Field("schedule", _TEXT, "Free text about when; nothing reads it."),
    Field("source_branch", _TEXT, "Branch whose merge conflicted.", machine=True),
    Field("target_branch", _TEXT, "Branch it was merged into.", machine=True),
    Field("conflicting_files", _LIST, "Files in conflict.", Holds.PATH, machine=True),
    Field("blocked_specs", _LIST, "Specs that wait for the resolution.", Holds.SPEC, machine=True),
    Field("original_spec", _TEXT, "Spec whose merge conflicted.", Holds.SPEC, machine=True),
    Field("last_verified", _TEXT, "When the criteria were last checked.", machine=True),
    Field(
        "verification_status",
        _TEXT,
        "What the last check said.",
        Holds.ENUM,
        ("passed", "failed", "partial"),
        machine=True,
    ),
    Field("verification_failures", _LIST, "Criteria that failed then.", machine=True),
    Field("replayed_at", _TEXT, "Left by an older tool.", machine=True),
    Field("replay_count", Shape.INT, "Left by an older tool.", machine=True),
    Field("original_completed_at", _TEXT, "Left by an older tool.", machine=True),
    Field("derived_fields", _LIST, "Keys set by derivation.", machine=True),
    Field("retry_state", Shape.MAP, "Left by an older tool.", machine=True, rows=_RETRY),
    Field("cancelled_reason", _TEXT, "Why it was cancelled."),
    Field("superseded_by", _TEXT, "The spec that replaces it.", Holds.SPEC),
    Field("pr", _TEXT, "Pull request of the work; nothing reads it."),
    Field("created", _TEXT, "When it was written; nothing reads it."),
)

BY_NAME: dict[str, Field] = {row.name: row for row in FIELDS}

MISPLACED: dict[str, str] = {
    "id": "the id of a spec is the name of its file",
    "title": "the title of a spec is its first `# ` heading",
    "needs_approval": "it does nothing here; write `approval: {required: true}`",
    "parent": "a member belongs to its driver by its file name (`<driver>.1`) or `members`",
}
"""Keys that people write and nothing reads, with what to do instead."""

MACHINE_FIELDS = frozenset(
    {"status", "commits", "completed_at", "model", "branch", "approval", "criteria_waived"}
)
"""Keys an agent never sets: restored from the snapshot when a run is evaluated."""
