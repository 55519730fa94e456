"""`resume`: go on in the worktree that an earlier attempt left."""

from dataclasses import dataclass

from chant_ls.engine.engine import Engine
from chant_ls.engine.jobs import Job, WorkRequest
from chant_ls.engine.operations.work import work
from chant_ls.model.refusal import Refusal


@dataclass(frozen=True, slots=True)
class ResumeRequest:
    id: str
    prompt: str = ""
    trusted: bool = False


def resume(engine: Engine, request: ResumeRequest) -> Job | Refusal:
    wish = WorkRequest(
        ids=(request.id,), resume=True, prompt=request.prompt, trusted=request.trusted
    )
    return work(engine, wish)
