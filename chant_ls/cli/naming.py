"""From what a person typed to the one spec it means."""

from chant_ls.analysis.resolve import Scope, resolve
from chant_ls.analysis.snapshot import Snapshot
from chant_ls.analysis.types import Ambiguous, Resolved
from chant_ls.model.refusal import Refusal
from chant_ls.model.spec import SpecId


def the_id(snapshot: Snapshot, text: str, *, archived: bool) -> SpecId | Refusal:
    """Verbs that only read also look in the archive."""
    scope = Scope.ALL if archived else Scope.ACTIVE
    answer = resolve(snapshot, text, scope, snapshot.today)
    if isinstance(answer, Resolved):
        return answer.id
    if isinstance(answer, Ambiguous):
        return Refusal(
            f"{text!r} names {len(answer.candidates)} specs",
            "type more of the id",
            tuple(_row(snapshot, id) for id in answer.candidates),
        )
    return Refusal(
        f"there is no spec {text!r}",
        "`chant list --all` shows all specs",
        tuple(f"did you mean {_row(snapshot, id)}" for id in answer.nearest),
    )


def _row(snapshot: Snapshot, id: SpecId) -> str:
    facts = snapshot.facts(id)
    return f"{id}  {facts.title}" if facts else id
