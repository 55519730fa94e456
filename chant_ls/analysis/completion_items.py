"""What completion answers with."""

from dataclasses import dataclass
from enum import StrEnum

from chant_ls.syntax.text import Edit

MOST_ITEMS = 50
"""Contract 6 allows 200; each spec costs its readiness, and nobody reads on."""


class ItemKind(StrEnum):
    FIELD = "field"
    VALUE = "value"
    SPEC = "spec"
    FILE = "file"
    FOLDER = "folder"
    LABEL = "label"
    SNIPPET = "snippet"


@dataclass(frozen=True, slots=True)
class Completion:
    """One item. `filter` and `sort` are "" where the label serves. `snippet` is the text with a
    `$0` where the cursor goes, for clients that can; `edit.new` the same without. `key` asks
    `document_for` for documentation; `again`: after it, there is more to complete (a folder)."""

    label: str
    kind: ItemKind
    edit: Edit
    filter: str = ""
    sort: str = ""
    detail: str = ""
    description: str = ""
    key: str = ""
    snippet: str = ""
    again: bool = False


@dataclass(frozen=True, slots=True)
class Completions:
    """`incomplete`: there are more; ask again when more is typed."""

    items: tuple[Completion, ...] = ()
    incomplete: bool = False
