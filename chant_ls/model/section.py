"""Reads a mapping of texts key by key and notes what is wrong with it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from chant_ls.model.likeness import alike

Value: TypeAlias = "str | tuple[Value, ...] | Mapping[str, Value] | None"
"""YAML without types: text, null, list, map."""


class ConfigProblem(NamedTuple):
    """`path` is the dotted key (`providers.fixer.prompt`), `code` that of the diagnostic."""

    path: str
    message: str
    code: str = "wrong-type"


@dataclass(frozen=True, slots=True)
class Section:
    """A map of the configuration at a dotted `path`; `problems` is shared by all sections.

    What is absent, null or of a wrong shape reads as the default; the latter is noted.
    """

    values: Mapping[str, Value]
    path: str = ""
    problems: list[ConfigProblem] = field(default_factory=list)

    def wrong(self, name: str, message: str, code: str = "wrong-type") -> None:
        self.problems.append(ConfigProblem(f"{self.path}{name}", message, code))

    def expect(self, names: Iterable[str]) -> None:
        """Notes the keys that are not among `names`."""
        known = tuple(names)
        for name in self.values:
            if name not in known:
                near = alike(name, known, 1)
                hint = f"; did you mean `{near[0]}`?" if near else ""
                self.wrong(name, f"`{self.path}{name}` means nothing here{hint}", "unknown-field")

    def text(self, name: str, default: str = "") -> str:
        value = self.values.get(name)
        if value is None or isinstance(value, str):
            return default if value is None else value
        self.wrong(name, f"`{self.path}{name}` must be one text")
        return default

    def choice(self, name: str, allowed: Iterable[str], default: str) -> str:
        text = self.text(name, default)
        if text in (names := tuple(allowed)):
            return text
        message = f"`{self.path}{name}` is `{text}`; it can be {', '.join(names)}"
        self.wrong(name, message, "invalid-value")
        return default

    def number(self, name: str, default: int, least: int = 0) -> int:
        text = self.text(name, str(default))
        if text.isascii() and text.isdigit() and len(text) < 10 and int(text) >= least:
            return int(text)
        message = f"`{self.path}{name}` is `{text}`; it must be a whole number from {least}"
        self.wrong(name, message, "invalid-value")
        return default

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts; one text alone is a list of one."""
        value = self.values.get(name)
        if value is None or isinstance(value, str):
            return () if value is None else (value,)
        if isinstance(value, tuple):
            texts = tuple(item for item in value if isinstance(item, str))
            if len(texts) == len(value):
                return texts
        self.wrong(name, f"`{self.path}{name}` must be a list of texts")
        return ()

    def section(self, name: str) -> "Section":
        value = self.values.get(name)
        if value is not None and not isinstance(value, Mapping):
            self.wrong(name, f"`{self.path}{name}` must be a map of keys")
        inner = value if isinstance(value, Mapping) else {}
        return Section(inner, f"{self.path}{name}.", self.problems)

    def sections(self) -> Iterator[tuple[str, "Section"]]:
        """Every key with the map below it."""
        return ((name, self.section(name)) for name in self.values)

    def maps(self, name: str) -> Iterator["Section"]:
        """The maps among the items of a list."""
        value = self.values.get(name)
        for number, row in enumerate(value if isinstance(value, tuple) else ()):
            if isinstance(row, Mapping):
                yield Section(row, f"{self.path}{name}.{number}.", self.problems)

    def rows(self, name: str) -> Iterator["Section"]:
        """The maps of a list; their keys are at `name.0`, `name.1`, …"""
        value = self.values.get(name)
        rows = value if isinstance(value, tuple) else ()
        if value is not None and not isinstance(value, tuple):
            self.wrong(name, f"`{self.path}{name}` must be a list of maps")
        named = {str(number): row for number, row in enumerate(rows)}
        for _, row in Section(named, f"{self.path}{name}.", self.problems).sections():
            yield row
