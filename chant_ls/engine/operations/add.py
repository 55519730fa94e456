"""`add`: a new spec, written under a free id and committed alone on the current branch."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from random import SystemRandom

from chant_ls.analysis.allocation import next_id
from chant_ls.analysis.resolve import Scope, resolve, the_id
from chant_ls.analysis.snapshot import PathKind, Snapshot, SpecFile
from chant_ls.analysis.types import Resolved
from chant_ls.engine.commit import Kept, commit_file
from chant_ls.engine.engine import Engine
from chant_ls.engine.ports import REPO, REPO_WAIT
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import TYPE_ALIASES, SpecId, SpecType
from chant_ls.syntax.document import parse
from chant_ls.syntax.render import NewSpec, new_spec

_ATTEMPTS = 5
"""So many ids are tried when somebody else takes the same one at the same moment."""


@dataclass(frozen=True, slots=True)
class AddRequest:
    """Ids in `depends_on` and `informed_by` may be short; they are written whole. `body` and
    `criteria` are those of a `NewSpec`."""

    title: str
    type: str = "code"
    labels: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    informed_by: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    prompt: str = ""
    needs_approval: bool = False
    commit: bool = True
    body: str = ""
    criteria: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Added:
    """`path` is relative to the root. `note` says why it was not committed although asked."""

    id: SpecId
    path: str
    committed: bool
    note: str = ""


def add(engine: Engine, request: AddRequest) -> Added | Refusal:
    """All checks come first; a refusal leaves nothing behind."""
    snapshot = engine.load()
    spec = _checked(engine, snapshot, request)
    if isinstance(spec, Refusal):
        return spec
    unrecorded = engine.runs.writable()
    if unrecorded:
        return _written(engine, snapshot, spec, request, unrecorded.message)
    held = engine.runs.lock(REPO, REPO_WAIT)
    if isinstance(held, Refusal):
        return held
    with held:
        return _written(engine, snapshot, spec, request, "")


def _checked(engine: Engine, snapshot: Snapshot, request: AddRequest) -> NewSpec | Refusal:
    refusal = _unfit(snapshot, request)
    if refusal:
        return refusal
    depends_on: list[SpecId] = []
    for text in request.depends_on:
        id = _dependency(snapshot, text)
        if isinstance(id, Refusal):
            return id
        depends_on.append(id)
    return NewSpec(
        title=" ".join(request.title.split()),
        type=request.type,
        labels=_unique(label.strip() for label in request.labels),
        depends_on=_unique(depends_on) or None,
        informed_by=_unique(_informing(engine, snapshot, text) for text in request.informed_by),
        target_files=_unique(request.targets),
        prompt=request.prompt,
        needs_approval=request.needs_approval,
        body=request.body,
        criteria=request.criteria,
    )


def _unfit(snapshot: Snapshot, request: AddRequest) -> Refusal | None:
    if not request.title.strip():
        return Refusal("a spec needs a title", '`chant add "What is to be done"`')
    types = (*SpecType, *TYPE_ALIASES)
    if request.type not in types:
        return Refusal(f"{request.type!r} is no type of spec", f"one of: {', '.join(types)}")
    if any(not label.strip() for label in request.labels):
        return Refusal("a label cannot be empty")
    if request.prompt and request.prompt not in snapshot.prompts:
        known = ", ".join(sorted(snapshot.prompts)) or "none yet"
        hint = f"write .chant/prompts/{request.prompt}.md, or use one of: {known}"
        return Refusal(f"there is no prompt {request.prompt!r}", hint)
    outside = next((p for p in request.targets if _leaves_root(p)), None)
    return Refusal(f"{outside!r} is not inside the project") if outside is not None else None


def _leaves_root(path: str) -> bool:
    return not path or PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts


def _dependency(snapshot: Snapshot, text: str) -> SpecId | Refusal:
    if text.startswith("<"):
        return Refusal(
            f"{text} is a placeholder", "write the id of a spec: `chant list` shows them"
        )
    return the_id(snapshot, text, Scope.ALL)


def _informing(engine: Engine, snapshot: Snapshot, text: str) -> str:
    """A path that exists is a path; an id is written whole; anything else stays as it is."""
    if engine.files.fact(text.partition("#")[0]).kind is not PathKind.NOTHING:
        return text
    found = resolve(snapshot, text, Scope.REFERENCE)
    return found.id if isinstance(found, Resolved) else text


def _written(
    engine: Engine, snapshot: Snapshot, spec: NewSpec, request: AddRequest, no_git: str
) -> Added | Refusal:
    """The file made exclusively; of two at the same moment, one takes the next id."""
    text = new_spec(spec)
    refusal: Refusal | None = None
    for _ in range(_ATTEMPTS):
        id = next_id(snapshot, engine.clock.today(), SystemRandom())
        path = f".chant/specs/{id}.md"
        file = SpecFile(path, text, parse(text, id).facts)
        closes = _cycle(snapshot.with_file(file), file)
        if closes:
            return closes
        refusal = engine.specs.replace(path, None, text.encode(), file.facts.private)
        if refusal is None:
            kept = _kept(engine, file, request, no_git)
            return Added(id, path, bool(kept.commit), kept.note)
        snapshot = engine.load()
    return refusal or Refusal("no id was free", "try again")


def _cycle(snapshot: Snapshot, file: SpecFile) -> Refusal | None:
    id = file.facts.id
    for other in snapshot.graph.dependencies(id):
        cycle = snapshot.graph.cycles.through(id, other)
        if cycle:
            return Refusal(f"{other} would wait for the new spec, which waits for it")
    return None


def _kept(engine: Engine, file: SpecFile, request: AddRequest, no_git: str) -> Kept:
    if not request.commit:
        return Kept()
    if no_git:
        return Kept(note=f"not committed: {no_git}")
    if file.facts.private:
        return Kept(note="not committed: it is labelled private")
    id = file.facts.id
    return commit_file(engine.git, file.path, file.text.encode(), f"chant: add {id}", id)


def _unique(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))
