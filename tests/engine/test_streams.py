"""Agents known by name, played from recorded streams: their program is ours, all else real."""

import json
import os
import stat
import sys
from pathlib import Path

import pytest

from chant_ls.analysis.summary import spec_json
from chant_ls.cli.story import line_of
from chant_ls.engine.agents import table
from chant_ls.engine.agents.listener import SILENT, Listener
from chant_ls.engine.agents.streams import LONGEST, LONGEST_RESULT
from chant_ls.engine.events import (
    AgentStarted,
    Entry,
    Finished,
    Output,
    Result,
    RunEvent,
    Tool,
    from_json,
)
from chant_ls.engine.operations.log import LogRequest, journal
from chant_ls.engine.records import RunRecord
from chant_ls.model.config import Provider
from chant_ls.model.runs import RunState, Usage
from chant_ls.model.spec import SpecId
from tests.agents.replay import MANY
from tests.engine.project import ID, SPEC, Project, make_project

STREAMS = Path(__file__).parent / "streams"
REPLAY = Path(__file__).parent.parent / "agents" / "replay.py"

CLAUDE = Usage(4312, 56, 4000, 0.0421)
CODEX = Usage(2655, 159, 2200)
GEMINI = Usage(100, 20, 40)
OPENCODE = Usage(245, 11, 210, 0.75)


def heard(name: str) -> tuple[list[RunEvent], Listener]:
    listener = Listener(table.KNOWN[name.partition("-")[0]])
    lines = (STREAMS / f"{name}.jsonl").read_text().splitlines()
    printed = (MANY.sub(lambda m: m[1] * int(m[2]), li) for li in lines if li[:1] != "!")
    events = [event for line in printed for event in listener.hear("stdout", line)]
    return [*events, *listener.end()], listener


def says(*lines: str) -> list[RunEvent]:
    return [Output(line, "text") for line in lines]


@pytest.mark.parametrize(
    ("name", "events"),
    [
        (
            "claude",
            [
                *says("First the file,", "then its test."),
                Tool("Edit", '{"file_path": "a.py"}'),
                CLAUDE,
                Result(False, "It is there.", 2),
            ],
        ),
        ("claude-error", [Usage(1, 2, 0, 1.5), Result(True, "error_max_turns", 9)]),
        (
            "codex",
            [
                Tool("command", "bash -lc ls"),
                Tool("edit", '[{"path": "a.py", "kind": "add"}]'),
                *says("the line dropped, once more (1/5)", "Written."),
                CODEX,
                Result(False),
            ],
        ),
        (
            "codex-failed",
            [*says("the model may not be used"), Result(True, "the model may not be used")],
        ),
        (
            "gemini",
            [
                Output("Warning: something about the terminal"),
                *says("I write the file.", "Then I test."),
                Tool("write_file", '{"file_path": "a.py"}'),
                *says("a loop was suspected", "Done"),
                GEMINI,
                Result(False),
            ],
        ),
        (
            "opencode",
            [Tool("write", "a.py"), Usage(115, 5, 100, 0.25), *says("Done."), OPENCODE],
        ),
    ],
)
def test_what_a_recorded_stream_says(name, events):
    assert heard(name)[0] == events


def test_lines_that_are_broken_or_of_no_known_kind_harm_no_other():
    events, listener = heard("claude-broken")
    shown = [event.text for event in events if isinstance(event, Output)]
    assert [text for text in shown if text[:1] not in "{["] == [
        "a banner that is no JSON",
        "still heard",
        "17",
        "and this",
    ]
    assert not any("tomorrow" in text for text in shown)
    assert listener.usage == Usage(5, 1, 0, 0.02)
    assert listener.trouble(well=True) == ""


def test_a_huge_line_is_one_event_and_a_huge_plain_one_is_shown_in_pieces():
    events, _ = heard("claude-huge")
    assert [type(event).__name__ for event in events] == ["Tool", "Usage", "Result"]
    assert len(events[0].detail) == 200 and len(events[2].text) == LONGEST_RESULT
    plain = Listener(Provider("x")).hear("stdout", "z" * (2 * LONGEST + 5))
    assert [len(event.text) for event in plain] == [LONGEST, LONGEST, 5]


@pytest.mark.parametrize("name", ["claude", "codex", "gemini", "opencode"])
def test_a_stream_cut_anywhere_breaks_nothing_and_is_known_to_be_cut(name):
    lines = [li for li in (STREAMS / f"{name}.jsonl").read_text().splitlines() if li[:1] != "!"]
    for at in range(len(lines)):
        listener = Listener(table.KNOWN[name])
        for line in (*lines[:at], lines[at][: len(lines[at]) // 2]):
            listener.hear("stdout", line)
        listener.end()
        assert listener.trouble(well=True) == ("" if name == "opencode" else SILENT)
        assert listener.trouble(well=False) == ""


@pytest.mark.parametrize("depth", [10, 100_000])
def test_json_of_any_depth(depth):
    line = '{"type":' + "[" * depth + "]" * depth + "}"
    assert all(isinstance(e, Output) for e in Listener(table.KNOWN["claude"]).hear("stdout", line))


def test_the_format_is_known_by_the_program_too():
    mine = Provider("mine", ("/opt/bin/codex", "exec"), output="jsonl")
    line = '{"type":"turn.completed","usage":{"input_tokens":1,"output_tokens":2}}'
    assert Listener(mine).hear("stdout", line) == (Usage(1, 2), Result(False))
    told = '{"usage":{"input_tokens":3,"cost_usd":0},"text":"t"}'
    other = Provider("other", ("other",), output="jsonl")
    assert Listener(other).hear("stdout", told) == (*says("t"), Usage(3, 0, 0, 0.0))


def test_usage_in_journal_and_record_is_read_back():
    entry = Entry(CLAUDE, "2026-01-01T00:00:00Z", "r", "s")
    assert from_json(json.loads(json.dumps(entry.to_json()))) == entry
    assert entry.name == "usage"
    record = RunRecord("s-r1", SpecId("s"), usage=CODEX)
    kept = json.loads(json.dumps(record.to_json()))
    assert RunRecord.from_json(kept) == record
    kept["usage"]["of_a_newer_chant"] = 1
    assert RunRecord.from_json(kept).usage == CODEX
    del kept["usage"]
    assert RunRecord.from_json(kept).usage is None


# the real run


def played(tmp_path: Path, stream: str) -> Project:
    """A project whose agent is the known one of the stream's name, found on PATH."""
    name = stream.partition("-")[0]
    program = tmp_path / "bin" / name
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{REPLAY}" "$@"\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
    stream_file = str(STREAMS / f"{stream}.jsonl")
    project = make_project(tmp_path, PATH=path, REPLAY_STREAM=stream_file)
    project.repo.commit(
        {f".chant/specs/{ID}.md": SPEC.replace("type: code", f"type: code\nprovider: {name}")},
        "of another agent",
    )
    return project


@pytest.mark.parametrize(
    ("stream", "usage"),
    [
        ("claude", CLAUDE),
        ("claude-broken", Usage(5, 1, 0, 0.02)),
        ("claude-huge", Usage(7, 8, 0, 0.3)),
        ("codex", CODEX),
        ("gemini", GEMINI),
        ("opencode", OPENCODE),
    ],
)
def test_what_an_agent_used_is_told_everywhere(tmp_path, stream, usage):
    project = played(tmp_path, stream)
    events = project.run(ID)
    assert project.record().state is RunState.COMPLETED, events[-2:]
    assert [event for event in events if isinstance(event, Usage)][-1] == usage
    assert project.record().usage == usage
    assert f"# used: {usage.words()}" in project.log()
    assert line_of(Entry(usage, "")) == f"used: {usage.words()}"
    told = spec_json(project.app.load(), SpecId(ID))["run"]["usage"]
    assert (told["input_tokens"], told["cost_usd"]) == (usage.input_tokens, usage.cost_usd)
    asked = json.loads((tmp_path / "asked").read_text())
    assert "Write the file" in asked["prompt"]
    assert "{" not in " ".join(asked["argv"])
    assert all(len(event.text) <= LONGEST for event in events if isinstance(event, Output))


@pytest.mark.parametrize(
    ("stream", "error", "usage"),
    [
        ("claude-error", "error_max_turns", Usage(1, 2, 0, 1.5)),
        ("claude-truncated", SILENT, None),
        ("codex-failed", "the model may not be used", None),
    ],
)
def test_an_agent_that_exits_well_may_have_failed(tmp_path, stream, error, usage):
    """Its box is ticked and its work is there; its stream says that it is not done."""
    project = played(tmp_path, stream)
    project.run(ID)
    record = project.record()
    assert (record.state, record.usage) == (RunState.FAILED, usage)
    assert error in record.error


def test_what_an_agent_reads_is_no_reason_to_try_again(tmp_path):
    """Its tools met a text about a busy service; it says nothing of that itself."""
    project = played(tmp_path, "claude-quoting")
    events = project.run(ID)
    assert sum(isinstance(event, AgentStarted) for event in events) == 1
    assert project.record().state is RunState.FAILED


def test_events_are_followed_to_the_end_of_the_run(tmp_path):
    project = make_project(tmp_path)
    job = project.work(ID, does="wait_for_file edit tick commit")
    followed = journal(project.app.engine, LogRequest(ID), follow=True)
    first = next(followed)
    now = list(journal(project.app.engine, LogRequest(ID), follow=False))
    project.gate.touch()
    events = [first, *followed]
    assert now == events[: len(now)]
    assert isinstance(events[-1].event, Finished)
    assert sum(isinstance(entry.event, Finished) for entry in events) == 1
    project.follow(job.job)
