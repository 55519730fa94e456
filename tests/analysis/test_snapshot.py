"""Incremental equals rebuilt, whatever happens; and a change is announced to all it concerns."""

from dataclasses import replace

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from chant_ls.analysis.affected import concerned
from chant_ls.analysis.check import affected, check_document
from chant_ls.analysis.graph import Relation
from chant_ls.analysis.listing import Listing, listed, relisted
from chant_ls.analysis.readiness import effective_status, readiness
from chant_ls.analysis.snapshot import Snapshot, SpecFile
from chant_ls.analysis.types import Diagnostic
from chant_ls.model.runs import RunInfo, RunState
from chant_ls.model.spec import SpecId
from tests.analysis.project import TODAY, snapshot, spec_file

IDS = [
    "x",
    "x.1",
    "x.2",
    "x.2.1",
    "x.3",
    "x.10",
    "y",
    "y.1",
    "2026-01-29-010-abc",
    "2026-01-29-011-abd",
    "zz",
]
WORDS = [*IDS, "010-abc", "ab", "gone", "2026-01-29", "z"]
FOLDERS = ["specs", "specs/sub", "archive/2026-01-29"]
EMPTY = Snapshot(complete=True, today=TODAY)

ids = st.sampled_from(IDS)
words = st.lists(st.sampled_from(WORDS), max_size=3)
fields = st.fixed_dictionaries(
    {},
    optional={
        "depends_on": words,
        "members": words,
        "informed_by": words,
        "labels": st.lists(st.sampled_from(["p", "private"]), max_size=2),
        "target_files": st.lists(st.sampled_from(["f", "g"]), max_size=2),
        "status": st.sampled_from(["pending", "completed", "cancelled", "failed", "in_progress"]),
        "type": st.sampled_from(["code", "driver"]),
    },
)


def text(values: dict[str, object], prose: str) -> str:
    lines = [f"{key}: {value}" for key, value in values.items()]
    return "\n".join(["---", *lines, "---", "# T", "", f"See {prose}."]).replace("'", "")


def found(snapshot: Snapshot, path: str) -> list[Diagnostic]:
    """Without related places: those may lag behind an edit of the other file's prose."""
    return [one._replace(related=()) for one in check_document(snapshot, path)]


class Project(RuleBasedStateMachine):
    """Edits, creations, deletions, renames and moves to the archive, each checked afterwards."""

    @initialize(files=st.lists(st.tuples(ids, fields), max_size=6))
    def begin(self, files: list[tuple[str, dict[str, object]]]) -> None:
        self.now = EMPTY.with_files([spec_file(id, text(values, "x")) for id, values in files])
        self.listing = listed(self.now)
        self.now.graph.cycles  # noqa: B018  handed on from graph to graph from here on

    def _change(self, path: str, new: SpecFile | None) -> None:
        before = self.now
        self.now = before.with_file(new) if new else before.without([path])
        self._told(before, path)

    def _told(self, before: Snapshot, path: str) -> None:
        self._others_are_the_same(before, affected(before, self.now, path))
        self._others_are_the_same(before, concerned(before, self.now, [path]))

    def _others_are_the_same(self, before: Snapshot, told: frozenset[str] | None) -> None:
        """Those that were not told of."""
        assert told is not None
        for other in self.now.files.keys() - told:
            assert found(before, other) == found(self.now, other), other

    @rule(id=ids, folder=st.sampled_from(FOLDERS), values=fields, prose=ids)
    def write(self, id: str, folder: str, values: dict[str, object], prose: str) -> None:
        file = spec_file(f"{folder}/{id}.md", text(values, prose))
        self._change(file.path, file)

    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        if self.now.files:
            self._change(data.draw(st.sampled_from(sorted(self.now.files))), None)

    @rule(data=st.data(), id=ids, folder=st.sampled_from(FOLDERS))
    def move(self, data: st.DataObject, id: str, folder: str) -> None:
        if self.now.files:
            path = data.draw(st.sampled_from(sorted(self.now.files)))
            moved = spec_file(f"{folder}/{id}.md", self.now.files[path].text)
            self._change(path, None)
            self._change(moved.path, moved)

    @rule(id=ids, state=st.sampled_from(RunState), live=st.booleans())
    def work(self, id: str, state: RunState, live: bool) -> None:
        before = self.now
        self.now = before.with_run(RunInfo("r", SpecId(id), state, live))
        self._others_are_the_same(before, concerned(before, self.now, []))

    @rule(data=st.data())
    def break_the_yaml(self, data: st.DataObject) -> None:
        """Last good facts stay, as the session does it."""
        if self.now.files:
            path = data.draw(st.sampled_from(sorted(self.now.files)))
            file = self.now.files[path]
            broken = SpecFile(path, "---\n[\n---\n", file.facts, file.archived)
            graph = self.now.graph
            self._change(path, broken)
            assert self.now.graph is graph
            self._change(path, file)

    @invariant()
    def equals_rebuilt(self) -> None:
        rebuilt = EMPTY.with_files(self.now.files.values())
        mine, theirs = self.now.graph, rebuilt.graph
        assert mine.ids == theirs.ids
        assert mine.active.ordered == theirs.active.ordered
        assert mine.duplicates == theirs.duplicates
        assert dict(mine._indexes) == dict(theirs._indexes)
        for id in mine.ids:
            assert mine.paths_of(id) == theirs.paths_of(id)
            assert mine.waits_for(id) == theirs.waits_for(id)
            for relation in Relation:
                assert mine.naming(relation, id) == theirs.naming(relation, id)
            for target in {*mine.waits_for(id), *mine.earlier_siblings(id)}:
                assert mine.cycles.through(id, target) == theirs.cycles.through(id, target)

    @invariant()
    def is_listed_as_the_rebuilt(self) -> None:
        self.listing = relisted(self.listing, self.now)
        rebuilt = EMPTY.with_files(self.now.files.values()).with_runs(self.now.runs)
        assert self.listing == Listing(self.now, listed(rebuilt).rows)
        assert list(self.listing.rows) == list(self.now.graph.ids)

    @invariant()
    def answers_are_those_of_the_rebuilt(self) -> None:
        rebuilt = EMPTY.with_files(self.now.files.values()).with_runs(self.now.runs)
        for id in self.now.graph.ids:
            assert readiness(self.now, id) == readiness(rebuilt, id)
            assert effective_status(self.now, id) == effective_status(rebuilt, id)


Project.TestCase.settings = settings(
    max_examples=20,
    stateful_step_count=10,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestIncrementalEqualsRebuilt = Project.TestCase


def test_an_edit_of_prose_concerns_its_own_file_only() -> None:
    before = snapshot({"a": "", "b": "depends_on: [a]"})
    path = ".chant/specs/a.md"
    after = before.with_file(spec_file("a", before.files[path].text + "more\n"))
    assert affected(before, after, path) == {path}


def test_what_is_set_for_the_project_concerns_all() -> None:
    before = snapshot({"a": "", "b": ""})
    assert concerned(before, replace(before, today="2030-01-01"), []) is None
    assert concerned(before, before, [f"{n}.md" for n in range(100)]) is None
    assert concerned(before, before, []) == frozenset()


def test_a_status_concerns_those_that_wait() -> None:
    before = snapshot({"a": "", "b": "depends_on: [a]", "c": ""})
    after = before.with_file(spec_file("a", "---\nstatus: failed\n---\n"))
    assert affected(before, after, ".chant/specs/a.md") == {
        ".chant/specs/a.md",
        ".chant/specs/b.md",
    }
