"""Ages of moments, told roughly."""

from datetime import datetime

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"))


def ago(then: str, now: str) -> str:
    """`2 h ago`; "" where one of the moments (UTC, ISO 8601) is missing or unreadable."""
    try:
        seconds = (_moment(now) - _moment(then)).total_seconds()
    except (ValueError, TypeError):
        return ""
    for size, unit in _UNITS:
        if seconds >= size:
            return f"{int(seconds // size)} {unit} ago"
    return "just now"


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
