"""What ends a command early, and the exit code that says so (contract section 1)."""

import errno
import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Never, TypeVar

import click

from chant_ls.cli import render
from chant_ls.model.refusal import Refusal

DONE, REFUSED, BUG, INTERRUPTED, TERMINATED = 0, 1, 3, 130, 143

Result = TypeVar("Result")

_DISK = {
    errno.ENOSPC: "free some space there",
    errno.EDQUOT: "free some of your quota there",
    errno.EFBIG: "raise your limit on the size of files (`ulimit -f` shows it)",
    errno.EROFS: "mount it writable, or work on a copy elsewhere",
    errno.EACCES: "give yourself access to it (`ls -ld` shows its owner and mode)",
    errno.EPERM: "give yourself access to it (`ls -ld` shows its owner and mode)",
    errno.ENAMETOOLONG: "use a shorter name",
}


class Refused(click.ClickException):
    """A refusal on its way up to the exit code."""

    exit_code = REFUSED

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


def refuse(message: str, hint: str = "", details: tuple[str, ...] = ()) -> Never:
    raise Refused(Refusal(message, hint, details))


def checked(answer: Result | Refusal) -> Result:
    """The result of a verb; raises `Refused` where it refused."""
    if isinstance(answer, Refusal):
        raise Refused(answer)
    return answer


def exit_code_of(run: Callable[[], object]) -> int:
    """Runs the command and says on stderr what went wrong, if something did."""
    try:
        code = run()
    except Refused as refused:
        render.refusal(refused.refusal)
        return REFUSED
    except click.Abort:
        return _interrupted()
    except click.exceptions.Exit as early:
        return early.exit_code
    except click.ClickException as wrong:
        return _wrong(wrong)
    except KeyboardInterrupt:
        return _interrupted()
    except BrokenPipeError:
        return _reader_left()
    except OSError as problem:
        return _disk(problem)
    except Exception as bug:  # noqa: BLE001 - the isolation point of this program
        return _bug(bug)
    return code if isinstance(code, int) else DONE


def _wrong(wrong: click.ClickException) -> int:
    """click's message like one of ours; a page of help, for no arguments at all, as it is."""
    text = wrong.format_message()
    context = wrong.ctx if isinstance(wrong, click.UsageError) else None
    if context and text == context.get_help():
        wrong.show()
        return wrong.exit_code
    path = context.command_path if context else "chant"
    sentence = (text[:1].lower() + text[1:]).removesuffix(".")
    render.refusal(Refusal(sentence, f"`{path} --help` tells how it is used"))
    return wrong.exit_code


def obey_terminate() -> None:
    """TERM ends like an interrupt does: context managers run, exit code 143."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))


def _interrupted() -> int:
    render.note("interrupted")
    return INTERRUPTED


def _reader_left() -> int:
    """`chant list | head` is no error; the interpreter must not complain about stdout either."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return DONE


def _disk(problem: OSError) -> int:
    """A disk that is full, read-only or closed to us is the user's to mend; the rest is ours."""
    hint = _DISK.get(problem.errno or 0)
    if hint is None:
        return _bug(problem)
    place = problem.filename or "the disk"
    render.refusal(Refusal(f"cannot use {place}: {problem.strerror}", hint))
    return REFUSED


def _bug(bug: Exception) -> int:
    render.refusal(Refusal(f"chant has a bug: {type(bug).__name__}: {bug}", _write_log(bug)))
    return BUG


def _write_log(bug: Exception) -> str:
    import traceback

    import platformdirs

    text = "".join(traceback.format_exception(bug))
    try:
        folder = Path(platformdirs.user_log_dir("chant", appauthor=False))
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / f"bug-{datetime.now(UTC):%Y%m%dT%H%M%S}-{os.getpid()}.log"
        path.write_text(f"{sys.argv}\n{text}", encoding="utf-8")
    except OSError:
        return text
    return f"the whole story is in {path}"
