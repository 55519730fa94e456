"""What an agent may answer to the verify prompt, and what is refused."""

import json

import pytest

from chant_ls.engine.json_answer import Wrong
from chant_ls.engine.verify_answer import Finding, Verdict, reader


def answer(*rows: object) -> str:
    return f"I looked.\n\n```json\n{json.dumps({'criteria': rows})}\n```\n"


def row(index: object, verdict: object = "PASS", evidence: object = "ran it") -> dict:
    return {"index": index, "verdict": verdict, "evidence": evidence}


def test_findings_are_matched_by_index() -> None:
    told = answer(row(2, "Fail", "line\n 2"), {**row(1, "pass"), "status": "completed"})
    assert reader(2)(told) == (
        Finding(Verdict.PASS, "ran it"),
        Finding(Verdict.FAIL, "line 2"),
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("All fine: - [x] It works: PASS", "no fenced JSON"),
        ("```json\n[]\n```", "not an object"),
        (answer("PASS", row(2)), "not an object"),
        (answer(row(1)), "criterion 2 is missing"),
        (answer(row(1), row(1), row(2)), "more than once"),
        (answer(row(1), row(2), row(3)), "no criterion 3"),
        (answer(row("1"), row(2)), '"index"'),
        (answer(row(True), row(2)), '"index"'),
        (answer(row(1, "OK"), row(2)), '"verdict"'),
        (answer(row(1, None), row(2)), '"verdict"'),
        (answer(row(1, evidence=" "), row(2)), '"evidence"'),
        (answer(row(1)) + answer(row(2)), "2 different JSON blocks"),
        ("```json\n{", "not closed"),
    ],
)
def test_anything_else_is_refused_with_its_reason(text: str, why: str) -> None:
    found = reader(2)(text)
    assert isinstance(found, Wrong) and any(why in problem for problem in found.problems), found
