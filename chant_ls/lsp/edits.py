"""A change of the analysis as a WorkspaceEdit of the client's kind, or as refusal to make one."""

from collections.abc import Iterator, Sequence

from lsprotocol import types

from chant_ls.analysis.types import Change, CreateFile, RenameFile
from chant_ls.lsp.capabilities import Client
from chant_ls.lsp.session import View

_ANNOTATION = "chant"

AnyEdit = types.TextEdit | types.AnnotatedTextEdit | types.SnippetTextEdit
Operation = types.TextDocumentEdit | types.CreateFile | types.RenameFile | types.DeleteFile


def possible(client: Client, change: Change) -> bool:
    """Whether the client can apply it: files are made and moved only where it offered to."""
    kinds = {"create" if isinstance(one, CreateFile) else "rename" for one in change.files}
    return all(can(client, kind) for kind in kinds)


def can(client: Client, kind: str) -> bool:
    """Whether the client takes files of a change: `create` or `rename`."""
    return client.document_changes and kind in client.resources


def to_proto(view: View, client: Client, change: Change) -> types.WorkspaceEdit:
    """`view` is any view of the snapshot that the change was made for."""
    if not client.document_changes:
        return types.WorkspaceEdit(changes=_plain(view, change))
    annotated = client.annotations and bool(change.label)
    note = types.ChangeAnnotation(label=change.label, needs_confirmation=False)
    return types.WorkspaceEdit(
        document_changes=list(_operations(view, change, annotated)),
        change_annotations={_ANNOTATION: note} if annotated else None,
    )


def joined(found: Sequence[types.WorkspaceEdit]) -> types.WorkspaceEdit | None:
    """One edit of several that touch different files; None for none."""
    first, *more = found or (None,)
    for one in more:
        assert first and one
        if first.document_changes is None:
            first.changes = {**(first.changes or {}), **(one.changes or {})}
        else:
            first.document_changes = [*first.document_changes, *(one.document_changes or ())]
    return first


def _plain(view: View, change: Change) -> dict[str, list[types.TextEdit]]:
    return {
        view.project.uri_of(path): [view.lines_of(path).edit(edit) for edit in edits]
        for path, edits in change.edits.items()
        if edits
    }


def _operations(view: View, change: Change, annotated: bool) -> Iterator[Operation]:
    """Files are made first, edited next and moved last: edits name the paths as they were."""
    for one in change.files:
        if isinstance(one, CreateFile):
            yield from _created(view, one, annotated)
    for path, edits in change.edits.items():
        if edits:
            yield _edited(view, path, edits_of(view, path, change, annotated))
    for one in change.files:
        if isinstance(one, RenameFile):
            yield types.RenameFile(
                old_uri=view.project.uri_of(one.old),
                new_uri=view.project.uri_of(one.new),
                options=types.RenameFileOptions(overwrite=False, ignore_if_exists=False),
                annotation_id=_ANNOTATION if annotated else None,
            )


def _created(view: View, file: CreateFile, annotated: bool) -> Iterator[Operation]:
    uri = view.project.uri_of(file.path)
    yield types.CreateFile(
        uri=uri,
        options=types.CreateFileOptions(overwrite=False, ignore_if_exists=False),
        annotation_id=_ANNOTATION if annotated else None,
    )
    start = types.Range(types.Position(0, 0), types.Position(0, 0))
    identity = types.OptionalVersionedTextDocumentIdentifier(uri=uri)
    yield types.TextDocumentEdit(identity, [_annotated(start, file.text, annotated)])


def edits_of(view: View, path: str, change: Change, annotated: bool) -> list[AnyEdit]:
    lines = view.lines_of(path)
    return [_annotated(lines.range(e.span), e.new, annotated) for e in change.edits[path]]


def _annotated(area: types.Range, text: str, annotated: bool) -> AnyEdit:
    if annotated:
        return types.AnnotatedTextEdit(annotation_id=_ANNOTATION, range=area, new_text=text)
    return types.TextEdit(range=area, new_text=text)


def _edited(view: View, path: str, edits: list[AnyEdit]) -> types.TextDocumentEdit:
    """With the version of the buffer: a client refuses what no longer fits."""
    uri = view.project.uri_of(path)
    version = view.project.version_of(path)
    identity = types.OptionalVersionedTextDocumentIdentifier(uri=uri, version=version)
    return types.TextDocumentEdit(identity, edits)
