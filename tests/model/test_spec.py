import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chant_ls.model.spec import (
    SpecId,
    id_problem,
    looks_dated,
    member_id,
    member_numbers,
    natural_key,
    parent_id,
    root_id,
    short_id,
    valid_id,
)

ORDERED = [
    "2026-01-22-001-x7m",
    "2026-01-22-001-x7m.1",
    "2026-01-22-001-x7m.2",
    "2026-01-22-001-x7m.2.1",
    "2026-01-22-001-x7m.2.10",
    "2026-01-22-001-x7m.10",
    "2026-01-22-001-x8a",
    "2026-01-22-00z-aaa",
    "2026-01-22-010-aaa",
    "2026-01-22-zzz-aaa",
    "2026-01-22-1000-aaa",
    "2026-01-23-001-aaa",
    "2026-10-01-001-aaa",
    "auth-2026-01-22-001-x7m",
    "auth-2026-02-01-001-x7m",
    "web-app-2026-01-22-001-x7m",
    "001-comprehension",
    "002-driver",
    "002-driver.2",
    "002-driver.10",
    "2026-01-27-depa",
    "README",
]


def test_natural_order():
    shuffled = ORDERED.copy()
    random.Random(1).shuffle(shuffled)
    assert sorted(shuffled, key=natural_key) == ORDERED


@given(st.lists(st.text(max_size=12)))
def test_natural_order_is_total(ids: list[str]):
    keys = {id: natural_key(id) for id in ids}
    assert len(set(keys.values())) == len(keys)
    assert sorted(sorted(ids), key=natural_key) == sorted(
        sorted(ids, reverse=True), key=natural_key
    )


def test_long_numbers_do_no_harm():
    natural_key("2026-01-22-" + "z" * 5000 + "-abc." + "9" * 5000)


def test_members():
    assert member_numbers("x.2.1") == (2, 1)
    assert member_numbers("x.2a") == member_numbers("x.") == member_numbers("x") == ()
    assert root_id("x.2.1") == "x"
    assert parent_id("x.2.1") == "x.2"
    assert parent_id("x.2") == "x"
    assert parent_id("x.y") is None
    assert member_id(SpecId("x"), 3) == "x.3"


def test_short_ids():
    assert short_id("2026-01-29-010-abc.2") == "010-abc.2"
    assert short_id("001-comprehension") == "001-comprehension"
    assert looks_dated("2026-01-29-x")
    assert not looks_dated("2026-01-29")


REFUSED = """|a/b|../a|a\\b|.hidden|-x|a b|a\tb|a\nb|a~b|a^b|a:b|a?b|a*b|a[b|a..b|a@{b|@|a.lock
|a.|a\x7fb"""


@pytest.mark.parametrize("text", REFUSED.replace("\n|", "|").split("|"))
def test_what_git_cannot_hold_is_no_id(text: str):
    assert id_problem(text)
    assert valid_id(text) is None


def test_an_id_fits_into_a_file_name():
    assert id_problem("é" * 100) is None
    assert id_problem("é" * 101)


@pytest.mark.parametrize("text", [*ORDERED, "é", "日本", "a@b", "a.b", "a.lock.1"])
def test_ids(text: str):
    assert id_problem(text) is None
    assert valid_id(text) == text


def test_every_id_is_a_branch_for_git(tmp_path):
    import subprocess

    for text in [
        "é",
        "日本",
        "a@b",
        "a.b",
        "a.lock.1",
        "a.lock",
        "a..b",
        "@",
        "a.",
        ".a",
        "a b",
        "a~b",
    ]:
        command = ["git", "check-ref-format", f"refs/heads/chant/{text}"]
        refused = subprocess.run(command, cwd=tmp_path).returncode != 0
        assert not refused or id_problem(text), text
