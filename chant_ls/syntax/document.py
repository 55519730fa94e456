"""Text of a spec into a `Document`. Total: broken text gives a document with problems."""

import re

from chant_ls.model.spec import Criteria, SpecId
from chant_ls.syntax import frontmatter
from chant_ls.syntax.body import parse_body
from chant_ls.syntax.facts import facts_of, plain_values
from chant_ls.syntax.keeping import Kept
from chant_ls.syntax.nodes import Body, Document, Problem
from chant_ls.syntax.text import Span

_UNREADABLE = frozenset({"frontmatter-unclosed", "yaml-syntax"})
_OURS = re.compile(r"^<{7} [^\r\n]*", re.MULTILINE)
_MIDDLE = re.compile(r"^={7}\r?$", re.MULTILINE)
_THEIRS = re.compile(r"^>{7} ", re.MULTILINE)


def parse(text: str, id: SpecId) -> Document:
    """The document of a spec's file. Never raises; equal arguments give the same object, for a
    while. The status of a frontmatter that cannot be read is unknown, like one that is no
    status."""
    return parsed(text, id)


def _parse(text: str, id: SpecId) -> Document:
    front = frontmatter.read(text)
    body = parse_body(text, front.body_start)
    block = front.frontmatter
    values = plain_values(block.mapping) if block else {}
    done = sum(criterion.done for criterion in body.criteria)
    title = body.title.text if body.title else ""
    facts = facts_of(id, values, title, Criteria(done, len(body.criteria)))
    if any(problem.code in _UNREADABLE for problem in front.problems):
        facts = facts._replace(status=None)
    conflict = _conflict(text, body)
    return Document(text, block, body, facts, (conflict,) if conflict else front.problems)


parsed = Kept(_parse, 512)


def _conflict(text: str, body: Body) -> Problem | None:
    """The first conflict that git left. One quoted whole in a fenced block is an example."""
    if "<<<<<<< " not in text:
        return None
    for ours in _OURS.finditer(text):
        middle = _MIDDLE.search(text, ours.end())
        theirs = _THEIRS.search(text, middle.end()) if middle else None
        if theirs is None:
            return None
        fence = next((f for f in body.fences if ours.start() in f.content), None)
        if fence is None or theirs.start() not in fence.content:
            span = Span(ours.start(), ours.end())
            return Problem("conflict-markers", span, "git left a merge conflict here; resolve it")
    return None
