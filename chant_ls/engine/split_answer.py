"""An agent's answer to the split prompt: found in what it printed, checked whole, or refused.

The answer is one fenced JSON block, `{"members": [{title, body, criteria, target_files?,
depends_on?}, …]}`. Other keys count for nothing: no agent sets a status or an approval.
"""

import re
from collections.abc import Iterator, Sequence
from graphlib import CycleError, TopologicalSorter
from pathlib import PurePosixPath

from chant_ls.analysis.actions.splitting import Part
from chant_ls.engine.json_answer import Unusable, Wrong, document, read
from chant_ls.model.spec import SpecId
from chant_ls.syntax.document import parse
from chant_ls.syntax.render import NewSpec, new_spec

LEAST_WORDS = 20
"""A member with fewer words in title, body and criteria is a stub."""

LONGEST_TITLE = 200
MOST_MEMBERS = 20
_BOX = re.compile(r"\s*(?:[-*+]\s+)?\[[ xX]\]\s*")


def read_answer(text: str) -> tuple[Part, ...] | Wrong:
    return read(_parts, text)


def _parts(text: str) -> tuple[Part, ...]:
    found = document(text)
    rows = found.get("members") if isinstance(found, dict) else None
    if not isinstance(rows, list):
        raise Unusable('the JSON is not an object with a list "members"')
    if not 2 <= len(rows) <= MOST_MEMBERS:
        raise Unusable(f"there are {len(rows)} members; 2 to {MOST_MEMBERS} are wanted")
    problems = [p for number, row in enumerate(rows, 1) for p in _shape(number, row, len(rows))]
    if problems:
        raise Unusable(*problems)
    parts = tuple(map(_part, rows))
    problems = [*_stubs(parts), *_circle(parts), *_hidden(parts)]
    if problems:
        raise Unusable(*problems)
    return parts


def _shape(number: int, row: object, count: int) -> Iterator[str]:
    """What is wrong with one member's keys and their types."""
    who = f"member {number}"
    if not isinstance(row, dict):
        yield f"{who} is not an object"
        return
    title, body = row.get("title"), row.get("body", "")
    if not isinstance(title, str) or not title.strip():
        yield f'{who}: "title" must be a text that is not empty'
    elif len(title) > LONGEST_TITLE:
        yield f'{who}: "title" is longer than {LONGEST_TITLE} characters'
    if not isinstance(body, str):
        yield f'{who}: "body" must be a text'
    criteria, targets = row.get("criteria"), row.get("target_files", [])
    if not _texts(criteria) or not criteria:
        yield f'{who}: "criteria" must be a list of texts, one at least'
    if not _texts(targets):
        yield f'{who}: "target_files" must be a list of texts'
    elif outside := next(filter(_leaves_root, targets), None):
        yield f"{who}: {outside!r} is not a path inside the project"
    yield from _references(number, row.get("depends_on", []), count)


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(i, str) and i.strip() for i in value)


def _leaves_root(path: str) -> bool:
    return PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts


def _references(number: int, value: object, count: int) -> Iterator[str]:
    who = f"member {number}"
    if not isinstance(value, list) or any(type(one) is not int for one in value):
        yield f'{who}: "depends_on" must be a list of member numbers'
        return
    for one in value:
        if one == number:
            yield f"{who} depends on itself"
        elif not 1 <= one <= count:
            yield f"{who} depends on member {one}, which does not exist"


def _part(row: dict[str, list[str]]) -> Part:
    return Part(
        " ".join(str(row["title"]).split()),
        str(row.get("body", "")).strip(),
        tuple(" ".join(_BOX.sub("", item).split()) for item in row["criteria"]),
        tuple(dict.fromkeys(row.get("target_files", ()))),
        tuple(sorted({int(number) for number in row.get("depends_on", ())})),
    )


def _stubs(parts: Sequence[Part]) -> Iterator[str]:
    for number, part in enumerate(parts, 1):
        words = len(" ".join((part.title, part.body, *part.criteria)).split())
        if words < LEAST_WORDS:
            yield f"member {number} says too little: {words} words, {LEAST_WORDS} are the least"


def _circle(parts: Sequence[Part]) -> Iterator[str]:
    try:
        TopologicalSorter({n: part.depends_on for n, part in enumerate(parts, 1)}).prepare()
    except CycleError as error:
        path = " → ".join(map(str, reversed(error.args[1])))
        yield f"members wait for each other: {path}"


def _hidden(parts: Sequence[Part]) -> Iterator[str]:
    """A body can swallow what stands below it, by a fence that is left open."""
    for number, part in enumerate(parts, 1):
        text = new_spec(NewSpec(part.title, body=part.body, criteria=part.criteria))
        member = parse(text, SpecId("member"))
        if member.problems or len(member.body.criteria) != len(part.criteria):
            yield f"member {number}: its criteria cannot be read behind its body"
