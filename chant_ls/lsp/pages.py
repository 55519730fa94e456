"""Where the documentation page of a diagnostic can be read."""

from functools import cache
from pathlib import Path

from lsprotocol import types

import chant_ls

_PACKAGE = Path(chant_ls.__file__).parent
_PLACES = (_PACKAGE / "docs" / "rules", _PACKAGE.parent / "docs" / "rules")
"""Beside the installed package, or in its checkout."""


@cache
def base() -> str:
    """The address that all pages lie below, "" where they were not installed. They are files, so
    they can be read without a network; a web site would be named here."""
    return next((place.as_uri() for place in _PLACES if place.is_dir()), "")


def description(code: str) -> types.CodeDescription | None:
    return types.CodeDescription(f"{base()}/{code}.md") if base() else None
