"""The prompt of a run: role, template, then the sections that the template does not name itself."""

from collections.abc import Container, Iterator
from dataclasses import dataclass

from chant_ls.analysis.actions.research import slug_of
from chant_ls.analysis.snapshot import Snapshot, SpecFile
from chant_ls.engine import templates
from chant_ls.engine.engine import Engine
from chant_ls.engine.informing import Sources, missing, rendered
from chant_ls.engine.records import RunRecord
from chant_ls.engine.templates import Template
from chant_ls.model.config import Config
from chant_ls.model.papers import VARIABLES
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import Facts, SpecType, member_numbers
from chant_ls.syntax.nodes import Document
from chant_ls.syntax.slots import texts

_BY_TYPE = {
    SpecType.DOCUMENTATION: "documentation",
    SpecType.RESEARCH: "research",
    SpecType.TASK: "research",
}

_ROLE = (
    "You are the worker. You edit the files of this folder directly; what is addressed to an "
    "orchestrator of agents does not apply to you.\n"
)

_COMMIT = """\
## Commit

Commit your work in this worktree, the spec's file with it, with a subject of the form
`{subject}: <what you did>`. Where you cannot commit, leave the changes as they are: they are
committed for you. Never run `git stash`, `git push` or `git switch`, and leave the files of other
specs alone.
"""

_ENVIRONMENT = """\
## Environment

You are in the git worktree `{path}` on the branch `{branch}`. Nothing you do here reaches the main
branch before it is merged. This is attempt {attempt}.
"""


@dataclass(frozen=True, slots=True)
class Prompt:
    """`missing` are informing documents that do not exist: told to the user, not an error."""

    text: str
    missing: tuple[str, ...] = ()


def choose(config: Config, facts: Facts, asked: str, known: Container[str]) -> str:
    """Name of the prompt: as asked, the spec's, by its type where there is one, the default."""
    by_type = _BY_TYPE.get(facts.type, "")
    return asked or facts.prompt or (by_type if by_type in known else "") or config.prompt


def check(engine: Engine, name: str) -> Refusal | None:
    """Whether the prompt, its parents, its variables and the extensions are all there."""
    template = templates.load(engine.files, name)
    if isinstance(template, Refusal):
        return template
    filled = templates.fill(template, dict.fromkeys(VARIABLES, ""))
    texts = (templates.extension(engine.files, e) for e in engine.config.prompt_extensions)
    return next((r for r in (filled, *texts) if isinstance(r, Refusal)), None)


def assemble(
    engine: Engine, snapshot: Snapshot, record: RunRecord, document: Document, name: str
) -> Prompt | Refusal:
    template = templates.load(engine.files, name)
    if isinstance(template, Refusal):
        return template
    brief = _Brief(engine, snapshot, record, document)
    body = templates.fill(template, brief.values())
    if isinstance(body, Refusal):
        return body
    sections = list(brief.sections(template))
    for extension in engine.config.prompt_extensions:
        text = templates.extension(engine.files, extension)
        if isinstance(text, Refusal):
            return text
        sections.append(text + "\n")
    role = () if template.analysis else (_ROLE,)
    lost = missing(brief.sources.papers(document.facts.informed_by))
    return Prompt("\n".join((*role, body, *sections)), lost)


@dataclass(frozen=True, slots=True)
class _Brief:
    engine: Engine
    snapshot: Snapshot
    record: RunRecord
    document: Document

    @property
    def sources(self) -> Sources:
        from pathlib import Path

        files = self.engine.files
        tree = (files.at(Path(self.record.worktree)),) if self.record.worktree else ()
        return Sources(self.snapshot, (*tree, files))

    def values(self) -> dict[str, str]:
        facts, body = self.document.facts, self.description
        driver = self.driver
        return {
            "project.name": self.engine.config.project_name or self.engine.root.name,
            "spec": f"{facts.id}\n\n{body}\n\n{self.targets}",
            "spec.id": facts.id,
            "spec.title": facts.title or "(untitled)",
            "spec.type": facts.type.value,
            "spec.labels": ", ".join(facts.labels),
            "spec.description": body,
            "spec.path": self.record.spec_path,
            "spec.target_files": self.targets,
            "spec.output": self.targets or self.new_file(),
            "spec.context": rendered(self.sources.papers(texts(self.document, "context"))),
            "spec.informed_by": rendered(self.sources.papers(facts.informed_by)),
            "spec.acceptance_criteria": self.criteria,
            "driver.id": driver.facts.id if driver else "",
            "driver.title": driver.facts.title if driver else "",
            "driver.body": _body(driver.document) if driver else "",
            "attempt": str(self.record.attempt),
            "worktree.path": self.record.worktree,
            "worktree.branch": self.record.branch,
            "worktree.isolated": "true",
        }

    def sections(self, template: Template) -> Iterator[str]:
        """In their fixed order."""
        named = templates.variables(template.body)
        if "worktree.path" not in named and not template.analysis:
            record = self.record
            yield _ENVIRONMENT.format(
                path=record.worktree, branch=record.branch, attempt=record.attempt
            )
        if "spec.informed_by" not in named:
            yield from _titled("Informing documents", self.values()["spec.informed_by"])
        if "spec.context" not in named:
            yield from _titled("Context", self.values()["spec.context"])
        if "driver.body" not in named:
            yield from _titled("Group", self.group())
        yield from _titled("Output schema", self.schema())
        if not template.analysis:
            facts = self.document.facts
            yield _COMMIT.format(subject="chant" if facts.private else f"chant({facts.id})")

    @property
    def description(self) -> str:
        return _body(self.document)

    @property
    def targets(self) -> str:
        return "\n".join(self.document.facts.target_files)

    def new_file(self) -> str:
        """Where to write without target files: what nobody wrote is no result."""
        facts = self.document.facts
        if facts.type is SpecType.DOCUMENTATION:
            return "The spec names no file: a new one, where this project keeps its documentation."
        name = slug_of(facts.title) or facts.id
        return f"The spec names no file: a new one, `.chant/research/{name}.md`."

    @property
    def criteria(self) -> str:
        return "\n".join(
            c.line.of(self.document.text).rstrip() for c in self.document.body.criteria
        )

    @property
    def driver(self) -> SpecFile | None:
        for id in self.snapshot.graph.drivers(self.document.facts.id):
            file = self.snapshot.find(id)
            if file and not file.facts.private:
                return file
        return None

    def group(self) -> str:
        driver = self.driver
        if driver is None:
            return ""
        members = self.snapshot.graph.members(driver.facts.id)
        number = ".".join(map(str, member_numbers(self.record.spec)))
        lines = [f"This is member {number or self.record.spec} of `{driver.facts.title}`:", ""]
        for id in members:
            facts = self.snapshot.facts(id)
            if facts and not facts.private:
                lines.append(f"- {id}: {facts.title} ({self.snapshot.status(id)})")
        return "\n".join([*lines, "", _body(driver.document)])

    def schema(self) -> str:
        path = next(iter(texts(self.document, "output_schema")), "")
        data = self.engine.files.read(path) if path else None
        if data is None:
            return ""
        return f"Your answer ends with JSON that satisfies:\n\n```json\n{data.decode()}\n```"


def _titled(title: str, text: str) -> Iterator[str]:
    if text.strip():
        yield f"## {title}\n\n{text}\n"


def _body(document: Document) -> str:
    return document.text[document.body.start :].strip()
