"""What is ours on the wire: methods, commands and their shapes. Mirrored by the extension's
`wire.ts`; a test compares them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

RUN_EVENT = "chant/runEvent"
SPECS = "chant/specs"
SPECS_CHANGED = "chant/specsChanged"

LIST_REFERENCES = "chant.ui.references"
"""A command of clients that say `experimental.chant.references`: its argument is a `uri` and the
`position` to list the references of."""


@dataclass(frozen=True, slots=True)
class Add:
    """Argument of `chant.add`: a new spec, as `chant add` makes it."""

    title: str
    type: str = "code"
    labels: tuple[str, ...] = ()
    root: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """`root`, here and below, is the URI of a project's folder, for ids that several have."""

    spec: str
    chain: bool = False
    merge: bool | None = None
    root: str = ""


@dataclass(frozen=True, slots=True)
class WorkReady:
    labels: tuple[str, ...] = ()
    maxParallel: int = 0
    root: str = ""


@dataclass(frozen=True, slots=True)
class Merge:
    spec: str
    rebase: bool = False
    auto: bool = False
    root: str = ""


@dataclass(frozen=True, slots=True)
class Spec:
    """Argument of `chant.cancel`, `chant.reset`, `chant.resume`."""

    spec: str
    root: str = ""


@dataclass(frozen=True, slots=True)
class Split:
    spec: str
    research: bool = False
    root: str = ""


@dataclass(frozen=True, slots=True)
class Approve:
    """Argument of `chant.approve` and `chant.reject`."""

    spec: str
    by: str
    reason: str = ""
    root: str = ""


@dataclass(frozen=True, slots=True)
class Log:
    spec: str
    lines: int = 0
    root: str = ""


@dataclass(frozen=True, slots=True)
class Graph:
    format: str
    root: str = ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """`data` of the error of `chant.merge` where the branch conflicts: `files` relative to the
    repository, `folder` the path of where they wait to be settled."""

    files: tuple[str, ...]
    folder: str


COMMANDS: dict[str, type] = {
    "chant.add": Add,
    "chant.work": Work,
    "chant.workReady": WorkReady,
    "chant.merge": Merge,
    "chant.cancel": Spec,
    "chant.reset": Spec,
    "chant.resume": Spec,
    "chant.split": Split,
    "chant.approve": Approve,
    "chant.reject": Approve,
    "chant.log": Log,
    "chant.graph": Graph,
}
"""Every command of `workspace/executeCommand` with the shape of its one argument."""

_STARTS_NONE = frozenset({"chant.log", "chant.graph"})


def starts_processes(command: str, argument: Mapping[str, Any]) -> bool:
    """Whether it is refused in a workspace that is not trusted: only a split that needs no agent
    is an edit alone."""
    alone = command == "chant.split" and argument.get("research") is True
    return command in COMMANDS and command not in _STARTS_NONE and not alone


NEEDS_SAVED = frozenset(COMMANDS) - {
    "chant.add",
    "chant.workReady",
    "chant.log",
    "chant.graph",
    "chant.split",
}
"""Refused while the spec's buffer is not saved: they read or write its file."""


class BadArgument(ValueError):
    """The argument does not have the command's shape; the text says where."""


T = TypeVar("T")


def argument(command: str, arguments: Sequence[Any] | None) -> Any:
    """The one object argument of a command, checked. Raises BadArgument."""
    if command not in COMMANDS:
        raise BadArgument(f"{command} is not a command of chant-ls")
    given = arguments[0] if arguments else {}
    if not isinstance(given, Mapping) or len(arguments or ()) > 1:
        raise BadArgument(f"{command} takes one object")
    return _shaped(COMMANDS[command], command, given)


def _shaped(kind: type[T], command: str, given: Mapping[str, Any]) -> T:
    hints = get_type_hints(kind)
    values: dict[str, Any] = {}
    for field in fields(kind):  # type: ignore[arg-type] # every shape is a dataclass
        if given.get(field.name) is not None:
            values[field.name] = _value(command, field.name, hints[field.name], given[field.name])
    try:
        return kind(**values)
    except TypeError as error:
        missing = [f.name for f in fields(kind) if f.name not in values]  # type: ignore[arg-type] # as above
        raise BadArgument(f"{command} needs {missing[0]!r}") from error


def _value(command: str, name: str, hint: Any, value: Any) -> Any:
    if get_origin(hint) is tuple:
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
        raise BadArgument(f"{command}: {name!r} must be a list of texts")
    kinds = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    if type(value) not in kinds:
        raise BadArgument(f"{command}: {name!r} must be {_said(kinds)}")
    return value


def _said(kinds: tuple[type, ...]) -> str:
    names = {str: "text", bool: "true or false", int: "a whole number"}
    return " or ".join(names[kind] for kind in kinds if kind in names)


def with_spec(argument: Any, id: str) -> Any:
    return replace(argument, spec=id)


def root_of(params: Any) -> str:
    """The `root` that a request of ours may name."""
    root = member(params, "root")
    return root if isinstance(root, str) else ""


def wants(experimental: Any, name: str) -> bool:
    """Whether `experimental.chant.<name>` is true, however the client's object came in."""
    return member(member(experimental, "chant"), name) is True


def member(value: Any, name: str) -> Any:
    """A member of a JSON object, whatever pygls made of it."""
    return value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)
