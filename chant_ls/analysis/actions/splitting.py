"""A spec becomes the driver of members that somebody thought out."""

from collections.abc import Sequence
from dataclasses import dataclass

from chant_ls.analysis.allocation import new_members
from chant_ls.analysis.doable import splitting, unknown
from chant_ls.analysis.snapshot import Snapshot, SpecFile
from chant_ls.analysis.types import Change, CreateFile
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import CONTAINERS, SpecId, SpecType
from chant_ls.syntax import edits
from chant_ls.syntax.document import parse
from chant_ls.syntax.nodes import Document
from chant_ls.syntax.render import NewSpec, new_spec
from chant_ls.syntax.text import Edit, apply

KEPT_HEADING = "Criteria before the split"
"""What the driver's criteria stand under from then on: told to the members, no longer its gate."""


@dataclass(frozen=True, slots=True)
class Part:
    """One member to be. `depends_on` holds numbers of other parts, counted from 1."""

    title: str
    body: str
    criteria: tuple[str, ...]
    target_files: tuple[str, ...] = ()
    depends_on: tuple[int, ...] = ()


def split_into_members(snapshot: Snapshot, id: SpecId, parts: Sequence[Part]) -> Change | Refusal:
    """The spec becomes a driver that keeps its title, labels and dependencies. Its members are
    numbered behind those that it has, and inherit labels, approval, agent and documents."""
    file = snapshot.find(id)
    if file is None:
        return unknown(id)
    if refusal := splitting(snapshot, id):
        return refusal
    if not file.document.trustworthy:
        return Refusal(f"{id} cannot be read as it stands", f"`chant lint {id}` shows why")
    ids = new_members(snapshot, id, len(parts))
    folder = file.path.rpartition("/")[0]
    created = tuple(
        CreateFile(f"{folder}/{member}.md", _text(file, member, part, ids))
        for member, part in zip(ids, parts, strict=True)
    )
    return Change({file.path: _driver_edits(file.document, ids)}, created, "Split into members")


def _text(file: SpecFile, member: SpecId, part: Part, ids: Sequence[SpecId]) -> str:
    facts = file.facts
    text = new_spec(
        NewSpec(
            part.title,
            (SpecType.CODE if facts.type in CONTAINERS else facts.type).value,
            labels=facts.labels,
            depends_on=tuple(ids[number - 1] for number in part.depends_on),
            informed_by=facts.informed_by,
            target_files=part.target_files,
            prompt=facts.prompt,
            needs_approval=facts.approval.required,
            body=part.body,
            criteria=part.criteria,
        )
    )
    for name, value in (("provider", facts.provider), ("model", facts.model)):
        if value:
            text = apply(text, edits.set_field(parse(text, member), name, value))
    return text


def _driver_edits(document: Document, ids: Sequence[SpecId]) -> tuple[Edit, ...]:
    members = (*document.facts.members, *ids)
    found = [
        *edits.set_field(document, "type", SpecType.DRIVER.value),
        *edits.set_field(document, "members", members),
    ]
    for name in ("target_files", "prompt"):
        found += edits.remove_field(document, name)
    heading = document.body.criteria_heading
    if heading is not None:
        found.append(Edit(heading.span, KEPT_HEADING))
    return tuple(sorted(found, key=lambda edit: edit.span))
