"""Counts what is done: how cost is tested, never by the clock."""

import sys
from collections import Counter
from collections.abc import Callable
from types import FrameType
from typing import Any


def calls(action: Callable[[], object]) -> Counter[str]:
    """Every call and every step of a generator, ours and the interpreter's, by name."""
    found = Counter[str]()

    def told(frame: FrameType, event: str, argument: object) -> None:
        if event == "call":
            found[frame.f_code.co_qualname] += 1
        elif event == "c_call":
            found["built in"] += 1

    sys.setprofile(told)
    try:
        action()
    finally:
        sys.setprofile(None)
    return found


def lines(action: Callable[[], object]) -> int:
    """Every line of Python that is run: loops within one call count too."""
    found = 0

    def told(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal found
        found += event == "line"
        return told

    before = sys.gettrace()
    sys.settrace(told)
    try:
        action()
    finally:
        sys.settrace(before)
    return found


def growth(
    count: Callable[[Callable[[], object]], int], work: Callable[[int], object], size: int = 100
) -> float:
    """How many times more is done for four times as much: 4 where cost is linear, 16 where it is
    quadratic. `work` makes its input before what it returns is called."""

    def cost(size: int) -> int:
        action = work(size)
        assert callable(action)
        return count(action)

    return cost(4 * size) / cost(size)
