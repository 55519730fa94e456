"""A branch after its rebase: the record and the spec name what it holds now."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from chant_ls.engine import messages, specfile
from chant_ls.engine.copies import copy_folder
from chant_ls.engine.engine import Engine
from chant_ls.engine.git_port import Commit, GitError
from chant_ls.engine.merge_run import finished
from chant_ls.engine.merge_state import MergeState
from chant_ls.engine.records import RunRecord
from chant_ls.model.refusal import Refusal
from chant_ls.model.runs import RunState
from chant_ls.syntax.document import parse


def cut_from(engine: Engine, record: RunRecord, state: MergeState) -> str:
    """Where the branch is cut from now: what it shares with its target."""
    tip = engine.git.head(state.tree).commit
    target = engine.git.commit_of(f"refs/heads/{record.base_branch}") or record.base_sha
    return engine.git.merge_base(tip, target) or record.base_sha


def noted(engine: Engine, record: RunRecord, onto: str) -> RunRecord | Refusal:
    """The record, and the commits that the spec names, as they are now."""
    commits = engine.git.commits(onto, f"refs/heads/{record.branch}")
    if isinstance(commits, GitError):
        return commits.refusal(f"{record.spec}: the commits of its branch cannot be read")
    ends = [c.sha for c in commits if c.trailers.get("Chant-Op") == "complete"]
    now = replace(
        record,
        state=RunState.COMPLETED,
        step="",
        base_sha=onto,
        completion=ends[-1] if ends else record.completion,
    )
    refusal = _named_anew(engine, now, commits)
    if refusal:
        return refusal
    engine.runs.write(now)
    return now


def _named_anew(engine: Engine, record: RunRecord, commits: Sequence[Commit]) -> Refusal | None:
    """`commits:` of the spec's copy, where it has the field."""
    files = engine.files.at(copy_folder(engine, record))
    data = files.read(record.spec_path)
    shas = tuple(c.sha[:12] for c in commits if not c.bookkeeping)
    if (
        data is None
        or not shas
        or parse(specfile.decode(data), record.spec).entry("commits") is None
    ):
        return None
    text = specfile.with_fields(specfile.decode(data), record.spec, {"commits": shas})
    refusal = files.write(record.spec_path, specfile.encode(text))
    if refusal or not record.tracked:
        return refusal
    own = engine.git.prefix + record.spec_path
    message = messages.about("rebase", record.spec, finished(engine, record).private)
    done = engine.git.commit_paths(Path(record.worktree), [own], message)
    if isinstance(done, GitError):
        return done.refusal(f"{record.spec}: its commits cannot be named anew")
    return None
