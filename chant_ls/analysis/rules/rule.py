"""What a rule is, and the register of all of them."""

from collections.abc import Callable, Iterable, Mapping
from inspect import cleandoc
from typing import NamedTuple

from chant_ls.analysis.snapshot import Snapshot, SpecFile
from chant_ls.analysis.types import Related, Severity
from chant_ls.model.spec import CONTAINERS, FINISHED, Facts, SpecId, Status
from chant_ls.syntax.nodes import Document, Entry
from chant_ls.syntax.text import Span


class Subject(NamedTuple):
    """The spec that is checked, in its project."""

    snapshot: Snapshot
    file: SpecFile
    document: Document

    @property
    def id(self) -> SpecId:
        return self.file.facts.id

    @property
    def facts(self) -> Facts:
        return self.file.facts

    @property
    def status(self) -> Status:
        """Stored status overlaid by the run record."""
        return self.snapshot.status(self.id) or Status.NEEDS_ATTENTION

    @property
    def finished(self) -> bool:
        """Whether nothing is to be done any more, so that advice about the work is idle."""
        return self.status in FINISHED

    @property
    def container(self) -> bool:
        return self.facts.type in CONTAINERS or bool(self.snapshot.graph.members(self.id))

    @property
    def heading(self) -> Span:
        """Where to show what concerns the spec as a whole: its title, else its first line."""
        return heading_of(self.document)

    def value_span(self, name: str) -> Span:
        """The value of a field, else the title."""
        entry = self.document.entry(name)
        return (
            entry.value.span
            if entry and entry.value.span.end > entry.value.span.start
            else (entry.key.span if entry else self.heading)
        )

    def entries(self) -> tuple[Entry, ...]:
        front = self.document.frontmatter
        return front.mapping.entries if front else ()


class Finding(NamedTuple):
    """What a rule found. `severity` where it differs from the rule's own."""

    span: Span
    message: str
    related: tuple[Related, ...] = ()
    data: Mapping[str, object] = {}
    severity: Severity | None = None


Check = Callable[[Subject], Iterable[Finding]]


class Rule(NamedTuple):
    """`archived`: it looks at archived specs too. `project`: it asks about other files, so it waits
    for the first index."""

    code: str
    severity: Severity
    check: Check
    archived: bool = False
    project: bool = False

    @property
    def page(self) -> str:
        """Its documentation, Markdown."""
        return cleandoc(self.check.__doc__ or "")


_REGISTER: dict[str, Rule] = {}


def rule(
    code: str, severity: Severity, *, archived: bool = False, project: bool = False
) -> Callable[[Check], Check]:
    """Registers the function as the rule `code`; its docstring is the rule's page."""

    def register(check: Check) -> Check:
        _REGISTER[code] = Rule(code, severity, check, archived, project)
        return check

    return register


def registered() -> Mapping[str, Rule]:
    """Rules by code, of the themes that are imported."""
    return _REGISTER


def heading_of(document: Document) -> Span:
    title = document.body.title
    if title is not None:
        return title.span
    end = document.text.find("\n")
    return Span(0, len(document.text) if end < 0 else end)
