"""What every command is given: where it was started and how talkative it may be."""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from chant_ls.cli import render
from chant_ls.cli.failures import checked, refuse
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import SpecId

if TYPE_CHECKING:
    from chant_ls.analysis.snapshot import Snapshot
    from chant_ls.app import App
    from chant_ls.engine.engine import Engine
    from chant_ls.engine.events import RunEvent

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Invocation:
    """`directory` is that of `-C`, relative to where the user stands."""

    directory: str
    quiet: bool

    @property
    def folder(self) -> Path:
        folder = Path(self.directory).absolute()
        if not folder.is_dir():
            refuse(f"there is no folder {self.directory}", "name one that exists behind `-C`")
        return folder

    def app(self) -> "App":
        from chant_ls.app import build_app, find_root

        return build_app(checked(find_root(self.folder)), os.environ)

    def engine(self) -> "Engine":
        """The execution core, for a person: an agent at work on a spec is refused."""
        if os.environ.get("CHANT_ROLE") == "worker":
            refuse(
                "an agent that works a spec cannot do this",
                "finish your own spec; `chant add` records what else is to be done",
            )
        return self.app().engine

    def say(self, text: str) -> None:
        """A remark that `-q` leaves out."""
        if not self.quiet:
            render.note(text)

    def hear(self, event: "RunEvent") -> None:
        """What a verb tells by the way, and what an agent at a conflict does."""
        from chant_ls.cli.story import line_of
        from chant_ls.engine.events import AgentStarted, Entry

        if isinstance(event, AgentStarted):
            self.say(f"at the conflict: {' '.join(event.command)}")
        elif line := line_of(Entry(event, "")):
            self.say(line)

    def say_all(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.say(line)


pass_invocation = click.make_pass_decorator(Invocation)


def agreed(verb: Callable[[bool], Result | Refusal], yes: bool) -> Result:
    """The result of a verb that drops nothing unasked: what it refuses with a question is done
    upon a yes, on a terminal; elsewhere its refusal names the whole command."""
    done = verb(yes)
    if isinstance(done, Refusal) and done.question and render.live():
        if not click.confirm(render.clean(done.question), err=True):
            refuse("nothing was done")
        done = verb(True)
    return checked(done)


def confirmed(question: str, yes: bool, hint: str) -> None:
    """Goes on if the user agrees: by `-y`, or asked on a terminal."""
    if yes:
        return
    if not render.live():
        refuse(f"{question} Nobody is there to ask", hint)
    if not click.confirm(render.clean(question), err=True):
        refuse("nothing was done")


def found(snapshot: "Snapshot", text: str, *, archived: bool) -> SpecId:
    """The id that a typed text means; `archived`: verbs that only read look there too."""
    from chant_ls.analysis.resolve import Scope, the_id

    return checked(the_id(snapshot, text, Scope.ALL if archived else Scope.ACTIVE))
