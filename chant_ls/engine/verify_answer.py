"""An agent's answer to the verify prompt: `{"criteria": [{index, verdict, evidence}, …]}`.

Criteria are matched by index, never by their text; what follows from them all is decided by us.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from chant_ls.engine.json_answer import Unusable, Wrong, document, read

LONGEST_EVIDENCE = 1000


class Verdict(StrEnum):
    PASS = "pass"
    FAIL = "fail"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Finding:
    """`evidence` on one line."""

    verdict: Verdict
    evidence: str


def reader(count: int) -> Callable[[str], tuple[Finding, ...] | Wrong]:
    """Reads answers about so many criteria; findings in the order of these."""
    return lambda text: read(lambda answer: _findings(answer, count), text)


def _findings(text: str, count: int) -> tuple[Finding, ...]:
    found = document(text)
    rows = found.get("criteria") if isinstance(found, dict) else None
    if not isinstance(rows, list):
        raise Unusable('the JSON is not an object with a list "criteria"')
    problems = [problem for at, row in enumerate(rows, 1) for problem in _shape(at, row)]
    if problems:
        raise Unusable(*problems)
    by_index = {row["index"]: row for row in rows}
    problems = list(_numbers([row["index"] for row in rows], count))
    if problems:
        raise Unusable(*problems)
    return tuple(_finding(by_index[index]) for index in range(1, count + 1))


def _shape(at: int, row: object) -> Iterator[str]:
    who = f"entry {at}"
    if not isinstance(row, dict):
        yield f"{who} is not an object"
        return
    if type(row.get("index")) is not int:
        yield f'{who}: "index" must be a number'
    if str(row.get("verdict")).lower() not in set(Verdict):
        yield f'{who}: "verdict" must be PASS, FAIL or SKIP'
    if not isinstance(row.get("evidence"), str) or not row["evidence"].strip():
        yield f'{who}: "evidence" must be a text that is not empty'


def _numbers(told: list[int], count: int) -> Iterator[str]:
    for index in sorted({index for index in told if told.count(index) > 1}):
        yield f"criterion {index} stands there more than once"
    for index in sorted(set(told) - set(range(1, count + 1))):
        yield f"there is no criterion {index}; there are {count}"
    for index in sorted(set(range(1, count + 1)) - set(told)):
        yield f"criterion {index} is missing"


def _finding(row: dict[str, str]) -> Finding:
    evidence = " ".join(row["evidence"].split())[:LONGEST_EVIDENCE]
    return Finding(Verdict(row["verdict"].lower()), evidence)
