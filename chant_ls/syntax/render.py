"""Text of a new spec's file."""

from dataclasses import dataclass

import frontmatter

from chant_ls.model.fields import FIELDS
from chant_ls.syntax.edits import title_words
from chant_ls.syntax.quoting import ONE_LINE, writable


@dataclass(frozen=True, slots=True)
class NewSpec:
    """What a new spec says. `body` stands below the title; `criteria` below their own heading, each
    the text of an item. Empty lists are left out, but for `depends_on`: () is written as `[]`, only
    None leaves it out."""

    title: str
    type: str = "code"
    status: str = "pending"
    labels: tuple[str, ...] = ()
    depends_on: tuple[str, ...] | None = None
    informed_by: tuple[str, ...] = ()
    target_files: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    tracks: tuple[str, ...] = ()
    origin: tuple[str, ...] = ()
    output_schema: str = ""
    prompt: str = ""
    provider: str = ""
    model: str = ""
    needs_approval: bool = False
    body: str = ""
    criteria: tuple[str, ...] = ()


_LISTS = ("labels", "target_files", "informed_by", "context", "members", "tracks", "origin")
_WORDS = ("type", "status", "prompt", "provider", "model", "output_schema")


def new_spec(spec: NewSpec) -> str:
    """Keys in the order of the field table, lists not indented, blank lines between the parts."""
    post = frontmatter.Post(_body(spec))
    post.metadata.update(_metadata(spec))
    text: str = frontmatter.dumps(post, sort_keys=False, width=ONE_LINE)
    return text + "\n"


def _metadata(spec: NewSpec) -> dict[str, object]:
    depends_on = None if spec.depends_on is None else _texts(spec.depends_on)
    lists = {name: _texts(getattr(spec, name)) or None for name in _LISTS}
    words = {name: writable(getattr(spec, name)) or None for name in _WORDS}
    approval = {"required": True} if spec.needs_approval else None
    values = {**lists, **words, "depends_on": depends_on, "approval": approval}
    return {row.name: values[row.name] for row in FIELDS if values.get(row.name) is not None}


def _texts(items: tuple[str, ...]) -> list[str]:
    return [text for item in items if (text := writable(item).strip())]


def _body(spec: NewSpec) -> str:
    parts = [f"# {title_words(spec.title)}", spec.body.strip()]
    if spec.criteria:
        parts.append("## Acceptance Criteria")
        parts.append("\n".join(f"- [ ] {' '.join(item.split())}" for item in spec.criteria))
    return "\n\n".join(part for part in parts if part)
