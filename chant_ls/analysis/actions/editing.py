"""Small changes of one spec: boxes, and whether it is private."""

from collections.abc import Iterator

from chant_ls.analysis.actions.ask import Ask
from chant_ls.analysis.actions.lists import texts, with_items
from chant_ls.analysis.place import in_frontmatter
from chant_ls.analysis.types import Action, ActionKind, Change
from chant_ls.syntax import edits
from chant_ls.syntax.nodes import Criterion
from chant_ls.syntax.text import Edit, Span


def toggle_criteria(ask: Ask) -> Iterator[Action]:
    """Ticks the asked boxes, or unticks them where all are ticked."""
    boxes = touched_boxes(ask)
    if not boxes:
        return
    done = not all(box.done for box in boxes)
    what = "criterion" if len(boxes) == 1 else f"{len(boxes)} criteria"
    title = f"Tick the {what}" if done else f"Untick the {what}"
    change = tuple(edit for box in boxes for edit in edits.set_box(box, done))
    yield _rewrite(ask, title, change)


def privacy(ask: Ask) -> Iterator[Action]:
    """Make private, or publish; offered on the frontmatter and the title."""
    document = ask.subject.document
    title = document.body.title
    if not in_frontmatter(document, ask.span.start) and not (
        title is not None and ask.span.start in title.line
    ):
        return
    labels = texts(document, "labels")
    if "private" in labels:
        change = edits.remove_item(document, "labels", labels.index("private"))
        yield _rewrite(ask, "Publish: no longer private", change)
    else:
        change = with_items(document, "labels", ["private"])
        yield _rewrite(ask, "Make private: keep it out of git", change)


def touched_boxes(ask: Ask) -> tuple[Criterion, ...]:
    boxes = ask.subject.document.body.boxes
    return tuple(box for box in boxes if touches(box.line, ask.span))


def touches(span: Span, asked: Span) -> bool:
    return span.start <= asked.end and asked.start <= span.end


def _rewrite(ask: Ask, title: str, change: tuple[Edit, ...]) -> Action:
    return Action(title, ActionKind.REWRITE, Change({ask.path: change}, label=title))
