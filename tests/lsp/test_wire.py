"""Arguments of commands: checked where they come in."""

from types import SimpleNamespace

import pytest

from chant_ls.lsp import wire


def test_an_argument_takes_its_shape_with_defaults():
    assert wire.argument("chant.work", [{"spec": "010"}]) == wire.Work("010")
    work = wire.argument("chant.work", [{"spec": "010", "chain": True, "merge": False}])
    assert (work.chain, work.merge) == (True, False)
    ready = wire.argument("chant.workReady", [{"labels": ["a"], "maxParallel": 3}])
    assert ready == wire.WorkReady(("a",), 3)
    assert wire.argument("chant.workReady", None) == wire.WorkReady()


@pytest.mark.parametrize(
    ("command", "arguments", "said"),
    [
        ("chant.work", [], "needs 'spec'"),
        ("chant.work", None, "needs 'spec'"),
        ("chant.work", ["010"], "one object"),
        ("chant.work", [{"spec": "a"}, {"spec": "b"}], "one object"),
        ("chant.work", [{"spec": 10}], "'spec' must be text"),
        ("chant.work", [{"spec": "a", "chain": "yes"}], "true or false"),
        ("chant.workReady", [{"labels": "a"}], "list of texts"),
        ("chant.workReady", [{"maxParallel": True}], "a whole number"),
        ("chant.approve", [{"spec": "a"}], "needs 'by'"),
        ("chant.unknown", [{}], "not a command"),
    ],
)
def test_a_wrong_argument_is_told(command, arguments, said):
    with pytest.raises(wire.BadArgument, match=said):
        wire.argument(command, arguments)


def test_run_events_go_only_to_clients_that_ask():
    assert wire.wants({"chant": {"runEvents": True}}, "runEvents")
    assert wire.wants(SimpleNamespace(chant=SimpleNamespace(runEvents=True)), "runEvents")
    for no in (None, {}, {"chant": None}, {"chant": {"runEvents": "yes"}}, [], 3):
        assert not wire.wants(no, "runEvents")
