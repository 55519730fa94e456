"""The only place that starts git: its environment and its options are fixed here (git.md)."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from chant_ls.engine.git_port import GitError
from chant_ls.engine.spec_driver import DRIVER, command
from chant_ls.host import gitdir
from chant_ls.host.signals import held_back

OPTIONS = tuple(
    word
    for setting in (
        "core.fsmonitor=false",
        "core.hooksPath=/dev/null",
        "commit.gpgsign=false",
        "merge.verifySignatures=false",
        "gc.auto=0",
        f"{DRIVER}={command()}",
    )
    for word in ("-c", setting)
)

FIXED = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_LITERAL_PATHSPECS": "1",
    "LC_ALL": "C",
}

# Who commits and which configuration is the user's are not the state of some other git command.
KEPT = re.compile(r"GIT_((AUTHOR|COMMITTER)_(NAME|EMAIL)|CONFIG_(GLOBAL|SYSTEM|NOSYSTEM))\Z")

_LOCKED = re.compile(
    r"\.lock'?: File exists|cannot lock ref|could not lock|another git process"
    # what git says while another one is making a worktree
    r"|failed to read .*worktrees/"
)
_LOST = re.compile(r"but expected|already exists\n?\Z|reference already exists|unable to resolve")

_ASTRAY = (
    "is no worktree of this repository any more, its .git file was removed or changed: "
    "`git worktree repair` mends it"
)

PATIENCE = 5.0
"""Seconds that a lock of somebody else's is waited for."""


def git_environment(env: Mapping[str, str]) -> dict[str, str]:
    """`env` without what a surrounding git command left in it, plus ours."""
    kept = {k: v for k, v in env.items() if not k.startswith("GIT_") or KEPT.match(k)}
    return {**kept, **FIXED}


def no_fault(step: str) -> None:
    """Tests put their own in place of this, to die at a step."""


@dataclass(frozen=True, slots=True)
class Repo:
    """A repository to run git in. `top` is the main checkout, `git_dir` that checkout's own."""

    top: Path
    git_dir: Path
    common_dir: Path
    prefix: str
    env: Mapping[str, str] = field(repr=False)
    fault: Callable[[str], None] = no_fault

    def run(
        self,
        *argv: str,
        cwd: Path | None = None,
        stdin: bytes | None = None,
        index: Path | None = None,
        ok: tuple[int, ...] = (0,),
        literal: bool = True,
    ) -> bytes | GitError:
        """What git printed."""
        done = self.call(*argv, cwd=cwd, stdin=stdin, index=index, ok=ok, literal=literal)
        return done if isinstance(done, GitError) else done[1]

    def call(
        self,
        *argv: str,
        cwd: Path | None = None,
        stdin: bytes | None = None,
        index: Path | None = None,
        ok: tuple[int, ...] = (0,),
        literal: bool = True,
    ) -> tuple[int, bytes] | GitError:
        """Exit code and output. Somebody else's lock is waited for, at most `PATIENCE`.

        `cwd` is a checkout of this repository: git itself would go on to the one around it."""
        if cwd and cwd != self.top and not gitdir.is_worktree(cwd, self.common_dir):
            return GitError(argv, -1, f"{cwd} {_ASTRAY}")
        env = self._environment(cwd or self.top, index, literal)
        deadline, pause = time.monotonic() + PATIENCE, 0.02
        while True:
            result = self._once(argv, cwd or self.top, stdin, env, ok)
            if not isinstance(result, GitError) or not is_locked(result):
                return result
            if time.monotonic() + pause > deadline:
                return result
            time.sleep(pause)
            pause = min(pause * 2, 0.5)

    def text(self, *argv: str, cwd: Path | None = None) -> str | GitError:
        result = self.run(*argv, cwd=cwd)
        return result if isinstance(result, GitError) else decode(result).strip()

    def _environment(self, cwd: Path, index: Path | None, literal: bool) -> dict[str, str]:
        """Named here, the checkout is not where `core.worktree` of some configuration says."""
        env = git_environment(self.env)
        if cwd != self.common_dir:
            env["GIT_WORK_TREE"] = str(cwd)
        if index is not None:
            env["GIT_INDEX_FILE"] = str(index)
        if not literal:
            del env["GIT_LITERAL_PATHSPECS"]
        return env

    def _once(
        self,
        argv: tuple[str, ...],
        cwd: Path,
        stdin: bytes | None,
        env: Mapping[str, str],
        ok: tuple[int, ...],
    ) -> tuple[int, bytes] | GitError:
        try:
            code, out, err = _to_its_end(["git", "-C", str(cwd), *OPTIONS, *argv], stdin, env)
        except OSError as error:
            return GitError(argv, -1, f"git could not be started: {error}")
        return (code, out) if code in ok else GitError(argv, code, decode(err))


def _to_its_end(
    argv: Sequence[str], stdin: bytes | None, env: Mapping[str, str]
) -> tuple[int, bytes, bytes]:
    """Ctrl+C must not stop git between two files, nor leave its locks behind: it is heard when git
    has ended. Pressed once more it asks git to end."""
    with held_back() as held:
        child = subprocess.Popen(
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=env,
            start_new_session=True,
        )
        held.impatient = partial(_ask_to_end, child.pid)
        with child:
            out, err = child.communicate(stdin)
    return child.returncode, out, err


def _ask_to_end(session: int) -> None:
    """With the filters that git started, one of which it may be waiting for."""
    with suppress(ProcessLookupError):
        os.killpg(session, signal.SIGTERM)


def is_locked(error: GitError) -> bool:
    """Whether git failed on a lock, rather than on a comparison that was lost."""
    return bool(_LOCKED.search(error.stderr)) and not _LOST.search(error.stderr)


def decode(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def pieces(data: bytes) -> list[str]:
    """The parts of a NUL-terminated list."""
    return [decode(part) for part in data.split(b"\0") if part]


def joined(texts: tuple[str, ...] | list[str]) -> bytes:
    return b"".join(encode(text) + b"\0" for text in texts)


def failed(result: object) -> GitError | None:
    """The failure of a call whose output does not matter."""
    return result if isinstance(result, GitError) else None
