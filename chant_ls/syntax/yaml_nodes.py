"""YAML into nodes with spans; everything stays text.

Reads events instead of composed nodes: what stands before a fault is kept, and limits hold while
reading, not after.
"""

import re
from dataclasses import dataclass

import yaml

from chant_ls.syntax.nodes import Mapping, Problem, Scalar
from chant_ls.syntax.text import Span
from chant_ls.syntax.tree import Builder, Fault

Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's where PyYAML was built with it. Its marks count code points, as the pure one's do."""

_STAND_INS = {0x85: 0xE085, 0x2028: 0xE086, 0x2029: 0xE087, 0xFEFF: 0xE088}
"""YAML 1.1 ends lines at the first three, YAML 1.2 and editors do not; libyaml does not count a
leading byte order mark. Private characters stand for them while the text is read."""

_ORIGINALS = {stand_in: original for original, stand_in in _STAND_INS.items()}
_NEEDS_STAND_IN = re.compile("[\x85\u2028\u2029\ufeff]")
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_REST_OF_LINE = re.compile(r"[^\r\n]*")


@dataclass(frozen=True, slots=True)
class _Source:
    """What the YAML reader gets to see. `base` is where it begins in the whole text."""

    text: str
    base: int
    restore: bool
    unprintable: Fault | None


def compose(text: str, inner: Span) -> tuple[Mapping, Problem | None]:
    """The mapping written at `inner`, and the fault that ended the reading, if one did."""
    source = _source(text, inner)
    builder = Builder(text, inner)
    fault = _read(builder, source) or source.unprintable
    root = builder.root
    if not isinstance(root, Mapping):
        if not fault and root and not (isinstance(root, Scalar) and root.null):
            fault = Fault(root.span.start, "expected `key: value`")
        root = Mapping((), inner)
    return root, _problem(text, inner, fault) if fault else None


def _source(text: str, inner: Span) -> _Source:
    source, unprintable = inner.of(text), None
    if match := _UNPRINTABLE.search(source):
        message = f"character U+{ord(match[0]):04X} cannot stand here"
        unprintable = Fault(inner.start + match.start(), message)
        source = _UNPRINTABLE.sub("\ufffd", source)
    restore = _NEEDS_STAND_IN.search(source) is not None
    if restore:
        source = source.translate(_STAND_INS)
    return _Source(source, inner.start, restore, unprintable)


def _read(builder: Builder, source: _Source) -> Fault | None:
    loader = Loader(source.text)
    try:
        while loader.check_event():
            _take(builder, loader.get_event(), source)  # type: ignore[no-untyped-call] # stubs
    except yaml.MarkedYAMLError as error:
        fault = Fault(source.base + _index(error, len(source.text.rstrip())), _message(error))
    except Fault as error:
        fault = error
    else:
        return None
    finally:
        loader.dispose()
    builder.abandon(min(source.base + len(source.text.rstrip()), fault.index))
    return fault


def _take(builder: Builder, event: yaml.Event, source: _Source) -> None:
    if event.start_mark is None or event.end_mark is None:
        return
    start, end = event.start_mark.index + source.base, event.end_mark.index + source.base
    if isinstance(event, yaml.ScalarEvent):
        text = event.value.translate(_ORIGINALS) if source.restore else event.value
        builder.scalar(text, Span(start, end), event.style or "", event.anchor)
    elif isinstance(event, yaml.CollectionStartEvent):
        mapping = isinstance(event, yaml.MappingStartEvent)
        builder.open(start, flow=bool(event.flow_style), mapping=mapping, anchor=event.anchor)
    elif isinstance(event, yaml.CollectionEndEvent):
        builder.close(end)
    elif isinstance(event, yaml.AliasEvent):
        builder.alias(event.anchor or "", Span(start, end))
    elif isinstance(event, yaml.DocumentStartEvent) and builder.root is not None:
        raise Fault(start, "a second YAML document begins here")


def _index(error: yaml.MarkedYAMLError, end: int) -> int:
    """Where to show the fault; of something that is never closed, where it was opened."""
    mark = error.problem_mark or error.context_mark
    if error.context_mark and mark and mark.index >= end:
        mark = error.context_mark
    return mark.index if mark else end


def _message(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or "this is not YAML"
    return f"{problem} {error.context}" if error.context else problem


def _problem(text: str, inner: Span, fault: Fault) -> Problem:
    """Placed on the rest of the line; at the end of a line on the last character before it."""
    start = min(max(fault.index, inner.start), inner.end)
    rest = _REST_OF_LINE.match(text, start, inner.end)
    end = rest.end() if rest else start
    if end == start:
        end = inner.start + len(text[inner.start : start].rstrip())
        start = max(end - 1, inner.start)
    return Problem("yaml-syntax", Span(start, end), fault.message)
