"""The documentation pages are what the rules' docstrings and the tables of keys say."""

from pathlib import Path

from chant_ls.analysis.rules import RULES
from chant_ls.analysis.rules.pages import INDEX, name_of, pages
from docs import reference

FOLDER = Path(__file__).parents[2] / "docs/rules"


def test_the_pages_on_disk_are_the_rules_own() -> None:
    written = {file.name: file.read_text("utf-8") for file in FOLDER.iterdir()}
    assert written == pages(RULES), "run `make docs`"


def test_the_pages_of_keys_on_disk_are_the_tables_own() -> None:
    for name, text in reference.pages().items():
        assert (FOLDER.parent / name).read_text("utf-8") == text, "run `make docs`"
        assert (text.count("|") > 20 and "`depends_on`" in text) or "`auto_merge`" in text


def test_the_index_names_every_page() -> None:
    index = pages(RULES)[INDEX]
    assert all(f"({name_of(code)})" in index for code in RULES)


def test_every_page_ends_its_code_blocks() -> None:
    assert [name for name, text in pages(RULES).items() if text.count("\n```") % 2] == []
