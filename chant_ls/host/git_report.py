"""How a clone is set up, for `doctor`: GitPython knows all files that configuration comes from."""

from collections.abc import Iterator
from configparser import Error as ConfigError
from typing import TYPE_CHECKING

from chant_ls.engine.git_port import Setup
from chant_ls.host.git_locks import worktree_locks
from chant_ls.host.git_run import Repo

if TYPE_CHECKING:
    from git import Repo as Clone


def setup(repo: Repo) -> Setup | None:
    """None where git or the repository cannot be opened. Importing GitPython starts `git version`:
    for commands, never for readers."""
    try:
        import git
    except ImportError:  # its way to say that there is no git
        return None
    try:
        with git.Repo(repo.top) as clone:
            return Setup(
                detached=clone.head.is_detached,
                remotes=tuple(remote.name for remote in clone.remotes),
                merge_drivers=frozenset(_drivers(clone)),
                locks=tuple(_locks(repo)),
            )
    except (git.exc.GitError, ConfigError, OSError, ValueError):
        return None


def _drivers(clone: "Clone") -> Iterator[str]:
    """Names of the merge drivers that any configuration file of this user defines."""
    with clone.config_reader() as config:
        for section in config.sections():
            if section.startswith('merge "') and config.has_option(section, "driver"):
                yield section[7:-1]


def _locks(repo: Repo) -> Iterator[str]:
    for name in ("index.lock", "HEAD.lock", "config.lock", "packed-refs.lock", "shallow.lock"):
        if (repo.common_dir / name).exists():
            yield name
    for lock in worktree_locks(repo):
        yield str(lock.relative_to(repo.common_dir))
