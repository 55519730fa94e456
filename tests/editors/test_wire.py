"""The extension's `wire.ts` says the same as `chant_ls/lsp/wire.py`, name by name."""

import json
import re
import tomllib
from dataclasses import MISSING, fields
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest

from chant_ls.analysis import summary
from chant_ls.engine import events
from chant_ls.lsp import wire
from chant_ls.model.spec import Status
from tests.analysis.project import snapshot

WIRE_TS = Path(__file__).parents[2] / "editors/vscode/src/wire.ts"
TYPESCRIPT = {str: "string", bool: "boolean", int: "number", tuple: "readonly string[]"}


@cache
def text() -> str:
    return WIRE_TS.read_text(encoding="utf-8")


def members(interface: str) -> dict[str, str]:
    """`{name: type}` of an interface; an optional member's name ends in `?`."""
    found = re.search(rf"^export interface {interface} \{{\n(.*?)^\}}", text(), re.M | re.S)
    assert found, f"wire.ts has no interface {interface}"
    rows = re.findall(r'^  readonly "?([\w.]+\??)"?: (.+);$', found[1], re.M)
    return dict(rows)


def typescript(hint: Any) -> str:
    if get_origin(hint) in (Union, UnionType):
        return typescript(next(one for one in get_args(hint) if one is not type(None)))
    return TYPESCRIPT[get_origin(hint) or hint]


def test_methods_have_one_name() -> None:
    constants = dict(re.findall(r'^export const (\w+) = "(chant/\w+)";$', text(), re.M))
    assert constants == {name: getattr(wire, name) for name in constants}
    assert set(constants.values()) == {wire.RUN_EVENT, wire.SPECS, wire.SPECS_CHANGED}


def test_commands_are_the_same() -> None:
    assert members("Commands") == {name: kind.__name__ for name, kind in wire.COMMANDS.items()}


@pytest.mark.parametrize(
    "kind", sorted({*wire.COMMANDS.values(), wire.Conflict}, key=lambda it: it.__name__)
)
def test_arguments_have_the_same_members(kind: type) -> None:
    hints = get_type_hints(kind)
    ours = {
        f.name + ("" if f.default is MISSING else "?"): typescript(hints[f.name])
        for f in fields(kind)  # type: ignore[arg-type] # every shape is a dataclass
    }
    assert members(kind.__name__) == ours


def test_a_listed_spec_has_the_same_members() -> None:
    specs = snapshot({"2026-01-29-001-aaa": "type: code"})
    listed = summary.spec_json(specs, next(iter(specs.graph.ids)))
    assert set(members("SpecState")) == {*listed, "root"}


def test_statuses_are_the_same() -> None:
    found = re.search(r"^export type Status =(.*?);$", text(), re.M | re.S)
    assert found
    assert set(re.findall(r'"(\w+)"', found[1])) == {status.value for status in Status} - {
        "pending"
    }


def test_run_events_have_the_same_members() -> None:
    sent = events.Entry(events.Finished("merged"), "2026-01-29T10:00:00Z", "r1", "a").to_json()
    assert set(members("RunEvent")) <= {*sent, "root"}


def test_versions_of_both_sides_agree() -> None:
    root = WIRE_TS.parents[3]
    manifest = json.loads((root / "editors/vscode/package.json").read_text(encoding="utf-8"))
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    assert manifest["version"] == project["project"]["version"]
