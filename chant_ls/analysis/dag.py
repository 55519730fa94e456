"""The graph of what waits for what, as text of several kinds."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from chant_ls.analysis.cycles import components
from chant_ls.analysis.markdown import clean
from chant_ls.analysis.readiness import effective_status
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.analysis.types import Ambiguous
from chant_ls.model.json_text import json_text
from chant_ls.model.spec import SpecId, natural_key

MOST_LINES = 20_000
MOST_DEPTH = 100


class Format(StrEnum):
    TREE = "tree"
    DOT = "dot"
    MERMAID = "mermaid"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Node:
    """`status` is the effective one, or `missing`, `ambiguous`."""

    id: str
    title: str
    status: str


@dataclass(frozen=True, slots=True)
class Edge:
    """`source` waits for `target`. `kind` is `depends_on` or `member`; `cycle`: part of one."""

    source: str
    target: str
    kind: str
    cycle: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """Nodes and edges in natural order of ids."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def dag(snapshot: Snapshot, format: Format = Format.TREE, ids: Iterable[str] | None = None) -> str:
    """The graph of the given specs (all active ones) and of all that they wait for, directly or
    not. The text ends with a newline; it is bounded, and cycles end it nowhere."""
    start = snapshot.graph.active.ordered if ids is None else ids
    return _WRITERS[format](picture(snapshot, start))


def picture(snapshot: Snapshot, ids: Iterable[str]) -> Picture:
    nodes: dict[str, Node] = {}
    found: list[Edge] = []
    todo = list(ids)
    while todo:
        id = todo.pop()
        if id not in nodes:
            nodes[id] = _node(snapshot, id)
            edges = list(_edges(snapshot, id))
            found += edges
            todo += [edge.target for edge in edges]
    return _ordered(nodes, found)


def _ordered(nodes: dict[str, Node], edges: list[Edge]) -> Picture:
    circular = _circles(nodes, edges)
    marked = [
        Edge(e.source, e.target, e.kind, circular.get(e.source, -1) == circular.get(e.target))
        for e in edges
    ]
    order = sorted(nodes, key=natural_key)
    place = {id: index for index, id in enumerate(order)}
    marked.sort(key=lambda edge: (place[edge.source], place[edge.target], edge.kind))
    return Picture(tuple(nodes[id] for id in order), tuple(marked))


def _circles(nodes: Iterable[str], edges: Iterable[Edge]) -> dict[str, int]:
    """A number for every node in a cycle, the same for all of one component."""
    ahead: dict[str, list[SpecId]] = {}
    for edge in edges:
        ahead.setdefault(edge.source, []).append(SpecId(edge.target))
    groups = components(map(SpecId, nodes), lambda id: ahead.get(id, ()))
    return {id: number for number, group in enumerate(groups) for id in group}


def _node(snapshot: Snapshot, id: str) -> Node:
    facts = snapshot.facts(id)
    if facts is not None:
        return Node(id, clean(facts.title), effective_status(snapshot, id).value)
    answer = snapshot.graph.resolve(id)
    return Node(id, "", "ambiguous" if isinstance(answer, Ambiguous) else "missing")


def _edges(snapshot: Snapshot, id: str) -> Iterator[Edge]:
    facts = snapshot.facts(id)
    if facts is None:
        return
    members = snapshot.graph.members(id)
    targets = [snapshot.graph.target(text) or text for text in facts.depends_on or ()]
    for target in dict.fromkeys(targets):
        if target not in members:
            yield Edge(id, target, "depends_on")
    for member in members:
        yield Edge(id, member, "member")


def _label(node: Node) -> str:
    return f"{node.id}  {node.status}  {node.title}".rstrip()


# tree


def _tree(shown: Picture) -> str:
    lines = _tree_lines(shown)
    text = [line for line, _ in zip(lines, range(MOST_LINES), strict=False)]
    if next(lines, None) is not None:
        text.append("…")
    return "".join(f"{line}\n" for line in text)


def _tree_lines(shown: Picture) -> Iterator[str]:
    """From the specs that nothing waits for down to what they wait for; each told once."""
    below: dict[str, list[Edge]] = {}
    for edge in shown.edges:
        below.setdefault(edge.source, []).append(edge)
    nodes = {node.id: node for node in shown.nodes}
    told: set[str] = set()
    awaited = {edge.target for edge in shown.edges}
    tops = [id for id in nodes if id not in awaited]
    for top in (*tops, *nodes):
        if top not in told:
            yield from _branch(top, nodes, below, told)


def _branch(
    top: str, nodes: dict[str, Node], below: dict[str, list[Edge]], told: set[str]
) -> Iterator[str]:
    todo: list[tuple[str, str, str, str]] = [(top, "", "", "")]
    while todo:
        id, lead, indent, mark = todo.pop()
        edges = below.get(id, [])
        again = id in told and bool(edges)
        told.add(id)
        deep = len(indent) > 3 * MOST_DEPTH and bool(edges)
        yield f"{lead}{_label(nodes[id])}{mark}{' (see above)' if again else ' …' * deep}"
        if not again and not deep:
            todo += reversed(list(_children(edges, indent)))


def _children(edges: list[Edge], indent: str) -> Iterator[tuple[str, str, str, str]]:
    for number, edge in enumerate(edges):
        last = number == len(edges) - 1
        mark = " (member)" * (edge.kind == "member") + " (cycle)" * edge.cycle
        yield (
            edge.target,
            indent + ("└─ " if last else "├─ "),
            indent + ("   " if last else "│  "),
            mark,
        )


# DOT, Mermaid, JSON

_COLOURS = {
    "ready": "#2e7d32",
    "in_progress": "#1565c0",
    "blocked": "#8d6e63",
    "completed": "#607d8b",
    "cancelled": "#9e9e9e",
}
_ALARM = "#c62828"


def _dot(shown: Picture) -> str:
    lines = ["digraph chant {", "  rankdir=LR;", "  node [shape=box];"]
    for node in shown.nodes:
        label = "\\n".join(map(_dot_text, filter(None, (node.id, node.title, node.status))))
        style = ", style=dashed" * (node.status in ("missing", "ambiguous"))
        colour = _COLOURS.get(node.status, _ALARM)
        lines.append(f'  "{_dot_text(node.id)}" [label="{label}", color="{colour}"{style}];')
    for edge in shown.edges:
        style = ", style=dotted" * (edge.kind == "member") + f', color="{_ALARM}"' * edge.cycle
        ends = f'"{_dot_text(edge.source)}" -> "{_dot_text(edge.target)}"'
        lines.append(f'  {ends} [tooltip="{edge.kind}"{style}];')
    return "\n".join([*lines, "}", ""])


def _dot_text(text: str) -> str:
    return clean(text).replace("\\", "\\\\").replace('"', '\\"')


def _mermaid(shown: Picture) -> str:
    names = {node.id: f"n{number}" for number, node in enumerate(shown.nodes)}
    lines = ["graph LR"]
    for node in shown.nodes:
        label = "<br/>".join(map(_mermaid_text, filter(None, (node.id, node.title, node.status))))
        lines.append(f'  {names[node.id]}["{label}"]:::{node.status}')
    for edge in shown.edges:
        arrow = "-.->|member|" if edge.kind == "member" else "-->"
        arrow = "==>|cycle|" if edge.cycle else arrow
        lines.append(f"  {names[edge.source]} {arrow} {names[edge.target]}")
    for status in sorted({node.status for node in shown.nodes}):
        lines.append(f"  classDef {status} stroke:{_COLOURS.get(status, _ALARM)}")
    return "\n".join([*lines, ""])


def _mermaid_text(text: str) -> str:
    """Everything but letters, digits and blanks as an entity: labels can hold no markup."""
    return "".join(c if c.isalnum() or c in " -_." else f"#{ord(c)};" for c in clean(text))


def _json(shown: Picture) -> str:
    nodes = [{"id": n.id, "title": n.title, "status": n.status} for n in shown.nodes]
    edges = [
        {"from": e.source, "to": e.target, "kind": e.kind, "cycle": e.cycle} for e in shown.edges
    ]
    return json_text({"nodes": nodes, "edges": edges}) + "\n"


_WRITERS: dict[Format, Callable[[Picture], str]] = {
    Format.TREE: _tree,
    Format.DOT: _dot,
    Format.MERMAID: _mermaid,
    Format.JSON: _json,
}
