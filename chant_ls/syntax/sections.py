"""How far the section of a heading reaches."""

from collections.abc import Sequence


def section_ends(headings: Sequence[tuple[int, int]], end: int) -> list[int]:
    """Where the section of each heading ends, given as level and start in order: at the next one of
    the same or a higher level, at last at `end`."""
    ends, around = [end] * len(headings), list[int]()
    for index, (level, start) in enumerate(headings):
        while around and headings[around[-1]][0] >= level:
            ends[around.pop()] = start
        around.append(index)
    return ends
