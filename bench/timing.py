"""Clocks and quantiles."""

import time
from collections.abc import Callable, Iterable


def seconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def milliseconds(action: Callable[[], object]) -> float:
    return 1000 * seconds(action)


def quantile(values: Iterable[float], part: float) -> float:
    """The value that `part` (0 to 1) of all do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def median(values: Iterable[float]) -> float:
    return quantile(values, 0.5)
