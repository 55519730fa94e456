"""`python -m docs`: writes the pages of the rules, and those of all keys."""

from pathlib import Path

from chant_ls.analysis.rules import RULES
from chant_ls.analysis.rules.pages import pages
from docs import reference

FOLDER = Path(__file__).with_name("rules")


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    wanted = pages(RULES)
    for stale in [file for file in FOLDER.iterdir() if file.name not in wanted]:
        stale.unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_text(text, "utf-8")
    for name, text in reference.pages().items():
        (FOLDER.parent / name).write_text(text, "utf-8")


main()
