"""Documentation pages of the rules, made from their docstrings alone."""

from collections.abc import Mapping

from chant_ls.analysis.rules.rule import Rule

INDEX = "README.md"
"""Name of the page that lists the others."""

_LEVELS = "`off`, `hint`, `info`, `warning` or `error`"


def name_of(code: str) -> str:
    """File name of a rule's page."""
    return f"{code}.md"


def page(rule: Rule) -> str:
    """One rule's page, Markdown."""
    kind = f"Default severity: **{rule.severity}**. {_scope(rule)}"
    setting = f"```yaml\nlint:\n  rules:\n    {rule.code}: off\n```"
    told = f"Set it in the frontmatter of `.chant/config.md` to {_LEVELS}:"
    return f"# {rule.code}\n\n{rule.page}\n\n## Severity\n\n{kind}\n\n{told}\n\n{setting}\n"


def _scope(rule: Rule) -> str:
    files = "active and archived specs" if rule.archived else "active specs"
    asks = ", once the whole project is known" if rule.project else ""
    return f"Checked in {files}{asks}."


def pages(rules: Mapping[str, Rule]) -> dict[str, str]:
    """All pages by file name, the index among them."""
    made = {name_of(code): page(rule) for code, rule in sorted(rules.items())}
    return {**made, INDEX: _index(rules)}


def _index(rules: Mapping[str, Rule]) -> str:
    head = "# Diagnostics\n\nMade by `make docs` from the rules' docstrings. "
    told = "`chant lint --explain CODE` prints the page of one.\n\n"
    rows = (
        f"| [{c}]({name_of(c)}) | {r.severity} | {_gist(r)} |" for c, r in sorted(rules.items())
    )
    return head + told + "\n".join(("| code | severity | what |", "|---|---|---|", *rows)) + "\n"


def _gist(rule: Rule) -> str:
    """The first sentence, on one line."""
    paragraph = " ".join(rule.page.partition("\n\n")[0].split())
    return paragraph.partition(". ")[0].removesuffix(".").replace("|", "\\|")
