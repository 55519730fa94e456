"""All rules: a module a theme, a function a rule, its docstring its documentation page."""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules

from chant_ls.analysis.rules.rule import Rule, registered

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")

RULES: Mapping[str, Rule] = registered()
