"""A diagnostic leads to its page, in the editor and on the command line."""

from pathlib import Path

import pytest
from pygls.uris import to_fs_path

from chant_ls.analysis.rules import RULES
from tests.cli.running import chant

DESCRIBED = {"textDocument": {"publishDiagnostics": {"codeDescriptionSupport": True}}}


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    (tmp_path / ".chant/specs").mkdir(parents=True)
    return tmp_path / ".chant/specs/2026-01-01-001-abc.md"


def test_a_diagnostic_links_to_a_page_that_can_be_read(join, spec):
    client = join(spec.parents[2], capabilities=DESCRIBED)
    found, *_ = client.diagnostics(client.open(spec, "---\ntype: [\n---\n\n# T\n"))
    page = Path(to_fs_path(found["codeDescription"]["href"]))
    assert page.read_text("utf-8").startswith(f"# {found['code']}\n")


def test_not_where_the_client_does_not_know_links(join, spec):
    client = join(spec.parents[2], capabilities={})
    found, *_ = client.diagnostics(client.open(spec, "---\ntype: [\n---\n\n# T\n"))
    assert "codeDescription" not in found


def test_explain_prints_the_page_without_a_project(tmp_path):
    told = chant(tmp_path, "lint", "--explain", "dependency-cycle")
    assert told.code == 0 and RULES["dependency-cycle"].page in told.stdout
    told = chant(tmp_path, "lint", "--explain", "dependency-cicle")
    assert told.code == 1 and "chant lint --explain dependency-cycle" in told.stderr
