"""The wish to stop a run, asked from a signal, from another thread or by a user's `cancel`."""

from collections.abc import Callable


class StopToken:
    """The first reason counts."""

    def __init__(self) -> None:
        self._reason = ""
        self._callbacks: list[Callable[[], None]] = []

    @property
    def reason(self) -> str:
        return self._reason

    def ask(self, reason: str) -> None:
        if not self._reason:
            self._reason = reason
            for callback in list(self._callbacks):
                callback()

    def on_ask(self, callback: Callable[[], None]) -> None:
        self._callbacks.append(callback)
        if self._reason:
            callback()
