"""A spec becomes the driver of members that somebody thought out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from chant_ls.analysis.actions.inheriting import member_of
from chant_ls.analysis.allocation import new_members
from chant_ls.analysis.doable import splitting, unknown
from chant_ls.analysis.snapshot import Snapshot, SpecFile
from chant_ls.analysis.types import Change, CreateFile
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import SpecId, SpecType
from chant_ls.syntax import edits
from chant_ls.syntax.nodes import Document
from chant_ls.syntax.render import new_spec
from chant_ls.syntax.text import Edit

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
        CreateFile(f"{folder}/{member}.md", _text(file, part, ids))
        for member, part in zip(ids, parts, strict=True)
    )
    return Change({file.path: _driver_edits(file.document, ids)}, created, "Split into members")


def _text(file: SpecFile, part: Part, ids: Sequence[SpecId]) -> str:
    return new_spec(
        replace(
            member_of(file, part.title),
            labels=file.facts.labels,
            depends_on=tuple(ids[number - 1] for number in part.depends_on),
            target_files=part.target_files,
            body=part.body,
            criteria=part.criteria,
        )
    )


def _driver_edits(document: Document, ids: Sequence[SpecId]) -> tuple[Edit, ...]:
    fields = {"type": SpecType.DRIVER.value, "target_files": None, "prompt": None}
    found = edits.change(document, fields, {"members": ids})
    heading = document.body.criteria_heading
    return found if heading is None else (*found, Edit(heading.span, KEPT_HEADING))
