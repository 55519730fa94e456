"""Failures that pass by themselves: an agent's service was busy or not to be reached."""

import re
from collections.abc import Iterable

from chant_ls.model.config import Retry

LAST_LINES = 20
"""So many last lines of an agent tell why it failed."""

_PASSING = re.compile(
    r"rate.?limit|too many requests|overloaded|service unavailable|temporarily unavailable"
    r"|(?:http|status|error|code)\W{0,3}(?:429|502|503|504|529)\b"
    r"|connection (?:reset|refused|closed|timed out)|econnreset|econnrefused|etimedout|eai_again",
    re.IGNORECASE,
)


def passes(lines: Iterable[str], retry: Retry) -> bool:
    """Whether what a failed agent said last tells of such a reason. `retry.patterns` are texts
    that do so too."""
    own = [pattern.casefold() for pattern in retry.patterns if pattern]
    return any(
        _PASSING.search(line) or any(pattern in line.casefold() for pattern in own)
        for line in lines
    )


def delay(retry: Retry, tried: int) -> float:
    """Seconds before the next try, after `tried` of them: twice as long each time, an hour at
    most."""
    return min(retry.delay_ms / 1000 * float(1 << tried), 3600.0)
