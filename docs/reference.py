"""The keys of specs, configuration, prompts and templates as pages, from the one table of each."""

from collections.abc import Iterable, Iterator

from chant_ls.model.fields import FIELDS, Field
from chant_ls.model.papers import ANY, CONFIG, PROMPT, TEMPLATE

MADE = "Made by `make docs` from the tables that validate, complete and explain these keys.\n"


def pages() -> dict[str, str]:
    """By file name."""
    return {
        "frontmatter.md": _page(
            "Frontmatter",
            "What may stand between the `---` lines of a spec; all of it may be left out.",
            (("Specs", FIELDS), ("Prompts", PROMPT), ("Templates", TEMPLATE)),
        ),
        "settings.md": _page(
            "Settings",
            "The frontmatter of `.chant/config.md`, over the same file of your own "
            "(`~/.config/chant/config.md`). `chant config` shows what holds, "
            "`chant config --validate` what is wrong.",
            (("", CONFIG),),
        ),
    }


def _page(title: str, about: str, parts: Iterable[tuple[str, tuple[Field, ...]]]) -> str:
    tables = [text for name, rows in parts for text in _tables(name, rows)]
    return "\n".join([f"# {title}\n", MADE, f"{about}\n", *tables])


def _tables(name: str, rows: tuple[Field, ...]) -> Iterator[str]:
    """The keys of one map, then those of the maps in it."""
    own = [row for row in rows if not row.machine]
    if own:
        heading = [f"## {name}\n"] if name else []
        lines = [f"| `{_key(row)}` | {_shape(row)} | {_doc(row)} |" for row in own]
        yield "\n".join([*heading, "| key | value | |", "|---|---|---|", *lines, ""])
    for row in own:
        if row.rows:
            yield from _tables(f"`{_below(name, row)}`", row.rows)


def _below(name: str, row: Field) -> str:
    inner = name.strip("`")
    return f"{inner}.{_key(row)}" if inner and name.startswith("`") else _key(row)


def _key(row: Field) -> str:
    return "NAME" if row.name == ANY else row.name


def _shape(row: Field) -> str:
    return ", ".join(f"`{value}`" for value in row.values) or row.shape.value


def _doc(row: Field) -> str:
    return " ".join(row.doc.split()).replace("|", "\\|")
