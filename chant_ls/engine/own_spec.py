"""The spec's own file in a merge: three ways, field by field."""

from chant_ls.engine.git_port import Git, GitError, Settle
from chant_ls.engine.merge_terms import Finished, Sides
from chant_ls.engine.spec_merge import Conflict, merge_specs
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import SpecId
from chant_ls.syntax.document import parse


def settled(git: Git, work: Finished, result: bytes) -> Settle:
    """How the spec's working file becomes its three-way result; gone by hand, it stays gone."""

    def settle(now: bytes | None) -> bytes | Refusal | None:
        if now is None:
            return None
        base = now if work.snapshot is None else work.snapshot
        merged = merged_spec(git, base, now, result)
        if isinstance(merged, Conflict):
            return spec_conflict(work, merged, "your edits since it was worked")
        return merged

    return settle


def settled_as_in(git: Git, work: Finished, commit: str) -> Settle:
    """`settled` with the spec of a commit, read only where the working file needs it."""

    def settle(now: bytes | None) -> bytes | Refusal | None:
        result = git.blobs([(commit, work.spec_path)])
        if isinstance(result, GitError):
            return result.refusal(f"{work.id}: its spec cannot be read")
        return None if result[0] is None else settled(git, work, result[0])(now)

    return settle


def own_spec(git: Git, work: Finished, sides: Sides) -> bytes | Conflict | Refusal | None:
    """The committed spec where both sides changed it; None where git's own merge is right."""
    if not work.spec_path:
        return None
    commits = (sides.base, sides.target, sides.branch)
    texts = git.blobs([(commit, work.spec_path) for commit in commits])
    if isinstance(texts, GitError):
        return texts.refusal(f"{work.id}: its spec cannot be read")
    base, target, branch = texts
    if target is None or branch is None or target == base or branch in (base, target):
        return None
    origin = base if base is not None else work.snapshot
    return merged_spec(git, target if origin is None else origin, target, branch)


def merged_spec(git: Git, base: bytes, ours: bytes, theirs: bytes) -> bytes | Conflict:
    def merge_text(*texts: str) -> str | None:
        merged = git.merge_text(_encoded(texts[0]), _encoded(texts[1]), _encoded(texts[2]))
        return None if isinstance(merged, GitError) or merged.conflict else _decoded(merged.text)

    merged = merge_specs(_decoded(base), _decoded(ours), _decoded(theirs), merge_text)
    if isinstance(merged, Conflict):
        return merged
    broken = not parse(merged.text, SpecId("merged")).trustworthy
    if broken and parse(_decoded(ours), SpecId("merged")).trustworthy:
        return Conflict(body=True)
    return _encoded(merged.text)


def spec_conflict(work: Finished, conflict: Conflict, other: str) -> Refusal:
    return Refusal(
        f"{work.id}: its spec on {work.branch} conflicts with {other}: {conflict}",
        f"make {work.spec_path} agree (`git show {work.branch}:{work.spec_path}` shows the other "
        f"side), then `chant merge {work.id}` again",
        (work.spec_path,),
    )


def _decoded(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
