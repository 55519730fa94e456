"""The report of the matrix is made from what tests answered, also in other processes."""

import pytest

from tests.matrix import KEY, Row, table


def report(outcome: str, *cell: str) -> pytest.TestReport:
    properties = [(KEY, cell)] if cell else []
    made = pytest.TestReport("x", ("x", 1, "x"), {}, outcome, None, "call")  # type: ignore[arg-type]
    made.user_properties = properties
    return pytest.TestReport._from_json(made._to_json())


def test_cells_tell_what_passed_what_failed_and_what_is_not_there():
    lines = table(
        [
            report("passed", "HAPPY", "tracked", "single"),
            report("passed", "HAPPY", "local", "parallel"),
            report("failed", "HAPPY", "local", "parallel"),
            report("failed"),
        ]
    )
    assert len(lines) == 2 + len(Row)
    assert lines[0].split() == ["tracked"] * 3 + ["local"] * 3
    told = [told.strip() for told in lines[2].removeprefix(Row.HAPPY.value).split("  ") if told]
    absent = "not there"
    assert told == ["1 passed", absent, absent, absent, absent, "FAILED 1/2"]
