"""Small changes of one spec: boxes, and whether it is private."""

from collections.abc import Callable, Iterator

from chant_ls.analysis.actions.ask import Ask
from chant_ls.analysis.actions.lists import with_items, without_item
from chant_ls.analysis.place import in_frontmatter
from chant_ls.analysis.types import Action, ActionKind, Change
from chant_ls.syntax import edits
from chant_ls.syntax.nodes import Criterion
from chant_ls.syntax.slots import texts
from chant_ls.syntax.text import Edit, Span


def toggle_criteria(ask: Ask) -> Iterator[Action]:
    """Ticks the asked boxes, or unticks them where all are ticked."""
    boxes = touched_boxes(ask)
    if not boxes:
        return
    done = not all(box.done for box in boxes)
    what = "criterion" if len(boxes) == 1 else f"{len(boxes)} criteria"
    title = f"Tick the {what}" if done else f"Untick the {what}"
    yield _rewrite(ask, title, lambda: tuple(e for box in boxes for e in edits.set_box(box, done)))


def privacy(ask: Ask) -> Iterator[Action]:
    """Make private, or publish; offered on the frontmatter and the title."""
    document = ask.subject.document
    heading = document.body.title
    if not in_frontmatter(document, ask.span.start) and not (
        heading is not None and ask.span.start in heading.line
    ):
        return
    labels = texts(document, "labels")
    if "private" in labels:
        title = "Publish: no longer private"
        yield _rewrite(ask, title, lambda: without_item(document, "labels", "private"))
    else:
        title = "Make private: keep it out of git"
        yield _rewrite(ask, title, lambda: with_items(document, "labels", ["private"]))


def touched_boxes(ask: Ask) -> tuple[Criterion, ...]:
    boxes = ask.subject.document.body.boxes
    return tuple(box for box in boxes if touches(box.line, ask.span))


def touches(span: Span, asked: Span) -> bool:
    return span.start <= asked.end and asked.start <= span.end


def _rewrite(ask: Ask, title: str, made: Callable[[], tuple[Edit, ...]]) -> Action:
    return Action(title, ActionKind.REWRITE, lambda: Change({ask.path: made()}, label=title))
