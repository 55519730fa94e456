"""Providers: what is started, and what their output means."""

import pytest

from chant_ls.engine.agents import table
from chant_ls.engine.agents.listener import Listener
from chant_ls.engine.agents.table import Call
from chant_ls.engine.events import Output, Result, Tool
from chant_ls.host.files import DiskFiles
from chant_ls.model.config import Config, Provider, from_mapping
from chant_ls.model.refusal import Refusal
from chant_ls.model.runs import Usage
from chant_ls.model.spec import SpecId
from chant_ls.syntax.document import parse

CALL = Call("the {model} prompt", "/run/p.md", "big")
EMPTY = parse("", SpecId("x"))


def argv(root, provider: Provider, call: Call = CALL) -> tuple[str, ...]:
    return table.argv(provider, DiskFiles(root), EMPTY, call)


def test_names_of_project_files_resolve_against_the_root(tmp_path):
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "fixer.py").write_text("")
    command = ("python3", "tools/fixer.py", "--in={prompt_file}", "{prompt}", "other.py")
    assert argv(tmp_path, Provider("f", command)) == (
        "python3",
        str(tmp_path / "tools" / "fixer.py"),
        "--in=/run/p.md",
        "the {model} prompt",
        "other.py",
    )


@pytest.mark.parametrize(
    ("prompt", "more"), [("stdin", ()), ("arg", (CALL.prompt,)), ("file", ("/run/p.md",))]
)
def test_where_the_prompt_goes_without_a_placeholder(tmp_path, prompt, more):
    assert argv(tmp_path, Provider("f", ("agent",), prompt=prompt)) == ("agent", *more)


def test_without_a_model_its_flag_goes(tmp_path):
    known = table.KNOWN["codex"]
    assert argv(tmp_path, known)[-3:] == ("-m", "big", "-")
    assert "-m" not in argv(tmp_path, known, Call("", "", ""))


def test_a_known_agent_takes_limits_from_the_configuration():
    config = Config(providers={"claude": Provider("claude", timeout=7)})
    found = table.provider(config, "claude")
    assert (found.timeout, found.command) == (7, table.KNOWN["claude"].command)
    assert isinstance(table.provider(config, "nosuch"), Refusal)


def test_an_agent_without_a_command_is_none_and_never_a_shell():
    typo = from_mapping({"providers": {"fixer": {"cmd": "fix", "prompt": "file"}}})
    refused = table.provider(typo, "fixer")
    assert isinstance(refused, Refusal) and "no `command`" in refused.message
    assert "providers.fixer" in refused.hint


CLAUDE = Provider("claude", output="claude-stream")
TWO = (
    '{"type":"assistant","message":{"content":[{"type":"text","text":"a\\nb"},'
    '{"type":"tool_use","name":"Edit","input":{"f":1}}]}}'
)


@pytest.mark.parametrize(
    ("provider", "line", "events"),
    [
        (Provider("x"), "hello", (Output("hello"),)),
        (
            CLAUDE,
            TWO,
            (Output("a", "text"), Output("b", "text"), Tool("Edit", '{"f": 1}')),
        ),
        (
            CLAUDE,
            '{"type":"result","is_error":true,"result":"no","total_cost_usd":0.5,"num_turns":2}',
            (Usage(cost_usd=0.5), Result(True, "no", 2)),
        ),
        (CLAUDE, "not json", (Output("not json"),)),
        (CLAUDE, '{"type":"assistant"}', (Output('{"type":"assistant"}'),)),
        (
            table.KNOWN["codex"],
            '{"type":"item.completed","item":{"type":"agent_message","text":"hi"}}',
            (Output("hi", "text"),),
        ),
        (
            table.KNOWN["codex"],
            '{"type":"turn.failed","error":{"message":"down"}}',
            (Result(True, "down"),),
        ),
        (
            table.KNOWN["gemini"],
            '{"type":"tool_use","tool_name":"edit","parameters":{}}',
            (Tool("edit", "{}"),),
        ),
        (table.KNOWN["gemini"], '{"type":"result","status":"error"}', (Result(True),)),
        (
            table.KNOWN["opencode"],
            '{"type":"tool_use","part":{"tool":"bash","state":{"title":"ls"}}}',
            (Tool("bash", "ls"),),
        ),
        (Provider("mine", output="jsonl"), '{"text":"t"}', (Output("t", "text"),)),
    ],
)
def test_what_a_line_means(provider, line, events):
    assert Listener(provider).hear("stdout", line) == events
