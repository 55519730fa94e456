"""What a spec is informed by, read into its prompt: specs, files, folders, globs, sections."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from chant_ls.analysis.headings import heading_named
from chant_ls.analysis.occurrences import meant
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.engine.ports import Files
from chant_ls.model.spec import SpecId
from chant_ls.syntax.document import parse

BUDGET = 60_000
"""Bytes of informing documents put in whole; the rest is listed by path for the agent to read."""


@dataclass(frozen=True, slots=True)
class Paper:
    """`text` None: there is no such thing. `label` is the path or the spec's id."""

    label: str
    text: str | None


@dataclass(frozen=True, slots=True)
class Sources:
    """Where papers come from: the worktree first, since it is what will be merged into."""

    snapshot: Snapshot
    places: tuple[Files, ...]

    def papers(self, entries: Iterable[str]) -> Iterator[Paper]:
        for entry in entries:
            yield from self._of_spec(entry) or self._of_files(entry)

    def _of_spec(self, entry: str) -> list[Paper]:
        found = None if "#" in entry else meant(self.snapshot, entry, paths=True)
        file = self.snapshot.find(found) if found else None
        if file is None:
            return []
        return [] if file.facts.private else [Paper(f"{file.facts.id} ({file.path})", file.text)]

    def _of_files(self, entry: str) -> Iterator[Paper]:
        path, _, heading = entry.partition("#")
        for place in self.places:
            paths = [p for p in place.expand(path) if not self._private(p)]
            if paths:
                yield from (self._paper(place, p, heading) for p in paths)
                return
        if not self._private(path):
            yield Paper(entry, None)

    def _paper(self, place: Files, path: str, heading: str) -> Paper:
        data = place.read(path)
        text = None if data is None else data.decode("utf-8", errors="replace")
        if heading and text is not None:
            return Paper(f"{path}#{heading}", section(text, heading))
        return Paper(path, text)

    def _private(self, path: str) -> bool:
        """Private specs never enter the prompts of others, however they are named."""
        file = self.snapshot.files.get(path) or self.snapshot.find(_stem(path))
        return file is not None and file.facts.private


def section(text: str, heading: str) -> str | None:
    """From that heading (its text or its anchor) to the next of its level or above."""
    headings = parse(text, SpecId("document")).body.headings
    found = heading_named(headings, heading)
    if found is None:
        return None
    later = (h.line.start for h in headings if h.line > found.line and h.level <= found.level)
    return text[found.line.start : next(later, len(text))]


def rendered(papers: Iterable[Paper], budget: int = BUDGET) -> str:
    """Whole texts until the budget is spent, then names."""
    left, parts, listed = budget, [], []
    for paper in papers:
        size = len(paper.text.encode(errors="replace")) if paper.text is not None else 0
        if paper.text is None:
            parts.append(f"### {paper.label}\n\n(missing)\n")
        elif size <= left:
            left -= size
            parts.append(f"### {paper.label}\n\n{_quoted(paper.text)}\n")
        else:
            listed.append(f"- {paper.label} ({size} bytes)")
    if listed:
        parts.append("Too long to stand here; read them yourself:\n\n" + "\n".join(listed) + "\n")
    return "\n".join(parts)


def missing(papers: Iterable[Paper]) -> tuple[str, ...]:
    return tuple(paper.label for paper in papers if paper.text is None)


def _quoted(text: str) -> str:
    """In a fence longer than any inside, so that headings of it are not taken for ours."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}\n{text.rstrip()}\n{fence}"


def _stem(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".md") if path.startswith(".chant/") else ""
