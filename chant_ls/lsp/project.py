"""One project of the session: the cell with its current Snapshot, and how texts enter it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from chant_ls.analysis.snapshot import PathFact, Snapshot, SpecFile
from chant_ls.lsp.buffers import Buffers
from chant_ls.lsp.places import ARCHIVE, Folder, spec_id
from chant_ls.lsp.texts import OpenText
from chant_ls.model.config import Config
from chant_ls.model.papers import CONFIG_PATH
from chant_ls.model.runs import RunInfo
from chant_ls.model.spec import SpecId, Status
from chant_ls.syntax.document import parse

if TYPE_CHECKING:
    from chant_ls.app import App


@dataclass(frozen=True, slots=True)
class DiskChange:
    """What changed outside the editor. A file that is None is gone; the rest is whole or None."""

    files: Mapping[str, SpecFile | None] = field(default_factory=dict)
    runs: Mapping[SpecId, RunInfo] | None = None
    config: Config | None = None
    prompts: Mapping[str, str] | None = None
    papers: Mapping[str, str] | None = None
    paths: Mapping[str, PathFact] = field(default_factory=dict)
    tracked: Mapping[str, bool | None] = field(default_factory=dict)
    foreign: Mapping[str, Status | None] | None = None
    today: str = ""


def edited(path: str, text: str, before: SpecFile | None) -> SpecFile | None:
    """The spec file of a buffer, None where it holds no spec. While its YAML is broken, the last
    good facts stay."""
    id = spec_id(path, text)
    if id is None:
        return None
    document = parse(text, id)
    facts = document.facts if document.trustworthy or before is None else before.facts
    if before is not None:
        return before._replace(text=text, facts=facts, open=True)
    return SpecFile(path, text, facts, archived=path.startswith(ARCHIVE), open=True)


class Project:
    """Mutable: `snapshot` is replaced on the event loop only. `main` is the project that a linked
    worktree belongs to, None for a project itself. Open buffers shadow `disk`;
    `_saved` are their texts when they were last the same as the file."""

    def __init__(self, folder: Folder, app: "App", main: "Project | None" = None) -> None:
        self.folder, self.app, self.main = folder, app, main
        self.snapshot = Snapshot()
        self.papers: Mapping[str, str] = {}
        """Texts on disk of the files that are no specs."""
        self._buffers = Buffers()
        self._disk: dict[str, SpecFile] = {}
        self._saved: dict[str, str] = {}

    @property
    def open_paths(self) -> tuple[str, ...]:
        return tuple(self._buffers)

    def uri_of(self, path: str) -> str:
        """The client's own URI where it named the file, else one below the root's."""
        text = self._buffers.get(path)
        return text.uri if text else self.folder.uri_of(path)

    @property
    def config_text(self) -> str | None:
        """The project's configuration in an editor, None where none has it open."""
        text = self._buffers.get(CONFIG_PATH)
        return text.text if text else None

    def version_of(self, path: str) -> int | None:
        """The buffer's version, None for a file that is not open."""
        text = self._buffers.get(path)
        return text.version if text else None

    def put(self, path: str, text: OpenText) -> None:
        """The buffer's text, opened or changed."""
        before = self.snapshot.files.get(path)
        if path not in self._buffers and before is not None:
            self._disk[path] = before
        if path not in self._buffers:
            self._saved[path] = before.text if before else text.text
        self._buffers.put(path, text)
        self._note_saved(path)
        self._set(path, edited(path, text.text, before))

    def uris_of(self, path: str) -> tuple[str, ...]:
        """Every URI by which the file is open."""
        return self._buffers.uris(path)

    def drop(self, path: str, uri: str) -> None:
        """The buffer was closed: what is on disk counts again, or what another URI has open."""
        self._buffers.drop(path, uri)
        if other := self._buffers.get(path):
            self._set(path, edited(path, other.text, self.snapshot.files.get(path)))
            return
        self._saved.pop(path, None)
        self._set(path, self._disk.pop(path, None))

    def adopt(self, base: Snapshot) -> None:
        """The finished index, under the buffers that are open by now."""
        before = self._disk
        self._disk = {path: base.files[path] for path in self._buffers if path in base.files}
        self._saved |= {path: one.text for path, one in self._disk.items() if path not in before}
        self.snapshot = self._shadowed(base)

    def absorb(self, change: DiskChange) -> bool:
        """Take in what happened on disk; whether anything is news."""
        before, papers = self.snapshot, self.papers
        if change.papers is not None and change.papers != self.papers:
            self.papers = change.papers
        gone = [path for path, file in change.files.items() if file is None]
        found = [file for file in change.files.values() if file and self._is_news(file)]
        for path in gone:
            self._disk.pop(path, None)
        shadowed = {file.path: file for file in found if file.path in self._buffers}
        self._saved |= {p: f.text for p, f in shadowed.items() if p not in self._disk}
        self._disk.update(shadowed)
        for file in found:
            self._note_saved(file.path)
        snapshot = self.snapshot
        if closed := [file for file in found if file.path not in self._buffers]:
            snapshot = snapshot.with_files(closed)
        if lost := [p for p in gone if p not in self._buffers and p in snapshot.files]:
            snapshot = snapshot.without(lost)
        self.snapshot = _settled(snapshot, change)
        return self.snapshot is not before or self.papers is not papers

    def _is_news(self, file: SpecFile) -> bool:
        known = self.on_disk(file.path)
        return known is None or known.text != file.text

    def learn(self, paths: Mapping[str, PathFact]) -> bool:
        """Take in what path entries are on disk; whether anything is new."""
        return self.absorb(DiskChange(paths=paths))

    def on_disk(self, path: str) -> SpecFile | None:
        """The file as disk has it, whether a buffer shadows it or not."""
        return self._disk.get(path) if path in self._buffers else self.snapshot.files.get(path)

    def unsaved(self, path: str) -> bool:
        """Whether the user changed the buffer since it was last the same as the file. One that is
        merely behind the file, which somebody else wrote, is not unsaved."""
        if path not in self._buffers:
            return False
        disk, text = self._disk.get(path), self._buffers[path].text
        return disk is None or text not in (disk.text, self._saved.get(path))

    def saved(self, path: str) -> None:
        """The client wrote the buffer: disk holds its text now."""
        if (file := self.snapshot.files.get(path)) is not None and path in self._buffers:
            self._disk[path] = file._replace(open=False)
            self._note_saved(path)

    def _note_saved(self, path: str) -> None:
        """Buffer and file are seen to be the same."""
        disk, buffer = self._disk.get(path), self._buffers.get(path)
        if disk and buffer and disk.text == buffer.text:
            self._saved[path] = buffer.text

    def _set(self, path: str, file: SpecFile | None) -> None:
        if file is not None:
            self.snapshot = self.snapshot.with_file(file)
        elif path in self.snapshot.files:
            self.snapshot = self.snapshot.without([path])

    def _shadowed(self, base: Snapshot) -> Snapshot:
        buffers = self._buffers.items()
        files = {path: edited(path, one.text, base.files.get(path)) for path, one in buffers}
        if hidden := [path for path, file in files.items() if file is None and path in base.files]:
            base = base.without(hidden)
        shadows = [file for file in files.values() if file is not None]
        return base.with_files(shadows) if shadows else base


def _settled(snapshot: Snapshot, change: DiskChange) -> Snapshot:
    if change.runs is not None:
        snapshot = snapshot.with_runs(change.runs)
    if change.config is not None:
        snapshot = snapshot.with_config(change.config)
    if change.prompts is not None and change.prompts != snapshot.prompts:
        snapshot = replace(snapshot, prompts=change.prompts)
    if news := {e: f for e, f in change.paths.items() if snapshot.paths.get(e) != f}:
        snapshot = snapshot.with_paths(news)
    snapshot = snapshot.with_tracked(change.tracked)
    if change.foreign is not None:
        snapshot = snapshot.with_foreign(change.foreign)
    if change.today and change.today != snapshot.today:
        snapshot = replace(snapshot, today=change.today)
    return snapshot
