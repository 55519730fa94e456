"""A job's journal as a person at a terminal reads it."""

from collections.abc import Iterator

from chant_ls.cli.watch import follow
from chant_ls.engine import events
from chant_ls.engine.events import Entry
from chant_ls.model.runs import Usage

SPEC = "2026-01-29-010-abc"


class Seen:
    """A view that remembers."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.at_work: list[set[str]] = []

    def show(self, line: str) -> None:
        self.lines.append(line)

    def running(self, specs: dict[str, float]) -> None:
        self.at_work.append(set(specs))


def journal(*happened: events.RunEvent | None) -> Iterator[Entry | None]:
    for event in happened:
        yield None if event is None else Entry(event, "2026-01-29T10:00:00Z", "r1", SPEC)


def test_a_run_is_told_from_start_to_end() -> None:
    seen = Seen()
    code = follow(
        journal(
            events.Started("/w", "chant/x", "shell"),
            None,
            events.Output("hello"),
            events.CheckRan("pytest", False, output="1 failed"),
            events.Finished("needs_attention", "1 box is open", "`chant resume x`"),
            events.JobFinished(1, failed=1),
        ),
        seen,
    )
    assert code == 1
    assert "010-abc  │ hello" in seen.lines
    assert "010-abc  ✗ $ pytest\n           1 failed" in seen.lines
    assert (
        "\n           ".join(["010-abc  needs attention", "1 box is open", "`chant resume x`"])
        in seen.lines
    )
    assert {SPEC} in seen.at_work and seen.at_work[-1] == set()


def test_a_job_that_ended_without_a_word_has_no_code() -> None:
    assert follow(journal(events.Started("/w", "b", "shell"), None), Seen()) is None


def test_every_event_has_words_or_is_left_out_on_purpose() -> None:
    silent = {events.Queued, events.AgentStarted, events.Result, events.CriterionDone}
    silent |= {events.StatusChanged}
    samples: dict[type, events.RunEvent] = {
        events.Skipped: events.Skipped("why"),
        events.Tool: events.Tool("edit", "a.py"),
        events.AgentEnded: events.AgentEnded(1, 2.0),
        events.Restored: events.Restored(("a",)),
        events.Committed: events.Committed("0123456789abc", "subject", "work"),
        events.Merged: events.Merged("0123456789abc", "refs/chant/undo/x"),
        events.MergeRefused: events.MergeRefused("dirty", "commit it"),
        events.Note: events.Note("by the way"),
        Usage: Usage(5, 6),
    }
    told = {events.Started, events.Output, events.CheckRan, events.Finished, events.JobFinished}
    assert set(samples) | told | silent == set(events.RunEvent.__args__)
    for sample in samples.values():
        seen = Seen()
        follow(journal(sample), seen)
        assert len(seen.lines) == 1
