"""A file that is no spec, in its project, and the places in it."""

from collections.abc import Iterator
from dataclasses import dataclass

from chant_ls.analysis.snapshot import Snapshot
from chant_ls.model.fields import Field
from chant_ls.model.papers import PARENT, ROWS, VARIABLE, VARIABLES, Paper
from chant_ls.syntax import frontmatter
from chant_ls.syntax.frontmatter import Read
from chant_ls.syntax.keeping import Kept
from chant_ls.syntax.nodes import Mapping, Node, Scalar, Sequence
from chant_ls.syntax.text import Span

_EXTENSIONS = ".chant/prompts/extensions/"


_read = Kept(frontmatter.read, 64)


@dataclass(frozen=True, slots=True)
class Sheet:
    """`path` is relative to the root. Nothing of it is in the snapshot."""

    snapshot: Snapshot
    path: str
    kind: Paper
    text: str

    @property
    def read(self) -> Read:
        return _read(self.text)

    @property
    def mapping(self) -> Mapping | None:
        return self.read.frontmatter.mapping if self.read.frontmatter else None

    @property
    def rows(self) -> tuple[Field, ...]:
        return ROWS[self.kind]

    @property
    def prompt(self) -> str:
        """The name that specs give the prompt in this file."""
        return self.path.removeprefix(".chant/prompts/").removesuffix(".md")

    @property
    def filled(self) -> bool:
        """Whether variables of the body are replaced."""
        extension = self.path.startswith(_EXTENSIONS)
        return self.kind is Paper.TEMPLATE or (self.kind is Paper.PROMPT and not extension)

    def scalar(self, *names: str) -> Scalar | None:
        """The text at these keys, None where there is none."""
        node: Node | None = self.mapping
        for name in names:
            entry = node.get(name) if isinstance(node, Mapping) else None
            node = entry.value if entry else None
        return node if isinstance(node, Scalar) and node.text else None

    def variables(self) -> Iterator[tuple[str, Span]]:
        """What the body names between `{{` and `}}`, with the place of the name."""
        if self.filled:
            for match in VARIABLE.finditer(self.text, self.read.body_start):
                yield match[1], Span(*match.span(1))

    def known(self) -> dict[str, str]:
        """The variables that may be named here, with what they stand for."""
        if self.kind is Paper.TEMPLATE:
            return self._declared()
        parent = {PARENT: "The text of the prompt that `extends` names."}
        return {**VARIABLES, **(parent if self.scalar("extends") else {})}

    def _declared(self) -> dict[str, str]:
        entry = self.mapping.get("variables") if self.mapping else None
        items = entry.value.items if entry and isinstance(entry.value, Sequence) else ()
        rows = [_texts(item) for item in items if isinstance(item, Mapping)]
        return {row["name"]: row.get("description", "") for row in rows if row.get("name")}


def _texts(row: Mapping) -> dict[str, str]:
    return {e.key.text: e.value.text for e in row.entries if isinstance(e.value, Scalar)}
