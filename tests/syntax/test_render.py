from hypothesis import given, settings
from hypothesis import strategies as st

from chant_ls.model.spec import Criteria, SpecId, SpecType
from chant_ls.syntax.document import parse
from chant_ls.syntax.render import NewSpec, new_spec
from chant_ls.syntax.scan import scan

ID = SpecId("2026-01-29-010-abc")
_LINES = st.text(max_size=20)
_ITEMS = st.lists(st.text(max_size=10), max_size=3).map(tuple)


def test_a_new_spec_looks_like_those_people_write():
    spec = NewSpec(
        "Fix `$HOME`: it's #1",
        labels=("fix", "v0.8.0"),
        depends_on=("2026-01-29-009-xyz",),
        needs_approval=True,
        body="## Context\n\nWhy.\n",
        criteria=("Tests pass `$ pytest -q`",),
    )
    assert (
        new_spec(spec)
        == """---
type: code
status: pending
depends_on:
- 2026-01-29-009-xyz
labels:
- fix
- v0.8.0
approval:
  required: true
---

# Fix `$HOME`: it's #1

## Context

Why.

## Acceptance Criteria

- [ ] Tests pass `$ pytest -q`
"""
    )


def test_the_plainest_one_takes_the_fast_path():
    assert scan(new_spec(NewSpec("T")), ID) is not None


@settings(max_examples=200, deadline=None)
@given(_LINES, _ITEMS, st.none() | _ITEMS, _ITEMS, st.booleans())
def test_says_what_it_was_given(title, labels, depends_on, targets, approval):
    spec = NewSpec(
        title, "task", "pending", labels, depends_on, (), targets, needs_approval=approval
    )
    document = parse(new_spec(spec), ID)
    facts = document.facts
    assert document.problems == ()
    assert facts.type is SpecType.TASK
    assert facts.labels == _said(labels) and facts.target_files == _said(targets)
    assert facts.depends_on == (None if depends_on is None else _said(depends_on))
    assert facts.approval.blocks is approval
    assert facts.title == " ".join(title.split())
    assert facts.criteria == Criteria(0, 0)


def _said(items):
    """Blanks around an entry mean nothing, and a blank entry is none."""
    return tuple(text for item in items if (text := item.strip()))
