"""Applying the fixes that leave no choice, file by file."""

from collections.abc import Mapping, Sequence

from chant_ls.analysis.actions.fixes import fix_all
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.cli.failures import checked
from chant_ls.cli.findings import paths_of
from chant_ls.engine import specfile
from chant_ls.engine.ports import SpecStore
from chant_ls.syntax.text import apply


def fix_files(specs: SpecStore, snapshot: Snapshot, ids: Sequence[str]) -> Mapping[str, int]:
    """How many edits were made in each file that changed. A file that changed since it was read
    is refused, as is one that cannot be written."""
    changes = {path: fix_all(snapshot, path).edits.get(path) for path in paths_of(snapshot, ids)}
    made = {path: edits for path, edits in changes.items() if edits}
    for path, edits in made.items():
        file = snapshot.files[path]
        old, new = specfile.encode(file.text), specfile.encode(apply(file.text, edits))
        checked(specs.replace(path, old, new, file.facts.private))
    return {path: len(edits) for path, edits in made.items()}
