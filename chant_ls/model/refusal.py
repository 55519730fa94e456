"""An expected "no", with its reason and the next step."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a verb answers instead of a result; never an exception, never a bug.

    `message` says what is wrong in one sentence, `hint` the next step (a command that exists, or
    ""), `details` one line each for a terminal or a log. `question`: a yes to it, and the verb does
    what it refused. Shown by every surface; exit code 1.
    """

    message: str
    hint: str = ""
    details: tuple[str, ...] = field(default=())
    question: str = ""

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message
