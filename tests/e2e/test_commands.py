"""Words, questions, exit codes and JSON of the commands that work and decide."""

import json
import re
from pathlib import Path

import click
import pytest

from chant_ls.cli.main import cli
from tests.cli.running import chant
from tests.e2e.conftest import git
from tests.e2e.test_interrupting import answered
from tests.e2e.test_working import add, done, guide, listed

__all__ = ["guide"]


def rows(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_events_of_work_as_json(guide: Path) -> None:
    id = add(guide, "Told to a program")
    told = chant(guide, "work", id, "--json", "--merge")
    events = rows(told.stdout)
    assert told.code == 0
    assert {event["spec"] for event in events} == {id, ""}
    names = [event["event"] for event in events]
    assert names[0] == "queued" and names[-1] == "job_finished"
    assert "merged" in names and f"worked on {id}" in told.stdout
    again = chant(guide, "work", "--parallel", "--json")
    assert (again.code, again.stdout) == (1, "") and "nothing is ready" in again.stderr


def test_a_plan_as_json(guide: Path) -> None:
    id = add(guide, "Planned")
    (plan,) = json.loads(done(chant(guide, "work", id, "--dry-run", "--json")))["specs"]
    assert plan["id"] == id and "agent.py" in plan["commands"][0]


@pytest.mark.parametrize(
    "words",
    [
        ["--chain", "--parallel", "3", "a", "b"],
        ["a", "--label", "nope"],
        ["a", "--resume", "--fresh"],
        [],
        ["--label", "x"],
    ],
)
def test_wishes_that_make_no_sense_are_wrong_usage(guide: Path, words: list[str]) -> None:
    assert chant(guide, "work", *words).code == 2


def test_a_chain_of_a_label(guide: Path) -> None:
    first = add(guide, "First", "--label", "x")
    second = add(guide, "Second", "--label", "x", "--depends-on", first)
    other = add(guide, "Other")
    done(chant(guide, "work", "--chain", "--label", "x"))
    assert listed(guide, "--all") == {first: "completed", second: "completed", other: "ready"}


def test_what_is_done_is_no_failure(guide: Path) -> None:
    first = add(guide, "First")
    done(chant(guide, "work", "--chain", first))
    told = chant(guide, "work", "--chain", first, first)
    assert told.code == 0 and "nothing is left to do" in told.stderr


def test_resume_has_the_options_of_work(guide: Path) -> None:
    agent = guide.parent / "agent.py"
    text = agent.read_text()
    agent.write_text(f"{text}\nsys.exit(7)\n")
    id = add(guide, "Fails")
    assert chant(guide, "work", id).code == 1
    agent.write_text(text)
    assert "agent.py" in done(chant(guide, "resume", id, "--dry-run"))
    assert rows(done(chant(guide, "resume", id, "--merge", "--model", "big", "--json")))
    assert (guide / f"{id}.txt").is_file()
    assert chant(guide, "resume", id).code == 1


def test_resume_is_asked_for_by_the_same_options() -> None:
    work, resume = (cli.get_command(click.Context(cli), name) for name in ("work", "resume"))
    assert work is not None and resume is not None
    batch = {"ids", "chain", "parallel", "max_parallel", "labels", "once", "keep_going"}
    batch |= {"allow_overlap", "resume", "fresh"}
    names = {param.name for param in work.params} - batch
    assert names == {param.name for param in resume.params} - {"id"}


def test_a_run_that_changed_nothing_is_reset_unasked(guide: Path) -> None:
    (guide.parent / "agent.py").write_text("import sys; sys.exit(7)")
    id = add(guide, "Fails")
    assert chant(guide, "work", id).code == 1
    assert done(chant(guide, "reset", id)) == f"Reset: {id}\n"


def test_a_hint_names_the_whole_command(guide: Path) -> None:
    agent = guide.parent / "agent.py"
    agent.write_text(f"{agent.read_text()}\nsys.exit(7)\n")
    id = add(guide, "Fails")
    chant(guide, "work", id)
    told = chant(guide, "reset", id)
    assert told.code == 1 and f"`chant reset {id} -y`" in told.stderr
    code, said = answered(guide, b"y\n", "reset", id)
    assert code == 0 and "is kept on branch" in said


def test_all_asks_about_what_would_be_merged(guide: Path) -> None:
    first, second = add(guide, "First"), add(guide, "Second")
    done(chant(guide, "work", "--chain", first, second, "--no-merge"))
    done(chant(guide, "cancel", first))
    code, said = answered(guide, b"n\n", "merge", "--all")
    assert code in (1, 130)
    assert "Merge 1?" in said and second in said and first not in said


@pytest.mark.parametrize("place", ["nodir/x.csv", "."])
def test_a_file_that_cannot_be_written_is_told(guide: Path, place: str) -> None:
    told = chant(guide, "export", "-o", place)
    assert told.code == 1 and "cannot write" in told.stderr


def test_json_is_valid_whatever_a_title_holds(guide: Path) -> None:
    path = guide / ".chant/specs/2026-01-29-001-odd.md"
    path.write_bytes(b"---\ntype: code\n---\n\n# Bad \xff title \xf0\x9f\x8d\x8e\n")
    told = done(chant(guide, "list", "--json"))
    assert not re.search(r"\\udcff", told)
    assert json.loads(told)[0]["title"].encode() == "Bad \ufffd title \U0001f34e".encode()


def test_a_merge_by_hand_is_seen(guide: Path) -> None:
    first = add(guide, "First")
    second = add(guide, "Second", "--depends-on", first)
    done(chant(guide, "work", first))
    git(guide, "merge", "-q", "--no-edit", f"chant/{first}")
    assert listed(guide) == {second: "ready"}
    told = chant(guide, "work", second)
    assert "noted as merged" in told.stderr and told.code == 0


def test_a_single_run_is_not_counted(guide: Path) -> None:
    id = add(guide, "Alone")
    assert "0 failed" not in done(chant(guide, "work", id))
