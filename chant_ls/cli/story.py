"""What a run's events say to a person, one line each."""

from chant_ls.engine import events
from chant_ls.engine.events import Entry
from chant_ls.model.runs import Usage
from chant_ls.model.spec import short_id


def line_of(entry: Entry) -> str:
    """What to show of an event, "" for one that nobody needs to read; further lines indented."""
    words = told(entry.event).rstrip()
    if not words:
        return ""
    name = f"{short_id(entry.spec)}  " if entry.spec else ""
    return name + words.replace("\n", "\n" + " " * (len(name) + 2))


def told(event: events.RunEvent) -> str:
    """Its words, "" where nobody needs any."""
    match event:
        case events.Skipped(reason):
            return f"skipped: {reason}"
        case events.Started(worktree, branch, provider):
            return f"started with {provider} on branch {branch}\nin {worktree}"
        case events.Output(text):
            return f"│ {text}"
        case events.Tool(name, detail):
            return f"▸ {name} {detail}".rstrip()
        case Usage():
            return f"used: {event.words()}"
        case events.AgentEnded(code, seconds, reason):
            return f"agent ended after {seconds:.1f} s{_why(code, reason)}"
        case events.Restored(paths):
            return f"put back what the agent should not have changed: {', '.join(paths)}"
        case events.CheckRan(command, passed, _, output):
            return f"{'✓' if passed else '✗'} $ {command}" + ("" if passed else f"\n{output}")
        case events.Committed(sha, subject):
            return f"commit {sha[:10]} {subject}"
        case events.Merged(commit, undo):
            return f"merged as {commit[:10]}" + (f" (before it: {undo})" if undo else "")
        case events.MergeRefused(reason, hint):
            return f"not merged: {reason}" + (f"\n{hint}" if hint else "")
        case events.Note(text):
            return text
        case events.Finished(state, error, hint):
            words = state.replace("_", " ")
            return "\n".join(part for part in (words, error, hint) if part)
        case events.JobFinished():
            return _counted(event)
    return ""


def _counted(end: events.JobFinished) -> str:
    """The three that everybody looks for, the others where there are any; nothing where there was
    but one run, which told its end itself."""
    rare = {
        "completed but not merged": end.not_merged,
        "needs attention" if end.needs_attention == 1 else "need attention": end.needs_attention,
        "paused": end.paused,
        "cancelled": end.cancelled,
    }
    if end.completed + sum(rare.values()) + end.failed == 1 and not end.skipped:
        return ""
    others = [f"{count} {word}" for word, count in rare.items() if count]
    return ", ".join(
        [f"{end.completed} completed", *others, f"{end.failed} failed", f"{end.skipped} skipped"]
    )


def _why(code: int, reason: str) -> str:
    if reason:
        return f": {reason}"
    return f" with exit code {code}" if code else ""
