"""The open texts of one project by their path. Links can lead to a path by several URIs."""

from collections.abc import Iterator, Mapping

from chant_ls.lsp.texts import OpenText


class Buffers(Mapping[str, OpenText]):
    """The text of a path is the one that was edited last."""

    def __init__(self) -> None:
        self._open: dict[str, dict[str, OpenText]] = {}

    def __getitem__(self, path: str) -> OpenText:
        return next(reversed(self._open[path].values()))

    def __iter__(self) -> Iterator[str]:
        return iter(self._open)

    def __len__(self) -> int:
        return len(self._open)

    def put(self, path: str, text: OpenText) -> None:
        texts = self._open.setdefault(path, {})
        texts.pop(text.uri, None)
        texts[text.uri] = text

    def drop(self, path: str, uri: str) -> None:
        texts = self._open.get(path, {})
        texts.pop(uri, None)
        if not texts:
            self._open.pop(path, None)

    def uris(self, path: str) -> tuple[str, ...]:
        """The newest last."""
        return tuple(self._open.get(path, ()))
