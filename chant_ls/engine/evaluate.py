"""The steps of a run after its agent ended: what it did, judged in the worktree (execution.md 2.9).

Nothing the agent says decides; the snapshot, git and the checks of the spec do.
"""

from chant_ls.engine import messages, specfile
from chant_ls.engine.events import Committed, CriterionDone, Note, Restored
from chant_ls.engine.git_port import GitError, RefUpdate
from chant_ls.engine.live import Live, Verdict, failed
from chant_ls.engine.retrying import passes
from chant_ls.model.runs import RunState

_STOPPED = {"cancel": RunState.CANCELLED, "pause": RunState.PAUSED}


def settle(run: Live) -> Verdict | None:
    """The prompt file is gone; an agent that used the stash or went to another branch is told."""
    run.engine.runs.drop_prompt(run.record.run)
    if run.engine.git.stash() != run.stash:
        run.emit(Note("`git stash` was used meanwhile: all worktrees share it, look at yours"))
    branch = run.engine.git.head(run.worktree).branch
    if branch != run.record.branch:
        return Verdict(
            RunState.NEEDS_ATTENTION,
            f"the agent left its worktree on {branch or 'no branch'}, not {run.record.branch}",
            f"look into {run.record.worktree}",
        )
    return _undecided(run)


def _undecided(run: Live) -> Verdict | None:
    """A merge that was begun and not finished is nobody's work: nothing of it is committed."""
    git, worktree = run.engine.git, run.worktree
    left = git.leftovers(worktree)
    if isinstance(left, GitError):
        return failed(left, "the worktree cannot be read")
    begun = git.under_way(worktree) or ("merge" if left.conflicts else "")
    if not begun:
        return None
    return judge_agent(run) or Verdict(
        RunState.NEEDS_ATTENTION,
        f"the agent left a {begun} unfinished",
        f"finish it in {worktree}, or `chant resume {run.record.spec}`",
        left.conflicts,
    )


def restore(run: Live) -> Verdict | None:
    """Other specs as they were; in its own spec the fields that no agent sets."""
    paths = _trespasses(run)
    if isinstance(paths, GitError):
        return failed(paths, "what the agent changed cannot be read")
    if paths:
        error = run.engine.git.restore(run.worktree, run.base(), paths)
        if error:
            return failed(error, "other specs could not be restored")
        done = run.engine.git.commit_paths(run.worktree, paths, _about("restore", run))
        if isinstance(done, GitError):
            return failed(done, "other specs could not be restored")
        run.restored.extend(paths)
    return _restore_own(run)


def _restore_own(run: Live) -> Verdict | None:
    copy = run.document()
    text = specfile.without_machine_changes(copy, run.approved.document)
    if not copy.trustworthy or not copy.text.strip():
        text = run.approved.document.text
    if text != copy.text:
        problem = run.copies.write(run.record.spec_path, specfile.encode(text))
        if problem:
            return failed(problem)
        run.restored.append(run.own)
    if run.restored:
        run.emit(Restored(tuple(run.restored)))
        run.log(*(f"# restored {path}" for path in run.restored))
    return None


def _trespasses(run: Live) -> tuple[str, ...] | GitError:
    """Specs of others that existed at the start and differ now, committed or not. As they stand on
    main they may be."""
    git, prefix = run.engine.git, run.engine.git.prefix
    changes = git.changes(run.base(), run.record.branch)
    apart = git.changes(run.record.base_branch, run.record.branch)
    left = git.leftovers(run.worktree)
    if isinstance(changes, GitError):
        return changes
    if isinstance(apart, GitError):
        return apart
    if isinstance(left, GitError):
        return left
    unlike_main = {c.path for c in apart}
    there = {c.path for c in changes if c.kind != "A" and c.path in unlike_main}
    added = {c.path for c in changes if c.kind == "A"}
    touched = there | (set(left.changed) - added)
    wanted = {prefix + path for path in run.approved.document.facts.target_files}
    homes = (f"{prefix}.chant/specs/", f"{prefix}.chant/archive/")
    others = {p for p in touched if p.startswith(homes) and p != run.own and p not in wanted}
    if not run.record.tracked and run.own in there | added:
        others.add(run.own)
    return tuple(sorted(others))


def commit(run: Live) -> Verdict | None:
    """What the agent left uncommitted: its work if it ended well, else a checkpoint."""
    id, title = run.record.spec, run.approved.document.facts.title
    own = _only_own_text(run)
    made = _about("spec", run) if own else messages.work(id, title, run.private)
    message = made if run.well else _about("checkpoint", run)
    done = run.engine.git.commit_all(run.worktree, message)
    if isinstance(done, GitError):
        return failed(done, "what the agent left could not be committed")
    if done:
        kind = "work" if run.well and not own else "spec" if own else "checkpoint"
        run.emit(Committed(done, message.partition("\n")[0], kind))
    return None


def _only_own_text(run: Live) -> bool:
    """Whether all that is not committed is the spec as the user wrote it."""
    if run.copies.read(run.record.spec_path) != run.approved.data:
        return False
    left = run.engine.git.leftovers(run.worktree)
    return not isinstance(left, GitError) and {*left.changed, *left.untracked} == {run.own}


def judge_agent(run: Live) -> Verdict | None:
    """How the agent itself ended."""
    ended, id = run.ended, run.record.spec
    if ended is None:
        return failed("the agent was never seen to end")
    hint = (
        f"`chant log {id}` shows why; `chant resume {id}` goes on, `chant reset {id}` starts over"
    )
    if ended.reason in _STOPPED:
        return _stopped(run, ended.reason)
    if ended.reason == "timeout":
        return Verdict(RunState.FAILED, f"the agent was stopped after {ended.seconds:.0f} s", hint)
    if not (run.agent_error or ended.code):
        return None
    why = (
        f"the agent reported an error: {run.agent_error}"
        if run.agent_error
        else f"the agent ended with exit code {ended.code}"
    )
    said = (run.agent_error,) if run.agent_error else run.last_lines
    passing = passes(said, run.engine.config.retry)
    return Verdict(RunState.FAILED, why, hint, passing=passing)


def _stopped(run: Live, reason: str) -> Verdict:
    id = run.record.spec
    over = f"`chant reset {id}` starts over"
    hint = over if reason == "cancel" else f"`chant resume {id}` goes on, {over}"
    return Verdict(_STOPPED[reason], f"stopped by {reason}", hint)


def judge(run: Live) -> Verdict | None:
    """Boxes that are not ticked need attention, unless they are waived."""
    if run.wish in _STOPPED:
        return _stopped(run, run.wish)
    copy = run.document()
    run.emit(*(CriterionDone(c.text) for c in copy.body.criteria if c.done))
    left = (*run.open_boxes, *specfile.open_criteria(copy, run.approved.document))
    if left and run.request.skip_criteria:
        run.keep(waived=len(left))
        return None
    if not left:
        return None
    error = _kept(run)
    if error:
        return failed(error, "the boxes could not be committed")
    count = "a criterion is" if len(left) == 1 else f"{len(left)} criteria are"
    id = run.record.spec
    return Verdict(
        RunState.NEEDS_ATTENTION,
        f"{count} not met: {left[0]}" + (f" (and {len(left) - 1} more)" if left[1:] else ""),
        f"`chant log {id}` shows more; `chant resume {id}` goes on; `chant takeover {id}` tells "
        f"what is left, to end it by hand and `chant finalize {id}`; `chant resume {id} "
        f"--skip-criteria` completes it as it is; `chant reset {id}` starts over",
        left,
    )


def _kept(run: Live) -> GitError | None:
    """What was set in the copy is committed, so that nothing lies about."""
    done = run.engine.git.commit_all(run.worktree, _about("checkpoint", run))
    return done if isinstance(done, GitError) else None


def complete(run: Live) -> Verdict | None:
    """The spec's result in one commit on its branch: the last moment at which a stop is heard."""
    if run.wish in _STOPPED:
        return _stopped(run, run.wish)
    problem = _anonymous(run) if run.private else None
    if problem:
        return failed(problem, "the commits of the branch cannot be made one")
    commits = run.engine.git.commits(run.base(), run.record.branch)
    if isinstance(commits, GitError):
        return failed(commits, "the commits of the branch cannot be read")
    if run.engine.specs.read(run.record.spec_path) != run.approved.data:
        run.emit(Note("the spec was changed meanwhile: this run worked its earlier text"))
    now = run.record.completed_at or run.engine.clock.now()
    run.keep(completed_at=now)
    shas = tuple(commit.sha[:12] for commit in commits if not commit.bookkeeping)
    fields = _results(run, now, shas)
    text = specfile.with_fields(run.document().text, run.record.spec, fields)
    unwritten = run.copies.write(run.record.spec_path, specfile.encode(text))
    if unwritten:
        return failed(unwritten)
    done = _completion(run)
    if isinstance(done, GitError):
        return failed(done, "the result could not be committed")
    run.keep(completion=done)
    run.emit(Committed(done, f"chant: complete {run.record.spec}", "complete"))
    return None


def _anonymous(run: Live) -> GitError | None:
    """All work on a private spec as one commit of ours: what its agent wrote into its commits
    could name the spec in main's history."""
    git, base, branch = run.engine.git, run.base(), f"refs/heads/{run.record.branch}"
    tip = git.commit_of(branch)
    if tip is None or tip == base:
        return None
    message = messages.work(run.record.spec, "", private=True)
    made = git.commit_tree(f"{tip}^{{tree}}", [base], message)
    if isinstance(made, GitError):
        return made
    return git.update_refs([RefUpdate(branch, made, tip)], message.partition("\n")[0])


def _about(op: str, run: Live) -> str:
    return messages.about(op, run.record.spec, run.private)


def _results(run: Live, now: str, commits: tuple[str, ...]) -> dict[str, str | tuple[str, ...]]:
    fields: dict[str, str | tuple[str, ...]] = {"status": "completed", "completed_at": now}
    if run.record.model:
        fields["model"] = run.record.model
    fields["branch"] = run.record.branch
    if commits:
        fields["commits"] = commits
    if run.record.waived:
        fields["criteria_waived"] = str(run.record.waived)
    return fields


def _completion(run: Live) -> str | GitError:
    git, message = run.engine.git, _about("complete", run)
    if run.record.tracked:
        done = git.commit_paths(run.worktree, [run.own], message)
        if done:
            return done
    tip = git.commit_of(run.record.branch) or run.record.base_sha
    made = git.commit_tree(f"{tip}^{{tree}}", [tip], message)
    if isinstance(made, GitError):
        return made
    move = RefUpdate(f"refs/heads/{run.record.branch}", made, tip)
    return git.update_refs([move], message.partition("\n")[0]) or made
