"""What a completed spec was made from, as it was then and as it is now: compared by content."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import PurePosixPath

from chant_ls.analysis.occurrences import meant
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.engine.engine import Engine
from chant_ls.engine.git_port import GitError
from chant_ls.engine.informing import section
from chant_ls.engine.specfile import decode
from chant_ls.model.spec import SpecId
from chant_ls.syntax.document import parse
from chant_ls.syntax.nodes import Document
from chant_ls.syntax.slots import texts

FIELDS = ("tracks", "origin", "informed_by")

View = Callable[[bytes], str]
"""The part of a file that an entry is about."""


class How(StrEnum):
    CHANGED = "changed"
    REMOVED = "removed"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Difference:
    """`path` is relative to the project's root; `entry` names it in `field`."""

    path: str
    how: How
    field: str
    entry: str


@dataclass(frozen=True)
class Inputs:
    """The files of a project now and at other commits. Paths are relative to the root; one look at
    the checkout serves all specs."""

    engine: Engine
    snapshot: Snapshot

    def differences(self, document: Document, then: str) -> tuple[Difference, ...] | GitError:
        """Of all that the spec names, since the commit `then`."""
        touched = self._touched(then)
        if isinstance(touched, GitError):
            return touched
        found: dict[str, Difference] = {}
        for field in FIELDS:
            for entry in texts(document, field):
                for one in self._of_entry(field, entry, then, touched):
                    found.setdefault(one.path, one)
        return tuple(found.values())

    def beyond_git(self, document: Document) -> tuple[str, ...]:
        """Files that it names and git ignores: nobody knows how they were."""
        named = [path for field in FIELDS for path in self._now(texts(document, field))]
        prefix = self.engine.git.prefix
        ignored = self.engine.git.ignored([prefix + path for path in named]) if named else ()
        return tuple(dict.fromkeys(path for path in named if prefix + path in ignored))

    def _now(self, entries: Iterable[str]) -> Iterable[str]:
        for entry in entries:
            yield from self.engine.files.expand(self._path(entry))

    def _path(self, entry: str) -> str:
        """The path, folder or glob of an entry; the file of a spec that it names."""
        spec = self._spec(entry)
        return (spec and self.snapshot.graph.path_of(spec)) or entry.partition("#")[0]

    def _spec(self, entry: str) -> SpecId | None:
        return None if "#" in entry else meant(self.snapshot, entry, paths=True)

    def _of_entry(
        self, field: str, entry: str, then: str, touched: frozenset[str]
    ) -> Iterable[Difference]:
        path = self._path(entry)
        now = touched.intersection(self.engine.files.expand(path))
        gone = {one for one in touched - now if covers(path, one)}
        view = self._view(entry)
        for one in sorted(now | gone):
            if how := self._how(one, then, view):
                yield Difference(one, how, field, entry)

    def _view(self, entry: str) -> View:
        """Of a spec its text: its status and its boxes are no content. Of a heading its section."""
        heading, spec = entry.partition("#")[2], self._spec(entry)
        if spec:
            return lambda data: _body(parse(decode(data), spec))
        if heading:
            return lambda data: section(decode(data), heading) or ""
        return decode

    def _how(self, path: str, then: str, view: View) -> How | None:
        read = self.engine.git.blobs([(then, self.engine.git.prefix + path)])
        old = None if isinstance(read, GitError) else read[0]
        new = self.engine.files.read(path)
        if old is None or new is None:
            return None if old is new else (How.NEW if old is None else How.REMOVED)
        return How.CHANGED if view(_plain(old)) != view(_plain(new)) else None

    def _touched(self, then: str) -> frozenset[str] | GitError:
        """Paths below the root that were touched since, committed or not; they may be as before."""
        left = self._uncommitted
        changes = self._changes.get(then)
        if changes is None:
            made = self.engine.git.changes(then, "HEAD")
            changes = self._changes[then] = (
                made if isinstance(made, GitError) else frozenset(one.path for one in made)
            )
        if isinstance(left, GitError) or isinstance(changes, GitError):
            return left if isinstance(left, GitError) else changes
        prefix = self.engine.git.prefix
        return frozenset(p.removeprefix(prefix) for p in left | changes if p.startswith(prefix))

    @cached_property
    def _changes(self) -> dict[str, frozenset[str] | GitError]:
        return {}

    @cached_property
    def _uncommitted(self) -> frozenset[str] | GitError:
        left = self.engine.git.leftovers(self.engine.git.top)
        return left if isinstance(left, GitError) else frozenset((*left.changed, *left.untracked))


def covers(entry: str, path: str) -> bool:
    """Whether a path, folder or glob means this file, be it there or not."""
    parts, wanted = PurePosixPath(path).parts, PurePosixPath(entry).parts
    return wanted == parts[: len(wanted)] or _matches(wanted, parts)


def _matches(pattern: tuple[str, ...], parts: tuple[str, ...]) -> bool:
    if not pattern:
        return not parts
    head, rest = pattern[0], pattern[1:]
    if head == "**":
        return any(_matches(rest or ("*",), parts[at:]) for at in range(len(parts)))
    return bool(parts) and fnmatchcase(parts[0], head) and _matches(rest, parts[1:])


def completed_at(engine: Engine, id: SpecId, facts: Mapping[str, str]) -> str:
    """The commit of which the spec is known to be true: verified, completed, or its last work; ""
    where none can be found. `facts` are fields of its frontmatter."""
    record = engine.runs.latest(id)
    known = (record.completion, record.merged) if record else ()
    passed = facts.get("verification_status") == "passed"
    wanted = (
        record.verified if record and passed else "",
        _bookkeeping("verify", id) if passed else "",
        *known,
        _bookkeeping("complete", id),
        facts.get("commits", ""),
    )
    found = (engine.git.commit_of(rev) for rev in wanted if rev)
    return next((commit for commit in found if commit), "")


def _bookkeeping(verb: str, id: SpecId) -> str:
    """The youngest such commit of ours; git takes this for a regular expression."""
    return f"HEAD^{{/^chant: {verb} {id.replace('.', '[.]')}[^.]}}"


def _body(document: Document) -> str:
    """The text of a spec, all boxes open."""
    text = document.text
    for criterion in document.body.criteria:
        text = f"{text[: criterion.box.start]} {text[criterion.box.end :]}"
    return text[document.body.start :].strip()


def _plain(data: bytes) -> bytes:
    """Line endings are the checkout's, not the content's."""
    return data.replace(b"\r\n", b"\n")
