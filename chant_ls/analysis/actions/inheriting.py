"""What a spec hands on to those that are made of it."""

from chant_ls.analysis.snapshot import SpecFile
from chant_ls.model.spec import CONTAINERS, SpecType
from chant_ls.syntax.nodes import Scalar
from chant_ls.syntax.render import NewSpec
from chant_ls.syntax.slots import texts


def member_of(file: SpecFile, title: str) -> NewSpec:
    """A member that does part of the same work: as much a matter of approval, done by the same
    agent, which reads the same."""
    facts, document = file.facts, file.document
    schema = document.entry("output_schema")
    return NewSpec(
        title,
        (SpecType.CODE if facts.type in CONTAINERS else facts.type).value,
        informed_by=facts.informed_by,
        context=texts(document, "context"),
        tracks=texts(document, "tracks"),
        origin=texts(document, "origin"),
        output_schema=schema.value.text if schema and isinstance(schema.value, Scalar) else "",
        prompt=facts.prompt,
        provider=facts.provider,
        model=facts.model,
        needs_approval=facts.approval.required,
    )


def private_labels(file: SpecFile) -> tuple[str, ...]:
    """What comes of a private spec is private."""
    return ("private",) if file.facts.private else ()
