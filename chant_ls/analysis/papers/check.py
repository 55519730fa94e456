"""What is wrong with a file that is no spec. The codes are those of the rules for specs."""

from collections.abc import Iterable, Iterator
from itertools import islice

from chant_ls.analysis.papers.sheet import Sheet
from chant_ls.analysis.rules import RULES
from chant_ls.analysis.rules.fields import scalar_fits
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.analysis.types import Diagnostic, Severity
from chant_ls.model.fields import Field, Holds, Shape
from chant_ls.model.likeness import alike
from chant_ls.model.papers import ANY, PARENT, Paper
from chant_ls.syntax.config import ConfigDocument, parse_config
from chant_ls.syntax.nodes import Entry, Mapping, Node, Scalar, Sequence
from chant_ls.syntax.slots import items_of
from chant_ls.syntax.text import Span

Found = tuple[str, Span, str]
"""Code, place, message."""

MOST_FINDINGS = 200

_ELSEWHERE = frozenset({"stuck-run", "complexity_words"})
"""Codes that no rule has: one that others find, one of an older tool."""

_SHAPES = {
    Shape.TEXT: "one text",
    Shape.LIST: "a list",
    Shape.LIST_OR_TEXT: "a list or one text",
    Shape.BOOL: "true or false",
    Shape.INT: "a whole number",
    Shape.MAP: "a map of keys",
}


def check(sheet: Sheet) -> tuple[Diagnostic, ...]:
    """In the order of the text, `MOST_FINDINGS` at most. Pure; looks at no other file."""
    told = (one for one in _found(sheet) if sheet.snapshot.config.rules.get(one[0]) != "off")
    found = set(islice(told, MOST_FINDINGS))
    return tuple(_diagnostic(sheet, *one) for one in sorted(found, key=lambda one: (one[1], one)))


def _diagnostic(sheet: Sheet, code: str, span: Span, message: str) -> Diagnostic:
    level = sheet.snapshot.config.rules.get(code, "")
    severity = Severity(level) if level in set(Severity) else RULES[code].severity
    return Diagnostic(code, severity, span, message)


def _found(sheet: Sheet) -> Iterator[Found]:
    if sheet.kind is Paper.CONFIG:
        yield from _config(sheet)
        return
    yield from ((one.code, one.span, one.message) for one in sheet.read.problems)
    if sheet.mapping is not None:
        yield from _values(sheet.mapping, sheet.rows)
    if sheet.kind is Paper.PROMPT:
        yield from _parents(sheet)
    yield from _variables(sheet)


def _config(sheet: Sheet) -> Iterator[Found]:
    document = parse_config(sheet.text)
    yield from ((one.code, one.span, one.message) for one in document.problems)
    for problem in document.config.problems:
        yield problem.code, _place(document, problem.path, problem.code), problem.message
    yield from _codes(sheet)
    if sheet.snapshot.complete:
        yield from _named(sheet, document)


def _place(document: ConfigDocument, path: str, code: str) -> Span:
    """The key where it is wrong itself, else its value."""
    key = document.span(path)
    front = document.frontmatter
    entry = entry_of_key(front.mapping, key) if front and code != "unknown-field" else None
    return entry.value.span if entry and entry.value.span.end > entry.value.span.start else key


def entry_of_key(node: Node, key: Span) -> Entry | None:
    below: tuple[Node, ...] = node.items if isinstance(node, Sequence) else ()
    if isinstance(node, Mapping):
        own = next((entry for entry in node.entries if entry.key.span == key), None)
        if own is not None:
            return own
        below = tuple(entry.value for entry in node.entries)
    return next((found for one in below if (found := entry_of_key(one, key))), None)


def _codes(sheet: Sheet) -> Iterator[Found]:
    lint = sheet.mapping.get("lint") if sheet.mapping else None
    table = lint.value if lint and isinstance(lint.value, Mapping) else None
    known = RULES.keys() | _ELSEWHERE
    for name in _named_codes(table) if table else ():
        if name.text not in known:
            hint = _near(name.text, known)
            yield "unknown-field", name.span, f"no diagnostic `{name.text}`{hint}"


def _named_codes(lint: Mapping) -> Iterator[Scalar]:
    rules, disabled = lint.get("rules"), lint.get("disable")
    if rules and isinstance(rules.value, Mapping):
        yield from (entry.key for entry in rules.value.entries)
    for item in items_of(disabled.value) if disabled else ():
        if isinstance(item, Scalar) and item.text:
            yield item


def _named(sheet: Sheet, document: ConfigDocument) -> Iterator[Found]:
    """The prompt and the agent that the defaults name, and agents that nobody could start."""
    snapshot = sheet.snapshot
    prompt, agent = sheet.scalar("defaults", "prompt"), sheet.scalar("defaults", "provider")
    if prompt and prompt.text not in snapshot.prompts:
        yield "unknown-prompt", prompt.span, _no_prompt(prompt.text, snapshot.prompts.keys())
    agents = document.config.providers.keys() | snapshot.tools | snapshot.config.providers.keys()
    if agent and agent.text not in agents:
        message = f"no provider `{agent.text}` (known: {', '.join(sorted(agents)) or 'none'})"
        yield "unknown-provider", agent.span, message
    yield from _without_command(snapshot, document)


def _without_command(snapshot: Snapshot, document: ConfigDocument) -> Iterator[Found]:
    """Those in which nothing else is wrong: a word misspelt is told as such."""
    faults = tuple(problem.path for problem in document.config.problems)
    for name, one in document.config.providers.items():
        path, alone = f"providers.{name}", not one.command and name not in snapshot.tools
        if alone and not any(fault.startswith((f"{path}.", "parallel.")) for fault in faults):
            yield "unknown-provider", document.span(path), f"`{name}` has no `command` to run"


def _values(mapping: Mapping, rows: tuple[Field, ...]) -> Iterator[Found]:
    known = {row.name: row for row in rows}
    for entry in mapping.entries:
        row = known.get(entry.key.text) or known.get(ANY)
        if row is None:
            hint = _near(entry.key.text, known)
            yield "unknown-field", entry.key.span, f"`{entry.key.text}` means nothing here{hint}"
        else:
            yield from _value(entry.value, row)


def _value(node: Node, row: Field) -> Iterator[Found]:
    if isinstance(node, Scalar):
        yield from _scalar(node, row)
    elif row.shape in (Shape.TEXT, Shape.BOOL, Shape.INT):
        yield "wrong-type", node.span, f"`{row.name}` must be {_SHAPES[row.shape]}"
    elif row.shape is Shape.LIST and isinstance(node, Mapping):
        yield "wrong-type", node.span, f"`{row.name}` must be a list"
    elif row.rows:
        for one in items_of(node):
            if isinstance(one, Mapping):
                yield from _values(one, row.rows)


def _scalar(node: Scalar, row: Field) -> Iterator[Found]:
    """What a variable will fill is not judged."""
    if not node.text or "{{" in node.text:
        return
    if row.holds is Holds.ENUM:
        if node.text not in (*row.values, *row.aliases):
            told = f"`{row.name}` is `{node.text}`; it can be {', '.join(row.values)}"
            yield "invalid-value", node.span, told
    elif not scalar_fits(row.shape, node) and not node.null:
        yield "wrong-type", node.span, f"`{row.name}` must be {_SHAPES[row.shape]}"


def _parents(sheet: Sheet) -> Iterator[Found]:
    extends = sheet.scalar("extends")
    if extends is None or not sheet.snapshot.complete:
        return
    parents = {**sheet.snapshot.prompts, sheet.prompt: extends.text}
    path = [sheet.prompt]
    while (name := parents.get(path[-1], "")) and name not in path:
        path.append(name)
    if path[-1] not in parents:
        yield "unknown-prompt", extends.span, _no_prompt(path[-1], parents)
    elif name:
        message = f"prompt {sheet.prompt} extends itself: {' → '.join([*path, name])}"
        yield "unknown-prompt", extends.span, message


def _variables(sheet: Sheet) -> Iterator[Found]:
    known = sheet.known()
    for name, span in sheet.variables():
        if name in known:
            continue
        if name.replace(" ", "") == PARENT.replace(" ", ""):
            message = "there is no parent without `extends` in the frontmatter"
        else:
            message = f"no variable `{name}`{_near(name, known)}"
        yield "unknown-field", span, message


def _no_prompt(name: str, known: Iterable[str]) -> str:
    return f"no prompt `{name}` in .chant/prompts{_near(name, known)}"


def _near(name: str, known: Iterable[str]) -> str:
    near = alike(name, sorted(known), 1)
    return f"; did you mean `{near[0]}`?" if near else ""
