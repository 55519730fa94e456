"""Work that somebody brought into its target without us: `git merge`, a pull request, a squash."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from chant_ls.engine import merge_state
from chant_ls.engine.engine import Engine
from chant_ls.engine.git_port import GitError
from chant_ls.engine.loading import tells_of
from chant_ls.engine.merge_run import note_merged, tidy
from chant_ls.engine.merge_terms import Merged
from chant_ls.engine.records import RunRecord
from chant_ls.model.refusal import Refusal
from chant_ls.model.runs import RunState


def landed(engine: Engine) -> tuple[RunRecord, ...]:
    """Completed runs whose work is in their target already: the branch is part of it, or the spec's
    file there tells of this very run. Two git processes for each target, none where nothing waits.
    A merge that waits at a conflict is its user's to end."""
    waits = merge_state.read(engine)
    done = [
        record
        for record in engine.runs.newest().values()
        if record.state is RunState.COMPLETED and not record.wants_merge and record.branch
        if waits is None or waits.run != record.run
    ]
    done.sort(key=lambda record: record.base_branch)
    by_target = groupby(done, key=lambda record: record.base_branch)
    return tuple(r for target, records in by_target for r in _in(engine, target, tuple(records)))


def note_landed(engine: Engine) -> tuple[str, ...]:
    """Recorded as merged, and tidied up; one line for each. The caller holds the repository's
    lock; a spec that somebody is at is left alone."""
    told: list[str] = []
    for record in landed(engine):
        held = engine.runs.lock(record.spec)
        if isinstance(held, Refusal):
            continue
        with held:
            target = engine.git.commit_of(f"refs/heads/{record.base_branch}")
            if target is None or engine.runs.read(record.run) != record:
                continue
            note_merged(engine, record, Merged(target, already=True))
            notes = tidy(engine, record, target)
            line = f"{record.spec}: its work is in {record.base_branch} already: noted as merged"
            told.append("\n".join((line, *notes)))
    return tuple(told)


def _in(engine: Engine, target: str, records: tuple[RunRecord, ...]) -> Iterator[RunRecord]:
    tips = engine.git.merged_branches(f"refs/heads/{target}")
    merged = {r.run for r in records if tips.get(r.branch, r.base_sha) != r.base_sha}
    told = _told(engine, target, (r for r in records if r.run not in merged and r.tracked))
    return (record for record in records if record.run in merged | told)


def _told(engine: Engine, target: str, records: Iterable[RunRecord]) -> frozenset[str]:
    asked = list(records)
    names = [(f"refs/heads/{target}", engine.git.prefix + r.spec_path) for r in asked]
    files = engine.git.blobs(names) if names else ()
    if isinstance(files, GitError):
        return frozenset()
    found = zip(asked, files, strict=True)
    return frozenset(record.run for record, data in found if data and tells_of(data, record))
