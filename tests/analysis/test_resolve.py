"""One resolution of ids, by who asks."""

from dataclasses import replace

import pytest

from chant_ls.analysis.resolve import Scope, resolve
from chant_ls.analysis.types import Ambiguous, Missing, Resolved
from chant_ls.model.spec import Status
from tests.analysis.project import TODAY, snapshot

TODAYS, OLDER = f"{TODAY}-010-abc", "2026-01-29-010-def"
OTHER = "2026-01-29-02x-010"
ARCHIVED = "2026-01-02-00k-old"
PROJECT = snapshot(
    {
        TODAYS: "",
        f"{TODAYS}.1": "",
        f"{TODAYS}.2": "",
        OLDER: "",
        "2026-01-29-011-xyz": "",
        f"archive/2026-01-02/{ARCHIVED}.md": "",
    }
)


@pytest.mark.parametrize(
    ("text", "scope", "meaning"),
    [
        (TODAYS, Scope.ACTIVE, TODAYS),
        (f"{TODAYS}.2", Scope.ACTIVE, f"{TODAYS}.2"),
        ("abc", Scope.ACTIVE, TODAYS),
        ("abc.2", Scope.ACTIVE, f"{TODAYS}.2"),
        ("010", Scope.ACTIVE, TODAYS),
        ("010", Scope.ALL, TODAYS),
        ("010", Scope.REFERENCE, None),
        ("02-01-010", Scope.ACTIVE, TODAYS),
        (" def ", Scope.ACTIVE, OLDER),
        ("ABC", Scope.ACTIVE, None),
        ("old", Scope.ACTIVE, None),
        (ARCHIVED, Scope.ACTIVE, None),
        ("old", Scope.ALL, ARCHIVED),
        ("old", Scope.REFERENCE, ARCHIVED),
        ("", Scope.ALL, None),
        ("a\nb", Scope.ALL, None),
    ],
)
def test_meaning(text: str, scope: Scope, meaning: str | None) -> None:
    found = resolve(PROJECT, text, scope)
    assert (found.id if isinstance(found, Resolved) else None) == meaning


def test_a_suffix_goes_before_todays_sequence() -> None:
    project = snapshot({TODAYS: "", OTHER: ""})
    assert resolve(project, "010", Scope.ACTIVE) == Resolved(OTHER)


def test_several_are_listed_without_members_of_drivers_that_match() -> None:
    found = resolve(PROJECT, "2026-0", Scope.ACTIVE)
    assert found == Ambiguous((OLDER, "2026-01-29-011-xyz", TODAYS))


def test_the_nearest_are_offered() -> None:
    found = resolve(PROJECT, "2026-01-29-011-xyy", Scope.ACTIVE)
    assert isinstance(found, Missing)
    assert found.nearest[0] == "2026-01-29-011-xyz"


def test_the_nearest_of_thousands_come_from_few_comparisons() -> None:
    ids = {f"2026-01-{d:02}-{n:03}-{d:02}{n % 10}": "" for d in range(1, 29) for n in range(40)}
    found = resolve(snapshot(ids), "2026-01-05-012-o52", Scope.ALL)
    assert isinstance(found, Missing)
    assert "2026-01-05-012-052" in found.nearest


def test_other_repositories_by_what_is_known_of_them() -> None:
    project = snapshot({"a": ""})
    assert resolve(project, "lib:a", Scope.REFERENCE) == Missing()
    known = replace(project, foreign={"lib:a": Status.COMPLETED})
    assert resolve(known, "lib:a", Scope.REFERENCE) == Resolved("lib:a")
