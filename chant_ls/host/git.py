"""The adapter: `engine.git_port.Git` for one repository, its parts put together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from chant_ls.host import (
    git_history,
    git_locks,
    git_move,
    git_objects,
    git_recover,
    git_refs,
    git_report,
    git_settling,
    git_worktrees,
    gitdir,
)
from chant_ls.host.git_run import Repo, no_fault


@dataclass(frozen=True, slots=True)
class GitRepo(Repo):
    """Each method is a function of the module that it is about."""

    is_bare = git_refs.is_bare
    version = git_refs.version
    head = git_refs.head
    commit_of = git_refs.commit_of
    main_branch = git_refs.main_branch
    branches = git_refs.branches
    identity = git_refs.identity
    under_way = git_refs.under_way
    setup = git_report.setup
    is_ancestor = git_refs.is_ancestor
    merged_branches = git_refs.merged_branches
    merge_base = git_refs.merge_base
    stash = git_refs.stash
    update_refs = git_refs.update_refs
    rename_branch = git_refs.rename_branch
    delete_branch_if_merged = git_refs.delete_branch_if_merged

    commits = git_history.commits
    changes = git_history.changes
    diff_stat = git_history.diff_stat
    diff_text = git_history.diff_text
    blobs = git_history.blobs
    tracked = git_history.tracked
    ignored = git_history.ignored

    worktrees = git_worktrees.worktrees
    add_worktree = git_worktrees.add_worktree
    attach_worktree = git_worktrees.attach_worktree
    detached_worktree = git_worktrees.detached_worktree
    lock_worktree = git_worktrees.lock_worktree
    unlock_worktree = git_worktrees.unlock_worktree
    remove_worktree = git_worktrees.remove_worktree
    forget_worktree = git_worktrees.forget_worktree
    leftovers = git_worktrees.leftovers
    restore = git_worktrees.restore
    discard = git_worktrees.discard
    commit_paths = git_worktrees.commit_paths
    commit_all = git_worktrees.commit_all

    locked_worktrees = git_locks.locked_worktrees
    free_worktree = git_locks.free_worktree

    merge_in = git_settling.merge_in
    coming = git_settling.coming
    rebase = git_settling.rebase
    rebase_on = git_settling.rebase_on
    rebase_abort = git_settling.rebase_abort
    unmerged = git_settling.unmerged
    stage = git_settling.stage
    stage_all = git_settling.stage_all
    staged_tree = git_settling.staged_tree
    take_tree = git_settling.take_tree
    conflict_again = git_settling.conflict_again
    drop_worktree = git_settling.drop_worktree
    local_setting = git_settling.local_setting
    set_local = git_settling.set_local

    write_blob = git_objects.write_blob
    replace_in_tree = git_objects.replace_in_tree
    merge_tree = git_objects.merge_tree
    merge_text = git_objects.merge_text
    commit_tree = git_objects.commit_tree

    move_branch = git_move.move_branch
    recover_move = git_recover.recover_move


def open_repo(
    root: Path, env: Mapping[str, str], fault: Callable[[str], None] = no_fault
) -> GitRepo | None:
    """The repository that the project at `root` lies in, None outside of any. Starts no process.

    From a linked worktree this is still its main checkout.
    """
    where = gitdir.locate(root)
    if where is None:
        return None
    below = root.resolve().relative_to(where.top).as_posix()
    prefix = "" if below == "." else f"{below}/"
    # the index and HEAD of the main checkout, wherever we were called from
    return GitRepo(where.main_top, where.common_dir, where.common_dir, prefix, env, fault)
