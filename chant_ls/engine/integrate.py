"""The last step of a run whose work is merged at once."""

from chant_ls.engine.events import Merged, MergeRefused, Note, StatusChanged
from chant_ls.engine.live import Live, Verdict
from chant_ls.engine.merge_plan import unfit
from chant_ls.engine.merge_run import merge_run
from chant_ls.engine.merge_terms import Conflicted
from chant_ls.model.refusal import Refusal
from chant_ls.model.runs import RunState


def merge(run: Live) -> Verdict:
    """Where it cannot be merged the work stays completed on its branch, and the error says why.

    The caller holds the lock of the spec.
    """
    run.engine.fault("integrate")
    done = unfit(run.engine.load(), run.record.spec) or merge_run(run.engine, run.record)
    if isinstance(done, Conflicted):
        done = done.refusal
    if isinstance(done, Refusal):
        run.keep(wants_merge=False)
        run.emit(MergeRefused(done.message, done.hint))
        return Verdict(RunState.COMPLETED, done.message, done.hint, done.details)
    run.emit(
        *(Note(note) for note in done.notes),
        Merged(done.merged.commit, done.merged.undo),
        StatusChanged(RunState.MERGED.value),
    )
    return Verdict(RunState.MERGED)


def not_merged(run: Live) -> Verdict:
    """The work was completed before the wish to stop came; it stays on its branch."""
    run.keep(wants_merge=False)
    run.emit(Note(f"not merged, as it was stopped: `chant merge {run.record.spec}` merges it"))
    return Verdict(RunState.COMPLETED)
