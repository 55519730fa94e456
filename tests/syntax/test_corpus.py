from pathlib import Path

from chant_ls.model.spec import SpecId
from chant_ls.syntax.document import parse


def test_every_file_parses_without_a_problem(corpus: dict[str, str], malformed: dict[str, str]):
    for path, text in (corpus | malformed).items():
        document = parse(text, SpecId(Path(path).stem))
        assert document.problems == (), path
        assert document.frontmatter is not None
        assert document.facts.title, path
