"""Projects of specs in a few lines: what the tests of the analysis build on."""

from collections.abc import Mapping

from chant_ls.analysis.snapshot import Snapshot, SpecFile
from chant_ls.model.runs import RunInfo, RunState
from chant_ls.model.spec import SpecId
from chant_ls.syntax.document import parse

TODAY = "2026-02-01"


def spec_file(path: str, text: str) -> SpecFile:
    """The file at `path` below `.chant` (`specs/x.md`), or of the spec with that id."""
    below = path if "/" in path else f"specs/{path}.md"
    id = SpecId(below.rpartition("/")[2].removesuffix(".md"))
    return SpecFile(f".chant/{below}", text, parse(text, id).facts, below.startswith("archive/"))


def whole(text: str) -> str:
    """A spec's text; without `---` it is frontmatter alone."""
    return text if text.startswith("---") else f"---\n{text.strip()}\n---\n\n# Title\n"


def snapshot(texts: Mapping[str, str], runs: Mapping[str, RunState] | None = None) -> Snapshot:
    """A complete snapshot of specs by id or path."""
    files = [spec_file(path, whole(text)) for path, text in texts.items()]
    infos = {SpecId(id): RunInfo("r1", SpecId(id), state) for id, state in (runs or {}).items()}
    return Snapshot(complete=True, today=TODAY).with_files(files).with_runs(infos)
