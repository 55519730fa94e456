"""All rules: a module a theme, a function a rule, its docstring its documentation page."""

from collections.abc import Mapping

from chant_ls.analysis.rules import (
    body,
    family,
    fields,
    mentions,
    paths,
    references,
    state,
    text,
    waiting,
)
from chant_ls.analysis.rules.rule import Rule, registered

__all__ = ["RULES"]

THEMES = (body, family, fields, mentions, paths, references, state, text, waiting)

RULES: Mapping[str, Rule] = registered()
