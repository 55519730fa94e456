"""What an editor writes behind ids, so that they need not be looked up."""

from dataclasses import dataclass

from chant_ls.analysis.markdown import clean
from chant_ls.analysis.occurrences import In, occurrences, spec_of
from chant_ls.analysis.readiness import effective_status
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.syntax.text import Span

_MOST_TITLE = 50
MOST_HINTS = 500


@dataclass(frozen=True, slots=True)
class Hint:
    """`offset` is where the text goes, behind the id and its quote."""

    offset: int
    text: str
    id: str


def hints(snapshot: Snapshot, path: str, visible: Span | None = None) -> tuple[Hint, ...]:
    """Title and status behind each id in the visible part."""
    file = snapshot.files.get(path)
    if file is None:
        return ()
    found: list[Hint] = []
    for one in occurrences(file):
        seen = visible is None or one.span.end in visible
        if len(found) >= MOST_HINTS or not seen or one.where is In.LINK:
            continue
        if (id := spec_of(snapshot, one)) is not None and id != file.facts.id:
            quoted = file.text[one.span.end : one.span.end + 1] in ("'", '"', "`")
            found.append(Hint(one.span.end + quoted, _text(snapshot, id), id))
    return tuple(found)


def _text(snapshot: Snapshot, id: str) -> str:
    facts = snapshot.facts(id)
    title = clean(facts.title, _MOST_TITLE) if facts else ""
    status = effective_status(snapshot, id).value.replace("_", " ")
    return f"{title} ({status})" if title else f"({status})"
