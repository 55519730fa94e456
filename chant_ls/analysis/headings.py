"""Headings by their words, as `path#heading` names them."""

from collections.abc import Iterable

from chant_ls.syntax.nodes import Heading


def heading_named(headings: Iterable[Heading], name: str) -> Heading | None:
    """The first one with these words, or with this anchor."""
    wanted = _anchor(name)
    return next((one for one in headings if _anchor(one.text) == wanted), None)


def _anchor(heading: str) -> str:
    kept = (c for c in heading.lower() if c.isalnum() or c in "-_ ")
    return "".join(kept).strip().replace(" ", "-")
