"""What was measured, as rows: for people as a table, for programs as JSON."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

_WIDTH = 130
"""Columns: a row on a line also where no terminal tells its width."""


@dataclass(frozen=True, slots=True)
class Row:
    """`value` and `reference` in `unit`; `reference` is what was measured beside it, 0 for none.

    `goal` is the contract's, in words; `met` whether this run met it.
    """

    what: str
    value: float
    unit: str
    goal: str
    met: bool
    reference: float = 0.0
    beside: str = ""

    @property
    def ratio(self) -> float | None:
        return self.value / self.reference if self.reference else None

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "ratio": self.ratio}


def show(rows: Sequence[Row]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("what", "measured", "beside it", "ratio", "goal", "", title="contract section 8")
    for row in rows:
        beside = f"{row.reference:.4g} {row.unit} {row.beside}" if row.reference else ""
        ratio = f"{row.ratio:.2f} ×" if row.ratio else ""
        mark = "[green]✓" if row.met else "[red]✗"
        table.add_row(row.what, f"{row.value:.4g} {row.unit}", beside, ratio, row.goal, mark)
    console = Console()
    console.width = max(console.width, _WIDTH)
    console.print(table)
