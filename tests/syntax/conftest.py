"""The corpus of real specs, where it is at hand."""

from pathlib import Path

import pytest

CORPUS = Path("/work/shared/corpus")


def _specs(folder: Path) -> dict[str, str]:
    files = (p for p in folder.rglob("*.md") if p.name != "README.md")
    return {str(p): p.read_bytes().decode() for p in sorted(files)}


@pytest.fixture(scope="session")
def corpus() -> dict[str, str]:
    """Text by path of every file of the corpus that was readable when it was written."""
    if not CORPUS.is_dir():
        pytest.skip("the corpus is not here")
    return _specs(CORPUS / "original")


@pytest.fixture(scope="session")
def malformed() -> dict[str, str]:
    if not CORPUS.is_dir():
        pytest.skip("the corpus is not here")
    return _specs(CORPUS / "malformed")
