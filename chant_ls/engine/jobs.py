"""A job: what one `work` asks for, handed to one supervisor as JSON."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class WorkRequest:
    """What to work and how. `ids` may be short. No ids: all ready specs (with these labels).

    `chain`: one after the other in the order given; `parallel`: up to `width` at once (0: by the
    slots of the agents). `once`: only what is ready when it begins. `merge`: None as the
    configuration says. `trusted`: the user agreed that commands of this repository's choosing run
    (security.md); without it nothing starts. `told`: by spec, digests of the commands that the user
    was shown; others are not started. None where nothing was shown yet.
    """

    ids: tuple[str, ...] = ()
    chain: bool = False
    parallel: bool = False
    width: int = 0
    labels: tuple[str, ...] = ()
    merge: bool | None = None
    once: bool = False
    keep_going: bool = False
    skip_criteria: bool = False
    allow_no_commits: bool = False
    allow_overlap: bool = False
    resume: bool = False
    fresh: bool = False
    prompt: str = ""
    model: str = ""
    trusted: bool = False
    told: Mapping[str, str] | None = None

    @property
    def contradiction(self) -> str:
        """What of it excludes each other, "" where nothing does."""
        if self.chain and self.parallel:
            return "a chain goes one after the other: `--chain` and `--parallel` exclude each other"
        if self.ids and self.labels:
            return "a label chooses specs: `--label` and ids exclude each other"
        if self.resume and self.fresh:
            return "`--resume` goes on with earlier work, `--fresh` puts it aside: choose one"
        return ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> "WorkRequest":
        names = {f.name for f in fields(WorkRequest)}
        known: dict[str, Any] = {
            k: tuple(v) if isinstance(v, list) else v for k, v in data.items() if k in names
        }
        return WorkRequest(**known)


@dataclass(frozen=True, slots=True)
class AllDone:
    """Nothing is left to do: these, all that was asked for, are completed or cancelled."""

    specs: tuple[str, ...]

    def __str__(self) -> str:
        named = ", ".join(self.specs[:5]) + (" …" if len(self.specs) > 5 else "")
        return f"nothing is left to do: {named} {'is' if len(self.specs) == 1 else 'are'} finished"


@dataclass(frozen=True, slots=True)
class Job:
    """A job under way. `specs` are the ids planned; `run` the first run, "" when none started."""

    job: str
    specs: tuple[str, ...]
    run: str = ""
