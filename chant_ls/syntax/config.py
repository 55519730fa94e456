"""Text of `.chant/config.md` into a `Config`, with the places of its keys."""

from collections.abc import Mapping as MappingABC
from dataclasses import dataclass, field

from chant_ls.model.config import Config, from_mapping, merged
from chant_ls.model.section import Value
from chant_ls.syntax import frontmatter
from chant_ls.syntax.nodes import Frontmatter, Mapping, Node, Problem, Scalar, Sequence
from chant_ls.syntax.text import Span


@dataclass(frozen=True, slots=True)
class ConfigDocument:
    """`problems` are those of the text itself; those of its values are `config.problems`."""

    text: str
    config: Config
    frontmatter: Frontmatter | None
    problems: tuple[Problem, ...] = ()
    values: MappingABC[str, Value] = field(default_factory=dict)

    def span(self, path: str) -> Span:
        """Where the key at a dotted path stands; of a path that is not there, the nearest above."""
        place = Span(0, 0)
        if self.frontmatter is None:
            return place
        node: Node = self.frontmatter.mapping
        for name in path.split("."):
            found = _child(node, name)
            if found is None:
                break
            node, place = found
        return place


def parse_config(text: str, user: str = "") -> ConfigDocument:
    """The project's configuration over the user's own (`user`, the text of that file).

    Never raises. The project's name is never taken from the user's file.
    """
    read = frontmatter.read(text)
    values = _values(read.frontmatter)
    base = _values(frontmatter.read(user).frontmatter)
    whole = merged(values, {k: v for k, v in base.items() if k != "project"} | _prefix(base))
    problems = read.problems
    if read.frontmatter is None:
        message = "no frontmatter: the configuration stands between two `---` lines at the top"
        problems = (*problems, Problem("frontmatter-unclosed", Span(0, 0), message))
    return ConfigDocument(text, from_mapping(whole), read.frontmatter, problems, values)


def _prefix(base: MappingABC[str, Value]) -> dict[str, Value]:
    project = base.get("project")
    if not isinstance(project, MappingABC):
        return {}
    return {"project": {k: v for k, v in project.items() if k != "name"}}


def _values(front: Frontmatter | None) -> dict[str, Value]:
    value = _value(front.mapping) if front else {}
    return dict(value) if isinstance(value, MappingABC) else {}


def _value(node: Node) -> Value:
    if isinstance(node, Scalar):
        return None if node.null else node.text
    if isinstance(node, Sequence):
        return tuple(_value(item) for item in node.items)
    return {entry.key.text: _value(entry.value) for entry in reversed(node.entries)}


def _child(node: Node, name: str) -> tuple[Node, Span] | None:
    if isinstance(node, Mapping):
        entry = node.get(name)
        return (entry.value, entry.key.span) if entry else None
    if isinstance(node, Sequence) and name.isdigit() and int(name) < len(node.items):
        item = node.items[int(name)]
        return item, item.span
    return None
