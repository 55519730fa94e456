"""Split into research and implement (contract 6)."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from chant_ls.analysis.actions.ask import Ask
from chant_ls.analysis.actions.inheriting import member_of, private_labels
from chant_ls.analysis.actions.verbs import reason
from chant_ls.analysis.allocation import new_members
from chant_ls.analysis.doable import splitting, unknown
from chant_ls.analysis.graph import Relation
from chant_ls.analysis.snapshot import Snapshot, SpecFile
from chant_ls.analysis.structure import section_span
from chant_ls.analysis.types import Action, ActionKind, Change, CreateFile
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import SpecId, short_id
from chant_ls.syntax import edits
from chant_ls.syntax.nodes import Document
from chant_ls.syntax.render import new_spec
from chant_ls.syntax.text import Edit, Span

TITLE = "Split into research and implement"
FINDINGS = ".chant/research"
QUESTIONS = """\
## Research Questions

- [ ] How does it work today?
- [ ] What has to change, and what could break?
- [ ] Which ways are there, and which one is best?"""
_NOT_WORD = re.compile(r"[\W_]+")
_LONGEST_SLUG = 60


def research_split(ask: Ask) -> Iterator[Action]:
    id = ask.subject.file.facts.id
    if ask.snapshot.graph.path_of(id) == ask.path:
        file, snapshot = ask.subject.file, ask.snapshot
        refusal = _refused(snapshot, file)
        change = None if refusal else partial(_split, snapshot, file)
        yield Action(TITLE, ActionKind.REWRITE, change, disabled=reason(refusal), creates=True)


def split_into_research(snapshot: Snapshot, id: SpecId) -> Change | Refusal:
    """The spec becomes a driver that keeps title, labels and dependents; a research member and one
    that implements take over the rest. Creates the files of both."""
    file = snapshot.find(id)
    if file is None:
        return unknown(id)
    return _refused(snapshot, file) or _split(snapshot, file)


def _refused(snapshot: Snapshot, file: SpecFile) -> Refusal | None:
    id = file.facts.id
    if refusal := splitting(snapshot, id):
        return refusal
    if not file.document.trustworthy:
        return Refusal(f"{id} cannot be read as it stands", f"`chant lint {id}` shows why")
    return None


def _split(snapshot: Snapshot, file: SpecFile) -> Change:
    research, implement = new_members(snapshot, file.facts.id, 2)
    findings = research_path(snapshot, file)
    folder = file.path.rpartition("/")[0]
    created = (
        CreateFile(f"{folder}/{research}.md", _research_text(file, implement, findings)),
        CreateFile(f"{folder}/{implement}.md", _implement_text(file, research, findings)),
    )
    return Change({file.path: _driver_edits(file.document)}, created, TITLE)


def research_path(snapshot: Snapshot, file: SpecFile) -> str:
    """Where findings go: named by the title, and by the id too where that name is taken."""
    slug = slug_of(file.facts.title) or file.facts.id
    path = f"{FINDINGS}/{slug}.md"
    taken = snapshot.graph.named_by(Relation.TARGET, path) or path in snapshot.paths
    return f"{FINDINGS}/{slug}-{short_id(file.facts.id)}.md" if taken else path


def slug_of(title: str) -> str:
    """Words of a title as the name of a file; "" where it has none."""
    return _NOT_WORD.sub("-", title.lower())[:_LONGEST_SLUG].strip("-")


def criteria_of(findings: str) -> tuple[str, ...]:
    """What research must leave in the file of its findings."""
    return (
        f"`{findings}` holds the findings, with their sources",
        "Every research question is answered there, or said to be open and why",
        "One way to implement it is recommended",
    )


def _driver_edits(document: Document) -> tuple[Edit, ...]:
    fields = edits.change(document, {"type": "driver", "target_files": None, "prompt": None})
    section = _criteria_section(document)
    return (*fields, Edit(section, "")) if section is not None else fields


def _criteria_section(document: Document) -> Span | None:
    """The criteria with their heading, and the blank lines before it where nothing follows."""
    heading = document.body.criteria_heading
    if heading is None:
        return None
    span = section_span(document, heading)
    if document.text[span.end :].strip():
        return span
    before = document.text[: span.start]
    kept = before.rstrip()
    eol = "\r\n" if before[len(kept) :].startswith("\r\n") else "\n"
    return Span(len(kept) + len(eol) if before != kept else span.start, len(document.text))


def _prose(document: Document) -> str:
    """The body without the title and the criteria."""
    title, text, at = document.body.title, document.text, document.body.start
    gone = [span for span in (title.line if title else None, _criteria_section(document)) if span]
    parts = []
    for span in sorted(gone):
        parts.append(text[at : span.start].strip())
        at = max(at, span.end)
    return _lines("\n\n".join(filter(None, [*parts, text[at:].strip()])))


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _research_text(file: SpecFile, implement: SpecId, findings: str) -> str:
    facts = file.facts
    member = member_of(file, f"Research: {facts.title or facts.id}")
    return new_spec(
        replace(
            member,
            type="research",
            labels=private_labels(file),
            informed_by=(facts.id, *facts.informed_by),
            target_files=(findings,),
            tracks=(),
            output_schema="",
            prompt="research",
            body=(
                f"## Context\n\nWhat {implement} needs to know before it changes anything. The "
                f"task itself stands in {facts.id}.\n\n{QUESTIONS}"
            ),
            criteria=criteria_of(findings),
        )
    )


def _implement_text(file: SpecFile, research: SpecId, findings: str) -> str:
    facts, document = file.facts, file.document
    heading = document.body.criteria_heading
    criteria = section_span(document, heading).of(document.text) if heading else ""
    return new_spec(
        replace(
            member_of(file, f"Implement: {facts.title or facts.id}"),
            labels=private_labels(file),
            depends_on=(research,),
            informed_by=(findings, *facts.informed_by),
            target_files=facts.target_files,
            body=f"{_prose(document)}\n\n{_lines(criteria)}",
        )
    )
