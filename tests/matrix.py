"""The crash and crowd matrix of execution.md 12, made from what the marked tests answered.

`@pytest.mark.scenario(Row.…)` puts a test into a row. Its cell follows from the test itself: local
mode where a parameter says "local" (or the mark, `mode="local"`), chain or parallel likewise.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from enum import Enum
from itertools import product
from typing import NamedTuple

import pytest

KEY = "scenario"


class Row(Enum):
    HAPPY = "1 happy path"
    ENDS = "2 agents that end badly"
    STRAYS = "3 agents that touch what is not theirs"
    GUARDS = "4 refused without side effect"
    CHAINS = "5 chains, failures, interrupts"
    CROWDS = "6 batches and terminals beside each other"
    GUIDE = "7 the guide, walked"
    MERGES = "8 merges and conflicts"
    SUPERVISOR = "9 kill -9 of the supervisor, each step"
    AGENT = "9 kill -9 of the agent"
    BOTH = "9 kill -9 of both"
    MOVES = "9 kill -9 within a merge, each step"
    GROUPS = "10 drivers and members"
    MCP = "11 MCP"
    COMMANDS = "12 every command string parses"
    SIXTEEN = "16 starts of runs at once"
    TWENTY = "20 workers on one spec"
    HOSTILE = "hostile git configuration"
    FULL = "disk full"
    CLOCK = "clock far away"
    LOCKS = "another git process holds locks"


MODES = ("tracked", "local")
WAYS = ("single", "chain", "parallel")


class Cell(NamedTuple):
    row: Row
    mode: str
    way: str


def cells(item: pytest.Item) -> Iterator[Cell]:
    params = getattr(item, "callspec", None)
    said = {value for value in (params.params.values() if params else ()) if _is_word(value)}
    for mark in item.iter_markers(KEY):
        said |= set(mark.kwargs.values())
        mode = next((mode for mode in MODES if mode in said), MODES[0])
        way = next((way for way in WAYS if way in said), WAYS[0])
        for row in mark.args:
            yield Cell(Row(row), mode, way)


def note_cells(items: Iterable[pytest.Item]) -> None:
    """With each report, also one that comes from another process, goes where it belongs."""
    for item in items:
        found = [(row.name, mode, way) for row, mode, way in cells(item)]
        item.user_properties.extend((KEY, one) for one in dict.fromkeys(found))


def table(reports: Iterable[pytest.TestReport]) -> list[str]:
    counts: Counter[tuple[Cell, bool]] = Counter()
    for report in reports:
        for cell in _cells_of(report):
            counts[cell, report.outcome == "failed"] += 1
    columns = list(product(MODES, WAYS))
    heads = [("", *(column[at] for column in columns)) for at in (0, 1)]
    rows = [(row.value, *(_told(counts, Cell(row, *c)) for c in columns)) for row in Row]
    width = max(len(row.value) for row in Row)
    return [
        f"{name:<{width}}" + "".join(f"{cell:>13}" for cell in told)
        for name, *told in (*heads, *rows)
    ]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not terminalreporter.config.getoption("--matrix"):
        return
    stats = terminalreporter.stats
    reports = [report for kind in ("passed", "failed", "error") for report in stats.get(kind, ())]
    terminalreporter.section("the crash and crowd matrix")
    for line in table(reports):
        terminalreporter.write_line(line)


def _told(counts: Counter[tuple[Cell, bool]], cell: Cell) -> str:
    good, bad = counts[cell, False], counts[cell, True]
    if bad:
        return f"FAILED {bad}/{good + bad}"
    return f"{good} passed" if good else "not there"


def _cells_of(report: pytest.TestReport) -> Iterator[Cell]:
    for key, value in report.user_properties:
        if key == KEY and isinstance(value, list | tuple):
            row, mode, way = value
            yield Cell(Row[row], mode, way)


def _is_word(value: object) -> bool:
    return value in (*MODES, *WAYS) if isinstance(value, str) else False
