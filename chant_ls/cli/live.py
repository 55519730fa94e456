"""The live view of `chant work`: events scroll by above a line for each run at work."""

from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.live import Live as Screen
from rich.spinner import Spinner
from rich.text import Text

from chant_ls.cli.render import clean
from chant_ls.cli.watch import AtWork


class Live:
    """Markup and highlighting are off: what agents print is text, nothing more."""

    def __init__(self) -> None:
        self._console = Console(markup=False, highlight=False, emoji=False)
        self._screen = Screen(Text("starting"), console=self._console, transient=True)
        self._spinners: dict[str, Spinner] = {}

    def __enter__(self) -> Self:
        self._screen.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._screen.stop()

    def show(self, line: str) -> None:
        self._console.print(Text(clean(line)), soft_wrap=True)

    def running(self, specs: dict[str, AtWork]) -> None:
        """Each keeps its spinner, so that it turns evenly."""
        self._spinners = {id: self._spinners.get(id) or Spinner("dots") for id in specs}
        for id, spinner in self._spinners.items():
            words = Text(clean(specs[id].line(id)), no_wrap=True, overflow="ellipsis")
            spinner.update(text=words)
        rows = Group(*self._spinners.values()) if specs else Text("waiting")
        self._screen.update(rows)
