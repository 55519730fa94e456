"""The live view of `chant work`: events scroll by above a line of what is at work."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.status import Status
from rich.text import Text

from chant_ls.cli.render import clean
from chant_ls.cli.watch import clock_line


class Live:
    """Markup and highlighting are off: what agents print is text, nothing more."""

    def __init__(self) -> None:
        self._console = Console(markup=False, highlight=False, emoji=False)
        self._status = Status(Text("starting"), console=self._console)

    def __enter__(self) -> Self:
        self._status.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._status.stop()

    def show(self, line: str) -> None:
        self._console.print(Text(clean(line)), soft_wrap=True)

    def running(self, specs: dict[str, float]) -> None:
        self._status.update(Text(clock_line(specs) or "waiting"))
