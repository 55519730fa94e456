"""The cell of a project: whatever happens, it equals a snapshot built from scratch."""

from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chant_ls.analysis.snapshot import Snapshot, SpecFile
from chant_ls.lsp.places import Folder
from chant_ls.lsp.project import DiskChange, Project, edited
from chant_ls.lsp.texts import OpenText
from chant_ls.model.spec import SpecId
from chant_ls.syntax.document import parse

IDS = [f"2026-01-0{n}-00{n}-abc" for n in range(1, 5)]
PATHS = [f".chant/specs/{id}.md" for id in IDS]
TEXTS = [
    "---\ntype: code\n---\n\n# One\n",
    f"---\ndepends_on: [{IDS[0]}]\n---\n\n# Two\n",
    f"---\nstatus: completed\ndepends_on:\n  - {IDS[1]}\n---\n\n# Three\n",
    "# No frontmatter, dated\n",
    "",
]
BROKEN = "---\ntype: [code\n---\n\n# Broken\n"
paths = st.sampled_from(PATHS)
texts = st.sampled_from(TEXTS)
links = st.sampled_from(["", "link:"])


def on_disk(path: str, text: str) -> SpecFile:
    id = SpecId(Path(path).stem)
    return SpecFile(path, text, parse(text, id).facts)


class Changes(RuleBasedStateMachine):
    @initialize()
    def begin(self):
        root = Path("/nowhere")
        self.project = Project(Folder(root, root, root.as_uri()), app=None)
        self.disk, self.known, self.buffers = {}, {}, {}
        self.indexed = False

    @rule(path=paths, text=texts)
    def write(self, path, text):
        self.disk[path] = text

    @rule(path=paths)
    def delete(self, path):
        self.disk.pop(path, None)

    @rule(path=paths, text=texts, link=links)
    def type(self, path, text, link):
        """The text that was edited last counts, whichever URI it has."""
        uri = link + self.project.folder.uri_of(path)
        texts = self.buffers.setdefault(path, {})
        texts.pop(uri, None)
        texts[uri] = text
        self.project.put(path, OpenText(uri, 1, text))

    @rule(path=paths, link=links)
    def close(self, path, link):
        uri = link + self.project.folder.uri_of(path)
        if self.buffers.get(path, {}).pop(uri, None) is not None:
            self.project.drop(path, uri)
            self.buffers = {path: texts for path, texts in self.buffers.items() if texts}

    @precondition(lambda self: not self.indexed)
    @rule()
    def index(self):
        files = [on_disk(path, text) for path, text in self.disk.items()]
        self.project.adopt(Snapshot(complete=True).with_files(files))
        self.known, self.indexed = dict(self.disk), True

    @precondition(lambda self: self.indexed)
    @rule()
    def look(self):
        changed = {p for p in PATHS if self.disk.get(p) != self.known.get(p)}
        files = {p: on_disk(p, self.disk[p]) if p in self.disk else None for p in changed}
        self.project.absorb(DiskChange(files))
        self.known = dict(self.disk)

    @invariant()
    def equals_a_snapshot_built_from_scratch(self):
        buffers = {path: list(texts.values())[-1] for path, texts in self.buffers.items()}
        expected = {**(self.known if self.indexed else {}), **buffers}
        files = [on_disk(path, text) for path, text in expected.items()]
        rebuilt = Snapshot().with_files(files)
        got = self.project.snapshot
        assert {p: (f.text, f.facts) for p, f in got.files.items()} == {
            p: (f.text, f.facts) for p, f in rebuilt.files.items()
        }
        assert got.graph.ids == rebuilt.graph.ids
        for id in IDS:
            assert got.graph.dependents(id) == rebuilt.graph.dependents(id)
            assert got.graph.dependencies(id) == rebuilt.graph.dependencies(id)

    @invariant()
    def knows_which_buffers_are_open(self):
        assert set(self.project.open_paths) == set(self.buffers)
        for path, texts in self.buffers.items():
            assert self.project.uris_of(path) == tuple(texts)
            assert self.project.uri_of(path) == list(texts)[-1]
        assert {p for p, f in self.project.snapshot.files.items() if f.open} == set(self.buffers)


TestChanges = Changes.TestCase
TestChanges.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)


def test_while_the_yaml_is_broken_the_last_good_facts_stay():
    before = edited(PATHS[1], TEXTS[1], None)
    after = edited(PATHS[1], BROKEN, before)
    assert after.text == BROKEN and after.facts is before.facts


def test_the_same_facts_keep_the_same_graph():
    root = Path("/nowhere")
    project = Project(Folder(root, root, root.as_uri()), app=None)
    project.put(PATHS[0], OpenText("file:///x", 1, TEXTS[0]))
    graph = project.snapshot.graph
    project.put(PATHS[0], OpenText("file:///x", 2, TEXTS[0] + "\nmore words\n"))
    assert project.snapshot.graph is graph


def test_a_file_that_is_no_spec_gets_nothing():
    assert edited(".chant/specs/notes.md", "just text", None) is None
    assert edited("docs/2026-01-01-001-abc.md", TEXTS[0], None) is None
    assert edited(".chant/specs/sub/notes.md", TEXTS[0], None).facts.id == "notes"


def test_a_buffer_is_unsaved_until_disk_holds_its_text():
    root = Path("/nowhere")
    project = Project(Folder(root, root, root.as_uri()), app=None)
    project.adopt(Snapshot(complete=True).with_file(on_disk(PATHS[0], TEXTS[0])))
    project.put(PATHS[0], OpenText("file:///x", 1, TEXTS[0]))
    assert not project.unsaved(PATHS[0])
    project.put(PATHS[0], OpenText("file:///x", 2, TEXTS[2]))
    assert project.unsaved(PATHS[0])
    project.saved(PATHS[0])
    assert not project.unsaved(PATHS[0])


def test_a_buffer_that_is_merely_behind_its_file_is_not_unsaved():
    root = Path("/nowhere")
    project = Project(Folder(root, root, root.as_uri()), app=None)
    project.adopt(Snapshot(complete=True).with_file(on_disk(PATHS[0], TEXTS[0])))
    project.put(PATHS[0], OpenText("file:///x", 1, TEXTS[0]))
    project.absorb(DiskChange({PATHS[0]: on_disk(PATHS[0], TEXTS[2])}))
    assert not project.unsaved(PATHS[0])
    project.put(PATHS[0], OpenText("file:///x", 2, TEXTS[1]))
    assert project.unsaved(PATHS[0])
    project.put(PATHS[0], OpenText("file:///x", 3, TEXTS[2]))
    assert not project.unsaved(PATHS[0])
    project.put(PATHS[0], OpenText("file:///x", 4, TEXTS[0]))
    assert project.unsaved(PATHS[0])


def test_a_buffer_that_was_opened_with_changes_is_unsaved():
    root = Path("/nowhere")
    project = Project(Folder(root, root, root.as_uri()), app=None)
    project.put(PATHS[0], OpenText("file:///x", 1, TEXTS[1]))
    project.adopt(Snapshot(complete=True).with_file(on_disk(PATHS[0], TEXTS[0])))
    assert project.unsaved(PATHS[0])
